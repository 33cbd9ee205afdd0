//! grep and tr, which pass on what they read as it comes.

use super::super::pattern::Pattern;
use super::text::{lines_so_far, unescape};
use super::{Call, Outcome};

/// Lines that match a pattern.
pub(super) fn grep(call: &mut Call<'_>) -> Outcome {
    let (options, mut operands) = call.split_options();
    let mut patterns = Vec::new();
    let mut arguments = call.arguments[1..].iter();
    while let Some(argument) = arguments.next() {
        if argument.starts_with('-') && argument.ends_with('e') && argument.len() > 1 {
            patterns.extend(arguments.next().cloned());
        }
    }
    if patterns.is_empty() {
        if operands.is_empty() {
            call.complain("missing pattern");
            return Outcome::Ended(2);
        }
        patterns.push(operands.remove(0));
    } else {
        operands.retain(|operand| !patterns.contains(operand));
    }
    let Some((text, goes_on)) = lines_so_far(call, &operands) else { return Outcome::Ended(2) };
    let (fixed, case) = (options.contains('F'), options.contains('i'));
    let fold = |text: &str| if case { text.to_lowercase() } else { text.to_owned() };
    let compiled: Vec<Pattern> =
        patterns.iter().map(|pattern| Pattern::new(&fold(pattern), fixed, options.contains('E'))).collect();
    // What was counted before: lines read, and lines found.
    let (mut read, mut found) = (*call.memory >> 32, *call.memory & u64::from(u32::MAX));
    for line in text.lines() {
        read += 1;
        let matches = compiled.iter().any(|pattern| pattern.is_found_in(&fold(line)));
        if matches == options.contains('v') {
            continue;
        }
        found += 1;
        if options.contains('q') {
            return Outcome::Ended(0);
        }
        if options.contains('n') {
            call.say(&format!("{read}:{line}"));
        } else if !options.contains('c') {
            call.say(line);
        }
    }
    *call.memory = read << 32 | found;
    if goes_on {
        return Outcome::NeedsInput;
    }
    if options.contains('c') {
        call.say(&found.to_string());
    }
    Outcome::Ended(i32::from(found == 0))
}

/// Characters replaced, deleted or squeezed.
pub(super) fn tr(call: &mut Call<'_>) -> Outcome {
    let (options, operands) = call.split_options();
    let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
    let text = String::from_utf8_lossy(&bytes);
    let from = character_set(operands.first().map(String::as_str).unwrap_or_default());
    let to = character_set(operands.get(1).map(String::as_str).unwrap_or_default());
    let complement = options.contains(['c', 'C']);
    let (deletes, squeezes) = (options.contains('d'), options.contains('s'));
    let squeezed = if to.is_empty() { &from } else { &to };
    let mut changed = String::new();
    for character in text.chars() {
        let place = from.iter().position(|candidate| *candidate == character);
        let place = if complement { place.is_none().then_some(usize::MAX) } else { place };
        let character = match place {
            None => character,
            Some(_) if deletes => continue,
            Some(index) => to.get(index).or(to.last()).copied().unwrap_or(character),
        };
        let repeats =
            changed.ends_with(character) && squeezed.contains(&character) != (complement && to.is_empty());
        if !(squeezes && repeats) {
            changed.push(character);
        }
    }
    call.stdout.extend_from_slice(changed.as_bytes());
    if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

fn character_set(text: &str) -> Vec<char> {
    let named = text
        .replace("[:upper:]", "A-Z")
        .replace("[:lower:]", "a-z")
        .replace("[:digit:]", "0-9")
        .replace("[:alpha:]", "A-Za-z")
        .replace("[:alnum:]", "A-Za-z0-9")
        .replace("[:space:]", " \t\n");
    let characters: Vec<char> = unescape(&named).chars().collect();
    let mut set = Vec::new();
    let mut index = 0;
    while let Some(first) = characters.get(index) {
        match (characters.get(index + 1), characters.get(index + 2)) {
            (Some('-'), Some(last)) => {
                set.extend(*first..=*last);
                index += 3;
            }
            _ => {
                set.push(*first);
                index += 1;
            }
        }
    }
    set
}
