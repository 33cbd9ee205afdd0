//! The registry at work on a fixed moment.

use crate::apimachinery::builtin::{
    CONFIG_MAP, DEPLOYMENT, EVENT, NAMESPACE, NODE, POD, PRIORITY_CLASS, REPLICA_SET, SECRET, SERVICE,
    SERVICE_ACCOUNT, STORAGE_CLASS,
};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::{Random, Timestamp, Value, json};

use super::{DeleteOptions, Deleted, FieldValidation, Patch, Registry, WriteOptions, Written};

pub(super) fn registry() -> Registry {
    let mut registry = Registry::new(Timestamp::from_second(1_800_000_000).unwrap(), Random::seeded(1));
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "default"}})).unwrap();
    create(&mut registry, &SERVICE_ACCOUNT, "default", json!({"metadata": {"name": "default"}})).unwrap();
    registry
}

pub(super) fn options() -> WriteOptions {
    WriteOptions::component("test")
}

fn create(
    registry: &mut Registry,
    kind: &'static Kind,
    namespace: &str,
    value: Value,
) -> Result<Written, Status> {
    registry.create(kind, namespace, Object::from_value(value).unwrap(), &options())
}

#[test]
fn a_new_object_gets_its_metadata_from_the_server() {
    let mut registry = registry();
    let written = create(
        &mut registry,
        &CONFIG_MAP,
        "default",
        json!({"metadata": {"generateName": "x-", "uid": "mine"}}),
    )
    .unwrap();
    let object = written.object;
    assert_eq!(object.name().len(), 7);
    assert_eq!(object.namespace(), "default");
    assert_eq!(object.uid().len(), 36);
    assert_eq!(object.text("/metadata/creationTimestamp"), "2027-01-15T08:00:00Z");
    assert_eq!((object.api_version(), object.kind()), ("v1", "ConfigMap"));
}

#[test]
fn a_name_is_taken_once() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "x"}});
    create(&mut registry, &CONFIG_MAP, "default", manifest.clone()).unwrap();
    let error = create(&mut registry, &CONFIG_MAP, "default", manifest).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (409, r#"configmaps "x" already exists"#));
}

#[test]
fn an_update_that_changes_nothing_writes_nothing() {
    let template = json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"volumes": [{"name": "v", "emptyDir": {}}], "containers": [{"name": "a", "image": "nginx"}]},
    });
    let workload = json!({"selector": {"matchLabels": {"app": "web"}}, "template": template});
    let cases: [(&'static Kind, Value); 11] = [
        (&CONFIG_MAP, json!({"data": {"a": ""}})),
        (&SECRET, json!({"stringData": {"a": "b"}})),
        (&NAMESPACE, json!({})),
        (&NODE, json!({})),
        (&POD, json!({"spec": template["spec"]})),
        (&DEPLOYMENT, json!({"spec": workload})),
        (&REPLICA_SET, json!({"spec": workload})),
        (
            &SERVICE,
            json!({"spec": {"ports": [{"port": 80}], "selector": {"app": "web"}, "type": "LoadBalancer"}}),
        ),
        (&EVENT, json!({"involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"}})),
        (&STORAGE_CLASS, json!({"provisioner": "example.com/disk"})),
        (&PRIORITY_CLASS, json!({"value": 5})),
    ];
    for (kind, mut manifest) in cases {
        let mut registry = registry();
        manifest["metadata"] = json!({"name": "x"});
        let namespace = if kind.namespaced { "default" } else { "" };
        let written = create(&mut registry, kind, namespace, manifest).unwrap();
        let revision = registry.store().revision();
        for subresource in ["", "status"] {
            let options = WriteOptions { subresource, ..options() };
            let object = Object::clone(&written.object);
            let same = registry.update(kind, &written.object.key(), object, &options).unwrap();
            assert_eq!(same.object, written.object, "{kind:?} {subresource}");
        }
        assert_eq!(registry.store().revision(), revision, "{kind:?}");
    }
}

