//! Webhooks that a Pod of the cluster answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::apimachinery::Status;
use crate::apimachinery::builtin::{
    CONFIG_MAP, MUTATING_ADMISSION_POLICY, MUTATING_ADMISSION_POLICY_BINDING, MUTATING_WEBHOOK_CONFIGURATION,
    POD, SECRET, SERVICE, VALIDATING_WEBHOOK_CONFIGURATION,
};
use crate::base::{Value, json};

const FOLDER: &str = "/certificates";

/// A cluster in which a subcommand of agnhost answers webhooks behind the Service `hook`; gives back the `caBundle`.
pub(super) fn with_server(subcommand: &str) -> (Simulation, String) {
    let mut simulation = cluster();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["hook.default.svc".to_owned()]).unwrap();
    let bundle = STANDARD.encode(params.self_signed(&key).unwrap().pem());
    let data = json!({"data": {"tls.crt": bundle, "tls.key": STANDARD.encode(key.serialize_pem())}});
    create(&mut simulation, &SECRET, "hook", data);
    let pod = json!({"labels": {"app": "hook"}, "spec": {
        "volumes": [{"name": "certificates", "secret": {"secretName": "hook"}}],
        "containers": [{
            "name": "c", "image": "registry.k8s.io/e2e-test-images/agnhost:2.56",
            "args": [subcommand, format!("--tls-cert-file={FOLDER}/tls.crt"), "--port=8444"],
            "volumeMounts": [{"name": "certificates", "mountPath": FOLDER}],
            "readinessProbe": {"httpGet": {"scheme": "HTTPS", "port": 8444, "path": "/readyz"}},
        }],
    }});
    create(&mut simulation, &POD, "hook", pod);
    let ports = json!([{"port": 8443, "targetPort": 8444}]);
    create(&mut simulation, &SERVICE, "hook", json!({"spec": {"selector": {"app": "hook"}, "ports": ports}}));
    run(&mut simulation, 30);
    (simulation, bundle)
}

fn webhook(name: &str, path: &str, bundle: &str, resource: &str, operations: &[&str]) -> Value {
    json!({
        "name": format!("{name}.example.com"), "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": operations, "resources": [resource]}],
        "clientConfig": {"caBundle": bundle, "service": {"namespace": "default", "name": "hook", "path": path, "port": 8443}},
    })
}

fn config_map(simulation: &mut Simulation, name: &str, data: Value) -> Result<Arc<Object>, Status> {
    let mut object = Object::new(&CONFIG_MAP, "default", name);
    object.set("/data", data);
    let written =
        simulation.registry.create(&CONFIG_MAP, "default", object, &WriteOptions::component("test"));
    written.map(|written| written.object)
}

#[test]
fn a_webhook_that_is_answered_refuses_what_it_does_not_want() {
    let (mut simulation, bundle) = with_server("webhook");
    let checks = webhook("check", "/configmaps", &bundle, "configmaps", &["CREATE", "UPDATE", "DELETE"]);
    let attach = webhook("attach", "/pods/attach", &bundle, "pods/attach", &["CONNECT"]);
    let both = json!({"webhooks": [checks, attach]});
    create(&mut simulation, &VALIDATING_WEBHOOK_CONFIGURATION, "checks", both);
    let refused = config_map(&mut simulation, "bad", json!({"webhook-e2e-test": "webhook-disallow"}));
    let refused = refused.unwrap_err();
    let why = "the configmap contains unwanted key and value";
    assert_eq!((refused.code, refused.reason.as_str()), (400, why));
    assert_eq!(refused.message, format!("admission webhook \"check.example.com\" denied the request: {why}"));
    config_map(&mut simulation, "kept", json!({"webhook-e2e-test": "webhook-nondeletable"})).unwrap();
    let (delete, options) = (Default::default(), WriteOptions::component("test"));
    let kept = simulation.registry.delete(&CONFIG_MAP, &key("kept"), &delete, &options);
    assert!(kept.unwrap_err().message.contains("cannot be deleted"));
    let connect = |pod: &str| {
        let options =
            json!({"kind": "PodAttachOptions", "apiVersion": "v1", "stdin": true, "container": "container1"});
        let options = Object::from_value(options).unwrap();
        let write = WriteOptions { subresource: "attach", ..WriteOptions::component("test") };
        simulation.registry.admit_connection(&POD, &key(pod), &options, &write)
    };
    assert_eq!(connect("other"), Ok(()));
    let refused = connect("to-be-attached-pod").unwrap_err();
    assert!(refused.message.ends_with("attaching to pod 'to-be-attached-pod' is not allowed"), "{refused:?}");
}

