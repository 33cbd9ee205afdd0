//! Patterns of the shell: `*`, `?`, `[…]`, and what is done with what they match.

/// A piece of a pattern.
enum Item {
    /// `*`.
    Any,
    /// `?`.
    One,
    /// A character.
    Exactly(char),
    /// `[…]`: whether it is negated, ranges, and the names of classes.
    Class(bool, Vec<(char, char)>, Vec<String>),
}

impl Item {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Exactly(own) => *own == character,
            Self::Class(negated, ranges, names) => {
                let found = ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
                    || names.iter().any(|name| is_of(name, character));
                found != *negated
            }
        }
    }
}

/// Whether a character is of a class, as `[:digit:]`.
fn is_of(class: &str, character: char) -> bool {
    match class {
        "alpha" => character.is_alphabetic(),
        "digit" => character.is_ascii_digit(),
        "alnum" => character.is_alphabetic() || character.is_ascii_digit(),
        "upper" => character.is_uppercase(),
        "lower" => character.is_lowercase(),
        "space" => character.is_ascii_whitespace() || character == '\x0b',
        "blank" => matches!(character, ' ' | '\t'),
        "punct" => character.is_ascii_punctuation(),
        "xdigit" => character.is_ascii_hexdigit(),
        "cntrl" => character.is_control(),
        "print" => !character.is_control(),
        "graph" => !character.is_control() && character != ' ',
        _ => false,
    }
}

fn items(pattern: &str) -> Vec<Item> {
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut items, mut at) = (Vec::new(), 0);
    while let Some(next) = pattern.get(at) {
        let (item, length) = match next {
            '*' => (Item::Any, 1),
            '?' => (Item::One, 1),
            // One at the very end protects nothing and matches nothing.
            '\\' => match pattern.get(at + 1) {
                Some(escaped) => (Item::Exactly(*escaped), 2),
                None => (Item::Class(false, Vec::new(), Vec::new()), 1),
            },
            '[' => class(&pattern[at..]).unwrap_or((Item::Exactly('['), 1)),
            next => (Item::Exactly(*next), 1),
        };
        items.push(item);
        at += length;
    }
    items
}

/// The bracket expression at the start of a pattern, and its length.
fn class(pattern: &[char]) -> Option<(Item, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let first = if negated { 2 } else { 1 };
    let (mut ranges, mut names, mut at) = (Vec::new(), Vec::new(), first);
    loop {
        let next = *pattern.get(at)?;
        if next == ']' && at > first {
            return Some((Item::Class(negated, ranges, names), at + 1));
        }
        if next == '[' && pattern.get(at + 1) == Some(&':') {
            let name: String =
                pattern[at + 2..].iter().take_while(|next| next.is_ascii_lowercase()).collect();
            if pattern[at + 2 + name.len()..].starts_with(&[':', ']']) {
                at += name.len() + 4;
                names.push(name);
                continue;
            }
        }
        match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some('-'), Some(last)) if *last != ']' => {
                ranges.push((next, *last));
                at += 3;
            }
            _ => {
                ranges.push((next, next));
                at += 1;
            }
        }
    }
}

/// Goes through characters, each with the place behind it, and gives back the nearest or farthest place up to
/// which a pattern matches, in one pass.
fn reach(
    items: &[&Item],
    start: usize,
    characters: impl Iterator<Item = (usize, char)>,
    longest: bool,
) -> Option<usize> {
    // Places in the pattern, in order: what is behind a star may begin at once.
    let add = |places: &mut Vec<usize>, from: usize| {
        let mut place = from;
        while places.last().is_none_or(|last| *last < place) {
            places.push(place);
            place += usize::from(matches!(items.get(place), Some(Item::Any)));
        }
    };
    let is_end = |places: &[usize]| places.last() == Some(&items.len());
    let mut places = Vec::new();
    add(&mut places, 0);
    let mut found = is_end(&places).then_some(start);
    for (behind, character) in characters {
        if places.is_empty() || found.is_some() && !longest {
            break;
        }
        let mut next = Vec::new();
        for place in places {
            match items.get(place) {
                Some(Item::Any) => add(&mut next, place),
                Some(item) if item.takes(character) => add(&mut next, place + 1),
                _ => {}
            }
        }
        places = next;
        found = if is_end(&places) { Some(behind) } else { found };
    }
    found
}

fn end_of_prefix(value: &str, items: &[&Item], at: usize, longest: bool) -> Option<usize> {
    let characters = value[at..].char_indices();
    reach(items, at, characters.map(|(place, next)| (at + place + next.len_utf8(), next)), longest)
}

