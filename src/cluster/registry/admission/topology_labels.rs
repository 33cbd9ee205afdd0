//! PodTopologyLabels: a Pod on a node says in its own labels in which zone and region it is.

use crate::apimachinery::{Object, ObjectKey, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// The labels of nodes that Pods take over.
const LABELS: [&str; 2] = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];
/// Where labels stand; a slash in a key is written `~1` in a pointer.
const PLACE: &str = "/metadata/labels/";

/// Labels a new Pod that comes with its node.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind == &builtin::POD && attributes.old.is_none() {
        label_by_node(registry, object);
    }
    Ok(())
}

/// Gives a Pod the labels of its node that it has not got; none where there is no such node.
pub(in super::super) fn label_by_node(registry: &Registry, pod: &mut Object) {
    let name = pod.text("/spec/nodeName").to_owned();
    if name.is_empty() {
        return;
    }
    let Ok(node) = registry.get(&builtin::NODE, &ObjectKey::new("", &name)) else { return };
    for key in LABELS {
        if let (Some(value), None) = (node.label(key), pod.label(key)) {
            pod.set(&[PLACE, &key.replace('/', "~1")].concat(), value);
        }
    }
}
