//! Rules of Leases.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// `pkg/registry/coordination/lease`.
pub(crate) struct LeaseStrategy;

impl Strategy for LeaseStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn prepare_for_create(&self, object: &mut Object) {
        drop_strategy(object);
    }

    fn prepare_for_update(&self, new: &mut Object, old: &Object) {
        if old.get("/spec/strategy").is_none() {
            drop_strategy(new);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let (duration, transitions) = (spec.child("leaseDurationSeconds"), spec.child("leaseTransitions"));
        let mut errors = FieldErrors::new();
        if !duration.is_absent() && duration.number() <= 0 {
            errors.push(duration.invalid("must be greater than 0"));
        }
        errors.extend(transitions.non_negative());
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Holder"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/spec/holderIdentity").into(), columns::age(object, now)]
    }
}

/// Nobody is elected for candidates here: the gate CoordinatedLeaderElection is off.
fn drop_strategy(lease: &mut Object) {
    lease.remove("/spec/strategy");
    lease.remove("/spec/preferredHolder");
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_lease_lasts_and_counts_up() {
        let told = |spec: Value| {
            let lease = Object::from_value(json!({"spec": spec})).unwrap();
            LeaseStrategy.validate(&lease).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(told(json!({"leaseDurationSeconds": 15, "leaseTransitions": 0})).is_empty());
        assert_eq!(
            told(json!({"leaseDurationSeconds": 0, "leaseTransitions": -1})),
            [
                "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
                "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
            ]
        );
    }
}
