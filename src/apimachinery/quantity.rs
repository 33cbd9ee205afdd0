//! Quantities: `500m`, `1536Mi`, `1e3`. Follows `k8s.io/apimachinery/pkg/api/resource`.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use crate::base::Value;

/// What a malformed quantity is told.
pub const QUANTITY_FORMAT_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const NANO: i128 = 1_000_000_000;
const BINARY_SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// From 10⁻⁹ to 10¹⁸, in steps of a thousand.
const DECIMAL_SUFFIXES: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/// How a quantity was written, and is written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Powers of 1024: `Mi`.
    BinarySi,
    /// Powers of 1000: `m`, `k`.
    DecimalSi,
    /// `12e6`.
    DecimalExponent,
}

/// An amount of cpu, memory or anything counted. Displays in canonical form; compares by amount.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nano: i128,
    format: Format,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nano: 0, format: Format::DecimalSi };

    /// Parses what manifests hold.
    ///
    /// # Errors
    /// With upstream's text when it is not a quantity.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse(text).ok_or_else(|| QUANTITY_FORMAT_ERROR.to_owned())
    }

    /// A JSON string or number as a quantity.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => parse(text),
            Value::Number(number) => parse(&number.to_string()),
            _ => None,
        }
    }

    /// `units` thousandths, as cpu is counted.
    #[must_use]
    pub fn from_milli(units: i64) -> Self {
        Self { nano: i128::from(units) * 1_000_000, format: Format::DecimalSi }
    }

    /// `units` whole ones.
    #[must_use]
    pub fn from_whole(units: i64) -> Self {
        Self { nano: i128::from(units) * NANO, format: Format::DecimalSi }
    }

    /// `bytes`, shown with `Ki`, `Mi`, `Gi`.
    #[must_use]
    pub fn from_bytes(bytes: i64) -> Self {
        Self { nano: i128::from(bytes) * NANO, format: Format::BinarySi }
    }

    /// Whole units, rounded up; the nearest `i64` when there are more.
    #[must_use]
    pub fn whole(self) -> i64 {
        round_up(self.nano, NANO)
    }

    /// Thousandths, rounded up; the nearest `i64` when there are more.
    #[must_use]
    pub fn milli(self) -> i64 {
        round_up(self.nano, NANO / 1000)
    }

    /// The same amount in whole units, written as `other` is.
    #[must_use]
    pub fn written_as(self, other: Self) -> Self {
        if self.format == other.format {
            return self;
        }
        Self { nano: i128::from(self.whole()) * NANO, format: other.format }
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.nano < 0
    }
}

fn round_up(nano: i128, unit: i128) -> i64 {
    let whole = nano.div_euclid(unit) + i128::from(nano.rem_euclid(unit) != 0);
    i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })
}

fn parse(text: &str) -> Option<Quantity> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let (format, multiplier) = multiplier(suffix)?;
    let digits: i128 =
        format!("{whole}{fraction}").trim_start_matches('0').parse().or_else(zero_if_empty).ok()?;
    let nano = scale(digits, multiplier, u32::try_from(fraction.len()).ok()?)?;
    let nano = if text.starts_with('-') { -nano } else { nano };
    // Small binary amounts are written decimally, as upstream does.
    let is_small_binary = format == Format::BinarySi && nano.abs() < 1024 * NANO;
    Some(Quantity { nano, format: if is_small_binary { Format::DecimalSi } else { format } })
}

fn zero_if_empty(error: std::num::ParseIntError) -> Result<i128, std::num::ParseIntError> {
    if *error.kind() == std::num::IntErrorKind::Empty { Ok(0) } else { Err(error) }
}

/// A power of two or of ten.
#[derive(Clone, Copy)]
struct Multiplier {
    base: i128,
    exponent: i32,
}

