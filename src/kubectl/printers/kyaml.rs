//! `-o kyaml`: YAML in braces, with quoted texts, bare keys and trailing commas (`sigs.k8s.io/yaml/kyaml`).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::apimachinery::InGoOrder;
use crate::base::Value;

/// Writes a document with its separator and a final newline.
pub(crate) fn to_kyaml(value: &Value) -> String {
    document(&Node::from(value))
}

/// As [`to_kyaml`], of an object that upstream holds in a struct: its fields come in the struct's order.
pub(crate) fn to_typed_kyaml(value: &Value) -> String {
    let ordered = serde_json::to_string(&InGoOrder::new(value)).unwrap_or_default();
    serde_json::from_str(&ordered).map_or_else(|_| to_kyaml(value), |node: Node| document(&node))
}

/// A value whose fields keep their order.
enum Node {
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(map) => {
                Self::Map(map.iter().map(|(key, item)| (key.to_string(), Self::from(item))).collect())
            }
            scalar => Self::Scalar(scalar.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, on: bool) -> Result<Node, E> {
        Ok(Node::Scalar(on.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Scalar(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

fn document(node: &Node) -> String {
    let mut text = "---\n".to_owned();
    write_value(&mut text, node, 0);
    text.push('\n');
    text
}

fn indent(text: &mut String, depth: usize) {
    text.push_str(&"  ".repeat(depth));
}

fn write_value(text: &mut String, node: &Node, depth: usize) {
    match node {
        Node::Scalar(Value::String(held)) => write_string(text, held, depth + 1, false),
        Node::List(items) if items.is_empty() => text.push_str("[]"),
        Node::Map(map) if map.is_empty() => text.push_str("{}"),
        Node::List(items) if items.iter().all(|item| !matches!(item, Node::Scalar(_))) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_value(text, item, depth);
            }
            text.push(']');
        }
        Node::List(items) => {
            text.push_str("[\n");
            for item in items {
                indent(text, depth + 1);
                write_value(text, item, depth + 1);
                text.push_str(",\n");
            }
            indent(text, depth);
            text.push(']');
        }
        Node::Map(map) => {
            text.push_str("{\n");
            for (key, item) in map {
                indent(text, depth + 1);
                write_key(text, key);
                text.push_str(": ");
                write_value(text, item, depth + 1);
                text.push_str(",\n");
            }
            indent(text, depth);
            text.push('}');
        }
        Node::Scalar(scalar) => text.push_str(&scalar.to_string()),
    }
}

fn write_key(text: &mut String, key: &str) {
    if needs_quotes(key) {
        write_string(text, key, 0, true);
    } else {
        text.push_str(key);
    }
}

/// A text in double quotes; one of several lines is folded unless it has to stand on one line.
fn write_string(text: &mut String, held: &str, depth: usize, one_line: bool) {
    let folds = held.contains('\n') && !one_line;
    text.push('"');
    if folds {
        text.push_str("\\\n");
    }
    for c in held.chars() {
        if text.ends_with('\n') {
            indent(text, depth);
            // Leading blanks have to be escaped; other lines are moved by one to stay below them.
            text.push(if c.is_whitespace() && c != '\n' { '\\' } else { ' ' });
        }
        write_char(text, c, folds);
    }
    if folds {
        if !text.ends_with('\n') {
            text.push_str("\\\n");
        }
        indent(text, depth);
    }
    text.push('"');
}

fn write_char(text: &mut String, c: char, folds: bool) {
    let escape = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' if folds => "\\n\\\n",
        '\n' => "\\n",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        '\0' => "\\0",
        '\u{1b}' => "\\e",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if c.is_control() && u32::from(c) < 0x80 => {
            return text.push_str(&format!("\\x{:02x}", u32::from(c)));
        }
        c if c.is_control() => return text.push_str(&format!("\\u{:04x}", u32::from(c))),
        c => return text.push(c),
    };
    text.push_str(escape);
}

/// Whether a bare key could be read as something else.
fn needs_quotes(key: &str) -> bool {
    let last = key.chars().count().saturating_sub(1);
    let is_plain = |(index, c): (usize, char)| {
        c.is_alphanumeric() || c == '_' || (index > 0 && index < last && matches!(c, '-' | '.' | '/'))
    };
    key.is_empty() || !key.chars().enumerate().all(is_plain) || is_misread(key)
}

fn is_misread(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "null", "~", "true", "false", "t", "f", "y", "n", "yes", "no", "on", "off", ".inf", ".nan", "inf",
        "infinity", "nan",
    ];
    let lower = key.to_lowercase();
    let digits = lower.replace('_', "");
    let is_radix = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().any(|(prefix, radix)| {
        digits.strip_prefix(prefix).is_some_and(|rest| i64::from_str_radix(rest, radix).is_ok())
    });
    WORDS.contains(&lower.as_str()) || is_radix || digits.parse::<f64>().is_ok() || is_date(key)
}

fn is_date(key: &str) -> bool {
    let mut parts = key.splitn(3, '-');
    let is_number = |part: Option<&str>, most: usize| {
        part.is_some_and(|part| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
        })
    };
    key.as_bytes().get(4) == Some(&b'-')
        && is_number(parts.next(), 4)
        && is_number(parts.next(), 2)
        && is_number(parts.next().map(|day| day.split(['T', 't', ' ']).next().unwrap_or_default()), 2)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn lists_of_objects_are_cuddled_and_texts_folded() {
        let value = json!({
            "a": {"app.kubernetes.io/name": "x", "on": 1, "2024-01-02": null},
            "c": "one\n two\n",
            "l": ["a", 1],
            "m": [{"k": true}, {"k": []}]
        });
        let expected = r#"---
{
  a: {
    "2024-01-02": null,
    app.kubernetes.io/name: "x",
    "on": 1,
  },
  c: "\
     one\n\
    \ two\n\
    ",
  l: [
    "a",
    1,
  ],
  m: [{
    k: true,
  }, {
    k: [],
  }],
}
"#;
        assert_eq!(to_kyaml(&value), expected);
    }
}
