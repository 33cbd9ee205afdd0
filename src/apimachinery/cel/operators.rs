//! Operators: arithmetic, comparison, membership, indexing.

use std::cmp::Ordering;
use std::sync::Arc;

use super::evaluate::Outcome;
use super::times;
use super::value::CelValue;

fn no_overload() -> Outcome {
    Err("no such overload".to_owned())
}

/// A value that may be absent.
pub(super) fn optional(value: Option<CelValue>) -> CelValue {
    CelValue::Optional(value.map(Arc::new))
}

/// Applies an operator; `None` when the name is none of an operator.
pub(super) fn apply(name: &str, values: &[CelValue]) -> Option<Outcome> {
    Some(match (name, values) {
        ("!_", [CelValue::Bool(value)]) => Ok(CelValue::Bool(!value)),
        ("-_", [CelValue::Int(value)]) => whole(value.checked_neg()),
        ("-_", [CelValue::Double(value)]) => Ok(CelValue::Double(-value)),
        ("!_" | "-_", _) => no_overload(),
        ("_==_", [left, right]) => Ok(CelValue::Bool(left.equals(right))),
        ("_!=_", [left, right]) => Ok(CelValue::Bool(!left.equals(right))),
        ("_<_", [left, right]) => compared(left, right, Ordering::is_lt),
        ("_<=_", [left, right]) => compared(left, right, Ordering::is_le),
        ("_>_", [left, right]) => compared(left, right, Ordering::is_gt),
        ("_>=_", [left, right]) => compared(left, right, Ordering::is_ge),
        ("_+_", [left, right]) => sum(left, right),
        ("_-_", [left, right]) => difference(left, right),
        ("_*_" | "_/_" | "_%_", [left, right]) => product(name, left, right),
        ("@in", [needle, hay]) => contains(needle, hay),
        ("_[_]", [operand, index]) => indexed(operand, index),
        ("_[?_]", [operand, index]) => Ok(optional(match operand {
            CelValue::Optional(Some(inner)) => indexed(inner, index).ok(),
            operand => indexed(operand, index).ok(),
        })),
        ("_?._", [operand, CelValue::Text(field)]) => Ok(optional(match operand {
            CelValue::Optional(Some(inner)) => inner.field(field).cloned(),
            operand => operand.field(field).cloned(),
        })),
        _ => return None,
    })
}

fn whole(value: Option<i64>) -> Outcome {
    value.map(CelValue::Int).ok_or_else(|| "integer overflow".to_owned())
}

fn unsigned(value: Option<u64>) -> Outcome {
    value.map(CelValue::Uint).ok_or_else(|| "unsigned integer overflow".to_owned())
}

fn compared(left: &CelValue, right: &CelValue, holds: fn(Ordering) -> bool) -> Outcome {
    match (left, right) {
        (CelValue::Quantity(_) | CelValue::Ip(_) | CelValue::Semver(..), _) => no_overload(),
        _ => left.compare(right).map_or_else(no_overload, |order| Ok(CelValue::Bool(holds(order)))),
    }
}

fn sum(left: &CelValue, right: &CelValue) -> Outcome {
    match (left, right) {
        (CelValue::Int(a), CelValue::Int(b)) => whole(a.checked_add(*b)),
        (CelValue::Uint(a), CelValue::Uint(b)) => unsigned(a.checked_add(*b)),
        (CelValue::Double(a), CelValue::Double(b)) => Ok(CelValue::Double(a + b)),
        (CelValue::Text(a), CelValue::Text(b)) => Ok(CelValue::text(&format!("{a}{b}"))),
        (CelValue::Bytes(a), CelValue::Bytes(b)) => Ok(CelValue::Bytes([&**a, &**b].concat().into())),
        (CelValue::List(a), CelValue::List(b)) => {
            Ok(CelValue::List(Arc::new(a.iter().chain(b.iter()).cloned().collect())))
        }
        (CelValue::Duration(a), CelValue::Duration(b)) => Ok(CelValue::Duration(a.saturating_add(*b))),
        (CelValue::Timestamp(a), CelValue::Duration(b)) | (CelValue::Duration(b), CelValue::Timestamp(a)) => {
            times::moved(*a, *b)
        }
        _ => no_overload(),
    }
}

fn difference(left: &CelValue, right: &CelValue) -> Outcome {
    match (left, right) {
        (CelValue::Int(a), CelValue::Int(b)) => whole(a.checked_sub(*b)),
        (CelValue::Uint(a), CelValue::Uint(b)) => unsigned(a.checked_sub(*b)),
        (CelValue::Double(a), CelValue::Double(b)) => Ok(CelValue::Double(a - b)),
        (CelValue::Duration(a), CelValue::Duration(b)) => Ok(CelValue::Duration(a.saturating_sub(*b))),
        (CelValue::Timestamp(a), CelValue::Duration(b)) => times::moved(*a, b.saturating_neg()),
        (CelValue::Timestamp(a), CelValue::Timestamp(b)) => Ok(CelValue::Duration(times::between(*a, *b))),
        _ => no_overload(),
    }
}

fn product(name: &str, left: &CelValue, right: &CelValue) -> Outcome {
    let zero = matches!(right, CelValue::Int(0) | CelValue::Uint(0));
    match (name, left, right) {
        ("_/_", CelValue::Int(_) | CelValue::Uint(_), _) if zero => Err("division by zero".to_owned()),
        ("_%_", CelValue::Int(_) | CelValue::Uint(_), _) if zero => Err("modulus by zero".to_owned()),
        ("_*_", CelValue::Int(a), CelValue::Int(b)) => whole(a.checked_mul(*b)),
        ("_/_", CelValue::Int(a), CelValue::Int(b)) => whole(a.checked_div(*b)),
        ("_%_", CelValue::Int(a), CelValue::Int(b)) => whole(a.checked_rem(*b)),
        ("_*_", CelValue::Uint(a), CelValue::Uint(b)) => unsigned(a.checked_mul(*b)),
        ("_/_", CelValue::Uint(a), CelValue::Uint(b)) => unsigned(a.checked_div(*b)),
        ("_%_", CelValue::Uint(a), CelValue::Uint(b)) => unsigned(a.checked_rem(*b)),
        ("_*_", CelValue::Double(a), CelValue::Double(b)) => Ok(CelValue::Double(a * b)),
        ("_/_", CelValue::Double(a), CelValue::Double(b)) => Ok(CelValue::Double(a / b)),
        _ => no_overload(),
    }
}

fn contains(needle: &CelValue, hay: &CelValue) -> Outcome {
    match hay {
        CelValue::List(items) => Ok(CelValue::Bool(items.iter().any(|item| item.equals(needle)))),
        CelValue::Map(entries) => Ok(CelValue::Bool(entries.iter().any(|(key, _)| key.equals(needle)))),
        _ => no_overload(),
    }
}

fn indexed(operand: &CelValue, index: &CelValue) -> Outcome {
    match (operand, index) {
        (CelValue::List(items), CelValue::Int(at)) => {
            let found = usize::try_from(*at).ok().and_then(|at| items.get(at));
            found.cloned().ok_or_else(|| format!("index out of bounds: {at}"))
        }
        (CelValue::Map(entries), key) => {
            let found = entries.iter().find(|(known, _)| known.equals(key)).map(|(_, value)| value.clone());
            found.ok_or_else(|| match key {
                CelValue::Text(key) => format!("no such key: {key}"),
                CelValue::Int(key) => format!("no such key: {key}"),
                _ => "no such key".to_owned(),
            })
        }
        _ => no_overload(),
    }
}
