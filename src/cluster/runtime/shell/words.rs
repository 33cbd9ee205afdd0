//! Expansion: variables, substitutions, arithmetic, field splitting and file patterns.

use std::collections::VecDeque;

use super::super::filesystem::{FileView, absolute, join};
use super::arithmetic;
use super::arrays::braces;
use super::ast::{Part, Word};
use super::matching::{in_case, matches, replaced, strip_prefix, strip_suffix};
use super::shell_state::ShellState;

/// Bytes that the words of one command may have.
const FIELDS_MAX: usize = 16 << 20;

/// Whether the word inside of `${NAME:-word}` and its kin is looked at.
pub(super) fn takes_word(shell: &ShellState, name: &str, operator: &str) -> bool {
    let (empty, kind) = operator.strip_prefix(':').map_or((false, operator), |kind| (true, kind));
    let set = || shell.get(name).is_some_and(|value| !(empty && value.is_empty()));
    match kind {
        "-" | "=" | "?" => !set(),
        "+" => set(),
        _ => true,
    }
}

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
        let words = if self.shell.is_bash() {
            braced = words.iter().flat_map(braces).collect();
            &braced
        } else {
            words
        };
        for word in words {
            for field in self.split(word) {
                let names = if self.shell.is_on('f') {
                    Vec::new()
                } else {
                    glob(&field.pattern, &self.shell.directory, files)
                };
                if names.is_empty() { fields.push(field.text) } else { fields.extend(names) }
            }
        }
        if fields.iter().map(String::len).sum::<usize>() > FIELDS_MAX {
            self.error = Some("out of memory".to_owned());
        }
        fields
    }

    /// One text, not split.
    pub(super) fn text(&mut self, word: &Word) -> String {
        self.joined(word).text
    }

    /// Both a text, and the pattern in which its quoted characters stand for themselves.
    pub(super) fn text_and_pattern(&mut self, word: &Word) -> (String, String) {
        let field = self.joined(word);
        (field.text, field.pattern)
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
        let (mut done, mut field) = (Vec::new(), Field::default());
        let separators = self.shell.separators();
        self.split_parts(word, false, &separators, &mut field, &mut done);
        done.push(field);
        done.retain(|field| field.kept);
        done
    }

    /// Adds the parts of a word to a field; `inner` is a word that stands inside of `${…}`.
    fn split_parts(
        &mut self,
        word: &Word,
        inner: bool,
        separators: &str,
        field: &mut Field,
        done: &mut Vec<Field>,
    ) {
        for part in &word.0 {
            match part {
                Part::Bare(text) if inner => split_into(text, separators, field, done),
                Part::Bare(text) => field.push_bare(text),
                Part::Quoted(text) => field.push_quoted(text),
                Part::Variable { name, change: None, quoted: false } if name == "@" || name == "*" => {
                    for (index, value) in self.shell.positional.iter().enumerate() {
                        if index > 0 && field.kept {
                            done.push(std::mem::take(field));
                        }
                        split_into(value, separators, field, done);
                    }
                }
                Part::Variable { name, change: Some((operator, other)), quoted: false }
                    if self.takes_other(name, operator) =>
                {
                    self.split_parts(other, true, separators, field, done);
                }
                part if self.separate(part).is_some() => {
                    let values = self.separate(part).unwrap_or_default();
                    for (index, value) in values.iter().enumerate() {
                        if index > 0 {
                            done.push(std::mem::take(field));
                        }
                        field.push_quoted(value);
                    }
                }
                part => {
                    let (value, quoted) = self.value(part);
                    if quoted {
                        field.push_quoted(&value);
                    } else {
                        split_into(&value, separators, field, done);
                    }
                }
            }
        }
    }

    /// Whether `${NAME:-word}` or its kin stands for its word.
    fn takes_other(&self, name: &str, operator: &str) -> bool {
        matches!(operator, ":-" | "-" | ":+" | "+") && takes_word(self.shell, name, operator)
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
                    let words = if self.shell.is_bash() { "unbound variable" } else { "parameter not set" };
                    self.error = Some(format!("{name}: {words}"));
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
        if value.is_none() && self.shell.nounset && !matches!(name, "@" | "*") {
            let spared = operator.strip_prefix(':').unwrap_or(operator).starts_with(['-', '+', '=', '?']);
            if !spared && operator != "names" {
                let words = if self.shell.is_bash() { "unbound variable" } else { "parameter not set" };
                self.error = Some(format!("{name}: {words}"));
            }
        }
        let set = match operator.strip_prefix(':') {
            Some(_) => value.clone().filter(|value| !value.is_empty()),
            None => value.clone(),
        };
        match operator {
            "length" if matches!(name, "@" | "*") => self.shell.positional.len().to_string(),
            "length" => value.unwrap_or_default().chars().count().to_string(),
            ":-" | "-" => set.unwrap_or_else(|| self.text(word)),
            ":+" | "+" => set.map(|_| self.text(word)).unwrap_or_default(),
            ":=" | "=" => set.unwrap_or_else(|| {
                let other = self.text(word);
                self.shell.set(name, other.clone());
                other
            }),
            ":?" | "?" => set.unwrap_or_else(|| {
                let message = match (self.text(word), operator, self.shell.is_bash()) {
                    (other, ..) if !other.is_empty() => other,
                    (_, ":?", true) => "parameter null or not set".to_owned(),
                    (_, ":?", false) => "parameter not set or null".to_owned(),
                    _ => "parameter not set".to_owned(),
                };
                self.error = Some(format!("{name}: {message}"));
                String::new()
            }),
            _ => self.edited(&value.unwrap_or_default(), name, operator, word),
        }
    }

    /// A value of which something was taken off or put in the place of something.
    fn edited(&mut self, value: &str, name: &str, operator: &str, word: &Word) -> String {
        match operator {
            "#" | "##" => strip_prefix(value, &self.pattern(word), operator == "##"),
            "%" | "%%" => strip_suffix(value, &self.pattern(word), operator == "%%"),
            "/" | "//" | "/#" | "/%" => {
                let Some(Part::Array(words)) = word.0.first() else { return value.to_owned() };
                let (from, to) = match words.as_slice() {
                    [from, to] => (self.pattern(from), self.text(to)),
                    _ => return value.to_owned(),
                };
                replaced(value, &from, &to, operator)
            }
            "^" | "^^" | "," | ",," | "@U" | "@L" | "@u" => in_case(value, operator),
            "@Q" => format!("'{}'", value.replace('\'', "'\\''")),
            "indirect" => self.shell.get(value).unwrap_or_default(),
            "names" => {
                let names = self
                    .shell
                    .variables
                    .keys()
                    .filter(|known| known.starts_with(name) && !known.contains('['));
                names.cloned().collect::<Vec<_>>().join(" ")
            }
            _ => {
                let range = self.text(word);
                self.slice(value, &range)
            }
        }
    }

    /// `${name:offset:length}`, either end counted from the back when negative.
    fn slice(&mut self, value: &str, range: &str) -> String {
        let (offset, length) =
            range.split_once(':').map_or((range, None), |(offset, length)| (offset, Some(length)));
        let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
        let mut number = |text: &str| {
            arithmetic::evaluate(text, self.shell).unwrap_or_else(|why| {
                self.error = Some(why);
                0
            })
        };
        let offset = number(offset);
        let start = if offset < 0 { count + offset } else { offset };
        let end = match length.map(&mut number) {
            None => count,
            Some(length) if length < 0 => count + length,
            Some(length) => start.saturating_add(length),
        };
        if start < 0 {
            return String::new();
        }
        let place = |number: i64| usize::try_from(number).unwrap_or_default();
        value.chars().take(place(end)).skip(place(start)).collect()
    }
}

fn tilde<'a>(word: &Word, text: &'a str) -> Option<&'a str> {
    let first = matches!(word.0.first(), Some(Part::Bare(text)) if text.starts_with('~'));
    text.strip_prefix('~').filter(|rest| first && (rest.is_empty() || rest.starts_with('/')))
}

/// Cuts a value into fields at the characters of `IFS`: those that are white space come in runs.
fn split_into(value: &str, separators: &str, field: &mut Field, done: &mut Vec<Field>) {
    let mut after_space = false;
    for next in value.chars() {
        let is_separator = separators.contains(next);
        if !is_separator {
            field.push_bare(next.encode_utf8(&mut [0; 4]));
            after_space = false;
        } else if matches!(next, ' ' | '\t' | '\n') {
            if field.kept {
                done.push(std::mem::take(field));
                after_space = true;
            }
        } else if !std::mem::take(&mut after_space) {
            field.kept = true;
            done.push(std::mem::take(field));
        }
    }
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
