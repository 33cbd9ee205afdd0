//! Names and Services on a registry with a few objects.

use crate::apimachinery::{Object, ObjectKey, kind_of};
use crate::base::{Random, Timestamp, Value, json};

use super::super::registry::{Registry, WriteOptions};
use super::{Client, ConnectError, choose_endpoint, lookup, query, route};

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
    let found = query(&registry, "default", "web", "A");
    assert_eq!(found[0].name, "web.default.svc.cluster.local");
}

#[test]
fn connections_reach_ready_endpoints_alone() {
    let mut registry = registry();
    let (web, client) = (ObjectKey::new("default", "web"), Client::default());
    for _ in 0..10 {
        let endpoint = choose_endpoint(&mut registry, &web, 80, &client).unwrap();
        assert_eq!((endpoint.address.as_str(), endpoint.port), ("10.244.0.7", 8080));
    }
    assert_eq!(choose_endpoint(&mut registry, &web, 81, &client), Err(ConnectError::Refused));
    assert_eq!(choose_endpoint(&mut registry, &web, 8080, &client), Err(ConnectError::Refused));
    assert_eq!(route(&mut registry, "default", "web", 80, &client).unwrap().address, "10.244.0.7");
    assert_eq!(route(&mut registry, "default", "nowhere", 80, &client), Err(ConnectError::UnknownHost));
    let direct = route(&mut registry, "default", "10.244.0.8", 9090, &client).unwrap();
    assert_eq!((direct.address.as_str(), direct.port), ("10.244.0.8", 9090));
}

/// A registry with the Service `db` of that spec, and two endpoints behind its port `sql`.
fn registry_with(spec: Value) -> Registry {
    let mut registry = registry();
    let mut create = |value: Value| {
        let object = Object::from_value(value).unwrap();
        let kind = kind_of(object.api_version(), object.kind()).unwrap();
        registry.create(kind, "default", object, &WriteOptions::component("test")).unwrap();
    };
    create(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec}));
    let endpoint = |address: &str, name: &str, node: &str| {
        json!({"addresses": [address], "hostname": name,
        "nodeName": node, "conditions": {"ready": true}})
    };
    create(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "db-x", "labels": {"kubernetes.io/service-name": "db"}},
        "ports": [{"name": "sql", "port": 5432, "protocol": "TCP"}],
        "endpoints": [endpoint("10.244.0.20", "db-0", "one"), endpoint("10.244.0.21", "db-1", "two")]}));
    registry
}

#[test]
fn a_headless_service_has_a_name_for_every_pod() {
    let registry = registry_with(json!({"clusterIP": "None", "ports": [{"name": "sql", "port": 5432}]}));
    assert_eq!(lookup(&registry, "default", "db"), ["10.244.0.20", "10.244.0.21"]);
    assert_eq!(lookup(&registry, "default", "db-1.db"), ["10.244.0.21"]);
    let data = |name: &str, kind: &str| -> Vec<String> {
        query(&registry, "default", name, kind).into_iter().map(|record| record.data).collect()
    };
    assert_eq!(
        data("_sql._tcp.db", "SRV"),
        ["0 100 5432 db-0.db.default.svc.cluster.local", "0 100 5432 db-1.db.default.svc.cluster.local"]
    );
    assert_eq!(data("_http._tcp.web", "SRV"), ["0 100 80 web.default.svc.cluster.local"]);
    assert_eq!(data("10.244.0.21", "PTR"), ["db-1.db.default.svc.cluster.local"]);
    assert_eq!(data("10.96.5.5", "PTR"), ["web.default.svc.cluster.local"]);
    assert_eq!(data("10-244-0-7.default.pod", "A"), ["10.244.0.7"]);
}

#[test]
fn an_external_name_is_an_alias() {
    let registry =
        registry_with(json!({"type": "ExternalName", "externalName": "web.default.svc.cluster.local"}));
    let records = query(&registry, "default", "db", "A");
    let seen: Vec<(&str, &str)> = records.iter().map(|record| (record.kind, record.data.as_str())).collect();
    assert_eq!(seen, [("CNAME", "web.default.svc.cluster.local"), ("A", "10.96.5.5")]);
    assert_eq!(lookup(&registry, "default", "db"), ["10.96.5.5"]);
}

#[test]
fn affinity_and_local_traffic_narrow_the_choice() {
    let ports = json!([{"name": "sql", "port": 5432, "nodePort": 30432}]);
    let mut registry = registry_with(json!({"type": "NodePort", "sessionAffinity": "ClientIP",
        "externalTrafficPolicy": "Local", "ports": ports}));
    let db = ObjectKey::new("default", "db");
    let mut reached = std::collections::BTreeSet::new();
    for number in 0..20 {
        let client = Client { address: format!("10.244.0.{number}"), ..Client::default() };
        let first = choose_endpoint(&mut registry, &db, 5432, &client).unwrap();
        assert_eq!(choose_endpoint(&mut registry, &db, 5432, &client).unwrap(), first);
        reached.insert(first.address);
    }
    assert_eq!(reached.len(), 2);
    let mut from = |node: &str| {
        let client = Client { node: node.to_owned(), external: true, ..Client::default() };
        choose_endpoint(&mut registry, &db, 5432, &client).map(|endpoint| endpoint.address)
    };
    assert_eq!(from("two").as_deref(), Ok("10.244.0.21"));
    assert_eq!(from("three"), Err(ConnectError::TimedOut));
}
