//! Definitions come and go, and their objects with them.

use super::*;
use crate::apimachinery::{Status, builtin::CUSTOM_RESOURCE_DEFINITION};
use crate::base::json;
use crate::cluster::registry::Patch;

fn definition(plural: &str, kind: &str, versions: Value) -> Object {
    Object::from_value(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.e.com")},
        "spec": {"group": "e.com", "scope": "Namespaced", "names": {"plural": plural, "kind": kind}, "versions": versions},
    }))
    .unwrap()
}

fn version(name: &str, stored: bool, spec: Value) -> Value {
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}});
    json!({"name": name, "served": true, "storage": stored, "schema": {"openAPIV3Schema": schema}})
}

fn define(simulation: &mut Simulation, definition: Object) -> Result<(), Status> {
    let options = WriteOptions::component("test");
    simulation.registry.create(&CUSTOM_RESOURCE_DEFINITION, "", definition, &options)?;
    run(simulation, 1);
    Ok(())
}

fn kind(simulation: &Simulation, version: &str, plural: &str) -> Option<&'static Kind> {
    simulation.registry.store().definitions().kind_by_resource("e.com", version, plural)
}

fn condition(simulation: &Simulation, name: &str, condition_type: &str) -> String {
    let found = get(simulation, &CUSTOM_RESOURCE_DEFINITION, name);
    let condition = found.condition(condition_type).cloned().unwrap_or_default();
    ["status", "reason", "message"]
        .map(|field| condition[field].as_str().unwrap_or_default().to_owned())
        .join(" ")
}

#[test]
fn a_definition_serves_its_kind_until_it_is_deleted_with_all_objects() {
    let (mut simulation, other) = (cluster(), cluster());
    let versions = json!([version("v1", true, json!({"size": {"type": "integer", "default": 1}}))]);
    define(&mut simulation, definition("boxes", "Box", versions)).unwrap();
    assert_eq!(
        condition(&simulation, "boxes.e.com", "Established"),
        "True InitialNamesAccepted the initial names have been accepted"
    );
    let kind = kind(&simulation, "v1", "boxes").unwrap();
    assert!(other.registry.store().definitions().kind_by_resource("e.com", "v1", "boxes").is_none());
    create(&mut simulation, kind, "a", json!({"spec": {"extra": 1}}));
    assert_eq!(get(&simulation, kind, "a").get("/spec"), Some(&json!({"size": 1})));
    change(&mut simulation, kind, "a", |object| object.set("/metadata/finalizers", json!(["e.com/wait"])));
    delete(&mut simulation, &CUSTOM_RESOURCE_DEFINITION, "boxes.e.com");
    run(&mut simulation, 1);
    assert_eq!(
        condition(&simulation, "boxes.e.com", "Terminating"),
        "True InstanceDeletionInProgress CustomResource deletion is in progress"
    );
    let options = WriteOptions::component("test");
    let refused = simulation.registry.create(kind, "default", Object::new(kind, "default", "b"), &options);
    assert_eq!(
        refused.unwrap_err().message,
        "create not allowed while custom resource definition is terminating"
    );
    change(&mut simulation, kind, "a", |object| {
        object.remove("/metadata/finalizers");
    });
    run(&mut simulation, 1);
    assert!(simulation.registry.list(&CUSTOM_RESOURCE_DEFINITION, None).is_empty());
    assert!(simulation.registry.list(kind, None).is_empty());
}

#[test]
fn every_version_shows_the_same_objects() {
    let mut simulation = cluster();
    let (old, new) = (
        json!({"a": {"type": "string"}}),
        json!({"a": {"type": "string"}, "b": {"type": "string", "default": "x"}}),
    );
    let versions = json!([version("v1", false, new.clone()), version("v1beta1", true, old)]);
    define(&mut simulation, definition("boxes", "Box", versions)).unwrap();
    let (v1, beta) =
        (kind(&simulation, "v1", "boxes").unwrap(), kind(&simulation, "v1beta1", "boxes").unwrap());
    assert_eq!(simulation.registry.store().definitions().served().next(), Some(v1));
    create(&mut simulation, v1, "a", json!({"spec": {"a": "1"}}));
    let (shown, stored) = (get(&simulation, v1, "a"), get(&simulation, beta, "a"));
    assert_eq!((shown.api_version(), shown.get("/spec")), ("e.com/v1", Some(&json!({"a": "1", "b": "x"}))));
    assert_eq!((stored.api_version(), stored.get("/spec")), ("e.com/v1beta1", Some(&json!({"a": "1"}))));
    // Now v1 is stored, and the other served no more.
    change(&mut simulation, &CUSTOM_RESOURCE_DEFINITION, "boxes.e.com", |definition| {
        let mut beta = version("v1beta1", false, json!({}));
        beta["served"] = false.into();
        definition.set("/spec/versions", json!([version("v1", true, new.clone()), beta]));
    });
    run(&mut simulation, 1);
    assert!(kind(&simulation, "v1beta1", "boxes").is_none());
    let v1 = kind(&simulation, "v1", "boxes").unwrap();
    assert_eq!(get(&simulation, v1, "a").text("/spec/a"), "1");
    let stored = get(&simulation, &CUSTOM_RESOURCE_DEFINITION, "boxes.e.com");
    assert_eq!(stored.get("/status/storedVersions"), Some(&json!(["v1beta1", "v1"])));
    let mut without = Object::clone(&stored);
    without.set("/spec/versions", json!([version("v1", true, new)]));
    let options = WriteOptions::component("test");
    let refused = simulation.registry.update(&CUSTOM_RESOURCE_DEFINITION, &stored.key(), without, &options);
    let message = refused.unwrap_err().message;
    assert!(message.contains("v1beta1 was previously a storage version"), "{message}");
}

