//! What holds for the rules of every kind, and some rules of those that have few.

use super::tests::{options, registry};
use super::*;
use crate::apimachinery::{KINDS, builtin, unstored};
use crate::base::{Value, json};

#[test]
fn every_table_has_a_cell_for_each_column_even_of_an_empty_object() {
    for kind in KINDS.iter().chain(unstored::TABLE).copied() {
        let object = Arc::new(Object::new(kind, "default", "x"));
        let table = Registry::table(kind, &[object], "2026-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(table.rows().next().unwrap().cells.len(), table.columns.len(), "{kind:?}");
    }
}

/// What a new object of that kind is refused for; empty when it is accepted.
fn refusal(kind: &'static Kind, name: &str, fields: Value) -> String {
    let mut object = Object::new(kind, if kind.namespaced { "default" } else { "" }, name);
    for (field, value) in fields.as_object().into_iter().flatten() {
        object.set(&format!("/{field}"), value.clone());
    }
    let namespace = object.namespace().to_owned();
    let created = registry().create(kind, &namespace, object, &options());
    created.err().map(|status| status.message).unwrap_or_default()
}

#[test]
fn wrong_objects_of_small_kinds_are_told_what_is_wrong() {
    let cases: &[(&'static Kind, &str, Value, &str)] = &[
        (&builtin::RUNTIME_CLASS, "r", json!({"handler": "run_c"}), "handler: Invalid value"),
        (&builtin::RUNTIME_CLASS, "r", json!({"handler": "runc"}), ""),
        (&builtin::IP_ADDRESS, "10.1", json!({"spec": {}}), "metadata.name: Invalid value: \"10.1\""),
        (&builtin::IP_ADDRESS, "10.0.0.1", json!({"spec": {}}), "spec.parentRef: Required value"),
        (
            &builtin::SERVICE_CIDR,
            "s",
            json!({"spec": {"cidrs": ["10.0.0.0"]}}),
            "spec.cidrs[0]: Invalid value",
        ),
        (&builtin::VOLUME_ATTRIBUTES_CLASS, "v", json!({"driverName": "d"}), "parameters: Required value"),
        (&builtin::CSI_STORAGE_CAPACITY, "c", json!({}), "storageClassName: Required value"),
        (
            &builtin::FLOW_SCHEMA,
            "f",
            json!({"spec": {"matchingPrecedence": 20_000, "priorityLevelConfiguration": {"name": "x"}}}),
            "spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000",
        ),
        (
            &builtin::PRIORITY_LEVEL_CONFIGURATION,
            "p",
            json!({"spec": {"type": "Limited"}}),
            "spec.limited: Required value: must not be empty when type is Limited",
        ),
        (
            &builtin::API_SERVICE,
            "v1.y",
            json!({"spec": {"group": "x", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1}}),
            "metadata.name: Invalid value: \"v1.y\"",
        ),
        (
            &builtin::VALIDATING_WEBHOOK_CONFIGURATION,
            "w",
            json!({"webhooks": [{"name": "a.b.c", "clientConfig": {"url": "https://x"}, "admissionReviewVersions": ["v1"]}]}),
            "webhooks[0].sideEffects: Required value",
        ),
        (
            &builtin::REPLICATION_CONTROLLER,
            "rc",
            json!({"spec": {"selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "c"}},
                "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}),
            "`selector` does not match template `labels`",
        ),
    ];
    for (kind, name, fields, expected) in cases {
        let message = refusal(kind, name, fields.clone());
        assert!(message.contains(expected) && message.is_empty() == expected.is_empty(), "{message}");
    }
}

#[test]
fn a_runtime_class_shapes_its_pods() {
    let mut registry = registry();
    let mut class = Object::new(&builtin::RUNTIME_CLASS, "", "small");
    class.set("/handler", "runc");
    class.set("/overhead", json!({"podFixed": {"cpu": "10m"}}));
    class.set("/scheduling", json!({"nodeSelector": {"runtime": "small"}}));
    registry.create(&builtin::RUNTIME_CLASS, "", class, &options()).unwrap();
    let mut pod = Object::new(&builtin::POD, "default", "p");
    pod.set("/spec", json!({"runtimeClassName": "small", "containers": [{"name": "c", "image": "nginx"}]}));
    let written = registry.create(&builtin::POD, "default", pod.clone(), &options()).unwrap();
    assert_eq!(written.object.text("/spec/overhead/cpu"), "10m");
    assert_eq!(written.object.text("/spec/nodeSelector/runtime"), "small");
    pod.set("/metadata/name", "q");
    pod.set("/spec/runtimeClassName", "none");
    let refused = registry.create(&builtin::POD, "default", pod, &options()).unwrap_err();
    assert_eq!(refused.message, r#"pods "q" is forbidden: pod rejected: RuntimeClass "none" not found"#);
}
