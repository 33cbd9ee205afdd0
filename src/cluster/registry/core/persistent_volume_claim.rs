//! Rules of PersistentVolumeClaims.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;
use super::persistent_volume::{access_modes, or_unset, phase};

/// `pkg/registry/core/persistentvolumeclaim`.
pub(crate) struct PersistentVolumeClaimStrategy;

impl Strategy for PersistentVolumeClaimStrategy {
    fn set_defaults(&self, object: &mut Object) {
        if object.text("/spec/volumeMode").is_empty() {
            object.set("/spec/volumeMode", "Filesystem");
        }
        columns::canonical_amounts(object, "/spec/resources/requests");
        columns::canonical_amounts(object, "/spec/resources/limits");
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.set("/status", json!({"phase": "Pending"}));
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::persistent_volume_claim_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::persistent_volume_claim_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Status"),
                Column::text("Volume"),
                Column::text("Capacity"),
                Column::text("Access Modes"),
                Column::text("StorageClass"),
                Column::text("VolumeAttributesClass"),
                columns::AGE,
                Column::wide("VolumeMode"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let volume = object.text("/spec/volumeName");
        let (capacity, modes) = if volume.is_empty() {
            (String::new(), String::new())
        } else {
            (
                object.text("/status/capacity/storage").to_owned(),
                access_modes(object.list("/status/accessModes")),
            )
        };
        vec![
            object.name().into(),
            phase(object).into(),
            volume.into(),
            capacity.into(),
            modes.into(),
            object.text("/spec/storageClassName").into(),
            or_unset(object.text("/spec/volumeAttributesClassName")),
            columns::age(object, now),
            or_unset(object.text("/spec/volumeMode")),
        ]
    }
}
