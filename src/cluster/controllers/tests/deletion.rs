//! Deletion: owners and dependents, namespaces, events.

use crate::base::json;

use super::super::super::registry::{DeleteOptions, Propagation};
use super::*;

fn delete_web(simulation: &mut Simulation, propagation: Propagation) {
    let delete = DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() };
    let options = WriteOptions::component("test");
    simulation.registry.delete(&builtin::DEPLOYMENT, &key("web"), &delete, &options).unwrap();
}

fn with_web() -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(2));
    run(&mut simulation, 60);
    simulation
}

fn counts(simulation: &Simulation) -> (usize, usize, usize) {
    let count = |kind| simulation.registry.list(kind, Some("default")).len();
    (count(&builtin::DEPLOYMENT), count(&builtin::REPLICA_SET), count(&builtin::POD))
}

#[test]
fn background_deletion_takes_the_owner_first() {
    let mut simulation = with_web();
    delete_web(&mut simulation, Propagation::Background);
    assert_eq!(counts(&simulation), (0, 1, 2));
    run(&mut simulation, 0);
    assert_eq!(counts(&simulation), (0, 0, 2));
    assert!(pods(&simulation).iter().all(|pod| pod.is_terminating()));
    run(&mut simulation, 60);
    assert_eq!(counts(&simulation), (0, 0, 0));
}

#[test]
fn foreground_deletion_takes_the_owner_last() {
    let mut simulation = with_web();
    delete_web(&mut simulation, Propagation::Foreground);
    run(&mut simulation, 0);
    assert_eq!(counts(&simulation), (1, 1, 2));
    run(&mut simulation, 60);
    assert_eq!(counts(&simulation), (0, 0, 0));
}

#[test]
fn orphans_stay() {
    let mut simulation = with_web();
    delete_web(&mut simulation, Propagation::Orphan);
    run(&mut simulation, 60);
    assert_eq!(counts(&simulation), (0, 1, 2));
    let set = &simulation.registry.list(&builtin::REPLICA_SET, Some("default"))[0];
    assert!(set.owner_references().is_empty());
    create(&mut simulation, &builtin::DEPLOYMENT, "web", deployments::web(2));
    run(&mut simulation, 60);
    assert_eq!(counts(&simulation), (1, 1, 2), "a new Deployment adopts them");
}

#[test]
fn an_object_whose_owner_never_was_is_collected() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::CONFIG_MAP, "child", json!({}));
    let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "none", "uid": "none"}]);
    change(&mut simulation, &builtin::CONFIG_MAP, "child", |child| {
        child.set("/metadata/ownerReferences", owner);
    });
    run(&mut simulation, 1);
    assert!(simulation.registry.get(&builtin::CONFIG_MAP, &key("child")).is_err());
}

#[test]
fn a_circle_of_owners_goes_whole() {
    let mut simulation = cluster();
    let names = ["one", "two", "three"];
    for name in names {
        create(&mut simulation, &builtin::CONFIG_MAP, name, json!({}));
    }
    for (name, owner) in [("one", "three"), ("two", "one"), ("three", "two")] {
        let uid = get(&simulation, &builtin::CONFIG_MAP, owner).uid().to_owned();
        let reference = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid, "blockOwnerDeletion": true,
        });
        change(&mut simulation, &builtin::CONFIG_MAP, name, |object| {
            object.set("/metadata/ownerReferences", json!([reference]));
        });
    }
    let delete = DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() };
    let options = WriteOptions::component("test");
    simulation.registry.delete(&builtin::CONFIG_MAP, &key("one"), &delete, &options).unwrap();
    run(&mut simulation, 1);
    assert!(names.iter().all(|name| simulation.registry.get(&builtin::CONFIG_MAP, &key(name)).is_err()));
}

#[test]
fn an_event_about_the_past_lives_its_hour() {
    let mut simulation = cluster();
    let event = json!({"involvedObject": {"namespace": "default"}, "eventTime": "2017-09-19T13:49:16.000000Z",
            "reportingComponent": "c", "reportingInstance": "i", "action": "Do", "reason": "Test"});
    create(&mut simulation, &builtin::EVENT, "old", event);
    run(&mut simulation, 3_500);
    get(&simulation, &builtin::EVENT, "old");
    run(&mut simulation, 200);
    assert!(simulation.registry.get(&builtin::EVENT, &key("old")).is_err());
}

