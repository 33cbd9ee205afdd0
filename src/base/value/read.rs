//! Values from text, and typed values from them.

use std::fmt::{self, Formatter};

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Error;

use super::{Key, Map, Number, Value};

/// A typed value from JSON.
///
/// # Errors
/// When a field is missing or has the wrong JSON type.
pub fn from_value<T: DeserializeOwned>(value: impl std::borrow::Borrow<Value>) -> Result<T, Error> {
    T::deserialize(value.borrow())
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor)
    }
}

struct MapVisitor;

impl<'de> Visitor<'de> for MapVisitor {
    type Value = Map;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_unit<E>(self) -> Result<Map, E> {
        Ok(Map::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Map, A::Error> {
        collect(fields)
    }
}

/// All fields, or the first error.
fn collect<'de, A: MapAccess<'de>>(mut fields: A) -> Result<Map, A::Error> {
    let mut error = None;
    let next = || match fields.next_entry::<Key, Value>() {
        Ok(field) => field,
        Err(found) => {
            error = Some(found);
            None
        }
    };
    let map = std::iter::from_fn(next).collect();
    error.map_or(Ok(map), Err)
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Value, A::Error> {
        collect(fields).map(Value::Object)
    }
}

/// Its fields as a deserializer gives them.
fn fields_of<'de>(
    map: &'de Map,
) -> MapDeserializer<'de, impl Iterator<Item = (&'de str, &'de Value)>, Error> {
    MapDeserializer::new(map.iter().map(|(name, value)| (name.as_str(), value)))
}

/// All items or fields must be read by the visitor.
impl<'de> Deserializer<'de> for &'de Value {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter());
                let read = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(read)
            }
            Value::Object(map) => {
                let mut fields = fields_of(map);
                let read = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(read)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Value::String(name) => visitor.visit_enum(name.as_str().into_deserializer()),
            Value::Object(map) if map.len() != 1 => {
                Err(serde::de::Error::invalid_value(Unexpected::Map, &"map with a single key"))
            }
            Value::Object(map) => visitor.visit_enum(MapAccessDeserializer::new(fields_of(map))),
            other => Err(serde::de::Error::invalid_type(other.unexpected(), &"string or map")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Value {
    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(flag) => Unexpected::Bool(*flag),
            Self::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Unexpected::Unsigned(number),
                (None, Some(number)) => Unexpected::Signed(number),
                (None, None) => Unexpected::Float(Number::as_f64(number).unwrap_or_default()),
            },
            Self::String(text) => Unexpected::Str(text),
            Self::Array(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{json, to_value};
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Point,
        Circle { radius: f64 },
        Named(String),
    }

    #[derive(Debug, PartialEq, serde::Serialize, Deserialize)]
    struct Drawing {
        shapes: Vec<Shape>,
        #[serde(default)]
        scale: Option<i8>,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }

    #[test]
    fn typed_values_are_read_and_written() {
        let value = json!({
            "shapes": ["point", {"circle": {"radius": 1.5}}, {"named": "a"}], "scale": null, "by": {"x": [1]},
        });
        let shapes = vec![Shape::Point, Shape::Circle { radius: 1.5 }, Shape::Named("a".to_owned())];
        let rest = BTreeMap::from([("by".to_owned(), json!({"x": [1]}))]);
        let drawing = Drawing { shapes, scale: None, rest };
        assert_eq!(from_value::<Drawing>(&value).unwrap(), drawing);
        assert_eq!(to_value(&drawing).unwrap(), value);
    }

    #[test]
    fn what_does_not_fit_is_told_as_serde_json_tells_it() {
        for text in [
            r#"{"shapes": 1}"#,
            r#"{"shapes": ["line"]}"#,
            r#"{"shapes": [null]}"#,
            r#"{"shapes": [{"circle": {"radius": "x"}}]}"#,
            r#"{"shapes": [{"circle": {"radius": 1}, "point": null}]}"#,
            r#"{"shapes": [], "scale": 300}"#,
            r#"{}"#,
        ] {
            let own: Value = serde_json::from_str(text).unwrap();
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            let own = from_value::<Drawing>(own).unwrap_err().to_string();
            assert_eq!(own, serde_json::from_value::<Drawing>(theirs).unwrap_err().to_string(), "{text}");
        }
    }

    #[test]
    fn texts_are_read_as_serde_json_reads_them() {
        let text =
            r#"{"b": [1, -1, 1.5, 1e300, 18446744073709551615, "é\n", true, null], "a": {"a": 1, "a": 2}}"#;
        let own: Value = serde_json::from_str(text).unwrap();
        let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(own.to_string(), theirs.to_string());
        assert_eq!(own, Value::from(theirs));
        assert!(serde_json::from_str::<Value>(r#"{"a": 1, "b": }"#).is_err());
    }
}
