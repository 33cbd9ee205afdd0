//! What is wrong with a JSON body, in the words of Go's `encoding/json`.

use serde_json::error::Category;
use serde_json::{Error, Value};

/// What Go reads the first two fields of every object into.
const TYPE_META: &str =
    r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
/// Characters of a body that a refusal shows.
const SUMMARY_LENGTH: usize = 30;

/// What Go would say about a body that cannot be read.
pub(super) fn text(error: &Error, body: &[u8]) -> String {
    if error.classify() == Category::Eof {
        return "unexpected end of JSON input".to_owned();
    }
    let told = error.to_string();
    if told.starts_with("recursion limit exceeded") {
        return "exceeded max depth".to_owned();
    }
    let found = offset(error, body).and_then(|at| body.get(at)).copied().unwrap_or_default();
    let character = match found {
        b'\'' => r"'\''".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        0x20..0x7f => format!("'{}'", char::from(found)),
        other => format!("'\\x{other:02x}'"),
    };
    let place = [
        ("key must be a string", "looking for beginning of object key string"),
        ("expected `:`", "after object key"),
        ("expected `,` or `}`", "after object key:value pair"),
        ("expected `,` or `]`", "after array element"),
        ("trailing characters", "after top-level value"),
        (
            "trailing comma",
            if found == b'}' {
                "looking for beginning of object key string"
            } else {
                "looking for beginning of value"
            },
        ),
        ("control character", "in string literal"),
        ("invalid escape", "in string escape code"),
        ("invalid number", "in numeric literal"),
    ];
    let place = place.iter().find(|(start, _)| told.starts_with(start)).map(|(_, place)| *place);
    format!("invalid character {character} {}", place.unwrap_or("looking for beginning of value"))
}

/// Where the reader stood when it gave up.
fn offset(error: &Error, body: &[u8]) -> Option<usize> {
    let before = body.split_inclusive(|byte| *byte == b'\n').take(error.line().checked_sub(1)?);
    let start: usize = before.map(<[u8]>::len).sum();
    Some(start + error.column().saturating_sub(1))
}

/// What Go says when the body is no object.
pub(super) fn no_object(value: &Value) -> String {
    let found = go_kind(value);
    format!("json: cannot unmarshal {found} into Go value of type {TYPE_META}")
}

/// What Go calls a JSON value of that sort.
pub(super) fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Object(_) => "object",
        Value::Null => "null",
    }
}

/// The beginning of a body, as a refusal shows it: hexadecimal when it is no JSON object.
pub(super) fn summary(body: &[u8]) -> String {
    let start = &body[..body.len().min(SUMMARY_LENGTH)];
    let mut text = match body.first() {
        None => return "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(start).into_owned(),
        Some(_) => start.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    if body.len() > SUMMARY_LENGTH {
        text.push_str(" ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_go_writes_them() {
        for (body, expected) in [
            ("", "unexpected end of JSON input"),
            ("{\"a\":", "unexpected end of JSON input"),
            ("x", "invalid character 'x' looking for beginning of value"),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{}\n x", "invalid character 'x' after top-level value"),
        ] {
            let error = serde_json::from_str::<Value>(body).unwrap_err();
            assert_eq!(text(&error, body.as_bytes()), expected, "{body}");
        }
        assert_eq!(summary(b"<html>"), "3c68746d6c3e");
        assert_eq!(
            summary(b"{\"kind\":\"Pod\",\"metadata\":{\"name\""),
            "{\"kind\":\"Pod\",\"metadata\":{\"nam ..."
        );
    }
}
