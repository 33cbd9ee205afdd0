//! The status of a Deployment: its numbers and the condition Available.

use std::sync::Arc;

use crate::apimachinery::{Object, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::super::manager::Action;
use super::super::super::registry::time_text;
use super::super::{MANAGER, conditions};
use super::Rollout;
use super::limits::max_unavailable;
use super::replica_sets::{spec_replicas, status_number, sum_spec, sum_status};

/// Whether all wanted Pods are new and available and no old one is left (`DeploymentComplete`):
/// `status` is the Deployment with the status to judge.
pub(super) fn is_complete(deployment: &Object, status: &Object) -> bool {
    let wanted = spec_replicas(deployment);
    ["updatedReplicas", "replicas", "availableReplicas"]
        .iter()
        .all(|field| status_number(status, field) == wanted)
        && status_number(status, "observedGeneration") >= deployment.generation()
}

/// A condition of a Deployment.
pub(super) fn condition(
    condition_type: &str,
    status: &str,
    reason: &str,
    message: &str,
    now: Timestamp,
) -> Value {
    let mut condition = conditions::condition(condition_type, status, reason, message, now);
    condition["lastUpdateTime"] = json!(time_text(now));
    condition
}

impl Rollout<'_> {
    /// The Deployment with the status that its ReplicaSets give it (`calculateStatus`).
    pub(super) fn calculated_status(&self) -> Object {
        let all = self.all();
        let new: Vec<Arc<Object>> = self.new.iter().map(Arc::clone).collect();
        let available = sum_status(&all, "availableReplicas");
        let mut next = Object::clone(&self.deployment);
        next.set("/status/observedGeneration", self.deployment.generation());
        let numbers = [
            ("replicas", sum_status(&all, "replicas")),
            ("updatedReplicas", sum_status(&new, "replicas")),
            ("readyReplicas", sum_status(&all, "readyReplicas")),
            ("availableReplicas", available),
            ("unavailableReplicas", (sum_spec(&all) - available).max(0)),
        ];
        for (field, number) in numbers {
            let pointer = format!("/status/{field}");
            if number == 0 {
                next.remove(&pointer);
            } else {
                next.set(&pointer, number);
            }
        }
        next.set("/status/terminatingReplicas", sum_status(&all, "terminatingReplicas"));
        let mut list = self.deployment.list("/status/conditions").to_vec();
        conditions::set(&mut list, self.availability(available));
        conditions::write(&mut next, list);
        next
    }

    fn availability(&self, available: i64) -> Value {
        let now = self.registry.now();
        if available >= spec_replicas(&self.deployment) - max_unavailable(&self.deployment) {
            let message = "Deployment has minimum availability.";
            condition("Available", "True", "MinimumReplicasAvailable", message, now)
        } else {
            let message = "Deployment does not have minimum availability.";
            condition("Available", "False", "MinimumReplicasUnavailable", message, now)
        }
    }

    /// Writes the numbers alone, without judging progress (`syncDeploymentStatus`).
    pub(super) fn write_plain_status(&mut self) -> Result<Action, Status> {
        let next = self.calculated_status();
        self.write_status(next)?;
        Ok(Action::AwaitChange)
    }

    /// Writes a status if it says something new; `true` when it did.
    pub(super) fn write_status(&mut self, next: Object) -> Result<bool, Status> {
        if next == *self.deployment {
            return Ok(false);
        }
        self.deployment = self.registry.update_status(&builtin::DEPLOYMENT, next, MANAGER)?;
        Ok(true)
    }
}
