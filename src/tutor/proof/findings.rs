//! Collects what a proof finds about one step, without what its author allows.

use crate::base::Position;
use crate::check::{Difference, Verdict};
use crate::lesson::{Allowance, Diagnostic, Origin, RULES, Step};

use super::mutants::MUTANT_CLASSES;

/// What was found about a step.
pub(super) struct Findings<'a> {
    step: &'a Step,
    found: Vec<Diagnostic>,
    used: Vec<bool>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(step: &'a Step) -> Self {
        Self { step, found: Vec::new(), used: vec![false; step.allowances.len()] }
    }

    /// Where the parts of the step stand.
    pub(super) fn origin(&self) -> &'a Origin {
        &self.step.origin
    }

    /// What breaks a rule, unless the author allows it.
    pub(super) fn add(&mut self, rule: &'static str, at: Position, message: impl Into<String>, hint: &str) {
        let mut diagnostic = Diagnostic::new(rule, &self.step.origin.file, at, message);
        if !hint.is_empty() {
            diagnostic = diagnostic.hint(hint);
        }
        self.push(diagnostic, None);
    }

    /// The same for what a mutant of that class brought to light.
    pub(super) fn push(&mut self, diagnostic: Diagnostic, mutant: Option<&str>) {
        let covers = |allowance: &Allowance| {
            allowance.rule == diagnostic.rule
                && allowance.mutant.as_deref().is_none_or(|class| Some(class) == mutant)
                && diagnostic.message.contains(&allowance.text)
        };
        match self.step.allowances.iter().position(covers) {
            Some(index) => self.used[index] = true,
            None => self.found.push(diagnostic),
        }
    }

    /// Everything found.
    pub(super) fn found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// Everything found, with what is wrong about the allowances.
    pub(super) fn finish(mut self, mutants_were_tried: bool) -> Vec<Diagnostic> {
        let file = &self.step.origin.file;
        for (allowance, used) in self.step.allowances.iter().zip(&self.used) {
            let mut complain = |rule: &'static str, message: String| {
                self.found.push(Diagnostic::new(rule, file, allowance.at, message));
            };
            let unknown_class = allowance.mutant.as_deref().filter(|class| !MUTANT_CLASSES.contains(class));
            if let Some(class) = unknown_class {
                complain(
                    "allow",
                    format!("there is no class of mutants {class:?}: {}", MUTANT_CLASSES.join(", ")),
                );
            } else if !used
                && is_of_the_proof(&allowance.rule)
                && (mutants_were_tried || allowance.mutant.is_none())
            {
                let what = allowance.mutant.as_deref().unwrap_or(&allowance.rule);
                complain("allow-unused", format!("{what:?} is allowed here and does not occur"));
            }
        }
        self.found.sort_by(|one, other| one.order().cmp(&other.order()));
        self.found
    }
}

/// Whether a rule is one that the proof, not the reading of the files, holds a step to.
fn is_of_the_proof(rule: &str) -> bool {
    let place = |id: &str| RULES.iter().position(|known| known.id == id);
    match (place(rule), place("start-passes")) {
        (Some(rule), Some(first)) => rule >= first,
        _ => false,
    }
}

/// A verdict in one line.
pub(super) fn told(verdict: &Verdict) -> String {
    let told = match verdict {
        Verdict::Passed => "passed".to_owned(),
        Verdict::Converging { waiting, .. } => format!("on its way: {}", waiting.join("; ")),
        Verdict::Mistake { feedback } => format!("a mistake: {feedback}"),
        Verdict::Broken { what } => format!("broken: {what}"),
        Verdict::NotYet { differences, .. } => {
            let told =
                differences.iter().map(|Difference { that, expected, actual }| match expected.as_str() {
                    // It is to be there.
                    "" => format!("{that} ({actual})"),
                    expected => format!("{that} (expected {expected}, found {actual})"),
                });
            format!("not yet: {}", told.collect::<Vec<_>>().join("; "))
        }
    };
    match verdict.reason() {
        Some(reason) => format!("{told} [{}]", reason.text),
        None => told,
    }
}
