//! The scheduler: gives each new Pod a node, or says why none fits (`pkg/scheduler`).
//!
//! A Pod that fits nowhere waits until something changes that could help it (then, with a back-off that
//! grows with its attempts, it is tried again), or for five minutes. Not simulated: profiles and plugins
//! other than the default ones, and extenders.

mod cache;
mod candidate;
mod cycle;
mod daemon;
mod devices;
mod filters;
mod message;
mod node_admission;
mod preemption;
mod queue;
mod resources;
mod scores;
mod volume_limits;
mod volumes;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::manager::{Action, EventType, ReconcileContext, Reconciler, Sweep, Watch, record_scheduler_event};
use super::registry::{Registry, time_text};
use cycle::Attempt;
use queue::Waiting;

pub(crate) use cache::SchedulerCache;
pub(crate) use daemon::{Suitability, suitability};
pub(crate) use node_admission::{is_beyond_admission, refusal};
pub(crate) use queue::Attempts;

/// Name of the scheduler: of its program, and in `spec.schedulerName`.
const NAME: &str = "default-scheduler";
/// Name of the scheduler's program in managedFields.
const MANAGER: &str = "kube-scheduler";

/// The scheduler.
pub(crate) struct Scheduler;

/// The one scheduler.
pub(crate) static SCHEDULER: Scheduler = Scheduler;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::POD, keys: queue::after_pod },
    Watch { kind: &builtin::PERSISTENT_VOLUME_CLAIM, keys: volumes::pods_of_claim },
    Watch { kind: &builtin::PERSISTENT_VOLUME, keys: volumes::pods_of_volume },
    Watch { kind: &builtin::RESOURCE_CLAIM, keys: devices::pods_of_claim },
];

impl Reconciler for Scheduler {
    fn name(&self) -> &'static str {
        NAME
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn sweeps(&self) -> &'static [Sweep] {
        queue::SWEEPS
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let pod = match registry.get(&builtin::POD, key) {
            Ok(pod) if queue::needs_node(&pod) => pod,
            _ => {
                context.memory.scheduling.remove(key);
                return Ok(Action::AwaitChange);
            }
        };
        if !pod.list("/spec/schedulingGates").is_empty() {
            let message = "Scheduling is blocked due to non-empty scheduling gates";
            return note(registry, &pod, "SchedulingGated", message).map(|()| Action::AwaitChange);
        }
        // Until its claims are there a Pod is not queued, and nothing is said of it.
        let Ok(claims) = devices::claims(registry, &pod) else { return Ok(Action::AwaitChange) };
        let attempts = context.memory.scheduling.get(key).filter(|known| known.is_about(&pod)).cloned();
        let attempts = attempts.unwrap_or_else(|| Attempts::none(&pod));
        context.memory.scheduler.follow(registry.store());
        let attempt = cycle::attempt(registry, &context.memory.scheduler, &pod, &claims);
        match attempts.waiting(&pod, &attempt, registry.now()) {
            Waiting::No => {}
            Waiting::Until(moment) => {
                return Ok(Action::RequeueAfter(moment.duration_since(registry.now())));
            }
        }
        match attempt {
            Attempt::Fits(node, needs) => {
                let node = registry.get(&builtin::NODE, &ObjectKey::new("", node))?;
                if !needs.settle(registry, &node)? {
                    // The claims' binding brings the Pod back.
                    return Ok(Action::RequeueAfter(queue::FLUSH));
                }
                registry.bind(key, node.name(), false)?;
                context.memory.scheduling.remove(key);
                let message = format!("Successfully assigned {key} to {}", node.name());
                record_scheduler_event(registry, &pod, EventType::Normal, "Scheduled", "Binding", &message);
                Ok(Action::AwaitChange)
            }
            Attempt::Fails(message, room) => {
                let now = registry.now();
                context.memory.scheduling.insert(key.clone(), attempts.failed(now));
                if let Some(room) = &room {
                    preemption::clear(registry, &pod, room)?;
                }
                let (event_type, reason) = (EventType::Warning, "FailedScheduling");
                record_scheduler_event(registry, &pod, event_type, reason, "Scheduling", &message);
                note(registry, &pod, "Unschedulable", &message)?;
                if let Some(room) = &room {
                    nominate(registry, key, &room.node)?;
                }
                Ok(Action::RequeueAfter(queue::FLUSH))
            }
        }
    }
}

/// Writes the condition PodScheduled with status False.
fn note(registry: &mut Registry, pod: &Object, reason: &str, message: &str) -> Result<(), Status> {
    let mut next = pod.clone();
    let mut list = pod.list("/status/conditions").to_vec();
    let mut condition = json!({
        "type": "PodScheduled",
        "status": "False",
        "observedGeneration": pod.generation(),
        "lastProbeTime": null,
        "lastTransitionTime": time_text(registry.now()),
        "reason": reason,
        "message": message,
    });
    let place =
        list.iter().position(|found| found.get("type").and_then(Value::as_str) == Some("PodScheduled"));
    match place {
        Some(place) => {
            if list[place]["status"] == condition["status"] {
                condition["lastTransitionTime"] = list[place]["lastTransitionTime"].clone();
            }
            list[place] = condition;
        }
        None => list.push(condition),
    }
    next.set("/status/conditions", list);
    registry.update_status(&builtin::POD, next, MANAGER).map(|_| ())
}

/// Writes the node on which room is made for a Pod; an empty one takes the hope away.
fn nominate(registry: &mut Registry, key: &ObjectKey, node: &str) -> Result<(), Status> {
    let mut next = Object::clone(&*registry.get(&builtin::POD, key)?);
    if node.is_empty() {
        next.remove("/status/nominatedNodeName");
    } else {
        next.set("/status/nominatedNodeName", node);
    }
    registry.update_status(&builtin::POD, next, MANAGER).map(|_| ())
}

#[cfg(test)]
mod tests;
