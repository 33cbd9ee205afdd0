//! Rules of what Pods ask of nodes: affinity, spreading, gates; and of the taints of nodes.

use crate::apimachinery::{
    FieldError, FieldErrorType, FieldErrors, Object, validate_label_key, validate_label_value,
};
use crate::base::{Key, Value};

use super::field::Field;
use super::workload::{expression_errors, label_errors};

/// Effects of taints, in the order of messages.
const EFFECTS: &[&str] = &["NoExecute", "NoSchedule", "PreferNoSchedule"];
/// What Pods can prefer: how much.
const WEIGHT: &str = "must be in the range 1-100";
/// What a label of nodes that has to be named is told.
const TOPOLOGY_KEY: &str = "can not be empty";

/// What is wrong with where a Pod wants to be.
pub(super) fn placement_errors(spec: &Field<'_>) -> FieldErrors {
    let affinity = spec.child("affinity");
    let mut errors = node_affinity_errors(&affinity.child("nodeAffinity"));
    for kind in ["podAffinity", "podAntiAffinity"] {
        errors.extend(pod_affinity_errors(&affinity.child(kind)));
    }
    errors.extend(spread_errors(&spec.child("topologySpreadConstraints")));
    errors.extend(gate_errors(&spec.child("schedulingGates")));
    errors
}

fn required<'a>(affinity: &Field<'a>) -> (Field<'a>, Field<'a>) {
    (
        affinity.child("requiredDuringSchedulingIgnoredDuringExecution"),
        affinity.child("preferredDuringSchedulingIgnoredDuringExecution"),
    )
}

fn node_affinity_errors(affinity: &Field<'_>) -> FieldErrors {
    let (needed, preferred) = required(affinity);
    let mut errors = FieldErrors::new();
    if !needed.is_absent() {
        let terms = needed.child("nodeSelectorTerms");
        if terms.is_empty() {
            errors.push(terms.required("must have at least one node selector term"));
        }
        errors.extend(terms.items().flat_map(|term| node_term_errors(&term)));
    }
    for preference in preferred.items() {
        errors.extend(weight_error(&preference.child("weight")));
        errors.extend(node_term_errors(&preference.child("preference")));
    }
    errors
}

fn weight_error(weight: &Field<'_>) -> Option<FieldError> {
    (!(1..=100).contains(&weight.number())).then(|| weight.invalid_value(weight.number(), WEIGHT))
}

/// What is wrong with a term about labels and names of nodes (`ValidateNodeSelectorTerm`).
fn node_term_errors(term: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for expression in term.child("matchExpressions").items() {
        let (operator, values) = (expression.child("operator"), expression.child("values"));
        let count = values.items().count();
        match operator.text() {
            "In" | "NotIn" if count == 0 => {
                errors.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
            }
            "Exists" | "DoesNotExist" if count > 0 => {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                errors.push(values.forbidden(detail));
            }
            "Gt" | "Lt" if count != 1 => {
                errors
                    .push(values.required("must be specified single value when `operator` is 'Lt' or 'Gt'"));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => errors.push(operator.invalid_value(operator.text(), "not a valid selector operator")),
        }
        let key = expression.child("key");
        errors.extend(key.invalid_all(validate_label_key(key.text())));
    }
    for field in term.child("matchFields").items() {
        let (key, values) = (field.child("key"), field.child("values"));
        if !["In", "NotIn"].contains(&field.child("operator").text()) {
            errors.push(field.child("operator").invalid("not a valid selector operator"));
        } else if values.items().count() != 1 {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.push(values.required(detail));
        }
        if key.text() != "metadata.name" {
            errors.push(key.invalid("not a valid field selector key"));
        }
    }
    errors
}

fn pod_affinity_errors(affinity: &Field<'_>) -> FieldErrors {
    let (needed, preferred) = required(affinity);
    let mut errors: FieldErrors = needed.items().flat_map(|term| pod_term_errors(&term)).collect();
    for preference in preferred.items() {
        errors.extend(weight_error(&preference.child("weight")));
        errors.extend(pod_term_errors(&preference.child("podAffinityTerm")));
    }
    errors
}

fn pod_term_errors(term: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for selector in ["labelSelector", "namespaceSelector"] {
        errors.extend(selector_errors(&term.child(selector)));
    }
    errors.extend(label_key_errors(term));
    let key = term.child("topologyKey");
    if key.is_empty() {
        errors.push(key.required(TOPOLOGY_KEY));
    } else {
        errors.extend(key.invalid_all(validate_label_key(key.text())));
    }
    errors
}

/// What is wrong with the labels by whose values a Pod adds to a selector
/// (`validateMatchLabelKeysAndMismatchLabelKeys`).
fn label_key_errors(term: &Field<'_>) -> FieldErrors {
    let selector = term.child("labelSelector");
    let [matched, mismatched] = ["matchLabelKeys", "mismatchLabelKeys"].map(|field| term.child(field));
    let mut errors = FieldErrors::new();
    for keys in [&matched, &mismatched].into_iter().filter(|keys| !keys.is_empty()) {
        if selector.is_absent() {
            errors.push(keys.forbidden("must not be specified when labelSelector is not set"));
            continue;
        }
        errors.extend(keys.items().flat_map(|key| key.invalid_all(validate_label_key(key.text()))));
    }
    // The selector has taken up what the keys say: who named a label there, too, has it twice.
    let named = selector.child("matchLabels");
    let mut seen: Vec<&str> = named.map().into_iter().flat_map(|map| map.keys().map(Key::as_str)).collect();
    for expression in selector.child("matchExpressions").items() {
        let key = expression.child("key");
        let index = matched.items().position(|matched| matched.text() == key.text());
        if let Some(index) = index.filter(|_| seen.contains(&key.text())) {
            let path = format!("{}[{index}]", term.path());
            errors.push(
                Field::at(path, key.value()).invalid("exists in both matchLabelKeys and labelSelector"),
            );
        }
        seen.push(key.text());
    }
    for key in matched.items().filter(|key| mismatched.items().any(|other| other.text() == key.text())) {
        errors.push(key.invalid("exists in both matchLabelKeys and mismatchLabelKeys"));
    }
    errors
}

fn selector_errors(selector: &Field<'_>) -> FieldErrors {
    let mut errors = label_errors(&selector.child("matchLabels"));
    let expressions = selector.child("matchExpressions");
    errors.extend(expressions.items().flat_map(|expression| expression_errors(&expression)));
    errors
}

/// `validateTopologySpreadConstraints`.
fn spread_errors(constraints: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut seen = Vec::new();
    for constraint in constraints.items() {
        let (skew, key) = (constraint.child("maxSkew"), constraint.child("topologyKey"));
        let (when, domains) = (constraint.child("whenUnsatisfiable"), constraint.child("minDomains"));
        if skew.number() <= 0 {
            errors.push(skew.invalid_value(skew.number(), "must be greater than zero"));
        }
        if key.is_empty() {
            errors.push(key.required(TOPOLOGY_KEY));
        }
        if !["DoNotSchedule", "ScheduleAnyway"].contains(&when.text()) {
            errors.push(FieldError {
                value: when.text().into(),
                ..when.not_supported(&["DoNotSchedule", "ScheduleAnyway"])
            });
        }
        let pair = (key.text(), when.text());
        if seen.contains(&pair) {
            let shown = format!("{{{}, {}}}", pair.0, pair.1);
            let duplicate = FieldErrorType::Duplicate;
            errors.push(FieldError::new(constraint.path(), duplicate, Value::from(shown), ""));
        }
        seen.push(pair);
        if !domains.is_absent() && domains.number() <= 0 {
            errors.push(domains.invalid("must be greater than zero"));
        }
        if !domains.is_absent() && when.text() == "ScheduleAnyway" {
            let detail = "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway";
            errors.push(domains.invalid(detail));
        }
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let policy = constraint.child(policy);
            if !policy.is_absent() && !["Honor", "Ignore"].contains(&policy.text()) {
                errors.push(policy.not_supported(&["Honor", "Ignore"]));
            }
        }
        errors.extend(label_key_errors(&constraint));
        errors.extend(selector_errors(&constraint.child("labelSelector")));
    }
    errors
}

