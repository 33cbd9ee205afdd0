//! Lines of klog, the log that Go's client libraries write to standard error.

use crate::base::Clock;

/// How bad it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Severity {
    Info,
    Warning,
    Error,
    Fatal,
}

/// A value as it is told: several lines stand as a block, a single one in quotes.
pub(super) fn value(text: &str) -> String {
    match text.strip_suffix('\n').unwrap_or(text) {
        _ if !text.contains('\n') => format!("{text:?}"),
        lines => format!("<\n\t{}\n >", lines.replace('\n', "\n\t")),
    }
}

/// Severity, date, time, thread, place, text.
pub(super) fn line(severity: Severity, place: &str, text: &str) -> String {
    let letter = match severity {
        Severity::Info => 'I',
        Severity::Warning => 'W',
        Severity::Error => 'E',
        Severity::Fatal => 'F',
    };
    let now = Clock::system().now().to_string();
    let digits: String = now.chars().filter(|c| !matches!(c, '-' | 'Z')).collect();
    let (date, time) = digits.split_once('T').unwrap_or(("", ""));
    let time = format!("{time:0<15.15}");
    let day = date.get(4..).unwrap_or_default();
    format!("{letter}{day} {time}       1 {place}] {text}")
}
