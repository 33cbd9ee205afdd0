//! Values of awk: numbers, texts, and texts that look like numbers.

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::format::general;
use super::lexer::number;

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Never set: empty, and 0.
    #[default]
    Unset,
    /// A number.
    Number(f64),
    /// A text.
    Text(Rc<str>),
    /// What was read, and its number when it looks like one.
    Input(Rc<str>, Option<f64>),
}

impl Value {
    /// A text.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A text that was read.
    pub(super) fn input(text: &str) -> Self {
        let trimmed = text.trim();
        let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
        let looks = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && unsigned != "."
            && number(unsigned).1 == unsigned.len();
        Self::Input(text.into(), looks.then(|| leading_number(trimmed)))
    }

    /// 1 or 0.
    pub(super) fn truth(holds: bool) -> Self {
        Self::Number(f64::from(u8::from(holds)))
    }

    /// As a number.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Unset => 0.0,
            Self::Number(number) => *number,
            Self::Input(_, Some(number)) => *number,
            Self::Text(text) | Self::Input(text, None) => leading_number(text),
        }
    }

    /// As a text.
    pub(super) fn string(&self) -> Rc<str> {
        match self {
            Self::Unset => "".into(),
            Self::Number(number) => shown(*number).into(),
            Self::Text(text) | Self::Input(text, _) => Rc::clone(text),
        }
    }

    /// Whether it counts as true.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Number(number) | Self::Input(_, Some(number)) => *number != 0.0,
            Self::Text(text) | Self::Input(text, None) => !text.is_empty(),
        }
    }

    fn is_numeric(&self) -> bool {
        matches!(self, Self::Unset | Self::Number(_) | Self::Input(_, Some(_)))
    }

    /// Which is the greater: as numbers when both look like numbers, else as texts.
    pub(super) fn compared(&self, other: &Self) -> Ordering {
        if self.is_numeric() && other.is_numeric() {
            self.number().partial_cmp(&other.number()).unwrap_or(Ordering::Equal)
        } else {
            self.string().cmp(&other.string())
        }
    }
}

/// The number that a text begins with.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (value, _) = number(digits);
    if negative { -value } else { value }
}

/// A number as `print` shows it: whole ones in full, others with six digits.
fn shown(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e16 {
        return if number == 0.0 { "0".to_owned() } else { format!("{number:.0}") };
    }
    let size = general(number.abs(), 6);
    if number < 0.0 { format!("-{size}") } else { size }
}