fn start_of_suffix(value: &str, items: &[&Item], longest: bool) -> Option<usize> {
    let items: Vec<&Item> = items.iter().rev().copied().collect();
    reach(&items, value.len(), value.char_indices().rev(), longest)
}

/// A value without the piece at its start that a pattern matches.
pub(super) fn strip_prefix(value: &str, pattern: &str, longest: bool) -> String {
    let items = items(pattern);
    let end = end_of_prefix(value, &items.iter().collect::<Vec<_>>(), 0, longest);
    value[end.unwrap_or_default()..].to_owned()
}

/// The same at its end.
pub(super) fn strip_suffix(value: &str, pattern: &str, longest: bool) -> String {
    let items = items(pattern);
    let start = start_of_suffix(value, &items.iter().collect::<Vec<_>>(), longest);
    value[..start.unwrap_or(value.len())].to_owned()
}

/// Whether a pattern (`*`, `?`, `[…]`, `\`) matches a whole text.
pub(in super::super) fn matches(pattern: &str, text: &str) -> bool {
    let (items, text): (Vec<Item>, Vec<char>) = (items(pattern), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while place < text.len() {
        match (items.get(at), retry) {
            (Some(Item::Any), _) => {
                at += 1;
                retry = Some((at, place));
            }
            (Some(item), _) if item.takes(text[place]) => {
                at += 1;
                place += 1;
            }
            (_, Some((again, from))) => {
                at = again;
                place = from + 1;
                retry = Some((again, from + 1));
            }
            (_, None) => return false,
        }
    }
    items[at..].iter().all(|item| matches!(item, Item::Any))
}

/// The first, or every, piece that a pattern matches replaced by a text.
pub(super) fn replaced(value: &str, pattern: &str, to: &str, operator: &str) -> String {
    // Without special characters there is a quick way.
    if operator == "//" && !pattern.is_empty() && !pattern.contains(['*', '?', '[', '\\']) {
        return value.replace(pattern, to);
    }
    let items = items(pattern);
    let items: Vec<&Item> = items.iter().collect();
    match operator {
        "/#" => {
            let end = end_of_prefix(value, &items, 0, true);
            return end.map_or_else(|| value.to_owned(), |end| format!("{to}{}", &value[end..]));
        }
        "/%" => {
            let start = start_of_suffix(value, &items, true);
            return start.map_or_else(|| value.to_owned(), |start| format!("{}{to}", &value[..start]));
        }
        _ => {}
    }
    let (mut result, mut at) = (String::new(), 0);
    while at < value.len() {
        let Some(end) = end_of_prefix(value, &items, at, true).filter(|end| *end > at) else {
            let next = value[at..].chars().next().map_or(1, char::len_utf8);
            result.push_str(&value[at..at + next]);
            at += next;
            continue;
        };
        result.push_str(to);
        at = end;
        if operator == "/" {
            break;
        }
    }
    result + &value[at..]
}

/// A value in capitals or small letters, whole or its first letter.
pub(super) fn in_case(value: &str, operator: &str) -> String {
    let (up, all) = match operator {
        "^^" | "@U" => (true, true),
        ",," | "@L" => (false, true),
        "^" | "@u" => (true, false),
        _ => (false, false),
    };
    let change = |text: &str| if up { text.to_uppercase() } else { text.to_lowercase() };
    if all {
        return change(value);
    }
    let first = value.chars().next().map_or(0, char::len_utf8);
    change(&value[..first]) + &value[first..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.bak", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*a*b*", "xaybz", true),
            ("", "", true),
            ("[[:digit:]]*", "7x", true),
            ("[![:space:]_]", "_", false),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("a[", "a[", true),
            ("**", "", true),
            ("a\\", "a\\", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(strip_prefix("a/b/c", "*/", true), "c");
        assert_eq!(strip_prefix("a/b/c", "*/", false), "b/c");
        assert_eq!(strip_prefix("가나다", "?", false), "나다");
        assert_eq!(strip_suffix("a.tar.gz", ".*", false), "a.tar");
        assert_eq!(strip_suffix("a.tar.gz", ".*", true), "a");
        assert_eq!(strip_suffix("abc", "", false), "abc");
        assert_eq!(replaced("a1b22c", "[0-9]", "-", "//"), "a-b--c");
        assert_eq!(replaced("abcabc", "b*", "-", "/"), "a-");
        assert_eq!(replaced("abcb", "b", "-", "/%"), "abc-");
        assert_eq!(replaced("abcb", "*b", "-", "/#"), "-");
        // Long values take one pass.
        let long = "가".repeat(100_000);
        assert_eq!(strip_prefix(&long, "*x", true), long);
        assert_eq!(strip_suffix(&long, "x*", false), long);
    }
}
