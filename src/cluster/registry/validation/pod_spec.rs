//! Rules of Pod specs, and of what may change in one.

use serde_json::{Map, Value};

use crate::apimachinery::{
    FieldError, FieldErrors, Object, validate_dns1123_label, validate_dns1123_subdomain,
};

use super::container::{container_errors, host_port_conflicts, init_errors, running_errors};
use super::dns::{dns_errors, host_alias_errors, readiness_gate_errors};
use super::ephemeral::ephemeral_container_errors;
use super::field::Field;
use super::internal_types::with_difference;
use super::placement::placement_errors;
use super::security::pod_security_errors;
use super::volume::{volume_errors, volume_names};
use super::workload::label_errors;

/// What a client is told that changes more of a Pod than it may.
const UPDATE_REFUSED: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
/// Seconds that a Pod has to end when it does not say.
const GRACE_PERIOD: i64 = 30;

/// What is wrong with a Pod spec (`ValidatePodSpec`).
pub(crate) fn pod_spec_errors(spec: &Field<'_>) -> FieldErrors {
    let volumes = spec.child("volumes");
    let mut errors = volume_errors(&volumes);
    let names = volume_names(&volumes);
    let containers = spec.child("containers");
    if containers.is_empty() {
        errors.push(containers.required(""));
    }
    errors.extend(all_container_errors(spec, &names));
    errors.extend(spec.child("restartPolicy").one_of(&["Always", "OnFailure", "Never"]));
    errors.extend(spec.child("dnsPolicy").one_of(&[
        "ClusterFirstWithHostNet",
        "ClusterFirst",
        "Default",
        "None",
    ]));
    errors.extend(label_errors(&spec.child("nodeSelector")));
    errors.extend(host_network_errors(spec));
    errors.extend(pod_security_errors(&spec.child("securityContext")));
    errors.extend(dns_errors(spec));
    errors.extend(readiness_gate_errors(spec));
    errors.extend(placement_errors(spec));
    errors.extend(plain_field_errors(spec));
    errors.extend(spec.child("tolerations").items().flat_map(|toleration| toleration_errors(&toleration)));
    errors.extend(host_alias_errors(&spec.child("hostAliases")));
    let class = spec.child("priorityClassName");
    if !class.is_empty() {
        errors.extend(class.invalid_all(validate_dns1123_subdomain(class.text())));
    }
    let preemption = spec.child("preemptionPolicy");
    if !preemption.is_empty() && !["Never", "PreemptLowerPriority"].contains(&preemption.text()) {
        errors.push(preemption.not_supported(&["PreemptLowerPriority", "Never"]));
    }
    errors
}

/// What is wrong with the containers of every kind.
fn all_container_errors(spec: &Field<'_>, volumes: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let grace = spec.child("terminationGracePeriodSeconds");
    let grace = if grace.is_absent() { GRACE_PERIOD } else { grace.number() };
    let mut taken = Vec::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for container in spec.child(list).items() {
            errors.extend(container_errors(&container, volumes));
            let name = container.child("name");
            if taken.contains(&name.text()) && !name.is_empty() {
                errors.push(name.duplicate());
            }
            errors.extend(match list {
                "containers" => running_errors(&container, grace),
                "initContainers" => init_errors(&container, grace),
                _ => ephemeral_container_errors(&container, &taken),
            });
            taken.push(name.text());
        }
        errors.extend(host_port_conflicts(&spec.child(list)));
    }
    errors
}

/// On the node's network a container has the ports that it says it has.
fn host_network_errors(spec: &Field<'_>) -> FieldErrors {
    if spec.child("hostNetwork").value() != &Value::Bool(true) {
        return FieldErrors::new();
    }
    let lists = ["containers", "initContainers"].map(|list| spec.child(list));
    let ports = lists.iter().flat_map(Field::items).flat_map(|container| container.child("ports").items());
    ports
        .filter(|port| port.child("hostPort").number() != port.child("containerPort").number())
        .map(|port| port.child("containerPort").invalid("must match `hostPort` when `hostNetwork` is true"))
        .collect()
}