#[test]
fn webhooks_change_an_object_one_after_the_other_and_see_what_later_ones_did() {
    let (mut simulation, bundle) = with_server("webhook");
    let stage = || webhook("stage", "/mutating-configmaps", &bundle, "configmaps", &["CREATE"]);
    let mut again = stage();
    again["reinvocationPolicy"] = "IfNeeded".into();
    create(&mut simulation, &MUTATING_WEBHOOK_CONFIGURATION, "a", json!({"webhooks": [again]}));
    let start = json!({"mutation-start": "yes"});
    let one = config_map(&mut simulation, "one", start.clone()).unwrap();
    assert_eq!(one.get("/data"), Some(&json!({"mutation-start": "yes", "mutation-stage-1": "yes"})));
    let label = webhook("label", "/add-label", &bundle, "configmaps", &["CREATE"]);
    create(&mut simulation, &MUTATING_WEBHOOK_CONFIGURATION, "b", json!({"webhooks": [label]}));
    // A policy is not called again because of what webhooks did.
    let count = json!({"patchType": "JSONPatch", "jsonPatch": {"expression":
        "[JSONPatch{op: 'add', path: '/data/rounds', value: has(object.data.rounds) ? object.data.rounds + 'x' : 'x'}]"}});
    let policy = json!({"spec": {
        "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
        "reinvocationPolicy": "Never", "mutations": [count],
    }});
    create(&mut simulation, &MUTATING_ADMISSION_POLICY, "count", policy);
    create(
        &mut simulation,
        &MUTATING_ADMISSION_POLICY_BINDING,
        "count",
        json!({"spec": {"policyName": "count"}}),
    );
    let both = config_map(&mut simulation, "both", start).unwrap();
    assert_eq!(both.label("added-label"), Some("yes"));
    let all =
        json!({"mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes", "rounds": "x"});
    assert_eq!(both.get("/data"), Some(&all));
}

#[test]
fn a_webhook_that_is_late_or_not_believed_fails_as_its_policy_says() {
    let (mut simulation, bundle) = with_server("webhook");
    let mut told = |name: &str, path: &str, bundle: &str, timeout: i64, policy: &str| {
        let mut hook = webhook(name, path, bundle, "configmaps", &["CREATE"]);
        (hook["timeoutSeconds"], hook["failurePolicy"]) = (timeout.into(), policy.into());
        create(&mut simulation, &VALIDATING_WEBHOOK_CONFIGURATION, name, json!({"webhooks": [hook]}));
        let written = config_map(&mut simulation, name, json!({}));
        delete(&mut simulation, &VALIDATING_WEBHOOK_CONFIGURATION, name);
        written.map_err(|status| status.message).err().unwrap_or_default()
    };
    let late = "/always-allow-delay-5s";
    assert!(told("late", late, &bundle, 1, "Fail").ends_with(
        "Post \"https://hook.default.svc:8443/always-allow-delay-5s?timeout=1s\": context deadline exceeded"
    ));
    assert_eq!(told("ignored", late, &bundle, 1, "Ignore"), "");
    assert_eq!(told("patient", late, &bundle, 10, "Fail"), "");
    assert!(told("unknown", late, "", 10, "Fail").ends_with("certificate signed by unknown authority"));
    assert!(told("nothing", "/no", &bundle, 10, "Fail").ends_with("could not find the requested resource"));
    simulation.registry.set_now("2026-01-01T00:01:00Z".parse().unwrap());
    delete(&mut simulation, &POD, "hook");
    run(&mut simulation, 60);
    let mut hook = webhook("gone", late, &bundle, "configmaps", &["CREATE"]);
    hook["failurePolicy"] = "Fail".into();
    create(&mut simulation, &VALIDATING_WEBHOOK_CONFIGURATION, "gone", json!({"webhooks": [hook]}));
    let refused = config_map(&mut simulation, "gone", json!({})).unwrap_err();
    assert!(refused.message.ends_with(":8443: connect: connection refused"), "{}", refused.message);
}
