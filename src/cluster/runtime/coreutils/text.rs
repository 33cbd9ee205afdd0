//! basename, cut, dirname, echo, head, printf, seq, sort, tail, uniq, wc.

use super::{Call, Outcome, base_name};

/// Lines that `seq` prints at most.
const SEQUENCE_MAX: usize = 100_000;

/// The text of the files named, or of standard input; `None` while more may come.
pub(super) fn text_of(call: &mut Call<'_>, names: &[String]) -> Option<Result<String, Outcome>> {
    if names.is_empty() || names == ["-"] {
        return call.all_input().map(|bytes| Ok(String::from_utf8_lossy(&bytes).into_owned()));
    }
    let mut text = String::new();
    for name in names {
        let path = call.path(name);
        match call.system.files().read(&path) {
            Ok(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            Err(why) => {
                call.complain(&format!("{name}: {why}"));
                return Some(Err(Outcome::Ended(1)));
            }
        }
    }
    Some(Ok(text))
}

/// The whole lines that can be read now, and whether more may come; `None` when a file cannot be read.
pub(super) fn lines_so_far(call: &mut Call<'_>, names: &[String]) -> Option<(String, bool)> {
    if !call.input.open || !(names.is_empty() || names == ["-"]) {
        return text_of(call, names)?.ok().map(|text| (text, false));
    }
    let end = call.input.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let bytes: Vec<u8> = call.input.bytes.drain(..end).collect();
    Some((String::from_utf8_lossy(&bytes).into_owned(), true))
}

/// Unwraps what `text_of` gives, or ends the command.
macro_rules! text_or_end {
    ($call:expr, $names:expr) => {
        match text_of($call, $names) {
            None => return Outcome::NeedsInput,
            Some(Err(ended)) => return ended,
            Some(Ok(text)) => text,
        }
    };
}

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
        text = unescape(&text);
    }
    if newline {
        text.push('\n');
    }
    call.stdout.extend_from_slice(text.as_bytes());
    Outcome::Ended(0)
}

pub(super) fn unescape(text: &str) -> String {
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
            Some('e' | 'E') => plain.push('\x1b'),
            Some('0') => {
                let digits: String =
                    characters.clone().take_while(|digit| digit.is_digit(8)).take(3).collect();
                characters = characters.as_str()[digits.len()..].chars();
                let code = u32::from_str_radix(&digits, 8).unwrap_or_default();
                plain.extend(char::from_u32(code));
            }
            Some('\\') => plain.push('\\'),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Prints by a format.
pub(super) fn printf(call: &mut Call<'_>) -> Outcome {
    let Some(format) = call.arguments.get(1).map(|format| unescape(format)) else {
        call.complain("missing operand");
        return Outcome::Ended(1);
    };
    let mut values = call.arguments[2..].iter();
    let mut text = String::new();
    loop {
        let before = values.len();
        format_once(&format, &mut values, &mut text);
        if values.len() == 0 || values.len() == before {
            break;
        }
    }
    call.stdout.extend_from_slice(text.as_bytes());
    Outcome::Ended(0)
}

fn format_once(format: &str, values: &mut std::slice::Iter<'_, String>, text: &mut String) {
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = characters.next_if(|next| next.is_ascii_digit() || "-+ .".contains(*next)) {
            flags.push(flag);
        }
        let value = match characters.next() {
            Some('%') => "%".to_owned(),
            Some('d' | 'i' | 'u') => values
                .next()
                .and_then(|value| value.trim().parse::<i64>().ok())
                .unwrap_or_default()
                .to_string(),
            Some('b') => unescape(values.next().map(String::as_str).unwrap_or_default()),
            _ => values.next().cloned().unwrap_or_default(),
        };
        let width = flags.trim_start_matches(['-', '+', ' ']).split('.').next().unwrap_or_default();
        let zeros = width.starts_with('0');
        let width = width.parse::<usize>().unwrap_or_default().min(1_000);
        if flags.starts_with('-') {
            text.push_str(&format!("{value:<width$}"));
        } else if zeros {
            text.push_str(&format!("{value:0>width$}"));
        } else {
            text.push_str(&format!("{value:>width$}"));
        }
    }
}

