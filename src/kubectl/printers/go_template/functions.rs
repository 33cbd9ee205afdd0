//! The functions of Go templates, and the two that kubectl adds: `exists` and `base64decode`.

use std::borrow::Cow;
use std::cmp::Ordering;

use base64::Engine;

use super::printf::{sprintf, type_name};
use crate::apimachinery::go_value;
use crate::base::Value;

/// A value while a template runs; `None` is what Go calls an invalid value (a key that is not there).
pub(super) type Dynamic<'d> = Option<Cow<'d, Value>>;

/// Name, and how many arguments it takes at least and at most.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("and", 1, usize::MAX),
    ("or", 1, usize::MAX),
    ("not", 1, 1),
    ("len", 1, 1),
    ("index", 1, usize::MAX),
    ("slice", 1, usize::MAX),
    ("print", 0, usize::MAX),
    ("printf", 1, usize::MAX),
    ("println", 0, usize::MAX),
    ("html", 0, usize::MAX),
    ("js", 0, usize::MAX),
    ("urlquery", 0, usize::MAX),
    ("call", 1, usize::MAX),
    ("eq", 1, usize::MAX),
    ("ne", 2, 2),
    ("lt", 2, 2),
    ("le", 2, 2),
    ("gt", 2, 2),
    ("ge", 2, 2),
    ("exists", 1, usize::MAX),
    ("base64decode", 1, 1),
];

/// Whether templates may use the name.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, ..)| *known == name)
}

/// Refuses a wrong number of arguments.
pub(super) fn check_count(name: &str, given: usize) -> Result<(), String> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else { return Ok(()) };
    if given >= *least && given <= *most {
        return Ok(());
    }
    let at_least = if *most == usize::MAX { "at least " } else { "" };
    Err(format!("wrong number of args for {name}: want {at_least}{least} got {given}"))
}

/// Whether `if` takes a value for true.
pub(super) fn is_true(value: &Dynamic<'_>) -> bool {
    match value.as_deref() {
        None | Some(Value::Null) => false,
        Some(Value::Bool(on)) => *on,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
    }
}

/// Calls any function but `and` and `or`, which do not look at all of their arguments.
/// `integers` tells which arguments are whole numbers of the template itself.
pub(super) fn call<'d>(
    name: &str,
    arguments: Vec<Dynamic<'d>>,
    integers: &[bool],
) -> Result<Dynamic<'d>, String> {
    let values = || -> Vec<Value> { arguments.iter().map(owned).collect() };
    let text = |text: String| Ok(Some(Cow::Owned(Value::from(text))));
    match name {
        "not" => truth(!is_true(&arguments[0])),
        "len" => length(arguments[0].as_deref()),
        "index" => index(arguments),
        "slice" => slice(&arguments),
        "print" => text(sprint(&values())),
        "println" => text(values().iter().map(go_value).collect::<Vec<_>>().join(" ") + "\n"),
        "printf" => match arguments[0].as_deref() {
            Some(Value::String(format)) => text(sprintf(format, &values()[1..], &integers[1..])),
            Some(other) => Err(format!("wrong type for value; expected string; got {}", type_name(other))),
            None => Err("invalid value; expected string".to_owned()),
        },
        "html" => text(escape_html(&sprint(&printable(values())))),
        "js" => text(escape_js(&sprint(&printable(values())))),
        "urlquery" => text(escape_query(&sprint(&printable(values())))),
        "eq" => equal(&arguments, integers),
        "ne" => equal(&arguments, integers).map(|same| Some(Cow::Owned((!is_true(&same)).into()))),
        "lt" => truth(order(&arguments, integers)? == Ordering::Less),
        "le" => truth(order(&arguments, integers)? != Ordering::Greater),
        "gt" => truth(order(&arguments, integers)? == Ordering::Greater),
        "ge" => truth(order(&arguments, integers)? != Ordering::Less),
        "exists" => truth(exists(&arguments)),
        "base64decode" => decode(arguments[0].as_deref()),
        other => Err(format!("{other} of a value that is no function")),
    }
}

