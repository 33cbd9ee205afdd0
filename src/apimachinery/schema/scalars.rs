//! Scalars with a syntax of their own: times and base64; errors read as Go's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::Timestamp;

const TIME_LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
const MICRO_TIME_LAYOUT: &str = "2006-01-02T15:04:05.000000Z07:00";

/// A time as Go writes it again: seconds (or microseconds), UTC.
///
/// # Errors
/// With the words of Go's `time.Parse`.
pub(super) fn normal_time(text: &str, micro: bool) -> Result<String, String> {
    let layout = if micro { MICRO_TIME_LAYOUT } else { TIME_LAYOUT };
    let Some(timestamp) = text.contains('T').then(|| text.parse::<Timestamp>().ok()).flatten() else {
        let (rest, element) = first_mismatch(text);
        return Err(format!("parsing time {text:?} as {layout:?}: cannot parse {rest:?} as {element:?}"));
    };
    Ok(if micro { format!("{timestamp:.6}") } else { format!("{timestamp:.0}") })
}

/// Where a text stops being a time, and which part of the layout is expected there.
fn first_mismatch(text: &str) -> (&str, &'static str) {
    const ELEMENTS: &[(usize, &str)] = &[
        (4, "2006"),
        (0, "-"),
        (2, "01"),
        (0, "-"),
        (2, "02"),
        (0, "T"),
        (2, "15"),
        (0, ":"),
        (2, "04"),
        (0, ":"),
        (2, "05"),
    ];
    let mut rest = text;
    for (digits, element) in ELEMENTS {
        let matched = if *digits == 0 {
            rest.strip_prefix(element)
        } else {
            rest.get(*digits..).filter(|_| rest.bytes().take(*digits).all(|byte| byte.is_ascii_digit()))
        };
        match matched {
            Some(after) => rest = after,
            None => return (rest, element),
        }
    }
    (rest, "Z07:00")
}

/// Checks base64.
///
/// # Errors
/// With the words of Go's decoder.
pub(super) fn check_base64(text: &str) -> Result<(), String> {
    let joined: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match STANDARD.decode(&joined) {
        Ok(_) => Ok(()),
        Err(base64::DecodeError::InvalidByte(offset, _)) => {
            Err(format!("illegal base64 data at input byte {offset}"))
        }
        Err(_) => Err(format!("illegal base64 data at input byte {}", joined.len() / 4 * 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_go_writes_them() {
        assert_eq!(normal_time("2024-01-02T03:04:05+09:00", false).unwrap(), "2024-01-01T18:04:05Z");
        assert_eq!(normal_time("2024-01-02T03:04:05.1234567Z", true).unwrap(), "2024-01-02T03:04:05.123456Z");
        assert_eq!(normal_time("2024-01-02T03:04:05Z", true).unwrap(), "2024-01-02T03:04:05.000000Z");
        assert_eq!(normal_time("1969-12-31T23:59:59.9Z", false).unwrap(), "1969-12-31T23:59:59Z");
        assert_eq!(
            normal_time("yesterday", false).unwrap_err(),
            r#"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#
        );
        assert_eq!(
            normal_time("2024-01-02", false).unwrap_err(),
            r#"parsing time "2024-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T""#
        );
    }

    #[test]
    fn base64_errors_name_the_byte() {
        assert!(check_base64("aGVsbG8=").is_ok());
        assert_eq!(check_base64("no base64").unwrap_err(), "illegal base64 data at input byte 2");
    }
}
