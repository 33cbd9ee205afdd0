//! `-o kyaml`: YAML in braces, with quoted texts, bare keys and trailing commas (`sigs.k8s.io/yaml/kyaml`).

use serde_json::Value;

/// Writes a document with its separator and a final newline.
pub(crate) fn to_kyaml(value: &Value) -> String {
    let mut text = "---\n".to_owned();
    write_value(&mut text, value, 0);
    text.push('\n');
    text
}

fn indent(text: &mut String, depth: usize) {
    text.push_str(&"  ".repeat(depth));
}

fn write_value(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::String(held) => write_string(text, held, depth + 1, false),
        Value::Array(items) if items.is_empty() => text.push_str("[]"),
        Value::Object(map) if map.is_empty() => text.push_str("{}"),
        Value::Array(items) if items.iter().all(|item| item.is_array() || item.is_object()) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_value(text, item, depth);
            }
            text.push(']');
        }
        Value::Array(items) => {
            text.push_str("[\n");
            for item in items {
                indent(text, depth + 1);
                write_value(text, item, depth + 1);
                text.push_str(",\n");
            }
            indent(text, depth);
            text.push(']');
        }
        Value::Object(map) => {
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
        scalar => text.push_str(&scalar.to_string()),
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
    use serde_json::json;

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
