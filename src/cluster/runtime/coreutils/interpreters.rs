//! perl, python, ruby and node, for the one-liners that documentation runs; anything else says that it is not simulated.

use super::{Call, Outcome};

/// Milliseconds that perl computes for each digit of pi, roughly as long as it takes on a small machine.
const MILLISECONDS_PER_DIGIT: i64 = 2;
/// Digits that are computed at most.
const DIGITS_MAX: usize = 10_000;

/// perl: the Job of the documentation that computes pi, and printing texts.
pub(super) fn perl(call: &mut Call<'_>) -> Outcome {
    if call.arguments.iter().any(|word| word == "-v" || word == "--version") {
        call.say("\nThis is perl 5, version 42, subversion 0 (v5.42.0) built for x86_64-linux-gnu\n");
        return Outcome::Ended(0);
    }
    let code = call.arguments.last().cloned().unwrap_or_default();
    let ends_lines =
        call.arguments.iter().any(|word| word.starts_with('-') && word.contains('l') && word.contains('e'));
    let number =
        code.trim().strip_prefix("print bpi(").and_then(|rest| rest.trim_end_matches(';').strip_suffix(')'));
    if let Some(digits) = number.and_then(|number| number.parse::<usize>().ok()) {
        let digits = digits.clamp(1, DIGITS_MAX);
        if *call.memory == 0 {
            *call.memory = 1;
            return Outcome::Again(i64::try_from(digits).unwrap_or_default() * MILLISECONDS_PER_DIGIT);
        }
        let text = pi(digits);
        call.stdout.extend_from_slice(text.as_bytes());
        if ends_lines {
            call.stdout.push(b'\n');
        }
        return Outcome::Ended(0);
    }
    print_literal(call, &code, &["print "], ends_lines)
}

/// python: printing texts, and `-m http.server`.
pub(super) fn python(call: &mut Call<'_>) -> Outcome {
    let words: Vec<&str> = call.arguments[1..].iter().map(String::as_str).collect();
    match words.as_slice() {
        ["-V" | "--version"] => {
            call.say("Python 3.14.0");
            Outcome::Ended(0)
        }
        ["-u", "-m", "http.server", ..] | ["-m", "http.server", ..] => {
            Outcome::Becomes("python-http".to_owned())
        }
        ["-c", code] | ["-u", "-c", code] => {
            let code = (*code).to_owned();
            print_literal(call, &code, &["print"], true)
        }
        [] if !call.input.open => Outcome::Ended(0),
        _ => not_simulated(call),
    }
}

/// node: printing texts.
pub(super) fn node(call: &mut Call<'_>) -> Outcome {
    let words: Vec<&str> = call.arguments[1..].iter().map(String::as_str).collect();
    match words.as_slice() {
        ["-v" | "--version"] => {
            call.say("v24.11.1");
            Outcome::Ended(0)
        }
        ["-e", code] => {
            let code = (*code).to_owned();
            print_literal(call, &code, &["console.log"], true)
        }
        [] if !call.input.open => Outcome::Ended(0),
        _ => not_simulated(call),
    }
}

/// ruby, and its prompt irb: printing texts.
pub(super) fn ruby(call: &mut Call<'_>) -> Outcome {
    let words: Vec<&str> = call.arguments[1..].iter().map(String::as_str).collect();
    match words.as_slice() {
        ["-v" | "--version"] => {
            call.say("ruby 3.4.7 +PRISM [x86_64-linux]");
            Outcome::Ended(0)
        }
        ["-e", code] => {
            let code = (*code).to_owned();
            print_literal(call, &code, &["puts"], true)
        }
        [] if !call.input.open => Outcome::Ended(0),
        _ => not_simulated(call),
    }
}

fn not_simulated(call: &mut Call<'_>) -> Outcome {
    call.complain(
        "not simulated: this language is not interpreted in the embedded cluster; only printing a text is",
    );
    Outcome::Ended(127)
}

