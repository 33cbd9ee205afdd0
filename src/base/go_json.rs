//! JSON text as Go's encoder writes it.

use std::borrow::Cow;

/// Indents JSON text by two and leaves its order as it is (`json.Indent`).
#[must_use]
pub fn indent_json(json: &str) -> String {
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
    text
}

/// Escapes what Go's encoder escapes inside strings; none of it stands outside of strings.
#[must_use]
pub fn escape_html<'a>(json: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let json = json.into();
    let is_escaped = |character| matches!(character, '&' | '<' | '>' | '\u{2028}' | '\u{2029}');
    // 0xe2 begins the two separators of lines.
    if !json.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>' | 0xe2)) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + json.len() / 8);
    for character in json.chars() {
        if is_escaped(character) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_indented_without_being_sorted() {
        let text = indent_json(r#"{"b":{},"a":[1,"x\\\",{]"],"c":[]}"#);
        assert_eq!(text, "{\n  \"b\": {},\n  \"a\": [\n    1,\n    \"x\\\\\\\",{]\"\n  ],\n  \"c\": []\n}");
    }

    #[test]
    fn what_html_would_read_is_escaped() {
        assert_eq!(escape_html("\"a && <b>\u{2028}…\""), "\"a \\u0026\\u0026 \\u003cb\\u003e\\u2028…\"");
        assert!(matches!(escape_html("\"a\""), Cow::Borrowed(_)));
    }
}
