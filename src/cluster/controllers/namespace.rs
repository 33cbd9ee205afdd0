//! Namespaces that are being deleted: their contents go, Pods first, then they do
//! (`pkg/controller/namespace/deletion`).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Kind, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, Propagation, Registry, WriteOptions, unavailable_apis};
use super::super::storage::{Change, ChangeType};
use super::{MANAGER, conditions};

/// How long to wait for finalizers before looking again.
const RETRY: SignedDuration = SignedDuration::from_secs(5);

/// The namespace controller.
pub(super) struct NamespaceController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::NAMESPACE, keys: super::itself },
    Watch { kind: &builtin::POD, keys: namespace_that_waits },
];

impl Reconciler for NamespaceController {
    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(namespace) = registry.get(&builtin::NAMESPACE, key) else { return Ok(Action::AwaitChange) };
        if !namespace.is_terminating() || namespace.list("/spec/finalizers").is_empty() {
            return Ok(Action::AwaitChange);
        }
        delete_contents(registry, &key.name)?;
        let left = contents(registry, &key.name);
        // Nobody knows what an API holds that does not answer.
        let unknown = unavailable_apis(registry);
        let namespace = tell_what_is_left(registry, &namespace, &left, &unknown)?;
        if !left.is_empty() || !unknown.is_empty() {
            return Ok(Action::RequeueAfter(RETRY));
        }
        let mut done = Object::clone(&namespace);
        done.set("/spec/finalizers", json!([]));
        let options = WriteOptions { subresource: "finalize", ..WriteOptions::component(MANAGER) };
        registry.update(&builtin::NAMESPACE, key, done, &options)?;
        Ok(Action::AwaitChange)
    }
}

/// A namespace that is going waits for its Pods.
fn namespace_that_waits(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    if change.change_type != ChangeType::Deleted {
        return Vec::new();
    }
    let key = ObjectKey::new("", change.object.namespace());
    let waits = registry.store().get(&builtin::NAMESPACE, &key).is_some_and(|found| found.is_terminating());
    if waits { vec![key] } else { Vec::new() }
}

/// Everything in a namespace, with its kind.
fn contents(registry: &Registry, namespace: &str) -> Vec<(&'static Kind, Arc<Object>)> {
    let namespaced = registry.store().definitions().stored().filter(|kind| kind.namespaced);
    namespaced
        .flat_map(|kind| registry.list(kind, Some(namespace)).into_iter().map(move |object| (kind, object)))
        .collect()
}

/// Deletes the Pods; when there are none any more, everything else (`OrderedNamespaceDeletion`).
fn delete_contents(registry: &mut Registry, namespace: &str) -> Result<(), Status> {
    let all = contents(registry, namespace);
    let pods_left = all.iter().any(|(kind, _)| *kind == &builtin::POD);
    let delete = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
    for (kind, object) in all {
        if object.is_terminating() || (pods_left && kind != &builtin::POD) {
            continue;
        }
        match registry.delete(kind, &object.key(), &delete, &WriteOptions::component(MANAGER)) {
            Err(status) if !status.is("NotFound") => return Err(status),
            _ => {}
        }
    }
    if pods_left && !contents(registry, namespace).iter().any(|(kind, _)| *kind == &builtin::POD) {
        return delete_contents(registry, namespace);
    }
    Ok(())
}

/// Writes the conditions of `status_condition_utils.go`.
fn tell_what_is_left(
    registry: &mut Registry,
    namespace: &Arc<Object>,
    left: &[(&'static Kind, Arc<Object>)],
    unknown: &[(String, String)],
) -> Result<Arc<Object>, Status> {
    let now = registry.now();
    let mut list = namespace.list("/status/conditions").to_vec();
    replace(&mut list, discovery_condition(unknown, now));
    let fine = [
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
    ];
    for (condition_type, reason, message) in fine {
        replace(&mut list, conditions::condition(condition_type, "False", reason, message, now));
    }
    let kinds = count(left.iter().map(|(kind, _)| kind.group_resource()));
    let remaining: Vec<String> =
        kinds.iter().map(|(resource, count)| format!("{resource} has {count} resource instances")).collect();
    let condition = if remaining.is_empty() {
        ("False", "ContentRemoved", "All content successfully removed".to_owned())
    } else {
        ("True", "SomeResourcesRemain", format!("Some resources are remaining: {}", remaining.join(", ")))
    };
    let (status, reason, message) = condition;
    replace(&mut list, conditions::condition("NamespaceContentRemaining", status, reason, &message, now));
    let finalizers = count(left.iter().flat_map(|(_, object)| object.finalizers().map(str::to_owned)));
    let held: Vec<String> =
        finalizers.iter().map(|(name, count)| format!("{name} in {count} resource instances")).collect();
    let condition = if held.is_empty() {
        ("False", "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned())
    } else {
        let message = format!("Some content in the namespace has finalizers remaining: {}", held.join(", "));
        ("True", "SomeFinalizersRemain", message)
    };
    let (status, reason, message) = condition;
    replace(&mut list, conditions::condition("NamespaceFinalizersRemaining", status, reason, &message, now));
    let mut next = Object::clone(namespace);
    next.set("/status/conditions", list);
    registry.update_status(&builtin::NAMESPACE, next, MANAGER)
}

/// Whether all that could be in the namespace is known.
fn discovery_condition(unknown: &[(String, String)], now: Timestamp) -> Value {
    let kind = "NamespaceDeletionDiscoveryFailure";
    if unknown.is_empty() {
        let message = "All resources successfully discovered";
        return conditions::condition(kind, "False", "ResourcesDiscovered", message, now);
    }
    let told: Vec<String> = unknown
        .iter()
        .map(|(group, version)| format!("{group}/{version}: stale GroupVersion discovery: {group}/{version}"))
        .collect();
    let message = format!(
        "Discovery failed for some groups, {} failing: unable to retrieve the complete list of server APIs: {}",
        unknown.len(),
        told.join(", ")
    );
    conditions::condition(kind, "True", "DiscoveryFailed", &message, now)
}

fn count(names: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    names.fold(BTreeMap::new(), |mut counts, name| {
        *counts.entry(name).or_default() += 1;
        counts
    })
}

/// Puts a condition in its place; unlike a workload's, the message alone may change.
fn replace(list: &mut Vec<Value>, mut new: Value) {
    let place = list.iter().position(|found| found.get("type") == new.get("type"));
    match place {
        Some(place) => {
            if list[place]["status"] == new["status"] {
                new["lastTransitionTime"] = list[place]["lastTransitionTime"].clone();
            }
            list[place] = new;
        }
        None => list.push(new),
    }
}
