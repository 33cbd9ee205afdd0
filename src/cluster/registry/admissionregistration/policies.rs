//! Rules of admission policies in CEL and of their bindings.

use crate::apimachinery::{FieldErrors, LabelSelector, Object};
use crate::base::{Map, Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;
use super::validation;

/// `pkg/registry/admissionregistration/validatingadmissionpolicy`.
pub(crate) struct ValidatingPolicyStrategy;
/// `pkg/registry/admissionregistration/mutatingadmissionpolicy`.
pub(crate) struct MutatingPolicyStrategy;
/// `pkg/registry/admissionregistration/validatingadmissionpolicybinding`.
pub(crate) struct ValidatingPolicyBindingStrategy;
/// `pkg/registry/admissionregistration/mutatingadmissionpolicybinding`.
pub(crate) struct MutatingPolicyBindingStrategy;

impl Strategy for ValidatingPolicyStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        set_policy_defaults(object);
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::policy_errors(&Field::of(object, "spec"), object.name())
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::number("Validations"), Column::text("ParamKind"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        policy_cells(object, "/spec/validations", now)
    }
}

impl Strategy for MutatingPolicyStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        set_policy_defaults(object);
        if object.text("/spec/reinvocationPolicy").is_empty() {
            object.set("/spec/reinvocationPolicy", "Never");
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::mutating_policy_errors(&Field::of(object, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::number("Mutations"), Column::text("ParamKind"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        policy_cells(object, "/spec/mutations", now)
    }
}

impl Strategy for ValidatingPolicyBindingStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        set_match_defaults(object, "/spec/matchResources");
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::binding_errors(&Field::of(object, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        BINDING_COLUMNS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        binding_cells(object, now)
    }
}

impl Strategy for MutatingPolicyBindingStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        set_match_defaults(object, "/spec/matchResources");
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::mutating_binding_errors(&Field::of(object, "spec"))
    }

    fn columns(&self) -> &'static [Column] {
        BINDING_COLUMNS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        binding_cells(object, now)
    }
}

fn set_policy_defaults(object: &mut Object) {
    if object.get("/spec/failurePolicy").is_none() {
        object.set("/spec/failurePolicy", "Fail");
    }
    set_match_defaults(object, "/spec/matchConstraints");
}

/// Defaults of a `MatchResources`, where there is one.
fn set_match_defaults(object: &mut Object, pointer: &str) {
    if object.get(pointer).is_none() {
        return;
    }
    let default = |object: &mut Object, field: &str, value: Value| {
        let pointer = format!("{pointer}/{field}");
        if object.get(&pointer).is_none() {
            object.set(&pointer, value);
        }
    };
    default(object, "matchPolicy", "Equivalent".into());
    default(object, "namespaceSelector", Map::new().into());
    default(object, "objectSelector", Map::new().into());
    for list in ["resourceRules", "excludeResourceRules"] {
        let rules = object.get_mut(&format!("{pointer}/{list}")).and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten().filter_map(Value::as_object_mut) {
            rule.entry("scope").or_insert_with(|| "*".into());
        }
    }
}

fn policy_cells(object: &Object, list: &str, now: Timestamp) -> Vec<Value> {
    let parameters = match object.get("/spec/paramKind") {
        Some(kind) => {
            let text = |field: &str| kind[field].as_str().unwrap_or_default();
            format!("{}/{}", text("apiVersion"), text("kind"))
        }
        None => columns::UNSET.to_owned(),
    };
    vec![object.name().into(), object.list(list).len().into(), parameters.into(), columns::age(object, now)]
}

const BINDING_COLUMNS: &[Column] =
    &[columns::NAME, Column::text("PolicyName"), Column::text("ParamRef"), columns::AGE];

fn binding_cells(object: &Object, now: Timestamp) -> Vec<Value> {
    let (name, namespace) = (object.text("/spec/paramRef/name"), object.text("/spec/paramRef/namespace"));
    let selector = object.get("/spec/paramRef/selector").map(LabelSelector::from_value);
    let parameters = match (name, namespace, selector) {
        ("", _, Some(selector)) => selector.to_string(),
        ("", _, None) => columns::UNSET.to_owned(),
        (name, "", _) => format!("*/{name}"),
        (name, namespace, _) => format!("{namespace}/{name}"),
    };
    vec![
        object.name().into(),
        object.text("/spec/policyName").into(),
        parameters.into(),
        columns::age(object, now),
    ]
}
