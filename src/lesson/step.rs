//! Builds a step from a section of the English file.

use std::path::{Component, Path};

use crate::base::Position;

use super::chapter::step_id;
use super::check_reader::{expectations, value_source};
use super::check_spec::{Expectation, Form};
use super::course::{Allowance, Answer, LessonFile, Mistake, Origin, Predict, Question, Step};
use super::diagnostic::Report;
use super::language::Text;
use super::markdown::{Block, BlockKind, Section};
use super::node::{Node, YamlBlock};

/// Most hints that a step may have.
const MOST_HINTS: usize = 3;

/// Reads a step; what cannot be read is left out and reported.
pub(super) fn read(section: &Section, report: &mut Report) -> Step {
    let mut step = Step {
        id: step_id(section, report),
        title: Text::new(&section.title),
        prose: Text::new(&section.prose),
        origin: Origin { file: report.file().to_owned(), at: section.at, ..Origin::default() },
        ..Step::default()
    };
    for block in &section.blocks {
        match &block.kind {
            BlockKind::Solution => {
                let (commands, places) = commands(&block.text, block.at).into_iter().unzip();
                step.solutions.push(commands);
                step.origin.solutions.push(places);
            }
            BlockKind::File(name) => {
                file_name(name, &step.files, block.at, report);
                step.files.push(LessonFile { name: name.clone(), content: block.text.clone() });
                step.origin.files.push(block.at);
            }
            BlockKind::Hint if step.hints.len() < MOST_HINTS => {
                step.hints.push(Text::new(block.text.trim()));
                step.origin.hints.push(block.at);
            }
            BlockKind::Hint => {
                let hint = "the idea, the verb, the command with one blank".to_owned();
                report.broken("hint-count", block.at, "a step has at most three hints", Some(hint));
            }
            _ => {
                let before = report.len();
                yaml_block(&mut step, block, report);
                step.origin.unread |= report.len() > before;
            }
        }
    }
    complain_about_gaps(&step, section.at, report);
    step
}

fn yaml_block(step: &mut Step, block: &Block, report: &mut Report) {
    let Some(yaml) = YamlBlock::parse(block, report) else { return };
    if block.kind == BlockKind::Start {
        for document in yaml.documents().filter(|document| !document.value.is_null()) {
            step.start.push(document.value.clone());
            step.origin.start.push(document.at());
        }
        return;
    }
    let Some(node) = yaml.first(report) else { return };
    match block.kind {
        BlockKind::Check => step.checks.extend(expectations(&node, true, report)),
        BlockKind::Mistake => {
            if let Some(mistake) = mistake(&node, report) {
                step.mistakes.push(mistake);
                step.origin.mistakes.push(block.at);
            }
        }
        BlockKind::Predict if step.predict.is_some() => {
            let hint = Some("leave one of them out, or make two steps of it".to_owned());
            report.error(block.at, "the step has a second prediction", hint);
        }
        BlockKind::Predict => step.predict = predict(&node, report),
        BlockKind::Question => {
            if let Some(question) = question(&node, report) {
                step.questions.push(question);
                step.origin.questions.push(block.at);
            }
        }
        BlockKind::Snap => {
            for (name, source) in node.entries() {
                let Some(read) = value_source(&source, report) else { continue };
                step.snap.push((name.to_owned(), read));
                step.origin.snap.push(source.at());
            }
        }
        BlockKind::Allow => {
            step.allowances.extend(node.items(report).iter().filter_map(|item| allowance(item, report)));
        }
        _ => {}
    }
}

fn mistake(node: &Node<'_>, report: &mut Report) -> Option<Mistake> {
    node.allow(&["when", "say", "try"], report);
    let list = node.require("when", report)?;
    let when = expectations(&list, false, report);
    if list.value.as_array().is_some_and(Vec::is_empty) {
        report.error(list.at(), "nothing makes this mistake: it would hold always", None);
    }
    let words = node.require("say", report)?;
    let say = words.text(report)?;
    if say.is_empty() {
        let hint = "tell the learner what is wrong, and the way back".to_owned();
        report.broken("sentence", words.at(), "the mistake says nothing", Some(hint));
    }
    let tries = match node.get("try") {
        None => Vec::new(),
        Some(list) if list.value.is_array() => {
            list.items(report).iter().filter_map(|line| line.text(report)).collect()
        }
        Some(text) => commands(&text.text(report)?, text.at()).into_iter().map(|(line, _)| line).collect(),
    };
    Some(Mistake { when, say: Text::new(say), tries })
}

