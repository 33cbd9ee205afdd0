//! Rules of Deployments.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};

/// `pkg/registry/apps/deployment`.
pub(crate) struct DeploymentStrategy;

impl Strategy for DeploymentStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        for (pointer, value) in [
            ("/spec/replicas", json!(1)),
            ("/spec/revisionHistoryLimit", json!(10)),
            ("/spec/progressDeadlineSeconds", json!(600)),
        ] {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
        set_strategy_defaults(object);
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        !new.agrees(old, "/spec") || !new.agrees(old, "/metadata/annotations")
    }

    fn metadata_with_status(&self) -> &'static [&'static str] {
        &["annotations", "finalizers", "ownerReferences"]
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::deployment_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let selector = |object| Field::of(object, "spec").child("selector");
        validation::immutable(&selector(new), &selector(old))
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Ready"),
                Column::text("Up-to-date"),
                Column::text("Available"),
                columns::AGE,
                Column::wide("Containers"),
                Column::wide("Images"),
                Column::wide("Selector"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let count = |pointer| columns::count(object, pointer);
        let [names, images] = columns::containers_and_images(object.list("/spec/template/spec/containers"));
        vec![
            object.name().into(),
            format!("{}/{}", count("/status/readyReplicas"), count("/spec/replicas")).into(),
            count("/status/updatedReplicas").into(),
            count("/status/availableReplicas").into(),
            columns::age(object, now),
            names,
            images,
            columns::selector_text(object),
        ]
    }
}

fn set_strategy_defaults(object: &mut Object) {
    if object.text("/spec/strategy/type").is_empty() {
        object.set("/spec/strategy/type", "RollingUpdate");
    }
    if object.text("/spec/strategy/type") != "RollingUpdate" {
        return;
    }
    for pointer in ["/spec/strategy/rollingUpdate/maxSurge", "/spec/strategy/rollingUpdate/maxUnavailable"] {
        if object.get(pointer).is_none() {
            object.set(pointer, "25%");
        }
    }
}
