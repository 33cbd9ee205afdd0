//! Resources of running containers: who the container runs as, and limits that follow the spec in place.

use std::sync::Arc;

use serde_json::Value;

use crate::apimachinery::builtin::NODE;
use crate::apimachinery::{Condition, Object, ObjectKey, Quantity, pod_requests, set_condition};
use crate::base::Timestamp;

use super::super::runtime;
use super::super::scheduler::refusal;
use super::after;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;
use super::usage::limit;

/// Milliseconds after which a resize that had to wait is looked at again.
const RESIZE_RETRY: i64 = 10_000;
/// The condition of a Pod whose resize waits.
const RESIZE_PENDING: &str = "PodResizePending";

/// Tells in the status of a Pod that its resize waits, or no longer.
pub(super) fn tell_resize(pod: &mut Object, pending: Option<&(String, String)>, now: Timestamp) {
    let generation = pod.generation();
    let Some((reason, message)) = pending else {
        if let Some(Value::Array(conditions)) = pod.get_mut("/status/conditions") {
            conditions.retain(|condition| condition["type"] != RESIZE_PENDING);
        }
        return;
    };
    set_condition(pod, Condition { condition_type: RESIZE_PENDING, status: "True", reason, message }, now);
    if let Some(Value::Array(conditions)) = pod.get_mut("/status/conditions") {
        for condition in conditions.iter_mut().filter(|condition| condition["type"] == RESIZE_PENDING) {
            condition["observedGeneration"] = generation.into();
            condition["lastProbeTime"] = Value::Null;
        }
    }
}

impl PodWorker<'_> {
    /// Lets running containers have the resources that the spec says now; one whose policy asks for it
    /// is restarted (`doPodResizeAction`).
    ///
    /// What the node cannot give waits; gives back when that is looked at again.
    pub(super) fn follow_resources(&mut self) -> Option<Timestamp> {
        let pod = Arc::clone(&self.pod);
        let pending = if self.is_resized() { self.resize_refusal() } else { None };
        let waits = pending.is_some();
        self.runtime_mut().resize_pending = pending;
        if waits {
            return Some(after(self.now(), RESIZE_RETRY));
        }
        for spec in pod_spec::all_containers(&pod) {
            let wanted = spec.get("/resources").cloned().unwrap_or(Value::Null);
            let container = self.container(spec.name());
            if !container.is_running() || container.kill.is_some() || container.resources == wanted {
                continue;
            }
            let before = std::mem::replace(&mut container.resources, wanted.clone());
            if before.is_null() {
                continue;
            }
            let changed = |resource: &str| {
                ["limits", "requests"].iter().any(|list| before[list][resource] != wanted[list][resource])
            };
            let restarts = spec.list("/resizePolicy").iter().any(|policy| {
                policy["restartPolicy"] == "RestartContainer"
                    && policy["resourceName"].as_str().is_some_and(changed)
            });
            self.set_limits(&spec);
            super::machine_files::tell_limits(&mut self.container(spec.name()).layer, &spec);
            if restarts {
                let grace = self.grace();
                self.kill(&spec, &format!("Container {} resize requires restart", spec.name()), grace);
            }
        }
        None
    }

    /// Whether a running container has other resources than the spec says.
    fn is_resized(&mut self) -> bool {
        let pod = Arc::clone(&self.pod);
        pod_spec::all_containers(&pod).any(|spec| {
            let container = self.container(spec.name());
            let known = !container.resources.is_null() && container.is_running();
            known && Some(&container.resources) != spec.get("/resources")
        })
    }

    /// Reason and message for which the node does not give a Pod what it asks for now (`canResizePod`).
    fn resize_refusal(&mut self) -> Option<(String, String)> {
        let node = self.registry.get(&NODE, &ObjectKey::new("", self.node_name())).ok()?;
        let requests = pod_requests(self.pod.field("spec"));
        for (name, is_cpu) in [("memory", false), ("cpu", true)] {
            let amount = |quantity: Quantity| if is_cpu { quantity.milli() } else { quantity.whole() };
            let room = node.get("/status/allocatable").and_then(|all| Quantity::from_value(&all[name]));
            let (Some(wanted), Some(room)) = (requests.get(name).copied().map(amount), room.map(amount))
            else {
                continue;
            };
            if wanted > room {
                let message = format!(
                    "Node didn't have enough capacity: {name}, requested: {wanted}, capacity: {room}"
                );
                return Some(("Infeasible".to_owned(), message));
            }
        }
        refusal(self.registry, self.scheduler, &self.pod)
            .filter(|(reason, _)| reason.starts_with("OutOf"))
            .map(|(_, message)| ("Deferred".to_owned(), message))
    }

    /// Notes what a container may use.
    pub(super) fn set_limits(&mut self, spec: &ContainerSpec<'_>) {
        let number = |amount: Option<i64>| amount.and_then(|amount| u64::try_from(amount).ok()).unwrap_or(0);
        let resources = spec.get("/resources");
        let container = self.container(spec.name());
        container.cpu_limit = number(limit(resources, "cpu").map(Quantity::milli));
        container.memory_limit = number(limit(resources, "memory").map(Quantity::whole));
        container.resources = resources.cloned().unwrap_or(Value::Null);
    }

    /// Refuses to run as root what must not (`verifyRunAsNonRoot`).
    pub(super) fn verify_user(&self, spec: &ContainerSpec<'_>) -> Result<(), String> {
        let of_pod = |field: &str| self.pod.get(&format!("/spec/securityContext/{field}"));
        let field = |name: &str| {
            spec.get(&format!("/securityContext/{name}"))
                .or_else(|| of_pod(name))
                .filter(|value| !value.is_null())
        };
        if field("runAsNonRoot") != Some(&Value::Bool(true)) {
            return Ok(());
        }
        let full_name = pod_spec::full_name(&self.pod);
        let named = format!("(pod: {full_name:?}, container: {})", spec.name());
        match field("runAsUser").and_then(Value::as_i64) {
            Some(0) => Err(format!("container's runAsUser breaks non-root policy {named}")),
            Some(_) => Ok(()),
            None => {
                let image = Self::image_reference(spec).and_then(|reference| runtime::image_of(&reference));
                if image.is_none_or(|image| image.user == 0) {
                    return Err(format!("container has runAsNonRoot and image will run as root {named}"));
                }
                Ok(())
            }
        }
    }
}
