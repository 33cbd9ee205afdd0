//! What a kubelet checks before it takes a Pod in (`pkg/kubelet/lifecycle`): a Pod that names its node
//! itself has met no scheduler.

use crate::apimachinery::Object;
use crate::base::Value;

use super::super::registry::Registry;
use super::cache::SchedulerCache;
use super::candidate::Candidate;
use super::filters::{has_port_conflict, selects_node, tolerates};
use super::resources::{Amounts, pod_requests};

/// Reason and message for which a node's kubelet refuses a Pod.
pub(crate) fn refusal(
    registry: &Registry,
    cache: &mut SchedulerCache,
    pod: &Object,
) -> Option<(String, String)> {
    cache.follow(registry.store());
    let candidate = cache.node(pod.text("/spec/nodeName"))?;
    if let Some(short) = short_of(pod, candidate) {
        return Some(short);
    }
    let repelled = candidate
        .node
        .list("/spec/taints")
        .iter()
        .any(|taint| taint["effect"] == "NoExecute" && !tolerates(pod, taint));
    let (predicate, why) = if !selects_node(pod, &candidate.node) {
        ("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
    } else if has_port_conflict(registry, pod, candidate) {
        ("NodePorts", "node(s) didn't have free ports for the requested pod ports")
    } else if repelled {
        ("TaintToleration", "node(s) had untolerated taint(s)")
    } else {
        return None;
    };
    Some((predicate.to_owned(), format!("Predicate {predicate} failed: {why}")))
}

/// `InsufficientResourceError` for the first resource that is short.
fn short_of(pod: &Object, candidate: &Candidate) -> Option<(String, String)> {
    let told = |name: &str, requested: i64, used: i64, capacity: i64| {
        let message = format!(
            "Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"
        );
        Some((format!("OutOf{name}"), message))
    };
    let of = |list: &Amounts, name: &str| list.get(name).copied().unwrap_or_default();
    let counted = candidate.pods.contains(&pod.key());
    let others = candidate.pods.len() - usize::from(counted);
    let (there, room) = (i64::try_from(others).ok()?, of(&candidate.room, "pods") / 1000);
    if candidate.room.contains_key("pods") && there + 1 > room {
        return told("pods", 1, there, room);
    }
    let wanted = pod_requests(pod);
    let standard = ["cpu", "memory", "ephemeral-storage"].into_iter();
    let devices = wanted.keys().map(String::as_str).filter(|name| name.contains('/'));
    for name in standard.chain(devices) {
        let (asked, room) = (of(&wanted, name), of(&candidate.room, name));
        let used = of(&candidate.used, name) - if counted { asked } else { 0 };
        // What the node does not have at all is no kubelet's business.
        if asked > 0 && candidate.room.contains_key(name) && asked > room - used {
            let unit = if name == "cpu" { 1 } else { 1000 };
            return told(name, asked / unit, used / unit, room / unit);
        }
    }
    None
}

/// Whether a Pod was placed before anyone looked: from a file, or running already.
pub(crate) fn is_beyond_admission(pod: &Object) -> bool {
    pod.annotation("kubernetes.io/config.mirror").is_some()
        || !pod.text("/status/podIP").is_empty()
        || pod.get("/status/containerStatuses").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}
