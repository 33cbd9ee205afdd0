//! The Pods of kube-system: the control plane, DNS, the proxy and the storage provisioner.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::apimachinery::{Object, ObjectKey, OwnerReference, builtin};

use super::super::registry::{Registry, WriteOptions, time_text};
use super::{KUBERNETES_VERSION, NODE_ADDRESS, NODE_NAME, create};

const NAMESPACE: &str = "kube-system";
const COREDNS_IMAGE: &str = "registry.k8s.io/coredns/coredns:v1.13.1";
const ETCD_IMAGE: &str = "registry.k8s.io/etcd:3.6.6-0";
const PROVISIONER_IMAGE: &str = "gcr.io/k8s-minikube/storage-provisioner:v5";

/// Creates the Pods, or the Deployment that makes them.
pub(super) fn create_pods(registry: &mut Registry) {
    create_control_plane(registry);
    create_proxy(registry);
    create_storage_provisioner(registry);
    create_dns(registry);
}

/// The Pods that the kubelet of the control plane runs from files, and shows as mirrors.
fn create_control_plane(registry: &mut Registry) {
    let node = registry.get(&builtin::NODE, &ObjectKey::new("", NODE_NAME));
    let owner = node.map(|node| OwnerReference { block_owner_deletion: None, ..OwnerReference::controller(&node) });
    let kubernetes = |name: &str| format!("registry.k8s.io/{name}:{KUBERNETES_VERSION}");
    let components = [
        ("etcd", ETCD_IMAGE.to_owned(), "100m"),
        ("kube-apiserver", kubernetes("kube-apiserver"), "250m"),
        ("kube-controller-manager", kubernetes("kube-controller-manager"), "200m"),
        ("kube-scheduler", kubernetes("kube-scheduler"), "100m"),
    ];
    for (component, image, cpu) in components {
        let hash = registry.random().hex(32);
        let mut metadata = json!({
            "labels": {"component": component, "tier": "control-plane"},
            "annotations": {
                "kubernetes.io/config.hash": hash,
                "kubernetes.io/config.mirror": hash,
                "kubernetes.io/config.source": "file",
            },
        });
        if let Ok(owner) = &owner {
            metadata["ownerReferences"] = json!([owner]);
        }
        let spec = json!({
            "containers": [{
                "name": component,
                "image": image,
                "command": [component],
                "resources": {"requests": {"cpu": cpu}},
            }],
            "hostNetwork": true,
            "nodeName": NODE_NAME,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"effect": "NoExecute", "operator": "Exists"}],
        });
        let name = format!("{component}-{NODE_NAME}");
        create(registry, &builtin::POD, NAMESPACE, &name, &json!({"metadata": metadata, "spec": spec}));
    }
}

/// kube-proxy on every node.
fn create_proxy(registry: &mut Registry) {
    for node in registry.list(&builtin::NODE, None) {
        let name = format!("kube-proxy-{}", registry.random().name_suffix(5));
        let spec = json!({
            "containers": [{
                "name": "kube-proxy",
                "image": format!("registry.k8s.io/kube-proxy:{KUBERNETES_VERSION}"),
                "command": [
                    "/usr/local/bin/kube-proxy",
                    "--config=/var/lib/kube-proxy/config.conf",
                    "--hostname-override=$(NODE_NAME)",
                ],
            }],
            "hostNetwork": true,
            "nodeName": node.name(),
            "priorityClassName": "system-node-critical",
            "serviceAccountName": "kube-proxy",
            "tolerations": [{"operator": "Exists"}],
        });
        let fields = json!({"metadata": {"labels": {"k8s-app": "kube-proxy"}}, "spec": spec});
        create(registry, &builtin::POD, NAMESPACE, &name, &fields);
    }
}

fn create_storage_provisioner(registry: &mut Registry) {
    let fields = json!({
        "metadata": {"labels": {
            "addonmanager.kubernetes.io/mode": "Reconcile",
            "integration-test": "storage-provisioner",
        }},
        "spec": {
            "containers": [{
                "name": "storage-provisioner",
                "image": PROVISIONER_IMAGE,
                "imagePullPolicy": "IfNotPresent",
                "command": ["/storage-provisioner"],
            }],
            "hostNetwork": true,
            "nodeName": NODE_NAME,
            "serviceAccountName": "storage-provisioner",
        },
    });
    create(registry, &builtin::POD, NAMESPACE, "storage-provisioner", &fields);
}

fn create_dns(registry: &mut Registry) {
    let corefile = ".:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n       fallthrough in-addr.arpa ip6.arpa\n    }\n    forward . /etc/resolv.conf\n    cache 30\n    loop\n    reload\n    loadbalance\n}\n";
    create(registry, &builtin::CONFIG_MAP, NAMESPACE, "coredns", &json!({"data": {"Corefile": corefile}}));
    let template_spec = json!({
        "containers": [{
            "name": "coredns",
            "image": COREDNS_IMAGE,
            "imagePullPolicy": "IfNotPresent",
            "args": ["-conf", "/etc/coredns/Corefile"],
            "ports": [
                {"containerPort": 53, "name": "dns", "protocol": "UDP"},
                {"containerPort": 53, "name": "dns-tcp", "protocol": "TCP"},
                {"containerPort": 9153, "name": "metrics", "protocol": "TCP"},
            ],
            "resources": {"limits": {"memory": "170Mi"}, "requests": {"cpu": "100m", "memory": "70Mi"}},
            "volumeMounts": [{"mountPath": "/etc/coredns", "name": "config-volume", "readOnly": true}],
        }],
        "dnsPolicy": "Default",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "priorityClassName": "system-cluster-critical",
        "serviceAccountName": "coredns",
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"},
        ],
        "volumes": [{
            "configMap": {"items": [{"key": "Corefile", "path": "Corefile"}], "name": "coredns"},
            "name": "config-volume",
        }],
    });
    let labels = json!({"k8s-app": "kube-dns"});
    let spec = json!({
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "strategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": "25%"}, "type": "RollingUpdate"},
        "template": {"metadata": {"labels": labels}, "spec": template_spec},
    });
    create(registry, &builtin::DEPLOYMENT, NAMESPACE, "coredns", &json!({"metadata": {"labels": labels}, "spec": spec}));
}

/// Gives every Pod that is bound to a node the status of one that runs: the cluster's start took
/// place before anybody looked.
pub(crate) fn start_pods(registry: &mut Registry) {
    let mut address: u8 = 2;
    for pod in registry.list(&builtin::POD, None) {
        let ip = if pod.flag("/spec/hostNetwork") {
            NODE_ADDRESS.to_owned()
        } else {
            address = address.saturating_add(1);
            format!("10.244.0.{}", address - 1)
        };
        let mut running = Object::clone(&pod);
        let status = running_status(registry, &pod, &ip);
        running.set("/status", status);
        let options = WriteOptions::component_status("kubelet");
        let written = registry.update(&builtin::POD, &pod.key(), running, &options);
        debug_assert!(written.is_ok(), "{}: {written:?}", pod.key());
    }
}

fn running_status(registry: &mut Registry, pod: &Arc<Object>, ip: &str) -> Value {
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
            let repository = image.as_str().and_then(|image| image.rsplit_once(':')).map_or("", |(name, _)| name);
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
        "hostIP": NODE_ADDRESS,
        "hostIPs": [{"ip": NODE_ADDRESS}],
        "podIP": ip,
        "podIPs": [{"ip": ip}],
        "startTime": now,
        "containerStatuses": containers,
        "qosClass": pod.text("/status/qosClass"),
    })
}
