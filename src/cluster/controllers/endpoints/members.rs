//! The Pods that a Service selects, and the ports by which it reaches them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, builtin};
use crate::base::{Value, json};

use super::super::super::registry::Registry;
use super::super::super::storage::{Change, ChangeType};
use super::super::pods;

/// A Pod behind a Service.
pub(super) struct Member {
    /// The Pod.
    pub pod: Arc<Object>,
    /// Whether it gets traffic.
    pub ready: bool,
    /// Whether its probes pass, even while it is going.
    pub serving: bool,
    /// Whether it is going.
    pub terminating: bool,
    /// Its ports, as the slice names them.
    pub ports: Vec<Value>,
}

/// The Services that select the changed Pod, or selected it before.
pub(super) fn services_of_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let pod = &change.object;
    let gone = change.change_type == ChangeType::Deleted;
    if !gone && change.previous.as_ref().is_some_and(|previous| !differs(previous, pod)) {
        return Vec::new();
    }
    let before = change.previous.as_ref().and_then(|previous| previous.labels());
    let selects = |service: &&Arc<Object>| {
        selector_of(service).is_some_and(|selector| {
            selector.matches(pod.labels()) || (before.is_some() && selector.matches(before))
        })
    };
    let services = registry.store().list(&builtin::SERVICE, Some(pod.namespace()));
    services.filter(selects).map(|service| service.key()).collect()
}

/// Whether a change of a Pod may matter to a Service.
fn differs(previous: &Object, pod: &Object) -> bool {
    let watched = ["/metadata/labels", "/metadata/deletionTimestamp", "/status/podIP", "/status/phase"];
    watched.iter().any(|pointer| previous.get(pointer) != pod.get(pointer))
        || pods::is_ready(previous) != pods::is_ready(pod)
}

/// The selector of a Service that has one and that names no outside host.
pub(super) fn selector_of(service: &Object) -> Option<LabelSelector> {
    let labels = service.map("/spec/selector").filter(|labels| !labels.is_empty())?;
    (service.text("/spec/type") != "ExternalName").then(|| LabelSelector::from_map(labels))
}

/// The Pods behind a Service, by name: those with an address that have not ended.
pub(super) fn members(registry: &Registry, service: &Object, selector: &LabelSelector) -> Vec<Member> {
    let unready_too = service.flag("/spec/publishNotReadyAddresses");
    registry
        .store()
        .list(&builtin::POD, Some(service.namespace()))
        .filter(|pod| selector.matches(pod.labels()))
        .filter(|pod| !pod.text("/status/podIP").is_empty())
        .filter(|pod| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed"))
        .map(|pod| {
            let (serving, terminating) = (pods::is_ready(pod), pod.is_terminating());
            Member {
                pod: Arc::clone(pod),
                ready: unready_too || (serving && !terminating),
                serving,
                terminating,
                ports: ports(service, pod),
            }
        })
        .collect()
}

/// The Service's ports as the Pod has them; a named port that the Pod lacks is left out
/// (`podutil.FindPort`).
fn ports(service: &Object, pod: &Object) -> Vec<Value> {
    service
        .list("/spec/ports")
        .iter()
        .filter_map(|port| {
            let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
            let number = match port.get("targetPort") {
                Some(Value::String(name)) => named_port(pod, name, protocol)?,
                Some(number) => number.as_i64()?,
                None => port.get("port")?.as_i64()?,
            };
            let mut entry = json!({
                "name": port.get("name").and_then(Value::as_str).unwrap_or_default(),
                "port": number,
                "protocol": protocol,
            });
            if let Some(application) = port.get("appProtocol") {
                entry["appProtocol"] = application.clone();
            }
            Some(entry)
        })
        .collect()
}

fn named_port(pod: &Object, name: &str, protocol: &str) -> Option<i64> {
    let containers = pod.list("/spec/containers").iter();
    let mut ports = containers
        .flat_map(|container| container.get("ports").and_then(Value::as_array).into_iter().flatten());
    let found = ports.find(|port| {
        let text = |field: &str| port.get(field).and_then(Value::as_str);
        text("name") == Some(name) && text("protocol").unwrap_or("TCP") == protocol
    })?;
    found.get("containerPort")?.as_i64()
}

/// Groups members by their ports: each group gets slices of its own.
pub(super) fn by_ports(members: Vec<Member>) -> BTreeMap<String, Vec<Member>> {
    let mut groups: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for member in members {
        groups.entry(Value::from(member.ports.clone()).to_string()).or_default().push(member);
    }
    groups
}

/// What an endpoint or address says about its Pod.
pub(super) fn target_reference(pod: &Object) -> Value {
    json!({"kind": "Pod", "name": pod.name(), "namespace": pod.namespace(), "uid": pod.uid()})
}
