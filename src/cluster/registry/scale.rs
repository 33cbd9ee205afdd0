//! The `scale` subresource: `autoscaling/v1 Scale`.

use serde_json::Value;

use crate::apimachinery::{FieldError, Kind, LabelSelector, Object, Status};
use crate::base::Timestamp;

use super::columns::{self, Column};
use super::strategy::Strategy;

/// Columns of a Scale.
pub(super) struct ScaleStrategy;

impl Strategy for ScaleStrategy {
    fn columns(&self) -> &'static [Column] {
        const { &[Column::text("Name"), Column::number("Desired"), Column::number("Available"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![
            object.name().into(),
            columns::count(object, "/spec/replicas").into(),
            columns::count(object, "/status/replicas").into(),
            columns::age(object, now),
        ]
    }
}

/// What `scale` shows of a workload.
pub(super) fn scale_of(object: &Object) -> Object {
    let mut scale = Object::from(serde_json::Map::new());
    scale.set("/kind", "Scale");
    scale.set("/apiVersion", "autoscaling/v1");
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        let pointer = format!("/metadata/{field}");
        if let Some(value) = object.get(&pointer) {
            scale.set(&pointer, value.clone());
        }
    }
    scale.set("/spec/replicas", object.number("/spec/replicas").unwrap_or_default());
    scale.set("/status/replicas", object.number("/status/replicas").unwrap_or_default());
    let selector = LabelSelector::of_workload(object.value()).to_string();
    if !selector.is_empty() {
        scale.set("/status/selector", selector);
    }
    scale
}

/// The workload with the replicas that a Scale asks for.
pub(super) fn scaled(kind: &'static Kind, object: &Object, scale: &Object) -> Result<Object, Status> {
    let replicas = scale.number("/spec/replicas").unwrap_or_default();
    if replicas < 0 {
        let error = FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        return Err(Status::invalid(kind, object.name(), &[error]));
    }
    let mut scaled = object.clone();
    scaled.set("/spec/replicas", replicas);
    Ok(scaled)
}
