//! The scheduler's choices and its words, through a whole simulation.

use crate::base::{Value, json};

use super::super::config::ClusterConfig;
use super::super::registry::WriteOptions;
use super::super::simulation::Simulation;
use super::*;

fn simulation(nodes: usize) -> Simulation {
    let config = ClusterConfig { nodes, ..ClusterConfig::default() };
    Simulation::new(&config, "2026-01-01T00:00:00Z".parse().unwrap())
}

fn create(simulation: &mut Simulation, name: &str, spec: Value) -> ObjectKey {
    create_labelled(simulation, name, json!({}), spec)
}

fn create_labelled(simulation: &mut Simulation, name: &str, labels: Value, spec: Value) -> ObjectKey {
    let mut pod = Object::new(&builtin::POD, "default", name);
    pod.set("/metadata/labels", labels);
    pod.set("/spec", json!({"containers": [{"name": "a", "image": "nginx:1.27"}]}));
    for (field, value) in spec.as_object().into_iter().flatten() {
        pod.set(&format!("/spec/{field}"), value.clone());
    }
    let options = WriteOptions::component("test");
    simulation.registry.create(&builtin::POD, "default", pod, &options).unwrap();
    simulation.advance_to(simulation.registry.now());
    ObjectKey::new("default", name)
}

fn pass(simulation: &mut Simulation, seconds: i64) {
    simulation.advance_to(simulation.registry.now() + jiff::SignedDuration::from_secs(seconds));
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
    assert_eq!(node_of(&simulation, &second), "", "it backs off for a second");
    pass(&mut simulation, 1);
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
    pass(&mut simulation, 1);
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
    let refused = simulation.registry.bind(&key, "minikube", false).unwrap_err();
    assert_eq!(
        refused.message,
        "Operation cannot be fulfilled on pods/binding \"gated\": pod gated has non-empty .spec.schedulingGates"
    );
    let mut placed = Object::new(&builtin::POD, "default", "placed");
    placed.set(
        "/spec",
        json!({"nodeName": "minikube", "schedulingGates": [{"name": "g"}],
        "containers": [{"name": "c", "image": "nginx"}]}),
    );
    let options = WriteOptions::component("test");
    let refused = simulation.registry.create(&builtin::POD, "default", placed, &options).unwrap_err();
    assert!(
        refused
            .message
            .ends_with("spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared"),
        "{}",
        refused.message
    );
}

#[test]
fn the_systems_own_classes_stay() {
    let mut simulation = simulation(1);
    let (kind, name) = (&builtin::PRIORITY_CLASS, "system-node-critical");
    let key = ObjectKey::new("", name);
    if simulation.registry.get(kind, &key).is_err() {
        priority_class(&mut simulation, name, 2_000_001_000, "PreemptLowerPriority");
    }
    let options = WriteOptions::component("test");
    let refused = simulation.registry.delete(kind, &key, &Default::default(), &options).unwrap_err();
    assert_eq!(
        refused.message,
        "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"
    );
}

fn priority_class(simulation: &mut Simulation, name: &str, value: i64, policy: &str) {
    let mut class = Object::new(&builtin::PRIORITY_CLASS, "", name);
    class.set("/value", value);
    class.set("/preemptionPolicy", policy);
    let options = WriteOptions::component("test");
    simulation.registry.create(&builtin::PRIORITY_CLASS, "", class, &options).unwrap();
}

fn of_class(cpu: &str, class: &str) -> Value {
    let mut spec = asking(cpu);
    spec["priorityClassName"] = class.into();
    spec["terminationGracePeriodSeconds"] = 5.into();
    spec
}

fn events(simulation: &Simulation, reason: &str) -> Vec<String> {
    let events = simulation.registry.list(&builtin::EVENT, Some("default"));
    let told = events.iter().filter(|event| event.text("/reason") == reason);
    told.map(|event| event.text("/message").to_owned()).collect()
}

#[test]
fn the_less_important_give_way_and_the_important_wait_for_them() {
    let mut simulation = simulation(1);
    priority_class(&mut simulation, "low", 10, "PreemptLowerPriority");
    priority_class(&mut simulation, "high", 1000, "PreemptLowerPriority");
    priority_class(&mut simulation, "polite", 1000, "Never");
    let first = create(&mut simulation, "first", of_class("500m", "low"));
    pass(&mut simulation, 30);
    let second = create(&mut simulation, "second", of_class("500m", "low"));
    pass(&mut simulation, 30);
    let polite = create(&mut simulation, "polite", of_class("700m", "polite"));
    let told = message(&simulation, &polite);
    assert!(told.ends_with("preemption: not eligible due to preemptionPolicy=Never."), "{told}");
    let high = create(&mut simulation, "high", of_class("700m", "high"));
    assert_eq!(message(&simulation, &high), "0/1 nodes are available: 1 Insufficient cpu.");
    let get = |simulation: &Simulation, key: &ObjectKey| simulation.registry.get(&builtin::POD, key);
    let pod = get(&simulation, &high).unwrap();
    assert_eq!(pod.text("/status/nominatedNodeName"), "minikube");
    let expected = format!("Preempted by pod {} on node minikube", pod.uid());
    assert_eq!(events(&simulation, "Preempted"), [expected]);
    let victim = get(&simulation, &second).unwrap();
    assert!(victim.is_terminating() && !get(&simulation, &first).unwrap().is_terminating());
    assert_eq!(victim.condition("DisruptionTarget").unwrap()["reason"], "PreemptionByScheduler");
    let late = create(&mut simulation, "late", of_class("500m", "low"));
    let told = message(&simulation, &late);
    assert!(told.ends_with("1 Insufficient cpu."), "room made for others is no room: {told}");
    pass(&mut simulation, 20);
    let pod = get(&simulation, &high).unwrap();
    assert_eq!((pod.text("/spec/nodeName"), pod.text("/status/nominatedNodeName")), ("minikube", ""));
    assert!(get(&simulation, &second).is_err() && node_of(&simulation, &polite).is_empty());
}

