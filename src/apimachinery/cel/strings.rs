//! Functions of texts.

use std::sync::Arc;

use regex::Regex;

use super::evaluate::Outcome;
use super::value::CelValue;

fn list(items: impl Iterator<Item = String>) -> CelValue {
    CelValue::List(Arc::new(items.map(|item| CelValue::text(&item)).collect()))
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        format!("error parsing regexp: {}", error.to_string().lines().last().unwrap_or_default())
    })
}

fn place(found: Option<usize>, text: &str) -> CelValue {
    let characters = found.map(|at| text[..at].chars().count());
    CelValue::Int(characters.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1))
}

/// The text between two places, counted in characters.
fn part(text: &str, from: i64, to: Option<i64>) -> Outcome {
    let characters: Vec<char> = text.chars().collect();
    let to = to.unwrap_or_else(|| i64::try_from(characters.len()).unwrap_or(i64::MAX));
    let (Ok(start), Ok(end)) = (usize::try_from(from), usize::try_from(to)) else {
        return Err(format!("index out of range: {from}"));
    };
    match characters.get(start..end) {
        Some(part) => Ok(CelValue::text(&part.iter().collect::<String>())),
        None if start > end => Err(format!("invalid substring range. start: {from}, end: {to}")),
        None => Err(format!("index out of range: {to}")),
    }
}

/// A method of a text; `None` when there is none of that name for these arguments.
pub(super) fn method(name: &str, text: &str, arguments: &[CelValue]) -> Option<Outcome> {
    let ok = |value: CelValue| Some(Ok(value));
    match (name, arguments) {
        ("size", []) => ok(place(Some(text.len()), text)),
        ("contains", [CelValue::Text(other)]) => ok(CelValue::Bool(text.contains(&**other))),
        ("startsWith", [CelValue::Text(other)]) => ok(CelValue::Bool(text.starts_with(&**other))),
        ("endsWith", [CelValue::Text(other)]) => ok(CelValue::Bool(text.ends_with(&**other))),
        ("matches", [CelValue::Text(other)]) => {
            Some(pattern(other).map(|regex| CelValue::Bool(regex.is_match(text))))
        }
        ("find", [CelValue::Text(other)]) => Some(
            pattern(other).map(|regex| CelValue::text(regex.find(text).map_or("", |found| found.as_str()))),
        ),
        ("findAll", [CelValue::Text(other)]) => Some(found(text, other, usize::MAX)),
        ("findAll", [CelValue::Text(other), CelValue::Int(most)]) => {
            Some(found(text, other, usize::try_from(*most).unwrap_or(usize::MAX)))
        }
        ("indexOf", [CelValue::Text(other)]) => ok(place(text.find(&**other), text)),
        ("lastIndexOf", [CelValue::Text(other)]) => ok(place(text.rfind(&**other), text)),
        ("charAt", [CelValue::Int(at)]) => {
            let characters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            Some(if *at == characters { Ok(CelValue::text("")) } else { part(text, *at, Some(at + 1)) })
        }
        ("substring", [CelValue::Int(from)]) => Some(part(text, *from, None)),
        ("substring", [CelValue::Int(from), CelValue::Int(to)]) => Some(part(text, *from, Some(*to))),
        ("lowerAscii", []) => ok(CelValue::text(&text.to_ascii_lowercase())),
        ("upperAscii", []) => ok(CelValue::text(&text.to_ascii_uppercase())),
        ("trim", []) => ok(CelValue::text(text.trim())),
        ("reverse", []) => ok(CelValue::text(&text.chars().rev().collect::<String>())),
        ("replace", [CelValue::Text(old), CelValue::Text(new)]) => {
            ok(CelValue::text(&text.replace(&**old, new)))
        }
        ("replace", [CelValue::Text(old), CelValue::Text(new), CelValue::Int(most)]) => {
            let most = usize::try_from(*most).unwrap_or(usize::MAX);
            ok(CelValue::text(&text.replacen(&**old, new, most)))
        }
        ("split", [CelValue::Text(separator)]) => ok(split(text, separator, -1)),
        ("split", [CelValue::Text(separator), CelValue::Int(most)]) => ok(split(text, separator, *most)),
        ("format", [CelValue::List(values)]) => Some(format(text, values)),
        _ => None,
    }
}

fn found(text: &str, expression: &str, most: usize) -> Outcome {
    let regex = pattern(expression)?;
    Ok(list(regex.find_iter(text).take(most).map(|found| found.as_str().to_owned())))
}

fn split(text: &str, separator: &str, most: i64) -> CelValue {
    if separator.is_empty() {
        return list(text.chars().map(|c| c.to_string()));
    }
    match usize::try_from(most) {
        Ok(most) => list(text.splitn(most, separator).map(str::to_owned)),
        Err(_) => list(text.split(separator).map(str::to_owned)),
    }
}

/// `"%s is %d".format([…])`.
fn format(template: &str, values: &[CelValue]) -> Outcome {
    let (mut text, mut rest, mut values) = (String::new(), template, values.iter());
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or("unexpected end of string")?;
        let (flags, verb) = (&rest[..end], &rest[end..=end]);
        rest = &rest[end + 1..];
        let value = values.next().ok_or_else(|| "index out of range".to_owned())?;
        text.push_str(&written(flags, verb, value)?);
    }
    text.push_str(rest);
    Ok(CelValue::text(&text))
}

fn written(flags: &str, verb: &str, value: &CelValue) -> Result<String, String> {
    let digits = flags.strip_prefix('.').and_then(|digits| digits.parse::<usize>().ok());
    Ok(match (verb, value) {
        ("s", value) => shown(value),
        ("d", CelValue::Int(number)) => number.to_string(),
        ("d", CelValue::Uint(number)) => number.to_string(),
        ("d", CelValue::Double(number)) => number.to_string(),
        ("f", CelValue::Double(number)) => format!("{number:.*}", digits.unwrap_or(6)),
        #[allow(clippy::cast_precision_loss, reason = "the verb asks for a real")]
        ("f", CelValue::Int(number)) => format!("{:.*}", digits.unwrap_or(6), *number as f64),
        ("b", CelValue::Int(number)) => format!("{number:b}"),
        ("o", CelValue::Int(number)) => format!("{number:o}"),
        ("x", CelValue::Int(number)) => format!("{number:x}"),
        ("X", CelValue::Int(number)) => format!("{number:X}"),
        _ => {
            return Err(format!(
                "could not parse formatting clause: unrecognized formatting clause {verb:?}"
            ));
        }
    })
}

/// A value as `%s` shows it.
pub(super) fn shown(value: &CelValue) -> String {
    match value {
        CelValue::Text(text) => (**text).to_owned(),
        CelValue::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<String>>().join(", "))
        }
        CelValue::Map(entries) => {
            let mut entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        value => super::functions::text_of(value).unwrap_or_else(|| value.type_name().to_owned()),
    }
}
