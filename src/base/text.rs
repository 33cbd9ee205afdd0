//! Text for terminals: width, wrapping, indenting, the nearest word.

use unicode_width::UnicodeWidthStr;

/// Columns that `text` takes on a terminal (Korean characters take two).
#[must_use]
pub fn display_width(text: &str) -> usize {
    strip_ansi(text).width()
}

/// `text` without terminal escape sequences.
#[must_use]
pub fn strip_ansi(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
            continue;
        }
        if characters.next_if_eq(&'[').is_some() {
            while characters.next_if(|next| !('\u{40}'..='\u{7e}').contains(next)).is_some() {}
            characters.next();
        }
    }
    plain
}

/// Pads `text` with spaces to `width` columns.
#[must_use]
pub fn pad_end(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Puts `prefix` before every line.
#[must_use]
pub fn indent(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
}

/// Breaks `text` into lines of at most `width` columns, between words; a word that
/// is longer is broken between characters, but for an address, which could not be copied then.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let needed = display_width(&line) + usize::from(!line.is_empty()) + display_width(word);
            if !line.is_empty() && needed > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // Not letter by letter where it can be helped: half an escape sequence has no width to measure.
            if display_width(&line) + display_width(word) <= width || word.contains("://") {
                line.push_str(word);
                continue;
            }
            for character in word.chars() {
                let mut buffer = [0; 4];
                let character: &str = character.encode_utf8(&mut buffer);
                if display_width(&line) + display_width(character) > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(character);
            }
        }
        lines.push(line);
    }
    lines
}

/// The candidate nearest to `word`, if any is near enough to have been meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether one word is the other with a typing error: a letter or two more, less or other, or two swapped.
#[must_use]
pub fn is_typo(one: &str, two: &str) -> bool {
    if one == two {
        return false;
    }
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let length = one.chars().count().min(two.chars().count());
    let limit = if length < 6 { 1 } else { 2 };
    let distance = edit_distance(one, two);
    length > 1 && (distance <= limit || (distance == 2 && letters(one) == letters(two)))
}

/// Levenshtein distance, case-insensitive.
fn edit_distance(one: &str, two: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().collect();
    let two: Vec<char> = two.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in two.iter().enumerate() {
            let substitution = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_counts_two_columns_and_wraps() {
        assert_eq!(display_width("파드"), 4);
        assert_eq!(wrap("파드를 만든다", 8), ["파드를", "만든다"]);
        assert_eq!(wrap("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(wrap("at https://example.org/x now", 10), ["at", "https://example.org/x", "now"]);
    }

    #[test]
    fn escape_sequences_take_no_room() {
        assert_eq!(display_width("\u{1b}[1;31mred\u{1b}[0m"), 3);
    }

    #[test]
    fn a_typing_error_is_told_from_another_word() {
        for (one, two) in
            [("web", "wep"), ("web", "wbe"), ("backend", "bakcend"), ("reader", "readr"), ("App", "app")]
        {
            assert!(is_typo(one, two), "{one} {two}");
        }
        for (one, two) in
            [("web", "db"), ("web.local", "shop.local"), ("web", "web"), ("frontend", "backend")]
        {
            assert!(!is_typo(one, two), "{one} {two}");
        }
    }

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        assert_eq!(nearest("chekc", ["check", "hint"]), Some("check"));
        assert_eq!(nearest("kubernetes", ["check", "hint"]), None);
    }
}
