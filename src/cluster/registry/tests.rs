//! The registry at work on a fixed moment.

use serde_json::{Value, json};

use crate::apimachinery::builtin::{CONFIG_MAP, DEPLOYMENT, NAMESPACE, POD};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::{Random, Timestamp};

use super::{DeleteOptions, Deleted, Patch, Registry, WriteOptions, Written};

fn registry() -> Registry {
    let mut registry = Registry::new(Timestamp::from_second(1_800_000_000).unwrap(), Random::seeded(1));
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "default"}})).unwrap();
    registry
}

fn options() -> WriteOptions {
    WriteOptions::component("test")
}

fn create(
    registry: &mut Registry,
    kind: &'static Kind,
    namespace: &str,
    value: Value,
) -> Result<Written, Status> {
    registry.create(kind, namespace, Object::from_value(value).unwrap(), &options())
}

#[test]
fn a_new_object_gets_its_metadata_from_the_server() {
    let mut registry = registry();
    let written = create(
        &mut registry,
        &CONFIG_MAP,
        "default",
        json!({"metadata": {"generateName": "x-", "uid": "mine"}}),
    )
    .unwrap();
    let object = written.object;
    assert_eq!(object.name().len(), 7);
    assert_eq!(object.namespace(), "default");
    assert_eq!(object.uid().len(), 36);
    assert_eq!(object.text("/metadata/creationTimestamp"), "2027-01-15T08:00:00Z");
    assert_eq!((object.api_version(), object.kind()), ("v1", "ConfigMap"));
}

#[test]
fn a_name_is_taken_once() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "x"}});
    create(&mut registry, &CONFIG_MAP, "default", manifest.clone()).unwrap();
    let error = create(&mut registry, &CONFIG_MAP, "default", manifest).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (409, r#"configmaps "x" already exists"#));
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let mut registry = registry();
    let written = create(&mut registry, &CONFIG_MAP, "default", json!({"metadata": {"name": "x"}})).unwrap();
    let revision = registry.store().revision();
    let key = ObjectKey::new("default", "x");
    let same = registry.update(&CONFIG_MAP, &key, Object::clone(&written.object), &options()).unwrap();
    assert_eq!(registry.store().revision(), revision);
    assert_eq!(same.object.resource_version(), written.object.resource_version());
}

#[test]
fn a_stale_update_is_refused() {
    let mut registry = registry();
    let written = create(&mut registry, &CONFIG_MAP, "default", json!({"metadata": {"name": "x"}})).unwrap();
    let key = ObjectKey::new("default", "x");
    let patch = Patch::Merge(json!({"data": {"a": "b"}}));
    registry.patch(&CONFIG_MAP, &key, &patch, &options()).unwrap();
    let error = registry.update(&CONFIG_MAP, &key, Object::clone(&written.object), &options()).unwrap_err();
    assert_eq!(error, Status::modified(&CONFIG_MAP, "x"));
}

#[test]
fn a_scheduled_pod_ends_gracefully_and_only_sooner() {
    let mut registry = registry();
    let spec = json!({"terminationGracePeriodSeconds": 30, "containers": [{"name": "a", "image": "nginx"}]});
    create(&mut registry, &POD, "default", json!({"metadata": {"name": "p"}, "spec": spec})).unwrap();
    let key = ObjectKey::new("default", "p");
    registry.bind(&key, "minikube").unwrap();
    let pending = registry.delete(&POD, &key, &DeleteOptions::default(), &options()).unwrap();
    let Deleted::Pending(pod) = pending else { panic!("the Pod is gone") };
    assert_eq!(pod.text("/metadata/deletionTimestamp"), "2027-01-15T08:00:30Z");
    let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    assert!(matches!(registry.delete(&POD, &key, &now, &options()), Ok(Deleted::Gone(_))));
    assert!(registry.get(&POD, &key).is_err());
}

#[test]
fn a_finalizer_keeps_an_object_until_it_is_removed() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "x", "finalizers": ["example.com/keep"]}});
    create(&mut registry, &CONFIG_MAP, "default", manifest).unwrap();
    let key = ObjectKey::new("default", "x");
    let pending = registry.delete(&CONFIG_MAP, &key, &DeleteOptions::default(), &options()).unwrap();
    assert!(matches!(pending, Deleted::Pending(_)));
    let patch = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    registry.patch(&CONFIG_MAP, &key, &patch, &options()).unwrap();
    assert!(registry.get(&CONFIG_MAP, &key).is_err());
}

#[test]
fn protected_namespaces_stay_and_others_terminate() {
    let mut registry = registry();
    let key = ObjectKey::new("", "default");
    let error = registry.delete(&NAMESPACE, &key, &DeleteOptions::default(), &options()).unwrap_err();
    assert_eq!(error.message, r#"namespaces "default" is forbidden: this namespace may not be deleted"#);
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "team"}})).unwrap();
    let key = ObjectKey::new("", "team");
    let pending = registry.delete(&NAMESPACE, &key, &DeleteOptions::default(), &options()).unwrap();
    let Deleted::Pending(namespace) = pending else { panic!("the namespace is gone") };
    assert_eq!(namespace.text("/status/phase"), "Terminating");
    let finalize = WriteOptions { subresource: "finalize", ..options() };
    let mut empty = Object::clone(&namespace);
    empty.remove("/spec/finalizers");
    registry.update(&NAMESPACE, &key, empty, &finalize).unwrap();
    assert!(registry.get(&NAMESPACE, &key).is_err());
}

#[test]
fn scale_changes_the_replicas_and_counts_a_generation() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "web"}, "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}},
    }});
    create(&mut registry, &DEPLOYMENT, "default", manifest).unwrap();
    let key = ObjectKey::new("default", "web");
    let scale = WriteOptions { subresource: "scale", ..options() };
    let patch = Patch::Merge(json!({"spec": {"replicas": 3}}));
    let written = registry.patch(&DEPLOYMENT, &key, &patch, &scale).unwrap();
    assert_eq!((written.object.kind(), written.object.number("/spec/replicas")), ("Scale", Some(3)));
    assert_eq!(written.object.text("/status/selector"), "app=web");
    let deployment = registry.get(&DEPLOYMENT, &key).unwrap();
    assert_eq!((deployment.number("/spec/replicas"), deployment.generation()), (Some(3), 2));
}
