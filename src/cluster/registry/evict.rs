//! The `eviction` subresource of Pods: deletes a Pod when its disruption budget allows it
//! (`pkg/registry/core/pod/storage/eviction.go`).

use std::sync::Arc;

use crate::apimachinery::{
    Condition, LabelSelector, Object, ObjectKey, Status, StatusCause, StatusDetails, builtin, seconds,
    set_condition,
};
use crate::base::{Map, Value, json};

use super::Registry;
use super::options::{DeleteOptions, WriteOptions};

/// What everyone is told whose eviction a budget refuses.
const REFUSAL: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
/// Evictions that a budget's controller has not confirmed yet.
const UNCONFIRMED_MAX: usize = 2_000;
/// Name of the server's program in managedFields.
const MANAGER: &str = "kube-apiserver";

impl Registry {
    /// Evicts a Pod.
    ///
    /// # Errors
    /// 404 (no such Pod), 429 (the budget is used up), 500 (several budgets).
    pub(crate) fn evict(
        &mut self,
        key: &ObjectKey,
        delete: &DeleteOptions,
        options: &WriteOptions,
    ) -> Result<(), Status> {
        let pod = self.get(&builtin::POD, key)?;
        super::admission::admit_eviction(&pod, &options.user)?;
        let unprotected =
            matches!(pod.text("/status/phase"), "Succeeded" | "Failed" | "Pending") || pod.is_terminating();
        if !unprotected {
            let budgets = self.budgets_of(&pod);
            if budgets.len() > 1 {
                let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
                return Err(Status::failure(500, "", message));
            }
            if let Some(budget) = budgets.first()
                && !goes_freely(&pod, budget)
            {
                self.take_from(budget, key, options.dry_run)?;
            }
        }
        if !options.dry_run {
            self.mark_evicted(&pod)?;
        }
        self.delete(&builtin::POD, key, delete, options).map(|_| ())
    }

    /// The budgets that mean a Pod.
    fn budgets_of(&self, pod: &Object) -> Vec<Arc<Object>> {
        let budgets = self.store.list(&builtin::POD_DISRUPTION_BUDGET, Some(pod.namespace()));
        budgets.filter(|budget| selects(budget, pod)).cloned().collect()
    }

    /// Counts one disruption (`checkAndDecrement`).
    fn take_from(&mut self, budget: &Object, pod: &ObjectKey, dry_run: bool) -> Result<(), Status> {
        let number = |field: &str| budget.number(&format!("/status/{field}")).unwrap_or_default();
        let name = budget.name();
        if number("observedGeneration") < budget.generation() {
            let cause = format!("The disruption budget {name} is still being processed by the server.");
            return Err(too_many_requests(10, cause));
        }
        let unconfirmed = budget.map("/status/disruptedPods").map_or(0, Map::len);
        if unconfirmed > UNCONFIRMED_MAX {
            let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
            return Err(Status::forbidden(&builtin::POD_DISRUPTION_BUDGET, name, why));
        }
        let allowed = number("disruptionsAllowed");
        if allowed <= 0 {
            let cause = format!(
                "The disruption budget {name} needs {} healthy pods and has {} currently",
                number("desiredHealthy"),
                number("currentHealthy")
            );
            return Err(too_many_requests(0, cause));
        }
        if dry_run {
            return Ok(());
        }
        let mut next = budget.clone();
        next.set("/status/disruptionsAllowed", allowed - 1);
        let mut disrupted = budget.map("/status/disruptedPods").cloned().unwrap_or_default();
        disrupted.insert(pod.name.clone(), seconds(self.now).into());
        next.set("/status/disruptedPods", disrupted);
        if allowed == 1 {
            tell_whether_allowed(&mut next, self.now);
        }
        self.update_status(&builtin::POD_DISRUPTION_BUDGET, next, MANAGER).map(|_| ())
    }

    fn mark_evicted(&mut self, pod: &Object) -> Result<(), Status> {
        let mut next = pod.clone();
        let condition = Condition {
            condition_type: "DisruptionTarget",
            status: "True",
            reason: "EvictionByEvictionAPI",
            message: "Eviction API: evicting",
        };
        set_disruption_target(&mut next, condition, self.now);
        self.update_status(&builtin::POD, next, MANAGER).map(|_| ())
    }
}

/// Sets the condition that says that a Pod is about to be ended from outside.
pub(crate) fn set_disruption_target(pod: &mut Object, condition: Condition<'_>, now: crate::base::Timestamp) {
    set_condition(pod, condition, now);
    let generation = pod.generation();
    let Some(Value::Array(conditions)) = pod.get_mut("/status/conditions") else { return };
    for entry in conditions.iter_mut().filter(|entry| entry["type"] == condition.condition_type) {
        entry["observedGeneration"] = json!(generation);
        if entry["lastProbeTime"].is_null() {
            entry["lastProbeTime"] = Value::Null;
        }
    }
}

/// Whether a budget means a Pod; without a selector it means none.
pub(crate) fn selects(budget: &Object, pod: &Object) -> bool {
    let selector = budget.get("/spec/selector").unwrap_or(&Value::Null);
    LabelSelector::from_value(selector).matches(pod.labels())
}

/// Whether a Pod that is not ready may go without counting.
fn goes_freely(pod: &Object, budget: &Object) -> bool {
    if pod.condition_is_true("Ready") {
        return false;
    }
    let number = |field: &str| budget.number(&format!("/status/{field}")).unwrap_or_default();
    let healthy = number("currentHealthy") >= number("desiredHealthy") && number("desiredHealthy") > 0;
    healthy || budget.text("/spec/unhealthyPodEvictionPolicy") == "AlwaysAllow"
}

/// Writes the condition DisruptionAllowed (`UpdateDisruptionAllowedCondition`).
pub(crate) fn tell_whether_allowed(budget: &mut Object, now: crate::base::Timestamp) {
    let allowed = budget.number("/status/disruptionsAllowed").unwrap_or_default() > 0;
    let (status, reason) = if allowed { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let condition = Condition { condition_type: "DisruptionAllowed", status, reason, message: "" };
    set_condition(budget, condition, now);
    stamp_generation(budget);
}

/// Says in the condition DisruptionAllowed which generation it is about.
pub(crate) fn stamp_generation(budget: &mut Object) {
    let generation = budget.number("/status/observedGeneration").unwrap_or_default();
    let Some(Value::Array(conditions)) = budget.get_mut("/status/conditions") else { return };
    for entry in conditions {
        entry["observedGeneration"] = json!(generation);
        if entry["message"].is_null() {
            entry["message"] = json!("");
        }
    }
}

fn too_many_requests(retry_after: u32, cause: String) -> Status {
    let mut status = Status::failure(429, "TooManyRequests", REFUSAL);
    status.details = Some(Box::new(StatusDetails {
        causes: vec![StatusCause {
            reason: "DisruptionBudget".to_owned(),
            message: cause,
            field: String::new(),
        }],
        retry_after_seconds: (retry_after > 0).then_some(retry_after),
        ..StatusDetails::default()
    }));
    status
}
