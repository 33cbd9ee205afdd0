//! Scopes of quotas: which Pods and claims a quota is about.

use crate::apimachinery::{Kind, LabelSelector, Object, builtin};
use crate::base::{Value, json};

use super::super::pod_defaults::qos_class;

/// Whether an object is within all scopes of a quota; without scopes every object is.
pub(super) fn all_match(quota: &Object, kind: &'static Kind, object: &Object) -> bool {
    let named = quota
        .list("/spec/scopes")
        .iter()
        .filter_map(Value::as_str)
        .map(|scope| json!({"scopeName": scope, "operator": "Exists"}));
    let selected = quota.list("/spec/scopeSelector/matchExpressions").iter().cloned();
    named.chain(selected).all(|requirement| matches(&requirement, kind, object))
}

fn matches(requirement: &Value, kind: &'static Kind, object: &Object) -> bool {
    let scope = requirement["scopeName"].as_str().unwrap_or_default();
    if kind == &builtin::PERSISTENT_VOLUME_CLAIM && scope == "VolumeAttributesClass" {
        return named(requirement, object.text("/spec/volumeAttributesClassName"));
    }
    if kind != &builtin::POD {
        return false;
    }
    let has_deadline = object.number("/spec/activeDeadlineSeconds").is_some_and(|seconds| seconds >= 0);
    match scope {
        "Terminating" => has_deadline,
        "NotTerminating" => !has_deadline,
        "BestEffort" => qos_class(object) == "BestEffort",
        "NotBestEffort" => qos_class(object) != "BestEffort",
        "PriorityClass" => named(requirement, object.text("/spec/priorityClassName")),
        "CrossNamespacePodAffinity" => reaches_out(object),
        _ => false,
    }
}

/// Whether a requirement means a name, which counts as absent when empty.
fn named(requirement: &Value, name: &str) -> bool {
    let labels = if name.is_empty() { json!({}) } else { json!({"name": name}) };
    let expression = json!({
        "key": "name", "operator": requirement["operator"], "values": requirement["values"],
    });
    LabelSelector::from_value(&json!({"matchExpressions": [expression]})).matches(labels.as_object())
}

/// Whether a Pod's affinity looks into other namespaces.
fn reaches_out(pod: &Object) -> bool {
    let beyond = |term: &Value| {
        term["namespaces"].as_array().is_some_and(|names| !names.is_empty())
            || !term["namespaceSelector"].is_null()
    };
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let list = |when: &str| {
            pod.list(&format!("/spec/affinity/{kind}/{when}DuringSchedulingIgnoredDuringExecution"))
        };
        list("required").iter().any(beyond)
            || list("preferred").iter().any(|weighted| beyond(&weighted["podAffinityTerm"]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_means_only_what_all_its_scopes_mean() {
        let mut pod = Object::new(&builtin::POD, "a", "p");
        pod.set("/spec/containers", json!([{"name": "c"}]));
        let within = |spec: Value, pod: &Object| {
            let mut quota = Object::new(&builtin::RESOURCE_QUOTA, "a", "q");
            quota.set("/spec", spec);
            all_match(&quota, &builtin::POD, pod)
        };
        assert!(within(json!({}), &pod));
        assert!(within(json!({"scopes": ["BestEffort", "NotTerminating"]}), &pod));
        assert!(!within(json!({"scopes": ["BestEffort", "Terminating"]}), &pod));
        let expression = |operator: &str, values: Value| {
            json!({"scopeSelector": {"matchExpressions": [
                {"scopeName": "PriorityClass", "operator": operator, "values": values},
            ]}})
        };
        assert!(!within(expression("Exists", json!(null)), &pod));
        pod.set("/spec/priorityClassName", "high");
        assert!(within(expression("In", json!(["high"])), &pod));
        assert!(!within(expression("NotIn", json!(["high"])), &pod));
    }
}
