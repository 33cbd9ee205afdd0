//! Rules of PriorityLevelConfigurations.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// `pkg/registry/flowcontrol/prioritylevelconfiguration`.
pub(crate) struct PriorityLevelConfigurationStrategy;

impl Strategy for PriorityLevelConfigurationStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        let mut defaults = Vec::new();
        if object.get("/spec/limited").is_some() {
            defaults.extend([
                ("/spec/limited/nominalConcurrencyShares", json!(30)),
                ("/spec/limited/lendablePercent", json!(0)),
            ]);
        }
        if object.get("/spec/exempt").is_some() {
            defaults.extend([
                ("/spec/exempt/nominalConcurrencyShares", json!(0)),
                ("/spec/exempt/lendablePercent", json!(0)),
            ]);
        }
        if object.get("/spec/limited/limitResponse/queuing").is_some() {
            defaults.extend([
                ("/spec/limited/limitResponse/queuing/queues", json!(64)),
                ("/spec/limited/limitResponse/queuing/handSize", json!(8)),
                ("/spec/limited/limitResponse/queuing/queueLengthLimit", json!(50)),
            ]);
        }
        for (pointer, value) in defaults {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let (limited, exempt) = (spec.child("limited"), spec.child("exempt"));
        let mut errors = FieldErrors::new();
        match spec.child("type").text() {
            "Exempt" if !limited.is_absent() => {
                errors.push(limited.forbidden("must be nil if the type is not Limited"));
            }
            "Exempt" => {}
            "Limited" if limited.is_absent() => {
                errors.push(limited.required("must not be empty when type is Limited"));
            }
            "Limited" => {
                if !exempt.is_absent() {
                    errors.push(exempt.forbidden("must be nil if the type is Limited"));
                }
                errors.extend(limited_errors(&limited));
            }
            _ => errors.push(spec.child("type").not_supported(&["Exempt", "Limited"])),
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Type"),
                Column::text("NominalConcurrencyShares"),
                Column::text("Queues"),
                Column::text("HandSize"),
                Column::text("QueueLengthLimit"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let number = |pointer: &str| object.number(pointer).map_or_else(|| columns::NONE.into(), Value::from);
        let queuing = |field: &str| number(&format!("/spec/limited/limitResponse/queuing/{field}"));
        vec![
            object.name().into(),
            object.text("/spec/type").into(),
            number("/spec/limited/nominalConcurrencyShares"),
            queuing("queues"),
            queuing("handSize"),
            queuing("queueLengthLimit"),
            columns::age(object, now),
        ]
    }
}

fn limited_errors(limited: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.extend(limited.child("nominalConcurrencyShares").non_negative());
    let response = limited.child("limitResponse");
    let queuing = response.child("queuing");
    match response.child("type").text() {
        "Reject" if !queuing.is_absent() => {
            errors.push(queuing.forbidden("must be nil if limited.limitResponse.type is not Limited"));
        }
        "Reject" => {}
        "Queue" if queuing.is_absent() => {
            errors.push(queuing.required("must not be empty if limited.limitResponse.type is Limited"));
        }
        "Queue" => {
            for field in ["queues", "handSize", "queueLengthLimit"] {
                let field = queuing.child(field);
                if field.number() <= 0 {
                    errors.push(field.invalid("must be positive"));
                }
            }
        }
        _ => errors.push(response.child("type").not_supported(&["Queue", "Reject"])),
    }
    errors
}
