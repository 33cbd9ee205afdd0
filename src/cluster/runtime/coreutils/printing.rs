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
    let text = words.cloned().collect::<Vec<_>>().join(" ");
    let mut bytes = text.into_bytes();
    if escapes {
        let (plain, ended) = unescape_until_c(&String::from_utf8_lossy(&bytes));
        bytes = plain;
        newline &= !ended;
    }
    if newline {
        bytes.push(b'\n');
    }
    call.stdout.extend(bytes);
    Outcome::Ended(0)
}

/// The escapes of a text resolved.
pub(super) fn unescape(text: &str) -> String {
    String::from_utf8_lossy(&unescaped_bytes(text)).into_owned()
}

/// The same, as bytes: escapes may name some that are no text.
pub(super) fn unescaped_bytes(text: &str) -> Vec<u8> {
    unescape_until_c(text).0
}

/// The same, and whether a `\c` ended it.
fn unescape_until_c(text: &str) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.extend_from_slice(before.as_bytes());
        if after.starts_with('c') {
            return (plain, true);
        }
        let (byte, length) = escape(after, 4);
        plain.push(byte.unwrap_or(b'\\'));
        rest = &after[length..];
    }
    plain.extend_from_slice(rest.as_bytes());
    (plain, false)
}

/// The byte that is named behind a backslash, if one is, and how long its name is; octal numbers that begin with a
/// zero have at most so many digits, others three.
pub(super) fn escape(text: &str, after_zero: usize) -> (Option<u8>, usize) {
    let number = |digits: &str, radix: u32, most: usize| {
        let length = digits.bytes().take(most).take_while(|next| char::from(*next).is_digit(radix)).count();
        // Of more than a byte the lower bits count.
        let value = u32::from_str_radix(&digits[..length], radix).ok();
        (value.map(|value| value.to_le_bytes()[0]), length)
    };
    let byte = match text.bytes().next() {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'v') => 11,
        Some(b'e' | b'E') => 27,
        Some(b'\\') => b'\\',
        Some(b'x') => {
            let (byte, length) = number(&text[1..], 16, 2);
            return (byte, byte.map_or(0, |_| length + 1));
        }
        Some(b'0') => return number(text, 8, after_zero),
        Some(b'1'..=b'7') => return number(text, 8, 3),
        _ => return (None, 0),
    };
    (Some(byte), 1)
}

/// Prints by a format, again and again while there are values.
pub(super) fn printf(call: &mut Call<'_>) -> Outcome {
    let words = call.arguments[1..].strip_prefix(&["--".to_owned()]).unwrap_or(&call.arguments[1..]);
    let Some((format, values)) = words.split_first() else {
        call.complain_inside("usage: printf FORMAT [ARGUMENT...]");
        return Outcome::Ended(2);
    };
    let read = match pieces(format) {
        Ok(read) => read,
        Err(wrong) => {
            call.complain_inside(&format!("{wrong}: invalid format"));
            return Outcome::Ended(1);
        }
    };
    let (mut out, mut complaints) = (Vec::new(), Vec::new());
    let mut values = values.iter();
    loop {
        let before = values.len();
        let ends = print_once(&read, &mut values, &mut out, &mut complaints);
        if ends || values.len() == 0 || values.len() == before {
            break;
        }
    }
    call.stdout.extend(out);
    for complaint in &complaints {
        call.complain_inside(complaint);
    }
    Outcome::Ended(i32::from(!complaints.is_empty()))
}

/// Prints the format once; gives back whether a `\c` ended it all.
fn print_once(
    read: &[Piece],
    values: &mut std::slice::Iter<'_, String>,
    out: &mut Vec<u8>,
    complaints: &mut Vec<String>,
) -> bool {
    for piece in read {
        let place = match piece {
            Piece::Text(plain) => {
                let (plain, ended) = unescape_until_c(plain);
                out.extend(plain);
                if ended {
                    return true;
                }
                continue;
            }
            Piece::Place(place) => place,
        };
        let mut place: Place = place.clone();
        for _ in 0..place.asks() {
            place = place.answered(number(values.next(), complaints) as i64);
        }
        let shown = match place.conversion {
            'd' | 'i' | 'o' | 'x' | 'X' | 'u' => place.integer(number(values.next(), complaints) as i64),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => place.float(number(values.next(), complaints)),
            'b' => {
                let (plain, ended) = unescape_until_c(values.next().map(String::as_str).unwrap_or_default());
                if ended {
                    out.extend(plain);
                    return true;
                }
                match String::from_utf8(plain) {
                    Ok(plain) => place.text(&plain),
                    // What is no text has no columns to fill.
                    Err(bytes) => {
                        out.extend(bytes.into_bytes());
                        continue;
                    }
                }
            }
            _ => place.text(values.next().map(String::as_str).unwrap_or_default()),
        };
        out.extend(shown.into_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_name_bytes() {
        for (text, bytes) in [
            (r"a\tb\\c", &b"a\tb\\c"[..]),
            (r"\377\xff", &[0xff, 0xff]),
            (r"\xe2\x9c\x93", "\u{2713}".as_bytes()),
            (r"\0101\1014", b"AA4"),
            (r"\q\xg\", br"\q\xg\"),
            (r"가\n나", "가\n나".as_bytes()),
        ] {
            assert_eq!(unescaped_bytes(text), bytes, "{text}");
        }
        assert_eq!(unescape_until_c(r"a\cb"), (b"a".to_vec(), true));
    }

    #[test]
    fn formats_print_bytes() {
        let printed = |format: &str, values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let mut out = Vec::new();
            print_once(&pieces(format).unwrap(), &mut values.iter(), &mut out, &mut Vec::new());
            out
        };
        assert_eq!(printed(r"\377%s\n", &["x"]), b"\xffx\n");
        assert_eq!(printed(r"%3b|%b", &[r"\x41", r"\xff"]), b"  A|\xff");
        assert_eq!(printed(r"a\045d\cb%s", &["x"]), b"a%d");
    }
}
