//! EndpointSlices of Services with a selector (`pkg/controller/endpointslice`).

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::super::registry::Registry;
use super::super::super::storage::Change;
use super::members::{Member, by_ports, members, selector_of, services_of_pod, target_reference};
use super::slices::{self, MANAGED_BY_LABEL};

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
        slices::reconcile(registry, wanted, present, any_ports)?;
        Ok(Action::AwaitChange)
    }
}

fn service_of_slice(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    slices::service_of(change, MANAGED_BY)
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
    let endpoints = members.iter().map(|member| endpoint(service, member)).collect();
    let mut slice = slices::slice(service, MANAGED_BY, endpoints, ports.to_vec());
    if service.text("/spec/clusterIP") == "None" {
        slice.set_label(HEADLESS_LABEL, "");
    }
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

/// A slice without endpoints may take any ports, and so may the only one.
fn any_ports(present: &[Arc<Object>]) -> Option<usize> {
    let empty = present.iter().position(|found| found.list("/endpoints").is_empty());
    empty.or_else(|| (present.len() == 1).then_some(0))
}