/// `digits` × the multiplier ÷ 10^`fraction_digits`, in nano units, rounded up as upstream does.
fn scale(digits: i128, multiplier: Multiplier, fraction_digits: u32) -> Option<i128> {
    let mut numerator = digits.checked_mul(NANO)?;
    let mut denominator = 1i128;
    let power = multiplier.base.checked_pow(multiplier.exponent.unsigned_abs())?;
    if multiplier.exponent < 0 {
        denominator = power;
    } else {
        numerator = numerator.checked_mul(power)?;
    }
    denominator = denominator.checked_mul(10i128.checked_pow(fraction_digits)?)?;
    Some(numerator.div_euclid(denominator) + i128::from(numerator.rem_euclid(denominator) != 0))
}

fn multiplier(suffix: &str) -> Option<(Format, Multiplier)> {
    if let Some(index) = DECIMAL_SUFFIXES.iter().position(|known| *known == suffix) {
        let exponent = (i32::try_from(index).ok()? - 3) * 3;
        return Some((Format::DecimalSi, Multiplier { base: 10, exponent }));
    }
    if let Some(index) = BINARY_SUFFIXES.iter().position(|known| *known == suffix) {
        return Some((Format::BinarySi, Multiplier { base: 1024, exponent: i32::try_from(index).ok()? }));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some((Format::DecimalExponent, Multiplier { base: 10, exponent }))
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano == 0 {
            return f.write_str("0");
        }
        if self.format == Format::BinarySi && self.nano % NANO == 0 {
            let mut amount = self.nano / NANO;
            let mut index = 0;
            while amount % 1024 == 0 && index + 1 < BINARY_SUFFIXES.len() {
                amount /= 1024;
                index += 1;
            }
            return write!(f, "{amount}{}", BINARY_SUFFIXES[index]);
        }
        let mut amount = self.nano;
        let mut index = 0;
        while amount % 1000 == 0 && index + 1 < DECIMAL_SUFFIXES.len() {
            amount /= 1000;
            index += 1;
        }
        let exponent = (i64::try_from(index).unwrap_or_default() - 3) * 3;
        match self.format {
            Format::DecimalExponent if exponent == 0 => write!(f, "{amount}"),
            Format::DecimalExponent => write!(f, "{amount}e{exponent}"),
            _ => write!(f, "{amount}{}", DECIMAL_SUFFIXES[index]),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl Add for Quantity {
    type Output = Self;

    /// The sum, in the format of the first unless that is zero.
    fn add(self, other: Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self { nano: self.nano.saturating_add(other.nano), format }
    }
}

impl Sub for Quantity {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self { nano: self.nano.saturating_sub(other.nano), format }
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_canonically() {
        let cases = [
            ("0", "0"),
            ("0.5", "500m"),
            ("0.1Gi", "107374182400m"),
            ("500m", "500m"),
            ("1000m", "1"),
            ("1.5Gi", "1536Mi"),
            ("1024Mi", "1Gi"),
            ("1536Mi", "1536Mi"),
            ("128974848", "128974848"),
            ("1e3", "1e3"),
            ("12000", "12k"),
            ("1500k", "1500k"),
            ("512", "512"),
            ("0Ki", "0"),
            ("-1", "-1"),
            ("+5k", "5k"),
            (".5", "500m"),
            ("1n", "1n"),
            ("0.1n", "1n"),
            ("10E", "10E"),
            ("1E6", "1e6"),
        ];
        for (text, expected) in cases {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "abc", "1.2.3", "5 Gi", "1gi", "m", "1e", "--1", "1Kib", "."] {
            assert_eq!(Quantity::parse(text).unwrap_err(), QUANTITY_FORMAT_ERROR, "{text}");
        }
    }

    #[test]
    fn quantities_compare_and_add_by_amount() {
        let parse = |text| Quantity::parse(text).unwrap();
        assert_eq!(parse("1"), parse("1000m"));
        assert!(parse("1Gi") > parse("1G"));
        assert_eq!((parse("100m") + parse("0.9")).to_string(), "1");
        assert_eq!((parse("1Gi") - parse("512Mi")).to_string(), "512Mi");
        assert_eq!((parse("250m").milli(), parse("250m").whole(), parse("1Ki").whole()), (250, 1, 1024));
        assert_eq!([parse("1Mi"), parse("2Mi")].into_iter().sum::<Quantity>().to_string(), "3Mi");
    }
}
