//! Translations that keep step with the original: the same order, the same commands, and their own language.

use super::super::course::{Chapter, Step};
use super::super::diagnostic::Report;
use super::super::language::{Language, Text};
use super::super::markdown::Page;
use super::kept::{Kept, outside_of_blocks};
use super::section_of;
use crate::base::Position;

/// Letters of a text from which on it must hold some of its language.
const LETTERS_MIN: usize = 18;

/// Korean letters from which on a text is no longer English with a Korean word in it.
const KOREAN_MIN: usize = 8;

/// Letters of a name in the font of code that is looked for in the original.
const NAME_MIN: usize = 3;

pub(super) fn lint(chapter: &Chapter, english: &Page, page: &Page, report: &mut Report) {
    order(english, page, report);
    untranslated("the summary", &chapter.summary, &chapter.id, Position { line: 1, column: 1 }, report);
    untranslated("the title", &chapter.title, &chapter.id, page.title_at, report);
    for step in &chapter.steps {
        let (Some(original), Some(section)) = (section_of(english, step), section_of(page, step)) else {
            continue;
        };
        let (wanted, found) = (code_blocks(&original.prose), code_blocks(&section.prose));
        if wanted != found {
            let index =
                (0..wanted.len().max(found.len())).find(|index| wanted.get(*index) != found.get(*index));
            let shown = index.and_then(|index| wanted.get(index).or_else(|| found.get(index)));
            let shown = shown.and_then(|block| block.lines().next()).unwrap_or_default();
            let message =
                format!("the code blocks of {{#{}}} differ from those of en.md: `{shown}`", step.id);
            let hint = format!("it stands at {}:{}", step.origin.file, original.at.line);
            report.broken("translation-mismatch", section.at, message, Some(hint));
        }
        let hints: Vec<&Text> = step.hints.iter().collect();
        let checks: Vec<&Text> = step.checks.iter().map(|check| &check.that).collect();
        for (what, list) in [("hints", hints), ("checks", checks)] {
            swapped(what, &list, &step.id, section.at, report);
        }
        for list in choices(step) {
            swapped("choices", &list.iter().collect::<Vec<_>>(), &step.id, section.at, report);
        }
        same_title(step, section.at, report);
        let kept = Kept::of(original, step);
        for (what, text, _) in texts(step) {
            untranslated(&what, text, &step.id, section.at, report);
            other_command(&what, text, &step.id, section.at, report);
            kept.lint(&what, text, &step.id, section.at, report);
        }
        for choice in choices(step).into_iter().flatten() {
            untranslated_choice(choice, &step.id, section.at, report);
        }
    }
}

/// Texts of en.md that are written in another language.
pub(super) fn lint_original(chapter: &Chapter, page: &Page, report: &mut Report) {
    let mut look = |what: &str, text: &Text, at: Position| {
        let words = outside_of_code(text.get(Language::En));
        if words.chars().filter(|c| is_korean(*c)).count() >= KOREAN_MIN {
            let message = format!("{what} is in Korean: {:?}", shortened(words.trim()));
            let hint = "en.md is in English, ko.md in Korean".to_owned();
            report.broken("untranslated", at, message, Some(hint));
        }
    };
    look("the title", &chapter.title, page.title_at);
    for step in &chapter.steps {
        for (what, text, at) in texts(step) {
            look(&format!("{what} of {{#{}}}", step.id), text, at);
        }
    }
}

/// The texts of a step, choices aside: what each is called, and its place in en.md as far as that is known.
fn texts(step: &Step) -> Vec<(String, &Text, Position)> {
    let at = step.origin.at;
    let mut texts =
        vec![("the title".to_owned(), &step.title, at), ("the prose".to_owned(), &step.prose, at)];
    let numbered = |what: &str, index: usize| format!("{what} {}", index + 1);
    let hints = step.hints.iter().enumerate();
    texts.extend(hints.map(|(index, text)| (numbered("hint", index), text, at)));
    let checks = step.checks.iter().enumerate();
    texts.extend(checks.map(|(index, check)| (numbered("check", index), &check.that, check.at)));
    let mistakes = step.mistakes.iter().enumerate();
    texts.extend(mistakes.map(|(index, one)| {
        let at = step.origin.mistakes.get(index).copied().unwrap_or(at);
        (numbered("mistake", index), &one.say, at)
    }));
    for (index, question) in step.questions.iter().enumerate() {
        texts.push((numbered("question", index), &question.ask, at));
        let feedback = question.feedback.iter().map(|text| ("the feedback of question", text));
        let explain = question.explain.iter().map(|text| ("the explanation of question", text));
        texts.extend(feedback.chain(explain).map(|(what, text)| (numbered(what, index), text, at)));
    }
    if let Some(predict) = &step.predict {
        texts.push(("the prediction".to_owned(), &predict.ask, at));
        let explain = predict.explain.iter();
        texts.extend(explain.map(|text| ("the explanation of the prediction".to_owned(), text, at)));
    }
    texts
}

/// The choices of each question and of the prediction.
fn choices(step: &Step) -> Vec<&[Text]> {
    let questions = step.questions.iter().map(|question| question.choices.as_slice());
    questions.chain(step.predict.iter().map(|predict| predict.choices.as_slice())).collect()
}

/// Words in small letters from which on a choice is a sentence, and no name.
const SENTENCE_MIN: usize = 3;

