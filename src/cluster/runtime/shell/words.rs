//! Expansion: variables, substitutions, arithmetic, field splitting and file patterns.

use std::collections::VecDeque;

use super::super::filesystem::{FileView, absolute, join};
use super::arithmetic;
use super::arrays::braces;
use super::ast::{Part, Word};
use super::shell_state::ShellState;

/// Expands words; the outputs of their command substitutions were collected before, in order.
pub(super) struct Expander<'a> {
    /// Variables and positional parameters.
    pub shell: &'a mut ShellState,
    /// Outputs of the substitutions.
    pub captured: &'a mut VecDeque<String>,
    /// What went wrong: `x: parameter not set`.
    pub error: Option<String>,
}

/// A field as it grows.
#[derive(Default)]
struct Field {
    text: String,
    /// The same with quoted characters escaped, for matching file names.
    pattern: String,
    /// Whether it stays even when empty.
    kept: bool,
}

impl Field {
    fn push_quoted(&mut self, text: &str) {
        self.kept = true;
        self.text.push_str(text);
        self.pattern.push_str(&escape(text));
    }

    fn push_bare(&mut self, text: &str) {
        self.kept |= !text.is_empty();
        self.text.push_str(text);
        self.pattern.push_str(text);
    }
}

/// A text that a pattern matches literally.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if "*?[]\\".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

impl Expander<'_> {
    /// The fields that words become: split, and file patterns replaced by names.
    pub(super) fn fields(&mut self, words: &[Word], files: &FileView<'_>) -> Vec<String> {
        let mut fields = Vec::new();
        let braced: Vec<Word>;
        let words = if self.shell.name == "bash" {
            braced = words.iter().flat_map(braces).collect();
            &braced
        } else {
            words
        };
        for word in words {
            for field in self.split(word) {
                let names = glob(&field.pattern, &self.shell.directory, files);
                if names.is_empty() { fields.push(field.text) } else { fields.extend(names) }
            }
        }
        fields
    }

    /// One text, not split.
    pub(super) fn text(&mut self, word: &Word) -> String {
        self.joined(word).text
    }

    /// A pattern in which quoted characters stand for themselves.
    pub(super) fn pattern(&mut self, word: &Word) -> String {
        self.joined(word).pattern
    }

    fn joined(&mut self, word: &Word) -> Field {
        let mut field = Field::default();
        for part in &word.0 {
            match part {
                Part::Bare(text) => field.push_bare(text),
                Part::Quoted(text) => field.push_quoted(text),
                part => {
                    let (value, quoted) = self.value(part);
                    if quoted { field.push_quoted(&value) } else { field.push_bare(&value) }
                }
            }
        }
        if let Some(rest) = tilde(word, &field.text) {
            let home = self.shell.get("HOME").unwrap_or_default();
            field = Field {
                text: format!("{home}{rest}"),
                pattern: escape(&format!("{home}{rest}")),
                kept: true,
            };
        }
        field
    }

    fn split(&mut self, word: &Word) -> Vec<Field> {
        if matches!(word.0.as_slice(), [Part::Bare(text)] if text.starts_with('~')) {
            return vec![self.joined(word)];
        }
        let mut done = Vec::new();
        let mut field = Field::default();
        for part in &word.0 {
            match part {
                Part::Bare(text) => field.push_bare(text),
                Part::Quoted(text) => field.push_quoted(text),
                part if self.separate(part).is_some() => {
                    let values = self.separate(part).unwrap_or_default();
                    for (index, value) in values.iter().enumerate() {
                        if index > 0 {
                            done.push(std::mem::take(&mut field));
                        }
                        field.push_quoted(value);
                    }
                }
                part => {
                    let (value, quoted) = self.value(part);
                    if quoted {
                        field.push_quoted(&value);
                    } else {
                        split_into(&value, &mut field, &mut done);
                    }
                }
            }
        }
        done.push(field);
        done.retain(|field| field.kept);
        done
    }

    /// The texts that `"$@"`, `"${NAME[@]}"` and `"${!NAME[@]}"` keep apart.
    fn separate(&self, part: &Part) -> Option<Vec<String>> {
        let Part::Variable { name, change, quoted: true } = part else { return None };
        match change {
            None => (name == "@").then(|| self.shell.positional.clone()),
            Some((operator, index)) if matches!(index.0.as_slice(), [Part::Quoted(text)] if text == "@") => {
                let elements = self.shell.elements(name).into_iter();
                match operator.as_str() {
                    "[" => Some(elements.map(|(_, value)| value).collect()),
                    "![" => Some(elements.map(|(key, _)| key).collect()),
                    _ => None,
                }
            }
            Some(_) => None,
        }
    }

    /// `${NAME[…]}` and its kin.
    fn element(&mut self, name: &str, operator: &str, index: &Word) -> String {
        let index = self.text(index);
        let elements = self.shell.elements(name);
        match (operator, index.as_str()) {
            ("[", "@" | "*") => elements.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" "),
            ("#[", "@" | "*") => elements.len().to_string(),
            ("![", _) => elements.into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(" "),
            _ => {
                let key = self.key(name, &index);
                let found = elements.into_iter().find(|(other, _)| *other == key);
                let value = found.map(|(_, value)| value).unwrap_or_default();
                if operator == "#[" { value.chars().count().to_string() } else { value }
            }
        }
    }

    /// What an index means: a text where keys are texts, otherwise a number.
    pub(super) fn key(&mut self, name: &str, index: &str) -> String {
        if self.shell.is_associative(name) {
            return index.to_owned();
        }
        match arithmetic::evaluate(index, self.shell) {
            Ok(number) if number < 0 => {
                let count = i64::try_from(self.shell.elements(name).len()).unwrap_or_default();
                (count + number).to_string()
            }
            Ok(number) => number.to_string(),
            Err(why) => {
                self.error = Some(why);
                String::new()
            }
        }
    }

    fn value(&mut self, part: &Part) -> (String, bool) {
        match part {
            Part::Bare(text) => (text.clone(), false),
            Part::Quoted(text) => (text.clone(), true),
            Part::Array(_) => (String::new(), false),
            Part::Substitution(_, quoted) => (self.captured.pop_front().unwrap_or_default(), *quoted),
            Part::Arithmetic(word, quoted) => {
                let text = self.text(word);
                let value = arithmetic::evaluate(&text, self.shell).unwrap_or_else(|why| {
                    self.error = Some(why);
                    0
                });
                (value.to_string(), *quoted)
            }
            Part::Variable { name, change: None, quoted } => {
                let value = self.shell.get(name);
                if value.is_none() && self.shell.nounset && !matches!(name.as_str(), "@" | "*") {
                    self.error = Some(format!("{name}: parameter not set"));
                }
                (value.unwrap_or_default(), *quoted)
            }
            Part::Variable { name, change: Some((operator, word)), quoted } => {
                (self.changed(name, operator, word), *quoted)
            }
        }
    }

    fn changed(&mut self, name: &str, operator: &str, word: &Word) -> String {
        if operator.ends_with('[') {
            return self.element(name, operator, word);
        }
        let value = self.shell.get(name);
        let other = self.text(word);
        let set = match operator.strip_prefix(':') {
            Some(_) => value.clone().filter(|value| !value.is_empty()),
            None => value.clone(),
        };
        match operator {
            "length" => value.unwrap_or_default().chars().count().to_string(),
            ":-" | "-" => set.unwrap_or(other),
            ":+" | "+" => set.map(|_| other).unwrap_or_default(),
            ":=" | "=" => set.unwrap_or_else(|| {
                self.shell.set(name, other.clone());
                other
            }),
            ":?" | "?" => set.unwrap_or_else(|| {
                let message = if other.is_empty() { "parameter not set" } else { &other };
                self.error = Some(format!("{name}: {message}"));
                String::new()
            }),
            "#" | "##" => strip_prefix(&value.unwrap_or_default(), &other, operator == "##"),
            "%" | "%%" => strip_suffix(&value.unwrap_or_default(), &other, operator == "%%"),
            "/" | "//" => {
                let (from, to) = other.split_once('/').unwrap_or((&other, ""));
                let value = value.unwrap_or_default();
                if operator == "/" { value.replacen(from, to, 1) } else { value.replace(from, to) }
            }
            _ => slice(&value.unwrap_or_default(), &other),
        }
    }
}

