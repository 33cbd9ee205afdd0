//! What a step tells a learner: whether a value was asked for.

use crate::lesson::{Language, Step};

/// Whether a learner can read this value in the step: then a check may insist on it.
pub(super) fn is_told(step: &Step, value: &str) -> bool {
    let value = value.trim_matches(|character: char| !character.is_alphanumeric());
    if value.is_empty() {
        return false;
    }
    let texts = [&step.title, &step.prose].into_iter().chain(step.checks.iter().map(|check| &check.that));
    texts.map(|text| text.get(Language::En)).any(|text| holds(text, value))
}

/// Whether a text holds a value as a whole: `3` is not in `30`, `nginx` is in `nginx:1.27`.
fn holds(text: &str, value: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric();
    text.match_indices(value).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    }) || number_word(value)
        .is_some_and(|word| text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|one| one == word))
}

/// How prose writes a small number.
fn number_word(value: &str) -> Option<&'static str> {
    const WORDS: &[&str] =
        &["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    value.parse::<usize>().ok().and_then(|number| WORDS.get(number).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_as_a_whole_or_as_a_word() {
        assert!(holds("Order three of them.", "3"));
        assert!(holds("the image `codongmin/kub-first-app:2`", "codongmin/kub-first-app:2"));
        assert!(holds("`app: web`", "web"));
        assert!(!holds("port 8080", "80"));
        assert!(!holds("a website", "web"));
    }
}
