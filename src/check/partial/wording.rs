//! Values and tests in few words.

use crate::base::{Map, Value};

use super::is_test;

/// Characters of a value that are shown.
const SHOWN_MAX: usize = 60;

/// How a test reads to a learner.
pub(super) fn wording(test: &str, argument: &Value) -> String {
    let many = |separator: &str| {
        let items = argument.as_array().into_iter().flatten().map(show);
        items.collect::<Vec<_>>().join(separator)
    };
    match test {
        "$exists" if argument.as_bool() == Some(false) => "-".to_owned(),
        "$exists" => "…".to_owned(),
        "$notEqualTo" | "$not" => format!("≠ {}", show(argument)),
        "$atLeast" => format!("≥ {}", show(argument)),
        "$atMost" => format!("≤ {}", show(argument)),
        "$moreThan" => format!("> {}", show(argument)),
        "$lessThan" => format!("< {}", show(argument)),
        "$contains" => format!("… {} …", show(argument)),
        "$matches" => format!("/{}/", show(argument)),
        "$size" => format!("#{}", show_test_or_value(argument)),
        "$oneOf" => many(" | "),
        "$noneOf" => format!("≠ {}", many(", ")),
        "$none" => format!("∌ {}", show(argument)),
        "$every" => format!("[{}, …]", show(argument)),
        "$exactly" => format!("= {}", show(argument)),
        _ => show(argument),
    }
}

/// Characters of what somebody else wrote: the cause often stands at the end.
const QUOTED_MAX: usize = 180;

/// A text that fits into a line.
pub(in crate::check) fn shorten(text: &str) -> String {
    cut(text, SHOWN_MAX)
}

/// What a program, a probe or a registry said.
pub(in crate::check) fn quote(text: &str) -> String {
    cut(text, QUOTED_MAX)
}

fn cut(text: &str, at_most: usize) -> String {
    match text.char_indices().nth(at_most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value in few words.
pub(in crate::check) fn show(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}: {}", show_test_or_value(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

fn show_test_or_value(value: &Value) -> String {
    match value {
        Value::Object(test) if is_test(test) => test_text(test),
        value => show(value),
    }
}

fn test_text(test: &Map) -> String {
    test.iter().map(|(test, argument)| wording(test, argument)).collect::<Vec<_>>().join(", ")
}