#[test]
fn taken_names_are_not_accepted() {
    let mut simulation = cluster();
    let versions = || json!([version("v1", true, json!({}))]);
    define(&mut simulation, definition("boxes", "Box", versions())).unwrap();
    define(&mut simulation, definition("crates", "Box", versions())).unwrap();
    assert_eq!(
        condition(&simulation, "crates.e.com", "NamesAccepted"),
        r#"False ListKindConflict "BoxList" is already in use"#
    );
    assert!(kind(&simulation, "v1", "crates").is_none());
    delete(&mut simulation, &CUSTOM_RESOURCE_DEFINITION, "boxes.e.com");
    run(&mut simulation, 1);
    assert!(kind(&simulation, "v1", "crates").is_some());
}

#[test]
fn namespaces_and_owners_take_custom_objects_with_them() {
    let mut simulation = cluster();
    let versions = json!([version("v1", true, json!({}))]);
    define(&mut simulation, definition("boxes", "Box", versions)).unwrap();
    let kind = kind(&simulation, "v1", "boxes").unwrap();
    create(&mut simulation, kind, "owner", json!({}));
    let uid = get(&simulation, kind, "owner").uid().to_owned();
    let reference = json!({"apiVersion": "e.com/v1", "kind": "Box", "name": "owner", "uid": uid});
    create(&mut simulation, &builtin::CONFIG_MAP, "owned", json!({}));
    change(&mut simulation, &builtin::CONFIG_MAP, "owned", |object| {
        object.set("/metadata/ownerReferences", json!([reference]));
    });
    delete(&mut simulation, kind, "owner");
    run(&mut simulation, 1);
    assert!(simulation.registry.get(&builtin::CONFIG_MAP, &key("owned")).is_err());
    create(&mut simulation, &builtin::NAMESPACE, "team", json!({}));
    let options = WriteOptions::component("test");
    simulation.registry.create(kind, "team", Object::new(kind, "team", "b"), &options).unwrap();
    delete(&mut simulation, &builtin::NAMESPACE, "team");
    run(&mut simulation, 10);
    assert!(simulation.registry.list(kind, None).is_empty());
    assert!(simulation.registry.get(&builtin::NAMESPACE, &ObjectKey::new("", "team")).is_err());
}

#[test]
fn applied_lists_merge_by_the_keys_of_the_schema() {
    let mut simulation = cluster();
    let ports = json!({"ports": {
        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "port": {"type": "integer"}}},
    }});
    define(&mut simulation, definition("boxes", "Box", json!([version("v1", true, ports)]))).unwrap();
    let kind = kind(&simulation, "v1", "boxes").unwrap();
    let apply = |simulation: &mut Simulation, manager: &str, ports: Value| {
        let configuration = json!({"apiVersion": "e.com/v1", "kind": "Box", "metadata": {"name": "a"}, "spec": {"ports": ports}});
        let options = WriteOptions { manager: manager.to_owned(), ..WriteOptions::component("test") };
        simulation.registry.patch(kind, &key("a"), &Patch::Apply { configuration, force: false }, &options)
    };
    apply(&mut simulation, "x", json!([{"name": "a", "port": 1}])).unwrap();
    apply(&mut simulation, "y", json!([{"name": "b", "port": 2}])).unwrap();
    assert_eq!(get(&simulation, kind, "a").list("/spec/ports").len(), 2);
    let conflict = apply(&mut simulation, "y", json!([{"name": "a", "port": 2}])).unwrap_err();
    assert!(conflict.message.ends_with(r#"conflict with "x": .spec.ports[name="a"].port"#), "{conflict}");
    apply(&mut simulation, "x", json!([])).unwrap();
    assert_eq!(get(&simulation, kind, "a").get("/spec/ports"), Some(&json!([{"name": "b", "port": 2}])));
}
