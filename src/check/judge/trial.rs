//! Checks that do something to the cluster, or ask it again and again: what came of it so far.

use serde::{Deserialize, Serialize};

use crate::apimachinery::{Kind, Object};
use crate::base::{Value, from_value};
use crate::lesson::{Action, Expectation, Form, HttpProbe, ObjectRef, Step, Trial, ValueOrigin};

use super::super::partial::Snap;
use super::super::state::{revision, unsettled};
use super::super::words::Phrase;
use super::Facts;
use super::failure::{About, Failure};

/// What is remembered of a trial, or of requests during a rollout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::check) struct TrialState {
    /// Uid of what was deleted.
    pub uid: String,
    /// Its kind, like `pod`, and its name.
    pub object: String,
    /// Whether a controller owned it.
    pub owned: bool,
    /// How many there were.
    pub count: usize,
    /// The rollout that is judged.
    pub revision: String,
    /// Whether a request was answered during it.
    pub asked: bool,
    /// What a request was answered that failed.
    pub failed: Option<String>,
    /// Why it could not be done.
    pub error: Option<String>,
    /// The generations of all that the step looks at, when it was done.
    pub generations: String,
}

impl TrialState {
    pub(in crate::check) fn read(snap: &Snap, key: &str) -> Option<Self> {
        from_value(snap.get(key)?.clone()).ok()
    }
}

/// Under which name the state of a step's trial is remembered; no author's name holds a slash.
pub(in crate::check) fn key_of_trial(index: usize) -> String {
    format!("trial/{index}")
}

/// As `key_of_trial`, for requests during a rollout.
pub(in crate::check) fn key_of_requests(index: usize) -> String {
    format!("requests/{index}")
}

/// What is asked again and again while the step is judged, if anything.
pub(in crate::check) fn watched(step: &Step) -> Option<&HttpProbe> {
    step.checks.iter().find_map(|check| match &check.form {
        Form::Requests { probe, .. } => Some(probe),
        Form::Trial(trial) => trial.requests.as_ref(),
        _ => None,
    })
}

impl Facts<'_> {
    /// Why a check of the step does not hold; `others_hold` says whether a trial may begin.
    pub(super) fn failure_of_step(
        &self,
        index: usize,
        check: &Expectation,
        others_hold: bool,
    ) -> Option<Failure> {
        let mut failure = match &check.form {
            Form::Requests { probe, during } => self.requests_failure(index, check, probe, during),
            Form::Trial(trial) => self.trial_failure(index, check, trial, others_hold),
            _ => return self.failure(check),
        }?;
        failure.observed &= check.wait;
        Some(failure)
    }

    fn requests_failure(
        &self,
        index: usize,
        check: &Expectation,
        probe: &HttpProbe,
        during: &ObjectRef,
    ) -> Option<Failure> {
        let Some(object) = self.world.object(during) else { return Some(self.missing(check, during)) };
        let state = TrialState::read(self.snap, &key_of_requests(index)).unwrap_or_default();
        let name = during.to_string();
        if let Some(failed) = &state.failed {
            let failure = self.simple(check, expected(probe), self.say(Phrase::RequestFailed(failed)));
            return Some(Failure { about: About::Nothing, ..failure });
        }
        let now = revision(object);
        if state.revision.is_empty() || state.revision == now && !state.asked {
            let phrase = if state.count > 0 { Phrase::Unasked } else { Phrase::NoRollout(&name) };
            return Some(self.simple(check, String::new(), self.say(phrase)));
        }
        let waiting = unsettled(object)?;
        let about = About::Object(during.clone(), Vec::new());
        Some(Failure { observed: true, about, ..self.simple(check, String::new(), self.say(waiting)) })
    }

    fn trial_failure(
        &self,
        index: usize,
        check: &Expectation,
        trial: &Trial,
        others_hold: bool,
    ) -> Option<Failure> {
        let Some(state) = TrialState::read(self.snap, &key_of_trial(index)) else {
            let waiting = self.simple(check, String::new(), self.say(Phrase::NotTriedYet));
            return Some(Failure { waits_for_others: true, observed: others_hold, ..waiting });
        };
        if let Some(error) = &state.error {
            return Some(self.simple(check, String::new(), self.say(Phrase::CannotTry(error))));
        }
        if let (Some(failed), Some(probe)) = (&state.failed, &trial.requests) {
            return Some(self.simple(check, expected(probe), self.say(Phrase::RequestFailed(failed))));
        }
        if !trial.then.is_empty() {
            let mut snap = self.snap.clone();
            snap.insert("deleted".to_owned(), Value::String(state.uid.clone()));
            let facts = Facts { snap: &snap, ..*self };
            let mut failure = trial.then.iter().find_map(|one| facts.failure(one))?;
            for difference in &mut failure.differences {
                check.that.get(self.language).clone_into(&mut difference.that);
            }
            return Some(failure);
        }
        match &trial.action {
            Action::Delete(origin) => self.replacement_failure(check, origin, &state),
            Action::Restart(object) | Action::Patch(object, _) => {
                let Some(found) = self.world.object(object) else { return Some(self.missing(check, object)) };
                let waiting = unsettled(found)?;
                let about = About::Object(object.clone(), Vec::new());
                Some(Failure {
                    observed: true,
                    about,
                    ..self.simple(check, String::new(), self.say(waiting))
                })
            }
        }
    }

    /// Why what was deleted is not replaced.
    fn replacement_failure(
        &self,
        check: &Expectation,
        origin: &ValueOrigin,
        state: &TrialState,
    ) -> Option<Failure> {
        let (kind, found): (&'static Kind, Vec<&Object>) = match origin {
            ValueOrigin::Object(object) => (object.kind, self.world.object(object).into_iter().collect()),
            ValueOrigin::Selection(selection) => (selection.kind, self.world.select(selection, self.snap)),
        };
        let others: Vec<&&Object> = found.iter().filter(|object| object.uid() != state.uid).collect();
        let old_is_there = others.len() < found.len();
        let arrived = others.iter().filter(|object| unsettled(object).is_none()).count();
        if !old_is_there && arrived >= state.count {
            return None;
        }
        let (observed, actual) = if old_is_there {
            (true, self.say(Phrase::Terminating))
        } else if others.len() < state.count && !state.owned {
            (false, self.say(Phrase::NobodyReplaces(&state.object)))
        } else {
            (true, self.say(Phrase::Replaced(arrived, state.count, kind.plural)))
        };
        let about = match origin {
            ValueOrigin::Selection(selection) => About::Selection(selection.clone(), Vec::new()),
            ValueOrigin::Object(object) => About::Object(object.clone(), Vec::new()),
        };
        let about = if observed { about } else { About::Nothing };
        Some(Failure { observed, about, ..self.simple(check, String::new(), actual) })
    }
}

fn expected(probe: &HttpProbe) -> String {
    format!("HTTP {} {}", probe.status, probe.contains.as_deref().unwrap_or_default()).trim_end().to_owned()
}
