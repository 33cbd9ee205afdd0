//! Walking a value along a JSONPath template.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::base::Value;

use super::print::go_text;
use super::{Block, End, Node};

type Values<'v> = Vec<Cow<'v, Value>>;

/// What each top-level piece of the template finds.
pub(super) fn evaluate<'v>(
    blocks: &'v [Block],
    value: &'v Value,
    allow_missing: bool,
) -> Result<Vec<Values<'v>>, String> {
    let evaluator = Evaluator { blocks, allow_missing };
    let mut results = Vec::new();
    evaluator.run(0, &vec![Cow::Borrowed(value)], (false, &mut None), &mut results)?;
    Ok(results)
}

struct Evaluator<'v> {
    blocks: &'v [Block],
    allow_missing: bool,
}

impl<'v> Evaluator<'v> {
    /// Runs the pieces from `start` to the end of the template, or of the range they are in.
    /// Keeps which end of a range was met last.
    fn run(
        &self,
        start: usize,
        current: &Values<'v>,
        (is_in_range, last_end): (bool, &mut Option<usize>),
        results: &mut Vec<Values<'v>>,
    ) -> Result<(), String> {
        let mut index = start;
        while let Some(block) = self.blocks.get(index) {
            index += 1;
            let nodes = match block {
                Block::Text(text) => {
                    results.push(vec![Cow::Owned(Value::String(text.clone()))]);
                    continue;
                }
                Block::Action(nodes) => nodes,
            };
            if nodes.iter().any(|node| matches!(node, Node::EndRange)) {
                if is_in_range {
                    *last_end = Some(index);
                    return Ok(());
                }
                return Err("not in range, nothing to end".to_owned());
            }
            let found = self.walk(current.clone(), nodes)?;
            if nodes.iter().any(|node| matches!(node, Node::Range)) {
                if found.is_empty() {
                    self.run(index, &Vec::new(), (true, last_end), &mut Vec::new())?;
                }
                for item in found {
                    self.run(index, &vec![item], (true, last_end), results)?;
                }
                // After the end that was met last; a range without one is followed by its own pieces.
                index = last_end.filter(|end| *end > index).unwrap_or(index);
            } else {
                results.push(found);
            }
        }
        Ok(())
    }

    fn walk(&self, mut values: Values<'v>, nodes: &'v [Node]) -> Result<Values<'v>, String> {
        for node in nodes {
            values = self.step(values, node)?;
        }
        Ok(values)
    }

    fn step(&self, values: Values<'v>, node: &'v Node) -> Result<Values<'v>, String> {
        match node {
            Node::Range | Node::EndRange => Ok(values),
            Node::Unknown(name) => Err(format!("unrecognized identifier {name}")),
            Node::Literal(literal) => Ok(vec![Cow::Borrowed(literal)]),
            Node::Field(name) => self.field(values, name),
            Node::Wildcard => Ok(values.into_iter().flat_map(children).collect()),
            Node::Recursive => Ok(recursive(values)),
            Node::Slice { start, end, step } => slice(values, *start, *end, *step),
            Node::Union(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.walk(values.clone(), part)?);
                }
                Ok(all)
            }
            Node::Filter { left, operator, right } => self.filter(values, left, operator, right),
        }
    }

    fn field(&self, values: Values<'v>, name: &str) -> Result<Values<'v>, String> {
        if values.is_empty() {
            return Ok(values);
        }
        let found: Values<'v> = values
            .into_iter()
            .filter_map(|value| match value {
                Cow::Borrowed(value) => value.get(name).map(Cow::Borrowed),
                Cow::Owned(value) => value.get(name).cloned().map(Cow::Owned),
            })
            .collect();
        if found.is_empty() && !self.allow_missing {
            return Err(format!("{name} is not found"));
        }
        Ok(found)
    }

    fn filter(
        &self,
        values: Values<'v>,
        left: &'v [Node],
        operator: &str,
        right: &'v [Node],
    ) -> Result<Values<'v>, String> {
        let mut kept = Vec::new();
        for value in values {
            if !value.is_array() {
                return Err(format!("{} is not array or slice and cannot be filtered", go_text(&value)));
            }
            for item in children(value) {
                let lefts = self.walk(vec![item.clone()], left);
                if operator == "exists" {
                    kept.extend(lefts.is_ok_and(|lefts| !lefts.is_empty()).then_some(item));
                    continue;
                }
                // The right side is only looked at where there is a left one.
                let Some(one) = only(lefts?)? else { continue };
                let Some(two) = only(self.walk(vec![item.clone()], right)?)? else { continue };
                if compare(&one, operator, &two)? {
                    kept.push(item);
                }
            }
        }
        Ok(kept)
    }
}