fn allowance(node: &Node<'_>, report: &mut Report) -> Option<Allowance> {
    if !node.allow(&["mutant", "rule", "text", "because"], report) {
        return None;
    }
    let mutant = node.get("mutant").and_then(|mutant| mutant.text(report));
    let rule = node.get("rule").and_then(|rule| rule.text(report));
    let text = node.get("text").and_then(|text| text.text(report)).unwrap_or_default();
    let because = node.require("because", report)?.text(report)?;
    let rule = match (rule, &mutant) {
        (Some(rule), None) => rule,
        (None, Some(_)) => "mutant-passes".to_owned(),
        _ => {
            let hint = "- {mutant: port, because: the container says by itself where it listens}".to_owned();
            report.error(node.at(), "an allowance names either a rule or a mutant", Some(hint));
            return None;
        }
    };
    Some(Allowance { rule, mutant, text, because, at: node.at() })
}

fn predict(node: &Node<'_>, report: &mut Report) -> Option<Predict> {
    node.allow(&["ask", "choices", "answer", "explain"], report);
    let ask = Text::new(node.require("ask", report)?.text(report)?);
    let explain = node.get("explain").and_then(|explain| explain.text(report)).map(Text::new);
    let choices = choices(node, report);
    let answer = node.get("answer").and_then(|answer| choice(&answer, choices.len(), report));
    Some(Predict { ask, choices, answer, explain })
}

fn question(node: &Node<'_>, report: &mut Report) -> Option<Question> {
    node.allow(&["id", "ask", "choices", "answer", "from", "feedback", "explain"], report);
    let id = node.require("id", report)?.text(report)?;
    let ask = Text::new(node.require("ask", report)?.text(report)?);
    let choices = choices(node, report);
    let answer = match (node.get("answer"), node.get("from")) {
        (Some(answer), None) if choices.is_empty() => {
            let right = texts(&answer, report);
            if right.is_empty() || right.iter().any(String::is_empty) {
                report.broken("no-right-answer", answer.at(), "the right answer is empty", None);
                return None;
            }
            Answer::OneOf(right)
        }
        (Some(answer), None) => Answer::Choice(choice(&answer, choices.len(), report)?),
        (None, Some(from)) => Answer::Cluster(value_source(&from, report)?),
        (Some(_), Some(_)) => {
            report.error(node.at(), "a question has either an answer or from, not both", None);
            return None;
        }
        (None, None) => {
            let hint = "`answer:` holds the text or the number of the right choice, `from:` reads it from the cluster";
            let message = format!("the question {id:?} has no right answer");
            report.broken("no-right-answer", node.at(), message, Some(hint.to_owned()));
            return None;
        }
    };
    let feedback = node.get("feedback").and_then(|feedback| feedback.text(report)).map(Text::new);
    let explain = node.get("explain").and_then(|explain| explain.text(report)).map(Text::new);
    Some(Question { id, ask, choices, answer, feedback, explain })
}

fn choices(node: &Node<'_>, report: &mut Report) -> Vec<Text> {
    let Some(list) = node.get("choices") else { return Vec::new() };
    list.items(report).iter().filter_map(|item| item.text(report)).map(Text::new).collect()
}

/// The right choice, which the author counts from 1.
fn choice(node: &Node<'_>, choices: usize, report: &mut Report) -> Option<usize> {
    let number = usize::try_from(node.number(report)?).ok()?;
    if (1..=choices).contains(&number) {
        return Some(number - 1);
    }
    report.broken(
        "no-right-answer",
        node.at(),
        format!("there are {choices} choices; the right one is named by its number, and {number} is none"),
        None,
    );
    None
}

fn texts(node: &Node<'_>, report: &mut Report) -> Vec<String> {
    if node.value.is_array() {
        node.items(report).iter().filter_map(|item| item.text(report)).collect()
    } else {
        node.text(report).into_iter().collect()
    }
}

