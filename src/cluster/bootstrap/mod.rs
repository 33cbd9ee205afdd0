//! What a fresh cluster contains: namespaces, nodes, the control plane's Pods, DNS, a storage class.

mod control_plane;
mod flow_control;
mod identities;
mod nodes;
mod policy;
mod running_pods;

use crate::apimachinery::{Object, Status, kind_of};
use crate::base::parse_yaml;

use super::config::ClusterConfig;
use super::registry::{Registry, WriteOptions};

pub(crate) use control_plane::mirror_pod;
pub(crate) use nodes::{conditions as healthy_conditions, create as create_node, name as node_name};
pub(crate) use running_pods::start_pods;

/// The version that this cluster says it is.
const VERSION: &str = "v1.36.2";

/// Objects without a place in code: data.
const OBJECTS: &str = include_str!("objects.yaml");

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
    // Without keys nothing of them can be told.
    for published in control_plane::published(registry).into_iter().flatten() {
        create(registry, published, &options)?;
    }
    for pod in control_plane::pods(registry) {
        create(registry, pod, &options)?;
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

/// The namespaces alone.
#[cfg(test)]
fn namespaces(registry: &mut Registry) {
    use crate::apimachinery::builtin;
    for name in ["default", "kube-public", "kube-system"] {
        registry.load(&builtin::NAMESPACE, Object::new(&builtin::NAMESPACE, "", name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::{ObjectKey, builtin};
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
        let etcd = registry.get(&builtin::POD, &ObjectKey::new("kube-system", "etcd-minikube")).unwrap();
        assert_eq!(etcd.text("/spec/containers/0/resources/requests/memory"), "100Mi");
        let words = etcd.list("/spec/containers/0/command");
        assert!(words.iter().any(|word| word == "--data-dir=/var/lib/minikube/etcd"), "{words:?}");
        assert_eq!(etcd.text("/spec/volumes/0/hostPath/path"), "/var/lib/minikube/etcd");
    }
}
