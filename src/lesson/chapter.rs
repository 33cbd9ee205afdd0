//! Builds a chapter from its English file.

use std::collections::BTreeSet;

use crate::base::Position;

use super::check_reader::{expectations, value_source};
use super::check_spec::{Expectation, Form};
use super::course::{Answer, Chapter, LessonFile, Mistake, Predict, Question, Step};
use super::diagnostic::Report;
use super::language::Text;
use super::markdown::{Block, BlockKind, Page, Section, split};
use super::node::{Node, YamlBlock};

/// Most hints that a step may have.
const MOST_HINTS: usize = 3;

/// Reads `en.md` of the chapter with this number and id.
pub(super) fn read(number: u32, id: &str, source: &str, report: &mut Report) -> Chapter {
    let page = read_page(source, report);
    let start = Position { line: 1, column: 1 };
    if page.title.is_empty() {
        report.error(start, "the chapter has no `# title`", None);
    }
    let mut chapter = Chapter {
        number,
        id: id.to_owned(),
        title: Text::new(&page.title),
        summary: Text::new(&page.introduction),
        minutes: 0,
        steps: Vec::new(),
    };
    if let Some(front) = front(&page, report) {
        if let Some(summary) = front.summary {
            chapter.summary = Text::new(summary);
        }
        chapter.minutes = front.minutes;
    }
    let mut ids = BTreeSet::new();
    for section in &page.sections {
        let step = step(section, report);
        if !ids.insert(step.id.clone()) {
            report.error(section.at, format!("there are two steps {{#{}}}", step.id), None);
        }
        chapter.steps.push(step);
    }
    if chapter.steps.is_empty() {
        report.error(
            start,
            "the chapter has no steps",
            Some("a step begins with `## Title {#id}`".to_owned()),
        );
    }
    chapter
}

/// Splits a file and reports info strings that look special and are not.
pub(super) fn read_page(source: &str, report: &mut Report) -> Page {
    let mut strange = Vec::new();
    let page = split(source, &mut strange);
    for (at, info) in strange {
        report.error(at, format!("{info:?} is no kind of block"), Some("the kinds are: yaml start, sh solution, yaml file=NAME, yaml snap, yaml check, yaml mistake, hint, yaml predict, yaml question".to_owned()));
    }
    page
}

/// What the front matter says.
pub(super) struct Front {
    pub summary: Option<String>,
    pub minutes: u32,
}

/// Reads the front matter, if there is one.
pub(super) fn front(page: &Page, report: &mut Report) -> Option<Front> {
    let block = YamlBlock::parse(page.front.as_ref()?, report)?;
    let node = block.first(report)?;
    node.allow(&["summary", "minutes"], report);
    let summary = node.get("summary").and_then(|summary| summary.text(report));
    let minutes = node.get("minutes").and_then(|minutes| minutes.number(report)).unwrap_or(0);
    Some(Front { summary, minutes: u32::try_from(minutes).unwrap_or(u32::MAX) })
}

fn step(section: &Section, report: &mut Report) -> Step {
    let mut step = Step {
        id: step_id(section, report),
        title: Text::new(&section.title),
        prose: Text::new(&section.prose),
        ..Step::default()
    };
    for block in &section.blocks {
        match &block.kind {
            BlockKind::Solution => step.solutions.push(commands(&block.text)),
            BlockKind::File(name) => {
                step.files.push(LessonFile { name: name.clone(), content: block.text.clone() });
            }
            BlockKind::Hint if step.hints.len() < MOST_HINTS => step.hints.push(Text::new(block.text.trim())),
            BlockKind::Hint => report.error(block.at, "a step has at most three hints", None),
            _ => yaml_block(&mut step, block, report),
        }
    }
    lint(&step, section.at, report);
    step
}