fn only(mut values: Values<'_>) -> Result<Option<Cow<'_, Value>>, String> {
    if values.len() > 1 {
        return Err("can only compare one element at a time".to_owned());
    }
    Ok(values.pop())
}

fn children(value: Cow<'_, Value>) -> Values<'_> {
    match value {
        Cow::Borrowed(Value::Array(items)) => items.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::Object(map)) => map.values().map(Cow::Borrowed).collect(),
        Cow::Owned(Value::Array(items)) => items.into_iter().map(Cow::Owned).collect(),
        Cow::Owned(Value::Object(map)) => map.into_iter().map(|(_, value)| Cow::Owned(value)).collect(),
        _ => Vec::new(),
    }
}

/// Every value that holds others, outer ones first.
fn recursive(values: Values<'_>) -> Values<'_> {
    let mut all = Vec::new();
    for value in values {
        let inner = children(value.clone());
        if !inner.is_empty() {
            all.push(value);
            all.extend(recursive(inner));
        }
    }
    all
}

fn slice<'v>(
    values: Values<'v>,
    start: Option<i64>,
    end: End,
    step: Option<i64>,
) -> Result<Values<'v>, String> {
    let mut all = Vec::new();
    for value in values.into_iter().filter(|value| !value.is_null()) {
        let Some(length) = value.as_array().map(Vec::len) else {
            return Err(format!("{} is not array or slice", go_type(&value)));
        };
        let Some((first, last)) = bounds(start, end, i64::try_from(length).unwrap_or(i64::MAX))? else {
            return Ok(all);
        };
        let step = match step {
            None => 1,
            Some(step) => usize::try_from(step).ok().filter(|step| *step > 0).ok_or("step must be > 0")?,
        };
        all.extend(children(value).into_iter().take(last).skip(first).step_by(step));
    }
    Ok(all)
}

/// First and past-the-last index; `None` when nothing is asked for.
fn bounds(start: Option<i64>, end: End, length: i64) -> Result<Option<(usize, usize)>, String> {
    let first = match start.unwrap_or_default() {
        negative @ i64::MIN..0 => negative.saturating_add(length),
        first => first,
    };
    let last = match end {
        End::Open => length,
        End::OneItem => match start.unwrap_or_default().saturating_add(1) {
            end @ i64::MIN..=0 => end.saturating_add(length),
            end => end,
        },
        End::Before(end @ i64::MIN..0) => end.saturating_add(length),
        End::Before(end) => end,
    };
    if first == last {
        return Ok(None);
    }
    let outside = |index: i64| format!("array index out of bounds: index {index}, length {length}");
    if !(0..length).contains(&first) {
        return Err(outside(first));
    }
    if !(0..=length).contains(&last) {
        return Err(outside(last - 1));
    }
    if first > last {
        return Err(format!("starting index {first} is greater than ending index {last}"));
    }
    Ok(usize::try_from(first).ok().zip(usize::try_from(last).ok()))
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

fn compare(one: &Value, operator: &str, two: &Value) -> Result<bool, String> {
    if one.is_object() || one.is_array() || two.is_object() || two.is_array() {
        return Err("invalid type for comparison".to_owned());
    }
    if go_type(one) != go_type(two) {
        return Err("incompatible types for comparison".to_owned());
    }
    let ordering = || match (one, two) {
        (Value::String(one), Value::String(two)) => Ok(one.cmp(two)),
        (Value::Number(one), Value::Number(two)) => {
            let whole = one.as_i64().zip(two.as_i64()).map(|(one, two)| one.cmp(&two));
            let float = || one.as_f64().zip(two.as_f64()).and_then(|(one, two)| one.partial_cmp(&two));
            whole.or_else(float).ok_or_else(|| "invalid type for comparison".to_owned())
        }
        _ => Err("invalid type for comparison".to_owned()),
    };
    Ok(match operator {
        "==" => one == two,
        "!=" => one != two,
        "<" => ordering()? == Ordering::Less,
        ">" => ordering()? == Ordering::Greater,
        "<=" => ordering()? != Ordering::Greater,
        ">=" => ordering()? != Ordering::Less,
        _ => return Err(format!("unrecognized filter operator {operator}")),
    })
}
