//! StatefulSets and the order of their Pods.

use crate::base::json;

use super::*;

fn db(replicas: i64) -> Value {
    json!({"spec": {
        "serviceName": "db",
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "db"}},
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "c", "image": "nginx:1.26"}]},
        },
    }})
}

fn started(replicas: i64) -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::STATEFUL_SET, "db", db(replicas));
    run(&mut simulation, 90);
    simulation
}

fn names(simulation: &Simulation) -> Vec<String> {
    pods(simulation).iter().map(|pod| pod.name().to_owned()).collect()
}

fn images(simulation: &Simulation) -> Vec<String> {
    pods(simulation).iter().map(|pod| pod.text("/spec/containers/0/image").to_owned()).collect()
}

#[test]
fn pods_come_one_after_the_other_with_names_of_their_own() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::STATEFUL_SET, "db", db(3));
    for _ in 0..90 {
        run(&mut simulation, 1);
        let unready = pods(&simulation).iter().filter(|pod| !pod.condition_is_true("Ready")).count();
        assert!(unready <= 1);
    }
    assert_eq!(names(&simulation), ["db-0", "db-1", "db-2"]);
    let pod = get(&simulation, &builtin::POD, "db-1");
    assert_eq!((pod.text("/spec/hostname"), pod.text("/spec/subdomain")), ("db-1", "db"));
    assert_eq!(pod.label("apps.kubernetes.io/pod-index"), Some("1"));
    let set = get(&simulation, &builtin::STATEFUL_SET, "db");
    for field in ["replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas"] {
        assert_eq!(set.number(&format!("/status/{field}")), Some(3), "{field}");
    }
    assert_eq!(pod.label("controller-revision-hash"), Some(set.text("/status/currentRevision")));
    let told = messages(&simulation, "SuccessfulCreate");
    assert_eq!(told[0], "create Pod db-0 in StatefulSet db successful");
}

#[test]
fn a_deleted_pod_comes_back_under_its_name() {
    let mut simulation = started(2);
    let uid = get(&simulation, &builtin::POD, "db-0").uid().to_owned();
    delete(&mut simulation, &builtin::POD, "db-0");
    run(&mut simulation, 60);
    assert_eq!(names(&simulation), ["db-0", "db-1"]);
    assert_ne!(get(&simulation, &builtin::POD, "db-0").uid(), uid);
}

#[test]
fn scaling_down_takes_the_highest_first() {
    let mut simulation = started(3);
    change(&mut simulation, &builtin::STATEFUL_SET, "db", |set| set.set("/spec/replicas", 1));
    run(&mut simulation, 90);
    assert_eq!(names(&simulation), ["db-0"]);
    assert_eq!(
        messages(&simulation, "SuccessfulDelete"),
        ["delete Pod db-2 in StatefulSet db successful", "delete Pod db-1 in StatefulSet db successful"]
    );
}

#[test]
fn a_rolling_update_goes_from_the_highest_to_the_partition() {
    let mut simulation = started(3);
    change(&mut simulation, &builtin::STATEFUL_SET, "db", |set| {
        set.set("/spec/updateStrategy/rollingUpdate/partition", 1);
        set.set("/spec/template/spec/containers/0/image", "nginx:1.27");
    });
    run(&mut simulation, 180);
    assert_eq!(images(&simulation), ["nginx:1.26", "nginx:1.27", "nginx:1.27"]);
    let set = get(&simulation, &builtin::STATEFUL_SET, "db");
    assert_ne!(set.text("/status/currentRevision"), set.text("/status/updateRevision"));
    delete(&mut simulation, &builtin::POD, "db-0");
    run(&mut simulation, 60);
    assert_eq!(images(&simulation)[0], "nginx:1.26");
    change(&mut simulation, &builtin::STATEFUL_SET, "db", |set| {
        set.set("/spec/updateStrategy/rollingUpdate/partition", 0);
    });
    run(&mut simulation, 60);
    assert_eq!(images(&simulation), ["nginx:1.27"; 3]);
    let set = get(&simulation, &builtin::STATEFUL_SET, "db");
    assert_eq!(set.text("/status/currentRevision"), set.text("/status/updateRevision"));
}

#[test]
fn parallel_pods_do_not_wait_for_each_other() {
    let mut simulation = cluster();
    let mut fields = db(3);
    fields["spec"]["podManagementPolicy"] = json!("Parallel");
    create(&mut simulation, &builtin::STATEFUL_SET, "db", fields);
    run(&mut simulation, 0);
    assert_eq!(names(&simulation).len(), 3);
}

#[test]
fn pods_go_with_their_stateful_set() {
    let mut simulation = started(2);
    delete(&mut simulation, &builtin::STATEFUL_SET, "db");
    run(&mut simulation, 60);
    assert_eq!(names(&simulation), [] as [String; 0]);
}

#[test]
fn each_pod_has_its_name_among_the_endpoints_of_its_service() {
    let mut simulation = started(2);
    let spec = json!({"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 80}]});
    create(&mut simulation, &builtin::SERVICE, "db", json!({"spec": spec}));
    run(&mut simulation, 5);
    let slices = simulation.registry.list(&builtin::ENDPOINT_SLICE, Some("default"));
    let slice = slices.iter().find(|slice| slice.name().starts_with("db-")).unwrap();
    let mut names: Vec<&str> =
        slice.list("/endpoints").iter().filter_map(|endpoint| endpoint["hostname"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["db-0", "db-1"]);
}
