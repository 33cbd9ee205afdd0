//! Hints: three of them, from the idea to the command with a blank, and none that gives the solution away.

use super::super::course::{Answer, Chapter, Step};
use super::super::diagnostic::Report;
use super::super::language::Language;
use super::super::markdown::{Block, BlockKind, Page};
use super::super::typed::{commands_of, kubectl_verb, writes};
use super::section_of;
use crate::apimachinery::resolve_kind;
use crate::base::Position;

/// Hints that a step has.
const HINTS: usize = 3;

/// Words of a command beyond which it is a manifest, of which a text may say a part.
const WORDS_MAX: usize = 12;

/// Letters that an answer needs at least to be worth hiding.
const ANSWER_MIN: usize = 3;

pub(super) fn lint(chapter: &Chapter, page: &Page, language: Language, report: &mut Report) {
    for step in &chapter.steps {
        let Some(section) = section_of(page, step) else { continue };
        let blocks: Vec<_> = section.blocks.iter().filter(|block| block.kind == BlockKind::Hint).collect();
        if language == Language::En && blocks.len() < HINTS {
            let message = format!("the step {{#{}}} has {} of three hints", step.id, blocks.len());
            let hint = "the idea, the verb, the command with one blank".to_owned();
            report.broken("hint-count", section.at, message, Some(hint));
        }
        for (index, block) in blocks.iter().enumerate() {
            let said =
                |other: &&Block| !block.text.trim().is_empty() && other.text.trim() == block.text.trim();
            if blocks[..index].iter().any(said) {
                let message = format!("hint {} says the same as one before it", index + 1);
                let hint = "the idea, the verb, the command with one blank".to_owned();
                report.broken("hint-count", block.at, message, Some(hint));
            }
            let is_last = index + 1 == HINTS.min(blocks.len()) && blocks.len() >= HINTS;
            if block.text.trim().is_empty() {
                report.broken("format", block.at, format!("hint {} is empty", index + 1), None);
            } else if is_last {
                last(step, &block.text, block.at, report);
            } else {
                early(step, index + 1, &block.text, language, block.at, report);
            }
        }
    }
}

/// The last hint leaves something to fill in. Where the way has several commands it may show one as it is.
fn last(step: &Step, text: &str, at: Position, report: &mut Report) {
    let given_away = if has_blank(text) { whole_way(step, text) } else { given_away(step, text) };
    if let Some(line) = given_away {
        let hint = "leave one word of it blank: `____`".to_owned();
        report.broken(
            "hint-gives-away",
            at,
            format!("the last hint holds the whole solution: `{line}`"),
            Some(hint),
        );
    } else if !has_blank(text) {
        let hint = "write `____` for what the learner is to find".to_owned();
        report.broken("hint-blank", at, "the last hint has no blank", Some(hint));
    }
}

/// The hints before it tell neither the solution nor the answer.
fn early(step: &Step, number: usize, text: &str, language: Language, at: Position, report: &mut Report) {
    if let Some(line) = given_away(step, text) {
        let hint = "name the idea first, then the verb; the command comes last, with a blank".to_owned();
        report.broken(
            "hint-gives-away",
            at,
            format!("hint {number} holds the solution: `{line}`"),
            Some(hint),
        );
    }
    for question in &step.questions {
        let answers: Vec<String> = match &question.answer {
            Answer::OneOf(texts) => texts.clone(),
            Answer::Choice(index) => question
                .choices
                .get(*index)
                .map(|choice| choice.get(language).to_owned())
                .into_iter()
                .collect(),
            Answer::Cluster(_) => Vec::new(),
        };
        let told =
            answers.iter().find(|answer| answer.chars().count() >= ANSWER_MIN && holds_phrase(text, answer));
        if let Some(answer) = told {
            let message =
                format!("hint {number} holds the answer {answer:?} to the question {:?}", question.id);
            report.broken(
                "hint-gives-away",
                at,
                message,
                Some("lead the learner to where it can be seen".to_owned()),
            );
        }
    }
}

/// A command of a solution that a text holds as a whole, where the step itself does not show it.
fn given_away<'a>(step: &'a Step, text: &str) -> Option<&'a str> {
    let text = plain(text);
    let held = |command: &&String| holds(step, &text, command) == Some(true);
    step.solutions.iter().flatten().find(held).and_then(|command| command.lines().next())
}

/// The first command of a solution all of whose commands a text holds, those that only look aside.
fn whole_way<'a>(step: &'a Step, text: &str) -> Option<&'a str> {
    let text = plain(text);
    let looks = |command: &str| {
        commands_of(command).first().is_some_and(|words| kubectl_verb(words).is_some()) && !writes(command)
    };
    step.solutions.iter().find_map(|way| {
        let counts = || way.iter().filter(|command| !looks(command));
        let whole = counts().all(|command| holds(step, &text, command) == Some(true));
        counts().next().filter(|_| whole).and_then(|command| command.lines().next())
    })
}

/// Whether a text, plain, holds a command; `None` where the command is no secret.
fn holds(step: &Step, text: &str, command: &str) -> Option<bool> {
    let essence = essence(command)?;
    let shown = [Language::En, Language::Ko].iter().any(|one| plain(step.prose.get(*one)).contains(&essence));
    (!shown).then(|| holds_command(text, &essence))
}

