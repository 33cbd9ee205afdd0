//! Which Pods wait, when they are tried again, and what wakes them (`backend/queue`).

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey, builtin};
use crate::base::Timestamp;

use super::super::manager::Sweep;
use super::super::registry::Registry;
use super::super::storage::{Change, ChangeType};
use super::NAME;
use super::cycle::Attempt;

/// After how long a Pod that fits nowhere is tried again without a reason.
pub(super) const FLUSH: SignedDuration = SignedDuration::from_secs(300);
/// First back-off after a failed attempt; doubled with each further one.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(1);
/// Longest back-off.
const BACK_OFF_MAX: SignedDuration = SignedDuration::from_secs(10);
/// Doublings after which the longest back-off is reached for sure.
const DOUBLINGS_MAX: u32 = 4;

/// What the scheduler remembers of a Pod that it could not place.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    uid: String,
    generation: i64,
    failed: u32,
    last: Timestamp,
}

/// Whether a Pod has to wait.
pub(super) enum Waiting {
    /// It is its turn.
    No,
    /// Not before that moment.
    Until(Timestamp),
}

impl Attempts {
    /// None so far.
    pub(super) fn none(pod: &Object) -> Self {
        Self {
            uid: pod.uid().to_owned(),
            generation: pod.generation(),
            failed: 0,
            last: Timestamp::UNIX_EPOCH,
        }
    }

    /// Whether this is about that Pod as it is now; one that was changed begins anew.
    pub(super) fn is_about(&self, pod: &Object) -> bool {
        self.uid == pod.uid() && self.generation == pod.generation()
    }

    /// The same after one more failure.
    pub(super) fn failed(mut self, now: Timestamp) -> Self {
        self.failed = self.failed.saturating_add(1);
        self.last = now;
        self
    }

    /// Whether a Pod has to wait although it was woken: it is backing off, or nothing changed for it.
    pub(super) fn waiting(&self, pod: &Object, attempt: &Attempt, now: Timestamp) -> Waiting {
        if self.failed == 0 {
            return Waiting::No;
        }
        let after = |delay: SignedDuration| self.last.checked_add(delay).unwrap_or(Timestamp::MAX);
        let flush = after(FLUSH);
        let same = match attempt {
            Attempt::Fits(..) | Attempt::Fails(_, Some(_)) => false,
            Attempt::Fails(message, None) => {
                let told = pod.condition("PodScheduled").and_then(|condition| condition["message"].as_str());
                told == Some(message)
            }
        };
        let ready = if same { flush } else { after(self.back_off()) };
        if ready > now { Waiting::Until(ready.min(flush)) } else { Waiting::No }
    }

    fn back_off(&self) -> SignedDuration {
        let doublings = self.failed.saturating_sub(1).min(DOUBLINGS_MAX);
        BACK_OFF.saturating_mul(1 << doublings).min(BACK_OFF_MAX)
    }
}

/// Whether the scheduler has to find a node for a Pod.
pub(super) fn needs_node(pod: &Object) -> bool {
    pod.text("/spec/nodeName").is_empty()
        && !pod.is_terminating()
        && !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
        && [NAME, ""].contains(&pod.text("/spec/schedulerName"))
}

/// Pods that wait need another look when one on a node comes, goes or changes, or when a node or a
/// namespace does.
pub(super) static SWEEPS: &[Sweep] = &[
    Sweep { kind: &builtin::POD, after: pod_makes_room, keys: waiting },
    Sweep { kind: &builtin::POD, after: pod_comes, keys: waiting_for_pods },
    Sweep { kind: &builtin::NODE, after: node_changes, keys: waiting },
    Sweep { kind: &builtin::NAMESPACE, after: namespace_changes, keys: waiting },
    Sweep { kind: &builtin::DEVICE_CLASS, after: |_| true, keys: waiting_for_devices },
    Sweep { kind: &builtin::RESOURCE_SLICE, after: |_| true, keys: waiting_for_devices },
];

/// The Pods that wait, the most important first, then the oldest.
fn waiting(registry: &Registry) -> Vec<ObjectKey> {
    waiting_that(registry, |_| true)
}

/// Those of them that Pods on nodes can help.
fn waiting_for_pods(registry: &Registry) -> Vec<ObjectKey> {
    waiting_that(registry, looks_at_pods)
}

/// Those of them that ask for devices.
fn waiting_for_devices(registry: &Registry) -> Vec<ObjectKey> {
    waiting_that(registry, |pod| !pod.list("/spec/resourceClaims").is_empty())
}

fn waiting_that(registry: &Registry, may: impl Fn(&Object) -> bool) -> Vec<ObjectKey> {
    let pods = registry.store().pods_on("");
    let mut pods: Vec<&Arc<Object>> = pods.filter(|pod| may(pod) && needs_node(pod)).collect();
    pods.sort_by_cached_key(|pod| {
        let priority = std::cmp::Reverse(pod.number("/spec/priority").unwrap_or_default());
        (priority, pod.creation_timestamp(), pod.key())
    });
    pods.into_iter().map(|pod| pod.key()).collect()
}

fn same(change: &Change, pointer: &str) -> bool {
    change.previous.as_ref().is_some_and(|previous| previous.agrees(&change.object, pointer))
}

fn has_node(pod: &Object) -> bool {
    !pod.text("/spec/nodeName").is_empty()
}

/// A new or changed Pod without a node.
pub(super) fn after_pod(change: &Change, _: &Registry) -> Vec<ObjectKey> {
    // The scheduler's own notes in the status are no reason to try again.
    let news = ["/spec", "/metadata/labels", "/status/resourceClaimStatuses"];
    let news = news.iter().any(|pointer| !same(change, pointer));
    if change.change_type != ChangeType::Deleted && news && needs_node(&change.object) {
        vec![change.object.key()]
    } else {
        Vec::new()
    }
}

/// Whether a Pod has come to a node: it takes room, so that it helps only those who look where others are.
fn pod_comes(change: &Change) -> bool {
    has_node(&change.object)
        && (change.change_type == ChangeType::Added
            || change.previous.as_ref().is_some_and(|previous| !has_node(previous)))
}

/// Whether a Pod on a node has gone, ended or changed what others look at, or one that waited has gone.
fn pod_makes_room(change: &Change) -> bool {
    let gone = change.change_type == ChangeType::Deleted;
    if !has_node(&change.object) || pod_comes(change) {
        return gone;
    }
    let ended = |pod: &Object| matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    let ends = ended(&change.object) && change.previous.as_ref().is_some_and(|previous| !ended(previous));
    gone || ends || !same(change, "/metadata/labels") || !same(change, "/spec/containers")
}

/// Whether Pods on nodes can make a node suit this Pod.
fn looks_at_pods(pod: &Object) -> bool {
    pod.get("/spec/affinity/podAffinity").is_some() || pod.get("/spec/topologySpreadConstraints").is_some()
}

/// Whether a node is new, has gone, or has other labels, taints or room.
fn node_changes(change: &Change) -> bool {
    change.change_type != ChangeType::Modified
        || !["/spec", "/metadata/labels", "/status/allocatable"].iter().all(|pointer| same(change, pointer))
}

/// Whether a namespace has other labels, which may let an affinity mean Pods there.
fn namespace_changes(change: &Change) -> bool {
    !same(change, "/metadata/labels")
}
