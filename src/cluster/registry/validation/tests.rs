//! Wrong manifests and what the API server says about them.

use crate::apimachinery::builtin::{
    CONFIG_MAP, DEPLOYMENT, EVENT, EVENTS_EVENT, LIMIT_RANGE, NAMESPACE, POD, RESOURCE_QUOTA, SECRET,
    SERVICE, SERVICE_ACCOUNT,
};
use crate::apimachinery::{Kind, Object, ObjectKey};
use crate::base::{Random, Timestamp, Value, json};

use super::super::{Patch, Registry, WriteOptions};

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

fn registry() -> Registry {
    let mut registry = Registry::new(Timestamp::from_second(1_800_000_000).unwrap(), Random::seeded(1));
    for (kind, namespace) in [(&NAMESPACE, ""), (&SERVICE_ACCOUNT, "default")] {
        let object = Object::new(kind, namespace, "default");
        registry.create(kind, namespace, object, &WriteOptions::component("test")).unwrap();
    }
    registry
}

fn create(registry: &mut Registry, kind: &'static Kind, value: Value) -> String {
    let object = Object::from_value(value).unwrap();
    match registry.create(kind, "default", object, &WriteOptions::component("test")) {
        Ok(_) => "created".to_owned(),
        Err(status) => status.message,
    }
}

fn patch(registry: &mut Registry, kind: &'static Kind, name: &str, patch: Value) -> String {
    let key = ObjectKey::new("default", name);
    match registry.patch(kind, &key, &Patch::Merge(patch), &WriteOptions::component("test")) {
        Ok(_) => "patched".to_owned(),
        Err(status) => status.message,
    }
}

pub(super) fn check(kind: &'static Kind, name: &str, cases: Vec<(Value, Vec<&str>)>) {
    for (body, expected) in cases {
        let mut manifest = json!({"metadata": {"name": name}});
        manifest.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap());
        let message = create(&mut registry(), kind, manifest.clone());
        let all = match expected.as_slice() {
            [one] => (*one).to_owned(),
            many => format!("[{}]", many.join(", ")),
        };
        assert_eq!(message, format!("{} {name:?} is invalid: {all}", kind.group_kind()), "{manifest}");
    }
}

pub(super) fn container(fields: Value) -> Value {
    let mut container = json!({"name": "web", "image": "nginx"});
    container.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
    json!({"spec": {"containers": [container]}})
}

#[test]
fn wrong_pods_are_told_what_is_wrong() {
    check(
        &POD,
        "p",
        vec![
            (json!({"spec": {}}), vec!["spec.containers: Required value"]),
            (
                json!({"spec": {"containers": [{}]}}),
                vec!["spec.containers[0].name: Required value", "spec.containers[0].image: Required value"],
            ),
            (
                json!({"spec": {"containers": [{"name": "a", "image": "i"}, {"name": "a", "image": "i"}]}}),
                vec![r#"spec.containers[1].name: Duplicate value: "a""#],
            ),
            (
                container(json!({"ports": [{"containerPort": 70000}]})),
                vec![
                    "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                ],
            ),
            (
                container(json!({"imagePullPolicy": "Sometimes"})),
                vec![
                    r#"spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never""#,
                ],
            ),
            (
                container(json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]})),
                vec![r#"spec.containers[0].volumeMounts[0].name: Not found: "data""#],
            ),
            (
                container(json!({"livenessProbe": {"periodSeconds": -1}})),
                vec![
                    "spec.containers[0].livenessProbe: Required value: must specify a handler type",
                    "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
                ],
            ),
            (
                container(json!({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}})),
                vec![
                    r#"spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#,
                ],
            ),
            (
                container(json!({"resources": {"limits": {"memory": "-1Mi"}}})),
                vec![
                    r#"spec.containers[0].resources.limits[memory]: Invalid value: "-1Mi": must be greater than or equal to 0"#,
                    r#"spec.containers[0].resources.requests[memory]: Invalid value: "-1Mi": must be greater than or equal to 0"#,
                ],
            ),
            (
                json!({"spec": {"restartPolicy": "Perhaps", "containers": [{"name": "a", "image": "i"}]}}),
                vec![
                    r#"spec.restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "OnFailure", "Never""#,
                ],
            ),
        ],
    );
}