fn truth<'d>(on: bool) -> Result<Dynamic<'d>, String> {
    Ok(Some(Cow::Owned(on.into())))
}

fn owned(value: &Dynamic<'_>) -> Value {
    value.as_deref().cloned().unwrap_or_default()
}

/// Values as templates print them: nothing reads `<no value>`.
fn printable(values: Vec<Value>) -> Vec<Value> {
    values.into_iter().map(|value| if value.is_null() { "<no value>".into() } else { value }).collect()
}

/// `fmt.Sprint`: a space between neighbours of which neither is a text.
fn sprint(values: &[Value]) -> String {
    let mut text = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 && !value.is_string() && !values[index - 1].is_string() {
            text.push(' ');
        }
        text.push_str(&go_value(value));
    }
    text
}

fn length<'d>(value: Option<&Value>) -> Result<Dynamic<'d>, String> {
    let length = match value {
        Some(Value::String(text)) => text.len(),
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(map)) => map.len(),
        None | Some(Value::Null) => {
            return Err("reflect: call of reflect.Value.Type on zero Value".to_owned());
        }
        Some(other) => return Err(format!("len of type {}", type_name(other))),
    };
    Ok(Some(Cow::Owned(length.into())))
}

fn index(arguments: Vec<Dynamic<'_>>) -> Result<Dynamic<'_>, String> {
    let mut arguments = arguments.into_iter();
    let mut value = arguments.next().flatten();
    for index in arguments {
        let held = match value {
            None => return Err("index of untyped nil".to_owned()),
            Some(held) if held.is_null() => return Err("index of untyped nil".to_owned()),
            Some(held) => held,
        };
        value = match held {
            Cow::Borrowed(held) => step(held, &index)?.map(Cow::Borrowed),
            Cow::Owned(held) => step(&held, &index)?.cloned().map(Cow::Owned),
        };
    }
    Ok(value)
}

fn step<'v>(held: &'v Value, index: &Dynamic<'_>) -> Result<Option<&'v Value>, String> {
    match (held, index.as_deref()) {
        (Value::Object(map), Some(Value::String(key))) => Ok(map.get(key)),
        (Value::Object(_), Some(other)) => {
            Err(format!("value has type {}; should be string", type_name(other)))
        }
        (Value::Object(_), None) => Err("value is nil; should be of type string".to_owned()),
        (Value::Array(items), index) => {
            // Go lets the first index that is too large pass, and stumbles over it afterwards.
            let found = items.get(position(index, items.len() + 1)?);
            found.map(Some).ok_or_else(|| "reflect: slice index out of range".to_owned())
        }
        (other, _) => Err(format!("can't index item of type {}", type_name(other))),
    }
}

fn position(index: Option<&Value>, length: usize) -> Result<usize, String> {
    match index {
        None | Some(Value::Null) => Err("cannot index slice/array with nil".to_owned()),
        Some(Value::Number(number)) if !number.is_f64() => {
            let found = number.as_u64().and_then(|index| usize::try_from(index).ok());
            found.filter(|index| *index < length).ok_or_else(|| format!("index out of range: {number}"))
        }
        Some(other) => Err(format!("cannot index slice/array with type {}", type_name(other))),
    }
}

fn slice<'d>(arguments: &[Dynamic<'d>]) -> Result<Dynamic<'d>, String> {
    let length = match arguments[0].as_deref() {
        Some(Value::String(text)) => text.len(),
        Some(Value::Array(items)) => items.len(),
        None | Some(Value::Null) => return Err("slice of untyped nil".to_owned()),
        Some(other) => return Err(format!("can't slice item of type {}", type_name(other))),
    };
    let bounds: Vec<usize> = arguments[1..]
        .iter()
        .map(|bound| position(bound.as_deref(), length + 1))
        .collect::<Result<_, _>>()?;
    let (start, end) = (bounds.first().copied().unwrap_or(0), bounds.get(1).copied().unwrap_or(length));
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    let cut = match arguments[0].as_deref() {
        Some(Value::String(text)) => text.get(start..end).unwrap_or_default().into(),
        Some(Value::Array(items)) => items[start..end].to_vec().into(),
        _ => Value::Null,
    };
    Ok(Some(Cow::Owned(cut)))
}

