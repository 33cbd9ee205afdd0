//! EndpointSlices of Services with a selector (`pkg/controller/endpointslice`).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::apimachinery::{Object, ObjectKey, OwnerReference, Status, builtin};

use super::super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::super::storage::Change;
use super::super::MANAGER;
use super::members::{Member, by_ports, members, selector_of, services_of_pod, target_reference};

const SERVICE_LABEL: &str = "kubernetes.io/service-name";
const MANAGED_BY_LABEL: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGED_BY: &str = "endpointslice-controller.k8s.io";
const HEADLESS_LABEL: &str = "service.kubernetes.io/headless";
/// How many endpoints one slice holds (`--max-endpoints-per-slice`).
const ENDPOINTS_MAX: usize = 100;

/// The EndpointSlice controller.
pub(in super::super) struct EndpointSliceController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::SERVICE, keys: super::super::itself },
    Watch { kind: &builtin::POD, keys: services_of_pod },
    Watch { kind: &builtin::ENDPOINT_SLICE, keys: service_of_slice },
];

impl Reconciler for EndpointSliceController {
    fn name(&self) -> &'static str {
        "endpoint-slice-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(service) = registry.get(&builtin::SERVICE, key) else { return Ok(Action::AwaitChange) };
        let Some(selector) = selector_of(&service).filter(|_| !service.is_terminating()) else {
            return Ok(Action::AwaitChange);
        };
        let members = members(registry, &service, &selector);
        let wanted = wanted_slices(&service, members);
        let present = slices_of(registry, &service);
        reconcile_slices(registry, &service, wanted, present)?;
        Ok(Action::AwaitChange)
    }
}

fn service_of_slice(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    let slice = &change.object;
    match slice.label(SERVICE_LABEL).filter(|_| slice.label(MANAGED_BY_LABEL) == Some(MANAGED_BY)) {
        Some(service) => vec![ObjectKey::new(slice.namespace(), service)],
        None => Vec::new(),
    }
}

fn slices_of(registry: &Registry, service: &Object) -> Vec<Arc<Object>> {
    registry
        .owned_by(&builtin::ENDPOINT_SLICE, service.namespace(), service.uid())
        .into_iter()
        .filter(|slice| slice.label(MANAGED_BY_LABEL) == Some(MANAGED_BY) && !slice.is_terminating())
        .collect()
}

/// The slices that the Service should have, without their names; one empty slice when it selects no Pod.
fn wanted_slices(service: &Object, members: Vec<Member>) -> Vec<Object> {
    let groups = by_ports(members);
    if groups.is_empty() {
        return vec![slice(service, &[], &[])];
    }
    groups
        .values()
        .flat_map(|group| group.chunks(ENDPOINTS_MAX))
        .map(|chunk| slice(service, chunk.first().map_or(&[], |first| &first.ports), chunk))
        .collect()
}

fn slice(service: &Object, ports: &[Value], members: &[Member]) -> Object {
    let mut slice = Object::new(&builtin::ENDPOINT_SLICE, service.namespace(), "");
    slice.remove("/metadata/name");
    slice.set("/metadata/generateName", format!("{}-", service.name()));
    if let Some(labels) = service.get("/metadata/labels") {
        slice.set("/metadata/labels", labels.clone());
    }
    slice.set_label(SERVICE_LABEL, service.name());
    slice.set_label(MANAGED_BY_LABEL, MANAGED_BY);
    if service.text("/spec/clusterIP") == "None" {
        slice.set_label(HEADLESS_LABEL, "");
    }
    slice.set("/metadata/ownerReferences", json!([OwnerReference::controller(service)]));
    slice.set("/addressType", "IPv4");
    slice.set("/endpoints", members.iter().map(|member| endpoint(service, member)).collect::<Vec<Value>>());
    slice.set("/ports", ports.to_vec());
    slice
}

fn endpoint(service: &Object, member: &Member) -> Value {
    let mut endpoint = json!({
        "addresses": [member.pod.text("/status/podIP")],
        "conditions": {
            "ready": member.ready,
            "serving": member.serving,
            "terminating": member.terminating,
        },
        "nodeName": member.pod.text("/spec/nodeName"),
        "targetRef": target_reference(&member.pod),
    });
    // A Pod that names the Service as its subdomain has a name of its own in DNS.
    let hostname = member.pod.text("/spec/hostname");
    if !hostname.is_empty() && member.pod.text("/spec/subdomain") == service.name() {
        endpoint["hostname"] = hostname.into();
    }
    endpoint
}

/// Makes the present slices equal to the wanted ones: those with the same ports are changed in
/// place, the others come and go.
fn reconcile_slices(
    registry: &mut Registry,
    service: &Object,
    wanted: Vec<Object>,
    mut present: Vec<Arc<Object>>,
) -> Result<(), Status> {
    let options = WriteOptions::component(MANAGER);
    for slice in wanted {
        let same_ports = present.iter().position(|found| found.get("/ports") == slice.get("/ports"));
        // A slice without endpoints may take any ports.
        let empty = || present.iter().position(|found| found.list("/endpoints").is_empty());
        let last = || (present.len() == 1).then_some(0);
        match same_ports.or_else(empty).or_else(last) {
            Some(place) => {
                let found = present.remove(place);
                let mut next = Object::clone(&found);
                for pointer in ["/metadata/labels", "/endpoints", "/ports"] {
                    next.set(pointer, slice.get(pointer).cloned().unwrap_or_default());
                }
                registry.update(&builtin::ENDPOINT_SLICE, &found.key(), next, &options)?;
            }
            None => {
                registry.create(&builtin::ENDPOINT_SLICE, service.namespace(), slice, &options)?;
            }
        }
    }
    for surplus in present {
        registry.delete(&builtin::ENDPOINT_SLICE, &surplus.key(), &DeleteOptions::default(), &options)?;
    }
    Ok(())
}
