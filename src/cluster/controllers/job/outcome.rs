//! How a Job ends, is suspended and goes on: its conditions and what is told about them.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::Object;
use crate::base::{Timestamp, Value, json};

use super::super::super::manager::EventType;
use super::super::super::registry::{Registry, time_text};
use super::super::conditions;
use super::Look;
use super::policies::{self, FailureAction, failure_action};

/// Why a Job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    succeeded: bool,
    reason: String,
    message: String,
}

impl Ending {
    fn failed(reason: &str, message: impl Into<String>) -> Self {
        Self { succeeded: false, reason: reason.to_owned(), message: message.into() }
    }

    /// It has done what it should.
    pub(super) fn completed() -> Self {
        let message = "Reached expected number of succeeded pods".to_owned();
        Self { succeeded: true, reason: "CompletionsReached".to_owned(), message }
    }

    /// The condition that tells of the end to come, and the one that it has come.
    fn conditions(&self) -> (&'static str, &'static str) {
        if self.succeeded { ("SuccessCriteriaMet", "Complete") } else { ("FailureTarget", "Failed") }
    }
}

/// Whether a Job has ended, well or not.
pub(super) fn is_finished(job: &Object) -> bool {
    job.condition_is_true("Complete") || job.condition_is_true("Failed")
}

/// When a Job ended.
pub(super) fn finished_at(job: &Object) -> Option<Timestamp> {
    let ended = ["Complete", "Failed"].into_iter().find(|condition| job.condition_is_true(condition))?;
    job.condition(ended)?.get("lastTransitionTime")?.as_str()?.parse().ok()
}

impl Look {
    /// When the Job has been active for too long.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let limit = self.job.number("/spec/activeDeadlineSeconds")?;
        self.job.time("/status/startTime")?.checked_add(SignedDuration::from_secs(limit)).ok()
    }

    /// Why the Job ends now, before it has done all it should, if it does.
    pub(super) fn ending(&self, active: &[Arc<Object>]) -> Option<Ending> {
        self.decided().or_else(|| self.failure(active)).or_else(|| self.index_failure()).or_else(|| {
            let message = policies::met(&self.job, &self.succeeded_indexes)?;
            Some(Ending { succeeded: true, reason: "SuccessPolicy".to_owned(), message })
        })
    }

    /// The end that an earlier look has decided on.
    fn decided(&self) -> Option<Ending> {
        let found = ["SuccessCriteriaMet", "FailureTarget"]
            .into_iter()
            .find(|condition| self.job.condition_is_true(condition))?;
        let condition = self.job.condition(found)?;
        let text = |field: &str| condition.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Ending {
            succeeded: found == "SuccessCriteriaMet",
            reason: text("reason"),
            message: text("message"),
        })
    }

    fn failure(&self, active: &[Arc<Object>]) -> Option<Ending> {
        for pod in self.pods.iter().filter(|pod| self.has_failed(pod)) {
            if let FailureAction::FailJob(message) = failure_action(&self.job, pod) {
                return Some(Ending::failed("PodFailurePolicy", message));
            }
        }
        let limit = self.job.number("/spec/backoffLimit").unwrap_or(6);
        if self.count("failed") > limit || restarts_exceed(&self.job, active, limit) {
            let message = "Job has reached the specified backoff limit";
            return Some(Ending::failed("BackoffLimitExceeded", message));
        }
        let suspended = self.job.flag("/spec/suspend");
        (!suspended && self.deadline().is_some_and(|deadline| deadline <= self.now))
            .then(|| Ending::failed("DeadlineExceeded", "Job was active longer than specified deadline"))
    }

    fn index_failure(&self) -> Option<Ending> {
        if !self.per_index() {
            return None;
        }
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let (failed, succeeded) = (number(self.failed_indexes.len()), number(self.succeeded_indexes.len()));
        if self.job.number("/spec/maxFailedIndexes").is_some_and(|most| failed > most) {
            let message = "Job has exceeded the specified maximal number of failed indexes";
            return Some(Ending::failed("MaxFailedIndexesExceeded", message));
        }
        (failed > 0 && failed + succeeded >= self.completions())
            .then(|| Ending::failed("FailedIndexes", "Job has failed indexes"))
    }

    /// Writes the condition that the Job is going to end.
    pub(super) fn announce(&mut self, ending: &Ending) {
        let mut list = self.job.list("/status/conditions").to_vec();
        let (kind, _) = ending.conditions();
        conditions::set(&mut list, condition(kind, "True", &ending.reason, &ending.message, self.now));
        conditions::write(&mut self.job, list);
    }

    /// Writes the condition of the end, and tells about it. It waits for the last Pod.
    pub(super) fn end(&mut self, registry: &mut Registry, ending: &Ending) {
        let mut list = self.job.list("/status/conditions").to_vec();
        let (_, kind) = ending.conditions();
        conditions::set(&mut list, condition(kind, "True", &ending.reason, &ending.message, self.now));
        conditions::write(&mut self.job, list);
        if ending.succeeded {
            self.job.set("/status/completionTime", time_text(self.now));
            self.tell(registry, EventType::Normal, "Completed", "Job completed");
        } else {
            self.tell(registry, EventType::Warning, &ending.reason, &ending.message);
        }
    }

    /// Keeps the condition of suspension right; a Job that goes on starts anew.
    pub(super) fn note_suspension(&mut self, registry: &mut Registry) {
        let mut list = self.job.list("/status/conditions").to_vec();
        let was = self.job.condition_is_true("Suspended");
        let (status, reason, told, message) = match (self.job.flag("/spec/suspend"), was) {
            (true, false) => ("True", "JobSuspended", "Suspended", "Job suspended"),
            (false, true) => ("False", "JobResumed", "Resumed", "Job resumed"),
            _ => return,
        };
        conditions::set(&mut list, condition("Suspended", status, reason, message, self.now));
        conditions::write(&mut self.job, list);
        if was {
            self.job.set("/status/startTime", time_text(self.now));
        } else {
            self.job.remove("/status/startTime");
        }
        self.tell(registry, EventType::Normal, told, message);
    }
}

/// Whether containers that are restarted in place have failed too often (`pastBackoffLimitOnFailure`).
fn restarts_exceed(job: &Object, active: &[Arc<Object>], limit: i64) -> bool {
    if job.text("/spec/template/spec/restartPolicy") != "OnFailure" {
        return false;
    }
    let restarts: i64 = active
        .iter()
        .flat_map(|pod| {
            pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses"))
        })
        .filter_map(|status| status.get("restartCount")?.as_i64())
        .sum();
    if limit == 0 { restarts > 0 } else { restarts >= limit }
}

fn condition(kind: &str, status: &str, reason: &str, message: &str, now: Timestamp) -> Value {
    let mut condition = conditions::condition(kind, status, reason, message, now);
    condition["lastProbeTime"] = json!(time_text(now));
    condition
}
