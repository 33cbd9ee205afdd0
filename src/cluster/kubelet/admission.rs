//! Pods that a kubelet does not take in: they fail before anything of them has started.

use jiff::SignedDuration;

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{Object, Status};
use crate::base::Timestamp;

use super::super::manager::EventType;
use super::super::registry::WriteOptions;
use super::super::scheduler::{is_beyond_admission, refusal};
use super::pod_worker::PodWorker;

/// How long it takes until a kubelet has seen a new Pod.
const LATENCY: SignedDuration = SignedDuration::from_secs(1);

/// What a kubelet thinks of a Pod that is new to it.
pub(super) enum Admission {
    /// It is taken in.
    Granted,
    /// It will be refused at that moment.
    Pending(Timestamp),
    /// It has been refused.
    Refused,
}

impl PodWorker<'_> {
    /// Refuses the Pod if the node cannot have it (`rejectPod`).
    pub(super) fn consider_admission(&mut self) -> Result<Admission, Status> {
        if self.pod.is_terminating() || is_beyond_admission(&self.pod) {
            return Ok(Admission::Granted);
        }
        let Some((reason, message)) = refusal(self.registry, self.scheduler, &self.pod) else {
            return Ok(Admission::Granted);
        };
        let seen = self.pod.creation_timestamp().and_then(|created| created.checked_add(LATENCY).ok());
        if let Some(seen) = seen.filter(|seen| *seen > self.now()) {
            return Ok(Admission::Pending(seen));
        }
        self.event(None, EventType::Warning, &reason, &message);
        let mut failed = Object::clone(&self.pod);
        failed.set("/status/phase", "Failed");
        failed.set("/status/reason", reason);
        failed.set("/status/message", format!("Pod was rejected: {message}"));
        failed.set("/status/observedGeneration", self.pod.generation());
        failed.set("/status/startTime", super::super::registry::time_text(self.now()));
        let options = WriteOptions::component_status("kubelet");
        self.registry.update(&POD, &self.pod.key(), failed, &options)?;
        Ok(Admission::Refused)
    }
}
