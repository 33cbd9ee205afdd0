//! The inside of `${…}`.

use super::ast::{Part, SyntaxError, Word};
use super::lexer::{Manner, expanding, pattern};
use super::parser::is_name;

fn bad() -> SyntaxError {
    SyntaxError::Wrong("syntax error: bad substitution".to_owned())
}

/// Compiles it.
pub(super) fn braced(text: &str, quoted: bool, manner: Manner) -> Result<Part, SyntaxError> {
    if let Some(found) = subscripted(text, quoted, manner) {
        return found;
    }
    if let Some(name) =
        text.strip_prefix('#').filter(|name| !name.is_empty() && !name.starts_with(['#', '%', ':']))
    {
        if !is_name(name)
            && !name.bytes().all(|digit| digit.is_ascii_digit())
            && !matches!(name, "@" | "*" | "?" | "$" | "!" | "-")
        {
            return Err(bad());
        }
        let change = Some(("length".to_owned(), Word::default()));
        return Ok(Part::Variable { name: name.to_owned(), change, quoted });
    }
    if let Some(name) = text.strip_prefix('!').filter(|_| manner.bash) {
        return indirect(name, quoted);
    }
    let length = match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => {
            text.chars().take_while(|next| next.is_ascii_alphanumeric() || *next == '_').count()
        }
        Some(first) if first.is_ascii_digit() => text.chars().take_while(char::is_ascii_digit).count(),
        Some('@' | '*' | '#' | '?' | '$' | '!' | '-') => 1,
        _ => return Err(bad()),
    };
    let (name, rest) = text.split_at(length);
    let change = if rest.is_empty() { None } else { Some(change(rest, quoted, manner)?) };
    Ok(Part::Variable { name: name.to_owned(), change, quoted })
}

/// `${!NAME}` and `${!PREFIX*}`.
fn indirect(text: &str, quoted: bool) -> Result<Part, SyntaxError> {
    let (name, operator) = match text.strip_suffix(['*', '@']) {
        Some(prefix) => (prefix, "names"),
        None => (text, "indirect"),
    };
    if !is_name(name) {
        return Err(bad());
    }
    Ok(Part::Variable { name: name.to_owned(), change: Some((operator.to_owned(), Word::default())), quoted })
}

/// What stands behind the name: the operator and its word.
fn change(rest: &str, quoted: bool, manner: Manner) -> Result<(String, Word), SyntaxError> {
    let common = [":-", ":=", ":+", ":?", "##", "%%", "-", "=", "+", "?", "#", "%"];
    let slashes = ["//", "/#", "/%", "/"];
    let found =
        |operators: &[&'static str]| operators.iter().copied().find(|operator| rest.starts_with(operator));
    if let Some(operator) = found(&common) {
        let word = &rest[operator.len()..];
        // Inside double quotes single ones mean themselves.
        let plain = quoted && !operator.starts_with(['#', '%']);
        let word = if plain { expanding(&word.replace('"', ""), manner)? } else { pattern(word, manner)? };
        return Ok((operator.to_owned(), word));
    }
    if manner.dash {
        return Err(bad());
    }
    let anchored = ["//", "/"];
    if let Some(operator) = found(if manner.bash { &slashes } else { &anchored }) {
        let (from, to) = split_unescaped(&rest[operator.len()..]);
        let parts = vec![pattern(from, manner)?, pattern(to, manner)?];
        return Ok((operator.to_owned(), Word(vec![Part::Array(parts)])));
    }
    if let Some(range) = rest.strip_prefix(':') {
        return Ok((":".to_owned(), expanding(range, manner)?));
    }
    let cases = ["^^", ",,", "^", ","];
    if let Some(operator) = found(&cases).filter(|_| manner.bash) {
        return Ok((operator.to_owned(), pattern(&rest[operator.len()..], manner)?));
    }
    match rest {
        "@Q" | "@U" | "@L" | "@u" if manner.bash => Ok((rest.to_owned(), Word::default())),
        _ => Err(bad()),
    }
}

/// What is before and behind the first `/` that no backslash or quote protects.
fn split_unescaped(text: &str) -> (&str, &str) {
    let (mut escaped, mut quote) = (false, None);
    for (at, next) in text.char_indices() {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' | '"' if quote == Some(next) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(next),
            '/' if quote.is_none() => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

/// `${NAME[…]}`, `${#NAME[…]}` and `${!NAME[…]}`.
fn subscripted(text: &str, quoted: bool, manner: Manner) -> Option<Result<Part, SyntaxError>> {
    let (sign, rest) = match text.chars().next()? {
        sign @ ('#' | '!') => (sign.to_string(), &text[1..]),
        _ => (String::new(), text),
    };
    let (name, index) = rest.split_once('[')?;
    if !is_name(name) {
        return None;
    }
    if !manner.bash {
        return Some(Err(bad()));
    }
    let Some(index) = index.strip_suffix(']') else {
        return Some(Err(SyntaxError::Wrong(
            "not simulated: operators behind the index of an array".to_owned(),
        )));
    };
    let change =
        |word| Part::Variable { name: name.to_owned(), change: Some((format!("{sign}["), word)), quoted };
    Some(expanding(index, manner).map(change))
}
