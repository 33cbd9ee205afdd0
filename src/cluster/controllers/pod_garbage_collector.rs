//! Pods that nobody takes care of any more (`pkg/controller/podgc`): those of nodes that are gone or out
//! of service, and of those that have ended the oldest when there are too many.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::base::Timestamp;

use crate::apimachinery::{Condition, Object, ObjectKey, Status, builtin};

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, Registry, WriteOptions, set_disruption_target};
use super::super::storage::{Change, ChangeType};
use super::MANAGER;

/// How long a node has to be gone until its Pods are taken for orphans.
const QUARANTINE: SignedDuration = SignedDuration::from_secs(40);
/// Seconds from one look at all Pods to the next: what takes the place of an orphan lives that long.
const ROUND_SECONDS: i64 = 20;
/// How many Pods that have ended are kept.
const ENDED_MAX: usize = 12_500;
/// Says that a node will not come back with its Pods.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The Pod garbage collector.
pub(super) struct PodGarbageCollector;

static WATCHES: &[Watch] =
    &[Watch { kind: &builtin::POD, keys: orphan }, Watch { kind: &builtin::NODE, keys: pods_of_lost }];

impl Reconciler for PodGarbageCollector {
    fn name(&self) -> &'static str {
        "pod-garbage-collector-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(pod) = registry.get(&builtin::POD, key) else { return Ok(Action::AwaitChange) };
        let node_key = ObjectKey::new("", pod.text("/spec/nodeName"));
        let now = registry.now();
        match registry.get(&builtin::NODE, &node_key) {
            _ if node_key.name.is_empty() => {}
            Ok(node) => {
                context.memory.lost_nodes.remove(&node_key);
                let abandoned = node.list("/spec/taints").iter().any(|taint| taint["key"] == OUT_OF_SERVICE);
                if abandoned && pod.is_terminating() && !node.condition_is_true("Ready") {
                    remove(registry, &pod, "PodGC: node is out of service")?;
                    return Ok(Action::AwaitChange);
                }
            }
            Err(_) => {
                let since = context.memory.lost_nodes.get(&node_key).copied().unwrap_or(now);
                context.memory.lost_nodes.insert(node_key, since);
                let due = since.checked_add(QUARANTINE).unwrap_or(since).max(next_round(&pod, since));
                if due > now {
                    return Ok(Action::RequeueAfter(due.duration_since(now)));
                }
                remove(registry, &pod, "PodGC: node no longer exists")?;
                return Ok(Action::AwaitChange);
            }
        }
        if has_ended(&pod) {
            thin_out(registry)?;
        }
        Ok(Action::AwaitChange)
    }
}

/// The first round after a Pod was made, where rounds are counted from when its node was missed.
fn next_round(pod: &Object, since: Timestamp) -> Timestamp {
    // The second in which it was made has to be over: what is made in a round is not of that round.
    let made = pod.creation_timestamp().map_or(0, |made| made.duration_since(since).as_secs() + 1);
    let rounds = made.max(0) / ROUND_SECONDS + 1;
    since.checked_add(SignedDuration::from_secs(rounds * ROUND_SECONDS)).unwrap_or(since)
}

/// Fails a Pod that runs nowhere and deletes it at once.
fn remove(registry: &mut Registry, pod: &Arc<Object>, why: &str) -> Result<(), Status> {
    let mut failed = Object::clone(pod);
    if !matches!(pod.text("/status/phase"), "Succeeded" | "Failed") {
        failed.set("/status/phase", "Failed");
        let condition = Condition {
            condition_type: "DisruptionTarget",
            status: "True",
            reason: "DeletionByPodGC",
            message: why,
        };
        set_disruption_target(&mut failed, condition, registry.now());
        registry.update_status(&builtin::POD, failed, MANAGER)?;
    }
    let delete = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    match registry.delete(&builtin::POD, &pod.key(), &delete, &WriteOptions::component(MANAGER)) {
        Err(status) if !status.is("NotFound") => Err(status),
        _ => Ok(()),
    }
}

/// Deletes the oldest Pods that have ended when there are too many of them.
fn thin_out(registry: &mut Registry) -> Result<(), Status> {
    let mut ended: Vec<Arc<Object>> =
        registry.store().list(&builtin::POD, None).filter(|pod| has_ended(pod)).cloned().collect();
    if ended.len() <= ENDED_MAX {
        return Ok(());
    }
    ended.sort_by_key(|pod| (pod.creation_timestamp(), pod.key()));
    let surplus = ended.len() - ENDED_MAX;
    ended.iter().take(surplus).try_for_each(|pod| remove(registry, pod, ""))
}

fn has_ended(pod: &Object) -> bool {
    matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}

/// A Pod whose node is not there, that is on its way out, or that has just ended.
fn orphan(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let pod = &change.object;
    let node = pod.text("/spec/nodeName");
    let lost = !node.is_empty() && registry.get(&builtin::NODE, &ObjectKey::new("", node)).is_err();
    let ends = has_ended(pod) && change.previous.as_ref().is_none_or(|previous| !has_ended(previous));
    let leaves = pod.is_terminating() && !node.is_empty();
    let gone = change.change_type == ChangeType::Deleted;
    if !gone && (lost || ends || leaves) { vec![pod.key()] } else { Vec::new() }
}

/// The Pods of a node that is gone, or whose taints changed.
fn pods_of_lost(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let same =
        change.previous.as_ref().is_some_and(|previous| previous.agrees(&change.object, "/spec/taints"));
    if change.change_type != ChangeType::Deleted && same {
        return Vec::new();
    }
    registry.store().pods_on(change.object.name()).map(|pod| pod.key()).collect()
}
