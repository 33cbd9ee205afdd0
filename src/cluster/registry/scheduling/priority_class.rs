//! Rules of PriorityClasses.

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// Highest value that is not reserved for the system.
const USER_VALUE_MAX: i64 = 1_000_000_000;

/// The classes that the system brings along.
const SYSTEM: &[(&str, i64)] =
    &[("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
/// What a class may say about others giving way.
const POLICIES: &[&str] = &["Never", "PreemptLowerPriority"];

/// Why a class with a reserved name is not one of the system's (`IsKnownSystemPriorityClass`).
fn not_the_systems(class: &Object) -> Option<String> {
    let name = class.name();
    let Some((_, value)) = SYSTEM.iter().find(|(known, _)| *known == name) else {
        return Some(format!("{name} is not a known system priority class"));
    };
    if columns::count(class, "/value") != *value {
        return Some(format!("value of {name} PriorityClass must be {value}"));
    }
    class.flag("/globalDefault").then(|| format!("globalDefault of {name} PriorityClass must be false"))
}

/// `pkg/registry/scheduling/priorityclass`.
pub(crate) struct PriorityClassStrategy;

impl Strategy for PriorityClassStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn refuses_deletion(&self, name: &str) -> Option<&'static str> {
        let is_the_systems = SYSTEM.iter().any(|(known, _)| *known == name);
        is_the_systems.then_some("this is a system priority class and cannot be deleted")
    }

    fn set_defaults(&self, object: &mut Object) {
        if object.get("/preemptionPolicy").is_none() {
            object.set("/preemptionPolicy", "PreemptLowerPriority");
        }
        if object.get("/value").is_none() {
            object.set("/value", 0);
        }
    }

    fn desired_state_changed(&self, _new: &Object, _old: &Object) -> bool {
        false
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let reserved = object.name().starts_with("system-");
        if let Some(why) = reserved.then(|| not_the_systems(object)).flatten() {
            let detail = format!(
                "priority class names with 'system-' prefix are reserved for system use only. error: {why}"
            );
            errors.push(FieldError::forbidden("metadata.name", detail));
        }
        let policy = object.text("/preemptionPolicy");
        if !POLICIES.contains(&policy) {
            errors.push(FieldError::not_supported("preemptionPolicy", policy, POLICIES));
        }
        let value = columns::count(object, "/value");
        if value > USER_VALUE_MAX && !reserved {
            errors.push(FieldError::forbidden(
                "value",
                format!("maximum allowed value of a user defined priority is {USER_VALUE_MAX}"),
            ));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        if new.get("/value") != old.get("/value") {
            errors.push(FieldError::forbidden("value", "may not be changed in an update."));
        }
        if new.get("/preemptionPolicy") != old.get("/preemptionPolicy") {
            let found = new.text("/preemptionPolicy");
            errors.push(FieldError::invalid("preemptionPolicy", found, "field is immutable"));
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::number("Value"),
                Column { column_type: "boolean", ..Column::text("Global-Default") },
                columns::AGE,
                Column::text("PreemptionPolicy"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![
            object.name().into(),
            columns::count(object, "/value").into(),
            object.flag("/globalDefault").into(),
            columns::age(object, now),
            object.text("/preemptionPolicy").into(),
        ]
    }
}
