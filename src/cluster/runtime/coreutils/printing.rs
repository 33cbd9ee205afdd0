//! echo and printf.

use super::format::{Piece, Place, pieces};
use super::{Call, Outcome};

/// Prints its arguments.
pub(super) fn echo(call: &mut Call<'_>) -> Outcome {
    let mut words = call.arguments[1..].iter().peekable();
    let (mut newline, mut escapes) = (true, false);
    while let Some(option) = words.next_if(|word| {
        word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|letter| "neE".contains(letter))
    }) {
        newline &= !option.contains('n');
        escapes |= option.contains('e');
    }
    let mut text = words.cloned().collect::<Vec<_>>().join(" ");
    if escapes {
        let (plain, ended) = unescape_until_c(&text);
        text = plain;
        newline &= !ended;
    }
    if newline {
        text.push('\n');
    }
    call.stdout.extend_from_slice(text.as_bytes());
    Outcome::Ended(0)
}

/// The escapes of a text resolved.
pub(super) fn unescape(text: &str) -> String {
    unescape_until_c(text).0
}

/// The same, and whether a `\c` ended it.
fn unescape_until_c(text: &str) -> (String, bool) {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('a') => plain.push('\x07'),
            Some('b') => plain.push('\x08'),
            Some('f') => plain.push('\x0c'),
            Some('v') => plain.push('\x0b'),
            Some('e' | 'E') => plain.push('\x1b'),
            Some('c') => return (plain, true),
            Some('x') => plain.extend(code(&mut characters, 16, 2)),
            Some(digit @ '0'..='7') => {
                let first = if digit == '0' { String::new() } else { digit.to_string() };
                let octal = first + characters.as_str();
                let digits = octal.chars().take_while(|next| next.is_digit(8)).take(3).count();
                let value = u32::from_str_radix(&octal[..digits], 8).unwrap_or_default();
                plain.extend(char::from_u32(value));
                let used = digits - usize::from(digit != '0');
                characters = characters.as_str()[used..].chars();
            }
            Some('\\') => plain.push('\\'),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    (plain, false)
}

/// The character that digits name.
fn code(characters: &mut std::str::Chars<'_>, radix: u32, most: usize) -> Option<char> {
    let digits: String = characters.clone().take_while(|next| next.is_digit(radix)).take(most).collect();
    *characters = characters.as_str()[digits.len()..].chars();
    char::from_u32(u32::from_str_radix(&digits, radix).ok()?)
}

/// Prints by a format, again and again while there are values.
pub(super) fn printf(call: &mut Call<'_>) -> Outcome {
    let words = call.arguments[1..].strip_prefix(&["--".to_owned()]).unwrap_or(&call.arguments[1..]);
    let Some((format, values)) = words.split_first() else {
        shell_complains(call, "usage: printf FORMAT [ARGUMENT...]");
        return Outcome::Ended(2);
    };
    // A percent sign that an escape makes is no conversion, which no one writes.
    let read = match pieces(&unescape(format)) {
        Ok(read) => read,
        Err(wrong) => {
            shell_complains(call, &format!("{wrong}: invalid format"));
            return Outcome::Ended(1);
        }
    };
    let (mut text, mut complaints) = (String::new(), Vec::new());
    let mut values = values.iter();
    loop {
        let before = values.len();
        let ends = print_once(&read, &mut values, &mut text, &mut complaints);
        if ends || values.len() == 0 || values.len() == before {
            break;
        }
    }
    call.stdout.extend_from_slice(text.as_bytes());
    for complaint in &complaints {
        shell_complains(call, complaint);
    }
    Outcome::Ended(i32::from(!complaints.is_empty()))
}

/// Complains as the shell, whose own printf is.
fn shell_complains(call: &mut Call<'_>, message: &str) {
    call.complain_inside(message);
}

/// Prints the format once; gives back whether a `\c` ended it all.
fn print_once(
    read: &[Piece],
    values: &mut std::slice::Iter<'_, String>,
    text: &mut String,
    complaints: &mut Vec<String>,
) -> bool {
    for piece in read {
        let place = match piece {
            Piece::Text(plain) => {
                text.push_str(plain);
                continue;
            }
            Piece::Place(place) => place,
        };
        let mut place: Place = place.clone();
        for _ in 0..place.asks() {
            place = place.answered(number(values.next(), complaints) as i64);
        }
        text.push_str(&match place.conversion {
            'd' | 'i' | 'o' | 'x' | 'X' | 'u' => place.integer(number(values.next(), complaints) as i64),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => place.float(number(values.next(), complaints)),
            'b' => {
                let (plain, ended) = unescape_until_c(values.next().map(String::as_str).unwrap_or_default());
                if ended {
                    text.push_str(&plain);
                    return true;
                }
                place.text(&plain)
            }
            _ => place.text(values.next().map(String::as_str).unwrap_or_default()),
        });
    }
    false
}

/// A value as a number: `'a` is the code of its letter, `0x` and `0` begin other bases.
fn number(value: Option<&String>, complaints: &mut Vec<String>) -> f64 {
    let Some(value) = value.map(|value| value.trim()).filter(|value| !value.is_empty()) else { return 0.0 };
    if let Some(letter) = value.strip_prefix(['\'', '"']) {
        return letter.chars().next().map_or(0.0, |letter| f64::from(u32::from(letter)));
    }
    let (sign, digits) = value.strip_prefix('-').map_or((1.0, value), |digits| (-1.0, digits));
    let whole =
        match (digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")), digits.strip_prefix('0')) {
            (Some(hex), _) => i64::from_str_radix(hex, 16).ok(),
            (_, Some(octal)) if !octal.is_empty() && octal.chars().all(|next| next.is_digit(8)) => {
                i64::from_str_radix(octal, 8).ok()
            }
            _ => None,
        };
    match whole.map(|whole| whole as f64).or_else(|| digits.parse::<f64>().ok()) {
        Some(number) => sign * number,
        None => {
            complaints.push(format!("invalid number '{value}'"));
            0.0
        }
    }
}
