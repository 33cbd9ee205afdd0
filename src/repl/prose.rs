//! Breaks prose in termimad's dialect into lines between words, so that marks such as `code` never do.

use crate::base::display_width;

/// Marks of termimad's dialect, longest first.
const MARKS: &[&str] = &["**", "~~", "*", "`"];

/// Wraps at `width` columns as they will be seen; a mark that is open at the end of a line is closed
/// there and opened again in the next. A word that is wider than the line is broken between characters.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines =
        Lines { width: width.max(1), done: Vec::new(), line: String::new(), used: 0, open: Vec::new() };
    for (index, paragraph) in text.lines().enumerate() {
        if index > 0 {
            lines.end();
        }
        for word in paragraph.split_whitespace() {
            lines.word(word);
        }
    }
    lines.end();
    lines.done
}

struct Lines {
    width: usize,
    done: Vec<String>,
    line: String,
    /// Columns of the line so far.
    used: usize,
    /// Marks that are open.
    open: Vec<&'static str>,
}

impl Lines {
    fn word(&mut self, word: &str) {
        let needed = visible_width(word);
        if self.used > 0 {
            if self.used + 1 + needed > self.width {
                self.end();
            } else {
                self.line.push(' ');
                self.used += 1;
            }
        }
        let mut rest = word;
        while let Some(character) = rest.chars().next() {
            if let Some(mark) = self.mark_at(rest) {
                self.toggle(mark);
                rest = &rest[mark.len()..];
                continue;
            }
            // An escaped mark is one character to see.
            let seen = match rest.chars().nth(1) {
                Some(next) if character == '\\' && !self.open.contains(&"`") => next,
                _ => character,
            };
            let length = if seen == character { character.len_utf8() } else { 1 + seen.len_utf8() };
            let columns = display_width(seen.encode_utf8(&mut [0; 4]));
            if self.used + columns > self.width {
                self.end();
            }
            self.line.push_str(&rest[..length]);
            self.used += columns;
            rest = &rest[length..];
        }
    }

    fn mark_at(&self, rest: &str) -> Option<&'static str> {
        let in_code = self.open.last() == Some(&"`");
        MARKS.iter().find(|mark| rest.starts_with(**mark) && (!in_code || **mark == "`")).copied()
    }

    fn toggle(&mut self, mark: &'static str) {
        self.line.push_str(mark);
        match self.open.iter().rposition(|open| *open == mark) {
            Some(index) => {
                self.open.remove(index);
            }
            None => self.open.push(mark),
        }
    }

    fn end(&mut self) {
        for mark in self.open.iter().rev() {
            self.line.push_str(mark);
        }
        self.done.push(std::mem::take(&mut self.line));
        self.used = 0;
        self.line.extend(self.open.iter().copied());
    }
}

fn visible_width(word: &str) -> usize {
    let mut plain = word.to_owned();
    for mark in MARKS {
        plain = plain.replace(&format!("\\{mark}"), "x").replace(mark, "");
    }
    display_width(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_never_at_a_mark() {
        assert_eq!(
            wrap("`image updated`는 API가 저장했다는 뜻입니다.", 24),
            ["`image updated`는 API가", "저장했다는 뜻입니다."]
        );
        assert_eq!(wrap("say **very bold** words", 12), ["say **very**", "**bold** words"]);
        assert_eq!(wrap("use `kubectl get pods` now", 14), ["use `kubectl`", "`get pods` now"]);
        assert_eq!(wrap(r"2 \* 3", 5), [r"2 \* 3"]);
    }

    #[test]
    fn long_words_are_broken() {
        assert_eq!(wrap("abcdef", 4), ["abcd", "ef"]);
    }
}
