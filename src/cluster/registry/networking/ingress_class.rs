//! Rules of IngressClasses.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/networking/ingressclass`.
pub(crate) struct IngressClassStrategy;

impl Strategy for IngressClassStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        let parameters = object.get("/spec/parameters").is_some_and(Value::is_object);
        if parameters && object.get("/spec/parameters/scope").is_none() {
            object.set("/spec/parameters/scope", "Cluster");
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::ingress_class_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::ingress_class_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Controller"), Column::text("Parameters"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let text = |field: &str| object.text(&format!("/spec/parameters/{field}"));
        let parameters = match (text("kind"), text("apiGroup"), text("name")) {
            ("", ..) => "<none>".to_owned(),
            (kind, "", name) => format!("{kind}/{name}"),
            (kind, group, name) => format!("{kind}.{group}/{name}"),
        };
        vec![
            object.name().into(),
            object.text("/spec/controller").into(),
            parameters.into(),
            columns::age(object, now),
        ]
    }
}
