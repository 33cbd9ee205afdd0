//! Builds a chapter from its English file.

use std::collections::BTreeSet;

use crate::base::{Position, nearest};

use super::course::Chapter;
use super::custom_kinds::custom_kinds;
use super::diagnostic::Report;
use super::language::Text;
use super::markdown::{BLOCK_INFOS, Oddity, Page, Section, split};
use super::node::YamlBlock;
use super::step;

/// Reads `en.md` of the chapter with this number and id.
pub(super) fn read(number: u32, id: &str, source: &str, report: &mut Report) -> Chapter {
    let page = read_page(source, report);
    report.know(custom_kinds(&page));
    let start = Position { line: 1, column: 1 };
    if page.title.is_empty() {
        report.broken(
            "title",
            start,
            "the chapter has no `# title`",
            Some("the first heading is the title".into()),
        );
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
        let step = step::read(section, report);
        if !ids.insert(step.id.clone()) {
            let hint = "every step of a chapter has an id of its own".to_owned();
            report.broken("step-id", section.at, format!("there are two steps {{#{}}}", step.id), Some(hint));
        }
        chapter.steps.push(step);
    }
    if chapter.steps.is_empty() {
        report.broken(
            "no-steps",
            start,
            "the chapter has no steps",
            Some("a step begins with `## Title {#id}`".to_owned()),
        );
    }
    chapter
}

/// Splits a file and reports blocks that look special and are not.
pub(super) fn read_page(source: &str, report: &mut Report) -> Page {
    let mut oddities = Vec::new();
    let page = split(source, &mut oddities);
    for (at, oddity) in oddities {
        match oddity {
            Oddity::UnknownBlock(info) => {
                let known = BLOCK_INFOS.join(", ");
                let hint = match nearest(&info, BLOCK_INFOS.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`? The kinds are: {known}"),
                    None => format!("the kinds are: {known}"),
                };
                report.broken("unknown-block", at, format!("{info:?} is no kind of block"), Some(hint));
            }
            Oddity::Misplaced(info) => report.broken(
                "misplaced-block",
                at,
                format!("the block {info:?} belongs to no step"),
                Some("put it below a step's heading, outside of lists and quotes".to_owned()),
            ),
            Oddity::Unclosed(info) => report.broken(
                "unclosed-block",
                at,
                format!("the block {info:?} is never closed: it swallows the rest of the file"),
                Some("end it with a line of three backticks".to_owned()),
            ),
            Oddity::Swallows(info, lines) => report.broken(
                "unclosed-block",
                at,
                format!(
                    "the block {info:?} is not closed where the next one begins, in line {}",
                    at.line + lines
                ),
                Some("end it with a line of three backticks before that line".to_owned()),
            ),
            Oddity::SecondTitle => report.broken(
                "title",
                at,
                "the chapter has a second `# title`",
                Some("a step begins with two #: `## Title {#id}`".to_owned()),
            ),
            Oddity::NoStep => report.broken(
                "step-id",
                at,
                "this heading begins no step",
                Some("a step begins with two #, a blank, and its title: `## Title {#id}`".to_owned()),
            ),
        }
    }
    for section in page.sections.iter().filter(|section| section.title.trim().is_empty()) {
        let hint = Some("write `## Title {#id}`".to_owned());
        report.broken("title", section.at, "the step has no title", hint);
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

/// The id of a step's heading; a missing one is reported and made from the title.
pub(super) fn step_id(section: &Section, report: &mut Report) -> String {
    section.id.clone().unwrap_or_else(|| {
        let hint = Some("write `## Title {#id}`".to_owned());
        report.broken("step-id", section.at, format!("the step {:?} has no id", section.title), hint);
        section.title.to_lowercase().replace(' ', "-")
    })
}
