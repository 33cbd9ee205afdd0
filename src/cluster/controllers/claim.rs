//! Adoption and release: which objects a controller manages (`controller.PodControllerRefManager`).

use std::sync::Arc;

use crate::apimachinery::{Kind, LabelSelector, Object, ObjectKey, OwnerReference, Status};
use crate::base::{Value, json};

use super::super::registry::{Registry, WriteOptions};
use super::MANAGER;

/// The objects of a kind that `owner` manages: those it owns and whose labels still match, and the
/// matching ones without a controller, which it adopts. Those that match no longer are released.
///
/// # Errors
/// When an object cannot be adopted or released.
pub(super) fn claim(
    registry: &mut Registry,
    kind: &'static Kind,
    owner: &Object,
    selector: &LabelSelector,
) -> Result<Vec<Arc<Object>>, Status> {
    claim_tracked(registry, kind, owner, selector, None)
}

/// [`claim`], whose objects get a finalizer of their owner when they are adopted, and lose it when they are
/// released.
///
/// # Errors
/// When an object cannot be adopted or released.
pub(super) fn claim_tracked(
    registry: &mut Registry,
    kind: &'static Kind,
    owner: &Object,
    selector: &LabelSelector,
    finalizer: Option<&str>,
) -> Result<Vec<Arc<Object>>, Status> {
    let mut claimed = Vec::new();
    for object in registry.owned_by(kind, owner.namespace(), owner.uid()) {
        if !object.is_controlled_by(owner.uid()) {
            continue;
        }
        if selector.matches(object.labels()) {
            claimed.push(object);
        } else if !owner.is_terminating() {
            unless_gone(release(registry, kind, &object, owner.uid(), finalizer))?;
        }
    }
    if owner.is_terminating() {
        return Ok(claimed);
    }
    let orphans: Vec<Arc<Object>> = registry
        .store()
        .without_controller(kind, owner.namespace())
        .filter(|object| selector.matches(object.labels()) && !object.is_terminating())
        .cloned()
        .collect();
    for object in orphans {
        claimed.extend(unless_gone(adopt(registry, kind, &object, owner, finalizer))?);
    }
    Ok(claimed)
}

/// The controllers of a kind whose selector matches an object without a controller.
pub(super) fn would_adopt(registry: &Registry, kind: &'static Kind, object: &Object) -> Vec<ObjectKey> {
    if object.controller_references().next().is_some() || object.labels().is_none() {
        return Vec::new();
    }
    let selects = |candidate: &&Arc<Object>| {
        let selector = LabelSelector::of_workload(candidate);
        !selector.is_empty() && selector.matches(object.labels())
    };
    registry.store().list(kind, Some(object.namespace())).filter(selects).map(|found| found.key()).collect()
}

fn adopt(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    owner: &Object,
    finalizer: Option<&str>,
) -> Result<Arc<Object>, Status> {
    let mut adopted = object.clone();
    if let Some(finalizer) = finalizer.filter(|own| object.finalizers().all(|found| found != *own)) {
        let all = object.finalizers().chain([finalizer]).map(Value::from);
        adopted.set("/metadata/finalizers", all.collect::<Vec<_>>());
    }
    let mut references = object.list("/metadata/ownerReferences").to_vec();
    references.push(json!(OwnerReference::controller(owner)));
    adopted.set("/metadata/ownerReferences", references);
    write(registry, kind, adopted)
}

fn release(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    uid: &str,
    finalizer: Option<&str>,
) -> Result<Arc<Object>, Status> {
    let mut released = object.clone();
    if finalizer.is_some() {
        let kept = object.finalizers().filter(|found| Some(*found) != finalizer);
        released.set("/metadata/finalizers", kept.map(Value::from).collect::<Vec<_>>());
    }
    let mut references = object.list("/metadata/ownerReferences").to_vec();
    references.retain(|reference| reference.get("uid").and_then(Value::as_str) != Some(uid));
    released.set("/metadata/ownerReferences", references);
    write(registry, kind, released)
}

fn write(registry: &mut Registry, kind: &'static Kind, object: Object) -> Result<Arc<Object>, Status> {
    let options = WriteOptions::component(MANAGER);
    registry.update(kind, &object.key(), object, &options).map(|written| written.object)
}

fn unless_gone(written: Result<Arc<Object>, Status>) -> Result<Option<Arc<Object>>, Status> {
    match written {
        Ok(object) => Ok(Some(object)),
        Err(status) if status.is("NotFound") => Ok(None),
        Err(status) => Err(status),
    }
}
