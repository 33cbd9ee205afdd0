//! Volumes: claims find volumes, get new ones, keep data, and go.

use super::*;
use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS};
use crate::base::json;

fn claim(simulation: &mut Simulation, name: &str, class: Value) {
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": class});
    create(simulation, &PERSISTENT_VOLUME_CLAIM, name, json!({"spec": spec}));
}

fn volume(simulation: &mut Simulation, name: &str, size: &str, policy: &str) {
    let spec = json!({"accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}, "storageClassName": "manual",
        "persistentVolumeReclaimPolicy": policy, "hostPath": {"path": format!("/data/{name}")}});
    create(simulation, &PERSISTENT_VOLUME, name, json!({"spec": spec}));
}

fn phase(simulation: &Simulation, kind: &'static Kind, name: &str) -> String {
    get(simulation, kind, name).text("/status/phase").to_owned()
}

fn pod(simulation: &mut Simulation, name: &str, script: &str, source: Value) {
    let mut volume = source;
    volume["name"] = "data".into();
    let container = json!({"name": "c", "image": "busybox:1.37", "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}]});
    let spec = json!({"containers": [container], "volumes": [volume], "terminationGracePeriodSeconds": 0});
    create(simulation, &builtin::POD, name, json!({"spec": spec}));
}

fn of_claim(name: &str) -> Value {
    json!({"persistentVolumeClaim": {"claimName": name}})
}

fn log(simulation: &Simulation, pod: &str) -> String {
    let options = super::super::super::runtime::LogOptions::default();
    let page = simulation.node.logs(&simulation.registry, &key(pod), &options).unwrap();
    String::from_utf8(page.bytes).unwrap()
}

#[test]
fn a_claim_of_the_default_class_gets_a_folder_that_outlives_pods() {
    let mut simulation = cluster();
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    create(&mut simulation, &PERSISTENT_VOLUME_CLAIM, "data", json!({"spec": spec}));
    run(&mut simulation, 2);
    let bound = get(&simulation, &PERSISTENT_VOLUME_CLAIM, "data");
    let name = format!("pvc-{}", bound.uid());
    assert_eq!((bound.text("/status/phase"), bound.text("/spec/volumeName")), ("Bound", name.as_str()));
    let made = get(&simulation, &PERSISTENT_VOLUME, &name);
    assert_eq!(made.text("/spec/hostPath/path"), "/tmp/hostpath-provisioner/default/data");
    assert_eq!(made.text("/status/phase"), "Bound");
    assert_eq!(made.annotation("pv.kubernetes.io/bound-by-controller"), None);
    assert_eq!(
        messages(&simulation, "ProvisioningSucceeded"),
        [format!("Successfully provisioned volume {name}")]
    );

    pod(&mut simulation, "writer", "echo kept > /data/x; sleep 3600", of_claim("data"));
    run(&mut simulation, 30);
    delete(&mut simulation, &builtin::POD, "writer");
    run(&mut simulation, 5);
    pod(&mut simulation, "reader", "cat /data/x; sleep 3600", of_claim("data"));
    run(&mut simulation, 30);
    assert_eq!(log(&simulation, "reader"), "kept\n");

    // The claim stays while a Pod uses it; the volume goes with it, and the folder with the volume.
    delete(&mut simulation, &PERSISTENT_VOLUME_CLAIM, "data");
    run(&mut simulation, 5);
    assert!(get(&simulation, &PERSISTENT_VOLUME_CLAIM, "data").is_terminating());
    delete(&mut simulation, &builtin::POD, "reader");
    run(&mut simulation, 5);
    assert!(simulation.registry.get(&PERSISTENT_VOLUME_CLAIM, &key("data")).is_err());
    assert!(simulation.registry.list(&PERSISTENT_VOLUME, None).is_empty());
    claim(&mut simulation, "data", json!("standard"));
    pod(&mut simulation, "again", "ls /data; echo end; sleep 3600", of_claim("data"));
    run(&mut simulation, 30);
    assert_eq!(log(&simulation, "again"), "end\n");
}

#[test]
fn a_claim_takes_the_smallest_volume_that_suits_it_and_the_policy_decides_what_is_left() {
    let mut simulation = cluster();
    for (name, size, policy) in
        [("large", "5Gi", "Retain"), ("small", "2Gi", "Retain"), ("tiny", "1Mi", "Retain")]
    {
        volume(&mut simulation, name, size, policy);
    }
    run(&mut simulation, 1);
    assert_eq!(phase(&simulation, &PERSISTENT_VOLUME, "small"), "Available");
    claim(&mut simulation, "one", json!("manual"));
    run(&mut simulation, 1);
    let bound = get(&simulation, &PERSISTENT_VOLUME_CLAIM, "one");
    assert_eq!((bound.text("/spec/volumeName"), bound.text("/status/capacity/storage")), ("small", "2Gi"));
    delete(&mut simulation, &PERSISTENT_VOLUME_CLAIM, "one");
    run(&mut simulation, 1);
    assert_eq!(phase(&simulation, &PERSISTENT_VOLUME, "small"), "Released");
    claim(&mut simulation, "two", json!("manual"));
    run(&mut simulation, 1);
    assert_eq!(get(&simulation, &PERSISTENT_VOLUME_CLAIM, "two").text("/spec/volumeName"), "large");
    // Who takes the claim's name away makes the volume available again.
    change(&mut simulation, &PERSISTENT_VOLUME, "small", |volume| drop(volume.remove("/spec/claimRef")));
    run(&mut simulation, 1);
    assert_eq!(phase(&simulation, &PERSISTENT_VOLUME, "small"), "Available");

    volume(&mut simulation, "doomed", "3Gi", "Delete");
    change(&mut simulation, &PERSISTENT_VOLUME, "doomed", |volume| {
        volume.set("/spec/claimRef", json!({"namespace": "default", "name": "three"}));
    });
    claim(&mut simulation, "three", json!("manual"));
    run(&mut simulation, 1);
    assert_eq!(get(&simulation, &PERSISTENT_VOLUME_CLAIM, "three").text("/spec/volumeName"), "doomed");
    delete(&mut simulation, &PERSISTENT_VOLUME_CLAIM, "three");
    run(&mut simulation, 1);
    let failed = get(&simulation, &PERSISTENT_VOLUME, "doomed");
    assert_eq!(
        (failed.text("/status/phase"), failed.text("/status/message")),
        ("Failed", "host_path deleter only supports /tmp/.+ but received provided /data/doomed")
    );
}

#[test]
fn claims_that_cannot_be_bound_say_why() {
    let mut simulation = cluster();
    claim(&mut simulation, "none", json!(""));
    claim(&mut simulation, "typo", json!("fast"));
    volume(&mut simulation, "tiny", "1Mi", "Retain");
    claim(&mut simulation, "picky", json!("manual"));
    change(&mut simulation, &PERSISTENT_VOLUME_CLAIM, "picky", |claim| claim.set("/spec/volumeName", "tiny"));
    run(&mut simulation, 20);
    assert_eq!(
        messages(&simulation, "FailedBinding"),
        ["no persistent volumes available for this claim and no storage class is set"]
    );
    assert_eq!(
        messages(&simulation, "ProvisioningFailed")[0],
        "storageclass.storage.k8s.io \"fast\" not found"
    );
    assert_eq!(
        messages(&simulation, "VolumeMismatch"),
        ["Cannot bind to requested volume \"tiny\": requested PV is too small"]
    );
    pod(&mut simulation, "waits", "sleep 3600", of_claim("none"));
    pod(&mut simulation, "lost", "sleep 3600", of_claim("nowhere"));
    run(&mut simulation, 1);
    let mut reasons = messages(&simulation, "FailedScheduling");
    reasons.sort();
    let tail = "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(
        reasons,
        [
            format!("0/1 nodes are available: persistentvolumeclaim \"nowhere\" not found. {tail}"),
            format!("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. {tail}"),
        ]
    );
}

#[test]
fn a_class_may_wait_for_the_first_pod() {
    let mut simulation = cluster();
    create(
        &mut simulation,
        &STORAGE_CLASS,
        "lazy",
        json!({"provisioner": "k8s.io/minikube-hostpath", "volumeBindingMode": "WaitForFirstConsumer"}),
    );
    claim(&mut simulation, "data", json!("lazy"));
    run(&mut simulation, 20);
    assert_eq!(phase(&simulation, &PERSISTENT_VOLUME_CLAIM, "data"), "Pending");
    assert_eq!(
        messages(&simulation, "WaitForFirstConsumer"),
        ["waiting for first consumer to be created before binding"]
    );
    pod(&mut simulation, "first", "sleep 3600", of_claim("data"));
    run(&mut simulation, 30);
    let bound = get(&simulation, &PERSISTENT_VOLUME_CLAIM, "data");
    assert_eq!(bound.text("/status/phase"), "Bound");
    assert_eq!(bound.annotation("volume.kubernetes.io/selected-node"), Some("minikube"));
    assert_eq!(phase(&simulation, &builtin::POD, "first"), "Running");
    assert_eq!(messages(&simulation, "FailedScheduling"), [] as [String; 0]);
}

#[test]
fn a_stateful_set_makes_claims_and_keeps_or_deletes_them() {
    let mut simulation = cluster();
    let template = json!({"metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    let container =
        json!({"name": "c", "image": "nginx", "volumeMounts": [{"name": "data", "mountPath": "/data"}]});
    let spec = json!({"replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
        "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete", "whenDeleted": "Retain"},
        "volumeClaimTemplates": [template],
        "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [container]}}});
    create(&mut simulation, &builtin::STATEFUL_SET, "db", json!({"spec": spec}));
    run(&mut simulation, 60);
    let names = |simulation: &Simulation| -> Vec<String> {
        let claims = simulation.registry.list(&PERSISTENT_VOLUME_CLAIM, Some("default"));
        claims.iter().map(|claim| claim.name().to_owned()).collect()
    };
    assert_eq!(names(&simulation), ["data-db-0", "data-db-1"]);
    assert_eq!(get(&simulation, &PERSISTENT_VOLUME_CLAIM, "data-db-0").label("app"), Some("db"));
    assert!(
        messages(&simulation, "SuccessfulCreate")
            .contains(&"create Claim data-db-0 Pod db-0 in StatefulSet db success".to_owned())
    );
    change(&mut simulation, &builtin::STATEFUL_SET, "db", |set| set.set("/spec/replicas", 1));
    run(&mut simulation, 60);
    assert_eq!(names(&simulation), ["data-db-0"]);
    delete(&mut simulation, &builtin::STATEFUL_SET, "db");
    run(&mut simulation, 60);
    assert_eq!(names(&simulation), ["data-db-0"]);
}

#[test]
fn an_ephemeral_volume_lives_as_long_as_its_pod() {
    let mut simulation = cluster();
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}});
    let source =
        json!({"ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": spec}}});
    pod(&mut simulation, "p", "sleep 3600", source);
    run(&mut simulation, 30);
    assert_eq!(phase(&simulation, &builtin::POD, "p"), "Running");
    assert_eq!(get(&simulation, &PERSISTENT_VOLUME_CLAIM, "p-data").label("a"), Some("b"));
    delete(&mut simulation, &builtin::POD, "p");
    run(&mut simulation, 30);
    assert!(simulation.registry.get(&PERSISTENT_VOLUME_CLAIM, &key("p-data")).is_err());
}
