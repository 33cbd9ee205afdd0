//! Rules of Pod specs.

use crate::apimachinery::{FieldErrors, validate_dns1123_label, validate_dns1123_subdomain};
use crate::base::Value;

use super::claims::{claim_errors, claim_names, used_claim_errors};
use super::container::{container_errors, host_port_conflicts, init_errors, running_errors};
use super::dns::{dns_errors, host_alias_errors, readiness_gate_errors};
use super::env_files::env_file_errors;
use super::ephemeral::ephemeral_container_errors;
use super::field::Field;
use super::placement::placement_errors;
use super::pod_host::{host_user_errors, hostname_override_errors, system_errors};
use super::pod_resources::pod_resource_errors;
use super::security::{pod_security_errors, unmasked_error};
use super::volume::{volume_errors, volume_names};
use super::workload::label_errors;

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
    errors.extend(claim_errors(spec));
    errors.extend(all_container_errors(spec, &names));
    errors.extend(env_file_errors(spec));
    errors.extend(pod_resource_errors(spec));
    errors.extend(host_network_errors(spec));
    errors.extend(spec.child("restartPolicy").one_of(&["Always", "OnFailure", "Never"]));
    errors.extend(spec.child("dnsPolicy").one_of(&[
        "ClusterFirstWithHostNet",
        "ClusterFirst",
        "Default",
        "None",
    ]));
    errors.extend(label_errors(&spec.child("nodeSelector")));
    errors.extend(pod_security_errors(spec));
    errors.extend(dns_errors(spec));
    errors.extend(readiness_gate_errors(spec));
    errors.extend(placement_errors(spec));
    errors.extend(host_user_errors(spec));
    errors.extend(plain_field_errors(spec));
    errors.extend(hostname_override_errors(spec));
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
    errors.extend(system_errors(spec));
    errors
}

/// What is wrong with the containers of every kind.
fn all_container_errors(spec: &Field<'_>, volumes: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let grace = spec.child("terminationGracePeriodSeconds");
    let grace = if grace.is_absent() { GRACE_PERIOD } else { grace.number() };
    let claims = claim_names(spec);
    let mut taken = Vec::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for container in spec.child(list).items() {
            errors.extend(container_errors(&container, volumes));
            errors.extend(used_claim_errors(&container.child("resources"), &claims));
            errors.extend(unmasked_error(spec, &container));
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
