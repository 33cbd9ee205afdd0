//! Values as Go's `fmt` prints what JSON was read into, and floats as its `strconv` formats them.

use crate::base::{Number, Value};

/// A value as `%v` prints it: `map[spec:map[replicas:3]]`, `[x y]`, `<nil>`.
#[must_use]
pub fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => go_number(number),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_value).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{key}:{}", go_value(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

/// A number as `%v` prints it.
#[must_use]
pub fn go_number(number: &Number) -> String {
    let float = number.as_f64().filter(|_| number.is_f64());
    float.and_then(|float| format_float(float, 'g', None)).unwrap_or_else(|| number.to_string())
}

/// `strconv.FormatFloat` for the formats `e`, `f` and `g`; without a precision with as few digits as tell the
/// float from all others.
#[must_use]
pub fn format_float(float: f64, format: char, precision: Option<usize>) -> Option<String> {
    Some(match (format, precision) {
        ('f', None) => float.to_string(),
        ('f', Some(precision)) => format!("{float:.precision$}"),
        ('e', _) => {
            let (mantissa, exponent) = parts(float, precision);
            with_exponent(&mantissa, exponent)
        }
        ('g', None) => shortest(float),
        ('g', Some(precision)) => general(float, precision.max(1)),
        _ => return None,
    })
}

/// `%g` with the fewest digits: an exponent from a million on and below 0.0001.
fn shortest(float: f64) -> String {
    let (mantissa, exponent) = parts(float, None);
    if (-4..6).contains(&exponent) { float.to_string() } else { with_exponent(&mantissa, exponent) }
}

/// `%.3g`: so many digits, trailing zeros dropped.
fn general(float: f64, precision: usize) -> String {
    let (mantissa, exponent) = parts(float, Some(precision - 1));
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= limit {
        return with_exponent(&trim(mantissa), exponent);
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or_default();
    trim(format!("{float:.decimals$}"))
}

/// Mantissa and exponent of the scientific form.
fn parts(float: f64, precision: Option<usize>) -> (String, i32) {
    let text = match precision {
        Some(precision) => format!("{float:.precision$e}"),
        None => format!("{float:e}"),
    };
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or_default()),
        None => (text, 0),
    }
}

fn with_exponent(mantissa: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn values_are_printed_without_quotes_and_commas() {
        let value = json!({"b": [1, "x y", null], "a": {"c": true}});
        assert_eq!(go_value(&value), "map[a:map[c:true] b:[1 x y <nil>]]");
    }

    #[test]
    fn floats_are_printed_with_an_exponent_where_go_writes_one() {
        let value = json!([0.5, 3.0, 1234567.5, 100_000.0, 1e6, 0.0001, 0.00001, 1e21, 0.0, 1_000_000]);
        assert_eq!(go_value(&value), "[0.5 3 1.2345675e+06 100000 1e+06 0.0001 1e-05 1e+21 0 1000000]");
    }
}
