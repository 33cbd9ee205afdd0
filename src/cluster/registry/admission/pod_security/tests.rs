//! What namespaces forbid, warn about, and are told when they ask for more.

use super::super::super::{Registry, WriteOptions};
use crate::apimachinery::builtin::{DEPLOYMENT, NAMESPACE, POD, SERVICE_ACCOUNT};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::{Random, Timestamp, Value, json};

fn registry(labels: Value) -> Registry {
    let mut registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
    let mut namespace = Object::new(&NAMESPACE, "", "team");
    namespace.set("/metadata/labels", labels);
    create(&mut registry, &NAMESPACE, namespace).unwrap();
    create(&mut registry, &SERVICE_ACCOUNT, Object::new(&SERVICE_ACCOUNT, "team", "default")).unwrap();
    registry
}

fn create(registry: &mut Registry, kind: &'static Kind, object: Object) -> Result<Vec<String>, Status> {
    let namespace = object.namespace().to_owned();
    let written = registry.create(kind, &namespace, object, &WriteOptions::component("test"));
    written.map(|written| written.warnings)
}

fn pod(name: &str, security: Value, more: Value) -> Object {
    let mut pod = Object::new(&POD, "team", name);
    let container = json!({"name": "c", "image": "nginx", "securityContext": security});
    pod.set("/spec", json!({"containers": [container]}));
    for (field, value) in more.as_object().into_iter().flatten() {
        pod.set(&format!("/spec/{field}"), value.clone());
    }
    pod
}

const HARDENED: &str = r#"{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}"#;

#[test]
fn the_restricted_level_says_all_that_is_missing() {
    let mut registry = registry(json!({"pod-security.kubernetes.io/enforce": "restricted"}));
    let bare = create(&mut registry, &POD, pod("bare", json!({}), json!({}))).unwrap_err();
    assert_eq!(
        bare.message,
        "pods \"bare\" is forbidden: violates PodSecurity \"restricted:latest\": \
         allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), \
         unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), \
         runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), \
         seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
    );
    let hardened: Value = serde_json::from_str(HARDENED).unwrap();
    assert_eq!(create(&mut registry, &POD, pod("hard", hardened.clone(), json!({}))), Ok(Vec::new()));
    let volume = json!({"volumes": [{"name": "v", "hostPath": {"path": "/"}}], "hostPID": true});
    assert_eq!(
        create(&mut registry, &POD, pod("v", hardened, volume)).unwrap_err().message,
        "pods \"v\" is forbidden: violates PodSecurity \"restricted:latest\": host namespaces (hostPID=true), \
         restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")"
    );
    let mut deployment = Object::new(&DEPLOYMENT, "team", "web");
    let template =
        json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    deployment.set("/spec", json!({"selector": {"matchLabels": {"a": "b"}}, "template": template}));
    let warnings = create(&mut registry, &DEPLOYMENT, deployment).unwrap();
    assert!(
        warnings[0].starts_with("would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation")
    );
}

#[test]
fn the_baseline_lets_plain_pods_be() {
    let mut registry = registry(json!({
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/enforce-version": "v1.30",
        "pod-security.kubernetes.io/warn": "privileged",
    }));
    assert_eq!(create(&mut registry, &POD, pod("plain", json!({}), json!({}))), Ok(Vec::new()));
    let security = json!({"privileged": true, "capabilities": {"add": ["NET_ADMIN", "CHOWN"]}});
    let refused =
        create(&mut registry, &POD, pod("root", security, json!({"hostNetwork": true}))).unwrap_err();
    assert_eq!(
        refused.message,
        "pods \"root\" is forbidden: violates PodSecurity \"baseline:v1.30\": non-default capabilities \
         (container \"c\" must not include \"NET_ADMIN\" in securityContext.capabilities.add), host namespaces (hostNetwork=true), \
         privileged (container \"c\" must not set securityContext.privileged=true)"
    );
}

#[test]
fn a_namespace_that_asks_for_more_is_told_about_its_pods() {
    let mut registry = registry(json!({}));
    for name in ["b", "a", "c"] {
        create(&mut registry, &POD, pod(name, json!({}), json!({}))).unwrap();
    }
    let label = |registry: &mut Registry, value: &str| {
        let mut namespace = Object::clone(&registry.get(&NAMESPACE, &ObjectKey::new("", "team")).unwrap());
        namespace.set_label("pod-security.kubernetes.io/enforce", value);
        let key = namespace.key();
        registry.update(&NAMESPACE, &key, namespace, &WriteOptions::component("test"))
    };
    assert_eq!(
        label(&mut registry, "strict").unwrap_err().message,
        "Namespace \"team\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted"
    );
    let warnings = label(&mut registry, "restricted").unwrap().warnings;
    assert_eq!(
        warnings,
        [
            "existing pods in namespace \"team\" violate the new PodSecurity enforce level \"restricted:latest\"",
            "a (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile",
        ]
    );
}