#[test]
fn a_stale_update_is_refused() {
    let mut registry = registry();
    let written = create(&mut registry, &CONFIG_MAP, "default", json!({"metadata": {"name": "x"}})).unwrap();
    let key = ObjectKey::new("default", "x");
    let patch = Patch::Merge(json!({"data": {"a": "b"}}));
    registry.patch(&CONFIG_MAP, &key, &patch, &options()).unwrap();
    let error = registry.update(&CONFIG_MAP, &key, Object::clone(&written.object), &options()).unwrap_err();
    assert_eq!(error, Status::modified(&CONFIG_MAP, "x"));
}

#[test]
fn a_scheduled_pod_ends_gracefully_and_only_sooner() {
    let mut registry = registry();
    let spec = json!({"terminationGracePeriodSeconds": 30, "containers": [{"name": "a", "image": "nginx"}]});
    create(&mut registry, &POD, "default", json!({"metadata": {"name": "p"}, "spec": spec})).unwrap();
    let key = ObjectKey::new("default", "p");
    registry.bind(&key, "minikube", false).unwrap();
    let pending = registry.delete(&POD, &key, &DeleteOptions::default(), &options()).unwrap();
    let Deleted::Pending(pod) = pending else { panic!("the Pod is gone") };
    assert_eq!(pod.text("/metadata/deletionTimestamp"), "2027-01-15T08:00:30Z");
    let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    assert!(matches!(registry.delete(&POD, &key, &now, &options()), Ok(Deleted::Gone(_))));
    assert!(registry.get(&POD, &key).is_err());
}

#[test]
fn a_finalizer_keeps_an_object_until_it_is_removed() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "x", "finalizers": ["example.com/keep"]}});
    create(&mut registry, &CONFIG_MAP, "default", manifest).unwrap();
    let key = ObjectKey::new("default", "x");
    let pending = registry.delete(&CONFIG_MAP, &key, &DeleteOptions::default(), &options()).unwrap();
    assert!(matches!(pending, Deleted::Pending(_)));
    let patch = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    registry.patch(&CONFIG_MAP, &key, &patch, &options()).unwrap();
    assert!(registry.get(&CONFIG_MAP, &key).is_err());
}

#[test]
fn protected_namespaces_stay_and_others_terminate() {
    let mut registry = registry();
    let key = ObjectKey::new("", "default");
    let error = registry.delete(&NAMESPACE, &key, &DeleteOptions::default(), &options()).unwrap_err();
    assert_eq!(error.message, r#"namespaces "default" is forbidden: this namespace may not be deleted"#);
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "team"}})).unwrap();
    let key = ObjectKey::new("", "team");
    let pending = registry.delete(&NAMESPACE, &key, &DeleteOptions::default(), &options()).unwrap();
    let Deleted::Pending(namespace) = pending else { panic!("the namespace is gone") };
    assert_eq!(namespace.text("/status/phase"), "Terminating");
    let finalize = WriteOptions { subresource: "finalize", ..options() };
    let mut empty = Object::clone(&namespace);
    empty.remove("/spec/finalizers");
    registry.update(&NAMESPACE, &key, empty, &finalize).unwrap();
    assert!(registry.get(&NAMESPACE, &key).is_err());
}

#[test]
fn scale_changes_the_replicas_and_counts_a_generation() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "web"}, "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}},
    }});
    create(&mut registry, &DEPLOYMENT, "default", manifest).unwrap();
    let key = ObjectKey::new("default", "web");
    let scale = WriteOptions { subresource: "scale", ..options() };
    let patch = Patch::Merge(json!({"spec": {"replicas": 3}}));
    let written = registry.patch(&DEPLOYMENT, &key, &patch, &scale).unwrap();
    assert_eq!((written.object.kind(), written.object.number("/spec/replicas")), ("Scale", Some(3)));
    assert_eq!(written.object.text("/status/selector"), "app=web");
    let deployment = registry.get(&DEPLOYMENT, &key).unwrap();
    assert_eq!((deployment.number("/spec/replicas"), deployment.generation()), (Some(3), 2));
}

