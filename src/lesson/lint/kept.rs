//! What a translation keeps: the numbers and the names of the original.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::course::Step;
use super::super::diagnostic::Report;
use super::super::language::{Language, Text};
use super::super::markdown::{Block, BlockKind, Section};
use crate::apimachinery::resolve_kind;
use crate::base::{Position, Value, parse_yaml};

/// Numbers as English writes them.
const IN_ENGLISH: &[(&str, u64)] = &[
    ("two", 2),
    ("both", 2),
    ("twice", 2),
    ("second", 2),
    ("pair", 2),
    ("three", 3),
    ("third", 3),
    ("four", 4),
    ("fourth", 4),
    ("five", 5),
    ("fifth", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
];

/// Numbers as Korean counts things.
const IN_KOREAN: &[(&str, u64)] = &[
    ("두", 2),
    ("둘", 2),
    ("세", 3),
    ("셋", 3),
    ("네", 4),
    ("넷", 4),
    ("다섯", 5),
    ("여섯", 6),
    ("일곱", 7),
    ("여덟", 8),
    ("아홉", 9),
    ("열", 10),
];

/// A Korean number before what it counts.
static COUNTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|\s)(\p{Hangul}{1,2}) ?(?:개|대|분|초|곳|가지|줄|파드|레플리카)").ok());

/// Letters of a name from which on it is looked for.
const NAME_MIN: usize = 3;

/// Numbers from which on nobody writes them in words.
const IN_DIGITS: u64 = 13;

/// Words of names and numbers, as they stand in any language.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let stays = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    let words = text.split(move |letter| !stays(letter)).map(|word| word.trim_matches(['.', '_', '-']));
    words.filter(|word| !word.is_empty())
}

/// The numbers that stand in a text as words of their own.
pub(super) fn numbers(text: &str) -> BTreeSet<u64> {
    let digits = words(text).filter_map(|word| word.parse().ok());
    let lower = text.to_lowercase();
    let written = words(&lower).filter_map(|word| IN_ENGLISH.iter().find(|(name, _)| *name == word));
    let counted = COUNTED.iter().flat_map(|pattern| pattern.captures_iter(text));
    let korean = counted.filter_map(|found| {
        let word = found.get(1)?.as_str();
        IN_KOREAN.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)
    });
    digits.chain(written.map(|(_, number)| *number)).chain(korean).collect()
}

/// Texts of a step whose numbers and names are those of the original.
pub(super) struct Kept {
    /// Values that the step's checks and its start state hold.
    names: BTreeSet<String>,
    /// All words of the original.
    words: BTreeSet<String>,
}

impl Kept {
    /// What a step is about, by its section in the original.
    pub(super) fn of(section: &Section, step: &Step) -> Self {
        let yaml = |block: &&Block| !matches!(block.kind, BlockKind::Hint | BlockKind::Solution);
        let texts = section.blocks.iter().map(|block| block.text.as_str()).chain([section.prose.as_str()]);
        let words = texts.flat_map(words).map(str::to_owned).collect();
        let blocks = section.blocks.iter().filter(yaml).map(|block| block.text.as_str());
        let mut names = BTreeSet::new();
        for document in blocks.flat_map(|block| parse_yaml(block).unwrap_or_default()) {
            values(&document.value, &mut names);
        }
        for question in &step.questions {
            names.insert(question.id.clone());
        }
        names.retain(|name| name.len() >= NAME_MIN && resolve_kind(name).is_none());
        Self { names, words }
    }

