//! Custom objects of several versions, which a webhook turns into each other.

use super::webhooks::with_server;
use super::*;
use crate::apimachinery::builtin::{CUSTOM_RESOURCE_DEFINITION, POD};
use crate::apimachinery::{Object, Status};
use crate::base::{Map, json};
use crate::cluster::registry::Patch;

/// The definition of `stable.example.com`, stored as the first version, with agnhost as its converter.
fn definition(bundle: &str) -> Value {
    let version = |name: &str, fields: &[&str], stored: bool| {
        let properties: Map =
            fields.iter().map(|field| ((*field).to_owned(), json!({"type": "string"}))).collect();
        json!({
            "name": name, "served": true, "storage": stored,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": properties}},
        })
    };
    let service = json!({"namespace": "default", "name": "hook", "path": "/crdconvert", "port": 8443});
    json!({"spec": {
        "group": "stable.example.com", "scope": "Namespaced",
        "names": {"plural": "routes", "singular": "route", "kind": "Route", "listKind": "RouteList"},
        "versions": [version("v1", &["hostPort"], true), version("v2", &["host", "port"], false)],
        "conversion": {"strategy": "Webhook", "webhook": {
            "clientConfig": {"service": service, "caBundle": bundle}, "conversionReviewVersions": ["v1"],
        }},
    }})
}

fn kind_of(simulation: &Simulation, version: &str) -> &'static Kind {
    let definitions = simulation.registry.store().definitions();
    definitions.kind_by_resource("stable.example.com", version, "routes").unwrap()
}

fn write(
    simulation: &mut Simulation,
    version: &str,
    name: &str,
    fields: Value,
) -> Result<Arc<Object>, Status> {
    let kind = kind_of(simulation, version);
    let mut object = fields;
    object["metadata"] = json!({"name": name});
    let (object, options) = (Object::from_value(object).unwrap(), WriteOptions::component("test"));
    simulation.registry.create(kind, "default", object, &options).map(|written| written.object)
}

fn shown(object: &Object) -> Value {
    let mut fields = object.value().clone();
    let fields = fields.as_object_mut().unwrap();
    fields.retain(|name, _| !matches!(name.as_str(), "metadata" | "kind"));
    fields.clone().into()
}

#[test]
fn a_webhook_converts_what_is_read_and_written_in_another_version() {
    let (mut simulation, bundle) = with_server("crd-conversion-webhook");
    create(&mut simulation, &CUSTOM_RESOURCE_DEFINITION, "routes.stable.example.com", definition(&bundle));
    run(&mut simulation, 5);
    write(&mut simulation, "v1", "one", json!({"hostPort": "a:80"})).unwrap();
    let two = write(&mut simulation, "v2", "two", json!({"host": "b", "port": "81"})).unwrap();
    let v2 = json!({"apiVersion": "stable.example.com/v2", "host": "b", "port": "81"});
    assert_eq!(shown(&two), v2);
    let stored = simulation.registry.store().get(kind_of(&simulation, "v1"), &key("two")).unwrap();
    let v1 = json!({"apiVersion": "stable.example.com/v1", "hostPort": "b:81"});
    assert_eq!(shown(stored), v1);
    assert_eq!(stored.text("/metadata/managedFields/0/apiVersion"), "stable.example.com/v2");

    let (kind, options) = (kind_of(&simulation, "v2"), WriteOptions::component("test"));
    let patch = Patch::Merge(json!({"port": "82"}));
    let patched = simulation.registry.patch(kind, &key("one"), &patch, &options).unwrap().object;
    assert_eq!(shown(&patched), json!({"apiVersion": "stable.example.com/v2", "host": "a", "port": "82"}));
    assert_eq!(patched.generation(), 2);
    let told = |simulation: &Simulation, version: &str, revision: Option<u64>| -> Vec<Value> {
        let kind = kind_of(simulation, version);
        let listed = simulation.registry.list_shown(kind, Some("default"), revision).unwrap();
        listed.iter().map(|object| shown(object)).collect()
    };
    let one = json!({"apiVersion": "stable.example.com/v1", "hostPort": "a:82"});
    assert_eq!(told(&simulation, "v1", None), [one.clone(), v1.clone()]);

    // What is stored in the former version is converted, too, and comes into the new one when it is written.
    change(&mut simulation, &CUSTOM_RESOURCE_DEFINITION, "routes.stable.example.com", |definition| {
        definition.set("/spec/versions/0/storage", false);
        definition.set("/spec/versions/1/storage", true);
    });
    run(&mut simulation, 5);
    write(&mut simulation, "v1", "three", json!({"hostPort": "c:83"})).unwrap();
    let three = json!({"apiVersion": "stable.example.com/v1", "hostPort": "c:83"});
    let revision = simulation.registry.store().revision();
    assert_eq!(told(&simulation, "v1", Some(revision)), [one, three, v1]);
    let kind = kind_of(&simulation, "v2");
    let same = simulation.registry.get(kind, &key("one")).unwrap();
    simulation.registry.update(kind, &key("one"), Object::clone(&same), &options).unwrap();
    assert_eq!(shown(simulation.registry.store().get(kind, &key("one")).unwrap()), shown(&same));

    let refused = write(&mut simulation, "v1", "bad", json!({"hostPort": "no port"})).unwrap_err();
    let about = "conversion webhook for stable.example.com/v1, Kind=Route failed: ";
    assert_eq!((refused.code, refused.message), (500, format!("{about}invalid hostPort value `no port`")));
    delete(&mut simulation, &POD, "hook");
    run(&mut simulation, 60);
    let refused = simulation.registry.get(kind, &key("two")).unwrap_err();
    let about = format!("{about}Post \"https://hook.default.svc:8443/crdconvert?timeout=30s\": dial tcp ");
    assert!(refused.message.starts_with(&about), "{}", refused.message);
    assert!(simulation.registry.get(kind, &key("one")).is_ok());
}
