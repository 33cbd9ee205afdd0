//! The condition Progressing: is the rollout under way, done, paused or stuck?

use jiff::SignedDuration;

use crate::apimachinery::{Object, Status};
use crate::base::{Timestamp, Value};

use super::super::super::manager::Action;
use super::super::conditions;
use super::Rollout;
use super::replica_sets::status_number;
use super::status::{condition, is_complete};

const DONE: &str = "NewReplicaSetAvailable";
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";
/// `progressDeadlineSeconds` that means: no deadline.
const NO_DEADLINE: i64 = i32::MAX as i64;

/// Whether the Deployment has a deadline for its progress.
pub(super) fn tracks_progress(deployment: &Object) -> bool {
    deadline(deployment).is_some()
}

fn deadline(deployment: &Object) -> Option<SignedDuration> {
    let seconds = deployment.number("/spec/progressDeadlineSeconds")?;
    (seconds != NO_DEADLINE).then(|| SignedDuration::from_secs(seconds))
}

/// A condition Progressing.
pub(super) fn progressing(status: &str, reason: &str, message: &str, now: Timestamp) -> Value {
    condition("Progressing", status, reason, message, now)
}

impl Rollout<'_> {
    /// Notes that the Deployment was paused or resumed, so that a pause does not count against the
    /// deadline (`checkPausedConditions`).
    pub(super) fn note_pause(&mut self) -> Result<(), Status> {
        if !tracks_progress(&self.deployment) {
            return Ok(());
        }
        let mut list = self.deployment.list("/status/conditions").to_vec();
        let reason = conditions::find(&list, "Progressing").map(|found| conditions::text(found, "reason"));
        if reason == Some(TIMED_OUT) {
            return Ok(());
        }
        let now = self.registry.now();
        let new = match (self.deployment.flag("/spec/paused"), reason == Some(PAUSED)) {
            (true, false) => progressing("Unknown", PAUSED, "Deployment is paused", now),
            (false, true) => progressing("Unknown", "DeploymentResumed", "Deployment is resumed", now),
            _ => return Ok(()),
        };
        conditions::set(&mut list, new);
        let mut next = Object::clone(&self.deployment);
        conditions::write(&mut next, list);
        self.write_status(next)?;
        Ok(())
    }

    /// Writes the status and judges the progress of the rollout (`syncRolloutStatus`).
    pub(super) fn write_rollout_status(&mut self) -> Result<Action, Status> {
        let mut next = self.calculated_status();
        let mut list = next.list("/status/conditions").to_vec();
        let current = conditions::find(self.deployment.list("/status/conditions"), "Progressing").cloned();
        if !tracks_progress(&self.deployment) {
            conditions::remove(&mut list, "Progressing");
        }
        let done_before = status_number(&next, "replicas") == status_number(&next, "updatedReplicas")
            && current.as_ref().is_some_and(|current| conditions::text(current, "reason") == DONE);
        if tracks_progress(&self.deployment) && !done_before {
            self.judge(&mut list, &next, current.as_ref());
        }
        self.copy_failure(&mut list);
        conditions::write(&mut next, list);
        if self.write_status(next)? {
            return Ok(Action::AwaitChange);
        }
        Ok(self.next_look())
    }

    fn judge(&self, list: &mut Vec<Value>, next: &Object, current: Option<&Value>) {
        let now = self.registry.now();
        let subject = match &self.new {
            Some(new) => format!("ReplicaSet {:?}", new.name()),
            None => format!("Deployment {:?}", self.deployment.name()),
        };
        if is_complete(&self.deployment, next) {
            let message = format!("{subject} has successfully progressed.");
            conditions::set(list, progressing("True", DONE, &message, now));
        } else if has_progressed(&self.deployment, next) {
            let message = format!("{subject} is progressing.");
            let mut new = progressing("True", "ReplicaSetUpdated", &message, now);
            if let Some(current) = current {
                if conditions::text(current, "status") == "True" {
                    new["lastTransitionTime"] = current["lastTransitionTime"].clone();
                }
                conditions::remove(list, "Progressing");
            }
            conditions::set(list, new);
        } else if self.has_timed_out(current) {
            let message = format!("{subject} has timed out progressing.");
            conditions::set(list, progressing("False", TIMED_OUT, &message, now));
        }
    }

    fn has_timed_out(&self, current: Option<&Value>) -> bool {
        let Some(current) = current else { return false };
        match conditions::text(current, "reason") {
            DONE => false,
            TIMED_OUT => true,
            _ => self.deadline_moment(current).is_some_and(|moment| self.registry.now() > moment),
        }
    }

    fn deadline_moment(&self, current: &Value) -> Option<Timestamp> {
        let from: Timestamp = conditions::text(current, "lastUpdateTime").parse().ok()?;
        from.checked_add(deadline(&self.deployment)?).ok()
    }

    /// The failure of a ReplicaSet, the new one's before an old one's, is the Deployment's too.
    fn copy_failure(&self, list: &mut Vec<Value>) {
        let failure = self
            .new
            .iter()
            .chain(&self.old)
            .find_map(|set| conditions::find(set.list("/status/conditions"), "ReplicaFailure").cloned());
        match failure {
            Some(failure) => {
                let [status, reason, message] =
                    ["status", "reason", "message"].map(|field| conditions::text(&failure, field));
                let now = self.registry.now();
                conditions::set(list, condition("ReplicaFailure", status, reason, message, now));
            }
            None => conditions::remove(list, "ReplicaFailure"),
        }
    }

    /// Looks again just after the deadline of a rollout that is under way (`requeueStuckDeployment`).
    fn next_look(&self) -> Action {
        let current = conditions::find(self.deployment.list("/status/conditions"), "Progressing");
        let Some(current) = current else { return Action::AwaitChange };
        let over = conditions::text(current, "reason") == TIMED_OUT
            || is_complete(&self.deployment, &self.deployment);
        match self.deadline_moment(current).filter(|_| !over) {
            Some(moment) => {
                let wait = moment.duration_since(self.registry.now()).max(SignedDuration::ZERO);
                Action::RequeueAfter(wait.saturating_add(SignedDuration::from_secs(1)))
            }
            None => Action::AwaitChange,
        }
    }
}

/// Whether the rollout has come nearer to its end (`DeploymentProgressing`).
fn has_progressed(before: &Object, after: &Object) -> bool {
    let old = |status: &Object| status_number(status, "replicas") - status_number(status, "updatedReplicas");
    old(after) < old(before)
        || ["updatedReplicas", "readyReplicas", "availableReplicas"]
            .iter()
            .any(|field| status_number(after, field) > status_number(before, field))
}
