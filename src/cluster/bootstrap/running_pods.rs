//! Pods that run already when the cluster is handed over: nobody saw its start.

use std::collections::BTreeMap;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::registry::{Registry, time_text};
/// Last byte of the first Pod's address.
const FIRST_POD_BYTE: u8 = 2;

/// Gives every Pod that is bound to a node the status of one that runs.
///
/// # Errors
/// When a status is refused, which a test rules out.
pub(crate) fn start_pods(registry: &mut Registry) -> Result<(), Status> {
    let mut last_bytes: BTreeMap<String, u8> = BTreeMap::new();
    for pod in registry.list(&builtin::POD, None) {
        if pod.text("/spec/nodeName").is_empty() {
            continue;
        }
        let host = host_address(registry, pod.text("/spec/nodeName"));
        let address = if pod.flag("/spec/hostNetwork") {
            host.clone()
        } else {
            let network = pod_network(registry, pod.text("/spec/nodeName"));
            let last_byte = last_bytes.entry(network.clone()).or_insert(FIRST_POD_BYTE);
            *last_byte = last_byte.saturating_add(1);
            format!("{network}.{}", *last_byte - 1)
        };
        let mut running = Object::clone(&pod);
        running.set("/status", running_status(registry, &pod, &host, &address));
        registry.update_status(&builtin::POD, running, "kubelet")?;
    }
    Ok(())
}

/// The first three bytes of the addresses of a node's Pods.
fn pod_network(registry: &Registry, node: &str) -> String {
    let node = registry.get(&builtin::NODE, &ObjectKey::new("", node));
    let range = node.map_or_else(|_| String::new(), |node| node.text("/spec/podCIDR").to_owned());
    range.rsplit_once('.').map_or_else(|| "10.244.0".to_owned(), |(network, _)| network.to_owned())
}

fn host_address(registry: &Registry, node: &str) -> String {
    let node = registry.get(&builtin::NODE, &ObjectKey::new("", node));
    node.map_or_else(|_| String::new(), |node| node.text("/status/addresses/0/address").to_owned())
}

fn running_status(registry: &mut Registry, pod: &Object, host: &str, ip: &str) -> Value {
    let now = time_text(registry.now());
    let conditions: Vec<Value> =
        ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
            .into_iter()
            .map(|condition_type| {
                json!({
                    "type": condition_type,
                    "status": "True",
                    "observedGeneration": pod.generation(),
                    "lastProbeTime": null,
                    "lastTransitionTime": now,
                })
            })
            .collect();
    let containers: Vec<Value> = pod
        .list("/spec/containers")
        .iter()
        .map(|container| {
            let image = container.get("image").cloned().unwrap_or_default();
            let repository =
                image.as_str().and_then(|image| image.rsplit_once(':')).map_or("", |(name, _)| name);
            json!({
                "name": container.get("name"),
                "image": image,
                "imageID": format!("{repository}@sha256:{}", registry.random().hex(64)),
                "containerID": format!("containerd://{}", registry.random().hex(64)),
                "ready": true,
                "started": true,
                "restartCount": 0,
                "lastState": {},
                "state": {"running": {"startedAt": now}},
            })
        })
        .collect();
    json!({
        "phase": "Running",
        "observedGeneration": pod.generation(),
        "conditions": conditions,
        "hostIP": host,
        "hostIPs": [{"ip": host}],
        "podIP": ip,
        "podIPs": [{"ip": ip}],
        "startTime": now,
        "containerStatuses": containers,
        "qosClass": pod.text("/status/qosClass"),
    })
}