#[test]
fn a_namespace_may_be_deleted_in_the_foreground() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::NAMESPACE, "team", json!({}));
    run(&mut simulation, 1);
    let delete = DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() };
    let (team, options) = (ObjectKey::new("", "team"), WriteOptions::component("test"));
    simulation.registry.delete(&builtin::NAMESPACE, &team, &delete, &options).unwrap();
    run(&mut simulation, 60);
    assert!(simulation.registry.get(&builtin::NAMESPACE, &team).is_err());
}

#[test]
fn a_namespace_gets_its_account_and_goes_with_all_it_holds() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::NAMESPACE, "team", json!({}));
    run(&mut simulation, 1);
    let inside = |name: &str| ObjectKey::new("team", name);
    assert!(simulation.registry.get(&builtin::SERVICE_ACCOUNT, &inside("default")).is_ok());
    assert!(simulation.registry.get(&builtin::CONFIG_MAP, &inside("kube-root-ca.crt")).is_ok());
    let mut web = Object::new(&builtin::DEPLOYMENT, "team", "web");
    web.set("/spec", deployments::web(2)["spec"].clone());
    simulation.registry.create(&builtin::DEPLOYMENT, "team", web, &WriteOptions::component("test")).unwrap();
    run(&mut simulation, 30);
    delete(&mut simulation, &builtin::NAMESPACE, "team");
    run(&mut simulation, 0);
    let team = get(&simulation, &builtin::NAMESPACE, "team");
    assert_eq!(team.text("/status/phase"), "Terminating");
    assert!(team.condition_is_true("NamespaceContentRemaining"));
    run(&mut simulation, 60);
    assert!(simulation.registry.get(&builtin::NAMESPACE, &ObjectKey::new("", "team")).is_err());
    let left: Vec<String> = simulation
        .registry
        .store()
        .all()
        .filter(|object| object.namespace() == "team")
        .map(|object| format!("{} {}", object.kind(), object.name()))
        .collect();
    assert_eq!(left, [] as [String; 0]);
}

#[test]
fn the_account_and_the_certificate_come_back() {
    let mut simulation = cluster();
    delete(&mut simulation, &builtin::SERVICE_ACCOUNT, "default");
    delete(&mut simulation, &builtin::CONFIG_MAP, "kube-root-ca.crt");
    run(&mut simulation, 1);
    get(&simulation, &builtin::SERVICE_ACCOUNT, "default");
    let certificate = get(&simulation, &builtin::CONFIG_MAP, "kube-root-ca.crt");
    assert!(certificate.text("/data/ca.crt").starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn events_are_forgotten_after_an_hour() {
    let mut simulation = with_web();
    assert!(!messages(&simulation, "SuccessfulCreate").is_empty());
    run(&mut simulation, 3700);
    assert_eq!(messages(&simulation, "SuccessfulCreate"), [] as [String; 0]);
}

#[test]
fn a_namespace_waits_for_apis_that_do_not_answer() {
    let mut simulation = cluster();
    let service = json!({"namespace": "default", "name": "nobody"});
    let spec = json!({"group": "wardle.example.com", "version": "v1alpha1", "service": service,
        "groupPriorityMinimum": 1000, "versionPriority": 15, "insecureSkipTLSVerify": true});
    create(&mut simulation, &builtin::API_SERVICE, "v1alpha1.wardle.example.com", json!({"spec": spec}));
    create(&mut simulation, &builtin::NAMESPACE, "gone", json!({}));
    run(&mut simulation, 1);
    delete(&mut simulation, &builtin::NAMESPACE, "gone");
    run(&mut simulation, 30);
    let gone = get(&simulation, &builtin::NAMESPACE, "gone");
    let told = gone.condition("NamespaceDeletionDiscoveryFailure").unwrap();
    assert_eq!((&told["status"], &told["reason"]), (&json!("True"), &json!("DiscoveryFailed")));
    assert_eq!(
        told["message"],
        "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: wardle.example.com/v1alpha1: stale GroupVersion discovery: wardle.example.com/v1alpha1"
    );
    delete(&mut simulation, &builtin::API_SERVICE, "v1alpha1.wardle.example.com");
    run(&mut simulation, 30);
    assert!(simulation.registry.get(&builtin::NAMESPACE, &ObjectKey::new("", "gone")).is_err());
}
