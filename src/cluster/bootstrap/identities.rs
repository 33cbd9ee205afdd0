//! What the components of a running control plane leave behind of themselves: APIServices, Leases, CSINodes,
//! the range of cluster IPs.

use crate::apimachinery::groups::GROUP_VERSIONS;
use crate::apimachinery::{Object, ObjectKey, Status, builtin, seconds};
use crate::base::{Value, json};

use super::super::config::ClusterConfig;
use super::super::registry::{Registry, WriteOptions};
use super::nodes;

/// Storage plugins that a kubelet of this version leaves to CSI drivers.
const MIGRATED_PLUGINS: &str = "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file,kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume";

/// Creates them.
pub(super) fn create(registry: &mut Registry, config: &ClusterConfig) -> Result<(), Status> {
    create_api_services(registry)?;
    create_service_range(registry)?;
    for number in 0..config.nodes.max(1) {
        create_csi_node(registry, &nodes::name(number))?;
        let holder = nodes::name(number);
        create_lease(registry, "kube-node-lease", &holder, &holder, 40, "kubelet")?;
    }
    let node = nodes::name(0);
    for component in ["kube-controller-manager", "kube-scheduler"] {
        let holder = format!("{node}_{}", registry.random().uuid());
        create_lease(registry, "kube-system", component, &holder, 15, component)?;
    }
    let identity = format!("apiserver-{}", registry.random().name_suffix(26));
    let holder = format!("{identity}_{}", registry.random().uuid());
    create_lease(registry, "kube-system", &identity, &holder, 3_600, "kube-apiserver")
}

/// One APIService for every group and version that the API server itself serves.
fn create_api_services(registry: &mut Registry) -> Result<(), Status> {
    let options = WriteOptions::component("kube-apiserver");
    let now = seconds(registry.now());
    for entry in GROUP_VERSIONS {
        let name = format!("{}.{}", entry.version, entry.group);
        let mut service = Object::new(&builtin::API_SERVICE, "", &name);
        service.set_label("kube-aggregator.kubernetes.io/automanaged", "onstart");
        service.set(
            "/spec",
            json!({
                "group": entry.group,
                "version": entry.version,
                "groupPriorityMinimum": entry.group_priority,
                "versionPriority": entry.version_priority,
            }),
        );
        if entry.group.is_empty() {
            service.remove("/spec/group");
        }
        let created = registry.create(&builtin::API_SERVICE, "", service, &options)?;
        let mut service = Object::clone(&created.object);
        service.set("/status/conditions", json!([available(&now)]));
        registry.update_status(&builtin::API_SERVICE, service, "kube-apiserver")?;
    }
    Ok(())
}

fn available(now: &str) -> Value {
    json!({
        "type": "Available",
        "status": "True",
        "lastTransitionTime": now,
        "reason": "Local",
        "message": "Local APIServices are always available",
    })
}

fn create_service_range(registry: &mut Registry) -> Result<(), Status> {
    let mut range = Object::new(&builtin::SERVICE_CIDR, "", "kubernetes");
    range.set("/metadata/finalizers", json!(["networking.k8s.io/service-cidr-finalizer"]));
    range.set("/spec/cidrs", json!(["10.96.0.0/12"]));
    let options = WriteOptions::component("kube-apiserver");
    let created = registry.create(&builtin::SERVICE_CIDR, "", range, &options)?;
    let mut range = Object::clone(&created.object);
    range.set(
        "/status/conditions",
        json!([{
            "type": "Ready",
            "status": "True",
            "lastTransitionTime": seconds(registry.now()),
            "reason": "",
            "message": "Kubernetes Service CIDR is ready",
        }]),
    );
    registry.update_status(&builtin::SERVICE_CIDR, range, "service-cidrs-controller").map(|_| ())
}

fn owner_of(registry: &Registry, node: &str) -> Value {
    let uid = registry.get(&builtin::NODE, &ObjectKey::new("", node)).map(|node| node.uid().to_owned());
    json!([{"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid.unwrap_or_default()}])
}

fn create_csi_node(registry: &mut Registry, node: &str) -> Result<(), Status> {
    let mut csi_node = Object::new(&builtin::CSI_NODE, "", node);
    csi_node.set_annotation("storage.alpha.kubernetes.io/migrated-plugins", MIGRATED_PLUGINS);
    csi_node.set("/metadata/ownerReferences", owner_of(registry, node));
    let options = WriteOptions::component("kubelet");
    registry.create(&builtin::CSI_NODE, "", csi_node, &options).map(|_| ())
}

fn create_lease(
    registry: &mut Registry,
    namespace: &str,
    name: &str,
    holder: &str,
    duration: i64,
    component: &str,
) -> Result<(), Status> {
    let now = format!("{:.6}", registry.now());
    let mut lease = Object::new(&builtin::LEASE, namespace, name);
    lease.set("/spec", json!({"holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": now}));
    match component {
        "kubelet" => lease.set("/metadata/ownerReferences", owner_of(registry, name)),
        "kube-apiserver" => {
            lease.set_label("apiserver.kubernetes.io/identity", component);
            lease.set_label("kubernetes.io/hostname", nodes::name(0));
        }
        _ => {
            lease.set("/spec/acquireTime", now);
            lease.set("/spec/leaseTransitions", 0);
        }
    }
    registry.create(&builtin::LEASE, namespace, lease, &WriteOptions::component(component)).map(|_| ())
}