#[test]
fn nothing_is_created_in_an_absent_or_terminating_namespace() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "x"}});
    let error = create(&mut registry, &CONFIG_MAP, "nowhere", manifest.clone()).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (404, r#"namespaces "nowhere" not found"#));
    create(&mut registry, &NAMESPACE, "", json!({"metadata": {"name": "team"}})).unwrap();
    let key = ObjectKey::new("", "team");
    registry.delete(&NAMESPACE, &key, &DeleteOptions::default(), &options()).unwrap();
    let error = create(&mut registry, &CONFIG_MAP, "team", manifest).unwrap_err();
    assert_eq!(
        error.message,
        r#"configmaps "x" is forbidden: unable to create new content in namespace team because it is being terminated"#
    );
}

#[test]
fn a_pod_gets_defaults_an_account_and_its_credentials() {
    let mut registry = registry();
    let spec =
        json!({"containers": [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}]});
    let manifest = json!({"metadata": {"name": "p"}, "spec": spec});
    let pod = create(&mut registry, &POD, "default", manifest).unwrap().object;
    let volume = pod.text("/spec/volumes/0/name").to_owned();
    assert!(volume.starts_with("kube-api-access-") && volume.len() == 21, "{volume}");
    let mut spec = pod.get("/spec").unwrap().clone();
    spec.as_object_mut().unwrap().remove("volumes");
    assert_eq!(
        spec,
        json!({
            "containers": [{
                "name": "web", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "resources": {},
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                "volumeMounts": [
                    {"name": volume, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"},
                ],
            }],
            "dnsPolicy": "ClusterFirst", "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority",
            "priority": 0, "restartPolicy": "Always", "schedulerName": "default-scheduler", "securityContext": {},
            "serviceAccount": "default", "serviceAccountName": "default", "terminationGracePeriodSeconds": 30,
            "tolerations": [
                {"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300},
                {"effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300},
            ],
        })
    );
    assert_eq!(pod.get("/status"), Some(&json!({"phase": "Pending", "qosClass": "BestEffort"})));
}

#[test]
fn a_pod_without_its_account_is_refused() {
    let mut registry = registry();
    let spec = json!({"serviceAccountName": "robot", "containers": [{"name": "a", "image": "nginx"}]});
    let error =
        create(&mut registry, &POD, "default", json!({"metadata": {"name": "p"}, "spec": spec})).unwrap_err();
    assert_eq!(
        error.message,
        r#"pods "p" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found"#
    );
}

fn service(name: &str, spec: Value) -> Value {
    json!({"metadata": {"name": name}, "spec": spec})
}

#[test]
fn services_get_addresses_and_ports_that_nobody_else_has() {
    let mut registry = registry();
    let spec = json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]});
    let one = create(&mut registry, &SERVICE, "default", service("one", spec.clone())).unwrap().object;
    let two = create(&mut registry, &SERVICE, "default", service("two", spec)).unwrap().object;
    assert!(one.text("/spec/clusterIP").starts_with("10."));
    assert_eq!(one.get("/spec/clusterIPs/0"), one.get("/spec/clusterIP"));
    assert_ne!(one.get("/spec/clusterIP"), two.get("/spec/clusterIP"));
    assert_ne!(one.get("/spec/ports/0/nodePort"), two.get("/spec/ports/0/nodePort"));
    let taken = json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": one.number("/spec/ports/0/nodePort")}]});
    let error = create(&mut registry, &SERVICE, "default", service("three", taken)).unwrap_err();
    assert!(error.message.ends_with("provided port is already allocated"), "{}", error.message);
    let low = json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]});
    let error = create(&mut registry, &SERVICE, "default", service("three", low)).unwrap_err();
    assert_eq!(
        error.message,
        r#"Service "three" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"#
    );
}

