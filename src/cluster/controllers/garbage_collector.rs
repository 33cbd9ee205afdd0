//! The garbage collector: what is owned goes with its owner, before or after it, or is released
//! (`pkg/controller/garbagecollector`).

use std::sync::Arc;

use crate::apimachinery::{Kind, Object, ObjectKey, OwnerReference, Status, builtin};
use crate::base::Value;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{
    DeleteOptions, FOREGROUND_FINALIZER, ORPHAN_FINALIZER, Propagation, Registry, WriteOptions,
};
use super::super::storage::{Change, ChangeType};
use super::MANAGER;

/// The garbage collector. Its keys name the kind too: `deployments.apps/web`.
pub(super) struct GarbageCollector;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::CONFIG_MAP, keys: touched },
    Watch { kind: &builtin::ENDPOINTS, keys: touched },
    Watch { kind: &builtin::LIMIT_RANGE, keys: touched },
    Watch { kind: &builtin::NAMESPACE, keys: touched },
    Watch { kind: &builtin::NODE, keys: touched },
    Watch { kind: &builtin::PERSISTENT_VOLUME_CLAIM, keys: touched },
    Watch { kind: &builtin::PERSISTENT_VOLUME, keys: touched },
    Watch { kind: &builtin::POD, keys: touched },
    Watch { kind: &builtin::POD_TEMPLATE, keys: touched },
    Watch { kind: &builtin::REPLICATION_CONTROLLER, keys: touched },
    Watch { kind: &builtin::RESOURCE_QUOTA, keys: touched },
    Watch { kind: &builtin::SECRET, keys: touched },
    Watch { kind: &builtin::SERVICE_ACCOUNT, keys: touched },
    Watch { kind: &builtin::SERVICE, keys: touched },
    Watch { kind: &builtin::API_SERVICE, keys: touched },
    Watch { kind: &builtin::CONTROLLER_REVISION, keys: touched },
    Watch { kind: &builtin::DAEMON_SET, keys: touched },
    Watch { kind: &builtin::DEPLOYMENT, keys: touched },
    Watch { kind: &builtin::REPLICA_SET, keys: touched },
    Watch { kind: &builtin::STATEFUL_SET, keys: touched },
    Watch { kind: &builtin::HORIZONTAL_POD_AUTOSCALER, keys: touched },
    Watch { kind: &builtin::CRON_JOB, keys: touched },
    Watch { kind: &builtin::JOB, keys: touched },
    Watch { kind: &builtin::CERTIFICATE_SIGNING_REQUEST, keys: touched },
    Watch { kind: &builtin::INGRESS_CLASS, keys: touched },
    Watch { kind: &builtin::INGRESS, keys: touched },
    Watch { kind: &builtin::IP_ADDRESS, keys: touched },
    Watch { kind: &builtin::NETWORK_POLICY, keys: touched },
    Watch { kind: &builtin::SERVICE_CIDR, keys: touched },
    Watch { kind: &builtin::POD_DISRUPTION_BUDGET, keys: touched },
    Watch { kind: &builtin::CLUSTER_ROLE_BINDING, keys: touched },
    Watch { kind: &builtin::CLUSTER_ROLE, keys: touched },
    Watch { kind: &builtin::ROLE_BINDING, keys: touched },
    Watch { kind: &builtin::ROLE, keys: touched },
    Watch { kind: &builtin::CSI_DRIVER, keys: touched },
    Watch { kind: &builtin::CSI_NODE, keys: touched },
    Watch { kind: &builtin::CSI_STORAGE_CAPACITY, keys: touched },
    Watch { kind: &builtin::STORAGE_CLASS, keys: touched },
    Watch { kind: &builtin::VOLUME_ATTACHMENT, keys: touched },
    Watch { kind: &builtin::VOLUME_ATTRIBUTES_CLASS, keys: touched },
    Watch { kind: &builtin::MUTATING_ADMISSION_POLICY, keys: touched },
    Watch { kind: &builtin::MUTATING_ADMISSION_POLICY_BINDING, keys: touched },
    Watch { kind: &builtin::MUTATING_WEBHOOK_CONFIGURATION, keys: touched },
    Watch { kind: &builtin::VALIDATING_ADMISSION_POLICY, keys: touched },
    Watch { kind: &builtin::VALIDATING_ADMISSION_POLICY_BINDING, keys: touched },
    Watch { kind: &builtin::VALIDATING_WEBHOOK_CONFIGURATION, keys: touched },
    Watch { kind: &builtin::CUSTOM_RESOURCE_DEFINITION, keys: touched },
    Watch { kind: &builtin::PRIORITY_CLASS, keys: touched },
    Watch { kind: &builtin::LEASE, keys: touched },
    Watch { kind: &builtin::RUNTIME_CLASS, keys: touched },
    Watch { kind: &builtin::ENDPOINT_SLICE, keys: touched },
    Watch { kind: &builtin::DEVICE_CLASS, keys: touched },
    Watch { kind: &builtin::RESOURCE_CLAIM, keys: touched },
    Watch { kind: &builtin::RESOURCE_CLAIM_TEMPLATE, keys: touched },
    Watch { kind: &builtin::RESOURCE_SLICE, keys: touched },
    Watch { kind: &builtin::FLOW_SCHEMA, keys: touched },
    Watch { kind: &builtin::PRIORITY_LEVEL_CONFIGURATION, keys: touched },
];

