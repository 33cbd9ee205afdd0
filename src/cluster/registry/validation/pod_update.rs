//! Rules of what may change in a Pod (`ValidatePodUpdate`).

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::{Key, Map, Value, json};

use super::field::Field;
use super::internal_types::{compact, with_difference};

/// What a client is told that changes more of a Pod than it may.
const UPDATE_REFUSED: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
/// Where the needs of a Pod stand that its node has to meet.
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// What is wrong with a change of a Pod.
pub(crate) fn pod_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let (spec, before) = (Field::of(new, "spec"), Field::of(old, "spec"));
    for list in ["containers", "initContainers"] {
        if spec.child(list).items().count() != before.child(list).items().count() {
            return vec![spec.child(list).forbidden("pod updates may not add or remove containers")];
        }
    }
    let deadline = "activeDeadlineSeconds";
    if let Some(error) = deadline_error(&spec.child(deadline), &before.child(deadline)) {
        return vec![error];
    }
    let mut errors = FieldErrors::new();
    errors.extend(toleration_change_error(&spec.child("tolerations"), &before.child("tolerations")));
    errors.extend(new_gate_errors(&spec.child("schedulingGates"), &before.child("schedulingGates")));
    let mut allowed = spec.value().clone();
    // Until a Pod may be scheduled, it may become pickier about its node.
    if !before.child("schedulingGates").is_empty() {
        errors.extend(selector_change_error(&spec.child("nodeSelector"), &before.child("nodeSelector")));
        let [affinity, old_affinity] =
            [&spec, &before].map(|spec| spec.child("affinity").child("nodeAffinity"));
        errors.extend(affinity_change_errors(&affinity, &old_affinity));
        undo_pickiness(&mut allowed, before.value());
    }
    undo_allowed_changes(&mut allowed, before.value());
    if allowed != *before.value() {
        let difference = with_difference(UPDATE_REFUSED, "PodSpec", before.value(), &allowed);
        errors.push(FieldError::forbidden("spec", difference));
    }
    errors
}

/// A deadline may be set, and come sooner.
fn deadline_error(new: &Field<'_>, old: &Field<'_>) -> Option<FieldError> {
    if new.is_absent() {
        let refusal = "must not update from a positive integer to nil value";
        return (!old.is_absent()).then(|| new.invalid(refusal));
    }
    let later = !old.is_absent() && old.number() < new.number();
    later.then(|| new.invalid("must be less than or equal to previous value"))
}

/// Tolerations may be added, and last longer or shorter.
fn toleration_change_error(new: &Field<'_>, old: &Field<'_>) -> Option<FieldError> {
    let timeless = |toleration: Field<'_>| {
        let mut toleration = toleration.value().clone();
        if let Value::Object(toleration) = &mut toleration {
            toleration.remove("tolerationSeconds");
        }
        toleration
    };
    let left: Vec<Value> = new.items().map(timeless).collect();
    let gone = old.items().map(timeless).any(|toleration| !left.contains(&toleration));
    gone.then(|| new.forbidden("existing toleration can not be modified except its tolerationSeconds"))
}

/// Gates only go.
fn new_gate_errors(new: &Field<'_>, old: &Field<'_>) -> FieldErrors {
    let known = |name: &str| old.items().any(|gate| gate.child("name").text() == name);
    let names = new.items().map(|gate| gate.child("name"));
    names
        .filter(|name| !known(name.text()))
        .map(|name| {
            let found = name.text();
            name.forbidden(format!("only deletion is allowed, but found new scheduling gate '{found}'"))
        })
        .collect()
}

fn selector_change_error(new: &Field<'_>, old: &Field<'_>) -> Option<FieldError> {
    let kept = |(key, value): (&Key, &Value)| new.value().get(key) == Some(value);
    if old.map().into_iter().flatten().all(kept) {
        return None;
    }
    Some(new.invalid(format!("only additions to {} are allowed (no mutations or deletions)", new.path())))
}

/// Terms may become narrower, but neither fewer nor more (`validateNodeAffinityMutation`).
fn affinity_change_errors(new: &Field<'_>, old: &Field<'_>) -> FieldErrors {
    let [terms, before] = [new, old].map(|affinity| affinity.child(REQUIRED).child("nodeSelectorTerms"));
    if before.is_empty() {
        return FieldErrors::new();
    }
    let shown = |term: &Value| compact("NodeTerm", term);
    if terms.items().count() != before.items().count() {
        let all: Vec<String> = terms.items().map(|term| shown(term.value())).collect();
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        return vec![terms.invalid(detail).showing(format!("[{}]", all.join(",")))];
    }
    terms
        .items()
        .zip(before.items())
        .filter(|(term, before)| !only_adds(term, before))
        .map(|(term, _)| {
            let detail = "only additions are allowed (no mutations or deletions)";
            term.invalid(detail).showing(shown(term.value()))
        })
        .collect()
}

fn only_adds(term: &Field<'_>, before: &Field<'_>) -> bool {
    let lists = ["matchExpressions", "matchFields"];
    if lists.iter().all(|list| before.child(list).is_empty()) {
        return lists.iter().all(|list| term.child(list).is_empty());
    }
    lists.iter().all(|list| {
        let mut left = term.child(list).items().map(|item| item.value());
        before.child(list).items().all(|item| left.next() == Some(item.value()))
    })
}

