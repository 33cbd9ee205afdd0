//! Backslashes inside `$'…'`.

/// The text that one with backslashes stands for.
pub(super) fn unescaped(raw: &str) -> String {
    let mut text = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(sign) = rest.chars().next() else {
            text.push('\\');
            break;
        };
        let after = &rest[sign.len_utf8()..];
        let (character, digits) = match sign {
            'x' => number(after, 16, 2),
            'u' => number(after, 16, 4),
            'U' => number(after, 16, 8),
            '0'..='7' => number(rest, 8, 3),
            _ => (simple(sign), 0),
        };
        rest = if matches!(sign, '0'..='7') { &rest[digits..] } else { &after[digits..] };
        match character {
            Some(character) => text.push(character),
            None => text.extend(['\\', sign]),
        }
    }
    text.push_str(rest);
    text
}

fn simple(sign: char) -> Option<char> {
    Some(match sign {
        'a' => '\x07',
        'b' => '\x08',
        'e' | 'E' => '\x1b',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '\'' | '"' | '?' => sign,
        _ => return None,
    })
}

/// The character whose number stands there, and how many digits that takes.
fn number(text: &str, base: u32, most: usize) -> (Option<char>, usize) {
    let digits = text.chars().take(most).take_while(|digit| digit.is_digit(base)).count();
    let number = u32::from_str_radix(&text[..digits], base).ok();
    (number.and_then(char::from_u32), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_stand_for_characters() {
        assert_eq!(unescaped(r"a\tb\n\x41\101\u00e9\'q\zend\\"), "a\tb\nAAé'q\\zend\\");
    }
}
