//! The judgement itself: a pure function of the step, the world and what the learner did.

mod failure;
mod selection;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::apimachinery::{Object, builtin};
use crate::lesson::{Expectation, Form, HttpProbe, Language, Step};

use super::last_answer::LastAnswer;
use super::partial::Snap;
use super::probe::Reply;
use super::steadiness::{self, Now, Unsteady};
use super::verdict::{Difference, Reason, Verdict};
use super::why::Awaited;
use super::words::{Phrase, say};
use super::world::World;

pub(super) use failure::{About, Failure};
pub(super) use trial::{TrialState, key_of_requests, key_of_trial, watched};

/// All that a judgement rests on.
pub(super) struct Facts<'a> {
    pub world: &'a World,
    pub language: Language,
    pub answers: &'a BTreeMap<String, String>,
    pub commands: &'a [String],
    /// What the last of them answered.
    pub answered: Option<&'a LastAnswer>,
    pub step: &'a Step,
    pub snap: &'a Snap,
    /// Replies to the step's probes; one that was not sent is missing.
    pub replies: &'a [(HttpProbe, Reply)],
    /// What containers wrote last, for those that ended: `pod/container` → line.
    pub logs: &'a BTreeMap<String, String>,
    /// What time it is on the cluster, where that was asked.
    pub now: Option<Now>,
    /// Whether the world was read widely enough to tell reasons.
    pub explain: bool,
}

/// Judges a step.
pub(super) fn judge(step: &Step, facts: &Facts<'_>) -> Verdict {
    let failures = facts.failures(step);
    if failures.is_empty() {
        return Verdict::Passed;
    }
    if let Some((broken, _)) = failures.iter().find(|(check, _)| check.needs) {
        return Verdict::Broken { what: broken.that.get(facts.language).to_owned() };
    }
    let committed =
        |when: &[Expectation]| !when.is_empty() && when.iter().all(|one| facts.failure(one).is_none());
    if let Some(mistake) = step.mistakes.iter().find(|mistake| committed(&mistake.when)) {
        return Verdict::Mistake { feedback: mistake.say.get(facts.language).to_owned() };
    }
    let reasons = |failures: &[(&Expectation, Failure)]| -> Option<Reason> {
        let first = failures.iter().find_map(|(_, failure)| failure.finding.as_ref())?;
        Some(first.reason(facts.language))
    };
    let stuck = failures.iter().any(|(_, failure)| failure.is_stuck());
    if failures.iter().all(|(_, failure)| failure.observed) && !stuck {
        let waiting = failures.iter().map(|(check, failure)| facts.waiting(check, failure)).collect();
        return Verdict::Converging { waiting, reason: reasons(&failures) };
    }
    // What the learner must do comes first; what follows from it needs no words.
    let acting = failures.iter().any(|(_, failure)| !failure.observed && !failure.waits_for_others);
    let mut missing = BTreeSet::new();
    let told: Vec<(&Expectation, Failure)> = failures
        .into_iter()
        .filter(|(_, failure)| {
            let new = failure.missing.as_ref().is_none_or(|object| missing.insert(object.clone()));
            new && (!acting || !(failure.observed || failure.waits_for_others))
        })
        .collect();
    let reason = reasons(&told);
    let differences = told.into_iter().filter_map(|(_, failure)| failure.differences.into_iter().next());
    Verdict::NotYet { differences: differences.collect(), reason }
}

impl<'a> Facts<'a> {
    /// The checks of a step that do not hold, and why.
    pub(super) fn failures<'s>(&self, step: &'s Step) -> Vec<(&'s Expectation, Failure)> {
        let mut failures: Vec<(usize, &Expectation, Failure)> = Vec::new();
        for tried in [false, true] {
            // Trials come last: they begin when all else holds.
            let others_hold = failures.is_empty();
            for (index, check) in step.checks.iter().enumerate() {
                if matches!(check.form, Form::Trial(_)) == tried
                    && let Some(failure) = self.failure_of_step(index, check, others_hold)
                {
                    failures.push((index, check, failure));
                }
            }
        }
        failures.sort_by_key(|(index, ..)| *index);
        let mut failures: Vec<(&Expectation, Failure)> =
            failures.into_iter().map(|(_, check, failure)| (check, failure)).collect();
        if self.explain {
            let awaited = Awaited::of(&step.checks);
            for (check, failure) in &mut failures {
                failure.finding = super::why::explain(self, check, failure, &awaited);
            }
        }
        failures
    }

    /// The first Pod that a check holds to be ready, and that may not be for long.
    fn unsteady(&self, check: &Expectation) -> Option<(&Object, Unsteady)> {
        let (now, lasts) = (self.now?, steadiness::demands(check)?);
        let about_restarts = steadiness::is_about_restarts(self.step);
        steadiness::pods(check, self.world, self.snap).into_iter().find_map(|pod| {
            let events = self.world.all(&builtin::EVENT, Some(pod.namespace()));
            Some((pod, steadiness::unsteady(pod, lasts, about_restarts, events, now)?))
        })
    }

    /// When it is worth another look though nothing changes.
    pub(super) fn look_again(&self) -> Option<Duration> {
        self.step.checks.iter().filter_map(|check| Some(self.unsteady(check)?.1.again)).min()
    }

    fn waiting(&self, check: &Expectation, failure: &Failure) -> String {
        let that = check.that.get(self.language);
        match failure.differences.first() {
            Some(difference) if !difference.actual.is_empty() => format!("{that} ({})", difference.actual),
            _ => that.to_owned(),
        }
    }

    fn simple(&self, check: &Expectation, expected: String, actual: String) -> Failure {
        Failure { differences: vec![self.difference(check, expected, actual)], ..Failure::default() }
    }

    fn difference(&self, check: &Expectation, expected: String, actual: String) -> Difference {
        Difference { that: check.that.get(self.language).to_owned(), expected, actual }
    }

    pub(super) fn say(&self, phrase: Phrase<'_>) -> String {
        say(self.language, phrase)
    }
}

#[cfg(test)]
mod tests;
