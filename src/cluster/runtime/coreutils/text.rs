//! basename, dirname, fold, nl, paste, rev, seq, strings, tac.

use super::inputs::{Read, inputs, text_of};
use super::options::{Taken, or_end};
use super::{Call, Outcome, base_name};

/// Lines that `seq` prints at most.
const SEQUENCE_MAX: usize = 100_000;
/// Digits that it prints behind the point at most.
const DECIMALS_MAX: usize = 100;

/// What `text_of` gives, or the command ended.
macro_rules! text_or_end {
    ($call:expr, $names:expr) => {
        match text_of($call, $names) {
            None => return Outcome::NeedsInput,
            Some(Err(ended)) => return ended,
            Some(Ok(text)) => text,
        }
    };
}
pub(super) use text_or_end;

/// A number that an option was given.
///
/// # Errors
/// How the program ends, its complaint made.
pub(super) fn number_of(call: &mut Call<'_>, text: &str) -> Result<usize, Outcome> {
    text.parse().map_err(|_| {
        call.complain(&format!("invalid number '{text}'"));
        Outcome::Ended(1)
    })
}

const NO_OPTIONS: Taken = Taken { letters: "", refused: "sz", long: &[] };

/// The last part of a path.
pub(super) fn basename(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "+as:", refused: "z", long: &[] }));
    let Some(first) = options.operands.first() else {
        call.complain("missing operand");
        return Outcome::Ended(1);
    };
    let several = options.has('a') || options.has('s');
    let suffix =
        options.value('s').or(options.operands.get(1).map(String::as_str).filter(|_| !several)).unwrap_or("");
    let paths = if several { options.operands.as_slice() } else { std::slice::from_ref(first) };
    for path in paths {
        let trimmed = path.trim_end_matches('/');
        let name = if trimmed.is_empty() && !path.is_empty() { "/" } else { base_name(trimmed) };
        call.say(name.strip_suffix(suffix).filter(|rest| !rest.is_empty()).unwrap_or(name));
    }
    Outcome::Ended(0)
}

/// A path without its last part.
pub(super) fn dirname(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&NO_OPTIONS));
    if options.operands.is_empty() {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    for path in &options.operands {
        let trimmed = path.trim_end_matches('/');
        let parent = match trimmed.rsplit_once('/') {
            Some((parent, _)) => parent.trim_end_matches('/'),
            None if trimmed.is_empty() && !path.is_empty() => "",
            None => ".",
        };
        call.say(if parent.is_empty() { "/" } else { parent });
    }
    Outcome::Ended(0)
}

/// Lines, the last one first.
pub(super) fn tac(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&NO_OPTIONS));
    let text = text_or_end!(call, &options.operands);
    text.lines().rev().for_each(|line| call.say(line));
    Outcome::Ended(0)
}

/// Lines from their ends to their beginnings.
pub(super) fn rev(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&NO_OPTIONS));
    let text = text_or_end!(call, &options.operands);
    text.lines().for_each(|line| call.say(&line.chars().rev().collect::<String>()));
    Outcome::Ended(0)
}

/// Lines with their numbers; empty ones go without.
pub(super) fn nl(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "b:w:s:v:i:", refused: "fhdlnp", long: &[] }));
    let width = match number_of(call, options.value('w').unwrap_or("6")) {
        Ok(width) => width.min(100),
        Err(ended) => return ended,
    };
    let (all, between) = (options.value('b') == Some("a"), options.value('s').unwrap_or("\t").to_owned());
    let mut number: i64 = options.value('v').and_then(|value| value.parse().ok()).unwrap_or(1);
    let step: i64 = options.value('i').and_then(|value| value.parse().ok()).unwrap_or(1);
    let text = text_or_end!(call, &options.operands);
    for line in text.lines() {
        if line.is_empty() && !all {
            call.say(&" ".repeat(width + between.len()));
            continue;
        }
        call.say(&format!("{number:>width$}{between}{line}"));
        number = number.saturating_add(step);
    }
    Outcome::Ended(0)
}

