//! Texts as Go quotes them (`strconv.Quote`).

use std::fmt::Write;

/// A Go string literal: letters that are not to be seen stand by their number.
#[must_use]
pub fn go_quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        let number = u32::from(letter);
        let short = match letter {
            '"' | '\\' => Some(letter),
            '\u{7}' => Some('a'),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '\u{b}' => Some('v'),
            _ => None,
        };
        // Behind another letter, what Rust shows by its number is what Go does.
        let hidden = ["a", letter.encode_utf8(&mut [0; 4])].concat().escape_debug().count() > 3;
        // Writing to a text cannot fail.
        let _ = match (short, number) {
            (Some(short), _) => write!(quoted, "\\{short}"),
            (None, ..0x20 | 0x7f) => write!(quoted, "\\x{number:02x}"),
            (None, ..0x1_0000) if hidden => write!(quoted, "\\u{number:04x}"),
            (None, _) if hidden => write!(quoted, "\\U{number:08x}"),
            (None, _) => write!(quoted, "{letter}"),
        };
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_to_be_seen_is_quoted_by_its_number() {
        for (text, told) in [
            ("spec.replica", r#""spec.replica""#),
            ("\u{a0}\u{a0}replicas", r#""\u00a0\u00a0replicas""#),
            ("it's", r#""it's""#),
            (r"a\u{b", r#""a\\u{b""#),
            ("a\"b\n\u{1}\u{7}\0", r#""a\"b\n\x01\a\x00""#),
            ("e\u{301}", "\"e\u{301}\""),
            ("한글", r#""한글""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(go_quote(text), told);
        }
    }
}