#[test]
fn wrong_names_and_labels_are_told_what_is_wrong() {
    let message = create(&mut registry(), &CONFIG_MAP, json!({"metadata": {"name": "Web_1"}}));
    assert_eq!(
        message,
        format!(r#"ConfigMap "Web_1" is invalid: metadata.name: Invalid value: "Web_1": {SUBDOMAIN}"#)
    );
    let message =
        create(&mut registry(), &CONFIG_MAP, json!({"metadata": {"name": "x", "labels": {"a": "a b"}}}));
    assert!(
        message.starts_with(
            r#"ConfigMap "x" is invalid: metadata.labels: Invalid value: "a b": a valid label must be"#
        ),
        "{message}"
    );
    let message = create(&mut registry(), &CONFIG_MAP, json!({"metadata": {}}));
    assert_eq!(
        message,
        r#"ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required"#
    );
}

fn deployment(selector: Value, labels: Value) -> Value {
    json!({"spec": {
        "selector": selector,
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "i"}]}},
    }})
}

#[test]
fn wrong_deployments_are_told_what_is_wrong() {
    let mismatch = r#"spec.template.metadata.labels: Invalid value: {"app":"two"}: `selector` does not match template `labels`"#;
    let right = json!({"matchLabels": {"app": "two"}});
    let with = |pointer: &str, value: Value| {
        let mut object = Object::from_value(deployment(right.clone(), json!({"app": "two"}))).unwrap();
        object.set(pointer, value);
        Value::from(object)
    };
    check(
        &DEPLOYMENT,
        "d",
        vec![
            (deployment(Value::Null, json!({"app": "two"})), vec!["spec.selector: Required value", mismatch]),
            (deployment(json!({"matchLabels": {"app": "one"}}), json!({"app": "two"})), vec![mismatch]),
            (
                with("/spec/replicas", json!(-1)),
                vec!["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                with("/spec/template/spec/restartPolicy", json!("Never")),
                vec![
                    r#"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#,
                ],
            ),
            (
                with("/spec/strategy", json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}})),
                vec![
                    "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
                ],
            ),
            (
                with("/spec/strategy", json!({"type": "BlueGreen"})),
                vec![
                    r#"spec.strategy: Unsupported value: "BlueGreen": supported values: "Recreate", "RollingUpdate""#,
                ],
            ),
            (
                with("/spec/strategy", json!({"type": "Recreate", "rollingUpdate": {}})),
                vec![
                    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
                ],
            ),
        ],
    );
}

#[test]
fn a_selector_is_chosen_once() {
    let mut registry = registry();
    let mut manifest = deployment(json!({"matchLabels": {"app": "x"}}), json!({"app": "x"}));
    manifest["metadata"] = json!({"name": "d"});
    assert_eq!(create(&mut registry, &DEPLOYMENT, manifest), "created");
    let change = json!({"spec": {"selector": {"matchLabels": {"app": "y"}}}});
    assert_eq!(
        patch(&mut registry, &DEPLOYMENT, "d", change),
        r#"Deployment.apps "d" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable]"#
    );
}

