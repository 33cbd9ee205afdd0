//! Which Pods wait, when they are tried again, and what wakes them (`backend/queue`).

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey};
use crate::base::Timestamp;

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

/// The Pods that wait, the most important first, then the oldest.
fn waiting(registry: &Registry) -> Vec<ObjectKey> {
    waiting_that(registry, |_| true)
}

/// Those of them that `may` be meant.
fn waiting_that(registry: &Registry, may: impl Fn(&Object) -> bool) -> Vec<ObjectKey> {
    let pods = registry.store().pods_on("");
    let mut pods: Vec<&Arc<Object>> = pods.filter(|pod| may(pod) && needs_node(pod)).collect();
    pods.sort_by_cached_key(|pod| {
        let priority = std::cmp::Reverse(pod.number("/spec/priority").unwrap_or_default());
        (priority, pod.creation_timestamp(), pod.key())
    });
    pods.into_iter().map(|pod| pod.key()).collect()
}

/// A new or changed Pod without a node; everyone who waits when one on a node comes, goes or changes.
pub(super) fn after_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let pod = &change.object;
    let same = |pointer: &str| {
        change.previous.as_ref().is_some_and(|previous| previous.get(pointer) == pod.get(pointer))
    };
    if pod.text("/spec/nodeName").is_empty() {
        // The scheduler's own notes in the status are no reason to try again.
        let news = !same("/spec") || !same("/metadata/labels");
        let gone = change.change_type == ChangeType::Deleted;
        return if gone {
            waiting(registry)
        } else if news && needs_node(pod) {
            vec![pod.key()]
        } else {
            Vec::new()
        };
    }
    let placed = change.previous.as_ref().is_some_and(|previous| previous.text("/spec/nodeName").is_empty());
    let ended = |pod: &Object| matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    let ends = ended(pod) && change.previous.as_ref().is_some_and(|previous| !ended(previous));
    let matters = change.change_type != ChangeType::Modified
        || placed
        || ends
        || !same("/metadata/labels")
        || !same("/spec/containers");
    if !matters {
        return Vec::new();
    }
    // A Pod that comes takes room: it helps only those who look where others are.
    let comes = change.change_type == ChangeType::Added || placed;
    waiting_that(registry, |waiting| !comes || looks_at_pods(waiting))
}

/// Whether Pods on nodes can make a node suit this Pod.
fn looks_at_pods(pod: &Object) -> bool {
    pod.get("/spec/affinity/podAffinity").is_some() || pod.get("/spec/topologySpreadConstraints").is_some()
}

/// A node that is new, or whose labels, taints or room changed, may suit someone who waits.
pub(super) fn after_node(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let same = |pointer: &str| {
        change.previous.as_ref().is_some_and(|previous| previous.get(pointer) == change.object.get(pointer))
    };
    let unchanged = ["/spec", "/metadata/labels", "/status/allocatable"].iter().all(|pointer| same(pointer));
    if unchanged && change.change_type == ChangeType::Modified { Vec::new() } else { waiting(registry) }
}

/// Labels of a namespace may let an affinity mean Pods there.
pub(super) fn after_namespace(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let labels = |object: &Object| object.labels().cloned();
    let same = change.previous.as_ref().is_some_and(|previous| labels(previous) == labels(&change.object));
    if same { Vec::new() } else { waiting(registry) }
}
