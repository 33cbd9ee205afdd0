//! Resources of running containers: who the container runs as, and limits that follow the spec in place.

use std::sync::Arc;

use crate::apimachinery::builtin::NODE;
use crate::apimachinery::{Condition, Object, ObjectKey, Quantity, pod_requests, set_condition};
use crate::base::{Timestamp, Value, json};

use super::super::manager::EventType;
use super::super::runtime;
use super::super::scheduler::refusal;
use super::after;
use super::pod_runtime::ContainerRuntime;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;
use super::usage::limit;

/// Milliseconds after which a resize that had to wait is looked at again.
const RESIZE_RETRY: i64 = 10_000;
/// The condition of a Pod whose resize waits.
const RESIZE_PENDING: &str = "PodResizePending";
/// The condition of a Pod whose containers do not have yet what they were given.
const RESIZE_IN_PROGRESS: &str = "PodResizeInProgress";

/// Whether a Pod says something of a resize.
pub(super) fn tells_resize(pod: &Object) -> bool {
    [RESIZE_PENDING, RESIZE_IN_PROGRESS].iter().any(|told| pod.condition(told).is_some())
}

/// Tells in the status of a Pod that its resize waits or goes on, or no longer.
pub(super) fn tell_resize(
    pod: &mut Object,
    pending: Option<&(String, String)>,
    goes_on: bool,
    now: Timestamp,
) {
    let pending = pending.map(|(reason, message)| (reason.as_str(), message.as_str()));
    for (condition_type, told) in
        [(RESIZE_PENDING, pending), (RESIZE_IN_PROGRESS, goes_on.then_some(("", "")))]
    {
        tell(pod, condition_type, told, now);
    }
}

fn tell(pod: &mut Object, condition_type: &'static str, told: Option<(&str, &str)>, now: Timestamp) {
    let generation = pod.generation();
    let Some((reason, message)) = told else {
        if let Some(Value::Array(conditions)) = pod.get_mut("/status/conditions") {
            conditions.retain(|condition| condition["type"] != condition_type);
        }
        return;
    };
    set_condition(pod, Condition { condition_type, status: "True", reason, message }, now);
    if let Some(Value::Array(conditions)) = pod.get_mut("/status/conditions") {
        for condition in conditions.iter_mut().filter(|condition| condition["type"] == condition_type) {
            condition["observedGeneration"] = generation.into();
            condition["lastProbeTime"] = Value::Null;
        }
    }
}

/// What an event about a resize says (`pkg/kubelet/events`): the resources of all containers.
fn resize_message(pod: &Object, what: &str, error: &str) -> String {
    let allocations = |list: &str| -> Vec<String> {
        pod.list(&format!("/spec/{list}"))
            .iter()
            .map(|container| {
                let resources = container.get("resources").cloned().unwrap_or_else(|| json!({}));
                format!("{{\"name\":{},\"resources\":{resources}}}", container["name"])
            })
            .collect()
    };
    let lists = ["initContainers", "containers"].map(|list| (list, allocations(list)));
    let mut parts: Vec<String> = lists
        .iter()
        .filter(|(_, all)| !all.is_empty())
        .map(|(list, all)| format!("\"{list}\":[{}]", all.join(",")))
        .collect();
    parts.push(format!("\"generation\":{}", pod.generation()));
    if !error.is_empty() {
        parts.push(format!("\"error\":{}", Value::from(error)));
    }
    format!("Pod resize {what}: {{{}}}", parts.join(","))
}

impl PodWorker<'_> {
    /// Lets running containers have the resources that the spec says now; one whose policy asks for it
    /// is restarted (`doPodResizeAction`).
    ///
    /// What the node cannot give waits; gives back when that is looked at again.
    pub(super) fn follow_resources(&mut self) -> Option<Timestamp> {
        let pod = Arc::clone(&self.pod);
        let resized = self.is_resized();
        if let Some(pending) = resized.then(|| self.resize_refusal()).flatten() {
            let before = self.runtime_mut().resize_pending.replace(pending.clone());
            if before.as_ref() != Some(&pending) {
                let (reason, error) = pending;
                let message = resize_message(&pod, &reason, &error);
                self.event(None, EventType::Warning, &format!("Resize{reason}"), &message);
            }
            return Some(after(self.now(), RESIZE_RETRY));
        }
        self.runtime_mut().resize_pending = None;
        if resized {
            self.runtime_mut().resizing = true;
            self.event(None, EventType::Normal, "ResizeStarted", &resize_message(&pod, "started", ""));
        }
        for spec in pod_spec::all_containers(&pod) {
            let wanted = spec.get("/resources").cloned().unwrap_or(Value::Null);
            let container = self.container(spec.name());
            if !container.is_running() || container.resources == wanted {
                continue;
            }
            let before = std::mem::replace(&mut container.resources, wanted.clone());
            // What is being ended gets its own when it starts again.
            if before.is_null() || container.kill.is_some() {
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
        self.conclude_resize();
        None
    }

    /// Tells that a resize is over once every container that runs has what it was given.
    fn conclude_resize(&mut self) {
        let pod = Arc::clone(&self.pod);
        let settled = |container: &ContainerRuntime| !container.is_running() || container.kill.is_none();
        if self.runtime_mut().resizing
            && pod_spec::all_containers(&pod).all(|spec| settled(self.container(spec.name())))
        {
            self.runtime_mut().resizing = false;
            self.event(None, EventType::Normal, "ResizeCompleted", &resize_message(&pod, "completed", ""));
        }
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
