//! What a fresh cluster contains: namespaces, nodes, the control plane's Pods, DNS, a storage class.

mod flow_control;
mod identities;
mod nodes;
mod policy;
mod running_pods;

use serde_json::json;

use crate::apimachinery::{Object, ObjectKey, Status, builtin, kind_of};
use crate::base::parse_yaml;

use super::config::ClusterConfig;
use super::registry::{Registry, WriteOptions};

pub(crate) use nodes::{conditions as healthy_conditions, create as create_node, name as node_name};
pub(crate) use running_pods::start_pods;

/// The version that this cluster says it is.
const VERSION: &str = "v1.36.2";

/// Objects without a place in code: data.
const OBJECTS: &str = include_str!("objects.yaml");

/// The static Pods of the control plane and their CPU requests.
const CONTROL_PLANE: &[(&str, &str)] = &[
    ("etcd", "100m"),
    ("kube-apiserver", "250m"),
    ("kube-controller-manager", "200m"),
    ("kube-scheduler", "100m"),
];

/// Fills an empty registry.
///
/// # Errors
/// When an object is refused, which a test rules out.
pub(crate) fn bootstrap(registry: &mut Registry, config: &ClusterConfig) -> Result<(), Status> {
    let options = WriteOptions::component("minikube");
    let documents = parse_yaml(OBJECTS).map_err(Status::internal)?;
    let mut objects = documents.into_iter().filter_map(|document| Object::from_value(document.value));
    // Namespaces come first in the file; nodes must stand before any Pod names one.
    for object in objects.by_ref().take(NAMESPACES) {
        create(registry, object, &options)?;
    }
    policy::load(registry);
    for number in 0..config.nodes.max(1) {
        nodes::create(registry, number)?;
    }
    for object in objects {
        create(registry, object, &options)?;
    }
    flow_control::create(registry)?;
    identities::create(registry, config)?;
    for (name, cpu) in CONTROL_PLANE {
        create(registry, static_pod(registry, name, cpu), &options)?;
    }
    Ok(())
}

/// How many of the objects are namespaces.
const NAMESPACES: usize = 4;

fn create(registry: &mut Registry, object: Object, options: &WriteOptions) -> Result<(), Status> {
    let kind = kind_of(object.api_version(), object.kind())
        .ok_or_else(|| Status::internal(format!("no kind {}", object.kind())))?;
    let namespace = object.namespace().to_owned();
    registry.create(kind, &namespace, object, options).map(|_| ())
}

/// A Pod that the kubelet of the control plane runs from a file; the API shows its mirror.
fn static_pod(registry: &Registry, name: &str, cpu: &str) -> Object {
    let node = nodes::name(0);
    let tag = if name == "etcd" { "3.6.6-0" } else { VERSION };
    let mut pod = Object::new(&builtin::POD, "kube-system", &format!("{name}-{node}"));
    pod.set("/metadata/labels", json!({"component": name, "tier": "control-plane"}));
    pod.set(
        "/metadata/annotations",
        json!({
            "kubernetes.io/config.hash": format!("{name}-{node}"),
            "kubernetes.io/config.mirror": format!("{name}-{node}"),
            "kubernetes.io/config.source": "file",
        }),
    );
    let owner = ObjectKey::new("", node.as_str());
    if let Ok(owner) = registry.get(&builtin::NODE, &owner) {
        pod.set(
            "/metadata/ownerReferences",
            json!([{"apiVersion": "v1", "kind": "Node", "name": node, "uid": owner.uid(), "controller": true}]),
        );
    }
    pod.set(
        "/spec",
        json!({
            "hostNetwork": true,
            "nodeName": node,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
            "containers": [{
                "name": name,
                "image": format!("registry.k8s.io/{name}:{tag}"),
                "imagePullPolicy": "IfNotPresent",
                "command": [name],
                "resources": {"requests": {"cpu": cpu}},
            }],
        }),
    );
    pod
}

/// The mirror of the static Pod of that name, if one of the control plane's is called so.
pub(crate) fn mirror_pod(registry: &Registry, key: &ObjectKey) -> Option<Object> {
    let node = nodes::name(0);
    let name = key.name.strip_suffix(&node)?.strip_suffix('-')?;
    let (name, cpu) = CONTROL_PLANE.iter().find(|(component, _)| *component == name)?;
    let stands = registry.get(&builtin::NODE, &ObjectKey::new("", node)).is_ok();
    (stands && key.namespace == "kube-system").then(|| static_pod(registry, name, cpu))
}

/// The namespaces alone.
#[cfg(test)]
fn namespaces(registry: &mut Registry) {
    for name in ["default", "kube-public", "kube-system"] {
        registry.load(&builtin::NAMESPACE, Object::new(&builtin::NAMESPACE, "", name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    #[test]
    fn every_object_is_accepted() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut registry = Registry::new(now, Random::seeded(1));
        bootstrap(&mut registry, &ClusterConfig { nodes: 2, ..ClusterConfig::default() }).unwrap();
        let names = |kind| -> Vec<String> {
            registry.list(kind, None).iter().map(|object| object.name().to_owned()).collect()
        };
        assert_eq!(names(&builtin::NODE), ["minikube", "minikube-m02"]);
        assert_eq!(names(&builtin::NAMESPACE), ["default", "kube-node-lease", "kube-public", "kube-system"]);
        assert_eq!(registry.list(&builtin::POD, Some("kube-system")).len(), 5);
    }
}
