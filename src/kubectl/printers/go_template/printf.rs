//! `printf`, types and literals as Go's `fmt` and `strconv` write them.

use crate::apimachinery::{format_float, go_number, go_quote, go_value};
use crate::base::Value;

/// Go's name of a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
struct Directive {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// The most that a width or precision asks for, as in Go.
const WIDEST: usize = 1_000_000;

/// `fmt.Sprintf`; `integers` tells which arguments are whole numbers of the template itself.
pub(super) fn sprintf(format: &str, arguments: &[Value], integers: &[bool]) -> String {
    let mut text = String::new();
    let is_integer = |index: usize| integers.get(index).is_some_and(|is_integer| *is_integer);
    let mut arguments_left = arguments.iter().enumerate().map(|(index, value)| (value, is_integer(index)));
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let directive = directive(&mut chars);
        match chars.next() {
            None => text.push_str("%!(NOVERB)"),
            Some('%') => text.push('%'),
            Some(verb) => match arguments_left.next() {
                None => text.push_str(&format!("%!{verb}(MISSING)")),
                Some((_, true)) if verb == 'T' => text.push_str(&padded("int", directive, &Value::Null)),
                Some((value, integer)) => match verb_text(verb, directive, value) {
                    // Of what holds others, these were padded.
                    Some(shown) if verb != 'T' && (value.is_array() || value.is_object()) => {
                        text.push_str(&shown);
                    }
                    Some(shown) => text.push_str(&padded(&shown, directive, value)),
                    None => text.push_str(&bad_verb(verb, directive, value, integer)),
                },
            },
        }
    }
    let extra: Vec<String> = arguments_left
        .map(|(value, integer)| match value {
            Value::Null => "<nil>".to_owned(),
            value => format!("{}={}", if integer { "int" } else { type_name(value) }, go_value(value)),
        })
        .collect();
    if !extra.is_empty() {
        text.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    text
}

fn directive(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Directive {
    let mut found = Directive::default();
    while let Some(c) = chars.peek() {
        match c {
            '-' => found.minus = true,
            '+' => found.plus = true,
            '#' => found.sharp = true,
            ' ' => found.space = true,
            '0' => found.zero = true,
            _ => break,
        }
        chars.next();
    }
    found.width = number(chars);
    if chars.next_if_eq(&'.').is_some() {
        found.precision = Some(number(chars));
    }
    found
}

fn number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> usize {
    let mut number = 0_usize;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        number = (number * 10 + digit as usize).min(WIDEST);
        chars.next();
    }
    number
}

fn padded(text: &str, directive: Directive, value: &Value) -> String {
    let missing = directive.width.saturating_sub(text.chars().count());
    if directive.minus {
        return format!("{text}{}", " ".repeat(missing));
    }
    if directive.zero && value.is_number() {
        let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    format!("{}{text}", " ".repeat(missing))
}

/// What stands for a value that the verb does not fit: its type, and itself as wide as it was to be.
fn bad_verb(verb: char, directive: Directive, value: &Value, integer: bool) -> String {
    if value.is_null() {
        return format!("%!{verb}(<nil>)");
    }
    let type_name = if integer { "int" } else { type_name(value) };
    let shown = verb_text('v', directive, value).unwrap_or_default();
    format!("%!{verb}({type_name}={})", padded(&shown, directive, value))
}

/// A value as the verb writes it; `None` when the verb does not fit.
fn verb_text(verb: char, directive: Directive, value: &Value) -> Option<String> {
    let done = match value {
        Value::Array(items) if verb != 'T' => {
            let items: Vec<String> = items.iter().map(|item| inner_text(verb, directive, item)).collect();
            return Some(format!("[{}]", items.join(" ")));
        }
        Value::Object(map) if verb != 'T' => {
            let entries = map.iter().map(|(key, item)| {
                let key = inner_text(verb, directive, &key.as_str().into());
                format!("{key}:{}", inner_text(verb, directive, item))
            });
            return Some(format!("map[{}]", entries.collect::<Vec<_>>().join(" ")));
        }
        Value::Bool(on) => (verb == 't').then(|| on.to_string()),
        Value::String(text) => string_verb(verb, directive, text),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => float_verb(verb, directive, float),
            None => int_verb(verb, directive, number.as_i64().unwrap_or_default()),
        },
        _ => None,
    };
    match (verb, done) {
        ('T', _) => Some(type_name(value).to_owned()),
        (_, Some(text)) => Some(text),
        ('v', None) => Some(match value {
            Value::Number(number) if directive.plus => signed(go_number(number), directive),
            value => go_value(value),
        }),
        _ => None,
    }
}

/// A value inside of another; each is padded for itself.
fn inner_text(verb: char, directive: Directive, value: &Value) -> String {
    match verb_text(verb, directive, value) {
        Some(text) if value.is_array() || value.is_object() => text,
        Some(text) => padded(&text, directive, value),
        None if value.is_null() => go_value(value),
        None => bad_verb(verb, directive, value, false),
    }
}

fn signed(text: String, directive: Directive) -> String {
    match text.starts_with('-') {
        true => text,
        false if directive.plus => format!("+{text}"),
        false if directive.space => format!(" {text}"),
        false => text,
    }
}

fn string_verb(verb: char, directive: Directive, text: &str) -> Option<String> {
    let cut: String = text.chars().take(directive.precision.unwrap_or(usize::MAX)).collect();
    match verb {
        's' | 'v' => Some(cut),
        'q' if directive.sharp && !cut.contains('`') => Some(format!("`{cut}`")),
        'q' => Some(go_quote(&cut)),
        'x' => Some(cut.bytes().map(|byte| format!("{byte:02x}")).collect()),
        'X' => Some(cut.bytes().map(|byte| format!("{byte:02X}")).collect()),
        _ => None,
    }
}

fn int_verb(verb: char, directive: Directive, number: i64) -> Option<String> {
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    let sharp = |prefix: &str| if directive.sharp { prefix.to_owned() } else { String::new() };
    let text = match verb {
        'd' => format!("{sign}{size}"),
        'b' => format!("{sign}{}{size:b}", sharp("0b")),
        'o' => format!("{sign}{}{size:o}", sharp("0")),
        'O' => format!("{sign}0o{size:o}"),
        'x' => format!("{sign}{}{size:x}", sharp("0x")),
        'X' => format!("{sign}{}{size:X}", sharp("0X")),
        'c' | 'q' | 'U' => {
            let c = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            return Some(match verb {
                'c' => c.to_string(),
                'q' => format!("'{c}'"),
                _ => format!("U+{number:04X}"),
            });
        }
        _ => return None,
    };
    Some(signed(text, directive))
}

fn float_verb(verb: char, directive: Directive, float: f64) -> Option<String> {
    let precision = directive.precision.map(|precision| precision.min(1_000));
    let text = match verb {
        'f' | 'F' | 'e' | 'E' => format_float(float, verb.to_ascii_lowercase(), precision.or(Some(6))),
        'g' | 'G' | 'v' => format_float(float, 'g', precision),
        _ => None,
    }?;
    let text = if verb.is_ascii_uppercase() { text.to_uppercase() } else { text };
    Some(signed(text, directive))
}

/// The text of a Go literal: `"a\n"`, `'a'` or `` `a` ``.
pub(super) fn unquote(literal: &str) -> Option<String> {
    let inner = literal.get(1..literal.len().checked_sub(1)?)?;
    if literal.starts_with('`') {
        return Some(inner.replace('\r', ""));
    }
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.push(match chars.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            c @ ('\\' | '"' | '\'') => c,
            'x' => coded(&mut chars, 2, 16, String::new())?,
            'u' => coded(&mut chars, 4, 16, String::new())?,
            'U' => coded(&mut chars, 8, 16, String::new())?,
            c @ '0'..='7' => coded(&mut chars, 2, 8, c.to_string())?,
            _ => return None,
        });
    }
    Some(text)
}

fn coded(chars: &mut std::str::Chars<'_>, length: usize, radix: u32, mut digits: String) -> Option<char> {
    digits.extend(chars.take(length));
    char::from_u32(u32::from_str_radix(&digits, radix).ok()?)
}