impl Reconciler for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn custom_keys(&self) -> Option<fn(&Change, &Registry) -> Vec<ObjectKey>> {
        Some(touched)
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Some((kind, key)) = decoded(registry, key) else { return Ok(Action::AwaitChange) };
        let Ok(object) = registry.get(kind, &key) else { return Ok(Action::AwaitChange) };
        if !object.is_terminating() {
            collect(registry, kind, &object)?;
        } else if has_finalizer(&object, ORPHAN_FINALIZER) {
            release_dependents(registry, kind, &object)?;
        } else if has_finalizer(&object, FOREGROUND_FINALIZER) {
            delete_dependents_first(registry, kind, &object)?;
        }
        Ok(Action::AwaitChange)
    }
}

fn encoded(kind: &'static Kind, object: &Object) -> ObjectKey {
    ObjectKey::new(object.namespace(), format!("{}/{}", kind.group_resource(), object.name()))
}

fn decoded(registry: &Registry, key: &ObjectKey) -> Option<(&'static Kind, ObjectKey)> {
    let (resource, name) = key.name.split_once('/')?;
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let mut kinds = registry.store().definitions().stored();
    let kind = kinds.find(|kind| kind.plural == plural && kind.group == group)?;
    Some((kind, ObjectKey::new(key.namespace.clone(), name)))
}

fn has_finalizer(object: &Object, finalizer: &str) -> bool {
    object.finalizers().any(|found| found == finalizer)
}

/// The kind of an object and the object that an owner reference means, if it is there.
fn owner_of(
    registry: &Registry,
    dependent: &Object,
    owner: &OwnerReference,
) -> Option<(&'static Kind, Arc<Object>)> {
    let kind = registry.store().definitions().kind_of(&owner.api_version, &owner.kind)?.stored();
    let namespace = if kind.namespaced { dependent.namespace() } else { "" };
    let found = registry.get(kind, &ObjectKey::new(namespace, owner.name.clone())).ok()?;
    (found.uid() == owner.uid).then_some((kind, found))
}

/// After a deletion the dependents, and the owners that wait for them; else the object itself when its
/// owners or its finalizers call for a look.
fn touched(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let object = &change.object;
    if change.change_type == ChangeType::Deleted {
        let dependents = registry.store().dependents(object.uid()).filter_map(|dependent| {
            let kinds = registry.store().definitions();
            Some(encoded(kinds.kind_of(dependent.api_version(), dependent.kind())?, dependent))
        });
        let owners = object.owner_references();
        let waiting = owners
            .iter()
            .filter_map(|owner| owner_of(registry, object, owner))
            .filter(|(_, owner)| owner.is_terminating())
            .map(|(kind, owner)| encoded(kind, &owner));
        return dependents.chain(waiting).collect();
    }
    let references = "/metadata/ownerReferences";
    let owners_changed = object.get(references).is_some()
        && change.previous.as_ref().is_none_or(|previous| previous.get(references) != object.get(references));
    let mut keys = Vec::new();
    if owners_changed || (object.is_terminating() && object.finalizers().next().is_some()) {
        keys.push(encoded(change.kind, object));
    }
    if owners_changed && let Some(previous) = &change.previous {
        // An owner may have waited for what does not block it any more.
        let before = previous.owner_references();
        let owners = before.iter().filter_map(|owner| owner_of(registry, object, owner));
        keys.extend(
            owners.filter(|(_, owner)| owner.is_terminating()).map(|(kind, owner)| encoded(kind, &owner)),
        );
    }
    keys
}

