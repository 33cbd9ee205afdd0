//! Patches as kubectl and upstream's tests write them.

use super::*;
use crate::apimachinery::builtin::{DEPLOYMENT, NAMESPACE, POD, SERVICE};
use crate::base::{Value, json};

fn pod(spec: Value) -> Value {
    json!({"spec": spec})
}

#[test]
fn patches_are_applied_by_the_rules_of_the_types() {
    let containers = json!([{"name": "a", "image": "1", "args": ["x", "y"]}, {"name": "b", "image": "1"}]);
    let cases = [
        (
            "items merge by key and keep the server's order",
            pod(json!({"containers": containers})),
            pod(json!({"containers": [{"name": "b", "image": "2"}]})),
            pod(
                json!({"containers": [{"name": "a", "image": "1", "args": ["x", "y"]}, {"name": "b", "image": "2"}]}),
            ),
        ),
        (
            "lists without a key are replaced, null deletes",
            pod(json!({"containers": containers})),
            pod(json!({"containers": [{"name": "a", "image": null, "args": ["z"]}]})),
            pod(json!({"containers": [{"name": "a", "args": ["z"]}, {"name": "b", "image": "1"}]})),
        ),
        (
            "an item is deleted, a new one goes in front of those that the patch does not name",
            pod(json!({"containers": containers})),
            pod(json!({"containers": [{"name": "a", "$patch": "delete"}, {"name": "c"}]})),
            pod(json!({"containers": [{"name": "c"}, {"name": "b", "image": "1"}]})),
        ),
        (
            "a list is replaced",
            pod(json!({"containers": containers})),
            pod(json!({"containers": [{"name": "c"}, {"$patch": "replace"}]})),
            pod(json!({"containers": [{"name": "c"}]})),
        ),
        (
            "the order is set",
            pod(json!({"containers": containers})),
            pod(
                json!({"containers": [{"name": "c"}], "$setElementOrder/containers": [{"name": "c"}, {"name": "b"}, {"name": "a"}]}),
            ),
            pod(
                json!({"containers": [{"name": "c"}, {"name": "b", "image": "1"}, {"name": "a", "image": "1", "args": ["x", "y"]}]}),
            ),
        ),
        (
            "scalars are added and deleted",
            json!({"metadata": {"finalizers": ["a", "b"]}}),
            json!({"metadata": {"finalizers": ["c"], "$deleteFromPrimitiveList/finalizers": ["a"], "$setElementOrder/finalizers": ["b", "c"]}}),
            json!({"metadata": {"finalizers": ["b", "c"]}}),
        ),
        (
            "a volume keeps only its retained keys",
            pod(json!({"volumes": [{"name": "v", "emptyDir": {}}]})),
            pod(
                json!({"volumes": [{"name": "v", "hostPath": {"path": "/x"}, "$retainKeys": ["name", "hostPath"]}]}),
            ),
            pod(json!({"volumes": [{"name": "v", "hostPath": {"path": "/x"}}]})),
        ),
        (
            "a map is replaced",
            pod(json!({"nodeSelector": {"a": "1", "b": "2"}})),
            pod(json!({"nodeSelector": {"c": "3", "$patch": "replace"}})),
            pod(json!({"nodeSelector": {"c": "3"}})),
        ),
        (
            "nulls in new maps say nothing",
            json!({"metadata": {}}),
            json!({"metadata": {"labels": {"a": "1", "b": null}}}),
            json!({"metadata": {"labels": {"a": "1"}}}),
        ),
    ];
    for (what, original, patch, expected) in cases {
        assert_eq!(apply(&POD, &original, &patch).unwrap(), expected, "{what}");
    }
}

#[test]
fn malformed_patches_are_refused() {
    for (original, patch, message) in [
        (
            pod(json!({"containers": [{"name": "a"}]})),
            pod(json!({"containers": [{"image": "x"}]})),
            "map: {\"image\":\"x\"} does not contain declared merge key: name",
        ),
        (
            pod(json!({"nodeSelector": {}})),
            pod(json!({"$patch": "fly"})),
            "unknown patch type: \"fly\" in map: {}",
        ),
        (
            pod(json!({"volumes": [{"name": "v"}]})),
            pod(json!({"volumes": [{"name": "v", "$retainKeys": "name"}]})),
            "invalid patch format of retainKeys",
        ),
    ] {
        let status = apply(&POD, &original, &patch).unwrap_err();
        assert_eq!((status.code, status.message.as_str()), (400, message));
    }
}