#[test]
fn wrong_services_are_told_what_is_wrong() {
    let ports = |port: Value| json!({"spec": {"ports": [port]}});
    check(
        &SERVICE,
        "s",
        vec![
            (json!({"spec": {}}), vec!["spec.ports: Required value"]),
            (
                ports(json!({"port": 70000, "targetPort": 80})),
                vec!["spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive"],
            ),
            (
                json!({"spec": {"type": "Nope", "ports": [{"port": 80}]}}),
                vec![
                    r#"spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""#,
                ],
            ),
            (
                json!({"spec": {"ports": [{"port": 80}, {"port": 81, "name": "b"}]}}),
                vec!["spec.ports[0].name: Required value"],
            ),
            (json!({"spec": {"type": "ExternalName"}}), vec!["spec.externalName: Required value"]),
            (
                json!({"spec": {"type": "NodePort", "clusterIP": "None", "ports": [{"port": 80}]}}),
                vec![
                    r#"spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services"#,
                ],
            ),
            (
                json!({"spec": {"clusterIP": "192.168.0.1", "ports": [{"port": 80}]}}),
                vec![
                    r#"spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided network does not match the current range"#,
                ],
            ),
        ],
    );
    let mut registry = registry();
    let manifest =
        json!({"metadata": {"name": "s"}, "spec": {"clusterIP": "10.96.0.5", "ports": [{"port": 80}]}});
    assert_eq!(create(&mut registry, &SERVICE, manifest), "created");
    assert_eq!(
        patch(
            &mut registry,
            &SERVICE,
            "s",
            json!({"spec": {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"]}})
        ),
        r#"Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.9"]: may not change once set"#
    );
}

#[test]
fn a_pod_may_change_its_image_and_little_else() {
    let mut registry = registry();
    let mut manifest = container(json!({}));
    manifest["metadata"] = json!({"name": "p"});
    assert_eq!(create(&mut registry, &POD, manifest), "created");
    let mut pod = registry.get(&POD, &ObjectKey::new("default", "p")).unwrap().value().clone();
    let containers = |pod: &Value| json!({"spec": {"containers": pod["spec"]["containers"]}});
    pod["spec"]["containers"][0]["image"] = json!("nginx:1.27");
    assert_eq!(patch(&mut registry, &POD, "p", containers(&pod)), "patched");
    pod["spec"]["containers"][0]["name"] = json!("other");
    let message = patch(&mut registry, &POD, "p", containers(&pod));
    assert!(
        message.starts_with(
            r#"Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than "#
        ),
        "{message}"
    );
    let difference = "\n@@ -91,7 +91,7 @@\n  \"InitContainers\": null,\n  \"Containers\": [\n   {\n-   \"Name\": \"web\",\n+   \"Name\": \"other\",\n    \"Image\": \"nginx:1.27\",\n    \"Command\": null,\n    \"Args\": null,\n";
    assert!(message.ends_with(difference), "{message}");
}

#[test]
fn secrets_take_plain_text_and_keep_their_type_and_immutable_objects_their_data() {
    let mut registry = registry();
    let manifest = json!({"metadata": {"name": "s"}, "stringData": {"user": "ada"}, "immutable": true});
    assert_eq!(create(&mut registry, &SECRET, manifest), "created");
    let secret = registry.get(&SECRET, &ObjectKey::new("default", "s")).unwrap();
    assert_eq!((secret.get("/data"), secret.get("/stringData")), (Some(&json!({"user": "YWRh"})), None));
    assert_eq!(
        patch(&mut registry, &SECRET, "s", json!({"type": "other", "data": null})),
        r#"Secret "s" is invalid: [type: Invalid value: "other": field is immutable, data: Forbidden: field is immutable when `immutable` is set]"#
    );
    let tls = json!({"metadata": {"name": "t"}, "type": "kubernetes.io/tls", "data": {"tls.crt": ""}});
    assert_eq!(
        create(&mut registry, &SECRET, tls),
        r#"Secret "t" is invalid: data[tls.key]: Required value"#
    );
    let token = json!({"metadata": {"name": "t"}, "type": "kubernetes.io/service-account-token"});
    assert_eq!(
        create(&mut registry, &SECRET, token),
        r#"Secret "t" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value"#
    );
}

#[test]
fn events_are_about_their_namespace_and_newer_ones_have_a_time() {
    let mut registry = registry();
    let event = |about: &str| json!({"metadata": {"name": "e"}, "involvedObject": {"namespace": about}});
    assert_eq!(
        create(&mut registry, &EVENT, event("other")),
        r#"Event "e" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace"#
    );
    assert_eq!(create(&mut registry, &EVENT, event("default")), "created");
    let mut newer = json!({"metadata": {"name": "n"}, "type": "Foo", "regarding": {"namespace": "default"}});
    assert_eq!(
        create(&mut registry, &EVENTS_EVENT, newer.clone()),
        r#"Event "n" is invalid: [eventTime: Required value, type: Invalid value: "": has invalid value: Foo]"#
    );
    newer["eventTime"] = json!("2026-01-01T00:00:00.000000Z");
    newer["type"] = json!("Normal");
    let message = create(&mut registry, &EVENTS_EVENT, newer);
    assert!(
        message.contains("reportingController: Required value, reportingController: Invalid value"),
        "{message}"
    );
    assert!(
        message
            .ends_with("reportingInstance: Required value, action: Required value, reason: Required value]"),
        "{message}"
    );
}

#[test]
fn finalizers_without_a_domain_are_for_kubernetes_alone() {
    let mut registry = registry();
    let map = |finalizer: &str| json!({"metadata": {"name": "m", "finalizers": [finalizer]}});
    let refused = r#"ConfigMap "m" is invalid: metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified"#;
    assert_eq!(create(&mut registry, &CONFIG_MAP, map("mine")), refused);
    assert_eq!(create(&mut registry, &CONFIG_MAP, map("foregroundDeletion")), "created");
    assert_eq!(patch(&mut registry, &CONFIG_MAP, "m", map("mine")), refused);
    assert_eq!(patch(&mut registry, &CONFIG_MAP, "m", map("example.com/mine")), "patched");
}

#[test]
fn quotas_and_ranges_are_refused_in_upstreams_words() {
    let told = |kind: &'static Kind, spec: Value| -> Vec<String> {
        let mut object = Object::new(kind, "default", "x");
        object.set("/spec", spec);
        let strategy = crate::cluster::registry::strategy::strategy_of(kind);
        strategy.validate(&object).iter().map(ToString::to_string).collect()
    };
    let limits = |item: Value| told(&LIMIT_RANGE, json!({"limits": [item]}));
    assert_eq!(
        limits(json!({"type": "Node", "max": {"gold": "1"}})),
        [
            r#"spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified"#,
            r#"spec.limits[0].max[gold]: Invalid value: "gold": must be a standard resource type or fully qualified"#,
        ]
    );
    assert_eq!(
        limits(json!({"type": "Container", "max": {"pods": "1"}})),
        [r#"spec.limits[0].max[pods]: Invalid value: "pods": must be a standard resource for containers"#]
    );
    let ratio = json!({"type": "Pod", "min": {"cpu": "500m"}, "max": {"cpu": "1"}, "maxLimitRequestRatio": {"cpu": "3"}});
    assert_eq!(
        limits(ratio),
        [
            r#"spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000"#
        ]
    );
    let gpu =
        json!({"type": "Container", "default": {"e.com/gpu": "2"}, "defaultRequest": {"e.com/gpu": "1"}});
    assert_eq!(
        limits(gpu),
        [
            r#"spec.limits[0].defaultRequest[e.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in e.com/gpu"#
        ]
    );
    let selector =
        json!({"matchExpressions": [{"scopeName": "Terminating", "operator": "In", "values": ["a"]}]});
    let quota = told(&RESOURCE_QUOTA, json!({"hard": {"services": "1"}, "scopeSelector": selector}));
    let at = "spec.scopeSelector.matchExpressions";
    assert_eq!(quota.len(), 2, "{quota:?}");
    assert!(quota[0].starts_with(&format!("{at}: Invalid value: ")), "{quota:?}");
    assert!(quota[0].ends_with("unsupported scope applied to resource"), "{quota:?}");
    assert!(
        quota[1].starts_with(&format!("{at}.operator: Invalid value: \"In\": must be 'Exist'")),
        "{quota:?}"
    );
}
