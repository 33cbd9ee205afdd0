//! The tests that may stand in place of a value.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::apimachinery::Quantity;
use crate::base::{Value, json};

use super::{Comparison, contains, same, wording};

impl Comparison<'_> {
    pub(super) fn test(&mut self, test: &str, argument: &Value, actual: Option<&Value>, path: &str) {
        let argument = self.resolve(argument);
        let actual = actual.filter(|actual| !actual.is_null());
        match test {
            // What the items lack says more than that they lack something.
            "$every" => return self.every(&argument, actual, path),
            "$exactly" if self.exactly(&argument, actual, path) => return,
            _ => {}
        }
        if !self.holds(test, &argument, actual) {
            let encoded = json!({"$base64": argument});
            let wanted = match test {
                "$equalTo" | "$image" => Some(&argument),
                "$base64" => Some(&encoded),
                _ => None,
            };
            self.gap(path, wording(test, &argument), actual, wanted);
        }
    }

    fn holds(&self, test: &str, argument: &Value, actual: Option<&Value>) -> bool {
        let text = actual.and_then(Value::as_str);
        let wanted = argument.as_str().unwrap_or_default();
        let among = || {
            let candidates = argument.as_array().map_or(std::slice::from_ref(argument), Vec::as_slice);
            actual.is_some_and(|actual| candidates.iter().any(|candidate| same(candidate, actual)))
        };
        match test {
            "$exists" => argument.as_bool() == Some(actual.is_some()),
            "$equalTo" => actual.is_some_and(|actual| same(argument, actual)),
            "$notEqualTo" => actual.is_some_and(|actual| !same(argument, actual)),
            "$oneOf" => among(),
            "$noneOf" => !among(),
            "$atLeast" => compare(actual, argument).is_some_and(Ordering::is_ge),
            "$atMost" => compare(actual, argument).is_some_and(Ordering::is_le),
            "$moreThan" => compare(actual, argument).is_some_and(Ordering::is_gt),
            "$lessThan" => compare(actual, argument).is_some_and(Ordering::is_lt),
            "$quantity" => actual.is_some() && compare(actual, argument) == Some(Ordering::Equal),
            "$contains" => match actual {
                Some(Value::Array(items)) => items.iter().any(|item| same(item, argument)),
                _ => text.is_some_and(|text| text.contains(wanted)),
            },
            "$matches" => text.is_some_and(|text| Regex::new(wanted).is_ok_and(|regex| regex.is_match(text))),
            "$image" => text.is_some_and(|image| full_image(image) == full_image(wanted)),
            "$base64" => {
                text.is_some_and(|text| STANDARD.decode(text).is_ok_and(|bytes| bytes == wanted.as_bytes()))
            }
            "$size" => {
                let size = match actual {
                    Some(Value::Array(items)) => items.len(),
                    Some(Value::Object(map)) => map.len(),
                    Some(Value::String(text)) => text.chars().count(),
                    _ => 0,
                };
                contains(argument, Some(&size.into()), self.snap)
            }
            "$not" => !contains(argument, actual, self.snap),
            "$none" => {
                let items = actual.and_then(Value::as_array);
                !items.into_iter().flatten().any(|item| contains(argument, Some(item), self.snap))
            }
            _ => false,
        }
    }

    /// There is an item, and each contains this.
    fn every(&mut self, partial: &Value, actual: Option<&Value>, path: &str) {
        let items = actual.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if items.is_empty() {
            return self.gap(path, wording("$every", partial), None, None);
        }
        for (index, item) in items.iter().enumerate() {
            let before = self.gaps.len();
            self.compare(partial, Some(item), &format!("{path}[{index}]"));
            if self.gaps.len() > before {
                return;
            }
        }
    }

    /// Whether nothing stands there beside what is expected; tells of what is expected and does not stand
    /// there, and answers that the matter is settled then.
    fn exactly(&mut self, expected: &Value, actual: Option<&Value>, path: &str) -> bool {
        let before = self.gaps.len();
        self.compare(expected, actual, path);
        if self.gaps.len() > before {
            return true;
        }
        match (expected, actual) {
            (Value::Array(expected), Some(Value::Array(actual))) => actual.len() == expected.len(),
            (Value::Object(expected), Some(Value::Object(actual))) => {
                actual.keys().all(|key| expected.contains_key(key))
            }
            _ => true,
        }
    }

    /// `snap.NAME` stands for a remembered value.
    fn resolve(&self, argument: &Value) -> Value {
        let name = argument.as_str().and_then(|text| text.strip_prefix("snap."));
        match name {
            Some(name) => self.snap.get(name).cloned().unwrap_or(Value::Null),
            None => argument.clone(),
        }
    }
}

/// How an amount compares with another; nothing counts as none of it.
fn compare(actual: Option<&Value>, argument: &Value) -> Option<Ordering> {
    let actual = actual.map_or(Some(Quantity::ZERO), Quantity::from_value)?;
    actual.partial_cmp(&Quantity::from_value(argument)?)
}

/// An image with the registry, folder and tag that are meant where they are left out.
pub(in crate::check) fn full_image(image: &str) -> String {
    let image =
        image.strip_prefix("docker.io/").or_else(|| image.strip_prefix("index.docker.io/")).unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    let name = image.rsplit('/').next().unwrap_or(image);
    if name.contains([':', '@']) { image.to_owned() } else { format!("{image}:latest") }
}