#[test]
fn preemption_spares_what_a_budget_protects() {
    let mut simulation = simulation(1);
    priority_class(&mut simulation, "high", 1000, "PreemptLowerPriority");
    let labelled = |name: &str| {
        let mut spec = asking("500m");
        spec["hostname"] = name.into();
        spec
    };
    let guarded = create(&mut simulation, "guarded", labelled("guarded"));
    pass(&mut simulation, 30);
    let mut pod = Object::clone(&*simulation.registry.get(&builtin::POD, &guarded).unwrap());
    pod.set_label("app", "db");
    let options = WriteOptions::component("test");
    simulation.registry.update(&builtin::POD, &guarded, pod, &options).unwrap();
    let mut budget = Object::new(&builtin::POD_DISRUPTION_BUDGET, "default", "db");
    budget.set("/spec", json!({"minAvailable": 1, "selector": {"matchLabels": {"app": "db"}}}));
    simulation.registry.create(&builtin::POD_DISRUPTION_BUDGET, "default", budget, &options).unwrap();
    let other = create(&mut simulation, "other", labelled("other"));
    pass(&mut simulation, 30);
    create(&mut simulation, "high", of_class("600m", "high"));
    let terminating = |key: &ObjectKey| simulation.registry.get(&builtin::POD, key).unwrap().is_terminating();
    assert!(terminating(&other) && !terminating(&guarded));
}

#[test]
fn constraints_spread_pods_and_affinity_gathers_them() {
    let mut simulation = simulation(3);
    let labelled = |simulation: &mut Simulation, name: &str, spec: Value| {
        create_labelled(simulation, name, json!({"app": "web"}), spec)
    };
    let selector = json!({"matchLabels": {"app": "web"}});
    let spread = json!({"topologySpreadConstraints": [{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": selector,
    }]});
    let mut nodes = Vec::new();
    for name in ["a", "b", "c"] {
        let key = labelled(&mut simulation, name, spread.clone());
        nodes.push(node_of(&simulation, &key));
    }
    nodes.sort();
    assert_eq!(nodes, ["minikube", "minikube-m02", "minikube-m03"]);
    let apart = json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector},
    ]}}});
    let lonely = labelled(&mut simulation, "lonely", apart);
    assert_eq!(
        message(&simulation, &lonely),
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
    );
    let zoned = json!({"topologySpreadConstraints": [{
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": selector,
    }]});
    let zoned = labelled(&mut simulation, "zoned", zoned);
    let reason = "3 node(s) didn't match pod topology spread constraints (missing required label)";
    assert!(message(&simulation, &zoned).contains(reason));
    let near = json!({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "cache"}}},
    ]}}});
    let early = labelled(&mut simulation, "early", near);
    assert!(message(&simulation, &early).contains("3 node(s) didn't match pod affinity rules"));
    let mut cache = Object::new(&builtin::POD, "default", "cache");
    cache.set("/metadata/labels", json!({"app": "cache"}));
    cache.set("/spec", json!({"containers": [{"name": "a", "image": "nginx:1.27"}], "nodeSelector": {"kubernetes.io/hostname": "minikube-m02"}}));
    let options = WriteOptions::component("test");
    simulation.registry.create(&builtin::POD, "default", cache, &options).unwrap();
    pass(&mut simulation, 2);
    assert_eq!(node_of(&simulation, &early), "minikube-m02");
}

#[test]
fn attempts_back_off_and_are_told_once_for_each_change() {
    let mut simulation = simulation(1);
    let key = create(&mut simulation, "big", asking("200"));
    let counts = |simulation: &Simulation| -> Vec<i64> {
        let events = simulation.registry.list(&builtin::EVENT, Some("default"));
        let failed = events.iter().filter(|event| event.text("/reason") == "FailedScheduling");
        failed.map(|event| event.number("/series/count").unwrap_or(1)).collect()
    };
    create(&mut simulation, "small", asking("10m"));
    pass(&mut simulation, 60);
    assert_eq!(counts(&simulation), [1], "a Pod that comes is of no help");
    pass(&mut simulation, 250);
    assert_eq!(counts(&simulation), [2], "after five minutes everyone is tried again");
    assert!(node_of(&simulation, &key).is_empty());
}

mod devices_and_volumes;

#[test]
fn a_pod_takes_over_where_its_node_is() {
    let mut simulation = simulation(1);
    let node = ObjectKey::new("", "minikube");
    let mut labelled = Object::clone(&simulation.registry.get(&builtin::NODE, &node).unwrap());
    for (key, value) in [("region", "r"), ("zone", "z"), ("other", "o")] {
        labelled.set(&format!("/metadata/labels/topology.kubernetes.io~1{key}"), value);
    }
    simulation.registry.update(&builtin::NODE, &node, labelled, &WriteOptions::component("test")).unwrap();
    let own = json!({"topology.kubernetes.io/zone": "mine"});
    let placed = create_labelled(&mut simulation, "placed", json!({}), json!({"nodeName": "minikube"}));
    let bound = create_labelled(&mut simulation, "bound", own, json!({}));
    let labels = |key: &ObjectKey| {
        let pod = simulation.registry.get(&builtin::POD, key).unwrap();
        ["region", "zone", "other"]
            .map(|name| pod.label(&format!("topology.kubernetes.io/{name}")).map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(labels(&placed), [some("r"), some("z"), None]);
    assert_eq!(labels(&bound), [some("r"), some("mine"), None], "its own label stays");
}
