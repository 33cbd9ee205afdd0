//! Rules of ReplicationControllers.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Map, Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/core/replicationcontroller`.
pub(crate) struct ReplicationControllerStrategy;

impl Strategy for ReplicationControllerStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn zero_counts(&self) -> &'static [&'static str] {
        &["/status/replicas"]
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        if let Some(labels) = object.get("/spec/template/metadata/labels").cloned() {
            for pointer in ["/spec/selector", "/metadata/labels"] {
                if object.map(pointer).is_none_or(Map::is_empty) {
                    object.set(pointer, labels.clone());
                }
            }
        }
        if object.get("/spec/replicas").is_none() {
            object.set("/spec/replicas", 1);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::replication_controller_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        columns::REPLICAS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        columns::replicas_cells(object, columns::labels_text(object.map("/spec/selector")), now)
    }
}
