//! Rules of affinity and of spreading (`validateAffinity`, `validateTopologySpreadConstraints`).

use serde_json::Value;

use crate::apimachinery::{FieldError, FieldErrors, validate_label_key, validate_label_value};

use super::field::Field;
use super::workload::{expression_errors, label_errors};

/// What a client is told that names no topology.
const NO_TOPOLOGY: &str = "can not be empty";

/// What is wrong with the affinity of a Pod.
pub(super) fn affinity_errors(affinity: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let node = affinity.child("nodeAffinity");
    let required = node.child("requiredDuringSchedulingIgnoredDuringExecution");
    if !required.is_absent() {
        let terms = required.child("nodeSelectorTerms");
        if terms.is_empty() {
            errors.push(terms.required("must have at least one node selector term"));
        }
        errors.extend(terms.items().flat_map(|term| node_term_errors(&term)));
    }
    for preferred in node.child("preferredDuringSchedulingIgnoredDuringExecution").items() {
        errors.extend(weight_error(&preferred.child("weight")));
        errors.extend(node_term_errors(&preferred.child("preference")));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let affinity = affinity.child(kind);
        for term in affinity.child("requiredDuringSchedulingIgnoredDuringExecution").items() {
            errors.extend(pod_term_errors(&term));
        }
        for preferred in affinity.child("preferredDuringSchedulingIgnoredDuringExecution").items() {
            errors.extend(weight_error(&preferred.child("weight")));
            errors.extend(pod_term_errors(&preferred.child("podAffinityTerm")));
        }
    }
    errors
}

fn weight_error(weight: &Field<'_>) -> Option<FieldError> {
    (!(1..=100).contains(&weight.number()))
        .then(|| weight.invalid_value(weight.number(), "must be in the range 1-100"))
}

fn node_term_errors(term: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for requirement in term.child("matchExpressions").items() {
        let key = requirement.child("key");
        errors.extend(requirement_errors(&requirement));
        errors.extend(
            validate_label_key(key.text()).into_iter().map(|message| key.invalid_value(key.text(), message)),
        );
    }
    for requirement in term.child("matchFields").items() {
        let (key, values) = (requirement.child("key"), requirement.child("values"));
        match requirement.child("operator").text() {
            "In" | "NotIn" if values.items().count() != 1 => {
                errors.push(values.required(
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
                ));
            }
            "In" | "NotIn" => {}
            other => errors
                .push(requirement.child("operator").invalid_value(other, "not a valid selector operator")),
        }
        if key.text() != "metadata.name" {
            errors.push(key.invalid_value(key.text(), "not a valid field selector key"));
        }
    }
    errors
}

fn requirement_errors(requirement: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (operator, values) = (requirement.child("operator"), requirement.child("values"));
    match operator.text() {
        "In" | "NotIn" if values.is_empty() => {
            errors.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "In" | "NotIn" => {
            for value in values.items() {
                let messages = validate_label_value(value.text());
                errors.extend(messages.into_iter().map(|message| value.invalid(message)));
            }
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors
                .push(values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "Exists" | "DoesNotExist" => {}
        "Gt" | "Lt" => {
            if values.items().count() != 1 {
                errors
                    .push(values.required("must be specified single value when `operator` is 'Lt' or 'Gt'"));
            }
        }
        other => errors.push(operator.invalid_value(other, "not a valid selector operator")),
    }
    errors
}

fn pod_term_errors(term: &Field<'_>) -> FieldErrors {
    let mut errors = selector_errors(&term.child("labelSelector"));
    errors.extend(selector_errors(&term.child("namespaceSelector")));
    for namespace in term.child("namespaces").items() {
        errors.extend(namespace.invalid_all(crate::apimachinery::validate_dns1123_label(namespace.text())));
    }
    let topology = term.child("topologyKey");
    if topology.is_empty() {
        errors.push(topology.required(NO_TOPOLOGY));
    }
    errors.extend(
        validate_label_key(topology.text())
            .into_iter()
            .map(|message| topology.invalid_value(topology.text(), message)),
    );
    errors
}

/// A selector that may be absent or ask for nothing.
fn selector_errors(selector: &Field<'_>) -> FieldErrors {
    let mut errors = label_errors(&selector.child("matchLabels"));
    errors.extend(
        selector.child("matchExpressions").items().flat_map(|expression| expression_errors(&expression)),
    );
    errors
}

/// What is wrong with the spreading of a Pod's like.
pub(super) fn spread_errors(constraints: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for constraint in constraints.items() {
        let [skew, topology, unsatisfiable, domains] =
            ["maxSkew", "topologyKey", "whenUnsatisfiable", "minDomains"].map(|name| constraint.child(name));
        if skew.number() <= 0 {
            errors.push(skew.invalid_value(skew.number(), "must be greater than zero"));
        }
        if topology.is_empty() {
            errors.push(topology.required(NO_TOPOLOGY));
        } else {
            errors.extend(topology.invalid_all(validate_label_key(topology.text())));
        }
        if !["DoNotSchedule", "ScheduleAnyway"].contains(&unsatisfiable.text()) {
            errors.push(FieldError {
                value: Value::from(unsatisfiable.text()),
                ..unsatisfiable.not_supported(&["DoNotSchedule", "ScheduleAnyway"])
            });
        }
        let pair = (topology.text(), unsatisfiable.text());
        if taken.contains(&pair) {
            let shown = format!("{{{}, {}}}", pair.0, pair.1);
            let path = format!("{}.{{topologyKey, whenUnsatisfiable}}", constraint.path());
            errors.push(FieldError::duplicate(path, shown));
        }
        taken.push(pair);
        if !domains.is_absent() {
            if domains.number() <= 0 {
                errors.push(domains.invalid("must be greater than zero"));
            }
            if unsatisfiable.text() != "DoNotSchedule" {
                let detail = format!(
                    "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}",
                    unsatisfiable.text()
                );
                errors.push(domains.invalid(detail));
            }
        }
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let policy = constraint.child(name);
            if !policy.is_absent() && !["Honor", "Ignore"].contains(&policy.text()) {
                errors.push(policy.not_supported(&["Honor", "Ignore"]));
            }
        }
        errors.extend(selector_errors(&constraint.child("labelSelector")));
    }
    errors
}