fn tilde<'a>(word: &Word, text: &'a str) -> Option<&'a str> {
    let first = matches!(word.0.first(), Some(Part::Bare(text)) if text.starts_with('~'));
    text.strip_prefix('~').filter(|rest| first && (rest.is_empty() || rest.starts_with('/')))
}

fn split_into(value: &str, field: &mut Field, done: &mut Vec<Field>) {
    let is_space = |character: char| matches!(character, ' ' | '\t' | '\n');
    let mut pieces = value.split(is_space).peekable();
    while let Some(piece) = pieces.next() {
        field.push_bare(piece);
        if pieces.peek().is_some() && field.kept {
            done.push(std::mem::take(field));
        }
    }
}

fn strip_prefix(value: &str, pattern: &str, longest: bool) -> String {
    let mut ends: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    if longest {
        ends.reverse();
    }
    let end = ends.into_iter().find(|end| matches(pattern, &value[..*end]));
    value[end.unwrap_or_default()..].to_owned()
}

fn strip_suffix(value: &str, pattern: &str, longest: bool) -> String {
    let mut starts: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    if !longest {
        starts.reverse();
    }
    let start = starts.into_iter().find(|start| matches(pattern, &value[*start..]));
    value[..start.unwrap_or(value.len())].to_owned()
}

/// `${name:offset:length}`.
fn slice(value: &str, range: &str) -> String {
    let (offset, length) = range.split_once(':').unwrap_or((range, ""));
    let offset = offset.trim().parse::<usize>().unwrap_or_default();
    let length = length.trim().parse::<usize>().unwrap_or(usize::MAX);
    value.chars().skip(offset).take(length).collect()
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

/// The names that a file pattern matches, sorted; none when it is no pattern or nothing matches.
fn glob(pattern: &str, directory: &str, files: &FileView<'_>) -> Vec<String> {
    let mut unescaped = pattern.replace("\\\\", "");
    for sign in ["\\*", "\\?", "\\["] {
        unescaped = unescaped.replace(sign, "");
    }
    if !unescaped.contains(['*', '?', '[']) {
        return Vec::new();
    }
    let is_absolute = pattern.starts_with('/');
    let mut found = vec![if is_absolute { "/".to_owned() } else { String::new() }];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for base in &found {
            let place = absolute(directory, if base.is_empty() { "." } else { base });
            let names = files.list(&place).unwrap_or_default();
            let hidden = part.starts_with('.');
            next.extend(
                names
                    .into_iter()
                    .filter(|name| (hidden || !name.starts_with('.')) && matches(part, name))
                    .map(|name| if base.is_empty() { name } else { join(base, &name) }),
            );
        }
        found = next;
    }
    found.sort();
    found
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
