//! Words of awk's language.

use super::super::printing::escape;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number.
    Number(f64),
    /// A text in quotes, its escapes resolved.
    Text(String),
    /// `/…/`.
    Regex(String),
    /// A name.
    Name(String),
    /// A name with `(` right behind it: a call.
    Call(String),
    /// An operator or a bracket.
    Sign(&'static str),
    /// The end of a line.
    Newline,
}

/// The longest first.
const SIGNS: &[&str] = &[
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", "!~", ">>",
    "**", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":",
    "~", "$", "=",
];

/// Splits a program into words.
///
/// # Errors
/// busybox' words for what is none.
pub(super) fn tokens(program: &str) -> Result<Vec<Token>, String> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = program;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' | '\t' | '\r' => rest = &rest[1..],
            '\\' if rest[1..].starts_with('\n') => rest = &rest[2..],
            '\n' => {
                tokens.push(Token::Newline);
                rest = &rest[1..];
            }
            '#' => rest = rest.find('\n').map_or("", |end| &rest[end..]),
            '"' => {
                let (text, after) = quoted(&rest[1..], '"')?;
                tokens.push(Token::Text(unescape(text)));
                rest = after;
            }
            '/' if !ends_value(tokens.last()) => {
                let (text, after) = quoted(&rest[1..], '/')?;
                tokens.push(Token::Regex(text.replace("\\/", "/")));
                rest = after;
            }
            digit
                if digit.is_ascii_digit()
                    || digit == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()) =>
            {
                let (number, length) = number(rest);
                tokens.push(Token::Number(number));
                rest = &rest[length..];
            }
            letter if letter.is_ascii_alphabetic() || letter == '_' => {
                let length = rest
                    .find(|next: char| !(next.is_ascii_alphanumeric() || next == '_'))
                    .unwrap_or(rest.len());
                let name = rest[..length].to_owned();
                rest = &rest[length..];
                tokens.push(if rest.starts_with('(') { Token::Call(name) } else { Token::Name(name) });
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or("Unexpected token")?;
                tokens.push(Token::Sign(match *sign {
                    "**" => "^",
                    "**=" => "^=",
                    sign => sign,
                }));
                rest = &rest[sign.len()..];
            }
        }
    }
    Ok(tokens)
}

/// Whether a slash behind a word divides.
fn ends_value(last: Option<&Token>) -> bool {
    match last {
        Some(Token::Number(_) | Token::Text(_) | Token::Regex(_)) => true,
        Some(Token::Name(name)) => !super::parser::is_keyword(name),
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "$" | "++" | "--"),
        _ => false,
    }
}

/// What stands before a closing sign, and what is behind it.
fn quoted(text: &str, sign: char) -> Result<(&str, &str), String> {
    let mut escaped = false;
    let mut in_brackets = false;
    for (place, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if sign == '/' => in_brackets = true,
            ']' => in_brackets = false,
            found if found == sign && !in_brackets => return Ok((&text[..place], &text[place + 1..])),
            '\n' => break,
            _ => {}
        }
    }
    Err("Unexpected end of string".to_owned())
}

/// The number at the start of a text, and how long it is.
pub(super) fn number(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let power = digits((end + 1 + sign).min(bytes.len()));
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    (text[..end].parse().unwrap_or_default(), end)
}

/// The escapes of a text resolved.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.extend_from_slice(before.as_bytes());
        let (byte, length) = match after.bytes().next() {
            Some(sign @ (b'"' | b'/')) => (Some(sign), 1),
            _ => escape(after, 3),
        };
        plain.push(byte.unwrap_or(b'\\'));
        rest = &after[length..];
    }
    plain.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&plain).into_owned()
}
