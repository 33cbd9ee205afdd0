//! Several versions of one kind: requests in any of them read and write the stored one.

mod event;
mod horizontal_pod_autoscaler;
mod webhook;

use std::sync::Arc;

use crate::apimachinery::{self, Kind, Object, builtin, present_custom};
use crate::base::{Timestamp, Value};

use super::options::WriteOptions;

/// How objects of one version become objects of the stored one, and back.
struct Conversion {
    version: &'static Kind,
    to_stored: fn(&mut Object),
    from_stored: fn(&mut Object),
}

static CONVERSIONS: &[Conversion] = &[
    Conversion {
        version: &builtin::HORIZONTAL_POD_AUTOSCALER_V1,
        to_stored: horizontal_pod_autoscaler::to_v2,
        from_stored: horizontal_pod_autoscaler::to_v1,
    },
    Conversion { version: &builtin::EVENTS_EVENT, to_stored: event::to_core, from_stored: event::to_events },
];

fn conversion_of(kind: &'static Kind) -> Option<&'static Conversion> {
    kind.stored_as?;
    CONVERSIONS.iter().find(|conversion| conversion.version == kind)
}

/// An object of that kind as it is stored.
pub(super) fn to_stored(kind: &'static Kind, mut object: Object) -> Object {
    if let Some(conversion) = conversion_of(kind) {
        (conversion.to_stored)(&mut object);
        name(&mut object, kind.stored());
    }
    if kind.custom.is_some() && kind.stored_as.is_some() {
        name(&mut object, kind.stored());
    }
    object
}

/// A stored object as one of that kind.
pub(super) fn in_version(kind: &'static Kind, object: &Arc<Object>) -> Arc<Object> {
    if kind.custom.is_some() {
        return present_custom(kind, object).map_or_else(|| Arc::clone(object), Arc::new);
    }
    let Some(conversion) = conversion_of(kind) else { return Arc::clone(object) };
    Arc::new(converted(conversion, object))
}

fn converted(conversion: &Conversion, object: &Object) -> Object {
    let mut object = object.clone();
    (conversion.from_stored)(&mut object);
    name(&mut object, conversion.version);
    object
}

fn name(object: &mut Object, kind: &Kind) {
    object.set("/apiVersion", kind.api_version());
    object.set("/kind", kind.kind);
}

/// Notes in managedFields who wrote what, by the fields of the version that was written.
pub(super) fn record_update(
    version: &'static Kind,
    old: Option<&Object>,
    new: &mut Object,
    options: &WriteOptions,
    now: Timestamp,
) {
    if version.custom.is_some() {
        return record_custom_update(version, old, new, options, now);
    }
    let record = |old: Option<&Object>, new: &mut Object| {
        let writer = (options.manager.as_str(), options.subresource);
        apimachinery::record_update_of(version, old, new, writer, now);
    };
    let Some(conversion) = conversion_of(version) else { return record(old, new) };
    let mut shown = converted(conversion, new);
    record(old.map(|old| converted(conversion, old)).as_ref(), &mut shown);
    match shown.get("/metadata/managedFields") {
        Some(entries) => new.set("/metadata/managedFields", entries.clone()),
        None => {
            new.remove("/metadata/managedFields");
        }
    }
}

/// The same for a custom object, whose versions differ by name alone.
fn record_custom_update(
    version: &'static Kind,
    old: Option<&Object>,
    new: &mut Object,
    options: &WriteOptions,
    now: Timestamp,
) {
    let stored = new.api_version().to_owned();
    let renamed = |object: &Object| {
        let mut object = object.clone();
        object.set("/apiVersion", version.api_version());
        object
    };
    new.set("/apiVersion", version.api_version());
    let writer = (options.manager.as_str(), options.subresource);
    apimachinery::record_update_of(version, old.map(renamed).as_ref(), new, writer, now);
    new.set("/apiVersion", stored);
}

/// Moves a field, if it is there.
fn rename(object: &mut Object, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.set(to, value);
    }
}

/// A field that is there.
fn field(value: &Value, pointer: &str) -> Option<Value> {
    value.pointer(pointer).filter(|value| !value.is_null()).cloned()
}

#[cfg(test)]
mod tests;