fn yaml_block(step: &mut Step, block: &Block, report: &mut Report) {
    let Some(yaml) = YamlBlock::parse(block, report) else { return };
    if block.kind == BlockKind::Start {
        step.start.extend(yaml.documents().map(|document| document.value.clone()));
        return;
    }
    let Some(node) = yaml.first(report) else { return };
    match block.kind {
        BlockKind::Check => step.checks.extend(expectations(&node, true, report)),
        BlockKind::Mistake => step.mistakes.extend(mistake(&node, report)),
        BlockKind::Predict => step.predict = predict(&node, report),
        BlockKind::Question => step.questions.extend(question(&node, report)),
        BlockKind::Snap => {
            for (name, source) in node.entries() {
                step.snap.extend(value_source(&source, report).map(|source| (name.to_owned(), source)));
            }
        }
        _ => {}
    }
}

/// The id of a step's heading; a missing one is reported and made from the title.
pub(super) fn step_id(section: &Section, report: &mut Report) -> String {
    section.id.clone().unwrap_or_else(|| {
        report.error(section.at, "the step has no id", Some("write `## Title {#id}`".to_owned()));
        section.title.to_lowercase().replace(' ', "-")
    })
}

fn mistake(node: &Node<'_>, report: &mut Report) -> Option<Mistake> {
    node.allow(&["when", "say"], report);
    let when = expectations(&node.require("when", report)?, false, report);
    let say = node.require("say", report)?.text(report)?;
    Some(Mistake { when, say: Text::new(say) })
}

fn predict(node: &Node<'_>, report: &mut Report) -> Option<Predict> {
    node.allow(&["ask", "choices", "explain"], report);
    let ask = Text::new(node.require("ask", report)?.text(report)?);
    let explain = node.get("explain").and_then(|explain| explain.text(report)).map(Text::new);
    Some(Predict { ask, choices: choices(node, report), explain })
}

fn question(node: &Node<'_>, report: &mut Report) -> Option<Question> {
    node.allow(&["id", "ask", "choices", "answer", "from", "feedback"], report);
    let id = node.require("id", report)?.text(report)?;
    let ask = Text::new(node.require("ask", report)?.text(report)?);
    let choices = choices(node, report);
    let answer = match (node.get("answer"), node.get("from")) {
        (Some(answer), None) if choices.is_empty() => Answer::OneOf(texts(&answer, report)),
        (Some(answer), None) => Answer::Choice(choice(&answer, choices.len(), report)?),
        (None, Some(from)) => Answer::Cluster(value_source(&from, report)?),
        _ => {
            report.error(node.at(), "a question has either an answer or from", None);
            return None;
        }
    };
    let feedback = node.get("feedback").and_then(|feedback| feedback.text(report)).map(Text::new);
    Some(Question { id, ask, choices, answer, feedback })
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
    report.error(
        node.at(),
        format!("there are {choices} choices; the right one is named by its number"),
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

/// Splits a solution into commands: a heredoc or a line that ends in a backslash belongs to one.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let mut command = line.to_owned();
        if let Some(end) = heredoc_end(line) {
            for next in lines.by_ref() {
                command.push('\n');
                command.push_str(next);
                if next.trim() == end {
                    break;
                }
            }
            command.push('\n');
        }
        while command.ends_with('\\') {
            let Some(next) = lines.next() else { break };
            command.push('\n');
            command.push_str(next);
        }
        commands.push(command);
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
fn lint(step: &Step, at: Position, report: &mut Report) {
    if step.checks.is_empty() {
        report.error(at, "the step has no check", Some("without one it can never be passed".to_owned()));
    }
    if step.solutions.is_empty() && step.checks.iter().any(|check| check.form.question().is_none()) {
        report.warning(at, "the step has no solution", None);
    }
    for check in &step.checks {
        lint_answer(check, step, at, report);
    }
    for value in &step.start {
        if value["kind"].is_string()
            && value["apiVersion"].is_string()
            && value["metadata"]["name"].is_string()
        {
            continue;
        }
        report.error(at, "the start state holds something that is no object", None);
    }
}

fn lint_answer(check: &Expectation, step: &Step, at: Position, report: &mut Report) {
    if let Form::Answer(id) = &check.form
        && !step.questions.iter().any(|question| question.id == *id)
    {
        report.error(
            at,
            format!("the check asks for the answer {id:?}, but there is no such question"),
            None,
        );
    }
}
