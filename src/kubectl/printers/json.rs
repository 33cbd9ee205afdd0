//! `-o json`: four spaces, sorted keys, `<`, `>` and `&` escaped as Go does.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::apimachinery::InGoOrder;

/// Writes a value as `kubectl -o json` prints it, with a final newline.
pub(crate) fn to_json(value: &Value) -> String {
    indented(value)
}

/// As [`to_json`], of an object that upstream holds in a struct: its fields come in the struct's order.
pub(crate) fn to_typed_json(value: &Value) -> String {
    indented(&InGoOrder::new(value))
}

fn indented(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    // Writing JSON values to memory cannot fail.
    let _ = value.serialize(&mut serializer);
    format!("{}\n", escape_html(&String::from_utf8_lossy(&bytes)))
}

/// Indents JSON text by two and leaves its order as it is, with a final newline.
pub(crate) fn indent(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    let mut characters = json.trim().chars().peekable();
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(character) = characters.next() {
        if in_string {
            text.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' => {
                text.push(character);
                if characters.peek().is_some_and(|next| matches!(next, '}' | ']')) {
                    text.extend(characters.next());
                } else {
                    depth += 1;
                    line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut text, depth);
                text.push(character);
            }
            ',' => {
                text.push(',');
                line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            blank if blank.is_whitespace() => {}
            other => {
                in_string = other == '"';
                text.push(other);
            }
        }
    }
    text + "\n"
}

/// Escapes what Go's encoder escapes inside strings; none of it stands outside of strings.
pub(crate) fn escape_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '&' | '<' | '>' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_indented_without_being_sorted() {
        let text = indent(r#"{"b":{},"a":[1,"x\\\",{]"],"c":[]}"#);
        assert_eq!(text, "{\n  \"b\": {},\n  \"a\": [\n    1,\n    \"x\\\\\\\",{]\"\n  ],\n  \"c\": []\n}\n");
    }

    #[test]
    fn json_is_indented_by_four_and_escaped_as_go_does() {
        let text = to_json(&json!({"b": [], "a": {"x": "1 < 2 && 3"}}));
        assert_eq!(
            text,
            "{\n    \"a\": {\n        \"x\": \"1 \\u003c 2 \\u0026\\u0026 3\"\n    },\n    \"b\": []\n}\n"
        );
    }
}
