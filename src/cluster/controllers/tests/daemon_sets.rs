//! DaemonSets on the nodes of a cluster.

use crate::base::json;

use super::*;

fn agent() -> Value {
    json!({"spec": {
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {"containers": [{"name": "c", "image": "nginx:1.26"}]},
        },
    }})
}

fn started(nodes: usize) -> Simulation {
    let config = ClusterConfig { nodes, ..ClusterConfig::default() };
    let mut simulation = Simulation::new(&config, "2026-01-01T00:00:00Z".parse().unwrap());
    create(&mut simulation, &builtin::DAEMON_SET, "agent", agent());
    run(&mut simulation, 60);
    simulation
}

fn count(simulation: &Simulation, field: &str) -> i64 {
    let set = get(simulation, &builtin::DAEMON_SET, "agent");
    set.number(&format!("/status/{field}")).unwrap_or_default()
}

fn images(simulation: &Simulation) -> Vec<String> {
    pods(simulation).iter().map(|pod| pod.text("/spec/containers/0/image").to_owned()).collect()
}

fn set_image(simulation: &mut Simulation, image: &str) {
    change(simulation, &builtin::DAEMON_SET, "agent", |set| {
        set.set("/spec/template/spec/containers/0/image", image);
    });
}

#[test]
fn every_node_gets_its_pod() {
    let simulation = started(3);
    let mut nodes: Vec<String> =
        pods(&simulation).iter().map(|pod| pod.text("/spec/nodeName").to_owned()).collect();
    nodes.sort();
    nodes.dedup();
    assert_eq!(nodes.len(), 3);
    for field in ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "numberAvailable"] {
        assert_eq!(count(&simulation, field), 3, "{field}");
    }
    assert_eq!(
        (count(&simulation, "updatedNumberScheduled"), count(&simulation, "numberUnavailable")),
        (3, 0)
    );
    assert_eq!(messages(&simulation, "SuccessfulCreate").len(), 3);
    let revision = &simulation.registry.list(&builtin::CONTROLLER_REVISION, Some("default"))[0];
    let hash = revision.label("controller-revision-hash").unwrap();
    assert_eq!(pods(&simulation)[0].label("controller-revision-hash"), Some(hash));
    assert_eq!(pods(&simulation)[0].label("pod-template-generation"), Some("1"));
}

#[test]
fn a_deleted_pod_comes_back_on_its_node() {
    let mut simulation = started(2);
    let (name, node) = {
        let pod = &pods(&simulation)[0];
        (pod.name().to_owned(), pod.text("/spec/nodeName").to_owned())
    };
    delete(&mut simulation, &builtin::POD, &name);
    run(&mut simulation, 60);
    let back = pods(&simulation);
    assert_eq!(back.len(), 2);
    assert!(back.iter().any(|pod| pod.name() != name && pod.text("/spec/nodeName") == node));
}

#[test]
fn a_rolling_update_takes_one_node_after_the_other() {
    let mut simulation = started(3);
    set_image(&mut simulation, "nginx:1.27");
    for _ in 0..180 {
        run(&mut simulation, 1);
        assert!(count(&simulation, "numberAvailable") >= 2);
    }
    assert_eq!(images(&simulation), ["nginx:1.27"; 3]);
    let revisions = simulation.registry.list(&builtin::CONTROLLER_REVISION, Some("default"));
    let mut numbers: Vec<i64> =
        revisions.iter().map(|revision| revision.number("/revision").unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);

    set_image(&mut simulation, "nginx:1.26");
    run(&mut simulation, 180);
    assert_eq!(images(&simulation), ["nginx:1.26"; 3]);
    let revisions = simulation.registry.list(&builtin::CONTROLLER_REVISION, Some("default"));
    assert_eq!(revisions.iter().filter_map(|revision| revision.number("/revision")).max(), Some(3));
    assert_eq!(revisions.len(), 2);
}

#[test]
fn a_surge_puts_the_new_pod_beside_the_old_one_first() {
    let mut simulation = started(2);
    change(&mut simulation, &builtin::DAEMON_SET, "agent", |set| {
        set.set("/spec/updateStrategy/rollingUpdate", json!({"maxSurge": 1, "maxUnavailable": 0}));
        set.set("/spec/template/spec/containers/0/image", "nginx:1.27");
    });
    for _ in 0..120 {
        run(&mut simulation, 1);
        assert!(pods(&simulation).iter().filter(|pod| pod.condition_is_true("Ready")).count() >= 2);
    }
    assert_eq!(images(&simulation), ["nginx:1.27"; 2]);
}

#[test]
fn on_delete_leaves_old_pods_alone() {
    let mut simulation = started(1);
    change(&mut simulation, &builtin::DAEMON_SET, "agent", |set| {
        set.set("/spec/updateStrategy", json!({"type": "OnDelete"}));
    });
    set_image(&mut simulation, "nginx:1.27");
    run(&mut simulation, 60);
    assert_eq!(images(&simulation), ["nginx:1.26"]);
    let name = pods(&simulation)[0].name().to_owned();
    delete(&mut simulation, &builtin::POD, &name);
    run(&mut simulation, 60);
    assert_eq!(images(&simulation), ["nginx:1.27"]);
}

#[test]
fn a_node_selector_decides_where_daemons_run() {
    let mut simulation = started(2);
    change(&mut simulation, &builtin::DAEMON_SET, "agent", |set| {
        set.set("/spec/template/spec/nodeSelector", json!({"disk": "ssd"}));
    });
    run(&mut simulation, 60);
    assert_eq!((pods(&simulation).len(), count(&simulation, "desiredNumberScheduled")), (0, 0));
    let node = simulation.registry.list(&builtin::NODE, None)[1].name().to_owned();
    change(&mut simulation, &builtin::NODE, &node, |node| node.set_label("disk", "ssd"));
    run(&mut simulation, 60);
    assert_eq!((pods(&simulation).len(), count(&simulation, "numberReady")), (1, 1));
}

#[test]
fn pods_and_revisions_go_with_their_daemon_set() {
    let mut simulation = started(1);
    delete(&mut simulation, &builtin::DAEMON_SET, "agent");
    run(&mut simulation, 60);
    assert_eq!(pods(&simulation).len(), 0);
    assert_eq!(simulation.registry.list(&builtin::CONTROLLER_REVISION, Some("default")).len(), 0);
}
