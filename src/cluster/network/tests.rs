//! Names and Services on a registry with a few objects.

use serde_json::{Value, json};

use crate::apimachinery::{Object, ObjectKey, kind_of};
use crate::base::{Random, Timestamp};

use super::super::registry::{Registry, WriteOptions};
use super::{ConnectError, choose_endpoint, full_name, lookup, route};

fn registry() -> Registry {
    let mut registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
    let mut create = |namespace: &str, value: Value| {
        let object = Object::from_value(value).unwrap();
        let kind = kind_of(object.api_version(), object.kind()).unwrap();
        registry.create(kind, namespace, object, &WriteOptions::component("test")).unwrap();
    };
    for name in ["default", "team-b"] {
        create("", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
    }
    create(
        "default",
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"clusterIP": "10.96.5.5", "selector": {"app": "web"},
                "ports": [{"name": "http", "port": 80, "targetPort": "web"}, {"name": "admin", "port": 81}]}}),
    );
    create(
        "default",
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": "web-x", "labels": {"kubernetes.io/service-name": "web"}},
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
            "endpoints": [
                {"addresses": ["10.244.0.7"], "conditions": {"ready": true}},
                {"addresses": ["10.244.0.8"], "conditions": {"ready": false}}]}),
    );
    registry
}

#[test]
fn names_are_searched_from_the_own_namespace_outwards() {
    let registry = registry();
    for (namespace, name, found) in [
        ("default", "web", true),
        ("team-b", "web", false),
        ("team-b", "web.default", true),
        ("team-b", "web.default.svc", true),
        ("team-b", "web.default.svc.cluster.local", true),
        ("team-b", "web.default.svc.cluster.local.", true),
        ("default", "example.com", false),
    ] {
        assert_eq!(lookup(&registry, namespace, name) == ["10.96.5.5"], found, "{namespace} {name}");
    }
    assert_eq!(lookup(&registry, "default", "10.244.0.7"), ["10.244.0.7"]);
    assert_eq!(full_name(&registry, "default", "web").as_deref(), Some("web.default.svc.cluster.local"));
}

#[test]
fn connections_reach_ready_endpoints_alone() {
    let mut registry = registry();
    let web = ObjectKey::new("default", "web");
    for _ in 0..10 {
        let endpoint = choose_endpoint(&mut registry, &web, 80).unwrap();
        assert_eq!((endpoint.address.as_str(), endpoint.port), ("10.244.0.7", 8080));
    }
    assert_eq!(choose_endpoint(&mut registry, &web, 81), Err(ConnectError::Refused));
    assert_eq!(choose_endpoint(&mut registry, &web, 8080), Err(ConnectError::Refused));
    assert_eq!(route(&mut registry, "default", "web", 80).unwrap().address, "10.244.0.7");
    assert_eq!(route(&mut registry, "default", "nowhere", 80), Err(ConnectError::UnknownHost));
    let direct = route(&mut registry, "default", "10.244.0.8", 9090).unwrap();
    assert_eq!((direct.address.as_str(), direct.port), ("10.244.0.8", 9090));
}
