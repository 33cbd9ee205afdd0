//! `-o json`: four spaces, sorted keys, `<`, `>` and `&` escaped as Go does.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Writes a value as `kubectl -o json` prints it, with a final newline.
pub(crate) fn to_json(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    let text = match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value.to_string(),
    };
    format!("{}\n", escape_html(&text))
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
    fn json_is_indented_by_four_and_escaped_as_go_does() {
        let text = to_json(&json!({"b": [], "a": {"x": "1 < 2 && 3"}}));
        assert_eq!(
            text,
            "{\n    \"a\": {\n        \"x\": \"1 \\u003c 2 \\u0026\\u0026 3\"\n    },\n    \"b\": []\n}\n"
        );
    }
}
