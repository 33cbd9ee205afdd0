//! The status of a StatefulSet: counts of Pods and the names of revisions.

use std::sync::Arc;

use crate::apimachinery::{Object, Status, builtin};

use super::super::super::manager::Action;
use super::super::super::registry::Registry;
use super::super::{MANAGER, pods};
use super::pod::revision_of;
use super::{Look, ordinal_of};

/// Writes the status as the Pods are after the step, and says when the next one becomes available.
///
/// # Errors
/// When the status is refused.
pub(super) fn write(registry: &mut Registry, look: &Look<'_>) -> Result<Action, Status> {
    let now = registry.now();
    let Ok(set) = registry.get(&builtin::STATEFUL_SET, &look.set.key()) else {
        return Ok(Action::AwaitChange);
    };
    let mut members = registry.owned_by(&builtin::POD, set.namespace(), set.uid());
    members.retain(|pod| ordinal_of(&set, pod).is_some());
    let next = status_after(&set, look, &members);
    if next != *set {
        registry.update_status(&builtin::STATEFUL_SET, next, MANAGER)?;
    }
    let due = members
        .iter()
        .filter(|pod| pods::is_ready(pod))
        .filter_map(|pod| pods::ready_since(pod)?.checked_add(look.min_ready()).ok())
        .filter(|available| *available > now)
        .min();
    Ok(due.map_or(Action::AwaitChange, |available| Action::RequeueAfter(available.duration_since(now))))
}

fn status_after(set: &Object, look: &Look<'_>, members: &[Arc<Object>]) -> Object {
    let running = |pod: &Object| pod.text("/status/phase") == "Running";
    let of =
        |name: &str| members.iter().filter(|pod| !pod.is_terminating() && revision_of(pod) == name).count();
    let (replicas, updated) = (members.len(), of(look.update.name()));
    let ready = members.iter().filter(|pod| running(pod) && pods::is_ready(pod)).count();
    let wanted = usize::try_from(set.number("/spec/replicas").unwrap_or(1)).unwrap_or_default();
    // A rollout is complete when all Pods have the new template and are ready (`completeRollingUpdate`).
    let complete = look.rolls() && [replicas, updated, ready].iter().all(|count| *count == wanted);
    let current = if complete { look.update.name() } else { look.current.name() };
    let mut next = set.clone();
    next.set("/status/observedGeneration", set.generation());
    next.set("/status/replicas", replicas);
    let available = members.iter().filter(|pod| look.is_available(pod)).count();
    next.set("/status/availableReplicas", available);
    for (field, count) in
        [("readyReplicas", ready), ("currentReplicas", of(current)), ("updatedReplicas", updated)]
    {
        let pointer = format!("/status/{field}");
        if count == 0 {
            next.remove(&pointer);
        } else {
            next.set(&pointer, count);
        }
    }
    next.set("/status/currentRevision", current);
    next.set("/status/updateRevision", look.update.name());
    if next.get("/status/collisionCount").is_none() {
        next.set("/status/collisionCount", 0);
    }
    next
}