#[test]
fn a_service_that_becomes_internal_gives_its_node_ports_back() {
    let mut registry = registry();
    let spec = json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]});
    let before = create(&mut registry, &SERVICE, "default", service("web", spec)).unwrap().object;
    let key = ObjectKey::new("default", "web");
    let patch = Patch::Merge(json!({"spec": {"type": "ClusterIP"}}));
    let after = registry.patch(&SERVICE, &key, &patch, &options()).unwrap().object;
    assert_eq!(after.get("/spec/ports/0/nodePort"), None);
    assert_eq!(after.get("/spec/externalTrafficPolicy"), None);
    assert_eq!(after.get("/spec/clusterIP"), before.get("/spec/clusterIP"));
}

#[test]
fn a_headless_service_has_no_address_and_an_external_name_has_none_at_all() {
    let mut registry = registry();
    let headless = json!({"clusterIP": "None", "selector": {"app": "web"}});
    let headless = create(&mut registry, &SERVICE, "default", service("one", headless)).unwrap().object;
    assert_eq!(headless.get("/spec/clusterIPs"), Some(&json!(["None"])));
    let external = json!({"type": "ExternalName", "externalName": "example.com"});
    let external = create(&mut registry, &SERVICE, "default", service("two", external)).unwrap().object;
    assert_eq!(external.get("/spec/clusterIP"), None);
    let ports = json!({"type": "NodePort", "ports": [{"port": 80}]});
    create(&mut registry, &SERVICE, "default", service("three", ports)).unwrap();
    let name =
        json!({"type": "ExternalName", "externalName": "e.com", "clusterIP": null, "clusterIPs": null});
    let (key, patch) = (ObjectKey::new("default", "three"), Patch::Merge(json!({"spec": name})));
    let changed = registry.patch(&SERVICE, &key, &patch, &options()).unwrap().object;
    for field in ["clusterIP", "ipFamilies", "ipFamilyPolicy"] {
        assert_eq!(changed.get(&format!("/spec/{field}")), None);
    }
    let table = Registry::table(&SERVICE, &[headless, external], registry.now());
    let row = |index: usize| table.rows().nth(index).unwrap().cells[1..5].to_vec();
    assert_eq!(row(0), ["ClusterIP", "None", "<none>", "<none>"]);
    assert_eq!(row(1), ["ExternalName", "<none>", "example.com", "<none>"]);
}

