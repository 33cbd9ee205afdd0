//! Claims to devices, and where volumes can be attached.

use crate::base::json;

use super::*;

fn put(simulation: &mut Simulation, kind: &'static crate::apimachinery::Kind, name: &str, fields: Value) {
    let namespace = if kind.namespaced { "default" } else { "" };
    let mut object = Object::new(kind, namespace, name);
    for (field, value) in fields.as_object().into_iter().flatten() {
        object.set(&format!("/{field}"), value.clone());
    }
    let known = simulation.registry.get(kind, &object.key()).is_ok();
    let options = WriteOptions::component("test");
    if known {
        simulation.registry.update(kind, &object.key(), object, &options).map(drop).unwrap();
    } else {
        simulation.registry.create(kind, namespace, object, &options).map(drop).unwrap();
    }
    simulation.advance_to(simulation.registry.now());
}

#[test]
fn a_pod_that_claims_devices_is_told_what_it_lacks() {
    let mut simulation = simulation(1);
    let request = json!({"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com"}});
    let pod = json!({"resourceClaims": [{"name": "card", "resourceClaimTemplateName": "one"}]});
    let key = create(&mut simulation, "p", pod);
    let events = simulation.registry.list(&builtin::EVENT, Some("default"));
    let event = events.iter().find(|event| event.text("/reason") == "FailedResourceClaimCreation").unwrap();
    assert_eq!(
        event.text("/message"),
        r#"PodResourceClaim card: resource claim template "one": resourceclaimtemplate.resource.k8s.io "one" not found"#
    );
    assert_eq!(message(&simulation, &key), "");
    let template =
        json!({"spec": {"metadata": {"labels": {"a": "b"}}, "spec": {"devices": {"requests": [request]}}}});
    put(&mut simulation, &builtin::RESOURCE_CLAIM_TEMPLATE, "one", template);
    let pod = simulation.registry.get(&builtin::POD, &key).unwrap();
    let name = pod.text("/status/resourceClaimStatuses/0/resourceClaimName").to_owned();
    assert!(name.starts_with("p-card-"), "{name}");
    let claim = simulation.registry.get(&builtin::RESOURCE_CLAIM, &ObjectKey::new("default", name)).unwrap();
    assert_eq!(claim.annotation("resource.kubernetes.io/pod-claim-name"), Some("card"));
    assert!(claim.is_controlled_by(pod.uid()) && claim.label("a") == Some("b"));
    let rest = "still not schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(
        message(&simulation, &key),
        format!("0/1 nodes are available: request gpu: device class gpu.example.com does not exist. {rest}")
    );
    put(&mut simulation, &builtin::DEVICE_CLASS, "gpu.example.com", json!({"spec": {}}));
    pass(&mut simulation, 2);
    assert_eq!(
        message(&simulation, &key),
        format!("0/1 nodes are available: 1 cannot allocate all claims. {rest}")
    );
}

#[test]
fn volumes_keep_pods_in_their_zone_and_drivers_take_so_many() {
    let mut simulation = simulation(1);
    let volume = |handle: &str, zone: &str| {
        json!({"metadata": {"name": handle, "labels": {"topology.kubernetes.io/zone": zone}},
            "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "storageClassName": "none",
            "claimRef": {"namespace": "default", "name": handle},
            "csi": {"driver": "disk.example.com", "volumeHandle": handle}}})
    };
    let claim = |name: &str| {
        json!({"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "none", "volumeName": name,
            "resources": {"requests": {"storage": "1Gi"}}}})
    };
    for (name, zone) in [("one", "here"), ("two", "here"), ("far", "there")] {
        put(&mut simulation, &builtin::PERSISTENT_VOLUME, name, volume(name, zone));
        put(&mut simulation, &builtin::PERSISTENT_VOLUME_CLAIM, name, claim(name));
    }
    pass(&mut simulation, 20);
    let node = ObjectKey::new("", "minikube");
    let mut labelled = Object::clone(&simulation.registry.get(&builtin::NODE, &node).unwrap());
    labelled.set("/metadata/labels/topology.kubernetes.io~1zone", "here");
    simulation.registry.update(&builtin::NODE, &node, labelled, &WriteOptions::component("test")).unwrap();
    let drivers = json!([{"name": "disk.example.com", "nodeID": "minikube", "allocatable": {"count": 1}}]);
    let mut node = Object::clone(&simulation.registry.get(&builtin::CSI_NODE, &node).unwrap());
    node.set("/spec/drivers", drivers);
    simulation
        .registry
        .update(&builtin::CSI_NODE, &node.key(), node, &WriteOptions::component("test"))
        .unwrap();
    let uses = |claims: &[&str]| {
        let volumes =
            claims.iter().map(|name| json!({"name": name, "persistentVolumeClaim": {"claimName": name}}));
        json!({"volumes": volumes.collect::<Vec<_>>()})
    };
    let first = create(&mut simulation, "first", uses(&["one"]));
    assert_eq!(node_of(&simulation, &first), "minikube");
    let again = create(&mut simulation, "again", uses(&["one"]));
    assert_eq!(node_of(&simulation, &again), "minikube");
    let more = create(&mut simulation, "more", uses(&["two"]));
    assert!(message(&simulation, &more).starts_with("0/1 nodes are available: 1 node(s) exceed max volume count. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."), "{}", message(&simulation, &more));
    let far = create(&mut simulation, "far", uses(&["far"]));
    assert!(
        message(&simulation, &far).starts_with("0/1 nodes are available: 1 node(s) exceed max volume count.")
    );
    let mut node =
        Object::clone(&simulation.registry.get(&builtin::CSI_NODE, &ObjectKey::new("", "minikube")).unwrap());
    node.set("/spec/drivers", json!([]));
    simulation
        .registry
        .update(&builtin::CSI_NODE, &node.key(), node, &WriteOptions::component("test"))
        .unwrap();
    let far = create(&mut simulation, "farther", uses(&["far"]));
    assert!(message(&simulation, &far).starts_with("0/1 nodes are available: 1 node(s) had no available volume zone. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."), "{}", message(&simulation, &far));
}
