//! Rules of PodDisruptionBudgets.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Counts that Go writes although they are zero.
const COUNTS: &[&str] = &["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"];

/// `pkg/registry/policy/poddisruptionbudget`.
pub(crate) struct PodDisruptionBudgetStrategy;

impl Strategy for PodDisruptionBudgetStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/spec").is_none() {
            object.set("/spec", json!({}));
        }
        for count in COUNTS {
            let pointer = format!("/status/{count}");
            if object.get(&pointer).is_none() {
                object.set(&pointer, 0);
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::disruption_budget_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Min Available"),
                Column::text("Max Unavailable"),
                Column::number("Allowed Disruptions"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let amount = |pointer: &str| -> Value {
            match object.get(pointer) {
                None => "N/A".into(),
                Some(Value::String(text)) => text.as_str().into(),
                Some(number) => number.to_string().into(),
            }
        };
        vec![
            object.name().into(),
            amount("/spec/minAvailable"),
            amount("/spec/maxUnavailable"),
            columns::count(object, "/status/disruptionsAllowed").into(),
            columns::age(object, now),
        ]
    }
}
