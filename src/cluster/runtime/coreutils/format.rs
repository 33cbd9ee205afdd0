//! Formats as `printf` and awk read them: `%-5s`, `%05.1f`, `%x`.

/// Columns and digits at most.
const WIDTH_MAX: usize = 10_000;

/// A part of a format.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Text as it is.
    Text(String),
    /// A place for a value.
    Place(Place),
}

/// How a value is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    /// Columns at least.
    width: Measure,
    /// Digits, or characters at most.
    precision: Measure,
    /// The letter at its end.
    pub conversion: char,
}

/// A width or precision.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Measure {
    #[default]
    None,
    Is(usize),
    /// `*`: the next value says it.
    Asked,
}

impl Measure {
    fn get(self) -> Option<usize> {
        if let Self::Is(measure) = self { Some(measure) } else { None }
    }
}

/// The parts of a format; the first letter that is no conversion, or nothing behind a `%`, is an error.
///
/// # Errors
/// What stands there.
pub(super) fn pieces(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        if characters.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        let mut place = Place::default();
        let mut read = "%".to_owned();
        while let Some(flag) = characters.next_if(|next| "-+ 0#".contains(*next)) {
            read.push(flag);
            match flag {
                '-' => place.left = true,
                '+' => place.plus = true,
                ' ' => place.space = true,
                '0' => place.zero = true,
                _ => place.alternate = true,
            }
        }
        place.width = measure(&mut characters, &mut read);
        if characters.next_if_eq(&'.').is_some() {
            read.push('.');
            place.precision = match measure(&mut characters, &mut read) {
                Measure::None => Measure::Is(0),
                measure => measure,
            };
        }
        while characters.next_if(|next| "hlLqjzt".contains(*next)).is_some() {}
        match characters.next() {
            Some(conversion) if "bcdiouxXeEfFgGs".contains(conversion) => place.conversion = conversion,
            other => {
                read.extend(other);
                return Err(read);
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Place(place));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn measure(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, read: &mut String) -> Measure {
    if characters.next_if_eq(&'*').is_some() {
        read.push('*');
        return Measure::Asked;
    }
    let mut digits = String::new();
    while let Some(digit) = characters.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    read.push_str(&digits);
    if digits.is_empty() {
        Measure::None
    } else {
        Measure::Is(digits.parse().unwrap_or(WIDTH_MAX).min(WIDTH_MAX))
    }
}

impl Place {
    /// Whether a value must say a width or precision first.
    pub(super) fn asks(&self) -> usize {
        usize::from(self.width == Measure::Asked) + usize::from(self.precision == Measure::Asked)
    }

    /// The place with a width or precision that was asked for; a negative width is one to the left.
    pub(super) fn answered(mut self, measure: i64) -> Self {
        let is = Measure::Is(usize::try_from(measure.unsigned_abs()).unwrap_or(WIDTH_MAX).min(WIDTH_MAX));
        if self.width == Measure::Asked {
            self.left |= measure < 0;
            self.width = is;
        } else {
            self.precision = if measure < 0 { Measure::None } else { is };
        }
        self
    }

    /// A text in its place.
    pub(super) fn text(&self, text: &str) -> String {
        let cut: String = match (self.conversion, self.precision.get()) {
            ('c', _) => text.chars().take(1).collect(),
            (_, Some(most)) => text.chars().take(most).collect(),
            _ => text.to_owned(),
        };
        self.padded("", &cut, false)
    }

    /// A whole number in its place.
    pub(super) fn integer(&self, number: i64) -> String {
        let (sign, digits) = match self.conversion {
            'o' => (if self.alternate { "0" } else { "" }, format!("{number:o}")),
            'x' => (if self.alternate && number != 0 { "0x" } else { "" }, format!("{number:x}")),
            'X' => (if self.alternate && number != 0 { "0X" } else { "" }, format!("{number:X}")),
            'u' => ("", number.cast_unsigned().to_string()),
            _ => (self.sign(number < 0), number.unsigned_abs().to_string()),
        };
        let digits = match self.precision.get() {
            Some(least) => format!("{digits:0>least$}"),
            None => digits,
        };
        self.padded(sign, &digits, self.precision == Measure::None)
    }

    /// A number with a fraction in its place.
    pub(super) fn float(&self, number: f64) -> String {
        let sign = self.sign(number.is_sign_negative() && !number.is_nan());
        let (size, precision) = (number.abs(), self.precision.get().unwrap_or(6));
        if !number.is_finite() {
            return self.padded(sign, if number.is_nan() { "nan" } else { "inf" }, false);
        }
        let digits = match self.conversion.to_ascii_lowercase() {
            'e' => exponential(size, precision),
            'g' => general(size, precision),
            _ => format!("{size:.precision$}"),
        };
        let upper = self.conversion.is_ascii_uppercase();
        self.padded(sign, &if upper { digits.to_uppercase() } else { digits }, true)
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn padded(&self, sign: &str, digits: &str, zeros: bool) -> String {
        let width = self.width.get().unwrap_or_default();
        let missing = width.saturating_sub(sign.chars().count() + digits.chars().count());
        match (self.left, self.zero && zeros) {
            (true, _) => format!("{sign}{digits}{:missing$}", ""),
            (_, true) => format!("{sign}{:0>missing$}{digits}", ""),
            _ => format!("{:missing$}{sign}{digits}", ""),
        }
    }
}

/// `%e`: at least two digits in the exponent.
fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%g` of a number: the shorter of both ways, without zeros at the end.
pub(super) fn general(number: f64, precision: usize) -> String {
    let precision = precision.clamp(1, 40);
    let scientific = exponential(number, precision - 1);
    let exponent: i32 =
        scientific.rsplit_once('e').and_then(|(_, text)| text.parse().ok()).unwrap_or_default();
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    let without_zeros = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if exponent < -4 || exponent >= limit {
        let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{power}", without_zeros(digits));
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or_default();
    without_zeros(&format!("{number:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(format: &str) -> Place {
        match pieces(format).unwrap().as_slice() {
            [Piece::Place(place)] => place.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_shown_as_c_shows_them() {
        for (format, number, shown) in [
            ("%d", -3, "-3"),
            ("%05d", 42, "00042"),
            ("%-5d", 42, "42   "),
            ("%+d", 4, "+4"),
            ("%x", 255, "ff"),
            ("%#X", 255, "0XFF"),
            ("%o", 8, "10"),
            ("%.3d", 7, "007"),
            ("%05d", -42, "-0042"),
        ] {
            assert_eq!(place(format).integer(number), shown, "{format}");
        }
        for (format, number, shown) in [
            ("%5.2f", 2.5, " 2.50"),
            ("%.0f", 2.6, "3"),
            ("%e", 12_345.678, "1.234568e+04"),
            ("%g", 0.0001, "0.0001"),
            ("%g", 1e20, "1e+20"),
            ("%g", 3.0, "3"),
            ("%06.1f", -2.25, "-002.2"),
        ] {
            assert_eq!(place(format).float(number), shown, "{format}");
        }
        assert_eq!((place("%-4s").text("ab"), place("%.1s").text("ab")), ("ab  ".into(), "a".into()));
        assert_eq!(place("%*.*f").answered(-7).answered(1).float(1.25), "1.2    ");
        assert_eq!(pieces("100%% %y"), Err("%y".to_owned()));
        assert_eq!(general(0.1 + 0.2, 6), "0.3");
    }
}
