//! Messages as JSON, led by the table of field numbers and the types of the schema.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::messages::{Entry, fields_of};
use super::wire::{Field, Reader};
use crate::apimachinery::schema::{self, FieldType, TypeSchema};
use crate::base::{Map, Number, Timestamp, Value, json};

/// How deep messages may nest.
const DEPTH_LIMIT: usize = 64;

/// Reads a message of that full name.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Value, String> {
    let schema = schema::by_name(name).ok_or_else(|| format!("no message {name:?} is known"))?;
    message(schema, bytes, 0)
}

fn message(schema: &'static TypeSchema, bytes: &[u8], depth: usize) -> Result<Value, String> {
    let mut object = Map::new();
    read_fields(schema.name, schema, bytes, depth, &mut object)?;
    Ok(Value::Object(object))
}

/// Reads the fields of the message `name` into the JSON of `schema` (the outer type, for inline messages).
fn read_fields(
    name: &str,
    schema: &'static TypeSchema,
    bytes: &[u8],
    depth: usize,
    object: &mut Map,
) -> Result<(), String> {
    if depth > DEPTH_LIMIT {
        return Err(format!("proto: message nested more than {DEPTH_LIMIT} levels deep"));
    }
    let entries = fields_of(name).ok_or_else(|| format!("no message {name:?} is known"))?;
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        match entries.get(&number) {
            Some(Entry::Inline(inner)) => read_fields(inner, schema, field.bytes()?, depth + 1, object)?,
            Some(Entry::Field(key)) => {
                if let Some(known) = schema.field(key) {
                    add_field(object, key, &known.field_type, field, depth + 1)?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn add_field(
    object: &mut Map,
    key: &str,
    field_type: &'static FieldType,
    field: Field<'_>,
    depth: usize,
) -> Result<(), String> {
    match field_type {
        FieldType::Array(item) => {
            let list = object.entry(key).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                add_items(list, item, field, depth)?;
            }
        }
        FieldType::Map(values) => {
            let (name, value) = map_entry(values, field.bytes()?, depth)?;
            let map = object.entry(key).or_insert_with(|| json!({}));
            if let Value::Object(map) = map {
                map.insert(name, value);
            }
        }
        _ => {
            if let Some(value) = single(field_type, field, depth)? {
                object.insert(key.to_owned(), value);
            }
        }
    }
    Ok(())
}

/// One item, or several packed integers.
fn add_items(
    list: &mut Vec<Value>,
    item: &'static FieldType,
    field: Field<'_>,
    depth: usize,
) -> Result<(), String> {
    match (item, field) {
        (FieldType::Integer32 | FieldType::Integer64, Field::Bytes(packed)) => {
            let mut reader = Reader::new(packed);
            while !reader.is_at_end() {
                list.push(Field::Varint(reader.varint()?).integer()?.into());
            }
        }
        _ => list.push(single(item, field, depth)?.unwrap_or_default()),
    }
    Ok(())
}

fn map_entry(values: &'static FieldType, bytes: &[u8], depth: usize) -> Result<(String, Value), String> {
    let (mut name, mut value) = (String::new(), None);
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        match (number, values) {
            (1, _) => name = field.text()?,
            (2, FieldType::Array(item)) => value = Some(wrapped_list(item, field.bytes()?, depth)?),
            (2, _) => value = single(values, field, depth)?,
            _ => {}
        }
    }
    let value = value.unwrap_or_else(|| match values {
        FieldType::String | FieldType::Bytes => "".into(),
        _ => Value::Null,
    });
    Ok((name, value))
}

/// A list inside a map stands in a message of its own (`ExtraValue`).
fn wrapped_list(item: &'static FieldType, bytes: &[u8], depth: usize) -> Result<Value, String> {
    let mut list = Vec::new();
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        if number == 1 {
            add_items(&mut list, item, field, depth)?;
        }
    }
    Ok(Value::Array(list))
}

/// `None` for what Go would leave out: a time that is not set, an extension without content.
fn single(field_type: &'static FieldType, field: Field<'_>, depth: usize) -> Result<Option<Value>, String> {
    Ok(Some(match field_type {
        FieldType::String => field.text()?.into(),
        FieldType::Integer32 | FieldType::Integer64 => field.integer()?.into(),
        FieldType::Boolean => (field.integer()? != 0).into(),
        FieldType::Number => Number::from_f64(field.number()?).map_or(Value::Null, Value::Number),
        FieldType::Bytes => STANDARD.encode(field.bytes()?).into(),
        FieldType::Time | FieldType::MicroTime => {
            return time(field.bytes()?, *field_type == FieldType::MicroTime);
        }
        FieldType::Quantity => text_at(1, field.bytes()?)?.into(),
        FieldType::IntOrString => int_or_string(field.bytes()?)?,
        FieldType::Any => return raw_json(field.bytes()?),
        FieldType::Message(reference) => message(reference.schema(), field.bytes()?, depth)?,
        FieldType::Array(_) | FieldType::Map(_) => return Err("proto: unexpected nested list".to_owned()),
    }))
}

fn text_at(wanted: u32, bytes: &[u8]) -> Result<String, String> {
    let mut text = String::new();
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        if number == wanted {
            text = field.text()?;
        }
    }
    Ok(text)
}

fn time(bytes: &[u8], micro: bool) -> Result<Option<Value>, String> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (mut seconds, mut nanoseconds) = (0, 0);
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        match number {
            1 => seconds = field.integer()?,
            2 => nanoseconds = i32::try_from(field.integer()?).unwrap_or_default(),
            _ => {}
        }
    }
    let timestamp =
        Timestamp::new(seconds, nanoseconds).map_err(|error| format!("proto: bad time: {error}"))?;
    let format = if micro { "%Y-%m-%dT%H:%M:%S.%6fZ" } else { "%Y-%m-%dT%H:%M:%SZ" };
    Ok(Some(timestamp.strftime(format).to_string().into()))
}

fn int_or_string(bytes: &[u8]) -> Result<Value, String> {
    let (mut is_text, mut number_value, mut text) = (false, 0, String::new());
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        match number {
            1 => is_text = field.integer()? == 1,
            2 => number_value = field.integer()?,
            3 => text = field.text()?,
            _ => {}
        }
    }
    Ok(if is_text { text.into() } else { number_value.into() })
}

/// `RawExtension`, `FieldsV1` and `JSON` hold JSON text in their first field.
fn raw_json(bytes: &[u8]) -> Result<Option<Value>, String> {
    let text = text_at(1, bytes)?;
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(&text).map(Some).map_err(|error| format!("proto: bad JSON in a raw field: {error}"))
}
