//! What an author allows: remarks that are meant are left out, allowances that nothing needs are told.

use super::super::course::{Allowance, Course};
use super::super::diagnostic::{Diagnostic, Report};
use super::super::markdown::Page;
use super::super::rules::RULES;
use super::Pages;
use crate::base::nearest;

/// The last rule that the files alone are held to; those behind it need a cluster.
const FIRST_OF_A_CLUSTER: &str = "start-refused";

/// Leaves out what is allowed, and adds what is wrong about allowances.
pub(super) fn apply(course: &Course, pages: &Pages, diagnostics: &mut Vec<Diagnostic>) {
    let mut complaints = Vec::new();
    for step in course.chapters.iter().flat_map(|chapter| &chapter.steps) {
        let mut report = Report::new(&step.origin.file);
        for allowance in &step.allowances {
            let before = diagnostics.len();
            diagnostics.retain(|one| {
                !(covers(allowance, one) && is_within(&step.id, one, &step.origin.file, pages))
            });
            complain(allowance, diagnostics.len() < before, &mut report);
        }
        complaints.extend(report.finish());
    }
    diagnostics.extend(complaints);
}

fn covers(allowance: &Allowance, one: &Diagnostic) -> bool {
    allowance.mutant.is_none() && allowance.rule == one.rule && one.message.contains(&allowance.text)
}

/// Whether a remark is about that step, in whichever language.
fn is_within(id: &str, one: &Diagnostic, english: &str, pages: &Pages) -> bool {
    let folder = english.trim_end_matches("en.md");
    let of_chapter = one.file.starts_with(folder);
    let Some((_, page)) = pages.get(&one.file).filter(|_| of_chapter) else { return false };
    step_at(page, one.line) == Some(id)
}

/// The step to which a line belongs.
fn step_at(page: &Page, line: usize) -> Option<&str> {
    page.sections.iter().rev().find(|section| section.at.line <= line)?.id.as_deref()
}

fn complain(allowance: &Allowance, used: bool, report: &mut Report) {
    let place = |id: &str| RULES.iter().position(|rule| rule.id == id);
    let Some(rule) = place(&allowance.rule) else {
        let near = nearest(&allowance.rule, RULES.iter().map(|rule| rule.id));
        let hint = near.map(|name| format!("did you mean {name:?}?"));
        report.broken("allow", allowance.at, format!("there is no rule {:?}", allowance.rule), hint);
        return;
    };
    let is_of_the_files = place(FIRST_OF_A_CLUSTER).is_some_and(|first| rule < first);
    if !used && is_of_the_files && allowance.mutant.is_none() && allowance.rule != "holds-at-start" {
        let message = format!("{:?} is allowed here and does not occur", allowance.rule);
        report.broken("allow-unused", allowance.at, message, None);
    }
}
