//! Documents of version 2 in protobuf, as gnostic's `OpenAPIv2.proto` numbers their fields.

use crate::base::{Value, to_yaml};

/// How a value is written under the number of its field.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Flag,
    Whole,
    Decimal,
    /// A value of any kind, as YAML.
    Any,
    One(&'static Message),
    /// A map, each name with its value in a message of its own, in field 1 of a message around them all.
    Named(&'static Message),
    /// A message that only says which of several messages it holds.
    Choice(fn(&Value, &mut Vec<u8>)),
}

/// The fields of a message: name, number and shape. A list stands for as many fields.
struct Message {
    fields: &'static [(&'static str, u32, Shape)],
    /// Under which number fields stand that begin with `x-`; 0 when there are none.
    extensions: u32,
}

const fn message(fields: &'static [(&'static str, u32, Shape)], extensions: u32) -> Message {
    Message { fields, extensions }
}

static DOCUMENT: Message = message(
    &[
        ("swagger", 1, Shape::Text),
        ("info", 2, Shape::One(&INFO)),
        ("paths", 8, Shape::Choice(paths)),
        ("definitions", 9, Shape::Named(&SCHEMA)),
        ("security", 12, Shape::Choice(requirement)),
        ("securityDefinitions", 13, Shape::Named(&SECURITY_DEFINITION)),
    ],
    16,
);
static INFO: Message =
    message(&[("title", 1, Shape::Text), ("version", 2, Shape::Text), ("description", 3, Shape::Text)], 7);
static SECURITY_DEFINITION: Message = message(&[("", 2, Shape::One(&API_KEY))], 0);
static API_KEY: Message = message(
    &[
        ("type", 1, Shape::Text),
        ("name", 2, Shape::Text),
        ("in", 3, Shape::Text),
        ("description", 4, Shape::Text),
    ],
    5,
);
static PATH_ITEM: Message = message(
    &[
        ("get", 2, Shape::One(&OPERATION)),
        ("put", 3, Shape::One(&OPERATION)),
        ("post", 4, Shape::One(&OPERATION)),
        ("delete", 5, Shape::One(&OPERATION)),
        ("options", 6, Shape::One(&OPERATION)),
        ("head", 7, Shape::One(&OPERATION)),
        ("patch", 8, Shape::One(&OPERATION)),
        ("parameters", 9, Shape::Choice(parameter)),
    ],
    10,
);
static OPERATION: Message = message(
    &[
        ("tags", 1, Shape::Text),
        ("summary", 2, Shape::Text),
        ("description", 3, Shape::Text),
        ("operationId", 5, Shape::Text),
        ("produces", 6, Shape::Text),
        ("consumes", 7, Shape::Text),
        ("parameters", 8, Shape::Choice(parameter)),
        ("responses", 9, Shape::Named(&RESPONSE_VALUE)),
        ("schemes", 10, Shape::Text),
        ("deprecated", 11, Shape::Flag),
    ],
    13,
);
static RESPONSE_VALUE: Message = message(&[("", 1, Shape::One(&RESPONSE))], 0);
static RESPONSE: Message =
    message(&[("description", 1, Shape::Text), ("schema", 2, Shape::One(&SCHEMA_ITEM))], 5);