fn gate_errors(gates: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut seen = Vec::new();
    for gate in gates.items() {
        let name = gate.child("name");
        errors.extend(
            validate_label_key(name.text())
                .into_iter()
                .map(|message| gate.invalid_value(name.text(), message)),
        );
        if seen.contains(&name.text()) {
            errors.push(FieldError { value: name.text().into(), ..gate.duplicate() });
        }
        seen.push(name.text());
    }
    errors
}

/// What is wrong with a node's taints (`validateNodeTaints`).
pub(crate) fn node_taint_errors(node: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut seen = Vec::new();
    for taint in Field::of(node, "spec").child("taints").items() {
        let (key, value, effect) = (taint.child("key"), taint.child("value"), taint.child("effect"));
        errors.extend(key.invalid_all(validate_label_key(key.text())));
        errors.extend(
            validate_label_value(value.text())
                .into_iter()
                .map(|message| value.invalid_value(value.text(), message)),
        );
        if effect.is_empty() {
            errors.push(effect.required(""));
        } else if !EFFECTS.contains(&effect.text()) {
            errors.push(effect.not_supported(EFFECTS));
        }
        let pair = (key.text(), effect.text());
        if seen.contains(&pair) {
            let mut duplicate = taint.duplicate();
            "taints must be unique by key and effect pair".clone_into(&mut duplicate.detail);
            errors.push(duplicate);
        }
        seen.push(pair);
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn told(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_pods_ask_of_nodes_has_to_make_sense() {
        let pod = Object::from_value(json!({"spec": {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []},
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 101, "preference": {
                        "matchExpressions": [{"key": "a", "operator": "In"}],
                    }}],
                },
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]},
            },
            "topologySpreadConstraints": [
                {"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
                    "matchLabelKeys": ["a"]},
                {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
            ],
        }}))
        .unwrap();
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        assert_eq!(
            told(&placement_errors(&Field::of(&pod, "spec"))),
            [
                format!(
                    "spec.affinity.nodeAffinity.{required}.nodeSelectorTerms: Required value: must have at least one node selector term"
                ),
                format!(
                    "spec.affinity.nodeAffinity.{preferred}[0].weight: Invalid value: 101: must be in the range 1-100"
                ),
                format!(
                    "spec.affinity.nodeAffinity.{preferred}[0].preference.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"
                ),
                format!(
                    "spec.affinity.podAntiAffinity.{required}[0].topologyKey: Required value: can not be empty"
                ),
                "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"
                    .to_owned(),
                "spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set".to_owned(),
                "spec.topologySpreadConstraints[1]: Duplicate value: \"{zone, DoNotSchedule}\"".to_owned(),
            ]
        );
        let node = Object::from_value(json!({"spec": {"taints": [{"key": "a", "effect": "Nope"}]}})).unwrap();
        assert_eq!(
            told(&node_taint_errors(&node)),
            [
                "spec.taints[0].effect: Unsupported value: \"Nope\": supported values: \"NoExecute\", \"NoSchedule\", \"PreferNoSchedule\""
            ]
        );
    }
}
