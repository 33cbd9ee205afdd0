//! Autoscaling, as the tutorial tells it: a page that computes, a loop of requests, more Pods, then fewer.

use super::*;
use crate::base::{json, parse_yaml};

const METRICS_SERVER: &str = include_str!("../../../minikube/metrics_server.yaml");

fn apply(simulation: &mut Simulation, text: &str) {
    for document in parse_yaml(text).unwrap() {
        let object = Object::from_value(document.value).unwrap();
        let kind = crate::apimachinery::kind_of(object.api_version(), object.kind()).unwrap();
        if kind.group == "rbac.authorization.k8s.io" {
            continue;
        }
        let namespace = match (kind.namespaced, object.namespace()) {
            (false, _) => String::new(),
            (true, "") => "default".to_owned(),
            (true, namespace) => namespace.to_owned(),
        };
        simulation.registry.create(kind, &namespace, object, &WriteOptions::component("test")).unwrap();
    }
}

const APPLICATION: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: php-apache}
spec:
  selector: {matchLabels: {run: php-apache}}
  template:
    metadata: {labels: {run: php-apache}}
    spec:
      containers:
      - name: php-apache
        image: registry.k8s.io/hpa-example
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 500m}, requests: {cpu: 200m}}
---
apiVersion: v1
kind: Service
metadata: {name: php-apache}
spec: {ports: [{port: 80}], selector: {run: php-apache}}
";

fn autoscaler(simulation: &mut Simulation, name: &str) {
    create(
        simulation,
        &builtin::HORIZONTAL_POD_AUTOSCALER,
        name,
        json!({"spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "php-apache"},
            "minReplicas": 1, "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": 50}}}],
        }}),
    );
}

fn targets(simulation: &Simulation) -> String {
    let object = get(simulation, &builtin::HORIZONTAL_POD_AUTOSCALER, "php-apache");
    let table = crate::cluster::registry::Registry::table(
        &builtin::HORIZONTAL_POD_AUTOSCALER,
        &[object],
        simulation.registry.now(),
    );
    table.rows().next().unwrap().cells[2].as_str().unwrap().to_owned()
}

fn replicas(simulation: &Simulation) -> i64 {
    get(simulation, &builtin::DEPLOYMENT, "php-apache").number("/spec/replicas").unwrap()
}

#[test]
fn without_metrics_an_autoscaler_knows_nothing() {
    let mut simulation = cluster();
    apply(&mut simulation, APPLICATION);
    autoscaler(&mut simulation, "php-apache");
    run(&mut simulation, 40);
    assert_eq!(targets(&simulation), "cpu: <unknown>/50%");
    let why = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
    assert!(messages(&simulation, "FailedGetResourceMetric").contains(&why.to_owned()));
    let told = format!(
        "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {why}"
    );
    assert!(messages(&simulation, "FailedComputeMetricsReplicas").contains(&told));
    assert_eq!(replicas(&simulation), 1);
}

#[test]
fn an_autoscaler_without_its_target_says_so() {
    let mut simulation = cluster();
    autoscaler(&mut simulation, "php-apache");
    run(&mut simulation, 20);
    let why = "deployments/scale.apps \"php-apache\" not found";
    assert_eq!(messages(&simulation, "FailedGetScale"), [why]);
    let object = get(&simulation, &builtin::HORIZONTAL_POD_AUTOSCALER, "php-apache");
    let told = format!("the HPA controller was unable to get the target's current scale: {why}");
    assert_eq!(object.condition("AbleToScale").unwrap()["message"], told);
}

#[test]
fn two_autoscalers_of_one_deployment_refuse_to_work() {
    let mut simulation = cluster();
    apply(&mut simulation, APPLICATION);
    autoscaler(&mut simulation, "php-apache");
    autoscaler(&mut simulation, "another");
    run(&mut simulation, 60);
    let why = "pods by selector run=php-apache are controlled by multiple HPAs: [default/another default/php-apache]";
    assert!(messages(&simulation, "AmbiguousSelector").contains(&why.to_owned()));
    let object = get(&simulation, &builtin::HORIZONTAL_POD_AUTOSCALER, "php-apache");
    let active = object.condition("ScalingActive").unwrap();
    assert_eq!(
        (active["reason"].as_str(), active["message"].as_str()),
        (Some("AmbiguousSelector"), Some(why))
    );
    delete(&mut simulation, &builtin::HORIZONTAL_POD_AUTOSCALER, "another");
    run(&mut simulation, 60);
    let object = get(&simulation, &builtin::HORIZONTAL_POD_AUTOSCALER, "php-apache");
    assert_eq!(object.condition("ScalingActive").unwrap()["reason"], "FailedGetResourceMetric");
}

#[test]
fn load_makes_a_deployment_grow_and_its_end_makes_it_shrink() {
    let mut simulation = cluster();
    apply(&mut simulation, METRICS_SERVER);
    apply(&mut simulation, APPLICATION);
    autoscaler(&mut simulation, "php-apache");
    run(&mut simulation, 240);
    assert_eq!((targets(&simulation).as_str(), replicas(&simulation)), ("cpu: 0%/50%", 1));
    let script = "while sleep 0.01; do wget -q -O- http://php-apache; done";
    create(
        &mut simulation,
        &builtin::POD,
        "load-generator",
        json!({"spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "c", "image": "busybox:1.28", "command": ["/bin/sh", "-c", script]}]}}),
    );
    run(&mut simulation, 900);
    let grown = replicas(&simulation);
    assert!((4..=10).contains(&grown), "{grown} {}", targets(&simulation));
    let told = messages(&simulation, "SuccessfulRescale");
    assert!(
        told[0].ends_with("; reason: cpu resource utilization (percentage of request) above target"),
        "{told:?}"
    );
    delete(&mut simulation, &builtin::POD, "load-generator");
    run(&mut simulation, 300);
    assert_eq!(replicas(&simulation), grown, "stabilized for five minutes");
    run(&mut simulation, 240);
    assert_eq!(replicas(&simulation), 1);
    let told = messages(&simulation, "SuccessfulRescale");
    assert_eq!(told.last().unwrap(), "New size: 1; reason: All metrics below target");
}
