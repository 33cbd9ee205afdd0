//! Rules of FlowSchemas.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// `matchingPrecedence` of a schema that says none.
const PRECEDENCE_DEFAULT: i64 = 1_000;
/// The highest `matchingPrecedence`.
const PRECEDENCE_MAX: i64 = 10_000;

/// `pkg/registry/flowcontrol/flowschema`.
pub(crate) struct FlowSchemaStrategy;

impl Strategy for FlowSchemaStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        if columns::count(object, "/spec/matchingPrecedence") == 0 {
            object.set("/spec/matchingPrecedence", PRECEDENCE_DEFAULT);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let mut errors = FieldErrors::new();
        let precedence = spec.child("matchingPrecedence");
        if precedence.number() <= 0 {
            errors.push(precedence.invalid("must be a positive value"));
        }
        if precedence.number() > PRECEDENCE_MAX {
            errors.push(precedence.invalid(format!("must not be greater than {PRECEDENCE_MAX}")));
        }
        if precedence.number() == 1 && object.name() != "exempt" {
            errors.push(precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1"));
        }
        let method = spec.child("distinguisherMethod").child("type");
        if !spec.child("distinguisherMethod").is_absent() {
            errors.extend(method.one_of(&["ByNamespace", "ByUser"]));
        }
        let level = spec.child("priorityLevelConfiguration").child("name");
        if level.is_empty() {
            errors.push(level.required("must reference a priority level"));
        }
        for rule in spec.child("rules").items() {
            let subjects = rule.child("subjects");
            if subjects.is_empty() {
                errors.push(subjects.required("subjects must contain at least one value"));
            }
            if rule.child("resourceRules").is_empty() && rule.child("nonResourceRules").is_empty() {
                errors.push(
                    rule.required("at least one of resourceRules and nonResourceRules has to be non-empty"),
                );
            }
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("PriorityLevel"),
                Column::text("MatchingPrecedence"),
                Column::text("DistinguisherMethod"),
                columns::AGE,
                Column::text("MissingPL"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let dangling = object.condition("Dangling").and_then(|condition| condition.get("status"));
        vec![
            object.name().into(),
            object.text("/spec/priorityLevelConfiguration/name").into(),
            columns::count(object, "/spec/matchingPrecedence").into(),
            columns::text_or_none(object, "/spec/distinguisherMethod/type"),
            columns::age(object, now),
            dangling.and_then(Value::as_str).unwrap_or("?").into(),
        ]
    }

    fn sort(&self, objects: &mut [std::sync::Arc<Object>]) {
        objects.sort_by_key(|object| columns::count(object, "/spec/matchingPrecedence"));
    }
}
