//! EndpointSlices for Endpoints that people write themselves (`pkg/controller/endpointslicemirroring`).

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::super::registry::Registry;
use super::super::super::storage::Change;
use super::super::itself;
use super::members::selector_of;
use super::slices::{self, MANAGED_BY_LABEL, SERVICE_LABEL};

const MANAGED_BY: &str = "endpointslicemirroring-controller.k8s.io";
/// Keeps Endpoints from being mirrored.
const SKIP_LABEL: &str = "endpointslice.kubernetes.io/skip-mirror";
/// How many addresses of one subset are mirrored (`--mirroring-max-endpoints-per-subset`).
const ADDRESSES_MAX: usize = 1_000;

/// The EndpointSliceMirroring controller.
pub(in super::super) struct EndpointSliceMirroring;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::ENDPOINTS, keys: itself },
    Watch { kind: &builtin::SERVICE, keys: itself },
    Watch { kind: &builtin::ENDPOINT_SLICE, keys: endpoints_of_slice },
];

impl Reconciler for EndpointSliceMirroring {
    fn name(&self) -> &'static str {
        "endpointslice-mirroring-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let present = mirrors(registry, key);
        let wanted = match registry.get(&builtin::ENDPOINTS, key) {
            Ok(endpoints) if is_mirrored(registry, &endpoints) => wanted(&endpoints),
            _ => Vec::new(),
        };
        slices::reconcile(registry, wanted, present, |_| None)?;
        Ok(Action::AwaitChange)
    }
}

fn endpoints_of_slice(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    slices::service_of(change, MANAGED_BY)
}

/// Endpoints of a Service without a selector, unless somebody asks to leave them alone.
fn is_mirrored(registry: &Registry, endpoints: &Object) -> bool {
    let skipped = endpoints.label(SKIP_LABEL) == Some("true")
        || endpoints.annotation("control-plane.alpha.kubernetes.io/leader").is_some();
    let service = registry.get(&builtin::SERVICE, &endpoints.key());
    !skipped
        && !endpoints.is_terminating()
        && service.is_ok_and(|service| {
            selector_of(&service).is_none() && service.text("/spec/type") != "ExternalName"
        })
}

fn mirrors(registry: &Registry, key: &ObjectKey) -> Vec<Arc<Object>> {
    let slices = registry.store().list(&builtin::ENDPOINT_SLICE, Some(&key.namespace));
    slices
        .filter(|slice| slice.label(MANAGED_BY_LABEL) == Some(MANAGED_BY))
        .filter(|slice| slice.label(SERVICE_LABEL) == Some(&key.name) && !slice.is_terminating())
        .cloned()
        .collect()
}

/// A slice for each subset, without its name.
fn wanted(endpoints: &Object) -> Vec<Object> {
    endpoints.list("/subsets").iter().map(|subset| slice(endpoints, subset)).collect()
}

fn slice(endpoints: &Object, subset: &Value) -> Object {
    let listed = |field: &str| subset[field].as_array().map(Vec::as_slice).unwrap_or_default();
    let ready = listed("addresses").iter().map(|address| (address, true));
    let unready = listed("notReadyAddresses").iter().map(|address| (address, false));
    let found = ready.chain(unready).take(ADDRESSES_MAX);
    let found = found.map(|(address, ready)| endpoint(address, ready)).collect();
    let ports = listed("ports").iter().map(|port| {
        let mut port = port.clone();
        if port.get("name").is_none() {
            port["name"] = "".into();
        }
        port
    });
    slices::slice(endpoints, MANAGED_BY, found, ports.collect())
}

fn endpoint(address: &Value, ready: bool) -> Value {
    let mut endpoint = json!({"addresses": [address["ip"]], "conditions": {"ready": ready}});
    for field in ["hostname", "nodeName", "targetRef"] {
        if let Some(value) = address.get(field).filter(|value| !value.is_null()) {
            endpoint[field] = value.clone();
        }
    }
    endpoint
}
