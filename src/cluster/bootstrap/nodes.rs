//! The nodes of a fresh cluster, as minikube's kubelets report them.

use serde_json::{Value, json};

use crate::apimachinery::{Object, ObjectKey, builtin};

use super::super::manager::{EventSource, EventType, record_event};
use super::super::registry::{Registry, time_text};
use super::{KUBERNETES_VERSION, NODE_ADDRESS, NODE_NAME, create};

/// What each node has: enough for the course and for what a laptop would give minikube.
const CPUS: &str = "2";
const MEMORY: &str = "4026160Ki";
const STORAGE: &str = "61255492Ki";
const PODS: &str = "110";

/// Creates the nodes; the first is the control plane, the others are `minikube-m02` and so on.
pub(super) fn create_nodes(registry: &mut Registry, count: usize) {
    for index in 0..count {
        let name = if index == 0 { NODE_NAME.to_owned() } else { format!("{NODE_NAME}-m{:02}", index + 1) };
        let address = address_of(index);
        let fields = json!({
            "metadata": {"labels": labels(&name, index == 0), "annotations": annotations()},
            "spec": {"podCIDR": format!("10.244.{index}.0/24"), "podCIDRs": [format!("10.244.{index}.0/24")]},
        });
        create(registry, &builtin::NODE, "", &name, &fields);
        report_status(registry, &name, &address);
        report_events(registry, &name);
    }
}

fn address_of(index: usize) -> String {
    let (network, last) = NODE_ADDRESS.rsplit_once('.').unwrap_or((NODE_ADDRESS, "2"));
    format!("{network}.{}", last.parse::<usize>().unwrap_or(2) + index)
}

fn labels(name: &str, control_plane: bool) -> Value {
    let mut labels = json!({
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "minikube.k8s.io/name": NODE_NAME,
        "minikube.k8s.io/primary": control_plane.to_string(),
        "minikube.k8s.io/version": "v1.38.1",
    });
    if control_plane {
        labels["node-role.kubernetes.io/control-plane"] = json!("");
        labels["node.kubernetes.io/exclude-from-external-load-balancers"] = json!("");
    }
    labels
}

fn annotations() -> Value {
    json!({
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    })
}

fn report_status(registry: &mut Registry, name: &str, address: &str) {
    let now = time_text(registry.now());
    let Ok(node) = registry.get(&builtin::NODE, &ObjectKey::new("", name)) else { return };
    let mut node = Object::clone(&node);
    let resources = json!({
        "cpu": CPUS,
        "ephemeral-storage": STORAGE,
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": MEMORY,
        "pods": PODS,
    });
    let system: String = registry.random().hex(32);
    let boot = registry.random().uuid();
    node.set(
        "/status",
        json!({
            "addresses": [
                {"address": address, "type": "InternalIP"},
                {"address": name, "type": "Hostname"},
            ],
            "allocatable": resources.clone(),
            "capacity": resources,
            "conditions": conditions(&now),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": boot,
                "containerRuntimeVersion": "containerd://2.2.1",
                "kernelVersion": "6.6.95",
                "kubeProxyVersion": "",
                "kubeletVersion": KUBERNETES_VERSION,
                "machineID": system,
                "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
                "systemUUID": registry.random().uuid(),
            },
        }),
    );
    let written = registry.update_status(&builtin::NODE, node, "kubelet");
    debug_assert!(written.is_ok(), "{written:?}");
}

/// `pkg/kubelet/nodestatus`.
fn conditions(now: &str) -> Vec<Value> {
    [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
    .into_iter()
    .map(|(condition_type, status, reason, message)| {
        json!({
            "lastHeartbeatTime": now,
            "lastTransitionTime": now,
            "message": message,
            "reason": reason,
            "status": status,
            "type": condition_type,
        })
    })
    .collect()
}

fn report_events(registry: &mut Registry, name: &str) {
    let Ok(node) = registry.get(&builtin::NODE, &ObjectKey::new("", name)) else { return };
    let kubelet = EventSource { component: "kubelet", host: Some(name.to_owned()) };
    let tell = |registry: &mut Registry, source: &EventSource, reason: &str, message: &str| {
        record_event(registry, source, &node, "", EventType::Normal, reason, message);
    };
    tell(registry, &kubelet, "Starting", "Starting kubelet.");
    tell(registry, &kubelet, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
    for reason in ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"] {
        tell(registry, &kubelet, reason, &format!("Node {name} status is now: {reason}"));
    }
    let controller = EventSource::component("node-controller");
    let message = format!("Node {name} event: Registered Node {name} in Controller");
    tell(registry, &controller, "RegisteredNode", &message);
    let fields = json!({"spec": {
        "holderIdentity": name,
        "leaseDurationSeconds": 40,
        "renewTime": format!("{:.6}", registry.now()),
    }});
    create(registry, &builtin::LEASE, "kube-node-lease", name, &fields);
}
