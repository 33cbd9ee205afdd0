//! sort and uniq.

use std::cmp::Ordering;

use super::inputs::text_of;
use super::options::{Options, Taken, or_end};
use super::text::{number_of, text_or_end};
use super::{Call, Outcome};

const SORT: Taken = Taken {
    letters: "nrugfbdihVsk:t:o:cC",
    refused: "MzmTSR",
    long: &[
        ("numeric-sort", 'n'),
        ("reverse", 'r'),
        ("unique", 'u'),
        ("key", 'k'),
        ("field-separator", 't'),
        ("output", 'o'),
        ("human-numeric-sort", 'h'),
        ("version-sort", 'V'),
        ("ignore-case", 'f'),
        ("stable", 's'),
        ("general-numeric-sort", 'g'),
        ("check", 'c'),
        ("month-sort", 'M'),
    ],
};

/// Where in a line a key lies, and how it is compared.
#[derive(Debug, Default, Clone)]
struct Key {
    /// First field and character, from 1.
    from: (usize, usize),
    /// Last field, and character in it or 0 for its end; nothing for the end of the line.
    to: Option<(usize, usize)>,
    letters: String,
}

/// Lines in order.
pub(super) fn sort(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&SORT));
    let global: String = "nrgfbdihV".chars().filter(|letter| options.has(*letter)).collect();
    let mut keys = Vec::new();
    for text in options.values('k') {
        match key(text, &global) {
            Some(key) => keys.push(key),
            None => {
                call.complain(&format!("bad field specification '{text}'"));
                return Outcome::Ended(2);
            }
        }
    }
    if keys.is_empty() {
        keys.push(Key { from: (1, 1), to: None, letters: global.clone() });
    }
    let separator = options.value('t').and_then(|text| text.chars().next());
    let text = text_or_end!(call, &options.operands);
    let mut lines: Vec<&str> = text.lines().collect();
    let by_keys = |one: &&str, other: &&str| {
        keys.iter()
            .map(|key| key.compare(one, other, separator))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    let whole = |one: &&str, other: &&str| {
        let order = one.cmp(other);
        if global.contains('r') { order.reverse() } else { order }
    };
    let last_resort = !options.has('s') && !options.has('u');
    let compare = |one: &&str, other: &&str| {
        by_keys(one, other).then_with(|| if last_resort { whole(one, other) } else { Ordering::Equal })
    };
    if options.has('c') || options.has('C') {
        return check(call, &options, &lines, compare);
    }
    lines.sort_by(compare);
    if options.has('u') {
        lines.dedup_by(|one, other| by_keys(&&**one, &&**other).is_eq());
    }
    let mut sorted = lines.join("\n");
    if !lines.is_empty() {
        sorted.push('\n');
    }
    match options.value('o') {
        None => call.stdout.extend_from_slice(sorted.as_bytes()),
        Some(name) => {
            let path = call.path(name);
            let written = call.system.files().write(&path, sorted.into_bytes());
            if let Err(why) = written {
                call.complain(&format!("can't create '{name}': {why}"));
                return Outcome::Ended(2);
            }
        }
    }
    Outcome::Ended(0)
}

fn check(
    call: &mut Call<'_>,
    options: &Options,
    lines: &[&str],
    compare: impl Fn(&&str, &&str) -> Ordering,
) -> Outcome {
    for (at, pair) in lines.windows(2).enumerate() {
        let order = compare(&pair[0], &pair[1]);
        if order.is_gt() || options.has('u') && order.is_eq() {
            if options.has('c') {
                let name = options.operands.first().map_or("-", String::as_str);
                let message = format!("{name}:{}: disorder: {}", at + 2, pair[1]);
                call.complain(&message);
            }
            return Outcome::Ended(1);
        }
    }
    Outcome::Ended(0)
}

/// `2`, `2,3`, `2.3n,2.5`.
fn key(text: &str, global: &str) -> Option<Key> {
    let (from, to) = text.split_once(',').map_or((text, None), |(from, to)| (from, Some(to)));
    let (from, mut letters) = place(from)?;
    let to = match to {
        Some(to) => {
            let (to, more) = place(to)?;
            letters.push_str(&more);
            Some(to)
        }
        None => None,
    };
    if letters.is_empty() {
        global.clone_into(&mut letters);
    }
    let from = (from.0, from.1.max(1));
    (from.0 > 0).then_some(Key { from, to, letters })
}

