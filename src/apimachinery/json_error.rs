//! Why JSON cannot be read, in the words of Go's `encoding/json`.

use serde_json::error::Category;

use serde_json::Error;

/// What Go would say about a text that cannot be read.
#[must_use]
pub fn go_json_error(error: &Error, body: &[u8]) -> String {
    if error.classify() == Category::Eof {
        return "unexpected end of JSON input".to_owned();
    }
    let told = error.to_string();
    if told.starts_with("recursion limit exceeded") {
        return "exceeded max depth".to_owned();
    }
    let found = offset(error, body).and_then(|at| body.get(at)).copied().unwrap_or_default();
    let character = match found {
        b'\'' | b'\\' => format!("'\\{}'", char::from(found)),
        b'\n' => r"'\n'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        // A byte is told as the character of that number.
        0x20..=0x7e | 0xa1..=0xac | 0xae.. => format!("'{}'", char::from(found)),
        0x80.. => format!("'\\u{found:04x}'"),
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

#[cfg(test)]
mod tests {
    use crate::base::Value;

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
            ("\u{feff}{}", "invalid character 'ï' looking for beginning of value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            ("\\", r"invalid character '\\' looking for beginning of value"),
        ] {
            let error = serde_json::from_str::<Value>(body).unwrap_err();
            assert_eq!(go_json_error(&error, body.as_bytes()), expected, "{body}");
        }
    }
}
