//! Scalars with a syntax of their own: quantities, times, base64; errors read as Go's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::Timestamp;

/// Upstream's complaint about a malformed quantity.
pub(super) const QUANTITY_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const TIME_LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
const MICRO_TIME_LAYOUT: &str = "2006-01-02T15:04:05.000000Z07:00";

/// Checks the syntax of a quantity.
///
/// # Errors
/// With upstream's sentence.
pub(super) fn check_quantity(text: &str) -> Result<(), String> {
    const SUFFIXES: &[&str] =
        &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let is_number = digits > 0 && number.len() - digits <= 1;
    let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    let is_exponent =
        exponent.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    if is_number && (SUFFIXES.contains(&suffix) || is_exponent) {
        Ok(())
    } else {
        Err(QUANTITY_ERROR.to_owned())
    }
}

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
    let format = if micro { "%Y-%m-%dT%H:%M:%S.%6fZ" } else { "%Y-%m-%dT%H:%M:%SZ" };
    Ok(timestamp.strftime(format).to_string())
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
    fn quantities_are_told_from_other_texts() {
        for good in ["1", "100m", "1.5Gi", ".5", "5.", "-1k", "1e3", "1E-2", "1E", "12n", "+7Ei"] {
            assert!(check_quantity(good).is_ok(), "{good}");
        }
        for bad in ["", "m", "1.2.3", "100mb", "1 Gi", "1Kib", "e3", "1e", "ten", "1gi"] {
            assert!(check_quantity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        assert_eq!(normal_time("2024-01-02T03:04:05+09:00", false).unwrap(), "2024-01-01T18:04:05Z");
        assert_eq!(normal_time("2024-01-02T03:04:05.1234567Z", true).unwrap(), "2024-01-02T03:04:05.123456Z");
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
