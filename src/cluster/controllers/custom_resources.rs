//! CustomResourceDefinitions: their names are accepted, they are established, and what they defined goes with them
//! (`apiextensions-apiserver/pkg/controller/{status,establish,finalizer}`).

use crate::apimachinery::{Condition, Object, ObjectKey, Status, builtin, set_condition};
use crate::base::{Value, json};

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::{Change, ChangeType};

/// Under it a definition waits until its objects are gone.
const CLEANUP_FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";
/// The API server's own controllers write these statuses.
const MANAGER: &str = "kube-apiserver";
const DEFINITION: &crate::apimachinery::Kind = &builtin::CUSTOM_RESOURCE_DEFINITION;

/// Accepts names, establishes definitions, and finishes those that are deleted.
pub(super) struct CustomResourceController;

static WATCHES: &[Watch] = &[Watch { kind: DEFINITION, keys: of_one_group }];

impl Reconciler for CustomResourceController {
    fn name(&self) -> &'static str {
        "custom-resource-definition-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn custom_keys(&self) -> Option<fn(&Change, &Registry) -> Vec<ObjectKey>> {
        Some(waiting_definition)
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(definition) = registry.get(DEFINITION, key) else { return Ok(Action::AwaitChange) };
        if definition.is_terminating() && definition.finalizers().any(|name| name == CLEANUP_FINALIZER) {
            finish(registry, &definition)?;
            return Ok(Action::AwaitChange);
        }
        let mut next = Object::clone(&definition);
        accept_names(registry, &mut next);
        if next != *definition {
            registry.update_status(DEFINITION, next, MANAGER)?;
        }
        Ok(Action::AwaitChange)
    }
}

/// The definition itself, and those of its group that may wait for its names.
fn of_one_group(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let group = change.object.text("/spec/group");
    let others = registry.store().list(DEFINITION, None);
    let others = others.filter(|other| other.text("/spec/group") == group).map(|other| other.key());
    let mut keys = vec![change.object.key()];
    keys.extend(others.filter(|key| *key != change.object.key()));
    keys
}

/// A definition that is going waits for its objects.
fn waiting_definition(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    match change.kind.custom {
        Some(custom) if change.change_type == ChangeType::Deleted => {
            vec![ObjectKey::new("", custom.definition)]
        }
        _ => Vec::new(),
    }
}

/// Writes acceptedNames and the conditions (`calculateNamesAndConditions`).
fn accept_names(registry: &Registry, definition: &mut Object) {
    let now = registry.now();
    let mut accepted = definition.get("/status/acceptedNames").cloned().unwrap_or_else(|| json!({}));
    let conflict = take_names(registry, definition, &mut accepted);
    for field in ["plural", "kind"] {
        if accepted.get(field).is_none() {
            accepted[field] = "".into();
        }
    }
    definition.set("/status/acceptedNames", accepted);
    let (status, reason, message) = match &conflict {
        None => ("True", "NoConflicts", "no conflicts found"),
        Some((reason, message)) => ("False", *reason, message.as_str()),
    };
    let names = Condition { condition_type: "NamesAccepted", status, reason, message };
    set_condition(definition, names, now);
    if definition.condition_is_true("Established") {
        return;
    }
    let (status, reason, message) = if conflict.is_none() {
        ("True", "InitialNamesAccepted", "the initial names have been accepted")
    } else {
        ("False", "NotAccepted", "not all names are accepted")
    };
    set_condition(definition, Condition { condition_type: "Established", status, reason, message }, now);
}

/// Accepts every name that nobody else of the group has; tells the last conflict.
fn take_names(
    registry: &Registry,
    definition: &Object,
    accepted: &mut Value,
) -> Option<(&'static str, String)> {
    let others: Vec<Value> = registry
        .store()
        .list(DEFINITION, None)
        .filter(|other| other.name() != definition.name())
        .filter(|other| other.text("/spec/group") == definition.text("/spec/group"))
        .filter_map(|other| other.get("/status/acceptedNames").cloned())
        .collect();
    let resources = |names: &Value| -> Vec<Value> {
        let short = names["shortNames"].as_array().cloned().unwrap_or_default();
        [names["plural"].clone(), names["singular"].clone()].into_iter().chain(short).collect()
    };
    let kinds = |names: &Value| vec![names["kind"].clone(), names["listKind"].clone()];
    let taken_resources: Vec<Value> = others.iter().flat_map(resources).collect();
    let taken_kinds: Vec<Value> = others.iter().flat_map(kinds).collect();
    let mut conflict = None;
    let wanted = |field: &str| definition.get(&format!("/spec/names/{field}")).cloned();
    for (field, reason, taken) in [
        ("plural", "PluralConflict", &taken_resources),
        ("singular", "SingularConflict", &taken_resources),
        ("shortNames", "ShortNamesConflict", &taken_resources),
        ("kind", "KindConflict", &taken_kinds),
        ("listKind", "ListKindConflict", &taken_kinds),
    ] {
        let Some(name) = wanted(field) else { continue };
        let each = name.as_array().cloned().unwrap_or_else(|| vec![name.clone()]);
        let in_use: Vec<String> = each
            .iter()
            .filter(|name| taken.contains(name))
            .map(|name| format!("{name} is already in use"))
            .collect();
        match in_use.as_slice() {
            [] => accepted[field] = name,
            [one] => conflict = Some((reason, one.clone())),
            many => conflict = Some((reason, format!("[{}]", many.join(", ")))),
        }
    }
    if let Some(categories) = wanted("categories") {
        accepted["categories"] = categories;
    }
    conflict
}

/// Deletes the objects of a definition that is going; when none is left, lets it go.
fn finish(registry: &mut Registry, definition: &Object) -> Result<(), Status> {
    let now = registry.now();
    let condition =
        |reason, message, status| Condition { condition_type: "Terminating", status, reason, message };
    let kind = registry.store().definitions().stored_by(definition.name());
    let mut next = definition.clone();
    let mut left = false;
    if let Some(kind) = kind {
        let objects = registry.list(kind, None);
        if !objects.is_empty() {
            let message = "CustomResource deletion is in progress";
            set_condition(&mut next, condition("InstanceDeletionInProgress", message, "True"), now);
            let written = registry.update_status(DEFINITION, next, MANAGER)?;
            next = Object::clone(&written);
        }
        let options = WriteOptions::component(MANAGER);
        for object in objects.iter().filter(|object| !object.is_terminating()) {
            match registry.delete(kind, &object.key(), &DeleteOptions::default(), &options) {
                Err(status) if !status.is("NotFound") => return Err(status),
                _ => {}
            }
        }
        left = registry.store().list(kind, None).next().is_some();
    }
    if left {
        return Ok(());
    }
    let (reason, message) = if kind.is_some() {
        ("InstanceDeletionCompleted", "removed all instances")
    } else {
        ("NeverEstablished", "resource was never established")
    };
    set_condition(&mut next, condition(reason, message, "False"), now);
    let written = registry.update_status(DEFINITION, next, MANAGER)?;
    let mut next = Object::clone(&written);
    let finalizers: Vec<String> =
        next.finalizers().filter(|name| *name != CLEANUP_FINALIZER).map(str::to_owned).collect();
    next.set("/metadata/finalizers", finalizers);
    registry.update(DEFINITION, &next.key(), next.clone(), &WriteOptions::component(MANAGER)).map(|_| ())
}