/// Puts back what may change of a Pod that nobody may schedule yet.
fn undo_pickiness(new: &mut Value, old: &Value) {
    let Value::Object(new) = new else { return };
    restore(new, old, "nodeSelector");
    let before = old["affinity"].get("nodeAffinity");
    let mut affinity = new.remove("affinity").unwrap_or_else(|| json!({}));
    if let Value::Object(affinity) = &mut affinity {
        match before {
            Some(before) => affinity.insert("nodeAffinity", before.clone()),
            None => affinity.remove("nodeAffinity"),
        };
    }
    if old.get("affinity").is_some() || affinity != json!({}) {
        new.insert("affinity", affinity);
    }
}

/// Puts back what a client may change, so that what still differs is what it may not.
fn undo_allowed_changes(new: &mut Value, old: &Value) {
    for list in ["containers", "initContainers"] {
        let Some(Value::Array(containers)) = new.get_mut(list) else { continue };
        for (index, container) in containers.iter_mut().enumerate() {
            if let (Value::Object(container), Some(image)) = (container, old[list][index].get("image")) {
                container.insert("image", image.clone());
            }
        }
    }
    let Value::Object(new) = new else { return };
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        restore(new, old, field);
    }
    let became_one = new.get("terminationGracePeriodSeconds").and_then(Value::as_i64) == Some(1);
    if became_one && old["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        restore(new, old, "terminationGracePeriodSeconds");
    }
}

fn restore(new: &mut Map, old: &Value, field: &str) {
    match old.get(field) {
        Some(value) => new.insert(field.to_owned(), value.clone()),
        None => new.remove(field),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a change of a Pod's spec, without the difference.
    fn told(old: Value, new: Value) -> Vec<String> {
        let pod = |spec: Value| {
            let mut pod =
                Object::from_value(json!({"spec": {"containers": [{"name": "c", "image": "i"}]}})).unwrap();
            for (field, value) in spec.as_object().unwrap() {
                pod.set(&format!("/spec/{field}"), value.clone());
            }
            pod
        };
        let errors = pod_update_errors(&pod(new), &pod(old));
        errors.iter().map(|error| error.to_string().lines().next().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_deadline_comes_sooner_or_not_at_all() {
        let deadline = |seconds: i64| json!({"activeDeadlineSeconds": seconds});
        assert!(told(json!({}), deadline(5)).is_empty());
        assert!(told(deadline(5), deadline(4)).is_empty());
        let field = "spec.activeDeadlineSeconds: Invalid value:";
        assert_eq!(
            told(deadline(5), deadline(10)),
            [format!("{field} 10: must be less than or equal to previous value")]
        );
        assert_eq!(
            told(deadline(5), json!({})),
            [format!("{field} null: must not update from a positive integer to nil value")]
        );
    }

    #[test]
    fn tolerations_are_added_and_gates_go() {
        let tolerations = |value: &str, seconds: i64| {
            json!({"tolerations": [
                {"key": "k", "value": value, "effect": "NoExecute", "tolerationSeconds": seconds},
            ]})
        };
        assert!(told(json!({}), tolerations("v", 1)).is_empty());
        assert!(told(tolerations("v", 1), tolerations("v", 2)).is_empty());
        assert_eq!(
            told(tolerations("v", 1), tolerations("w", 1)),
            [
                "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"
            ]
        );
        let gates = |names: &[&str]| {
            let gates: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            json!({"schedulingGates": gates})
        };
        assert!(told(gates(&["a", "b"]), gates(&["b"])).is_empty());
        assert_eq!(
            told(gates(&["a"]), gates(&["a", "b"])),
            [
                "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"
            ]
        );
    }

    #[test]
    fn a_gated_pod_only_becomes_pickier() {
        let gate = json!([{"name": "g"}]);
        let selector = |selector: Value| json!({"schedulingGates": gate, "nodeSelector": selector});
        assert!(told(selector(json!({"a": "b"})), selector(json!({"a": "b", "c": "d"}))).is_empty());
        assert_eq!(
            told(selector(json!({"a": "b"})), selector(json!({"a": "z"}))),
            [
                r#"spec.nodeSelector: Invalid value: {"a":"z"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)"#
            ]
        );
        let exists = |key: &str| json!({"key": key, "operator": "Exists"});
        let affinity = |terms: Value| json!({"schedulingGates": gate, "affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": terms}}}});
        let a = affinity(json!([{"matchExpressions": [exists("a")]}]));
        assert!(told(json!({"schedulingGates": gate}), a.clone()).is_empty());
        assert!(
            told(a.clone(), affinity(json!([{"matchExpressions": [exists("a"), exists("b")]}]))).is_empty()
        );
        let terms = format!("spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms");
        assert_eq!(
            told(a.clone(), affinity(json!([{"matchExpressions": [exists("b")]}]))),
            [format!(
                r#"{terms}[0]: Invalid value: {{"MatchExpressions":[{{"Key":"b","Operator":"Exists","Values":null}}],"MatchFields":null}}: only additions are allowed (no mutations or deletions)"#
            )]
        );
        let two = told(
            a.clone(),
            affinity(json!([{"matchExpressions": [exists("a")]}, {"matchExpressions": [exists("b")]}])),
        );
        assert!(
            two[0].ends_with("no additions/deletions to non-empty NodeSelectorTerms list are allowed"),
            "{two:?}"
        );
        let free = json!({"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [exists("a")]}]}}}});
        assert!(told(json!({}), free)[0].starts_with("spec: Forbidden: pod updates may not change"));
    }
}
