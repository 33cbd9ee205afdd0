//! What a fresh cluster holds: the objects that minikube has after its start, all of them running.

mod nodes;
mod system_pods;

use serde_json::{Value, json};

use crate::apimachinery::{Kind, Object, builtin};

use super::config::ClusterConfig;
use super::registry::{Registry, WriteOptions};

pub(crate) use system_pods::start_pods;

/// The version that the cluster says it has.
pub(crate) const KUBERNETES_VERSION: &str = "v1.36.2";
/// Name of the first node, and of the cluster.
pub(crate) const NODE_NAME: &str = "minikube";
/// Address of the first node.
pub(crate) const NODE_ADDRESS: &str = "192.168.49.2";

/// Namespaces that every cluster has.
const NAMESPACES: &[&str] = &["kube-system", "default", "kube-public", "kube-node-lease"];
/// ServiceAccounts of kube-system that the system's Pods use.
const SYSTEM_ACCOUNTS: &[&str] = &["coredns", "kube-proxy", "storage-provisioner"];

/// Creates everything but the status of the Pods, which have not started yet.
pub(crate) fn create_objects(registry: &mut Registry, config: &ClusterConfig) {
    create_namespaces(registry);
    create_priority_classes(registry);
    create_storage_class(registry);
    nodes::create_nodes(registry, config.nodes.max(1));
    create_services(registry);
    system_pods::create_pods(registry);
}

/// Creates one object as the component that owns it; the objects are this program's own, so a refusal
/// can only be a mistake here, which the test of a fresh cluster finds.
fn create(registry: &mut Registry, kind: &'static Kind, namespace: &str, name: &str, fields: &Value) {
    let mut object = Object::new(kind, namespace, name);
    for (field, value) in fields.as_object().into_iter().flatten() {
        if field == "metadata" {
            for (field, value) in value.as_object().into_iter().flatten() {
                object.set(&format!("/metadata/{field}"), value.clone());
            }
        } else {
            object.set(&format!("/{field}"), value.clone());
        }
    }
    let written = registry.create(kind, namespace, object, &WriteOptions::component("kubeadm"));
    debug_assert!(written.is_ok(), "{kind:?} {namespace}/{name}: {written:?}");
}

fn create_namespaces(registry: &mut Registry) {
    for namespace in NAMESPACES {
        create(registry, &builtin::NAMESPACE, "", namespace, &json!({}));
        create(registry, &builtin::SERVICE_ACCOUNT, namespace, "default", &json!({}));
    }
    for account in SYSTEM_ACCOUNTS {
        create(registry, &builtin::SERVICE_ACCOUNT, "kube-system", account, &json!({}));
    }
}

fn create_priority_classes(registry: &mut Registry) {
    let classes = [
        (
            "system-cluster-critical",
            2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
        ),
        (
            "system-node-critical",
            2_000_001_000,
            "Used for system critical pods that must not be moved from their current node.",
        ),
    ];
    for (name, value, description) in classes {
        let fields = json!({
            "value": value,
            "description": description,
            "preemptionPolicy": "PreemptLowerPriority",
        });
        create(registry, &builtin::PRIORITY_CLASS, "", name, &fields);
    }
}

fn create_storage_class(registry: &mut Registry) {
    let fields = json!({
        "metadata": {
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            "labels": {"addonmanager.kubernetes.io/mode": "EnsureExists"},
        },
        "provisioner": "k8s.io/minikube-hostpath",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    });
    create(registry, &builtin::STORAGE_CLASS, "", "standard", &fields);
}

fn create_services(registry: &mut Registry) {
    let labels = json!({"component": "apiserver", "provider": "kubernetes"});
    let spec = json!({
        "clusterIP": "10.96.0.1",
        "clusterIPs": ["10.96.0.1"],
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 8443}],
        "type": "ClusterIP",
    });
    let fields = json!({"metadata": {"labels": labels}, "spec": spec});
    create(registry, &builtin::SERVICE, "default", "kubernetes", &fields);
    create_apiserver_endpoints(registry);
    let spec = json!({
        "clusterIP": "10.96.0.10",
        "clusterIPs": ["10.96.0.10"],
        "ports": [
            {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
            {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
            {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": 9153},
        ],
        "selector": {"k8s-app": "kube-dns"},
        "type": "ClusterIP",
    });
    let labels = json!({
        "k8s-app": "kube-dns",
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
    });
    let annotations = json!({"prometheus.io/port": "9153", "prometheus.io/scrape": "true"});
    let fields = json!({"metadata": {"labels": labels, "annotations": annotations}, "spec": spec});
    create(registry, &builtin::SERVICE, "kube-system", "kube-dns", &fields);
}

/// The API server writes the endpoints of the Service `kubernetes` itself.
fn create_apiserver_endpoints(registry: &mut Registry) {
    let fields = json!({
        "metadata": {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        "subsets": [{
            "addresses": [{"ip": NODE_ADDRESS}],
            "ports": [{"name": "https", "port": 8443, "protocol": "TCP"}],
        }],
    });
    create(registry, &builtin::ENDPOINTS, "default", "kubernetes", &fields);
    let fields = json!({
        "metadata": {"labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [NODE_ADDRESS], "conditions": {"ready": true}}],
        "ports": [{"name": "https", "port": 8443, "protocol": "TCP"}],
    });
    create(registry, &builtin::ENDPOINT_SLICE, "default", "kubernetes", &fields);
}