/// Splits a solution into commands with their places: a heredoc, or a line that ends in a backslash,
/// belongs to one.
pub(super) fn commands(text: &str, at: Position) -> Vec<(String, Position)> {
    let mut commands = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let mut command = line.to_owned();
        if let Some(end) = heredoc_end(line) {
            for (_, next) in lines.by_ref() {
                command.push('\n');
                command.push_str(next);
                if next.trim() == end {
                    break;
                }
            }
            command.push('\n');
        }
        while command.ends_with('\\') {
            let Some((_, next)) = lines.next() else { break };
            command.push('\n');
            command.push_str(next);
        }
        let indented = line.chars().count() - line.trim_start().chars().count();
        commands.push((command, Position { line: at.line + number, column: at.column + indented }));
    }
    commands
}

/// The word that ends a heredoc begun on this line.
fn heredoc_end(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<")?;
    let word: String = rest
        .trim_start_matches(['-', ' '])
        .trim_start_matches(['\'', '"'])
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// What a complete step has.
fn complain_about_gaps(step: &Step, at: Position, report: &mut Report) {
    let id = &step.id;
    if step.checks.is_empty() && !step.origin.unread {
        let hint = Some("without one it can never be passed".to_owned());
        report.broken("no-check", at, format!("the step {{#{id}}} has no check"), hint);
    }
    if step.solutions.is_empty() && step.checks.iter().any(|check| check.form.question().is_none()) {
        let hint = Some("write a block `sh solution` with the commands of one correct way".to_owned());
        report.doubtful("no-solution", at, format!("the step {{#{id}}} has no solution"), hint);
    }
    if step.solutions.iter().any(Vec::is_empty) {
        let hint = Some("write the commands, or leave the block out".to_owned());
        report.doubtful("no-solution", at, format!("a solution of {{#{id}}} is empty"), hint);
    }
    // In a heredoc blanks count.
    let words = |command: &String| match command.contains('\n') {
        true => vec![command.clone()],
        false => command.split_whitespace().map(str::to_owned).collect(),
    };
    let typed: Vec<Vec<_>> = step.solutions.iter().map(|way| way.iter().map(words).collect()).collect();
    for (index, solution) in typed.iter().enumerate() {
        if !solution.is_empty() && typed[..index].contains(solution) {
            let at = step.origin.solutions[index].first().copied().unwrap_or(at);
            let hint = Some("show another way: a manifest beside the command, or a patch".to_owned());
            report.broken("solution-twice", at, "a solution before this one has the same commands", hint);
        }
    }
    for check in &step.checks {
        complain_about_answer(check, step, report);
    }
    for (value, at) in step.start.iter().zip(&step.origin.start) {
        if value["kind"].is_string()
            && value["apiVersion"].is_string()
            && value["metadata"]["name"].is_string()
        {
            continue;
        }
        let hint = Some("an object has apiVersion, kind and metadata.name".to_owned());
        report.broken("start-refused", *at, "the start state holds something that is no object", hint);
    }
}

fn complain_about_answer(check: &Expectation, step: &Step, report: &mut Report) {
    if let Form::Answer(id) = &check.form
        && !step.questions.iter().any(|question| question.id == *id)
    {
        let message = format!("the check asks for the answer {id:?}, but there is no such question");
        report.broken("unknown-question", check.at, message, None);
    }
}

/// A file is found by its name, in the workspace.
fn file_name(name: &str, others: &[LessonFile], at: Position, report: &mut Report) {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if name.is_empty() || !Path::new(name).components().all(plain) {
        let hint = "give the name of a file, without a way to another folder".to_owned();
        report.broken("file-name", at, format!("{name:?} is not a file name of the workspace"), Some(hint));
    } else if name.contains(['"', '\'', '`', ' ']) {
        let hint = "write the name as it is, without quotes and blanks: `yaml file=web.yaml`".to_owned();
        report.broken("file-name", at, format!("{name} cannot be typed as it stands"), Some(hint));
    } else if others.iter().any(|other| other.name == name) {
        let hint = "the later one would take the place of the earlier".to_owned();
        report.broken("file-name", at, format!("two files of this step are named {name}"), Some(hint));
    }
}
