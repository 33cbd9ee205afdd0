//! The scheduler's choices and its words, through a whole simulation.

use serde_json::{Value, json};

use super::super::config::ClusterConfig;
use super::super::simulation::Simulation;
use super::*;

fn simulation(nodes: usize) -> Simulation {
    let config = ClusterConfig { nodes, ..ClusterConfig::default() };
    Simulation::new(&config, "2026-01-01T00:00:00Z".parse().unwrap())
}

fn create(simulation: &mut Simulation, name: &str, spec: Value) -> ObjectKey {
    let mut pod = Object::new(&builtin::POD, "default", name);
    pod.set("/spec", json!({"containers": [{"name": "a", "image": "nginx:1.27"}]}));
    for (field, value) in spec.as_object().into_iter().flatten() {
        pod.set(&format!("/spec/{field}"), value.clone());
    }
    let options = WriteOptions::component("test");
    simulation.registry.create(&builtin::POD, "default", pod, &options).unwrap();
    simulation.advance_to(simulation.registry.now());
    ObjectKey::new("default", name)
}

fn message(simulation: &Simulation, key: &ObjectKey) -> String {
    let pod = simulation.registry.get(&builtin::POD, key).unwrap();
    let condition = pod.condition("PodScheduled").cloned().unwrap_or_default();
    condition.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn node_of(simulation: &Simulation, key: &ObjectKey) -> String {
    simulation.registry.get(&builtin::POD, key).unwrap().text("/spec/nodeName").to_owned()
}

fn asking(cpu: &str) -> Value {
    json!({"containers": [{"name": "a", "image": "nginx:1.27", "resources": {"requests": {"cpu": cpu}}}]})
}

#[test]
fn a_pod_gets_a_node_and_an_event_says_so() {
    let mut simulation = simulation(1);
    let key = create(&mut simulation, "web", json!({}));
    assert_eq!(node_of(&simulation, &key), "minikube");
    let events = simulation.registry.list(&builtin::EVENT, Some("default"));
    let event = events.iter().find(|event| event.text("/reason") == "Scheduled").unwrap();
    assert_eq!(event.text("/message"), "Successfully assigned default/web to minikube");
    assert_eq!(event.text("/reportingComponent"), "default-scheduler");
    assert!(!event.text("/eventTime").is_empty() && event.number("/count").is_none());
}

#[test]
fn a_pod_that_asks_for_more_than_the_node_has_is_told_what_is_short() {
    let mut simulation = simulation(1);
    let key = create(&mut simulation, "big", asking("200"));
    assert_eq!(
        message(&simulation, &key),
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    );
}

#[test]
fn a_pod_that_waits_for_room_is_placed_when_another_leaves() {
    let mut simulation = simulation(1);
    let first = create(&mut simulation, "first", asking("1"));
    let second = create(&mut simulation, "second", asking("1"));
    assert_eq!(
        message(&simulation, &second),
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    );
    let delete =
        super::super::registry::DeleteOptions { grace_period_seconds: Some(0), ..Default::default() };
    simulation.registry.delete(&builtin::POD, &first, &delete, &WriteOptions::component("test")).unwrap();
    simulation.advance_to(simulation.registry.now());
    assert_eq!(node_of(&simulation, &second), "minikube");
}

#[test]
fn labels_and_taints_keep_pods_away_until_they_change() {
    let mut simulation = simulation(1);
    let key = create(&mut simulation, "picky", json!({"nodeSelector": {"disk": "ssd"}}));
    assert_eq!(
        message(&simulation, &key),
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    );
    let node_key = ObjectKey::new("", "minikube");
    let mut node = Object::clone(&*simulation.registry.get(&builtin::NODE, &node_key).unwrap());
    node.set_label("disk", "ssd");
    node.set("/spec/taints", json!([{"key": "a", "value": "b", "effect": "NoSchedule"}]));
    let options = WriteOptions::component("test");
    simulation.registry.update(&builtin::NODE, &node_key, node, &options).unwrap();
    simulation.advance_to(simulation.registry.now());
    assert!(message(&simulation, &key).contains("1 node(s) had untolerated taint(s)"));
    let tolerations = json!([{"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}]);
    let tolerant = create(
        &mut simulation,
        "tolerant",
        json!({"tolerations": tolerations, "nodeSelector": {"disk": "ssd"}}),
    );
    assert_eq!(node_of(&simulation, &tolerant), "minikube");
}

#[test]
fn pods_spread_over_the_emptier_nodes() {
    let mut simulation = simulation(3);
    let mut nodes: Vec<String> = Vec::new();
    for index in 0..2 {
        let key = create(&mut simulation, &format!("p{index}"), asking("500m"));
        nodes.push(node_of(&simulation, &key));
    }
    nodes.sort();
    assert_eq!(nodes, ["minikube-m02", "minikube-m03"], "the control plane is busier");
}

#[test]
fn a_gated_pod_waits_without_an_event() {
    let mut simulation = simulation(1);
    let key = create(&mut simulation, "gated", json!({"schedulingGates": [{"name": "example.com/wait"}]}));
    assert_eq!(message(&simulation, &key), "Scheduling is blocked due to non-empty scheduling gates");
    assert!(node_of(&simulation, &key).is_empty());
}
