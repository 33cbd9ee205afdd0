//! Steps that pass in a bad state: the trouble that they wait for is none.

use crate::base::Value;
use crate::lesson::{Expectation, Form, Quantifier};

use super::finding::Finding;

/// Words for one state, as it is called from moment to moment.
const FAMILIES: &[&[&str]] = &[
    &["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"],
    &[
        "CrashLoopBackOff",
        "Error",
        "OOMKilled",
        "Completed",
        "RunContainerError",
        "StartError",
        "BackoffLimitExceeded",
    ],
    &["CreateContainerConfigError", "CreateContainerError", "FailedMount"],
    &["Unschedulable", "Pending", "FailedScheduling", "SchedulingGated"],
    &["Unhealthy", "ContainersNotReady"],
];

/// The bad states that a step's checks ask for.
#[derive(Debug, Default)]
pub(in crate::check) struct Awaited {
    reasons: Vec<String>,
    /// Whether a state is asked for that only trouble brings.
    bad: bool,
}

impl Awaited {
    /// Those of a step.
    pub(in crate::check) fn of(checks: &[Expectation]) -> Self {
        let mut awaited = Self::default();
        for check in checks {
            awaited.of_form(&check.form);
        }
        awaited
    }

    fn of_form(&mut self, form: &Form) {
        match form {
            Form::Match { contains, .. } => self.of_partial(contains, ""),
            Form::Selection { selection, quantifier } => {
                self.of_partial(&selection.contains, "");
                match quantifier {
                    Quantifier::Every(partial) | Quantifier::Any(partial) => self.of_partial(partial, ""),
                    _ => {}
                }
            }
            Form::Either(either) => either.iter().for_each(|check| self.of_form(&check.form)),
            _ => {}
        }
    }

    fn of_partial(&mut self, value: &Value, key: &str) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    let negated = matches!(name.as_str(), "$notEqualTo" | "$noneOf" | "$not" | "$none");
                    if !negated {
                        self.of_partial(value, if name.starts_with('$') { key } else { name });
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.of_partial(item, key)),
            Value::String(text) => match (key, text.as_str()) {
                ("reason", _) => self.reasons.push(text.clone()),
                ("phase", "Pending" | "Failed") | ("status", "False") => self.bad = true,
                _ => {}
            },
            _ => {}
        }
    }

    /// Whether a bad state is asked for by its name.
    pub(super) fn waits(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// A finding that the step waits for does not keep it from passing.
    pub(super) fn soften(&self, finding: Finding) -> Finding {
        let of_same_family = |reason: &String| {
            *reason == finding.word
                || FAMILIES.iter().any(|family| {
                    family.contains(&reason.as_str()) && family.contains(&finding.word.as_str())
                })
        };
        let wanted = self.reasons.iter().any(of_same_family)
            || self.reasons.iter().any(|reason| reason == "ProgressDeadlineExceeded")
            || (self.bad && self.reasons.is_empty());
        if wanted { finding.lasts_if(false) } else { finding }
    }
}
