//! What is left of a node: its ports and its resources.

use crate::apimachinery::Object;
use crate::base::Value;

use super::super::super::registry::Registry;
use super::super::candidate::Candidate;
use super::{Refusal, View};

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A host port of a Pod: protocol, address and number.
pub(super) type HostPort<'a> = (&'a str, &'a str, i64);

/// Host ports of a Pod.
pub(super) fn host_ports_of(pod: &Object) -> Vec<HostPort<'_>> {
    let sidecars = pod.list("/spec/initContainers").iter().filter(|init| init["restartPolicy"] == "Always");
    let containers = pod.list("/spec/containers").iter().chain(sidecars);
    containers
        .flat_map(|container| container.get("ports").and_then(Value::as_array).into_iter().flatten())
        .filter_map(|port| {
            let number = port.get("hostPort")?.as_i64().filter(|number| *number > 0)?;
            let protocol = if text(port, "protocol").is_empty() { "TCP" } else { text(port, "protocol") };
            Some((protocol, text(port, "hostIP"), number))
        })
        .collect()
}

/// `NodePorts`.
pub(super) fn host_ports(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    if conflicts(&view.host_ports, view.registry, view.pod, candidate) {
        vec![Refusal::for_now("node(s) didn't have free ports for the requested pod ports")]
    } else {
        Vec::new()
    }
}

/// Whether a Pod on the node has a port that the new one wants.
pub(in super::super) fn has_port_conflict(registry: &Registry, pod: &Object, candidate: &Candidate) -> bool {
    conflicts(&host_ports_of(pod), registry, pod, candidate)
}

fn conflicts(wanted: &[HostPort<'_>], registry: &Registry, pod: &Object, candidate: &Candidate) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let any = |address: &str| matches!(address, "" | "0.0.0.0");
    candidate
        .objects(registry.store())
        .filter(|other| other.uid() != pod.uid())
        .flat_map(|other| host_ports_of(other))
        .any(|(protocol, address, number)| {
            wanted.iter().any(|(own_protocol, own_address, own_number)| {
                *own_protocol == protocol
                    && *own_number == number
                    && (any(address) || any(own_address) || address == *own_address)
            })
        })
}

/// `NodeResourcesFit`: all resources that are short, not only the first (`fitsRequest`).
pub(super) fn resources(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    let mut short = Vec::new();
    let pods_max = candidate.room.get("pods").copied().unwrap_or_default() / 1000;
    if i64::try_from(candidate.pods.len() + 1).unwrap_or(i64::MAX) > pods_max {
        short.push(Refusal::for_now("Too many pods"));
    }
    for (name, wanted) in &view.wanted {
        let (name, wanted) = (name.as_str(), *wanted);
        let room = candidate.room.get(name).copied().unwrap_or_default();
        let used = candidate.used.get(name).copied().unwrap_or_default();
        if wanted > 0 && wanted > room - used {
            short.push(Refusal { reason: format!("Insufficient {name}"), for_good: wanted > room });
        }
    }
    short
}