/// The last part of a path.
pub(super) fn basename(call: &mut Call<'_>) -> Outcome {
    let path = call.arguments.get(1).cloned().unwrap_or_default();
    let name = base_name(path.trim_end_matches('/')).to_owned();
    let suffix = call.arguments.get(2).cloned().unwrap_or_default();
    call.say(name.strip_suffix(&suffix).unwrap_or(&name));
    Outcome::Ended(0)
}

/// A path without its last part.
pub(super) fn dirname(call: &mut Call<'_>) -> Outcome {
    let path = call.arguments.get(1).cloned().unwrap_or_default();
    let parent = path.trim_end_matches('/').rsplit_once('/').map_or(".", |(parent, _)| parent);
    call.say(if parent.is_empty() { "/" } else { parent });
    Outcome::Ended(0)
}

/// The count after `-n`, or `-NUMBER`, and the other operands.
fn count_and_names(call: &Call<'_>, default: usize) -> (usize, bool, Vec<String>) {
    let (mut count, mut from_start, mut names) = (default, false, Vec::new());
    let mut arguments = call.arguments[1..].iter();
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix('-') {
            Some("n") => arguments.next().cloned(),
            Some(rest) if rest.starts_with('n') => Some(rest[1..].to_owned()),
            Some(rest) if !rest.is_empty() && rest.chars().all(|digit| digit.is_ascii_digit()) => {
                Some(rest.to_owned())
            }
            Some(_) => None,
            None => {
                names.push(argument.clone());
                None
            }
        };
        if let Some(value) = value {
            from_start = value.starts_with('+');
            count = value.trim_start_matches(['+', '-']).parse().unwrap_or(default);
        }
    }
    (count, from_start, names)
}

/// The first lines.
pub(super) fn head(call: &mut Call<'_>) -> Outcome {
    if let Some(outcome) = super::slices::by_bytes(call, false) {
        return outcome;
    }
    let (count, _, names) = count_and_names(call, 10);
    if names.is_empty() && call.input.open {
        // Enough lines end it before the input does.
        let lines = call.input.bytes.iter().filter(|byte| **byte == b'\n').count();
        if lines < count {
            return Outcome::NeedsInput;
        }
        let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().take(count).for_each(|line| call.say(line));
        return Outcome::Ended(0);
    }
    let text = text_or_end!(call, &names);
    text.lines().take(count).for_each(|line| call.say(line));
    Outcome::Ended(0)
}

/// The last lines; `-f` follows a file.
pub(super) fn tail(call: &mut Call<'_>) -> Outcome {
    let (count, from_start, names) = count_and_names(call, 10);
    let follows = call.split_options().0.contains(['f', 'F']);
    if follows && names == ["/dev/null"] {
        return Outcome::Again(3_600_000);
    }
    if names.iter().any(|name| super::devices::is_endless(name)) {
        return Outcome::Becomes("hoarder".to_owned());
    }
    if let Some(outcome) = super::slices::by_bytes(call, true) {
        if follows {
            call.complain("not simulated: -f with -c");
            return Outcome::Ended(1);
        }
        return outcome;
    }
    let text = text_or_end!(call, &names);
    let length = text.len() as u64;
    if follows && *call.memory > 0 {
        let seen = usize::try_from(*call.memory - 1).unwrap_or_default();
        let new = text.get(seen.min(text.len())..).unwrap_or_default().to_owned();
        call.stdout.extend_from_slice(new.as_bytes());
    } else {
        let lines: Vec<&str> = text.lines().collect();
        let skip = if from_start { count.saturating_sub(1) } else { lines.len().saturating_sub(count) };
        lines.iter().skip(skip).for_each(|line| call.say(line));
    }
    if follows {
        *call.memory = length + 1;
        return Outcome::Again(1_000);
    }
    Outcome::Ended(0)
}

/// Counts.
pub(super) fn wc(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let text = text_or_end!(call, &names);
    let counts =
        [('l', text.matches('\n').count()), ('w', text.split_whitespace().count()), ('c', text.len())];
    let chosen: Vec<String> = counts
        .iter()
        .filter(|(letter, _)| options.is_empty() || options.contains(*letter))
        .map(|(_, count)| if options.len() == 1 { count.to_string() } else { format!("{count:>9}") })
        .collect();
    let name = names.first().map(|name| format!(" {name}")).unwrap_or_default();
    call.say(&format!("{}{name}", chosen.join("")));
    Outcome::Ended(0)
}

