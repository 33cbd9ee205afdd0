//! How a Job ends, is suspended and goes on: its conditions and what is told about them.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::apimachinery::Object;
use crate::base::Timestamp;

use super::super::super::manager::EventType;
use super::super::super::registry::{Registry, time_text};
use super::super::conditions;
use super::Look;

/// Why a Job ends.
pub(super) struct Ending {
    succeeded: bool,
    reason: &'static str,
    message: &'static str,
}

const COMPLETE: Ending = Ending {
    succeeded: true,
    reason: "CompletionsReached",
    message: "Reached expected number of succeeded pods",
};
const TOO_MANY_FAILURES: Ending = Ending {
    succeeded: false,
    reason: "BackoffLimitExceeded",
    message: "Job has reached the specified backoff limit",
};
const TOO_LONG: Ending = Ending {
    succeeded: false,
    reason: "DeadlineExceeded",
    message: "Job was active longer than specified deadline",
};

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

    /// Why the Job ends now, if it does.
    pub(super) fn ending(&self, active: &[Arc<Object>]) -> Option<Ending> {
        let limit = self.job.number("/spec/backoffLimit").unwrap_or(6);
        if self.count("failed") > limit || restarts_exceed(&self.job, active, limit) {
            return Some(TOO_MANY_FAILURES);
        }
        let suspended = self.job.flag("/spec/suspend");
        if !suspended && self.deadline().is_some_and(|deadline| deadline <= self.now) {
            return Some(TOO_LONG);
        }
        let succeeded = self.count("succeeded");
        let complete = match self.job.number("/spec/completions") {
            Some(completions) => succeeded >= completions,
            None => succeeded > 0 && active.is_empty(),
        };
        complete.then_some(COMPLETE)
    }

    /// Writes the conditions of the end, and tells about it.
    pub(super) fn end(&mut self, registry: &mut Registry, ending: &Ending) {
        let kinds =
            if ending.succeeded { ["SuccessCriteriaMet", "Complete"] } else { ["FailureTarget", "Failed"] };
        let mut list = self.job.list("/status/conditions").to_vec();
        for kind in kinds {
            conditions::set(&mut list, condition(kind, "True", ending.reason, ending.message, self.now));
        }
        conditions::write(&mut self.job, list);
        if ending.succeeded {
            self.job.set("/status/completionTime", time_text(self.now));
            self.tell(registry, EventType::Normal, "Completed", "Job completed");
        } else {
            self.tell(registry, EventType::Warning, ending.reason, ending.message);
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
