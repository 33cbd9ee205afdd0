//! Rules of ResourceQuotas.

use crate::apimachinery::{FieldErrors, Object, Quantity, resource_list};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::write_canonically;
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/core/resourcequota`.
pub(crate) struct ResourceQuotaStrategy;

impl Strategy for ResourceQuotaStrategy {
    fn set_defaults(&self, object: &mut Object) {
        for pointer in ["/spec/hard", "/status/hard", "/status/used"] {
            if let Some(Value::Object(amounts)) = object.get_mut(pointer) {
                write_canonically(amounts);
            }
        }
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/spec").is_none() {
            object.set("/spec", json!({}));
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::resource_quota_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::resource_quota_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Request"), Column::text("Limit"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let used = resource_list(object.map("/status/used"));
        let (mut requests, mut limits) = (Vec::new(), Vec::new());
        for (name, hard) in resource_list(object.map("/status/hard")) {
            let used = used.get(&name).copied().unwrap_or(Quantity::ZERO);
            let list = if name.starts_with("limits.") { &mut limits } else { &mut requests };
            list.push(format!("{name}: {used}/{hard}"));
        }
        vec![
            object.name().into(),
            requests.join(", ").into(),
            limits.join(", ").into(),
            columns::age(object, now),
        ]
    }
}