    /// Reports a number or a name of a translation in whose place the original has another.
    pub(super) fn lint(&self, what: &str, text: &Text, id: &str, at: Position, report: &mut Report) {
        if !text.is_in(Language::Ko) {
            return;
        }
        let [original, translated] = [Language::En, Language::Ko].map(|one| outside_of_blocks(text.get(one)));
        let (wanted, found) = (numbers(&original), numbers(&translated));
        let lost = wanted.difference(&found).next();
        let other = found
            .difference(&wanted)
            .find(|number| **number > 1 && (lost.is_some_and(|lost| *lost > 1) || **number >= IN_DIGITS));
        if let Some(number) = other {
            let instead = lost.map(|lost| format!(", and the original {lost}")).unwrap_or_default();
            let message = format!("{what} of {{#{id}}} speaks of {number}{instead}");
            report.broken("translation-mismatch", at, message, None);
        }
        let names = |text: &str| -> BTreeSet<String> {
            words(text).filter(|word| self.names.contains(*word)).map(str::to_owned).collect()
        };
        let (wanted, found) = (names(&original), names(&translated));
        let strange = || words(&translated).find(|word| is_name(word) && !self.words.contains(*word));
        let other = found.difference(&wanted).next().map(String::as_str).or_else(strange);
        if let (Some(lost), Some(other)) = (wanted.difference(&found).next(), other) {
            let message = format!("{what} of {{#{id}}} names {other}, and the original {lost}");
            report.broken("translation-mismatch", at, message, None);
        }
    }
}

/// Whether a word is written as names of things are.
fn is_name(word: &str) -> bool {
    word.len() > NAME_MIN && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
}

/// A text without its code blocks.
pub(super) fn outside_of_blocks(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The texts of a document that may be names.
fn values(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let told = map.iter().filter(|(key, _)| !SENTENCES.contains(&key.as_str()));
            told.for_each(|(_, below)| values(below, names));
        }
        Value::Array(items) => items.iter().for_each(|item| values(item, names)),
        Value::String(text) if !text.contains(char::is_whitespace) => {
            names.extend(text.split('/').map(str::to_owned).chain([text.clone()]));
        }
        _ => {}
    }
}

/// Keys under which sentences stand, which are no names.
const SENTENCES: &[&str] = &["that", "say", "ask", "feedback", "explain", "because", "cel", "try"];

#[cfg(test)]
mod tests {
    use super::super::super::markdown::split;
    use super::*;

    #[test]
    fn numbers_are_read_in_digits_and_in_words_of_both_languages() {
        let of = |text: &str| numbers(text).into_iter().collect::<Vec<_>>();
        assert_eq!(of("Three Pods on port 8080, both ready; v1 of web-2"), [2, 3, 8080]);
        assert_eq!(of("파드 세 개를 8080번 포트로, 두 파드"), [2, 3, 8080]);
        assert_eq!(of("세 번째 파드, 다시 한 번"), [0; 0]);
    }

    #[test]
    fn a_translation_keeps_numbers_and_names() {
        let page = "# T\n\n## S {#s}\n\n```yaml check\ncontains: {data: {soup: onion, other: leek}}\n```\n";
        let page = split(page, &mut Vec::new());
        let kept = Kept::of(&page.sections[0], &Step::default());
        let told = |english: &str, korean: &str| {
            let mut text = Text::new(english);
            text.translate(korean);
            let mut report = Report::new("");
            kept.lint("check 1", &text, "s", Position::default(), &mut report);
            report.finish().into_iter().map(|one| one.message).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(told("The value of soup is onion", "soup의 값이 onion입니다"), "");
        assert!(told("The value of soup is onion", "soup의 값이 leek입니다").contains("names leek"));
        assert!(told("The value of soup is onion", "soup의 값이 carrot입니다").contains("names carrot"));
        // A name that is added, or left out, is the translator's choice.
        assert_eq!(told("It asks for two Pods", "onion이 파드 2개를 요구합니다"), "");
        assert_eq!(told("The value is onion", "값이 맞습니다"), "");
        assert!(told("on port 80", "8080번 포트로").contains("speaks of 8080, and the original 80"));
        assert!(told("two Pods", "파드 세 개").contains("speaks of 3, and the original 2"));
        assert_eq!(told("after a second", "1초 뒤에"), "");
    }
}
