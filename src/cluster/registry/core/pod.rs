//! Rules of Pods.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::{self, items};
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};
use super::super::warnings::pod_spec_warnings;
use super::label_keys::apply_label_keys;
use super::pod_cells::pod_cells;

/// `pkg/registry/core/pod`.
pub(crate) struct PodStrategy;

impl Strategy for PodStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        if let Some(Value::Object(spec)) = object.get_mut("/spec") {
            pod_defaults::set_pod_defaults(spec);
        }
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        let Some(Value::Object(status)) = object.get_mut("/status") else { return };
        for condition in items(status, "conditions") {
            for time in ["lastProbeTime", "lastTransitionTime"] {
                condition.entry(time).or_insert(Value::Null);
            }
        }
        for list in ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"] {
            for container in items(status, list) {
                for state in ["state", "lastState"] {
                    let state = container.entry(state).or_insert_with(|| json!({}));
                    if let Some(Value::Object(ended)) = state.get_mut("terminated") {
                        for time in ["startedAt", "finishedAt"] {
                            ended.entry(time).or_insert(Value::Null);
                        }
                    }
                }
            }
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        let class = pod_defaults::qos_class(object);
        object.set("/status", json!({"phase": "Pending", "qosClass": class}));
        apply_label_keys(object);
    }

    fn metadata_with_status(&self) -> &'static [&'static str] {
        &["annotations", "labels", "finalizers"]
    }

    fn grace_period(&self, object: &Object, requested: Option<i64>) -> Option<i64> {
        let period =
            requested.or_else(|| object.number("/spec/terminationGracePeriodSeconds")).unwrap_or_default();
        let ended = matches!(object.text("/status/phase"), "Succeeded" | "Failed");
        if object.text("/spec/nodeName").is_empty() || ended {
            return Some(0);
        }
        Some(if period < 0 { 1 } else { period })
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::pod_spec_errors(&Field::of(object, "spec"))
    }

    fn add_rule_errors(&self, new: &Object, old: Option<&Object>, errors: &mut FieldErrors) {
        if old.is_some() {
            return;
        }
        let field = |name: &str| Field::of(new, "spec").child(name);
        let (added, node) = (field("ephemeralContainers"), field("nodeName"));
        if !added.is_empty() {
            errors.push(added.forbidden("cannot be set on create"));
        }
        if !node.is_empty() && !field("schedulingGates").is_empty() {
            errors.push(node.forbidden("cannot be set until all schedulingGates have been cleared"));
        }
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::pod_update_errors(new, old)
    }

    fn validate_part(&self, subresource: &str, new: &Object, old: &Object) -> FieldErrors {
        if subresource != "ephemeralcontainers" {
            return FieldErrors::new();
        }
        let mut errors = self.validate(new);
        errors.extend(validation::ephemeral_update_errors(new, old));
        errors
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        pod_spec_warnings(&Field::of(object, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Ready"),
                Column::text("Status"),
                Column::text("Restarts"),
                columns::AGE,
                Column::wide("IP"),
                Column::wide("Node"),
                Column::wide("Nominated Node"),
                Column::wide("Readiness Gates"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        pod_cells(object, now)
    }

    fn completed(&self, object: &Object) -> Option<&'static str> {
        match object.text("/status/phase") {
            "Succeeded" => Some("Succeeded"),
            "Failed" => Some("Failed"),
            _ => None,
        }
    }
}
