//! Which Pods of a Job have been counted: a finalizer keeps a Pod until it is (`tracking_utils.go`).

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value};

use super::super::super::registry::{Registry, WriteOptions};
use super::super::MANAGER;

/// Keeps a Pod until the Job has counted it.
pub(super) const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// Whether a Pod counts as a success.
pub(super) fn has_succeeded(pod: &Object) -> bool {
    pod.text("/status/phase") == "Succeeded"
}

/// Whether a Pod is going and has not ended yet.
pub(super) fn is_going(pod: &Object) -> bool {
    pod.is_terminating() && !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}

/// When the last container of a Pod ended, or else the Pod was deleted (`getFinishedTime`).
pub(super) fn ended_at(pod: &Object) -> Option<Timestamp> {
    let ended = |status: &Value| {
        status.pointer("/state/terminated/finishedAt").and_then(Value::as_str)?.parse::<Timestamp>().ok()
    };
    let containers = pod.list("/status/containerStatuses").iter().filter_map(ended).max();
    containers.or_else(|| pod.deletion_timestamp()).or_else(|| pod.creation_timestamp())
}

/// Lets go of all Pods, when nobody counts any more.
///
/// # Errors
/// When a Pod cannot be written.
pub(super) fn release(registry: &mut Registry, pods: &[Arc<Object>]) -> Result<(), Status> {
    pods.iter().try_for_each(|pod| let_go(registry, pod))
}

/// Lets go of the Pods of a Job that is gone.
///
/// # Errors
/// When a Pod cannot be written.
pub(super) fn release_orphans(registry: &mut Registry, job: &ObjectKey) -> Result<(), Status> {
    let mut pods = registry.list(&builtin::POD, Some(&job.namespace));
    pods.retain(|pod| {
        pod.controller().is_some_and(|owner| owner.kind == builtin::JOB.kind && owner.name == job.name)
    });
    release(registry, &pods)
}

/// Lets go of one Pod.
///
/// # Errors
/// When it cannot be written.
pub(super) fn let_go(registry: &mut Registry, pod: &Object) -> Result<(), Status> {
    // The step before may have changed the Pod.
    let Ok(pod) = registry.get(&builtin::POD, &pod.key()) else { return Ok(()) };
    if pod.finalizers().all(|found| found != FINALIZER) {
        return Ok(());
    }
    let mut released = Object::clone(&pod);
    let kept: Vec<Value> = pod.finalizers().filter(|found| *found != FINALIZER).map(Value::from).collect();
    released.set("/metadata/finalizers", kept);
    registry.update(&builtin::POD, &pod.key(), released, &WriteOptions::component(MANAGER)).map(|_| ())
}
