//! Compares an object with what an author wrote of it: only the paths that were written count.

mod lists;
mod operators;
#[cfg(test)]
mod tests;
mod wording;

use std::collections::BTreeMap;

use crate::apimachinery::Quantity;
use crate::base::{Map, Value};

pub(super) use operators::full_image;
pub(super) use wording::{quote, shorten, show};

use wording::wording;

/// Values remembered at the beginning of a step.
pub(super) type Snap = BTreeMap<String, Value>;

/// A path at which an object is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// Like `spec.replicas`; empty for the object itself.
    pub path: String,
    /// What should stand there.
    pub expected: String,
    /// What stands there; `None` for nothing.
    pub actual: Option<String>,
    /// The value that was asked for, where it is a plain one.
    pub wanted: Option<Value>,
}

/// Where an object differs from what is expected of it; a null expects nothing.
pub(super) fn gaps(expected: &Value, actual: Option<&Value>, snap: &Snap) -> Vec<Gap> {
    let mut comparison = Comparison { snap, gaps: Vec::new() };
    if !expected.is_null() {
        comparison.compare(expected, actual, "");
    }
    comparison.gaps
}

/// Whether an object contains a partial one.
pub(super) fn contains(expected: &Value, actual: Option<&Value>, snap: &Snap) -> bool {
    gaps(expected, actual, snap).is_empty()
}

struct Comparison<'a> {
    snap: &'a Snap,
    gaps: Vec<Gap>,
}

impl Comparison<'_> {
    fn compare(&mut self, expected: &Value, actual: Option<&Value>, path: &str) {
        match expected {
            Value::Object(map) if is_test(map) => {
                for (test, argument) in map {
                    self.test(test, argument, actual, path);
                }
            }
            Value::Object(map) => self.compare_map(map, actual, path),
            Value::Array(items) => self.compare_list(items, actual, path),
            Value::Null => {}
            _ if actual.is_some_and(|actual| same(expected, actual)) => {}
            _ => self.gap(path, show(expected), actual, Some(expected)),
        }
    }

    fn compare_map(&mut self, map: &Map, actual: Option<&Value>, path: &str) {
        if map.is_empty() && !actual.is_some_and(Value::is_object) {
            self.gap(path, "{}".to_owned(), actual, None);
        }
        for (key, value) in map {
            let step = if key.contains(['.', '/']) { format!("[{key:?}]") } else { key.to_string() };
            let separator = if path.is_empty() || step.starts_with('[') { "" } else { "." };
            let below = actual.and_then(|actual| actual.get(key));
            self.compare(value, below, &format!("{path}{separator}{step}"));
        }
    }

    fn gap(&mut self, path: &str, expected: String, actual: Option<&Value>, wanted: Option<&Value>) {
        let actual = actual.filter(|actual| !actual.is_null()).map(|actual| shorten(&show(actual)));
        let expected = shorten(&expected);
        self.gaps.push(Gap { path: path.to_owned(), expected, actual, wanted: wanted.cloned() });
    }
}

fn is_test(map: &Map) -> bool {
    !map.is_empty() && map.keys().all(|key| key.starts_with('$'))
}

/// Whether two scalars are the same; a number and a text are, when they are the same quantity.
pub(super) fn same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => match (one.as_f64(), two.as_f64()) {
            (Some(one), Some(two)) => one.total_cmp(&two).is_eq(),
            _ => one == two,
        },
        (Value::Number(_), Value::String(_)) | (Value::String(_), Value::Number(_)) => {
            match (Quantity::from_value(one), Quantity::from_value(two)) {
                (Some(one), Some(two)) => one == two,
                _ => false,
            }
        }
        _ => one == two,
    }
}
