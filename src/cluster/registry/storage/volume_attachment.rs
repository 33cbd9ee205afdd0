//! Rules of VolumeAttachments and VolumeAttributesClasses.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{Field, immutable};

/// Marks the class of claims that name none.
const DEFAULT_ANNOTATION: &str = "volumeattributesclass.kubernetes.io/is-default-class";

/// `pkg/registry/storage/volumeattachment`.
pub(crate) struct VolumeAttachmentStrategy;

impl Strategy for VolumeAttachmentStrategy {
    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/status/attached").is_none() {
            object.set("/status/attached", false);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let (attacher, node, source) = (spec.child("attacher"), spec.child("nodeName"), spec.child("source"));
        let mut errors = FieldErrors::new();
        if attacher.is_empty() {
            errors.push(attacher.required(""));
        }
        if node.is_empty() {
            errors.push(node.required("must specify a node"));
        }
        let (claimed, inline) = (source.child("persistentVolumeName"), source.child("inlineVolumeSpec"));
        if claimed.is_absent() && inline.is_absent() {
            errors.push(
                source.required("must specify exactly one of inlineVolumeSpec and persistentVolumeName"),
            );
        } else if inline.is_absent() && claimed.is_empty() {
            errors.push(claimed.required("must specify non empty persistentVolumeName"));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "spec"), &Field::of(old, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column { format: "name", ..Column::text("Attacher") },
                Column::text("PV"),
                Column::text("Node"),
                Column::boolean("Attached"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![
            object.name().into(),
            object.text("/spec/attacher").into(),
            object.text("/spec/source/persistentVolumeName").into(),
            object.text("/spec/nodeName").into(),
            object.flag("/status/attached").into(),
            columns::age(object, now),
        ]
    }
}

/// `pkg/registry/storage/volumeattributesclass`.
pub(crate) struct VolumeAttributesClassStrategy;

impl Strategy for VolumeAttributesClassStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        let (driver, parameters) = (Field::of(object, "driverName"), Field::of(object, "parameters"));
        let mut errors = FieldErrors::new();
        if driver.is_empty() {
            errors.push(driver.required(""));
        }
        if parameters.is_empty() {
            errors.push(parameters.required("must contain at least one key/value pair"));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        ["driverName", "parameters"]
            .into_iter()
            .filter(|field| Field::of(new, field).value() != Field::of(old, field).value())
            .map(|field| Field::of(new, field).forbidden(format!("updates to {field} are forbidden.")))
            .collect()
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("DriverName"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let is_default = object.annotation(DEFAULT_ANNOTATION) == Some("true");
        let name = format!("{}{}", object.name(), if is_default { " (default)" } else { "" });
        vec![name.into(), object.text("/driverName").into(), columns::age(object, now)]
    }
}
