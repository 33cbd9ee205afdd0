//! What the server alone writes into `metadata`: names, uid, times, generation.

use jiff::SignedDuration;

use crate::apimachinery::{Kind, Object, Status, seconds};
use crate::base::{Map, Random, Timestamp, Value};

/// Characters that a generated name adds to its base.
const SUFFIX_LENGTH: usize = 5;
/// Longest base of a generated name; a longer one is cut.
const GENERATED_BASE_LENGTH_MAX: usize = 58;

/// Fields of `metadata` that a client cannot change.
const SERVER_OWNED: &[&str] = &[
    "/metadata/uid",
    "/metadata/creationTimestamp",
    "/metadata/deletionTimestamp",
    "/metadata/deletionGracePeriodSeconds",
    "/metadata/generation",
];
/// Fields of `metadata` that a new object does not have from whoever made it.
const NOT_IN_NEW: &[&str] = &[
    "/metadata/selfLink",
    "/metadata/deletionTimestamp",
    "/metadata/deletionGracePeriodSeconds",
    "/metadata/resourceVersion",
    "/metadata/generation",
];

/// `moment` moved by whole seconds, as text.
pub(super) fn time_text_after(moment: Timestamp, by: i64) -> String {
    seconds(moment.checked_add(SignedDuration::from_secs(by)).unwrap_or(moment))
}

/// Puts the request's namespace into the object, or refuses another one
/// (`rest.EnsureObjectNamespaceMatchesRequestNamespace`).
pub(super) fn ensure_namespace(kind: &Kind, object: &mut Object, namespace: &str) -> Result<(), Status> {
    let expected = if kind.namespaced { namespace } else { "" };
    let found = object.namespace();
    if found == expected {
        return Ok(());
    }
    if !found.is_empty() {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    object.set("/metadata/namespace", expected);
    Ok(())
}

/// A name from a `generateName` (`names.SimpleNameGenerator`).
pub(super) fn generated_name(base: &str, random: &mut Random) -> String {
    let base: String = base.chars().take(GENERATED_BASE_LENGTH_MAX).collect();
    format!("{base}{}", random.name_suffix(SUFFIX_LENGTH))
}

/// Fills what a new object gets from the server (`rest.FillObjectMetaSystemFields`).
pub(super) fn fill_system_fields(object: &mut Object, now: Timestamp, random: &mut Random) {
    for pointer in NOT_IN_NEW {
        object.remove(pointer);
    }
    object.set("/metadata/uid", random.uuid());
    object.set("/metadata/creationTimestamp", seconds(now));
}

/// Carries over what a client cannot change in an update (`rest.BeforeUpdate`).
pub(super) fn keep_system_fields(new: &mut Object, old: &Object) {
    for pointer in SERVER_OWNED {
        match old.get(pointer) {
            Some(value) => new.set(pointer, value.clone()),
            None => {
                new.remove(pointer);
            }
        }
    }
    new.remove("/metadata/selfLink");
}

/// Adds one to `metadata.generation`.
pub(super) fn bump_generation(object: &mut Object) {
    let next = object.generation() + 1;
    object.set("/metadata/generation", next);
}

/// Drops maps and lists of `metadata` that are empty, as Go's encoder does, and nulls.
pub(super) fn drop_empty(object: &mut Object) {
    let Some(Value::Object(metadata)) = object.get_mut("/metadata") else { return };
    metadata.retain(|_, value| match value {
        Value::Null => false,
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    });
}

/// Gives an object of a kind with status an empty one, as Go's encoder writes it.
pub(super) fn ensure_status(kind: &Kind, object: &mut Object) {
    let has_status = kind.custom.is_none() && kind.subresource("status").is_some();
    if has_status && object.get("/status").is_none() {
        object.set("/status", Map::new());
    }
}