/// What Go compares as one kind.
fn basic_kind(value: Option<&Value>) -> Option<&'static str> {
    match value? {
        value @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) => Some(type_name(value)),
        _ => None,
    }
}

/// Says which types do not go together.
fn incompatible(arguments: &[Dynamic<'_>], integers: &[bool], other: usize) -> String {
    let type_of = |index: usize| match arguments[index].as_deref() {
        _ if integers.get(index).is_some_and(|is_integer| *is_integer) => "int",
        Some(value) => type_name(value),
        None => "nil",
    };
    format!("incompatible types for comparison: {} and {}", type_of(0), type_of(other))
}

fn equal<'d>(arguments: &[Dynamic<'d>], integers: &[bool]) -> Result<Dynamic<'d>, String> {
    let Some((first, rest)) = arguments.split_first() else { return truth(false) };
    if rest.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    let one = first.as_deref().filter(|value| !value.is_null());
    for (index, other) in rest.iter().enumerate() {
        let two = other.as_deref().filter(|value| !value.is_null());
        if let (Some(a), Some(b)) = (one, two) {
            if basic_kind(one) != basic_kind(two) {
                return Err(incompatible(arguments, integers, index + 1));
            }
            if a.is_array() || a.is_object() {
                let (a_type, b_type) = (type_name(a), type_name(b));
                return Err(format!(
                    "non-comparable types {}: {a_type}, {b_type}: {}",
                    go_value(a),
                    go_value(b)
                ));
            }
        }
        if one == two {
            return truth(true);
        }
    }
    truth(false)
}

fn order(arguments: &[Dynamic<'_>], integers: &[bool]) -> Result<Ordering, String> {
    let (one, two) = (arguments[0].as_deref(), arguments[1].as_deref());
    let (Some(a), Some(b)) = (basic_kind(one), basic_kind(two)) else {
        return Err("invalid type for comparison".to_owned());
    };
    if a != b {
        return Err(incompatible(arguments, integers, 1));
    }
    match (one, two) {
        (Some(Value::String(one)), Some(Value::String(two))) => Ok(one.cmp(two)),
        (Some(Value::Number(one)), Some(Value::Number(two))) => {
            Ok(one.as_f64().partial_cmp(&two.as_f64()).unwrap_or(Ordering::Equal))
        }
        _ => Err("invalid type for comparison".to_owned()),
    }
}

/// kubectl's own: whether following the indices leads to something.
fn exists(arguments: &[Dynamic<'_>]) -> bool {
    let mut value = arguments[0].as_deref();
    for index in &arguments[1..] {
        value = match (value, index.as_deref()) {
            (Some(Value::Object(map)), Some(Value::String(key))) => map.get(key),
            (Some(Value::Array(items)), Some(Value::Number(number))) if !number.is_f64() => {
                number.as_u64().and_then(|index| items.get(usize::try_from(index).ok()?))
            }
            _ => None,
        };
    }
    value.is_some_and(|value| !value.is_null())
}

fn decode<'d>(value: Option<&Value>) -> Result<Dynamic<'d>, String> {
    let Some(Value::String(text)) = value else {
        return Err(match value {
            Some(other) => format!("wrong type for value; expected string; got {}", type_name(other)),
            None => "invalid value; expected string".to_owned(),
        });
    };
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match base64::engine::general_purpose::STANDARD.decode(&plain) {
        Ok(bytes) => Ok(Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned().into()))),
        Err(_) => {
            let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            let place = plain.bytes().position(|byte| !is_digit(byte)).unwrap_or(plain.len() / 4 * 4);
            Err(format!("base64 decode failed: illegal base64 data at input byte {place}"))
        }
    }
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('\0', "\u{fffd}")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn escape_js(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => escaped.extend(['\\', c]),
            '<' | '>' | '&' | '=' => escaped.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if u32::from(c) < 0x20 => escaped.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

fn escape_query(text: &str) -> String {
    crate::kubectl::api::encode(text).replace("%20", "+")
}