#[test]
fn set_image_makes_the_patch_that_kubectl_sends() {
    let with = |image: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}, {"name": "log", "image": "x"}]}}}});
    assert_eq!(
        two_way(&DEPLOYMENT, &with("a"), &with("b")).unwrap(),
        json!({"spec": {"template": {"spec": {
            "$setElementOrder/containers": [{"name": "web"}, {"name": "log"}],
            "containers": [{"image": "b", "name": "web"}],
        }}}})
    );
    assert_eq!(two_way(&DEPLOYMENT, &with("a"), &with("a")).unwrap(), json!({}));
}

#[test]
fn a_two_way_patch_turns_the_original_into_the_modified() {
    let original = json!({
        "metadata": {"labels": {"a": "1"}, "finalizers": ["x", "y"]},
        "spec": {
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
            "template": {"spec": {
                "containers": [{"name": "a", "ports": [{"containerPort": 80}]}, {"name": "b"}],
                "volumes": [{"name": "v", "emptyDir": {}}],
            }},
        },
    });
    let modified = json!({
        "metadata": {"finalizers": ["z", "y"]},
        "spec": {
            "strategy": {"type": "Recreate"},
            "template": {"spec": {
                "containers": [{"name": "b"}, {"name": "a", "ports": [{"containerPort": 81}]}],
                "volumes": [{"name": "v", "configMap": {"name": "c"}}],
            }},
        },
    });
    let patch = two_way(&DEPLOYMENT, &original, &modified).unwrap();
    assert_eq!(
        patch.pointer("/spec/strategy"),
        Some(&json!({"$retainKeys": ["type"], "rollingUpdate": null, "type": "Recreate"}))
    );
    assert_eq!(patch.pointer("/metadata/labels"), Some(&Value::Null));
    assert_eq!(apply(&DEPLOYMENT, &original, &patch).unwrap(), modified);
}

#[test]
fn apply_deletes_what_the_manifest_dropped_and_leaves_what_others_added() {
    let original = json!({"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "old"}]}}}});
    let modified = json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "2"}]}}}});
    let current = json!({"spec": {"replicas": 1, "paused": true, "template": {"spec": {"containers": [
        {"name": "a", "image": "1", "imagePullPolicy": "Always"}, {"name": "old"}, {"name": "sidecar"},
    ]}}}});
    let patch = three_way(&DEPLOYMENT, Some(&original), &modified, &current).unwrap();
    assert_eq!(
        patch,
        json!({"spec": {"replicas": null, "template": {"spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [{"name": "a", "image": "2"}, {"name": "old", "$patch": "delete"}],
        }}}})
    );
    let patched = apply(&DEPLOYMENT, &current, &patch).unwrap();
    assert_eq!(
        patched,
        json!({"spec": {"paused": true, "template": {"spec": {"containers": [
            {"name": "a", "image": "2", "imagePullPolicy": "Always"}, {"name": "sidecar"},
        ]}}}})
    );
    let mut settled = patched;
    settled["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().truncate(1);
    assert_eq!(three_way(&DEPLOYMENT, Some(&modified), &modified, &settled).unwrap(), json!({}));
}

#[test]
fn an_entry_that_stood_twice_and_is_written_once_goes_out_whole() {
    let with =
        |env: Value| json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}});
    let twice = with(json!([{"name": "MODE", "value": "test"}, {"name": "MODE", "value": "prod"}]));
    let once = with(json!([{"name": "MODE", "value": "prod"}]));
    let patch = three_way(&DEPLOYMENT, Some(&twice), &once, &twice).unwrap();
    let env = patch.pointer("/spec/template/spec/containers/0/env/0").unwrap();
    assert_eq!((&env["name"], &env["$patch"]), (&json!("MODE"), &json!("delete")));
    assert_eq!(apply(&DEPLOYMENT, &twice, &patch).unwrap(), with(json!([])));
    // The second time it is as written.
    let patch = three_way(&DEPLOYMENT, Some(&once), &once, &with(json!([]))).unwrap();
    assert_eq!(apply(&DEPLOYMENT, &with(json!([])), &patch).unwrap(), once);
}

#[test]
fn a_changed_port_of_a_service_is_one_added_and_one_deleted() {
    let with = |port: u16| json!({"spec": {"ports": [{"port": port, "targetPort": 80}]}});
    assert_eq!(
        three_way(&SERVICE, Some(&with(80)), &with(8080), &with(80)).unwrap(),
        json!({"spec": {
            "$setElementOrder/ports": [{"port": 8080}],
            "ports": [{"port": 8080, "targetPort": 80}, {"port": 80, "$patch": "delete"}],
        }})
    );
}

#[test]
fn a_kind_without_lists_is_patched_as_well() {
    let patch = two_way(&NAMESPACE, &json!({"metadata": {}}), &json!({"metadata": {"labels": {"a": "b"}}}));
    assert_eq!(patch.unwrap(), json!({"metadata": {"labels": {"a": "b"}}}));
}
