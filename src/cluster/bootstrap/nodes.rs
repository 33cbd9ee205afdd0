//! The nodes of a fresh cluster, as minikube's look.

use crate::apimachinery::{Object, Status, builtin};
use crate::base::{Value, json};

use super::super::registry::{Registry, WriteOptions};
use super::VERSION;

/// Mebibytes of memory of a node.
const MEMORY_MEBIBYTES: u64 = 6_144;

/// The name of a node: `minikube`, `minikube-m02` …
pub(crate) fn name(number: usize) -> String {
    if number == 0 { "minikube".to_owned() } else { format!("minikube-m{:02}", number + 1) }
}

/// Creates a node that is ready.
pub(crate) fn create(registry: &mut Registry, number: usize) -> Result<(), Status> {
    let now = registry.now().to_string();
    let now = format!("{}Z", now.split(['.', 'Z']).next().unwrap_or_default());
    let name = name(number);
    let mut node = Object::new(&builtin::NODE, "", &name);
    node.set("/metadata/labels", labels(&name, number == 0));
    node.set(
        "/metadata/annotations",
        json!({
            "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        }),
    );
    let range = pod_range(number);
    node.set("/spec", json!({"podCIDR": range, "podCIDRs": [range]}));
    let stored = registry.create(&builtin::NODE, "", node, &WriteOptions::component("kubelet"))?;
    let mut node = Object::clone(&stored.object);
    node.set("/status", status(registry, &name, number, &now));
    registry.update_status(&builtin::NODE, node, "kubelet").map(|_| ())
}

/// The range of a node's Pods: of 10.244.0.0/16 as long as that lasts, then of 10.128.0.0/10.
fn pod_range(number: usize) -> String {
    match number.checked_sub(256) {
        None => format!("10.244.{number}.0/24"),
        Some(beyond) => format!("10.{}.{}.0/24", 128 + beyond / 256 % 64, beyond % 256),
    }
}

fn labels(name: &str, control_plane: bool) -> Value {
    let mut labels = json!({
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "minikube.k8s.io/name": "minikube",
        "minikube.k8s.io/primary": control_plane.to_string(),
        "minikube.k8s.io/version": "v1.38.1",
    });
    if control_plane {
        labels["node-role.kubernetes.io/control-plane"] = json!("");
        labels["node.kubernetes.io/exclude-from-external-load-balancers"] = json!("");
    }
    labels
}

fn status(registry: &mut Registry, name: &str, number: usize, now: &str) -> Value {
    let random = registry.random();
    let (machine, system, boot) = (random.hex(32), random.uuid(), random.uuid());
    let resources = json!({
        "cpu": "2",
        "ephemeral-storage": "61202244Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": format!("{}Ki", MEMORY_MEBIBYTES * 1024),
        "pods": "110",
    });
    json!({
        "addresses": [
            {"type": "InternalIP", "address": format!("192.168.{}.{}", 49 + number / 250 % 200, 2 + number % 250)},
            {"type": "Hostname", "address": name},
        ],
        "capacity": resources.clone(),
        "allocatable": resources,
        "conditions": conditions(now),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": boot,
            "containerRuntimeVersion": "containerd://2.2.1",
            "kernelVersion": "6.12.54",
            "kubeProxyVersion": "",
            "kubeletVersion": VERSION,
            "machineID": machine,
            "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 12 (bookworm)",
            "systemUUID": system,
        },
    })
}

/// The conditions of a healthy node, `pkg/kubelet/nodestatus/setters.go`.
pub(crate) fn conditions(now: &str) -> Value {
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastHeartbeatTime": now, "lastTransitionTime": now,
        })
    };
    json!([
        condition(
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available"
        ),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ])
}
