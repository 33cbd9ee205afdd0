//! The scheduler: gives each new Pod a node, or says why none fits (`pkg/scheduler`).
//!
//! Not simulated: preemption (the post filter's sentence is told, nobody is evicted), topology spread
//! constraints, preferred affinity to Pods, image locality, and the back-off between
//! tries: a Pod that waits is tried again at once when a node or a leaving Pod makes room.

mod daemon;
mod filters;
mod resources;
mod score;
mod volumes;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::apimachinery::{Object, ObjectKey, Status, builtin};

use super::manager::{Action, EventType, ReconcileContext, Reconciler, Watch, record_scheduler_event};
use super::registry::{Registry, WriteOptions, time_text};
use super::storage::{Change, ChangeType};
pub(crate) use daemon::{Suitability, suitability};
use filters::{Candidate, Refusal};

/// Name of the scheduler: of its program, and in `spec.schedulerName`.
const NAME: &str = "default-scheduler";
/// Name of the scheduler's program in managedFields.
const MANAGER: &str = "kube-scheduler";
/// After how long a Pod that fits nowhere is tried again without a reason.
const RETRY: SignedDuration = SignedDuration::from_secs(300);

/// The scheduler.
pub(crate) struct Scheduler;

/// The one scheduler.
pub(crate) static SCHEDULER: Scheduler = Scheduler;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::POD, keys: pods_to_place },
    Watch { kind: &builtin::NODE, keys: everyone_on_new_room },
    Watch { kind: &builtin::PERSISTENT_VOLUME_CLAIM, keys: volumes::pods_of_claim },
    Watch { kind: &builtin::PERSISTENT_VOLUME, keys: volumes::pods_of_volume },
];

impl Reconciler for Scheduler {
    fn name(&self) -> &'static str {
        NAME
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        if *key != everyone() {
            return schedule(registry, key);
        }
        for pod in waiting_pods(registry) {
            schedule(registry, &pod.key())?;
        }
        Ok(Action::AwaitChange)
    }
}

/// The key that stands for all Pods that wait for a node.
fn everyone() -> ObjectKey {
    ObjectKey::new("", "")
}

/// Whether the scheduler has to find a node for a Pod.
fn needs_node(pod: &Object) -> bool {
    pod.text("/spec/nodeName").is_empty()
        && !pod.is_terminating()
        && [NAME, ""].contains(&pod.text("/spec/schedulerName"))
}

/// A new or changed Pod without a node; everyone who waits when a Pod leaves room.
fn pods_to_place(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    let pod = &change.object;
    let ended = |pod: &Object| matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    if !pod.text("/spec/nodeName").is_empty() {
        let left = change.change_type == ChangeType::Deleted
            || (ended(pod) && change.previous.as_ref().is_some_and(|previous| !ended(previous)));
        return if left { vec![everyone()] } else { Vec::new() };
    }
    // The scheduler's own notes in the status are no reason to try again.
    let news = change.previous.as_ref().is_none_or(|previous| previous.get("/spec") != pod.get("/spec"));
    if change.change_type != ChangeType::Deleted && news && needs_node(pod) {
        vec![pod.key()]
    } else {
        Vec::new()
    }
}

/// A node that is new, or whose labels, taints or room changed, may suit someone who waits.
fn everyone_on_new_room(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    let same = |pointer: &str| {
        change.previous.as_ref().is_some_and(|previous| previous.get(pointer) == change.object.get(pointer))
    };
    let unchanged = ["/spec", "/metadata/labels", "/status/allocatable"].iter().all(|pointer| same(pointer));
    if change.change_type == ChangeType::Deleted || unchanged { Vec::new() } else { vec![everyone()] }
}

/// The Pods that wait, the most important first, then the oldest.
fn waiting_pods(registry: &Registry) -> Vec<Arc<Object>> {
    let mut pods: Vec<Arc<Object>> =
        registry.store().pods_on("").filter(|pod| needs_node(pod)).map(Arc::clone).collect();
    pods.sort_by_cached_key(|pod| {
        let priority = std::cmp::Reverse(pod.number("/spec/priority").unwrap_or_default());
        (priority, pod.creation_timestamp(), pod.key())
    });
    pods
}