#[test]
fn unknown_fields_are_refused_warned_about_or_dropped() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "web"}, "spec": {
        "replica": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}},
    }});
    let mut try_with = |field_validation| {
        let options = WriteOptions { field_validation, dry_run: true, ..options() };
        registry.create(&DEPLOYMENT, "default", Object::from_value(manifest.clone()).unwrap(), &options)
    };
    assert_eq!(
        try_with(FieldValidation::Strict).unwrap_err().message,
        r#"Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica""#
    );
    let warned = try_with(FieldValidation::Warn).unwrap();
    assert_eq!(warned.warnings, [r#"unknown field "spec.replica""#]);
    assert_eq!(warned.object.get("/spec/replica"), None);
    assert!(try_with(FieldValidation::Ignore).unwrap().warnings.is_empty());
    assert!(registry.get(&DEPLOYMENT, &ObjectKey::new("default", "web")).is_err());
}

#[test]
fn a_patch_with_an_unknown_field_shows_the_patch() {
    let mut registry = registry();
    create(&mut registry, &CONFIG_MAP, "default", json!({"metadata": {"name": "x"}})).unwrap();
    let options = WriteOptions { field_validation: FieldValidation::Strict, ..options() };
    let patch = Patch::Merge(json!({"dta": {"a": "b"}}));
    let error = registry.patch(&CONFIG_MAP, &ObjectKey::new("default", "x"), &patch, &options).unwrap_err();
    assert_eq!(
        error.message,
        r#" "" is invalid: patch: Invalid value: "map[dta:map[a:b]]": strict decoding error: unknown field "dta""#
    );
}

#[test]
fn what_json_patches_say_too_much_is_named() {
    let mut registry = registry();
    create(&mut registry, &CONFIG_MAP, "default", json!({"metadata": {"name": "x"}})).unwrap();
    let options = WriteOptions {
        field_validation: FieldValidation::Strict,
        duplicate_fields: vec![("[1].path".to_owned(), true)],
        ..options()
    };
    let patch = Patch::Json(json!([
        {"op": "add", "path": "/dta", "value": {}, "foo": "bar"},
        {"op": "add", "path": "/immutable", "value": false},
    ]));
    let error = registry.patch(&CONFIG_MAP, &ObjectKey::new("default", "x"), &patch, &options).unwrap_err();
    let told = r#"strict decoding error: json patch unknown field "[0].foo", json patch duplicate field "[1].path", unknown field "dta""#;
    assert!(error.message.ends_with(told), "{}", error.message);
}

#[test]
fn a_balancer_that_becomes_something_else_loses_what_only_balancers_have() {
    let mut registry = registry();
    let spec = json!({"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerClass": "example.com/b",
        "externalTrafficPolicy": "Local"});
    let key = ObjectKey::new("default", "web");
    let made = create(&mut registry, &SERVICE, "default", json!({"metadata": {"name": "web"}, "spec": spec}));
    let port = made.unwrap().object.number("/spec/healthCheckNodePort").unwrap();
    let mut patched = |patch: Value| {
        registry.patch(&SERVICE, &key, &Patch::Merge(json!({"spec": patch})), &options()).map(|w| w.object)
    };
    let kept = patched(json!({"healthCheckNodePort": null})).unwrap();
    assert_eq!(kept.number("/spec/healthCheckNodePort"), Some(port));
    let everywhere = patched(json!({"externalTrafficPolicy": "Cluster"})).unwrap();
    assert_eq!(everywhere.get("/spec/healthCheckNodePort"), None);
    let plain = patched(json!({"type": "NodePort"})).unwrap();
    assert_eq!(
        (plain.get("/spec/loadBalancerClass"), plain.get("/spec/allocateLoadBalancerNodePorts")),
        (None, None)
    );
    let portless = json!({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": false});
    assert!(patched(portless).is_ok());
    let inside = patched(json!({"type": "ClusterIP", "ports": [{"port": 80, "nodePort": null}]})).unwrap();
    assert_eq!(inside.get("/spec/allocateLoadBalancerNodePorts"), None);
}

#[test]
fn applying_to_an_object_that_is_gone_does_not_make_another() {
    let mut registry = registry();
    let configuration =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "uid": "old"}});
    let patch = Patch::Apply { configuration, force: false };
    let error = registry.patch(&CONFIG_MAP, &ObjectKey::new("default", "x"), &patch, &options()).unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (
            409,
            r#"Operation cannot be fulfilled on configmaps "x": uid mismatch: the provided object specified uid old, and no existing object was found"#
        )
    );
}

#[test]
fn a_status_keeps_what_a_go_type_would_keep() {
    let mut registry = registry();
    let spec = json!({"containers": [{"name": "a", "image": "nginx"}]});
    let pod =
        create(&mut registry, &POD, "default", json!({"metadata": {"name": "p"}, "spec": spec})).unwrap();
    let mut pod = Object::clone(&pod.object);
    let status = json!({"phase": "Running", "conditions": [
        {"type": "Ready", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2027-01-15T08:00:00Z"},
    ]});
    pod.set("/status", status.clone());
    pod.set("/spec/nodeName", "elsewhere");
    let written = registry.update_status(&POD, pod, "kubelet").unwrap();
    assert_eq!(written.get("/status"), Some(&status));
    assert_eq!((written.get("/spec/nodeName"), written.generation()), (None, 1));
}

fn web_deployment() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}},
    }})
}

