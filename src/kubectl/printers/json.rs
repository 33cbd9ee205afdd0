//! `-o json`: four spaces, sorted keys, `<`, `>` and `&` escaped as Go does.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::apimachinery::InGoOrder;
use crate::base::{Value, escape_html, indent_json};

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
    format!("{}\n", escape_html(String::from_utf8_lossy(&bytes)))
}

/// Indents JSON text by two and leaves its order as it is, with a final newline.
pub(crate) fn indent(json: &str) -> String {
    indent_json(json) + "\n"
}

#[cfg(test)]
mod tests {
    use crate::base::json;

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
