//! EndpointSlices of one Service, as both of their controllers make and change them.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, OwnerReference, Status, builtin};
use crate::base::{Value, json};

use super::super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::super::storage::Change;
use super::super::MANAGER;

/// Whose endpoints a slice holds.
pub(super) const SERVICE_LABEL: &str = "kubernetes.io/service-name";
/// Which controller made a slice.
pub(super) const MANAGED_BY_LABEL: &str = "endpointslice.kubernetes.io/managed-by";

/// The Service of a slice that a controller manages.
pub(super) fn service_of(change: &Change, manager: &str) -> Vec<ObjectKey> {
    let slice = &change.object;
    match slice.label(SERVICE_LABEL).filter(|_| slice.label(MANAGED_BY_LABEL) == Some(manager)) {
        Some(service) => vec![ObjectKey::new(slice.namespace(), service)],
        None => Vec::new(),
    }
}

/// A slice of a Service or its Endpoints, still without a name.
pub(super) fn slice(owner: &Object, manager: &str, endpoints: Vec<Value>, ports: Vec<Value>) -> Object {
    let mut slice = Object::new(&builtin::ENDPOINT_SLICE, owner.namespace(), "");
    slice.remove("/metadata/name");
    slice.set("/metadata/generateName", format!("{}-", owner.name()));
    if let Some(labels) = owner.get("/metadata/labels") {
        slice.set("/metadata/labels", labels.clone());
    }
    slice.set_label(SERVICE_LABEL, owner.name());
    slice.set_label(MANAGED_BY_LABEL, manager);
    slice.set("/metadata/ownerReferences", json!([OwnerReference::controller(owner)]));
    slice.set("/addressType", "IPv4");
    slice.set("/endpoints", endpoints);
    slice.set("/ports", ports);
    slice
}

/// Makes the present slices equal to the wanted ones: those with the same ports are changed in place,
/// or else the one that `other` picks; the rest come and go.
///
/// # Errors
/// When a slice cannot be written.
pub(super) fn reconcile(
    registry: &mut Registry,
    wanted: Vec<Object>,
    mut present: Vec<Arc<Object>>,
    other: fn(&[Arc<Object>]) -> Option<usize>,
) -> Result<(), Status> {
    let options = WriteOptions::component(MANAGER);
    for slice in wanted {
        let same_ports = present.iter().position(|found| found.get("/ports") == slice.get("/ports"));
        match same_ports.or_else(|| other(&present)) {
            Some(place) => {
                let found = present.remove(place);
                let mut next = Object::clone(&found);
                for pointer in ["/metadata/labels", "/endpoints", "/ports"] {
                    next.set(pointer, slice.get(pointer).cloned().unwrap_or_default());
                }
                registry.update(&builtin::ENDPOINT_SLICE, &found.key(), next, &options)?;
            }
            None => {
                let namespace = slice.namespace().to_owned();
                registry.create(&builtin::ENDPOINT_SLICE, &namespace, slice, &options)?;
            }
        }
    }
    for surplus in present {
        registry.delete(&builtin::ENDPOINT_SLICE, &surplus.key(), &DeleteOptions::default(), &options)?;
    }
    Ok(())
}
