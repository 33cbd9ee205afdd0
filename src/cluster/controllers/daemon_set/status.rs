//! The status of a DaemonSet: counts of nodes (`updateDaemonSetStatus`).

use std::sync::Arc;

use crate::apimachinery::{Object, Status, builtin};

use super::super::super::manager::Action;
use super::super::super::registry::Registry;
use super::super::super::scheduler::Suitability;
use super::super::{MANAGER, pods};
use super::Look;

/// Counts of nodes.
#[derive(Default)]
struct Counts {
    desired: usize,
    current: usize,
    misscheduled: usize,
    ready: usize,
    updated: usize,
    available: usize,
}

/// Writes the status, and says when the next Pod becomes available.
///
/// # Errors
/// When the status is refused.
pub(super) fn write(registry: &mut Registry, look: &Look<'_>) -> Result<Action, Status> {
    let now = registry.now();
    let counts = count(look, now);
    let Ok(set) = registry.get(&builtin::DAEMON_SET, &look.set.key()) else {
        return Ok(Action::AwaitChange);
    };
    let mut next = Object::clone(&set);
    next.set("/status/observedGeneration", look.set.generation());
    for (field, count) in [
        ("desiredNumberScheduled", counts.desired),
        ("currentNumberScheduled", counts.current),
        ("numberMisscheduled", counts.misscheduled),
        ("numberReady", counts.ready),
    ] {
        next.set(&format!("/status/{field}"), count);
    }
    for (field, count) in [
        ("updatedNumberScheduled", counts.updated),
        ("numberAvailable", counts.available),
        ("numberUnavailable", counts.desired.saturating_sub(counts.available)),
    ] {
        let pointer = format!("/status/{field}");
        if count == 0 {
            next.remove(&pointer);
        } else {
            next.set(&pointer, count);
        }
    }
    if next != *set {
        registry.update_status(&builtin::DAEMON_SET, next, MANAGER)?;
    }
    let waiting = look.daemons.values().flatten().filter(|pod| pods::is_ready(pod));
    let next_available = waiting
        .filter_map(|pod| pods::ready_since(pod)?.checked_add(look.min_ready()).ok())
        .filter(|available| *available > now)
        .min();
    Ok(next_available
        .map_or(Action::AwaitChange, |available| Action::RequeueAfter(available.duration_since(now))))
}

fn count(look: &Look<'_>, now: crate::base::Timestamp) -> Counts {
    let mut counts = Counts::default();
    for node in &look.nodes {
        let pod = look.pods_on(node.name()).first().map(Arc::as_ref);
        if look.suitability(node) != Suitability::Runs {
            counts.misscheduled += usize::from(pod.is_some());
            continue;
        }
        counts.desired += 1;
        let Some(pod) = pod else { continue };
        counts.current += 1;
        counts.ready += usize::from(pods::is_ready(pod));
        counts.available += usize::from(pods::is_available(pod, look.min_ready(), now));
        counts.updated += usize::from(look.is_updated(pod));
    }
    counts
}