static SCHEMA_ITEM: Message = message(&[("", 1, Shape::One(&SCHEMA))], 0);
static BODY_PARAMETER: Message = message(
    &[
        ("description", 1, Shape::Text),
        ("name", 2, Shape::Text),
        ("in", 3, Shape::Text),
        ("required", 4, Shape::Flag),
        ("schema", 5, Shape::One(&SCHEMA)),
    ],
    6,
);
static QUERY_PARAMETER: Message = message(
    &[
        ("required", 1, Shape::Flag),
        ("in", 2, Shape::Text),
        ("description", 3, Shape::Text),
        ("name", 4, Shape::Text),
        ("type", 6, Shape::Text),
        ("format", 7, Shape::Text),
        ("uniqueItems", 20, Shape::Flag),
    ],
    23,
);
static PATH_PARAMETER: Message = message(
    &[
        ("required", 1, Shape::Flag),
        ("in", 2, Shape::Text),
        ("description", 3, Shape::Text),
        ("name", 4, Shape::Text),
        ("type", 5, Shape::Text),
        ("format", 6, Shape::Text),
        ("uniqueItems", 19, Shape::Flag),
    ],
    22,
);
static SCHEMA: Message = message(
    &[
        ("$ref", 1, Shape::Text),
        ("format", 2, Shape::Text),
        ("title", 3, Shape::Text),
        ("description", 4, Shape::Text),
        ("default", 5, Shape::Any),
        ("multipleOf", 6, Shape::Decimal),
        ("maximum", 7, Shape::Decimal),
        ("exclusiveMaximum", 8, Shape::Flag),
        ("minimum", 9, Shape::Decimal),
        ("exclusiveMinimum", 10, Shape::Flag),
        ("maxLength", 11, Shape::Whole),
        ("minLength", 12, Shape::Whole),
        ("pattern", 13, Shape::Text),
        ("maxItems", 14, Shape::Whole),
        ("minItems", 15, Shape::Whole),
        ("uniqueItems", 16, Shape::Flag),
        ("maxProperties", 17, Shape::Whole),
        ("minProperties", 18, Shape::Whole),
        ("required", 19, Shape::Text),
        ("enum", 20, Shape::Any),
        ("additionalProperties", 21, Shape::Choice(additional)),
        ("type", 22, Shape::Choice(type_item)),
        ("items", 23, Shape::Choice(items)),
        ("allOf", 24, Shape::One(&SCHEMA)),
        ("properties", 25, Shape::Named(&SCHEMA)),
        ("readOnly", 27, Shape::Flag),
        ("example", 30, Shape::Any),
    ],
    31,
);

/// The whole document.
pub(super) fn document(document: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    DOCUMENT.write(document, &mut bytes);
    bytes
}

impl Message {
    fn write(&self, value: &Value, out: &mut Vec<u8>) {
        for (name, number, shape) in self.fields {
            let found = if name.is_empty() { Some(value) } else { value.get(name) };
            match (found, shape) {
                (Some(Value::Array(values)), _) => {
                    values.iter().for_each(|value| shape.write(*number, value, out))
                }
                (Some(value), _) => shape.write(*number, value, out),
                (None, _) => {}
            }
        }
        let extensions = value.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with("x-"));
        if self.extensions != 0 {
            for (name, value) in extensions {
                nested(self.extensions, out, |out| named(name, out, |out| any(value, out)));
            }
        }
    }
}

impl Shape {
    /// Writes a field; Go leaves zero values out.
    fn write(self, number: u32, value: &Value, out: &mut Vec<u8>) {
        match self {
            Self::Text => text(number, value.as_str().unwrap_or_default(), out),
            Self::Flag => whole(number, u64::from(value == &Value::Bool(true)), out),
            // Two's complement, as protobuf has negative numbers.
            Self::Whole => whole(number, value.as_i64().unwrap_or_default() as u64, out),
            Self::Decimal => {
                let value = value.as_f64().unwrap_or_default();
                if value != 0.0 {
                    varint(u64::from(number << 3 | 1), out);
                    out.extend(value.to_le_bytes());
                }
            }
            Self::Any => nested(number, out, |out| any(value, out)),
            Self::One(message) => nested(number, out, |out| message.write(value, out)),
            Self::Named(message) => nested(number, out, |out| entries(1, value, message, out)),
            Self::Choice(write) => nested(number, out, |out| write(value, out)),
        }
    }
}

fn entries(number: u32, map: &Value, message: &'static Message, out: &mut Vec<u8>) {
    for (name, value) in map.as_object().into_iter().flatten() {
        nested(number, out, |out| named(name, out, |out| message.write(value, out)));
    }
}

/// `Paths`, which has extensions before its entries.
fn paths(map: &Value, out: &mut Vec<u8>) {
    entries(2, map, &PATH_ITEM, out);
}

