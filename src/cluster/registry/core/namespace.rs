//! Rules of Namespaces.

use crate::apimachinery::{Object, validate_dns1123_label};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// Namespaces that cannot be deleted.
const PROTECTED: &[&str] = &["default", "kube-system", "kube-public"];

/// `pkg/registry/core/namespace`.
pub(crate) struct NamespaceStrategy;

impl Strategy for NamespaceStrategy {
    fn refuses_deletion(&self, name: &str) -> Option<&'static str> {
        PROTECTED.contains(&name).then_some("this namespace may not be deleted")
    }

    fn set_defaults(&self, object: &mut Object) {
        let name = object.name().to_owned();
        if !name.is_empty() {
            object.set_label("kubernetes.io/metadata.name", name);
        }
    }

    fn name_errors(&self, name: &str) -> Vec<String> {
        validate_dns1123_label(name)
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/spec").is_none() {
            object.set("/spec", json!({}));
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.set("/spec", json!({"finalizers": ["kubernetes"]}));
        object.set("/status", json!({"phase": "Active"}));
    }

    fn prepare_for_update(&self, new: &mut Object, old: &Object) {
        if let Some(finalizers) = old.get("/spec/finalizers") {
            new.set("/spec/finalizers", finalizers.clone());
        }
    }

    fn may_go(&self, object: &Object) -> bool {
        object.list("/spec/finalizers").is_empty()
    }

    fn begin_deletion(&self, object: &mut Object, _now: Timestamp) {
        object.remove("/metadata/deletionGracePeriodSeconds");
        object.set("/status/phase", "Terminating");
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Status"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/status/phase").into(), columns::age(object, now)]
    }
}
