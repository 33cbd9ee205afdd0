//! Who owns what after a sequence of writes.

use super::*;
use crate::apimachinery::builtin::DEPLOYMENT;
use crate::apimachinery::schema;
use crate::base::json;

fn deployment(spec: &Value) -> Object {
    let value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}}, "spec": spec,
    });
    Object::from_value(schema::decode(&DEPLOYMENT, &value).unwrap().value).unwrap()
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

#[test]
fn a_created_deployment_is_owned_as_upstream_writes_it() {
    let mut object = deployment(&json!({
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx", "ports": [{"containerPort": 80, "protocol": "TCP"}]}]},
        },
    }));
    record_update(None, &mut object, "kubectl-create", "", time(0));
    assert_eq!(
        object.published_metadata()["managedFields"],
        json!([{
            "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "manager": "kubectl-create", "operation": "Update",
            "time": "2023-11-14T22:13:20Z",
            "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                "f:spec": {
                    "f:replicas": {},
                    "f:selector": {},
                    "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}}, "f:type": {}},
                    "f:template": {
                        "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                        "f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {
                            ".": {}, "f:image": {}, "f:name": {}, "f:resources": {},
                            "f:ports": {".": {}, "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {
                                ".": {}, "f:containerPort": {}, "f:protocol": {},
                            }},
                        }}},
                    },
                },
            },
        }])
    );
}

#[test]
fn what_changes_passes_to_whoever_changed_it() {
    let mut first = deployment(&json!({"replicas": 1, "paused": true}));
    record_update(None, &mut first, "kubectl-create", "", time(0));
    let mut second = first.clone();
    second.set("/spec/replicas", 3);
    record_update(Some(&first), &mut second, "kubectl-scale", "scale", time(5));
    let managers = managers_of(&second);
    assert_eq!(managers.len(), 2);
    assert_eq!(managers[0].name, "kubectl-create");
    assert!(!managers[0].fields.paths().contains(&".spec.replicas".to_owned()));
    assert_eq!(managers[0].time, managers_of(&first)[0].time);
    assert_eq!(managers[1].fields.paths(), [".spec.replicas"]);
    assert_eq!(
        (managers[1].subresource.as_str(), managers[1].time.as_str()),
        ("scale", "2023-11-14T22:13:25Z")
    );
}

#[test]
fn an_update_that_changes_nothing_leaves_the_entries_alone() {
    let mut first = deployment(&json!({"replicas": 1}));
    record_update(None, &mut first, "a", "", time(0));
    let mut second = first.clone();
    record_update(Some(&first), &mut second, "b", "", time(9));
    assert_eq!(first, second);
}

#[test]
fn only_ten_updaters_are_told_apart() {
    let mut object = deployment(&json!({}));
    record_update(None, &mut object, "maker", "", time(99));
    for number in 0..15 {
        let old = object.clone();
        object.set(&format!("/metadata/labels/l{number}"), "x");
        record_update(Some(&old), &mut object, &format!("m{number}"), "", time(number));
    }
    let managers = managers_of(&object);
    assert_eq!(managers.len(), 10);
    assert_eq!(managers[0].name, "ancient-changes");
    assert_eq!(managers[0].fields.paths().len(), 7);
}

#[test]
fn entries_thrown_away_stay_away() {
    let mut object = deployment(&json!({"replicas": 1}));
    record_update(None, &mut object, "a", "", time(0));
    let old = object.clone();
    object.set("/metadata/managedFields", json!([{}]));
    record_update(Some(&old), &mut object, "b", "", time(1));
    assert_eq!(object.get("/metadata/managedFields"), None);
    let old = object.clone();
    object.set("/metadata/labels/x", "y");
    record_update(Some(&old), &mut object, "c", "", time(2));
    assert_eq!(object.get("/metadata/managedFields"), None);
}
