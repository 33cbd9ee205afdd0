//! What kubelets may write.

use std::sync::Arc;

use crate::apimachinery::builtin::{NAMESPACE, NODE, POD, SERVICE_ACCOUNT};
use crate::apimachinery::{Kind, Object, ObjectKey};
use crate::base::{Random, Value, json};
use crate::cluster::authorization::User;
use crate::cluster::registry::{DeleteOptions, Registry, WriteOptions};

fn as_node(name: &str, subresource: &'static str) -> WriteOptions {
    let user = User {
        name: format!("system:node:{name}"),
        groups: vec!["system:nodes".to_owned()],
        ..User::default()
    };
    WriteOptions { user: Arc::new(user), subresource, ..WriteOptions::component("kubelet") }
}

fn object(value: Value) -> Object {
    Object::from_value(value).unwrap()
}

fn world() -> Registry {
    let mut registry = Registry::new("2026-01-01T00:00:00Z".parse().unwrap(), Random::seeded(1));
    let options = WriteOptions::component("test");
    let create = |registry: &mut Registry, kind: &'static Kind, namespace: &str, value: Value| {
        registry.create(kind, namespace, object(value), &options).unwrap();
    };
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "default"}}));
    registry
        .create(&SERVICE_ACCOUNT, "default", object(json!({"metadata": {"name": "default"}})), &options)
        .unwrap();
    for name in ["one", "two"] {
        create(&mut registry, &NODE, "", json!({"metadata": {"name": name}}));
        let spec = json!({"nodeName": name, "containers": [{"name": "c", "image": "nginx"}]});
        let pod = json!({"metadata": {"name": format!("on-{name}")}, "spec": spec});
        registry.create(&POD, "default", object(pod), &WriteOptions::component("kubelet")).unwrap();
    }
    registry
}

#[test]
fn a_kubelet_tells_the_status_of_its_own_pods_alone() {
    let mut registry = world();
    let tell = |registry: &mut Registry, name: &str| {
        let key = ObjectKey::new("default", name);
        let mut pod = Object::clone(&registry.get(&POD, &key).unwrap());
        pod.set("/status/phase", "Running");
        let told = registry.update(&POD, &key, pod, &as_node("one", "status"));
        told.map(|_| ()).map_err(|status| status.message)
    };
    assert_eq!(tell(&mut registry, "on-one"), Ok(()));
    assert_eq!(
        tell(&mut registry, "on-two"),
        Err("pods \"on-two\" is forbidden: node \"one\" can only update pod status for pods with spec.nodeName set to itself".to_owned())
    );
    let key = ObjectKey::new("", "two");
    let mut node = Object::clone(&registry.get(&NODE, &key).unwrap());
    node.set("/status/phase", "Running");
    let refused = registry.update(&NODE, &key, node, &as_node("one", "status")).unwrap_err();
    assert_eq!(
        refused.message,
        "nodes \"two\" is forbidden: node \"one\" is not allowed to modify node \"two\""
    );
}

#[test]
fn a_kubelet_writes_its_own_node_and_the_pods_on_it() {
    let mut registry = world();
    let node = |registry: &Registry, name: &str| {
        Object::clone(&registry.get(&NODE, &ObjectKey::new("", name)).unwrap())
    };
    let write = |registry: &mut Registry, object: Object| {
        let key = object.key();
        registry.update(&NODE, &key, object, &as_node("one", "")).map(|_| ()).map_err(|status| status.message)
    };
    let mut other = node(&registry, "two");
    other.set("/metadata/labels", json!({"a": "b"}));
    assert_eq!(
        write(&mut registry, other),
        Err("nodes \"two\" is forbidden: node \"one\" is not allowed to modify node \"two\"".to_owned())
    );
    let mut tainted = node(&registry, "one");
    tainted.set("/spec/taints", json!([]));
    assert_eq!(
        write(&mut registry, tainted),
        Err("nodes \"one\" is forbidden: node \"one\" is not allowed to modify taints".to_owned())
    );
    let mut labelled = node(&registry, "one");
    labelled.set(
        "/metadata/labels",
        json!({"node-role.kubernetes.io/x": "", "node-restriction.kubernetes.io/y": ""}),
    );
    assert_eq!(
        write(&mut registry, labelled),
        Err("nodes \"one\" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/y, node-role.kubernetes.io/x".to_owned())
    );
    let mut fine = node(&registry, "one");
    fine.set("/metadata/labels", json!({"mine": "1", "topology.kubernetes.io/zone": "z"}));
    assert_eq!(write(&mut registry, fine), Ok(()));
    let delete = |registry: &mut Registry, name: &str| {
        let key = ObjectKey::new("default", name);
        let done = registry.delete(&POD, &key, &DeleteOptions::default(), &as_node("one", ""));
        done.map(|_| ()).map_err(|status| status.message)
    };
    assert_eq!(
        delete(&mut registry, "on-two"),
        Err("pods \"on-two\" is forbidden: node \"one\" can only delete pods with spec.nodeName set to itself".to_owned())
    );
    assert_eq!(delete(&mut registry, "on-one"), Ok(()));
    let pod = json!({"metadata": {"name": "new"}, "spec": {"nodeName": "one", "containers": [{"name": "c", "image": "nginx"}]}});
    let refused = registry.create(&POD, "default", object(pod), &as_node("one", "")).unwrap_err();
    assert_eq!(
        refused.message,
        "pods \"new\" is forbidden: pod does not have \"kubernetes.io/config.mirror\" annotation, node \"one\" can only create mirror pods"
    );
}
