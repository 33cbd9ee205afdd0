//! The `scale` subresource: `autoscaling/v1 Scale`.

use crate::apimachinery::{FieldError, Kind, LabelSelector, Object, ScalePaths, Status};
use crate::base::{Map, Timestamp, Value};

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

/// A refusal to show the `scale` of what does not exist: some storages name the subresource.
pub(super) fn about_scale(kind: &'static Kind, name: &str, mut status: Status) -> Status {
    if kind.group == "apps" && matches!(kind.plural, "deployments" | "replicasets") {
        let resource = format!("{}/scale", kind.plural);
        status.message = format!("{resource}.{} {name:?} not found", kind.group);
        if let Some(details) = &mut status.details {
            details.kind = resource;
        }
    }
    status
}

/// What `scale` shows of a workload, or of a custom resource that says where its numbers are.
///
/// # Errors
/// 500 for a custom resource without a number of replicas.
pub(super) fn scale_of(kind: &'static Kind, object: &Object) -> Result<Object, Status> {
    let mut scale = Object::from(Map::new());
    scale.set("/kind", "Scale");
    scale.set("/apiVersion", "autoscaling/v1");
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        let pointer = format!("/metadata/{field}");
        if let Some(value) = object.get(&pointer) {
            scale.set(&pointer, value.clone());
        }
    }
    let selector = match custom_paths(kind) {
        Some(paths) => {
            let Some(replicas) = object.number(&paths.spec_replicas) else {
                let path = paths.spec_replicas.replace('/', ".");
                return Err(Status::internal(format!("the spec replicas field {path:?} does not exist")));
            };
            scale.set("/spec/replicas", replicas);
            scale.set("/status/replicas", object.number(&paths.status_replicas).unwrap_or_default());
            paths.label_selector.as_ref().map(|path| object.text(path).to_owned()).unwrap_or_default()
        }
        None => {
            scale.set("/spec/replicas", object.number("/spec/replicas").unwrap_or_default());
            scale.set("/status/replicas", object.number("/status/replicas").unwrap_or_default());
            LabelSelector::of_workload(object).to_string()
        }
    };
    if !selector.is_empty() {
        scale.set("/status/selector", selector);
    }
    Ok(scale)
}

/// The workload with the replicas that a Scale asks for.
pub(super) fn scaled(kind: &'static Kind, object: &Object, scale: &Object) -> Result<Object, Status> {
    let replicas = scale.number("/spec/replicas").unwrap_or_default();
    if replicas < 0 {
        let error = FieldError::invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        return Err(Status::invalid(kind, object.name(), &[error]));
    }
    let mut scaled = object.clone();
    scaled.set(custom_paths(kind).map_or("/spec/replicas", |paths| &paths.spec_replicas), replicas);
    Ok(scaled)
}

fn custom_paths(kind: &Kind) -> Option<&'static ScalePaths> {
    kind.custom.and_then(|custom| custom.scale.as_ref())
}
