//! ReplicationControllers, and what the API server keeps for itself: addresses, priority levels.

use crate::base::json;

use super::*;

fn web(replicas: i64) -> Value {
    json!({"spec": {
        "replicas": replicas,
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]},
        },
    }})
}

#[test]
fn a_replication_controller_selects_by_its_template_and_keeps_its_number() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::REPLICATION_CONTROLLER, "web", web(2));
    run(&mut simulation, 30);
    let found = get(&simulation, &builtin::REPLICATION_CONTROLLER, "web");
    assert_eq!(found.get("/spec/selector"), Some(&json!({"app": "web"})));
    assert_eq!(found.number("/status/readyReplicas"), Some(2));
    assert_eq!(found.get("/status/terminatingReplicas"), None);
    assert!(pods(&simulation).iter().all(|pod| pod.is_controlled_by(found.uid())));
    change(&mut simulation, &builtin::REPLICATION_CONTROLLER, "web", |web| web.set("/spec/replicas", 1));
    run(&mut simulation, 60);
    assert_eq!(pods(&simulation).len(), 1);
    let scale = simulation.registry.get_scale(&builtin::REPLICATION_CONTROLLER, &key("web")).unwrap();
    assert_eq!((scale.number("/spec/replicas"), scale.text("/status/selector")), (Some(1), "app=web"));
    delete(&mut simulation, &builtin::REPLICATION_CONTROLLER, "web");
    run(&mut simulation, 60);
    assert!(pods(&simulation).is_empty());
}

#[test]
fn a_cluster_ip_is_an_object_while_a_service_holds_it() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::SERVICE, "web", json!({"spec": {"ports": [{"port": 80}]}}));
    run(&mut simulation, 1);
    let address = get(&simulation, &builtin::SERVICE, "web").text("/spec/clusterIP").to_owned();
    let object = get(&simulation, &builtin::IP_ADDRESS, &address);
    assert_eq!(object.text("/spec/parentRef/name"), "web");
    // An address that stands for something else is not given to a Service.
    let parent = json!({"spec": {"parentRef": {"resource": "others", "name": "mine"}}});
    create(&mut simulation, &builtin::IP_ADDRESS, "10.96.0.99", parent);
    let mut service = Object::new(&builtin::SERVICE, "default", "taken");
    service.set("/spec", json!({"clusterIP": "10.96.0.99", "ports": [{"port": 80}]}));
    let refused =
        simulation.registry.create(&builtin::SERVICE, "default", service, &WriteOptions::component("test"));
    assert!(refused.unwrap_err().message.contains("provided IP is already allocated"));
    delete(&mut simulation, &builtin::SERVICE, "web");
    run(&mut simulation, 1);
    let left = simulation.registry.list(&builtin::IP_ADDRESS, None);
    let names: Vec<&str> = left.iter().map(|address| address.name()).collect();
    assert_eq!(names, ["10.96.0.1", "10.96.0.10", "10.96.0.99"]);
}

#[test]
fn a_flow_schema_says_whether_its_level_is_there() {
    let mut simulation = cluster();
    let dangling = |simulation: &Simulation, name: &str| {
        let schema = get(simulation, &builtin::FLOW_SCHEMA, name);
        let status = schema.condition("Dangling").and_then(|condition| condition["status"].as_str());
        status.unwrap_or_default().to_owned()
    };
    assert_eq!(dangling(&simulation, "catch-all"), "False");
    let level = json!({"spec": {"priorityLevelConfiguration": {"name": "mine"}}});
    create(&mut simulation, &builtin::FLOW_SCHEMA, "mine", level);
    run(&mut simulation, 1);
    assert_eq!(dangling(&simulation, "mine"), "True");
    let spec = json!({"spec": {"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}}}});
    create(&mut simulation, &builtin::PRIORITY_LEVEL_CONFIGURATION, "mine", spec);
    run(&mut simulation, 1);
    assert_eq!(dangling(&simulation, "mine"), "False");
}
