//! Printing JSON values the way Go programs do.

use std::borrow::Cow;

use crate::apimachinery::{format_float, go_value};
use crate::base::{Number, Value, escape_html};

/// Several results of one action, with a space between.
pub(super) fn print_results(results: &[Cow<'_, Value>]) -> String {
    results.iter().map(|value| go_text(value)).collect::<Vec<_>>().join(" ")
}

/// A value as kubectl prints it: text as it is, maps and lists as compact JSON with Go's escapes.
#[must_use]
pub fn go_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => go_json(value),
        Value::Null => "null".to_owned(),
        scalar => go_value(scalar),
    }
}

fn go_json(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_json).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}:{}", quoted(key), go_json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::String(text) => quoted(text),
        Value::Number(number) => json_number(number),
        scalar => scalar.to_string(),
    }
}

/// Go escapes what could end a script element in HTML.
fn quoted(text: &str) -> String {
    escape_html(Value::from(text).to_string()).into_owned()
}

/// As Go's JSON encoder writes numbers: with an exponent below 1e-6 and from 1e21 on.
fn json_number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    if float == 0.0 || (1e-6..1e21).contains(&float.abs()) {
        return float.to_string();
    }
    format_float(float, 'e', None).unwrap_or_default().replace("e-0", "e-")
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_float_reads_otherwise_by_itself_than_in_json() {
        assert_eq!(go_text(&json!(12_345_678.5)), "1.23456785e+07");
        assert_eq!(go_text(&json!([12_345_678.5, 0.00001, 1e-7, 1e21])), "[12345678.5,0.00001,1e-7,1e+21]");
    }
}
