//! A schema against values: what is refused, dropped and filled in.

use crate::base::json;

use super::*;

fn schema() -> Value {
    json!({"type": "object", "properties": {
        "spec": {"type": "object", "required": ["image"], "properties": {
            "image": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
            "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
            "color": {"type": "string", "enum": ["red", "blue"]},
            "port": {"x-kubernetes-int-or-string": true},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "x-kubernetes-list-type": "set"},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "hint": {"type": "string"},
            "whole": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true},
        }},
    }})
}

fn told(spec: Value) -> Vec<String> {
    validate_by_schema(&schema(), &json!({"spec": spec}), "").iter().map(ToString::to_string).collect()
}

#[test]
fn values_are_judged_in_upstreams_words() {
    for (spec, expected) in [
        (json!({}), "spec.image: Required value"),
        (
            json!({"image": "a", "whole": {"kind": "Pod"}}),
            "spec.whole.apiVersion: Required value: must not be empty",
        ),
        (json!("x"), r#"spec: Invalid value: "string": spec in body must be of type object: "string""#),
        (
            json!({"image": "a", "replicas": "two"}),
            r#"spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string""#,
        ),
        (
            json!({"image": "a", "replicas": 0}),
            "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
        ),
        (
            json!({"image": "a", "replicas": 11}),
            "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10",
        ),
        (
            json!({"image": "A1"}),
            r#"spec.image: Invalid value: "A1": spec.image in body should match '^[a-z]+$'"#,
        ),
        (json!({"image": "abcdef"}), "spec.image: Too long: may not be more than 5 bytes"),
        (
            json!({"image": "a", "color": "green"}),
            r#"spec.color: Unsupported value: "green": supported values: "red", "blue""#,
        ),
        (json!({"image": "a", "tags": ["a", "b", "c"]}), "spec.tags: Too many: 3: must have at most 2 items"),
        (json!({"image": "a", "tags": ["a", "a"]}), r#"spec.tags[1]: Duplicate value: "a""#),
        (
            json!({"image": "a", "labels": {"x": 1}}),
            r#"spec.labels.x: Invalid value: "integer": spec.labels.x in body must be of type string: "integer""#,
        ),
    ] {
        assert_eq!(told(spec), [expected]);
    }
    assert_eq!(told(json!({"image": "a", "port": "http"})), [] as [String; 0]);
}

#[test]
fn unknown_fields_go_and_defaults_come() {
    let mut value = json!({"kind": "A", "metadata": {"name": "a"}, "extra": 1,
        "spec": {"image": "a", "foo": 1, "free": {"b": 2}, "hint": null, "replicas": null, "labels": {"l": "m"}}});
    let mut dropped = Vec::new();
    pruning::prune_root(&schema(), &mut value, &mut dropped);
    defaulting::prune_nulls(&schema(), &mut value);
    defaulting::default(&schema(), &mut value);
    assert_eq!(dropped, ["extra", "spec.foo"]);
    let spec = json!({"image": "a", "free": {"b": 2}, "labels": {"l": "m"}, "replicas": 1});
    assert_eq!(value, json!({"kind": "A", "metadata": {"name": "a"}, "spec": spec}));
}
