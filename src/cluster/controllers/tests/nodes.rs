//! Nodes that fall silent, come back, are tainted, cordoned and deleted; and what becomes of their Pods.

use jiff::SignedDuration;

use crate::apimachinery::ObjectKey;
use crate::apimachinery::builtin::{DEPLOYMENT, EVENT, LEASE, NODE, POD};
use crate::base::{Value, json};

use super::super::super::config::ClusterConfig;
use super::super::super::simulation::Simulation;
use super::{change, create, delete, get, messages, pods, run};

const SECOND: &str = "minikube-m02";

fn two_nodes() -> Simulation {
    let config = ClusterConfig { nodes: 2, ..ClusterConfig::default() };
    Simulation::new(&config, "2026-01-01T00:00:00Z".parse().unwrap())
}

fn web(simulation: &mut Simulation, replicas: i64) {
    let container = json!({"name": "c", "image": "nginx:1.27"});
    let deployment = json!({"spec": {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
    }});
    create(simulation, &DEPLOYMENT, "web", deployment);
    run(simulation, 30);
}

fn taints(simulation: &Simulation, node: &str) -> Vec<String> {
    let node = get(simulation, &NODE, node);
    let text = |taint: &Value, field: &str| taint[field].as_str().unwrap_or_default().to_owned();
    node.list("/spec/taints").iter().map(|taint| text(taint, "key") + ":" + &text(taint, "effect")).collect()
}

fn on(simulation: &Simulation, node: &str) -> Vec<String> {
    let pods = pods(simulation);
    let there = pods.iter().filter(|pod| pod.text("/spec/nodeName") == node);
    there.map(|pod| pod.name().to_owned()).collect()
}

fn node_events(simulation: &Simulation, reason: &str) -> Vec<String> {
    let events = simulation.registry.list(&EVENT, Some("default"));
    let told = events
        .iter()
        .filter(|event| event.text("/reason") == reason && event.text("/involvedObject/kind") == "Node");
    told.map(|event| event.text("/message").to_owned()).collect()
}

#[test]
fn a_silent_node_is_given_up_and_taken_back() {
    let mut simulation = two_nodes();
    web(&mut simulation, 2);
    let lost = on(&simulation, SECOND);
    assert_eq!(lost.len(), 1);
    simulation.switch_node(SECOND, Some(false)).unwrap();
    run(&mut simulation, 30);
    assert!(get(&simulation, &NODE, SECOND).condition_is_true("Ready"), "still within the grace period");
    run(&mut simulation, 25);
    let node = get(&simulation, &NODE, SECOND);
    let ready = node.condition("Ready").unwrap();
    assert_eq!((&ready["status"], &ready["reason"]), (&json!("Unknown"), &json!("NodeStatusUnknown")));
    assert_eq!(ready["message"], "Kubelet stopped posting node status.");
    let unreachable = "node.kubernetes.io/unreachable";
    assert_eq!(
        taints(&simulation, SECOND),
        [format!("{unreachable}:NoSchedule"), format!("{unreachable}:NoExecute")]
    );
    let events = simulation.registry.list(&EVENT, Some("default"));
    let not_ready: Vec<(&str, &str)> = events
        .iter()
        .filter(|event| event.text("/reason") == "NodeNotReady")
        .map(|event| (event.text("/involvedObject/kind"), event.text("/message")))
        .collect();
    assert!(not_ready.contains(&("Node", "Node minikube-m02 status is now: NodeNotReady")));
    assert!(not_ready.contains(&("Pod", "Node is not ready")));
    assert!(!get(&simulation, &POD, &lost[0]).condition_is_true("Ready"));
    run(&mut simulation, 305);
    assert!(get(&simulation, &POD, &lost[0]).is_terminating());
    assert_eq!(
        messages(&simulation, "TaintManagerEviction"),
        [format!("Marking for deletion Pod default/{}", lost[0])]
    );
    assert_eq!(on(&simulation, "minikube").len(), 2, "its replacement runs elsewhere");
    run(&mut simulation, 600);
    assert!(get(&simulation, &POD, &lost[0]).is_terminating(), "nobody can say that it has ended");
    simulation.switch_node(SECOND, Some(true)).unwrap();
    run(&mut simulation, 60);
    assert!(get(&simulation, &NODE, SECOND).condition_is_true("Ready"));
    assert!(taints(&simulation, SECOND).is_empty() && on(&simulation, SECOND).is_empty());
}

