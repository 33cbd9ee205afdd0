//! Rules of ConfigMaps.

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Where a ConfigMap keeps its values.
const FIELDS: &[&str] = &["data", "binaryData"];

/// `pkg/registry/core/configmap`.
pub(crate) struct ConfigMapStrategy;

impl Strategy for ConfigMapStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = validation::config_errors(object, FIELDS);
        let binary = object.map("/binaryData");
        for key in object.map("/data").into_iter().flat_map(|data| data.keys()) {
            if binary.is_some_and(|binary| binary.contains_key(key)) {
                let detail = "duplicate of key present in binaryData";
                errors.push(FieldError::invalid(format!("data[{key}]"), key.as_str(), detail));
            }
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::config_update_errors(new, old, FIELDS)
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Data"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let entries: usize =
            ["/data", "/binaryData"].iter().filter_map(|field| object.map(field)).map(|map| map.len()).sum();
        vec![object.name().into(), entries.to_string().into(), columns::age(object, now)]
    }
}
