//! What is wrong with a JSON body, in the words of Go's `encoding/json`.

use crate::base::Value;

/// What Go reads the first two fields of every object into.
const TYPE_META: &str =
    r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
/// Characters of a body that a refusal shows.
const SUMMARY_LENGTH: usize = 30;

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
    fn the_beginning_of_a_body_is_shown() {
        assert_eq!(summary(b"<html>"), "3c68746d6c3e");
        assert_eq!(
            summary(b"{\"kind\":\"Pod\",\"metadata\":{\"name\""),
            "{\"kind\":\"Pod\",\"metadata\":{\"nam ..."
        );
    }
}
