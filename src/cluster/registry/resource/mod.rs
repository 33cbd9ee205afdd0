//! Rules of the kinds of the resource.k8s.io group: devices, and claims to them.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Map, Timestamp, Value};

use super::columns::{self, Column};
use super::strategy::Strategy;
use super::validation::{Field, immutable};

/// `pkg/registry/resource/deviceclass`.
pub(crate) struct DeviceClassStrategy;

impl Strategy for DeviceClassStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn creates_on_update(&self) -> bool {
        true
    }
}

/// `pkg/registry/resource/resourceclaim`.
pub(crate) struct ResourceClaimStrategy;

impl Strategy for ResourceClaimStrategy {
    fn set_defaults(&self, object: &mut Object) {
        set_request_defaults(object, "/spec/devices/requests");
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        request_errors(&Field::of(object, "spec").child("devices").child("requests"))
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "spec"), &Field::of(old, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("State"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let mut states = Vec::new();
        if object.is_terminating() {
            states.push("deleted");
        }
        if object.get("/status/allocation").is_some() {
            states.push("allocated");
            if !object.list("/status/reservedFor").is_empty() {
                states.push("reserved");
            }
        } else if !object.is_terminating() {
            states.push("pending");
        }
        vec![object.name().into(), states.join(",").into(), columns::age(object, now)]
    }
}

/// `pkg/registry/resource/resourceclaimtemplate`.
pub(crate) struct ResourceClaimTemplateStrategy;

impl Strategy for ResourceClaimTemplateStrategy {
    fn set_defaults(&self, object: &mut Object) {
        set_request_defaults(object, "/spec/spec/devices/requests");
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        request_errors(&Field::of(object, "spec").child("spec").child("devices").child("requests"))
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "spec"), &Field::of(old, "spec"))
    }
}

/// `pkg/registry/resource/resourceslice`.
pub(crate) struct ResourceSliceStrategy;

impl Strategy for ResourceSliceStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let mut errors = FieldErrors::new();
        for field in [spec.child("driver"), spec.child("pool").child("name")] {
            if field.is_empty() {
                errors.push(field.required(""));
            }
        }
        let count = spec.child("pool").child("resourceSliceCount");
        if count.number() <= 0 {
            errors.push(count.invalid("must be greater than zero"));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let part = |object| Field::of(object, "spec");
        let mut errors = FieldErrors::new();
        for field in ["driver", "nodeName"] {
            errors.extend(immutable(&part(new).child(field), &part(old).child(field)));
        }
        errors.extend(immutable(
            &part(new).child("pool").child("name"),
            &part(old).child("pool").child("name"),
        ));
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Node"), Column::text("Driver"), Column::text("Pool"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let node = match object.text("/spec/nodeName") {
            "" => columns::UNSET,
            node => node,
        };
        vec![
            object.name().into(),
            node.into(),
            object.text("/spec/driver").into(),
            object.text("/spec/pool/name").into(),
            columns::age(object, now),
        ]
    }
}

/// A request for devices asks for exactly one of them unless it says otherwise.
fn set_request_defaults(object: &mut Object, pointer: &str) {
    let requests = object.get_mut(pointer).and_then(Value::as_array_mut);
    for request in requests.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(Value::Object(exactly)) = request.get_mut("exactly") {
            set_count_defaults(exactly);
        }
        let first = request.get_mut("firstAvailable").and_then(Value::as_array_mut);
        first.into_iter().flatten().filter_map(Value::as_object_mut).for_each(set_count_defaults);
    }
}

fn set_count_defaults(request: &mut Map) {
    let mode = request.entry("allocationMode").or_insert_with(|| "ExactCount".into());
    if *mode == "ExactCount" {
        request.entry("count").or_insert_with(|| 1.into());
    }
}

fn request_errors(requests: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for request in requests.items() {
        let name = request.child("name");
        if name.is_empty() {
            errors.push(name.required(""));
        }
        let (exactly, first) = (request.child("exactly"), request.child("firstAvailable"));
        if exactly.is_absent() && first.is_absent() {
            errors.push(request.required("exactly one of `exactly` or `firstAvailable` is required"));
        } else if !exactly.is_absent() && exactly.child("deviceClassName").is_empty() {
            errors.push(exactly.child("deviceClassName").required(""));
        }
    }
    errors
}
