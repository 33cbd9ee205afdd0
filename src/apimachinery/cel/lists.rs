//! Functions of lists and maps.

use std::cmp::Ordering;
use std::sync::Arc;

use super::evaluate::Outcome;
use super::operators;
use super::value::CelValue;

fn list(items: Vec<CelValue>) -> CelValue {
    CelValue::List(Arc::new(items))
}

fn place(found: Option<usize>) -> CelValue {
    CelValue::Int(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

/// A method of a list; `None` when there is none of that name for these arguments.
pub(super) fn method(name: &str, items: &[CelValue], arguments: &[CelValue]) -> Option<Outcome> {
    let ok = |value: CelValue| Some(Ok(value));
    match (name, arguments) {
        ("size", []) => ok(place(Some(items.len()))),
        ("isSorted", []) => {
            let ordered = items.windows(2).all(|pair| pair[0].compare(&pair[1]) != Some(Ordering::Greater));
            ok(CelValue::Bool(ordered))
        }
        ("sum", []) => {
            let (first, rest) = items.split_first().unwrap_or((&CelValue::Int(0), &[]));
            Some(rest.iter().try_fold(first.clone(), |sum, item| {
                operators::apply("_+_", &[sum, item.clone()])
                    .unwrap_or_else(|| Err("no such overload".to_owned()))
            }))
        }
        ("min", []) => Some(extreme(items, "min", Ordering::Less)),
        ("max", []) => Some(extreme(items, "max", Ordering::Greater)),
        ("indexOf", [wanted]) => ok(place(items.iter().position(|item| item.equals(wanted)))),
        ("lastIndexOf", [wanted]) => ok(place(items.iter().rposition(|item| item.equals(wanted)))),
        ("join", []) => Some(joined(items, "")),
        ("join", [CelValue::Text(separator)]) => Some(joined(items, separator)),
        ("reverse", []) => ok(list(items.iter().rev().cloned().collect())),
        ("distinct", []) => {
            let mut seen: Vec<CelValue> = Vec::new();
            for item in items {
                if !seen.iter().any(|known| known.equals(item)) {
                    seen.push(item.clone());
                }
            }
            ok(list(seen))
        }
        ("sort", []) => {
            let mut sorted = items.to_vec();
            sorted.sort_by(|a, b| a.compare(b).unwrap_or(Ordering::Equal));
            ok(list(sorted))
        }
        ("slice", [CelValue::Int(from), CelValue::Int(to)]) => {
            let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
            let part = range.and_then(|(from, to)| items.get(from..to));
            Some(
                part.map(|part| list(part.to_vec()))
                    .ok_or_else(|| format!("cannot slice({from}, {to}), out of range")),
            )
        }
        ("flatten", []) => ok(list(flattened(items))),
        ("first", []) => ok(operators::optional(items.first().cloned())),
        ("last", []) => ok(operators::optional(items.last().cloned())),
        _ => None,
    }
}

fn includes(items: &[CelValue], wanted: &CelValue) -> bool {
    items.iter().any(|item| item.equals(wanted))
}

fn flattened(items: &[CelValue]) -> Vec<CelValue> {
    items
        .iter()
        .flat_map(|item| match item {
            CelValue::List(inner) => inner.to_vec(),
            item => vec![item.clone()],
        })
        .collect()
}

fn extreme(items: &[CelValue], name: &str, wanted: Ordering) -> Outcome {
    let mut items = items.iter();
    let Some(first) = items.next() else { return Err(format!("{name} called on empty list")) };
    let best = items.fold(first, |best, item| if item.compare(best) == Some(wanted) { item } else { best });
    Ok(best.clone())
}

fn joined(items: &[CelValue], separator: &str) -> Outcome {
    let texts: Option<Vec<&str>> = items
        .iter()
        .map(|item| match item {
            CelValue::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    texts.map(|texts| CelValue::text(&texts.join(separator))).ok_or_else(|| "no such overload".to_owned())
}

/// `sets.contains(a, b)` and its like.
pub(super) fn set_function(name: &str, a: &[CelValue], b: &[CelValue]) -> Option<CelValue> {
    let contains = |a: &[CelValue], b: &[CelValue]| b.iter().all(|item| includes(a, item));
    Some(CelValue::Bool(match name {
        "sets.contains" => contains(a, b),
        "sets.equivalent" => contains(a, b) && contains(b, a),
        "sets.intersects" => b.iter().any(|item| includes(a, item)),
        _ => return None,
    }))
}