fn plain_field_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (name, rule) in [
        ("serviceAccountName", validate_dns1123_subdomain as fn(&str) -> Vec<String>),
        ("nodeName", validate_dns1123_subdomain),
        ("hostname", validate_dns1123_label),
        ("subdomain", validate_dns1123_label),
    ] {
        let field = spec.child(name);
        if !field.is_empty() {
            errors.extend(field.invalid_all(rule(field.text())));
        }
    }
    let deadline = spec.child("activeDeadlineSeconds");
    if !deadline.is_absent() && !(1..=i64::from(i32::MAX)).contains(&deadline.number()) {
        errors.push(deadline.invalid("must be between 1 and 2147483647, inclusive"));
    }
    errors
}

fn toleration_errors(toleration: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let [key, operator, effect] = ["key", "operator", "effect"].map(|name| toleration.child(name));
    if key.is_empty() && operator.text() != "Exists" {
        let detail =
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.push(operator.invalid_value(operator.text(), detail));
    }
    if !matches!(operator.text(), "" | "Equal" | "Exists") {
        errors.push(operator.not_supported(&["Equal", "Exists"]));
    }
    if operator.text() == "Exists" && !toleration.child("value").is_empty() {
        errors.push(operator.invalid("value must be empty when `operator` is 'Exists'"));
    }
    if !matches!(effect.text(), "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        errors.push(effect.not_supported(&["NoSchedule", "PreferNoSchedule", "NoExecute"]));
    }
    if !toleration.child("tolerationSeconds").is_absent() && effect.text() != "NoExecute" {
        let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        errors.push(effect.invalid_value(effect.text(), detail));
    }
    errors
}

/// What is wrong with a change of a Pod (`ValidatePodUpdate`).
pub(crate) fn pod_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let spec = Field::of(new, "spec");
    for list in ["containers", "initContainers"] {
        let pointer = format!("/spec/{list}");
        if new.list(&pointer).len() != old.list(&pointer).len() {
            return vec![spec.child(list).forbidden("pod updates may not add or remove containers")];
        }
    }
    let mut allowed = new.get("/spec").cloned().unwrap_or_default();
    let before = old.get("/spec").cloned().unwrap_or_default();
    undo_allowed_changes(&mut allowed, &before);
    if allowed == before {
        return FieldErrors::new();
    }
    vec![FieldError::forbidden("spec", with_difference(UPDATE_REFUSED, "PodSpec", &before, &allowed))]
}

/// Puts back what a client may change, so that what still differs is what it may not.
fn undo_allowed_changes(new: &mut Value, old: &Value) {
    for list in ["containers", "initContainers"] {
        let Some(Value::Array(containers)) = new.get_mut(list) else { continue };
        for (index, container) in containers.iter_mut().enumerate() {
            if let (Value::Object(container), Some(image)) = (container, old[list][index].get("image")) {
                container.insert("image".to_owned(), image.clone());
            }
        }
    }
    let Value::Object(new) = new else { return };
    restore(new, old, "activeDeadlineSeconds");
    let became_one = new.get("terminationGracePeriodSeconds").and_then(Value::as_i64) == Some(1);
    if became_one && old["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        restore(new, old, "terminationGracePeriodSeconds");
    }
    let before = old["tolerations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let after = new.get("tolerations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if before.iter().all(|toleration| after.contains(toleration)) {
        restore(new, old, "tolerations");
    }
    let gates_only_go = |gates: &Value| {
        let before = old["schedulingGates"].as_array().map(Vec::as_slice).unwrap_or_default();
        gates.as_array().is_some_and(|after| after.iter().all(|gate| before.contains(gate)))
    };
    // Until a Pod may be scheduled, it may become pickier about its node.
    let gated = old["schedulingGates"].as_array().is_some_and(|gates| !gates.is_empty());
    let selector = new.get("nodeSelector").and_then(Value::as_object);
    let keeps = old["nodeSelector"].as_object().is_none_or(|before| {
        before.iter().all(|(key, value)| selector.and_then(|after| after.get(key)) == Some(value))
    });
    if gated && keeps {
        restore(new, old, "nodeSelector");
    }
    if new.get("schedulingGates").is_none_or(gates_only_go) {
        restore(new, old, "schedulingGates");
    }
}

fn restore(new: &mut Map<String, Value>, old: &Value, field: &str) {
    match old.get(field) {
        Some(value) => new.insert(field.to_owned(), value.clone()),
        None => new.remove(field),
    };
}
