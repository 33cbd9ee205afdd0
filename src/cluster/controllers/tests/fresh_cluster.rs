//! What a fresh cluster looks like, and that it can be repeated.

use crate::base::Timestamp;
use crate::cluster::authentication::Authority;

use super::super::super::registry::DeleteOptions;
use super::super::super::storage::Change;
use super::*;

#[test]
fn everything_runs_from_the_first_moment() {
    let mut simulation = cluster();
    for pod in simulation.registry.list(&builtin::POD, None) {
        assert_eq!(pod.text("/status/phase"), "Running", "{}", pod.key());
        assert!(pod.condition_is_true("Ready"), "{}", pod.key());
    }
    let dns =
        simulation.registry.get(&builtin::DEPLOYMENT, &ObjectKey::new("kube-system", "coredns")).unwrap();
    assert_eq!(dns.number("/status/availableReplicas"), Some(1));
    let pods_before = simulation.registry.list(&builtin::POD, None).len();
    run(&mut simulation, 600);
    let pods = simulation.registry.list(&builtin::POD, None);
    assert_eq!(pods.len(), pods_before);
    for pod in pods {
        assert!(pod.condition_is_true("Ready"), "{} after ten minutes", pod.key());
        assert_eq!(pod.number("/status/containerStatuses/0/restartCount"), Some(0), "{}", pod.key());
    }
}

fn delete_pod(simulation: &mut Simulation, name: &str, grace_period_seconds: Option<i64>) {
    let key = ObjectKey::new("kube-system", name);
    let delete = DeleteOptions { grace_period_seconds, ..DeleteOptions::default() };
    let options = WriteOptions::component("test");
    simulation.registry.delete(&builtin::POD, &key, &delete, &options).unwrap();
}

#[test]
fn pods_of_the_control_plane_come_back_when_they_are_deleted() {
    let mut simulation = cluster();
    // Nobody keeps this one: minikube, too, has it as a Pod without a controller.
    delete_pod(&mut simulation, "storage-provisioner", Some(0));
    let of_control_plane = |simulation: &Simulation| -> Vec<(String, bool, String)> {
        let pods = simulation.registry.list(&builtin::POD, Some("kube-system"));
        pods.iter()
            .map(|pod| {
                let prefix = pod.name().trim_end_matches(|c| c != '-').to_owned();
                let container = pod.text("/status/containerStatuses/0/containerID").to_owned();
                (prefix, pod.condition_is_true("Ready"), container)
            })
            .collect()
    };
    let before = of_control_plane(&simulation);
    let uids = |simulation: &Simulation| -> Vec<String> {
        let pods = simulation.registry.list(&builtin::POD, Some("kube-system"));
        pods.iter().map(|pod| pod.uid().to_owned()).collect()
    };
    let uids_before = uids(&simulation);
    for (number, pod) in simulation.registry.list(&builtin::POD, Some("kube-system")).iter().enumerate() {
        delete_pod(&mut simulation, pod.name(), (number % 2 == 0).then_some(0));
    }
    run(&mut simulation, 600);
    let after = of_control_plane(&simulation);
    let names = |state: &[(String, bool, String)]| -> Vec<(String, bool)> {
        state.iter().map(|(name, ready, _)| (name.clone(), *ready)).collect()
    };
    assert_eq!(names(&after), names(&before));
    assert!(uids(&simulation).iter().all(|uid| !uids_before.contains(uid)));
    let containers = |state: &[(String, bool, String)], prefix: &str| -> Vec<String> {
        let of_prefix = state.iter().filter(|(name, ..)| name == prefix);
        of_prefix.map(|(_, _, container)| container.clone()).collect()
    };
    assert_eq!(containers(&after, "etcd-"), containers(&before, "etcd-"), "the container went on");
}

#[test]
fn a_cluster_goes_on_from_its_objects_alone() {
    let mut before = cluster();
    create(&mut before, &builtin::DEPLOYMENT, "web", deployments::web(2));
    run(&mut before, 60);
    let state = |simulation: &Simulation| -> Vec<(String, String, Option<i64>)> {
        let pods = simulation.registry.list(&builtin::POD, None);
        let restarts = |pod: &Object| pod.number("/status/containerStatuses/0/restartCount");
        pods.iter()
            .map(|pod| (pod.name().to_owned(), pod.text("/status/podIP").to_owned(), restarts(pod)))
            .collect()
    };
    for node in [Default::default(), before.node.clone()] {
        let mut registry = before.registry.clone();
        registry.set_now(registry.now() + SignedDuration::from_hours(30));
        let mut after = Simulation::restore(registry, node);
        run(&mut after, 60);
        assert_eq!(state(&after), state(&before));
        assert!(pods(&after).iter().all(|pod| pod.condition_is_true("Ready")));
    }
}

fn log_of_a_busy_hour(seed: u64) -> Vec<String> {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let config = ClusterConfig { seed, nodes: 2, ..ClusterConfig::default() };
    let mut simulation = Simulation::with_keys(&config, now, Authority::of_this_process());
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(3));
    run(&mut simulation, 30);
    change(&mut simulation, &builtin::DEPLOYMENT, "web", |web| {
        web.set("/spec/template/spec/containers/0/image", "nginx:nope");
    });
    run(&mut simulation, 600);
    delete(&mut simulation, &builtin::DEPLOYMENT, "web");
    run(&mut simulation, 60);
    let tell =
        |change: &Change| format!("{} {:?} {}", change.revision, change.change_type, change.object.value());
    simulation.registry.store().changes_since(0).unwrap().map(tell).collect()
}

#[test]
fn equal_seeds_and_inputs_give_equal_logs() {
    let (one, two) = (log_of_a_busy_hour(7), log_of_a_busy_hour(7));
    assert!(one.len() > 100);
    assert_eq!(one, two);
    assert_ne!(one, log_of_a_busy_hour(8));
}