/// Lines of several files beside each other.
pub(super) fn paste(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "d:s", refused: "z", long: &[] }));
    let delimiters: Vec<char> =
        super::printing::unescape(options.value('d').unwrap_or("\t")).chars().collect();
    let mut status = 0;
    let Some(read) = inputs(call, &options.operands, &mut status) else { return Outcome::NeedsInput };
    if status != 0 {
        return Outcome::Ended(status);
    }
    let texts: Vec<_> = read.iter().map(Read::text).collect();
    let mut columns: Vec<Vec<&str>> = texts.iter().map(|text| text.lines().collect()).collect();
    // Standard input named more than once is dealt out.
    let standard: Vec<usize> = (0..read.len()).filter(|at| read[*at].name == "-").collect();
    if let [first, _, ..] = standard.as_slice() {
        let lines = std::mem::take(&mut columns[*first]);
        for (at, line) in lines.into_iter().enumerate() {
            columns[standard[at % standard.len()]].push(line);
        }
    }
    let joined = |pieces: &[&str]| {
        let mut line = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 && !delimiters.is_empty() {
                line.push(delimiters[(at - 1) % delimiters.len()]);
            }
            line.push_str(piece);
        }
        line
    };
    if options.has('s') {
        columns.iter().for_each(|column| call.say(&joined(column)));
    } else {
        for row in 0..columns.iter().map(Vec::len).max().unwrap_or_default() {
            let pieces: Vec<&str> =
                columns.iter().map(|column| column.get(row).copied().unwrap_or_default()).collect();
            call.say(&joined(&pieces));
        }
    }
    Outcome::Ended(0)
}

/// Lines broken at a width.
pub(super) fn fold(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken {
        letters: "w:sb",
        refused: "",
        long: &[("width", 'w'), ("spaces", 's')]
    }));
    let width = match number_of(call, options.value('w').unwrap_or("80")) {
        Ok(width) => width.max(1),
        Err(ended) => return ended,
    };
    let text = text_or_end!(call, &options.operands);
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        let mut rest = characters.as_slice();
        while rest.len() > width {
            let space = rest[..width].iter().rposition(|next| *next == ' ').map(|place| place + 1);
            let end = space.filter(|_| options.has('s')).unwrap_or(width);
            let (piece, after) = rest.split_at(end);
            call.say(&piece.iter().collect::<String>());
            rest = after;
        }
        call.say(&rest.iter().collect::<String>());
    }
    Outcome::Ended(0)
}

/// Runs of characters that can be printed.
pub(super) fn strings(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "n:a", refused: "fot", long: &[] }));
    let least = match number_of(call, options.value('n').unwrap_or("4")) {
        Ok(least) => least.max(1),
        Err(ended) => return ended,
    };
    let text = text_or_end!(call, &options.operands);
    for run in text.split(|next: char| !(next == '\t' || next.is_ascii_graphic() || next == ' ')) {
        if run.len() >= least {
            call.say(run);
        }
    }
    Outcome::Ended(0)
}

/// Numbers in a row.
pub(super) fn seq(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "+ws:",
        refused: "f",
        long: &[("equal-width", 'w'), ("separator", 's'), ("format", 'f')],
    };
    // A negative number is no option.
    let is_number = |word: &String| {
        word.starts_with('-') && word[1..].starts_with(|next: char| next.is_ascii_digit() || next == '.')
    };
    let mut words: Vec<String> = call.arguments[1..].to_vec();
    if let Some(place) = words.iter().position(is_number) {
        words.insert(place, "--".to_owned());
    }
    let options = or_end!(call.options_of(&words, &taken));
    let separator = options.value('s').unwrap_or("\n").to_owned();
    let wide = options.has('w');
    let words: Vec<String> = options.operands.iter().filter(|word| *word != "--").cloned().collect();
    let mut numbers = Vec::new();
    for word in &words {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => {
                call.complain(&format!("invalid number '{word}'"));
                return Outcome::Ended(1);
            }
        }
    }
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1.0, 1.0, *last),
        [first, last] => (*first, 1.0, *last),
        [first, step, last] if *step != 0.0 => (*first, *step, *last),
        _ => {
            call.complain("missing operand");
            return Outcome::Ended(1);
        }
    };
    let decimals = words
        .iter()
        .map(|word| word.split_once('.').map_or(0, |(_, digits)| digits.len()))
        .max()
        .unwrap_or(0)
        .min(DECIMALS_MAX);
    let mut shown = Vec::new();
    for at in 0..SEQUENCE_MAX {
        let number = first + step * at as f64;
        if step > 0.0 && number > last + 1e-9 || step < 0.0 && number < last - 1e-9 {
            break;
        }
        shown.push(format!("{number:.decimals$}"));
    }
    if wide {
        let width = shown.iter().map(String::len).max().unwrap_or_default();
        shown.iter_mut().for_each(|number| *number = format!("{number:0>width$}"));
    }
    if !shown.is_empty() {
        call.say(&shown.join(&separator));
    }
    Outcome::Ended(0)
}
