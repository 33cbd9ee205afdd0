//! Traffic between Pods: Services, names, policies.

use serde_json::json;

use super::*;
use crate::apimachinery::builtin::{DEPLOYMENT, NETWORK_POLICY, POD, SERVICE};

/// Runs a command in a Pod: what it printed, errors included, and its exit code.
fn exec(simulation: &mut Simulation, pod: &str, command: &[&str]) -> (String, i32) {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let Simulation { registry, node, .. } = simulation;
    let process = node.exec(registry, &key(pod), None, &command, false, false).unwrap();
    let mut text = Vec::new();
    for _ in 0..300 {
        let output = simulation.node.take_output(process);
        text.extend(output.stdout);
        text.extend(output.stderr);
        if let Some(code) = output.exit_code {
            return (String::from_utf8(text).unwrap(), code);
        }
        run(simulation, 1);
    }
    panic!("{command:?} does not end");
}

/// A cluster with two nginx Pods behind the Service `web`, and busybox Pods `friend` and `stranger`.
fn shop() -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &DEPLOYMENT, "web", deployments::web(2));
    create(
        &mut simulation,
        &SERVICE,
        "web",
        json!({"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    );
    for name in ["friend", "stranger"] {
        let container = json!({"name": "c", "image": "busybox", "command": ["sleep", "3600"]});
        let fields = json!({"labels": {"role": name}, "spec": {"containers": [container]}});
        create(&mut simulation, &POD, name, fields);
    }
    run(&mut simulation, 60);
    simulation
}

fn asks(simulation: &mut Simulation, pod: &str) -> (String, i32) {
    exec(simulation, pod, &["wget", "-qO-", "-T", "2", "http://web"])
}

#[test]
fn a_policy_lets_through_only_what_it_names() {
    let mut simulation = shop();
    assert_eq!(asks(&mut simulation, "stranger").1, 0);
    let from = json!([{"podSelector": {"matchLabels": {"role": "friend"}}}]);
    let spec = json!({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": from}]});
    create(&mut simulation, &NETWORK_POLICY, "web", json!({"spec": spec}));
    assert_eq!(asks(&mut simulation, "friend").1, 0);
    assert_eq!(asks(&mut simulation, "stranger"), ("wget: download timed out\n".to_owned(), 1));
    delete(&mut simulation, &NETWORK_POLICY, "web");
    assert_eq!(asks(&mut simulation, "stranger").1, 0);
}

#[test]
fn who_may_not_leave_cannot_even_ask_for_names() {
    let mut simulation = shop();
    let deny = json!({"podSelector": {"matchLabels": {"role": "friend"}}, "policyTypes": ["Egress"]});
    create(&mut simulation, &NETWORK_POLICY, "quiet", json!({"spec": deny}));
    assert_eq!(asks(&mut simulation, "friend"), ("wget: bad address 'web'\n".to_owned(), 1));
    let (text, _) = exec(&mut simulation, "friend", &["nslookup", "web"]);
    assert_eq!(text, ";; connection timed out; no servers could be reached\n\n");
    change(&mut simulation, &NETWORK_POLICY, "quiet", |policy| {
        policy.set(
            "/spec/egress",
            json!([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}]),
        );
    });
    assert_eq!(asks(&mut simulation, "friend").0, "wget: download timed out\n");
}

#[test]
fn without_the_dns_there_are_no_names() {
    let mut simulation = shop();
    let coredns = ObjectKey::new("kube-system", "coredns");
    let mut none = Object::clone(&simulation.registry.get(&DEPLOYMENT, &coredns).unwrap());
    none.set("/spec/replicas", 0);
    simulation.registry.update(&DEPLOYMENT, &coredns, none, &WriteOptions::component("test")).unwrap();
    run(&mut simulation, 60);
    assert_eq!(asks(&mut simulation, "friend").0, "wget: bad address 'web'\n");
    let address = get(&simulation, &SERVICE, "web").text("/spec/clusterIP").to_owned();
    let direct = exec(&mut simulation, "friend", &["wget", "-qO-", &format!("http://{address}")]);
    assert_eq!(direct.1, 0);
}