/// `SecurityRequirement`: names, each with a list of texts.
fn requirement(map: &Value, out: &mut Vec<u8>) {
    for (name, scopes) in map.as_object().into_iter().flatten() {
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        nested(1, out, |out| named(name, out, |out| scopes.for_each(|scope| text(1, scope, out))));
    }
}

/// `ParametersItem`, around a `Parameter`, around what it is, according to its place.
fn parameter(value: &Value, out: &mut Vec<u8>) {
    nested(1, out, |out| match value.get("in").and_then(Value::as_str) {
        Some("body") => nested(1, out, |out| BODY_PARAMETER.write(value, out)),
        Some("path") => nested(2, out, |out| nested(4, out, |out| PATH_PARAMETER.write(value, out))),
        _ => nested(2, out, |out| nested(3, out, |out| QUERY_PARAMETER.write(value, out))),
    });
}

/// `AdditionalPropertiesItem`: a schema, or whether any are allowed, whose `false` is written, too.
fn additional(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Bool(allowed) => out.extend([2 << 3, u8::from(*allowed)]),
        schema => nested(1, out, |out| SCHEMA.write(schema, out)),
    }
}

/// `TypeItem`: texts.
fn type_item(value: &Value, out: &mut Vec<u8>) {
    text(1, value.as_str().unwrap_or_default(), out);
}

/// `ItemsItem`: schemas.
fn items(value: &Value, out: &mut Vec<u8>) {
    nested(1, out, |out| SCHEMA.write(value, out));
}

/// A message whose field 2 holds a value as YAML.
fn any(value: &Value, out: &mut Vec<u8>) {
    text(2, &to_yaml(value), out);
}

/// A message with a name in field 1 and a message in field 2.
fn named(name: &str, out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    text(1, name, out);
    nested(2, out, content);
}

fn nested(number: u32, out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    content(&mut inner);
    bytes(number, &inner, out);
}

fn text(number: u32, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        bytes(number, text.as_bytes(), out);
    }
}

fn bytes(number: u32, content: &[u8], out: &mut Vec<u8>) {
    varint(u64::from(number << 3 | 2), out);
    varint(content.len() as u64, out);
    out.extend(content);
}

fn whole(number: u32, value: u64, out: &mut Vec<u8>) {
    if value != 0 {
        varint(u64::from(number << 3), out);
        varint(value, out);
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        // The lowest seven bits, and that more follow.
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_document_is_written_as_gnostic_reads_it() {
        let action = json!({"x-kubernetes-action": "get", "operationId": "op"});
        let schema = json!({"type": "array", "items": {"$ref": "R"}, "minItems": 300, "enum": ["a"]});
        let document = document(&json!({
            "swagger": "2.0",
            "paths": {"/p": {"get": action, "parameters": [{"name": "n", "in": "path", "required": true}]}},
            "definitions": {"D": schema, "E": {"additionalProperties": false}},
        }));
        let expected: &[&[u8]] = &[
            b"\x0a\x032.0",
            // paths → path → name, value → get → operation_id, vendor_extension
            b"\x42\x40\x12\x3e\x0a\x02/p\x12\x38\x12\x23\x2a\x02op\x6a\x1d",
            b"\x0a\x13x-kubernetes-action\x12\x06\x12\x04get\n",
            // parameters → parameter → non_body_parameter → path_parameter_sub_schema
            b"\x4a\x11\x0a\x0f\x12\x0d\x22\x0b\x08\x01\x12\x04path\x22\x01n",
            // definitions → additional_properties → min_items, enum, type, items → schema → _ref
            b"\x4a\x2f\x0a\x21\x0a\x01D\x12\x1c\x78\xac\x02\xa2\x01\x04\x12\x02a\n",
            b"\xb2\x01\x07\x0a\x05array\xba\x01\x05\x0a\x03\x0a\x01R",
            b"\x0a\x0a\x0a\x01E\x12\x05\xaa\x01\x02\x10\x00",
        ];
        assert_eq!(document, expected.concat());
    }
}
