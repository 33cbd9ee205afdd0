//! ControllerRevisions: the templates that a DaemonSet or StatefulSet has had (`pkg/controller/history`).

use std::sync::Arc;

use crate::apimachinery::{Kind, LabelSelector, Object, ObjectKey, Status, builtin, pod_template_hash};
use crate::base::{Value, json};

use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::{MANAGER, claim, owner_references};

/// Longest part of an owner's name that a revision's name repeats.
const PREFIX_LENGTH_MAX: usize = 223;

/// The revisions of a workload.
pub(super) struct Revisions {
    /// The one of the present template.
    pub update: Arc<Object>,
    /// The others, oldest first.
    pub old: Vec<Arc<Object>>,
}

/// The number of a revision.
pub(super) fn number(revision: &Object) -> i64 {
    revision.number("/revision").unwrap_or_default()
}

/// Finds the revision of the present template, makes it the newest, or creates it.
/// `hash_label` is the label in which the revision carries its hash.
///
/// # Errors
/// When a revision cannot be written, or its name is taken.
pub(super) fn ensure(
    registry: &mut Registry,
    kind: &'static Kind,
    owner: &Object,
    selector: &LabelSelector,
    hash_label: &str,
) -> Result<Revisions, Status> {
    let mut all = claim::claim(registry, &builtin::CONTROLLER_REVISION, owner, selector)?;
    all.sort_by_key(|revision| (number(revision), revision.creation_timestamp(), revision.key()));
    let data = data_of(owner);
    let found = all.iter().rposition(|revision| revision.get("/data") == Some(&data));
    let found = found.map(|index| all.remove(index));
    let next = all.iter().map(|revision| number(revision)).max().unwrap_or_default() + 1;
    let update = match found {
        Some(found) if number(&found) >= next => found,
        Some(found) => {
            let mut newest = Object::clone(&found);
            newest.set("/revision", next);
            let options = WriteOptions::component(MANAGER);
            registry.update(&builtin::CONTROLLER_REVISION, &found.key(), newest, &options)?.object
        }
        None => create(registry, kind, owner, data, next, hash_label)?,
    };
    Ok(Revisions { update, old: all })
}

/// What a revision keeps of a workload: the patch that brings the template back.
fn data_of(owner: &Object) -> Value {
    let mut template = owner.get("/spec/template").cloned().unwrap_or_else(|| json!({}));
    template["$patch"] = "replace".into();
    json!({"spec": {"template": template}})
}

fn create(
    registry: &mut Registry,
    kind: &'static Kind,
    owner: &Object,
    data: Value,
    revision: i64,
    hash_label: &str,
) -> Result<Arc<Object>, Status> {
    let collisions = owner.number("/status/collisionCount");
    let template = owner.get("/spec/template").unwrap_or(&Value::Null);
    let hash = pod_template_hash(template, collisions.and_then(|count| i32::try_from(count).ok()));
    let prefix: String = owner.name().chars().take(PREFIX_LENGTH_MAX).collect();
    let name = format!("{prefix}-{hash}");
    let mut object = Object::new(&builtin::CONTROLLER_REVISION, owner.namespace(), &name);
    if let Some(labels) = template.pointer("/metadata/labels") {
        object.set("/metadata/labels", labels.clone());
    }
    object.set_label(hash_label, hash);
    if let Some(annotations) = owner.get("/metadata/annotations") {
        object.set("/metadata/annotations", annotations.clone());
    }
    object.set("/metadata/ownerReferences", owner_references(owner));
    object.set("/data", data);
    object.set("/revision", revision);
    let options = WriteOptions::component(MANAGER);
    match registry.create(&builtin::CONTROLLER_REVISION, owner.namespace(), object, &options) {
        Ok(written) => Ok(written.object),
        Err(status) if status.is("AlreadyExists") => {
            // A stranger has the name: the next try uses another hash.
            let key = ObjectKey::new(owner.namespace(), owner.name());
            let mut next = Object::clone(&*registry.get(kind, &key)?);
            next.set("/status/collisionCount", collisions.unwrap_or_default() + 1);
            registry.update_status(kind, next, MANAGER)?;
            Err(status)
        }
        Err(status) => Err(status),
    }
}

/// Deletes the oldest of `old` until `limit` of them are left; those in use stay.
///
/// # Errors
/// When a deletion is refused.
pub(super) fn prune(
    registry: &mut Registry,
    old: &[Arc<Object>],
    limit: i64,
    in_use: impl Fn(&Object) -> bool,
) -> Result<(), Status> {
    let surplus = old.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
    for revision in old.iter().filter(|revision| !in_use(revision)).take(surplus) {
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        match registry.delete(&builtin::CONTROLLER_REVISION, &revision.key(), &delete, &options) {
            Err(status) if !status.is("NotFound") => return Err(status),
            _ => {}
        }
    }
    Ok(())
}
