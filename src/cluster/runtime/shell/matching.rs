//! Patterns of the shell: `*`, `?`, `[…]`, and what is done with what they match.

/// A value without the piece at its start that a pattern matches.
pub(super) fn strip_prefix(value: &str, pattern: &str, longest: bool) -> String {
    let mut ends: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    if longest {
        ends.reverse();
    }
    let end = ends.into_iter().find(|end| matches(pattern, &value[..*end]));
    value[end.unwrap_or_default()..].to_owned()
}

/// The same at its end.
pub(super) fn strip_suffix(value: &str, pattern: &str, longest: bool) -> String {
    let mut starts: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    if !longest {
        starts.reverse();
    }
    let start = starts.into_iter().find(|start| matches(pattern, &value[*start..]));
    value[..start.unwrap_or(value.len())].to_owned()
}

/// Whether a pattern (`*`, `?`, `[…]`, `\`) matches a whole text.
pub(in super::super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while place < text.len() {
        let step = match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, place));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('\\') => (pattern.get(at + 1) == Some(&text[place])).then_some(2),
            Some('[') => class(&pattern[at..], text[place]),
            Some(character) => (*character == text[place]).then_some(1),
            None => None,
        };
        match (step, retry) {
            (Some(length), _) => {
                at += length;
                place += 1;
            }
            (None, Some((again, from))) => {
                at = again;
                place = from + 1;
                retry = Some((again, from + 1));
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

/// The length of the bracket expression at the start of `pattern` when it matches the character.
fn class(pattern: &[char], character: char) -> Option<usize> {
    let Some(end) = pattern.iter().skip(2).position(|next| *next == ']').map(|index| index + 2) else {
        return (character == '[').then_some(1);
    };
    let inside = &pattern[1..end];
    let (negated, inside) = match inside.first() {
        Some('!' | '^') => (true, &inside[1..]),
        _ => (false, inside),
    };
    let mut found = false;
    let mut index = 0;
    while let Some(first) = inside.get(index) {
        match (inside.get(index + 1), inside.get(index + 2)) {
            (Some('-'), Some(last)) => {
                found |= (*first..=*last).contains(&character);
                index += 3;
            }
            _ => {
                found |= *first == character;
                index += 1;
            }
        }
    }
    (found != negated).then_some(end + 1)
}

/// The first, or every, piece that a pattern matches replaced by a text.
pub(super) fn replaced(value: &str, pattern: &str, to: &str, operator: &str) -> String {
    let mut ends: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    ends.reverse();
    match operator {
        "/#" => {
            let end = ends.iter().find(|end| matches(pattern, &value[..**end]));
            return end.map_or_else(|| value.to_owned(), |end| format!("{to}{}", &value[*end..]));
        }
        "/%" => {
            let start = ends.iter().rev().find(|start| matches(pattern, &value[**start..]));
            return start.map_or_else(|| value.to_owned(), |start| format!("{}{to}", &value[..*start]));
        }
        _ if pattern.is_empty() => return value.to_owned(),
        // Without special characters there is a quick way.
        "//" if !pattern.contains(['*', '?', '[', '\\']) => return value.replace(pattern, to),
        _ => {}
    }
    let (mut result, mut at) = (String::new(), 0);
    while at < value.len() {
        let end =
            ends.iter().copied().take_while(|end| *end > at).find(|end| matches(pattern, &value[at..*end]));
        let Some(end) = end else {
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
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(strip_prefix("a/b/c", "*/", true), "c");
        assert_eq!(strip_suffix("a.tar.gz", ".*", false), "a.tar");
    }
}