fn schedule(registry: &mut Registry, key: &ObjectKey) -> Result<Action, Status> {
    let Ok(pod) = registry.get(&builtin::POD, key) else { return Ok(Action::AwaitChange) };
    if !needs_node(&pod) {
        return Ok(Action::AwaitChange);
    }
    if !pod.list("/spec/schedulingGates").is_empty() {
        let message = "Scheduling is blocked due to non-empty scheduling gates";
        return note(registry, &pod, "SchedulingGated", message).map(|()| Action::AwaitChange);
    }
    let candidates = candidates(registry);
    match choose(registry, &pod, &candidates) {
        Ok((node, needs)) => {
            let node = registry.get(&builtin::NODE, &ObjectKey::new("", node))?;
            if !needs.settle(registry, &node)? {
                // The claims' binding brings the Pod back.
                return Ok(Action::RequeueAfter(RETRY));
            }
            let node = node.name();
            registry.bind(key, node)?;
            let message = format!("Successfully assigned {key} to {node}");
            record_scheduler_event(registry, &pod, EventType::Normal, "Scheduled", "Binding", &message);
            Ok(Action::AwaitChange)
        }
        Err(message) => {
            let (event_type, reason) = (EventType::Warning, "FailedScheduling");
            record_scheduler_event(registry, &pod, event_type, reason, "Scheduling", &message);
            note(registry, &pod, "Unschedulable", &message)?;
            Ok(Action::RequeueAfter(RETRY))
        }
    }
}

/// Every node with the Pods on it.
fn candidates(registry: &Registry) -> Vec<Candidate> {
    let store = registry.store();
    let running = |pod: &&Arc<Object>| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    store
        .list(&builtin::NODE, None)
        .map(|node| {
            let pods = store.pods_on(node.name()).filter(running).map(Arc::clone).collect();
            Candidate::new(Arc::clone(node), pods)
        })
        .collect()
}

/// The node that suits best, or the message of `FitError`.
fn choose(
    registry: &mut Registry,
    pod: &Object,
    candidates: &[Candidate],
) -> Result<(String, volumes::Needs), String> {
    if candidates.is_empty() {
        return Err("no nodes available to schedule pods".to_owned());
    }
    let needs = volumes::needs(registry, pod).map_err(|reason| {
        let helpless: Vec<Vec<Refusal>> = candidates.iter().map(|_| vec![Refusal::for_good("")]).collect();
        failure_message(&[reason], &helpless)
    })?;
    let verdicts: Vec<Vec<Refusal>> = candidates
        .iter()
        .map(|candidate| {
            let refusals = filters::refusals(pod, candidate, candidates);
            if refusals.is_empty() { needs.refusals(registry, &candidate.node) } else { refusals }
        })
        .collect();
    let fitting: Vec<&Candidate> = candidates
        .iter()
        .zip(&verdicts)
        .filter(|(_, refusals)| refusals.is_empty())
        .map(|(candidate, _)| candidate)
        .collect();
    if fitting.is_empty() {
        return Err(failure_message(&counted_reasons(&verdicts), &verdicts));
    }
    if let Some(node) = needs.selected_node()
        && fitting.iter().any(|candidate| candidate.node.name() == node)
    {
        return Ok((node.to_owned(), needs));
    }
    let scores: Vec<i64> = fitting.iter().map(|candidate| score::score(pod, candidate)).collect();
    let best = scores.iter().max().copied().unwrap_or_default();
    let winners: Vec<&&Candidate> =
        fitting.iter().zip(&scores).filter(|(_, score)| **score == best).map(|(node, _)| node).collect();
    let drawn = if winners.len() > 1 { registry.random().below(winners.len() as u64) } else { 0 };
    let winner = usize::try_from(drawn).ok().and_then(|drawn| winners.get(drawn)).or(winners.first());
    winner.map(|winner| (winner.node.name().to_owned(), needs)).ok_or_else(String::new)
}

/// `1 Insufficient cpu`, one for each reason, sorted as text.
fn counted_reasons(verdicts: &[Vec<Refusal>]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for refusal in verdicts.iter().flatten() {
        *counts.entry(&refusal.reason).or_default() += 1;
    }
    let mut reasons: Vec<String> =
        counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    reasons.sort();
    reasons
}

/// `FitError.Error` with what the post filters add.
fn failure_message(reasons: &[String], verdicts: &[Vec<Refusal>]) -> String {
    let nodes = verdicts.len();
    let helpless = verdicts.iter().filter(|refusals| refusals.iter().any(|refusal| refusal.for_good)).count();
    let mut preemption: Vec<String> = Vec::new();
    for (count, text) in [
        (nodes - helpless, "No preemption victims found for incoming pod."),
        (helpless, "Preemption is not helpful for scheduling."),
    ] {
        if count > 0 {
            preemption.push(format!("{count} {}", text.trim_end_matches('.')));
        }
    }
    format!(
        "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {}.",
        reasons.join(", "),
        preemption.join(", ")
    )
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
    let options = WriteOptions::component_status(MANAGER);
    registry.update(&builtin::POD, &pod.key(), next, &options).map(|_| ())
}

#[cfg(test)]
mod tests;