/// Deletes an object none of whose owners is left (`attemptToDeleteItem`).
fn collect(registry: &mut Registry, kind: &'static Kind, object: &Object) -> Result<(), Status> {
    let references = object.owner_references();
    let kinds = registry.store().definitions();
    let is_unknown = |owner: &OwnerReference| kinds.kind_of(&owner.api_version, &owner.kind).is_none();
    if references.is_empty() || references.iter().any(is_unknown) {
        return Ok(());
    }
    let waits = |owner: &Object| owner.is_terminating() && has_finalizer(owner, FOREGROUND_FINALIZER);
    let (mut solid, mut gone) = (Vec::new(), Vec::new());
    let mut owner_waits = false;
    for reference in references {
        match owner_of(registry, object, &reference) {
            Some((_, owner)) if waits(&owner) => {
                owner_waits = true;
                gone.push(reference.uid);
            }
            Some(_) => solid.push(reference.uid),
            None => gone.push(reference.uid),
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    if !solid.is_empty() {
        return drop_owners(registry, kind, object, &gone);
    }
    let has_dependents = registry.store().dependents(object.uid()).next().is_some();
    if owner_waits && registry.store().dependents(object.uid()).any(|dependent| waits(dependent)) {
        // A circle of objects that wait for each other is cut here.
        unblock_owners(registry, kind, object)?;
    }
    let propagation = if has_finalizer(object, ORPHAN_FINALIZER) {
        Propagation::Orphan
    } else if has_finalizer(object, FOREGROUND_FINALIZER) || (owner_waits && has_dependents) {
        Propagation::Foreground
    } else {
        Propagation::Background
    };
    delete(registry, kind, object, propagation)
}

fn delete(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    propagation: Propagation,
) -> Result<(), Status> {
    let delete = DeleteOptions {
        propagation: Some(propagation),
        uid: Some(object.uid().to_owned()),
        ..DeleteOptions::default()
    };
    unless_gone(registry.delete(kind, &object.key(), &delete, &WriteOptions::component(MANAGER)))
}

fn unless_gone<T>(outcome: Result<T, Status>) -> Result<(), Status> {
    match outcome {
        Err(status) if !status.is("NotFound") => Err(status),
        _ => Ok(()),
    }
}

fn drop_owners(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    uids: &[String],
) -> Result<(), Status> {
    let mut next = object.clone();
    let mut references = object.list("/metadata/ownerReferences").to_vec();
    references.retain(|reference| {
        let uid = reference.get("uid").and_then(Value::as_str).unwrap_or_default();
        !uids.iter().any(|gone| gone == uid)
    });
    next.set("/metadata/ownerReferences", references);
    unless_gone(registry.update(kind, &object.key(), next, &WriteOptions::component(MANAGER)))
}

/// Takes `blockOwnerDeletion` from all owner references of an object.
fn unblock_owners(registry: &mut Registry, kind: &'static Kind, object: &Object) -> Result<(), Status> {
    let mut next = object.clone();
    let references = next.get_mut("/metadata/ownerReferences").and_then(Value::as_array_mut);
    for reference in references.into_iter().flatten().filter_map(Value::as_object_mut) {
        reference.insert("blockOwnerDeletion", false.into());
    }
    unless_gone(registry.update(kind, &object.key(), next, &WriteOptions::component(MANAGER)))
}

fn dependents(registry: &Registry, owner: &Object) -> Vec<(&'static Kind, Arc<Object>)> {
    let (found, kinds) = (registry.store().dependents(owner.uid()), registry.store().definitions());
    found
        .filter_map(|object| Some((kinds.kind_of(object.api_version(), object.kind())?, Arc::clone(object))))
        .collect()
}

/// `orphan`: takes the owner out of its dependents, then lets it go.
fn release_dependents(registry: &mut Registry, kind: &'static Kind, owner: &Object) -> Result<(), Status> {
    let uids = [owner.uid().to_owned()];
    for (kind, dependent) in dependents(registry, owner) {
        drop_owners(registry, kind, &dependent, &uids)?;
    }
    drop_finalizer(registry, kind, owner, ORPHAN_FINALIZER)
}

/// `foregroundDeletion`: deletes the dependents, and lets the owner go when none of those that block
/// it is left.
fn delete_dependents_first(
    registry: &mut Registry,
    kind: &'static Kind,
    owner: &Object,
) -> Result<(), Status> {
    let all = dependents(registry, owner);
    let blocks = |dependent: &Object| {
        dependent
            .owner_references()
            .iter()
            .any(|reference| reference.uid == owner.uid() && reference.block_owner_deletion == Some(true))
    };
    if !all.iter().any(|(_, dependent)| blocks(dependent)) {
        return drop_finalizer(registry, kind, owner, FOREGROUND_FINALIZER);
    }
    for (kind, dependent) in all.iter().filter(|(_, dependent)| !dependent.is_terminating()) {
        collect(registry, kind, dependent)?;
    }
    Ok(())
}

fn drop_finalizer(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    finalizer: &str,
) -> Result<(), Status> {
    let Ok(found) = registry.get(kind, &object.key()) else { return Ok(()) };
    let mut next = Object::clone(&found);
    let left: Vec<String> = found.finalizers().filter(|name| *name != finalizer).map(str::to_owned).collect();
    next.set("/metadata/finalizers", left);
    unless_gone(registry.update(kind, &object.key(), next, &WriteOptions::component(MANAGER)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::KINDS;

    #[test]
    fn every_kind_that_can_own_or_be_owned_is_watched() {
        // Events have no owners, and namespaces go by a controller of their own.
        let exempt = [&builtin::EVENT, &builtin::NAMESPACE];
        let missing: Vec<&&Kind> = KINDS
            .iter()
            .filter(|kind| !exempt.contains(kind) && kind.stored_as.is_none())
            .filter(|kind| !WATCHES.iter().any(|watch| watch.kind == **kind))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
