//! What a step tells a learner, and what its solutions say: whether a value was asked for or comes by itself.

use crate::base::Value;
use crate::lesson::{Expectation, Form, Language, Step};

/// Whether a learner can read this value in the step: then a check may insist on it.
pub(super) fn is_told(step: &Step, value: &str) -> bool {
    let value = value.trim_matches(|character: char| !character.is_alphanumeric());
    if value.is_empty() {
        return false;
    }
    let texts = [&step.title, &step.prose].into_iter().chain(step.checks.iter().map(|check| &check.that));
    texts.map(|text| text.get(Language::En)).any(|text| holds(text, value))
}

/// Whether a learner can read every part of a value.
pub(super) fn are_told(step: &Step, value: &str) -> bool {
    let mut parts = value.split([',', ':']).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && parts.all(|part| is_told(step, part))
}

/// The same check, asking only that its object is there; `None` where it asks for nothing more of it.
pub(super) fn presence(check: &Expectation) -> Option<Expectation> {
    let Form::Match { object, contains, settled: None, rule: None } = &check.form else { return None };
    let form = Form::Match { object: object.clone(), contains: Value::Null, settled: None, rule: None };
    contains.is_object().then(|| Expectation { form, ..check.clone() })
}

/// Whether neither a solution nor a file that is handed out says anything of what a check asks for.
pub(super) fn is_by_itself(step: &Step, check: &Expectation) -> bool {
    let Form::Match { contains, .. } = &check.form else { return false };
    let mut words = Vec::new();
    leaves(contains, "", &mut words);
    let files = || step.files.iter().map(|file| &file.content);
    let said = |word: &String| step.solutions.iter().flatten().chain(files()).any(|text| holds(text, word));
    !words.is_empty() && !words.iter().any(said)
}

/// The keys and the values at the ends of a partial object.
fn leaves(partial: &Value, key: &str, words: &mut Vec<String>) {
    match partial {
        Value::Object(map) => {
            for (below, value) in map {
                leaves(value, if below.starts_with('$') { key } else { below }, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, key, words)),
        value => {
            words.push(key.to_owned());
            words.extend(value.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        }
    }
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

    #[test]
    fn what_a_file_that_is_handed_out_says_does_not_come_by_itself() {
        let chapter = "# T\n\n## S {#s}\n\nNo `pods`, please.\n\n```yaml file=deny.yaml\nspec: {podSelector: {matchLabels: {app: db}}}\n```\n\n```yaml check\n- that: x\n  object: networkpolicy/deny\n  contains: {spec: {podSelector: {matchLabels: {app: db}}}}\n```\n\n```sh solution\nkubectl apply -f deny.yaml\n```\n";
        let course = tempfile::tempdir().unwrap();
        std::fs::create_dir(course.path().join("01-a")).unwrap();
        std::fs::write(course.path().join("01-a/en.md"), chapter).unwrap();
        let (course, _) = crate::lesson::load(&crate::lesson::Source::Folder(course.path().to_owned()));
        let mut step = course.chapters[0].steps[0].clone();
        assert!(!is_by_itself(&step, &step.checks[0]));
        step.files.clear();
        assert!(is_by_itself(&step, &step.checks[0]));
        assert!(are_told(&step, "pods,") && !are_told(&step, "pods:web") && !are_told(&step, ""));
    }
}