#[test]
fn a_strategic_patch_changes_one_container_among_others() {
    let mut registry = registry();
    let mut manifest = web_deployment();
    manifest["spec"]["template"]["spec"]["containers"] =
        json!([{"name": "a", "image": "nginx"}, {"name": "b", "image": "redis"}]);
    create(&mut registry, &DEPLOYMENT, "default", manifest).unwrap();
    let containers = json!({"containers": [{"name": "b", "image": "redis:7"}]});
    let patch = Patch::Strategic(json!({"spec": {"template": {"spec": containers}}}));
    let key = ObjectKey::new("default", "web");
    let written = registry.patch(&DEPLOYMENT, &key, &patch, &options()).unwrap().object;
    let images: Vec<&str> = written
        .list("/spec/template/spec/containers")
        .iter()
        .filter_map(|container| container["image"].as_str())
        .collect();
    assert_eq!((images, written.generation()), (vec!["nginx", "redis:7"], 2));
}

#[test]
fn applying_creates_then_conflicts_with_what_somebody_else_changed() {
    let mut registry = registry();
    let key = ObjectKey::new("default", "web");
    let apply = |replicas: i64, force: bool| {
        let mut configuration = web_deployment();
        configuration["spec"]["replicas"] = json!(replicas);
        Patch::Apply { configuration, force }
    };
    let mine = WriteOptions { manager: "kubectl".to_owned(), ..options() };
    assert!(registry.patch(&DEPLOYMENT, &key, &apply(1, false), &mine).unwrap().created);
    let again = registry.patch(&DEPLOYMENT, &key, &apply(1, false), &mine).unwrap();
    assert_eq!((again.created, again.object.generation()), (false, 1));
    let scale = WriteOptions { subresource: "scale", manager: "scaler".to_owned(), ..options() };
    registry.patch(&DEPLOYMENT, &key, &Patch::Merge(json!({"spec": {"replicas": 3}})), &scale).unwrap();
    let error = registry.patch(&DEPLOYMENT, &key, &apply(2, false), &mine).unwrap_err();
    assert_eq!(error.code, 409);
    assert!(error.message.starts_with(r#"Apply failed with 1 conflict: conflict with "scaler""#), "{error}");
    assert!(error.message.ends_with(": .spec.replicas"), "{error}");
    let forced = registry.patch(&DEPLOYMENT, &key, &apply(2, true), &mine).unwrap();
    assert_eq!(forced.object.number("/spec/replicas"), Some(2));
}

#[test]
fn writers_are_recorded_by_what_they_wrote() {
    let mut registry = registry();
    create(&mut registry, &DEPLOYMENT, "default", web_deployment()).unwrap();
    let key = ObjectKey::new("default", "web");
    let mut object = Object::clone(&registry.get(&DEPLOYMENT, &key).unwrap());
    object.set("/status", json!({"replicas": 1}));
    let written = registry.update_status(&DEPLOYMENT, object, "kube-controller-manager").unwrap();
    let entries: Vec<(&str, &str)> = written
        .list("/metadata/managedFields")
        .iter()
        .map(|entry| {
            (entry["manager"].as_str().unwrap_or_default(), entry["subresource"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(entries, [("kube-controller-manager", "status"), ("test", "")]);
}

#[test]
fn what_a_pod_asks_for_as_a_whole_is_not_resized() {
    let mut registry = registry();
    let asks = json!({"requests": {"cpu": "1"}});
    let spec = json!({"resources": asks, "containers": [{"name": "a", "image": "nginx"}]});
    let pod = create(&mut registry, &POD, "default", json!({"metadata": {"name": "p"}, "spec": spec}));
    let pod = pod.unwrap().object;
    let mut larger = Object::clone(&pod);
    larger.set("/spec/resources/requests/cpu", "2");
    let options = WriteOptions { subresource: "resize", ..options() };
    let refused = registry.update(&POD, &pod.key(), larger, &options).unwrap_err();
    assert_eq!(refused.code, 501, "{}", refused.message);
}