fn place(text: &str) -> Option<((usize, usize), String)> {
    let end = text.find(|next: char| !(next.is_ascii_digit() || next == '.')).unwrap_or(text.len());
    let (numbers, letters) = text.split_at(end);
    let (field, character) = numbers.split_once('.').unwrap_or((numbers, "0"));
    letters.chars().all(|letter| "nrgfbdihV".contains(letter)).then_some(())?;
    Some(((field.parse().ok()?, character.parse().ok()?), letters.to_owned()))
}

impl Key {
    fn compare(&self, one: &str, other: &str, separator: Option<char>) -> Ordering {
        let (one, other) = (self.part(one, separator), self.part(other, separator));
        let has = |letter| self.letters.contains(letter);
        let order = if has('n') || has('g') || has('h') {
            let value = |text: &str| if has('h') { bytes_with_unit(text) } else { leading(text) };
            value(&one).partial_cmp(&value(&other)).unwrap_or(Ordering::Equal)
        } else if has('V') {
            by_version(&one, &other)
        } else if has('f') || has('d') || has('i') {
            let plain = |text: &str| {
                let kept =
                    text.chars().filter(|next| !has('d') || next.is_alphanumeric() || next.is_whitespace());
                let kept: String = kept.collect();
                if has('f') { kept.to_uppercase() } else { kept }
            };
            plain(&one).cmp(&plain(&other))
        } else {
            one.cmp(&other)
        };
        if has('r') { order.reverse() } else { order }
    }

    /// The part of a line that the key means.
    fn part(&self, line: &str, separator: Option<char>) -> String {
        let characters: Vec<char> = line.chars().collect();
        let start = field_start(&characters, self.from.0, separator)
            .saturating_add(self.from.1 - 1)
            .min(characters.len());
        let end = match self.to {
            None => characters.len(),
            Some((field, 0)) => field_end(&characters, field, separator),
            Some((field, last)) => {
                field_start(&characters, field, separator).saturating_add(last).min(characters.len())
            }
        };
        let part: String = characters.get(start..end).unwrap_or_default().iter().collect();
        if self.letters.contains('b') { part.trim_start().to_owned() } else { part }
    }
}

/// Where a field begins, from 1; without a separator, at the blanks before it.
fn field_start(line: &[char], field: usize, separator: Option<char>) -> usize {
    let mut at = 0;
    for _ in 1..field {
        // Behind the last field there is nothing, however many are skipped.
        if at >= line.len() {
            break;
        }
        at = match separator {
            Some(separator) => next_separator(line, at, separator).map_or(line.len(), |place| place + 1),
            None => blank_end(line, at),
        };
    }
    at
}

fn field_end(line: &[char], field: usize, separator: Option<char>) -> usize {
    let start = field_start(line, field, separator);
    match separator {
        Some(separator) => next_separator(line, start, separator).unwrap_or(line.len()),
        None => blank_end(line, start),
    }
}

fn next_separator(line: &[char], from: usize, separator: char) -> Option<usize> {
    line.iter().skip(from).position(|next| *next == separator).map(|place| place + from)
}

/// The end of the word behind blanks.
fn blank_end(line: &[char], from: usize) -> usize {
    let word = line
        .iter()
        .skip(from)
        .position(|next| !next.is_whitespace())
        .map_or(line.len(), |place| place + from);
    line.iter().skip(word).position(|next| next.is_whitespace()).map_or(line.len(), |place| place + word)
}

fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, next)| !(next.is_ascii_digit() || *next == '.' || *at == 0 && *next == '-'))
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().unwrap_or_default()
}

/// `10K`, `2G`.
fn bytes_with_unit(text: &str) -> f64 {
    let text = text.trim_start();
    let (negative, digits) = text.strip_prefix('-').map_or((1.0, text), |digits| (-1.0, digits));
    let number = leading(digits);
    let unit = digits.trim_start_matches(|next: char| next.is_ascii_digit() || next == '.').chars().next();
    let power =
        unit.and_then(|unit| "KMGTPE".find(unit.to_ascii_uppercase())).map_or(0, |place| place as i32 + 1);
    negative * number * 1024_f64.powi(power)
}

