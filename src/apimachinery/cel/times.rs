//! Durations and moments.

use jiff::SignedDuration;

use super::evaluate::Outcome;
use super::value::CelValue;
use crate::base::Timestamp;

/// A moment moved by nanoseconds.
pub(super) fn moved(moment: Timestamp, by: i64) -> Outcome {
    let moved = moment.checked_add(SignedDuration::from_nanos(by));
    moved.map(CelValue::Timestamp).map_err(|_| "timestamp overflow".to_owned())
}

/// Nanoseconds from `b` to `a`.
pub(super) fn between(a: Timestamp, b: Timestamp) -> i64 {
    i64::try_from(a.duration_since(b).as_nanos()).unwrap_or(i64::MAX)
}

/// A duration as Go writes it: `1h30m`.
pub fn parse_duration(text: &str) -> Option<i64> {
    const UNITS: &[(&str, f64)] =
        &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() && rest != "0" {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        let (_, size) = UNITS.iter().find(|(name, _)| *name == &rest[digits..unit])?;
        total += number * size;
        rest = &rest[unit..];
    }
    #[allow(clippy::cast_possible_truncation, reason = "Rust's conversion saturates")]
    let total = total as i64;
    Some(if negative { -total } else { total })
}

/// `getHours()`, `getFullYear()` …
pub(super) fn part(value: &CelValue, name: &str) -> Option<i64> {
    match value {
        CelValue::Duration(nanoseconds) => Some(match name {
            "getHours" => nanoseconds / 3_600_000_000_000,
            "getMinutes" => nanoseconds / 60_000_000_000,
            "getSeconds" => nanoseconds / 1_000_000_000,
            "getMilliseconds" => nanoseconds / 1_000_000 % 1_000,
            _ => return None,
        }),
        CelValue::Timestamp(moment) => {
            let time = moment.to_zoned(jiff::tz::TimeZone::UTC);
            Some(match name {
                "getFullYear" => time.year().into(),
                "getMonth" => i64::from(time.month()) - 1,
                "getDate" => time.day().into(),
                "getDayOfMonth" => i64::from(time.day()) - 1,
                "getDayOfWeek" => time.weekday().to_sunday_zero_offset().into(),
                "getDayOfYear" => i64::from(time.day_of_year()) - 1,
                "getHours" => time.hour().into(),
                "getMinutes" => time.minute().into(),
                "getSeconds" => time.second().into(),
                "getMilliseconds" => time.millisecond().into(),
                _ => return None,
            })
        }
        _ => None,
    }
}

/// A duration in seconds, as `string()` writes it.
pub(super) fn duration_text(nanoseconds: i64) -> String {
    let (whole, rest) = (nanoseconds / 1_000_000_000, (nanoseconds % 1_000_000_000).abs());
    if rest == 0 {
        format!("{whole}s")
    } else {
        format!("{whole}.{rest:09}").trim_end_matches('0').to_owned() + "s"
    }
}
