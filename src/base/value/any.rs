//! Any JSON value.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};
use std::mem;

use super::{Map, Number, Place, unescape_pointer};

/// Any JSON value.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole or a floating-point number.
    Number(Number),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Fields by name.
    Object(Map),
}

impl Value {
    /// The item or field there; `None` as well for what has neither.
    pub fn get(&self, place: impl Place) -> Option<&Self> {
        place.find(self)
    }

    /// The same, to change.
    pub fn get_mut(&mut self, place: impl Place) -> Option<&mut Self> {
        place.find_mut(self)
    }

    /// Whether it is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is true or false.
    #[must_use]
    pub const fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Whether it is a number.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is a whole number from `i64::MIN` to `i64::MAX`.
    #[must_use]
    pub fn is_i64(&self) -> bool {
        self.as_number().is_some_and(Number::is_i64)
    }

    /// Whether it is a whole number from 0 to `u64::MAX`.
    #[must_use]
    pub fn is_u64(&self) -> bool {
        self.as_number().is_some_and(Number::is_u64)
    }

    /// Whether it is a number written with a fraction or an exponent.
    #[must_use]
    pub fn is_f64(&self) -> bool {
        self.as_number().is_some_and(Number::is_f64)
    }

    /// Whether it is text.
    #[must_use]
    pub const fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it has fields.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The truth value, if it is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number, if it is a whole one from `i64::MIN` to `i64::MAX`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number, if it is a whole one from 0 to `u64::MAX`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number, whole or not, if it is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub const fn as_array(&self) -> Option<&Vec<Self>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items to change, if it is a list.
    pub const fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The fields, if it has some.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The fields by name; none of what has none.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Self)> + Clone {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// The fields to change, if it has some.
    pub const fn as_object_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The value at a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        let (mut value, mut rest) = (self, pointer);
        while !rest.is_empty() {
            let (name, deeper) = step(rest)?;
            value = match value {
                Self::Object(map) => map.get(&name)?,
                Self::Array(items) => items.get(index(&name)?)?,
                _ => return None,
            };
            rest = deeper;
        }
        Some(value)
    }

    /// The value at a JSON pointer (RFC 6901), to change.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        let (mut value, mut rest) = (self, pointer);
        while !rest.is_empty() {
            let (name, deeper) = step(rest)?;
            value = match value {
                Self::Object(map) => map.get_mut(&name)?,
                Self::Array(items) => items.get_mut(index(&name)?)?,
                _ => return None,
            };
            rest = deeper;
        }
        Some(value)
    }

    /// Whether both are equal as far as that is known without a look at what is in them.
    #[must_use]
    pub fn is_shared_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => one.is_shared_with(two),
            (Self::Array(one), Self::Array(two)) => one.is_empty() && two.is_empty(),
            (one, two) => one == two,
        }
    }

    /// Takes the value and leaves `null`.
    pub const fn take(&mut self) -> Self {
        mem::replace(self, Self::Null)
    }
}

/// The first name of a pointer, and the rest of the pointer; `None` when it is none.
fn step(pointer: &str) -> Option<(Cow<'_, str>, &str)> {
    let way = pointer.strip_prefix('/')?;
    let end = way.bytes().position(|byte| byte == b'/').unwrap_or(way.len());
    let (name, rest) = way.split_at(end);
    Some((unescape_pointer(name), rest))
}

/// A place in a list as pointers write it.
fn index(step: &str) -> Option<usize> {
    let is_plain = !step.starts_with('+') && (step == "0" || !step.starts_with('0'));
    step.parse().ok().filter(|_| is_plain)
}

/// As one line of JSON, or with `{:#}` indented.
impl Display for Value {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let text = if formatter.alternate() {
            serde_json::to_string_pretty(self)
        } else {
            serde_json::to_string(self)
        };
        formatter.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

/// The same.
impl Debug for Value {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    #[test]
    fn pointers_lead_to_values() {
        let mut value = json!({"a": [{"b/c": 1, "d~": 2}], "": 3});
        let found =
            ["/a/0/b~1c", "/a/0/d~0", "/"].map(|pointer| value.pointer(pointer).and_then(Value::as_i64));
        assert_eq!(found, [Some(1), Some(2), Some(3)]);
        assert_eq!(value.pointer(""), Some(&value));
        assert!(["a", "/a/00", "/a/+0", "/a/1", "/b"].iter().all(|pointer| value.pointer(pointer).is_none()));
        *value.pointer_mut("/a/0").unwrap() = json!(null);
        assert_eq!(value, json!({"a": [null], "": 3}));
        assert_eq!((value["a"].take(), &value["a"]), (json!([null]), &Value::Null));
    }

    #[test]
    fn values_are_shown_as_json() {
        let value = json!({"b": [1, 2.5, "\n"], "a": {}});
        assert_eq!(value.to_string(), r#"{"a":{},"b":[1,2.5,"\n"]}"#);
        assert_eq!(
            format!("{value:#}"),
            "{\n  \"a\": {},\n  \"b\": [\n    1,\n    2.5,\n    \"\\n\"\n  ]\n}"
        );
    }
}