/// Whether a text holds a command: as it is, or word by word with other words in between on one line.
fn holds_command(text: &str, essence: &str) -> bool {
    if text.contains(essence) {
        return true;
    }
    let wanted = as_typed(essence);
    // Short commands are named by their words alone; that is what a second hint is for.
    let told = || {
        let words = as_typed(&text.replace('\n', " "));
        let short = |word: &str| {
            word.strip_prefix("--").and_then(|flag| flag.get(..1)).map(|flag| format!("-{flag}"))
        };
        wanted
            .iter()
            .all(|word| words.contains(word) || short(word).is_some_and(|flag| words.contains(&flag)))
    };
    wanted.len() >= 4 && essence.split(' ').count() <= WORDS_MAX && told()
}

/// The words of a command whatever the order and the form of its flags, with kinds by their full names.
fn as_typed(text: &str) -> Vec<String> {
    let words = text.split(' ').map(|word| word.trim_matches([',', '.', ';', ':', '(', ')']));
    let parts = words.flat_map(|word| match word.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => vec![flag, value],
        _ => vec![word],
    });
    let full = |word: &str| match word.split_once('/') {
        Some((kind, name)) => resolve_kind(kind).map(|kind| format!("{}/{name}", kind.singular)),
        None => resolve_kind(word).map(|kind| kind.singular.to_owned()),
    };
    parts.filter(|word| !word.is_empty()).map(|word| full(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// What a command says without its tool; `None` for one that says too little to be a secret.
fn essence(command: &str) -> Option<String> {
    let command = match command.split_once('\n') {
        // A manifest is given away by its body.
        Some((head, body)) if head.contains("<<") => {
            body.rsplit_once('\n').map_or(body, |(body, _)| body).to_owned()
        }
        _ => command.to_owned(),
    };
    let plain = plain(&command).replace('\n', " ");
    let words: Vec<&str> =
        plain.split(' ').filter(|word| !matches!(*word, "kubectl" | "k" | "minikube" | "")).collect();
    (words.len() >= 2).then(|| words.join(" "))
}

/// A text without quotes and marks, one space between words.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace(['`', '"', '\'', '*'], "");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a text holds a phrase as whole words, capitals aside.
fn holds_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (plain(text).to_lowercase(), plain(phrase).to_lowercase());
    text.match_indices(&phrase).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        let is_part =
            |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        !is_part(before) && !is_part(after)
    })
}

/// Whether a text leaves something to fill in: `____`, or one `_` that does not join two words.
fn has_blank(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |index: Option<usize>| {
        index.and_then(|index| characters.get(index)).is_some_and(|c| c.is_alphanumeric())
    };
    (0..characters.len()).any(|index| {
        characters[index] == '_'
            && (characters.get(index + 1) == Some(&'_')
                || !(is_word(index.checked_sub(1)) && is_word(Some(index + 1))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_told_from_names() {
        for blank in ["--replicas=_", "`____`", "c____s", "a _ b", "_"] {
            assert!(has_blank(blank), "{blank}");
        }
        for none in ["snake_case", "kubectl get pods", ""] {
            assert!(!has_blank(none), "{none}");
        }
    }

    #[test]
    fn a_command_is_recognised_in_other_clothes() {
        let step = |solution: &str| Step { solutions: vec![vec![solution.to_owned()]], ..Step::default() };
        let create = step("kubectl create deployment web --image=nginx");
        assert!(given_away(&create, "Type `kubectl create deployment web --image=nginx`.").is_some());
        assert!(given_away(&create, "k create deployment web --replicas=1 --image=nginx").is_some());
        assert!(given_away(&create, "The verb is `create`, the kind is `deployment`.").is_none());
        assert!(given_away(&create, "`kubectl create deployment web --image=____`").is_none());
        assert!(given_away(&create, "`kubectl create deploy web --image nginx`").is_some());
        let prose = "Type kubectl create deployment, the name web,\nand then --image=nginx.";
        assert!(given_away(&create, prose).is_some());
        let delete = step("kubectl delete pod hello");
        assert!(given_away(&delete, "The verb is `delete`, then the kind and the name.").is_none());
        assert!(given_away(&delete, "Try `kubectl delete pod hello`").is_some());
    }

    #[test]
    fn the_last_hint_may_show_one_command_of_several_beside_its_blank() {
        let way = ["sed -i.old s/NAME/menu/ pod.yaml", "kubectl apply -f pod.yaml", "kubectl get pods"];
        let step =
            Step { solutions: vec![way.iter().map(|line| (*line).to_owned()).collect()], ..Step::default() };
        let told = |text: &str| {
            let mut report = Report::new("");
            last(&step, text, Position::default(), &mut report);
            report.finish().into_iter().map(|one| one.rule).collect::<Vec<_>>()
        };
        assert_eq!(told("`name: ____`, then `kubectl apply -f pod.yaml`"), [""; 0]);
        assert_eq!(told("`kubectl apply -f pod.yaml`"), ["hint-gives-away"]);
        let all = "`sed -i.old s/NAME/menu/ pod.yaml` and `kubectl apply -f pod.yaml`, then ____";
        assert_eq!(told(all), ["hint-gives-away"]);
    }
}
