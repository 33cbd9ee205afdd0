//! Rules of ReplicaSets.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};

/// `pkg/registry/apps/replicaset`.
pub(crate) struct ReplicaSetStrategy;

impl Strategy for ReplicaSetStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn zero_counts(&self) -> &'static [&'static str] {
        &["/status/replicas"]
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        if object.get("/spec/replicas").is_none() {
            object.set("/spec/replicas", 1);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::replica_set_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let selector = |object| Field::of(object, "spec").child("selector");
        validation::immutable(&selector(new), &selector(old))
    }

    fn columns(&self) -> &'static [Column] {
        columns::REPLICAS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        columns::replicas_cells(object, columns::selector_text(object), now)
    }
}
