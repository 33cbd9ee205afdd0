//! Ending a Pod: all its containers, then its sandbox, and the last delete.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::Status;
use crate::apimachinery::builtin::POD;
use crate::base::Timestamp;

use super::super::manager::{Action, EventType};
use super::super::registry::{DeleteOptions, WriteOptions};
use super::super::runtime::earlier;
use super::after;
use super::pod_runtime::{StopCause, Stopping};
use super::pod_spec;
use super::pod_worker::PodWorker;

/// Milliseconds for taking a sandbox down once its containers have ended.
const TEAR_DOWN: i64 = 150;
/// Milliseconds beyond the grace period after which nothing is waited for any more.
const LENIENCY: i64 = 2_000;
/// Seconds that an evicted Pod has to end (`immediateEvictionGracePeriodSeconds`).
const EVICTION_GRACE: i64 = 1;
/// Reason of a Pod that was active for too long.
pub(super) const DEADLINE_EXCEEDED: &str = "DeadlineExceeded";
/// What is told about it.
pub(super) const DEADLINE_MESSAGE: &str = "Pod was active on the node longer than the specified deadline";

impl PodWorker<'_> {
    /// Brings a Pod that is being ended closer to its end; `None` once everything is down.
    pub(super) fn terminate(&mut self, cause: StopCause) -> Option<Timestamp> {
        let now = self.now();
        let grace = if cause == StopCause::Evicted { EVICTION_GRACE } else { self.grace() };
        let begun = self.runtime_mut().stopping.clone();
        let stopping = match begun {
            None => self.stop_containers(cause, grace),
            Some(mut stopping) => {
                // A delete, or a second one, may shorten the period.
                if cause == StopCause::Deleted {
                    stopping.cause = cause;
                    stopping.deadline = stopping.deadline.min(deadline(stopping.began, grace));
                }
                stopping
            }
        };
        let last = after(stopping.deadline, LENIENCY);
        self.runtime_mut().stopping = Some(stopping.clone());
        self.shorten_kills(stopping.deadline);
        let wake = self.advance_kills();
        if last <= now {
            self.kill_now();
        }
        if self.runtime_mut().running().next().is_some() {
            return earlier(wake, Some(last));
        }
        let torn_down_at = stopping.torn_down_at.unwrap_or_else(|| after(now, TEAR_DOWN));
        if let Some(stopping) = &mut self.runtime_mut().stopping {
            stopping.torn_down_at = Some(torn_down_at);
        }
        (torn_down_at > now).then_some(torn_down_at)
    }

    fn shorten_kills(&mut self, deadline: Timestamp) {
        for container in self.runtime_mut().containers.values_mut() {
            if let Some(kill) = &mut container.kill {
                kill.deadline = kill.deadline.min(after(deadline, LENIENCY));
            }
        }
    }

    /// Asks every container to end.
    fn stop_containers(&mut self, cause: StopCause, grace: i64) -> Stopping {
        let now = self.now();
        let pod = Arc::clone(&self.pod);
        let stopping = Stopping { cause, began: now, deadline: deadline(now, grace), torn_down_at: None };
        let runtime = self.runtime_mut();
        runtime.task = None;
        runtime.stopping = Some(stopping.clone());
        for spec in pod_spec::all_containers(&pod) {
            self.container(spec.name()).post_start = None;
            self.kill(&spec, &format!("Stopping container {}", spec.name()), grace);
        }
        stopping
    }

    /// When the Pod has been active for too long (`activeDeadlineSeconds`).
    pub(super) fn active_deadline(&mut self) -> Option<Timestamp> {
        let limit = self.pod.number("/spec/activeDeadlineSeconds")?;
        let started_at = self.runtime_mut().started_at;
        started_at.checked_add(SignedDuration::from_secs(limit)).ok()
    }

    /// Why a Pod that nobody deletes is to be ended.
    pub(super) fn stop_cause(&mut self) -> Option<StopCause> {
        if let Some(stopping) = &self.runtime_mut().stopping {
            return Some(stopping.cause);
        }
        let now = self.now();
        if self.active_deadline().is_some_and(|deadline| deadline <= now) {
            self.event(None, EventType::Normal, DEADLINE_EXCEEDED, DEADLINE_MESSAGE);
            return Some(StopCause::Deadline);
        }
        if let Some(cause) = self.evict() {
            return Some(cause);
        }
        let pod = Arc::clone(&self.pod);
        let phase = super::pod_status::phase(&pod, self.runtime_mut());
        let done = pod_spec::is_terminal(phase) && self.runtime_mut().running().next().is_some();
        done.then_some(StopCause::Finished)
    }

    /// Nothing of the Pod runs any more: the object goes, too.
    pub(super) fn delete_object(&mut self) -> Result<Action, Status> {
        let delete = DeleteOptions {
            grace_period_seconds: Some(0),
            uid: Some(self.pod.uid().to_owned()),
            ..DeleteOptions::default()
        };
        match self.registry.delete(&POD, &self.pod.key(), &delete, &WriteOptions::component("kubelet")) {
            Err(status) if !status.is("NotFound") => Err(status),
            _ => Ok(Action::AwaitChange),
        }
    }
}

fn deadline(began: Timestamp, grace: i64) -> Timestamp {
    after(began, grace.max(1).saturating_mul(1_000))
}
