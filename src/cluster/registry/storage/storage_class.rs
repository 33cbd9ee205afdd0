//! Rules of StorageClasses.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Marks the class of claims that name none.
const DEFAULT_ANNOTATION: &str = "storageclass.kubernetes.io/is-default-class";

/// `pkg/registry/storage/storageclass`.
pub(crate) struct StorageClassStrategy;

impl Strategy for StorageClassStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        for (pointer, value) in [("/reclaimPolicy", "Delete"), ("/volumeBindingMode", "Immediate")] {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::storage_class_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::storage_class_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Provisioner"),
                Column::text("ReclaimPolicy"),
                Column::text("VolumeBindingMode"),
                Column::text("AllowVolumeExpansion"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let is_default = object.annotation(DEFAULT_ANNOTATION) == Some("true");
        let name = format!("{}{}", object.name(), if is_default { " (default)" } else { "" });
        vec![
            name.into(),
            object.text("/provisioner").into(),
            object.text("/reclaimPolicy").into(),
            object.text("/volumeBindingMode").into(),
            object.flag("/allowVolumeExpansion").into(),
            columns::age(object, now),
        ]
    }
}