/// Lines, the last one first.
pub(super) fn tac(call: &mut Call<'_>) -> Outcome {
    let (_, names) = call.split_options();
    let text = text_or_end!(call, &names);
    text.lines().rev().for_each(|line| call.say(line));
    Outcome::Ended(0)
}

/// Lines from their ends to their beginnings.
pub(super) fn rev(call: &mut Call<'_>) -> Outcome {
    let (_, names) = call.split_options();
    let text = text_or_end!(call, &names);
    text.lines().for_each(|line| call.say(&line.chars().rev().collect::<String>()));
    Outcome::Ended(0)
}

/// Columns of lines.
pub(super) fn cut(call: &mut Call<'_>) -> Outcome {
    let (mut delimiter, mut fields, mut names) = ("\t".to_owned(), String::new(), Vec::new());
    let mut characters = false;
    let mut arguments = call.arguments[1..].iter().cloned();
    while let Some(argument) = arguments.next() {
        match argument.split_at_checked(2) {
            Some(("-d", "")) => delimiter = arguments.next().unwrap_or_default(),
            Some(("-d", rest)) => delimiter = rest.to_owned(),
            Some(("-f", "")) => fields = arguments.next().unwrap_or_default(),
            Some(("-f", rest)) => fields = rest.to_owned(),
            Some(("-c" | "-b", rest)) => {
                characters = true;
                fields = if rest.is_empty() { arguments.next().unwrap_or_default() } else { rest.to_owned() };
            }
            _ => names.push(argument),
        }
    }
    let Some((text, goes_on)) = lines_so_far(call, &names) else { return Outcome::Ended(1) };
    let wanted = |number: usize| {
        fields.split(',').any(|range| match range.split_once('-') {
            Some((first, last)) => {
                number >= first.parse().unwrap_or(1) && number <= last.parse().unwrap_or(usize::MAX)
            }
            None => range.parse() == Ok(number),
        })
    };
    for line in text.lines() {
        if characters {
            let chosen = line.chars().enumerate().filter(|(index, _)| wanted(index + 1));
            let chosen: String = chosen.map(|(_, character)| character).collect();
            call.say(&chosen);
            continue;
        }
        let pieces: Vec<&str> = line.split(delimiter.as_str()).collect();
        let chosen: Vec<&str> = pieces
            .iter()
            .enumerate()
            .filter(|(index, _)| pieces.len() == 1 || wanted(index + 1))
            .map(|(_, piece)| *piece)
            .collect();
        call.say(&chosen.join(&delimiter));
    }
    if goes_on { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

/// Lines in order.
pub(super) fn sort(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let text = text_or_end!(call, &names);
    let mut lines: Vec<&str> = text.lines().collect();
    if options.contains('n') {
        lines.sort_by_key(|line| {
            line.trim()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse::<u64>()
                .unwrap_or_default()
        });
    } else {
        lines.sort_unstable();
    }
    if options.contains('r') {
        lines.reverse();
    }
    if options.contains('u') {
        lines.dedup();
    }
    lines.iter().for_each(|line| call.say(line));
    Outcome::Ended(0)
}

/// Lines without their repetitions.
pub(super) fn uniq(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let text = text_or_end!(call, &names);
    let mut runs: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        match runs.last_mut() {
            Some((count, last)) if *last == line => *count += 1,
            _ => runs.push((1, line)),
        }
    }
    for (count, line) in runs {
        if options.contains('c') { call.say(&format!("{count:>7} {line}")) } else { call.say(line) }
    }
    Outcome::Ended(0)
}

/// Numbers in a row.
pub(super) fn seq(call: &mut Call<'_>) -> Outcome {
    let numbers: Vec<i64> = call.arguments[1..].iter().filter_map(|number| number.parse().ok()).collect();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] if *step != 0 => (*first, *step, *last),
        _ => {
            call.complain("missing operand");
            return Outcome::Ended(1);
        }
    };
    let mut number = first;
    for _ in 0..SEQUENCE_MAX {
        if step > 0 && number > last || step < 0 && number < last {
            break;
        }
        call.say(&number.to_string());
        number = number.saturating_add(step);
    }
    Outcome::Ended(0)
}
