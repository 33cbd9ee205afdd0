//! What the fields of a file must be: the complaint that Go's JSON decoder would make.

use base64::Engine;

use crate::base::Value;

use super::manifest::json_type;

/// What a value is to be.
pub(super) enum Shape {
    Text,
    Bool,
    Integer,
    /// Bytes, written in base64.
    Bytes,
    /// Anything.
    Raw,
    /// A text of a type of its own.
    Named(&'static str),
    List(&'static Shape),
    /// Names to values.
    Map(&'static Shape),
    /// A structure; a field of one inside it bears its name before a dot.
    Struct(&'static str, &'static [(&'static str, Shape)]),
}

use Shape::{Bool, Bytes, Integer, List, Map, Named, Raw, Struct, Text};

/// How values are read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// The package of the structures.
    pub(super) package: &'static str,
    /// Whether fields that nobody knows are refused.
    pub(super) strict: bool,
}

impl Shape {
    /// The type's name in Go.
    fn name(&self, reading: Reading) -> String {
        match self {
            Text => "string".to_owned(),
            Bool => "bool".to_owned(),
            Integer => "int64".to_owned(),
            Bytes => "[]uint8".to_owned(),
            Raw => "runtime.RawExtension".to_owned(),
            List(inner) => format!("[]{}", inner.name(reading)),
            Map(inner) => format!("map[string]{}", inner.name(reading)),
            Named(name) | Struct(name, _) => format!("{}.{name}", reading.package),
        }
    }

    /// The first value of a document that is something else than it should be.
    pub(super) fn mistake(&self, value: &Value, reading: Reading) -> Option<String> {
        self.mistake_at(value, reading, ("", ""))
    }

    /// `place` is the structure around the value and the path to it.
    fn mistake_at(&self, value: &Value, reading: Reading, place: (&str, &str)) -> Option<String> {
        let (around, path) = place;
        match (self, value) {
            (_, Value::Null) | (Raw, _) | (Text | Named(_), Value::String(_)) | (Bool, Value::Bool(_)) => {
                None
            }
            (Integer, Value::Number(_)) => None,
            (Bytes, Value::String(text)) => illegal_base64(text),
            (List(inner), Value::Array(items)) => {
                items.iter().find_map(|item| inner.mistake_at(item, reading, place))
            }
            (Map(inner), Value::Object(map)) => {
                map.values().find_map(|item| inner.mistake_at(item, reading, place))
            }
            // YAML became JSON first, with its keys sorted.
            (Struct(name, fields), Value::Object(map)) => map.iter().find_map(|(key, value)| {
                let last = |field: &str| field.rsplit('.').next() == Some(key.as_str());
                match fields.iter().find(|(field, _)| last(field)) {
                    Some((field, shape)) => {
                        let path =
                            if path.is_empty() { (*field).to_owned() } else { format!("{path}.{field}") };
                        shape.mistake_at(value, reading, (name, &path))
                    }
                    None => reading.strict.then(|| format!("json: unknown field {key:?}")),
                }
            }),
            (shape, value) => Some(format!(
                "json: cannot unmarshal {} into Go struct field {around}.{path} of type {}",
                json_type(value),
                shape.name(reading)
            )),
        }
    }
}

/// Why a text is no base64, as Go tells it.
fn illegal_base64(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if base64::engine::general_purpose::STANDARD.decode(&text).is_ok() {
        return None;
    }
    let index = text.bytes().position(|byte| !alphabet(&byte)).unwrap_or(text.len());
    Some(format!("illegal base64 data at input byte {index}"))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_first_mistake_is_told_with_its_place_in_gos_structures() {
        static INNER: Shape = Struct("Inner", &[("Base.name", Text), ("count", Integer)]);
        static OUTER: Shape =
            Struct("Outer", &[("items", List(&INNER)), ("notes", Map(&Text)), ("data", Bytes)]);
        let lax = Reading { package: "v1", strict: false };
        for (value, expected) in [
            (
                json!({"items": {}}),
                "cannot unmarshal object into Go struct field Outer.items of type []v1.Inner",
            ),
            (
                json!({"items": ["x"]}),
                "cannot unmarshal string into Go struct field Outer.items of type v1.Inner",
            ),
            (
                json!({"items": [{"name": 5}]}),
                "cannot unmarshal number into Go struct field Inner.items.Base.name of type string",
            ),
            (
                json!({"items": [{"count": "x"}]}),
                "cannot unmarshal string into Go struct field Inner.items.count of type int64",
            ),
            (
                json!({"notes": {"a": true}}),
                "cannot unmarshal bool into Go struct field Outer.notes of type string",
            ),
        ] {
            assert_eq!(OUTER.mistake(&value, lax).unwrap(), format!("json: {expected}"));
        }
        let other = json!({"other": 1});
        assert_eq!(OUTER.mistake(&other, lax), None);
        let strict = Reading { strict: true, ..lax };
        assert_eq!(OUTER.mistake(&other, strict).unwrap(), "json: unknown field \"other\"");
        assert_eq!(OUTER.mistake(&json!({"data": "aGk="}), lax), None);
        assert_eq!(
            OUTER.mistake(&json!({"data": "aGk!"}), lax).unwrap(),
            "illegal base64 data at input byte 3"
        );
    }
}