/// Runs statements that each print one literal.
fn print_literal(call: &mut Call<'_>, code: &str, verbs: &[&str], ends_lines: bool) -> Outcome {
    let mut printed = Vec::new();
    for statement in code.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let rest = verbs.iter().find_map(|verb| statement.strip_prefix(verb)).map(str::trim);
        let inner =
            rest.map(|rest| rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest));
        let literal = inner.map(str::trim).and_then(|text| {
            let quote = text.chars().next().filter(|quote| "'\"".contains(*quote))?;
            text.strip_prefix(quote)?.strip_suffix(quote).filter(|text| !text.contains(quote))
        });
        let Some(literal) = literal else { return not_simulated(call) };
        printed.push(literal.replace("\\n", "\n").replace("\\t", "\t"));
    }
    if printed.is_empty() {
        return not_simulated(call);
    }
    for text in printed {
        call.stdout.extend_from_slice(text.as_bytes());
        if ends_lines {
            call.stdout.push(b'\n');
        }
    }
    Outcome::Ended(0)
}

/// Pi to so many digits, the last one rounded: Machin's formula in whole numbers.
fn pi(digits: usize) -> String {
    const GUARD: usize = 10;
    let places = digits + GUARD;
    // pi = 16 arctan(1/5) - 4 arctan(1/239)
    let mut sum = arctan(5, 16, places);
    subtract(&mut sum, &arctan(239, 4, places));
    let mut text: Vec<u8> = sum[..digits].to_vec();
    if sum[digits] >= 5 {
        for digit in text.iter_mut().rev() {
            *digit = (*digit + 1) % 10;
            if *digit != 0 {
                break;
            }
        }
    }
    let text: String = text.iter().map(|digit| char::from(b'0' + digit)).collect();
    if digits == 1 { text } else { format!("{}.{}", &text[..1], &text[1..]) }
}

/// `factor * arctan(1/x)` as decimal digits, the first before the point.
fn arctan(x: u32, factor: u32, places: usize) -> Vec<u8> {
    let mut term = vec![0; places];
    let mut carry = factor;
    // The whole part may have two digits only before the first division.
    divide_from(&mut term, &mut carry, x);
    let mut sum = term.clone();
    let (mut divisor, mut adds) = (1, false);
    while term.iter().any(|digit| *digit != 0) {
        divide(&mut term, x);
        divide(&mut term, x);
        divisor += 2;
        let mut part = term.clone();
        divide(&mut part, divisor);
        if adds {
            add(&mut sum, &part)
        } else {
            subtract(&mut sum, &part)
        }
        adds = !adds;
    }
    sum
}

fn divide_from(digits: &mut [u8], carry: &mut u32, divisor: u32) {
    for (index, digit) in digits.iter_mut().enumerate() {
        let value = if index == 0 { *carry } else { *carry * 10 };
        *digit = u8::try_from(value / divisor).unwrap_or(9);
        *carry = value % divisor;
    }
}

fn divide(digits: &mut [u8], divisor: u32) {
    let mut carry = 0;
    for digit in digits {
        let value = carry * 10 + u32::from(*digit);
        *digit = u8::try_from(value / divisor).unwrap_or(9);
        carry = value % divisor;
    }
}

fn add(sum: &mut [u8], part: &[u8]) {
    let mut carry = 0;
    for (digit, other) in sum.iter_mut().zip(part).rev() {
        let value = *digit + other + carry;
        (*digit, carry) = (value % 10, value / 10);
    }
}

fn subtract(sum: &mut [u8], part: &[u8]) {
    let mut borrow = 0;
    for (digit, other) in sum.iter_mut().zip(part).rev() {
        let taken = other + borrow;
        borrow = u8::from(*digit < taken);
        *digit = *digit + 10 * borrow - taken;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pi_is_computed() {
        assert_eq!(pi(1), "3");
        assert_eq!(pi(50), "3.1415926535897932384626433832795028841971693993751");
        let long = pi(2_000);
        assert_eq!(long.len(), 2_001);
        assert!(long.ends_with("95068006422512520511739298489608412848862694560424196528502221066118630674427862203919494504712371378696095636437191728746776465757396241389086583264599581339047802759009")
            || long.contains("5648233786783165271201909145648566923460348610454326648213393607260249141273"), "{}", &long[1_900..]);
    }
}
