//! `nodes/proxy`: what a node's kubelet tells about itself.

use std::sync::Arc;

use http::Response;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::super::driver::Shared;
use super::super::super::metrics::{ContainerUsage, PodMetrics};
use super::super::super::registry::time_text;
use super::super::super::simulation::Simulation;
use super::super::body::{self, Body};

/// Answers in the place of a node's kubelet.
///
/// # Errors
/// 404 without the node, 503 when its kubelet does not run, 501 for what is not simulated.
pub(super) fn answer(shared: &Arc<Shared>, name: &str, path: &str) -> Result<Response<Body>, Status> {
    shared.reach_in(|simulation| {
        let node = simulation.registry.get(&builtin::NODE, &ObjectKey::new("", name))?;
        if !node.condition_is_true("Ready") {
            let why = "error trying to reach service: dial tcp: connect: connection refused";
            return Err(Status::failure(503, "ServiceUnavailable", why));
        }
        match path.split('?').next().unwrap_or_default().trim_end_matches('/') {
            "/healthz" => Ok(body::bytes(200, body::TEXT, "ok")),
            "/pods" => Ok(pods(simulation, name)),
            "/stats/summary" => Ok(body::indented(&summary(simulation, &node))),
            _ => {
                let why = "not simulated: this part of the kubelet's API; there are /healthz, /pods and /stats/summary";
                Err(Status::failure(501, "NotImplemented", why))
            }
        }
    })
}

/// The Pods of a node, as its kubelet lists them.
fn pods(simulation: &Simulation, node: &str) -> Response<Body> {
    let pods = simulation.registry.store().pods_on(node);
    let items: Vec<&Value> = pods.map(|pod| pod.value()).collect();
    body::json(200, &json!({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}))
}

/// What a node and its Pods use now (`statsapi.Summary`), as far as it is modelled.
fn summary(simulation: &Simulation, node: &Object) -> Value {
    let (registry, state) = (&simulation.registry, &simulation.node);
    let own = state.node_metrics(registry).into_iter().find(|metrics| metrics.name == node.name());
    let own = own.map(|metrics| {
        let time = time_text(metrics.timestamp);
        json!({
            "nodeName": node.name(),
            "startTime": node.text("/metadata/creationTimestamp"),
            "cpu": {"time": time, "usageNanoCores": metrics.cpu_nano},
            "memory": {"time": time, "workingSetBytes": metrics.memory},
        })
    });
    let pods = state.pod_metrics(registry, None).into_iter().filter_map(|metrics| {
        let pod = registry.get(&builtin::POD, &ObjectKey::new(&*metrics.namespace, &*metrics.name)).ok()?;
        (pod.text("/spec/nodeName") == node.name()).then(|| pod_summary(&pod, &metrics))
    });
    json!({"node": own, "pods": pods.collect::<Vec<_>>()})
}

fn pod_summary(pod: &Object, metrics: &PodMetrics) -> Value {
    let time = time_text(metrics.timestamp);
    let total = |of: fn(&ContainerUsage) -> i64| metrics.containers.iter().map(of).sum::<i64>();
    let containers = metrics.containers.iter().map(|own| {
        json!({
            "name": own.name,
            "startTime": pod.text("/status/startTime"),
            "cpu": {"time": time, "usageNanoCores": own.cpu_nano},
            "memory": {"time": time, "workingSetBytes": own.memory},
        })
    });
    json!({
        "podRef": {"name": pod.name(), "namespace": pod.namespace(), "uid": pod.uid()},
        "startTime": pod.text("/status/startTime"),
        "containers": containers.collect::<Vec<_>>(),
        "cpu": {"time": time, "usageNanoCores": total(|own| own.cpu_nano)},
        "memory": {"time": time, "workingSetBytes": total(|own| own.memory)},
    })
}