/// Digits count as numbers, the rest as text.
fn by_version(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.chars().peekable(), other.chars().peekable());
    loop {
        match (one.peek().copied(), other.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (left, right) if left.is_none() || right.is_none() => return left.cmp(&right),
            (Some(left), Some(right)) if left.is_ascii_digit() && right.is_ascii_digit() => {
                let number = |from: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    let mut value: u128 = 0;
                    while let Some(digit) = from.next_if(char::is_ascii_digit) {
                        value = value
                            .saturating_mul(10)
                            .saturating_add(u128::from(digit.to_digit(10).unwrap_or(0)));
                    }
                    value
                };
                let order = number(&mut one).cmp(&number(&mut other));
                if order.is_ne() {
                    return order;
                }
            }
            (left, right) if left == right => {
                one.next();
                other.next();
            }
            (left, right) => return left.cmp(&right),
        }
    }
}

const UNIQ: Taken = Taken {
    letters: "cduif:s:w:",
    refused: "zD",
    long: &[("count", 'c'), ("repeated", 'd'), ("unique", 'u'), ("ignore-case", 'i')],
};

/// Lines without their repetitions.
pub(super) fn uniq(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&UNIQ));
    let mut numbers = [0, 0, usize::MAX];
    for (place, letter) in ['f', 's', 'w'].into_iter().enumerate() {
        if let Some(text) = options.value(letter) {
            match number_of(call, text) {
                Ok(number) => numbers[place] = number,
                Err(ended) => return ended,
            }
        }
    }
    let [fields, skipped, width] = numbers;
    let text = text_or_end!(call, &options.operands);
    let compared = |line: &str| {
        let characters: Vec<char> = line.chars().collect();
        let start = field_start(&characters, fields.saturating_add(1), None).saturating_add(skipped);
        let part: String = characters.into_iter().skip(start).take(width).collect();
        if options.has('i') { part.to_lowercase() } else { part }
    };
    let mut runs: Vec<(usize, &str, String)> = Vec::new();
    for line in text.lines() {
        let part = compared(line);
        match runs.last_mut() {
            Some((count, _, last)) if *last == part => *count += 1,
            _ => runs.push((1, line, part)),
        }
    }
    for (count, line, _) in runs {
        if options.has('d') && count == 1 || options.has('u') && count > 1 {
            continue;
        }
        if options.has('c') { call.say(&format!("{count:>7} {line}")) } else { call.say(line) }
    }
    Outcome::Ended(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(letters: &str, keys: &[&str], separator: Option<char>, text: &str) -> String {
        let mut lines: Vec<&str> = text.split(' ').collect();
        let mut keys: Vec<Key> = keys.iter().map(|text| key(text, letters).unwrap()).collect();
        if keys.is_empty() {
            keys.push(Key { from: (1, 1), to: None, letters: letters.to_owned() });
        }
        lines.sort_by(|one, other| {
            keys.iter()
                .map(|key| key.compare(one, other, separator))
                .find(|order| order.is_ne())
                .unwrap_or(one.cmp(other))
        });
        lines.join(" ")
    }

    #[test]
    fn lines_are_in_the_order_asked_for() {
        for (letters, keys, separator, text, expected) in [
            ("", &[][..], None, "b a c", "a b c"),
            ("n", &[], None, "10 9 -1 x", "-1 x 9 10"),
            ("nr", &[], None, "10 9 11", "11 10 9"),
            ("h", &[], None, "2K 1M 900", "900 2K 1M"),
            ("V", &[], None, "v1.10 v1.9 v1.9.1", "v1.9 v1.9.1 v1.10"),
            ("f", &[], None, "b A c", "A b c"),
            ("", &["2"], Some(','), "x,b y,a", "y,a x,b"),
            ("", &["2n", "1"], Some(','), "b,10 a,10 c,9", "c,9 a,10 b,10"),
            ("", &["1.2,1.2"], Some(','), "ab ba", "ba ab"),
            ("", &["2nr"], Some(':'), "x:1 y:2", "y:2 x:1"),
            ("", &["18446744073709551615.18446744073709551615"], Some(':'), "y:2 x:1", "x:1 y:2"),
        ] {
            assert_eq!(sorted(letters, keys, separator, text), expected, "{letters} {keys:?}");
        }
        assert!(key("x", "").is_none() && key("0", "").is_none());
    }
}