fn untranslated_choice(choice: &Text, id: &str, at: Position, report: &mut Report) {
    let words = outside_of_code(choice.get(Language::Ko));
    if names_command(&words) {
        return;
    }
    let plain =
        words.split_whitespace().filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
    if choice.is_in(Language::Ko) && plain.count() >= SENTENCE_MIN && !words.chars().any(is_korean) {
        let message = format!("a choice of {{#{id}}} is not in Korean: {:?}", shortened(words.trim()));
        report.broken("untranslated", at, message, None);
    }
}

fn is_korean(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

/// A title of several words that is the original's.
fn same_title(step: &Step, at: Position, report: &mut Report) {
    let (english, korean) = (step.title.get(Language::En), step.title.get(Language::Ko));
    let words = outside_of_code(korean);
    let plain = words.split_whitespace().filter(|word| word.chars().all(char::is_lowercase)).count();
    let short = words.chars().filter(|c| c.is_alphabetic()).count() < LETTERS_MIN;
    if step.title.is_in(Language::Ko) && english == korean && plain >= 1 && short {
        let message = format!("the title of {{#{}}} is not in Korean: {korean:?}", step.id);
        report.broken("untranslated", at, message, None);
    }
}

/// Whether the steps stand in the order of the original.
fn order(english: &Page, page: &Page, report: &mut Report) {
    let wanted: Vec<&str> = english.sections.iter().filter_map(|section| section.id.as_deref()).collect();
    let known =
        page.sections.iter().filter(|section| section.id.as_deref().is_some_and(|id| wanted.contains(&id)));
    let places = known.filter_map(|section| {
        let place = wanted.iter().position(|id| section.id.as_deref() == Some(id))?;
        Some((place, section))
    });
    let mut last = None;
    for (place, section) in places {
        if last.is_some_and(|last| place < last) {
            let id = section.id.as_deref().unwrap_or_default();
            let message = format!("the step {{#{id}}} stands elsewhere in en.md");
            report.broken(
                "translation-mismatch",
                section.at,
                message,
                Some("keep the order of en.md".to_owned()),
            );
            return;
        }
        last = Some(place);
    }
}

/// The contents of the code blocks, comments aside: a learner types the same in every language.
fn code_blocks(prose: &str) -> Vec<String> {
    let blocks = prose.split("```").skip(1).step_by(2);
    blocks
        .map(|block| {
            let lines = block.lines().skip(1).map(str::trim_end);
            lines.filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
        })
        .collect()
}

/// Whether two texts of a list fit each other's originals better than their own, by the names in them.
fn swapped(what: &str, list: &[&Text], id: &str, at: Position, report: &mut Report) {
    let names: Vec<[Vec<String>; 2]> =
        list.iter().map(|text| [Language::En, Language::Ko].map(|one| names_in(text.get(one)))).collect();
    let common =
        |one: usize, two: usize| names[two][1].iter().filter(|name| names[one][0].contains(name)).count();
    for two in 0..list.len() {
        for one in 0..two {
            let translated = list[one].is_in(Language::Ko) && list[two].is_in(Language::Ko);
            if translated && common(one, two) + common(two, one) > common(one, one) + common(two, two) {
                let message = format!("{what} {} and {} of {{#{id}}} have changed places", one + 1, two + 1);
                let hint = "keep the order of en.md: each stands for the one in its place".to_owned();
                report.broken("translation-mismatch", at, message, Some(hint));
                return;
            }
        }
    }
}

/// What stays the same in every language: names, numbers, words of commands.
fn names_in(text: &str) -> Vec<String> {
    let stays = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@".contains(letter);
    let words = text.split(|letter| !stays(letter)).map(|word| word.trim_matches(['.', ':', '_', '-']));
    let mut names: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether a translation names a command that the original does not.
fn other_command(what: &str, text: &Text, id: &str, at: Position, report: &mut Report) {
    if !text.is_in(Language::Ko) {
        return;
    }
    let (original, translated) = (text.get(Language::En), text.get(Language::Ko));
    let prose = outside_of_blocks(translated);
    let code = prose.split('`').skip(1).step_by(2);
    let mut commands = code.filter(|code| {
        // A single word in the font of code is the name of something.
        let is_name = code.len() >= NAME_MIN && code.chars().all(is_of_name) && !code.contains("__");
        names_command(code) || is_name
    });
    if let Some(command) = commands.find(|command| !original.contains(*command)) {
        let message = format!("{what} of {{#{id}}} names `{command}`, which the original does not");
        report.broken("translation-mismatch", at, message, None);
    }
}

/// Whether a text begins as a command does: a tool, and what it is to do.
fn names_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    matches!(words.next(), Some("kubectl" | "minikube" | "docker" | "podlings")) && words.next().is_some()
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._=:/,*".contains(letter)
}

fn untranslated(what: &str, text: &Text, id: &str, at: Position, report: &mut Report) {
    if !text.is_in(Language::Ko) {
        return;
    }
    let words = outside_of_code(text.get(Language::Ko));
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let korean = words.chars().any(is_korean);
    if letters >= LETTERS_MIN && !korean {
        let message = format!("{what} of {{#{id}}} is not in Korean: {:?}", shortened(words.trim()));
        report.broken("untranslated", at, message, None);
    }
}

fn outside_of_code(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(40).collect::<String>())
    }
}