#[test]
fn a_machine_that_was_off_for_a_moment_starts_its_pods_again() {
    let mut simulation = two_nodes();
    web(&mut simulation, 2);
    let name = on(&simulation, SECOND).remove(0);
    simulation.switch_node(SECOND, Some(false)).unwrap();
    run(&mut simulation, 20);
    simulation.switch_node(SECOND, Some(true)).unwrap();
    run(&mut simulation, 30);
    let pod = get(&simulation, &POD, &name);
    let status = &pod.list("/status/containerStatuses")[0];
    assert_eq!(status["restartCount"], 1);
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 255);
    assert_eq!(status["lastState"]["terminated"]["reason"], "Unknown");
    assert!(pod.condition_is_true("Ready"));
    let told = messages(&simulation, "SandboxChanged");
    assert_eq!(told, ["Pod sandbox changed, it will be killed and re-created."]);
}

#[test]
fn taints_drive_pods_out_at_once_or_after_a_while() {
    let mut simulation = two_nodes();
    let pod = |tolerations: Value| {
        let container = json!({"name": "c", "image": "nginx:1.27"});
        json!({"spec": {"nodeName": SECOND, "containers": [container], "tolerations": tolerations, "terminationGracePeriodSeconds": 1}})
    };
    let tolerating = |seconds: Value| json!([{"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}]);
    create(&mut simulation, &POD, "none", pod(json!([])));
    create(&mut simulation, &POD, "short", pod(tolerating(json!(30))));
    create(&mut simulation, &POD, "long", pod(tolerating(json!(300))));
    create(&mut simulation, &POD, "ever", pod(tolerating(json!(null))));
    run(&mut simulation, 20);
    change(&mut simulation, &NODE, SECOND, |node| {
        node.set("/spec/taints", json!([{"key": "k", "value": "v", "effect": "NoExecute"}]));
    });
    run(&mut simulation, 10);
    assert_eq!(on(&simulation, SECOND), ["ever", "long", "short"]);
    run(&mut simulation, 30);
    assert_eq!(on(&simulation, SECOND), ["ever", "long"]);
    change(&mut simulation, &NODE, SECOND, |node| {
        node.remove("/spec/taints");
    });
    run(&mut simulation, 600);
    assert_eq!(on(&simulation, SECOND), ["ever", "long"]);
    assert_eq!(
        messages(&simulation, "TaintManagerEviction"),
        [
            "Marking for deletion Pod default/none",
            "Marking for deletion Pod default/short",
            "Cancelling deletion of Pod default/long",
        ]
    );
}

#[test]
fn a_cordon_is_a_taint_and_a_deleted_node_leaves_orphans() {
    let mut simulation = two_nodes();
    web(&mut simulation, 2);
    change(&mut simulation, &NODE, SECOND, |node| node.set("/spec/unschedulable", true));
    run(&mut simulation, 1);
    assert_eq!(taints(&simulation, SECOND), ["node.kubernetes.io/unschedulable:NoSchedule"]);
    assert_eq!(
        node_events(&simulation, "NodeNotSchedulable"),
        ["Node minikube-m02 status is now: NodeNotSchedulable"]
    );
    let orphan = on(&simulation, SECOND).remove(0);
    delete(&mut simulation, &NODE, SECOND);
    run(&mut simulation, 30);
    let key = ObjectKey::new("default", orphan.as_str());
    assert!(simulation.registry.get(&POD, &key).is_ok());
    run(&mut simulation, 60);
    assert!(simulation.registry.get(&POD, &key).is_err());
    assert_eq!(on(&simulation, "minikube").len(), 2);
    assert_eq!(
        node_events(&simulation, "RemovingNode"),
        ["Node minikube-m02 event: Removing Node minikube-m02 from Controller"]
    );
    simulation.switch_node(SECOND, Some(false)).unwrap();
    simulation.switch_node(SECOND, Some(true)).unwrap();
    run(&mut simulation, 5);
    assert!(get(&simulation, &NODE, SECOND).condition_is_true("Ready"));
    assert!(taints(&simulation, SECOND).is_empty());
    assert_eq!(
        node_events(&simulation, "RegisteredNode"),
        ["Node minikube-m02 event: Registered Node minikube-m02 in Controller"]
    );
}

#[test]
fn what_takes_the_place_of_an_orphan_lives_until_the_next_round() {
    let mut simulation = two_nodes();
    web(&mut simulation, 1);
    // Rounds do not fall on whole seconds, and objects know no parts of them.
    let moment = simulation.registry.now() + SignedDuration::from_millis(100);
    simulation.advance_to(moment);
    change(&mut simulation, &DEPLOYMENT, "web", |web| {
        web.set("/spec/template/spec/nodeName", "nowhere");
    });
    run(&mut simulation, 300);
    let made = simulation.registry.store().list(&EVENT, None);
    let made: i64 = made
        .filter(|event| event.text("/reason") == "SuccessfulCreate")
        .map(|event| event.number("/count").unwrap_or(1))
        .sum();
    // One at first, and one for each round since its node has been missed for long enough.
    assert!((8..=22).contains(&made), "{made}");
}

#[test]
fn machines_come_and_go_and_renew_their_leases() {
    let mut simulation = two_nodes();
    assert_eq!(simulation.add_node().unwrap(), "minikube-m03");
    run(&mut simulation, 25);
    let lease = |simulation: &Simulation| {
        let key = ObjectKey::new("kube-node-lease", "minikube-m03");
        simulation.registry.get(&LEASE, &key).map(|lease| lease.text("/spec/renewTime").to_owned())
    };
    assert_eq!(lease(&simulation).unwrap(), "2026-01-01T00:00:20.000000Z");
    assert!(get(&simulation, &NODE, "minikube-m03").condition_is_true("Ready"));
    simulation.switch_node("minikube-m03", None).unwrap();
    run(&mut simulation, 5);
    assert!(lease(&simulation).is_err());
    create(&mut simulation, &NODE, "paper", json!({}));
    run(&mut simulation, 5);
    assert_eq!(taints(&simulation, "paper"), ["node.kubernetes.io/not-ready:NoSchedule"]);
    run(&mut simulation, 60);
    let node = get(&simulation, &NODE, "paper");
    assert_eq!(node.condition("Ready").unwrap()["reason"], "NodeStatusNeverUpdated");
}

#[test]
fn a_kubelet_refuses_what_its_node_cannot_have() {
    let mut simulation = two_nodes();
    let pod = |resources: Value, selector: Value| {
        let container = json!({"name": "c", "image": "nginx:1.27", "resources": resources});
        json!({"spec": {"nodeName": SECOND, "containers": [container], "nodeSelector": selector}})
    };
    create(&mut simulation, &POD, "big", pod(json!({"requests": {"cpu": "4"}}), json!({})));
    create(&mut simulation, &POD, "lost", pod(json!({}), json!({"disk": "ssd"})));
    create(&mut simulation, &POD, "fine", pod(json!({}), json!({})));
    run(&mut simulation, 10);
    let told = |name: &str| {
        let pod = get(&simulation, &POD, name);
        ["phase", "reason", "message"].map(|field| pod.text(&format!("/status/{field}")).to_owned())
    };
    let [phase, reason, message] = told("big");
    assert_eq!((phase.as_str(), reason.as_str()), ("Failed", "OutOfcpu"));
    let start = "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: ";
    assert!(message.starts_with(start) && message.ends_with(", capacity: 2000"), "{message}");
    assert_eq!(
        told("lost")[1..],
        [
            "NodeAffinity",
            "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
        ]
    );
    assert_eq!(told("fine")[0], "Running");
}
