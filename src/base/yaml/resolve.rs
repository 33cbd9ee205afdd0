//! What a plain scalar means in YAML 1.1 as goyaml.v2 reads it: `yes` is true, `0644` is octal.

use crate::base::{Number, Value};

/// Resolves a plain scalar; `None` when it is a number that JSON has no form for (`.inf`, `.nan`).
pub(super) fn resolve(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return None,
        _ => resolve_number(text).unwrap_or_else(|| text.into()),
    })
}

/// Whether a plain scalar with this text would be read back as the same string.
pub(super) fn is_plain_string(text: &str) -> bool {
    matches!(resolve(text), Some(Value::String(_))) && !is_timestamp(text) && !is_base60(text)
}

fn resolve_number(text: &str) -> Option<Value> {
    let first = text.chars().next()?;
    if first == '.' {
        return is_decimal(text).then(|| float(text)).flatten();
    }
    if !(first.is_ascii_digit() || first == '+' || first == '-') || is_timestamp(text) {
        return None;
    }
    let plain = text.replace('_', "");
    if let Some(whole) = whole_number(&plain) {
        return Some(whole.into());
    }
    is_decimal(&plain).then(|| float(&plain)).flatten()
}

/// A whole number in Go's notation with base prefix: `12`, `0x1f`, `0b1`, `0o17`, `017`.
fn whole_number(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    if !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    // Numbers beyond 64 bits with sign are floats, as in kubectl.
    if is_negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
        .map(Number::from)
}

/// Whether it has the form `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_number = if whole.is_empty() { !fraction.is_empty() } else { is_digits(whole) };
    is_number && (fraction.is_empty() || is_digits(fraction)) && is_digits(exponent)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A float as JSON carries it: whole values become whole numbers, as in Go's encoding.
fn float(text: &str) -> Option<Value> {
    let value: f64 = text.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    Some(whole_float(value).map_or_else(|| value.into(), Value::from))
}

/// The whole number that a float is exactly, if it fits.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before the cast")]
pub(super) fn whole_float(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_774_784.0;
    (value.fract() == 0.0 && value.abs() <= LIMIT).then_some(value as i64)
}

/// Whether it has one of the forms goyaml.v2 reads as a moment in time.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4).filter(|(year, _)| is_digits(year)) else {
        return false;
    };
    parse_date(year, rest).is_some_and(|rest| rest.is_empty() || is_time(rest))
}

/// Reads `-month-day`; gives back what follows.
fn parse_date<'a>(year: &str, text: &'a str) -> Option<&'a str> {
    let (month, rest) = short_number(text.strip_prefix('-')?, 12)?;
    let (day, rest) = short_number(rest.strip_prefix('-')?, 31)?;
    let (year, month, day) = (year.parse().ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    jiff::civil::Date::new(year, month, day).ok().map(|_| rest)
}

fn is_time(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['T', 't', ' ']).and_then(clock_time) else { return false };
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => rest,
    };
    if text.starts_with(' ') { rest.is_empty() } else { rest == "Z" || is_zone(rest) }
}

fn clock_time(text: &str) -> Option<&str> {
    let (_, rest) = short_number(text, 23)?;
    let (_, rest) = short_number(rest.strip_prefix(':')?, 59)?;
    short_number(rest.strip_prefix(':')?, 59).map(|(_, rest)| rest)
}

fn is_zone(text: &str) -> bool {
    let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':')) else {
        return false;
    };
    let is_part = |part: &str, most| {
        part.len() == 2 && is_digits(part) && part.parse::<u8>().is_ok_and(|number| number <= most)
    };
    is_part(hours, 24) && is_part(minutes, 59)
}

/// A number of one or two digits, at most `most`, and what follows.
fn short_number(text: &str, most: u8) -> Option<(u8, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    digits.parse().ok().filter(|number| *number <= most).map(|number| (number, rest))
}

/// Whether YAML 1.1 would read it as a number in base 60 (`12:30`); goyaml quotes those.
fn is_base60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = text.split(':');
    let is_number =
        |part: &str| part.starts_with(|c: char| c.is_ascii_digit()) && is_digits_or_underscores(part);
    if !parts.next().is_some_and(is_number) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    let is_sixtieth =
        |part: &str| is_digits(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60);
    middle.iter().all(|part| is_sixtieth(part)) && is_sixtieth(last) && is_digits_or_underscores(fraction)
}

fn is_digits_or_underscores(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}
