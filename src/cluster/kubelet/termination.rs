//! Ending a Pod: SIGTERM, the grace period, SIGKILL, and the last delete.

use std::sync::Arc;

use crate::apimachinery::Status;
use crate::apimachinery::builtin::POD;
use crate::base::Timestamp;

use super::super::manager::{Action, EventType};
use super::super::registry::{DeleteOptions, WriteOptions};
use super::super::runtime::ProcessId;
use super::after;
use super::pod_runtime::Stopping;
use super::pod_spec;
use super::pod_worker::PodWorker;

/// Milliseconds for taking a sandbox down once its containers have ended.
const TEAR_DOWN: i64 = 150;
/// The signal that asks a process to end.
const SIGTERM: i32 = 15;
/// The signal that ends it.
const SIGKILL: i32 = 9;

impl PodWorker<'_> {
    /// Brings a Pod that is being deleted closer to its end; `None` once everything is down.
    pub(super) fn terminate(&mut self) -> Option<Timestamp> {
        let now = self.now();
        let grace = self.pod.number("/metadata/deletionGracePeriodSeconds").unwrap_or(30);
        let begun = self.runtime_mut().stopping.clone();
        let stopping = match begun {
            None => self.stop_containers(grace),
            Some(mut stopping) => {
                // A second delete may shorten the period.
                stopping.deadline = stopping.deadline.min(self.deletion_deadline(stopping.began, grace));
                stopping
            }
        };
        self.runtime_mut().stopping = Some(stopping.clone());
        let left: Vec<ProcessId> = self.runtime_mut().running().map(|(_, process)| process).collect();
        if !left.is_empty() {
            if stopping.deadline > now {
                return Some(stopping.deadline);
            }
            for process in left {
                self.node.signal_process(self.registry, process, SIGKILL);
            }
        }
        let torn_down_at = stopping.torn_down_at.unwrap_or_else(|| after(now, TEAR_DOWN));
        if let Some(stopping) = &mut self.runtime_mut().stopping {
            stopping.torn_down_at = Some(torn_down_at);
        }
        (torn_down_at > now).then_some(torn_down_at)
    }

    fn deletion_deadline(&self, began: Timestamp, grace: i64) -> Timestamp {
        after(began, grace.max(1).saturating_mul(1_000))
    }

    /// Asks every container to end.
    fn stop_containers(&mut self, grace: i64) -> Stopping {
        let now = self.now();
        let pod = Arc::clone(&self.pod);
        self.runtime_mut().task = None;
        for spec in pod_spec::all_containers(&pod) {
            let Some(process) = self.container(spec.name()).process() else { continue };
            let message = format!("Stopping container {}", spec.name());
            self.event(Some(&spec), EventType::Normal, "Killing", &message);
            let pause = pre_stop_pause(&spec);
            self.node.signal_process_later(self.registry, process, SIGTERM, pause);
        }
        Stopping { began: now, deadline: self.deletion_deadline(now, grace), torn_down_at: None }
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

/// Milliseconds that a `preStop` hook takes before SIGTERM is sent.
fn pre_stop_pause(spec: &pod_spec::ContainerSpec<'_>) -> i64 {
    let seconds = spec.get("/lifecycle/preStop/sleep/seconds").and_then(serde_json::Value::as_i64);
    seconds.unwrap_or_default().saturating_mul(1_000)
}
