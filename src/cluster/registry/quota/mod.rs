//! What objects count for in quotas, and which quotas mean them (`pkg/quota/v1`).

mod scopes;

use crate::apimachinery::{
    Kind, Object, Quantity, ResourceList, add_resources, builtin, pod_limits, pod_requests, resource_list,
};
use crate::base::{Timestamp, Value};

use super::Registry;

/// Kinds of the core group that are counted under their plain name, too.
const COUNTED_BY_NAME: &[&str] =
    &["configmaps", "replicationcontrollers", "resourcequotas", "secrets", "services"];
/// What a Pod counts for while it has not ended.
const COMPUTE: &[&str] = &["cpu", "ephemeral-storage", "memory"];
/// Ends the names of what claims of one storage class count for.
const CLASS_SUFFIX: &str = ".storageclass.storage.k8s.io/";

/// The names of a quota's amounts that objects of a kind count for (`MatchingResources`).
pub(super) fn names_for<'a>(kind: &'static Kind, hard: &'a ResourceList) -> Vec<&'a str> {
    hard.keys().map(String::as_str).filter(|name| concerns(kind, name)).collect()
}

fn concerns(kind: &'static Kind, name: &str) -> bool {
    if name.strip_prefix("count/") == Some(&kind.group_resource()) {
        return true;
    }
    if kind == &builtin::POD {
        return name == "pods" || concerns_pods(name);
    }
    if kind == &builtin::PERSISTENT_VOLUME_CLAIM {
        return ["persistentvolumeclaims", "requests.storage"].contains(&name) || name.contains(CLASS_SUFFIX);
    }
    if kind == &builtin::SERVICE && ["services.nodeports", "services.loadbalancers"].contains(&name) {
        return true;
    }
    kind.group.is_empty() && kind.plural == name && COUNTED_BY_NAME.contains(&name)
}

fn concerns_pods(name: &str) -> bool {
    let requested = name.strip_prefix("requests.");
    let limited = name.strip_prefix("limits.");
    let bare = requested.or(limited).unwrap_or(name);
    let device = requested.is_some_and(|name| name.contains('/') && !name.contains("kubernetes.io/"));
    COMPUTE.contains(&bare) || (limited.is_none() && bare.starts_with("hugepages-")) || device
}

/// What one object counts for.
pub(super) fn usage(kind: &'static Kind, object: &Object, now: Timestamp) -> ResourceList {
    let mut usage = ResourceList::new();
    let one = Quantity::from_whole(1);
    usage.insert(format!("count/{}", kind.group_resource()), one);
    if kind == &builtin::POD {
        if counts(object, now) {
            usage.insert("pods".to_owned(), one);
            add_resources(&mut usage, &compute(object));
        }
    } else if kind == &builtin::SERVICE {
        usage.insert("services".to_owned(), one);
        add_resources(&mut usage, &service(object));
    } else if kind == &builtin::PERSISTENT_VOLUME_CLAIM {
        usage.insert("persistentvolumeclaims".to_owned(), one);
        add_resources(&mut usage, &claim(object));
    } else if kind.group.is_empty() && COUNTED_BY_NAME.contains(&kind.plural) {
        usage.insert(kind.plural.to_owned(), one);
    }
    usage
}

/// Whether a Pod still counts: it has not ended, and does not hang in its deletion (`QuotaV1Pod`).
fn counts(pod: &Object, now: Timestamp) -> bool {
    let ended = matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    let grace = pod.number("/metadata/deletionGracePeriodSeconds");
    let hangs = pod
        .deletion_timestamp()
        .zip(grace)
        .is_some_and(|(deleted, grace)| now.duration_since(deleted) > jiff::SignedDuration::from_secs(grace));
    !ended && !hangs
}

/// `podComputeUsageHelper`.
fn compute(pod: &Object) -> ResourceList {
    let mut usage = ResourceList::new();
    for (name, amount) in pod_requests(pod.field("spec")) {
        if !name.contains('/') {
            usage.insert(name.clone(), amount);
        }
        usage.insert(format!("requests.{name}"), amount);
    }
    for (name, amount) in pod_limits(pod.field("spec")) {
        if COMPUTE.contains(&name.as_str()) {
            usage.insert(format!("limits.{name}"), amount);
        }
    }
    usage
}

fn service(service: &Object) -> ResourceList {
    let ports = service.list("/spec/ports");
    let with_node_port = ports.iter().filter(|port| port["nodePort"].as_i64().unwrap_or_default() != 0);
    let allocates =
        service.get("/spec/allocateLoadBalancerNodePorts").and_then(Value::as_bool) != Some(false);
    let (node_ports, balancers) = match service.text("/spec/type") {
        "NodePort" => (ports.len(), 0),
        "LoadBalancer" if allocates => (ports.len(), 1),
        "LoadBalancer" => (with_node_port.count(), 1),
        _ => (0, 0),
    };
    let amount = |count: usize| Quantity::from_whole(i64::try_from(count).unwrap_or(i64::MAX));
    ResourceList::from([
        ("services.nodeports".to_owned(), amount(node_ports)),
        ("services.loadbalancers".to_owned(), amount(balancers)),
    ])
}

fn claim(claim: &Object) -> ResourceList {
    let mut usage = ResourceList::new();
    let class = claim
        .annotation("volume.beta.kubernetes.io/storage-class")
        .unwrap_or_else(|| claim.text("/spec/storageClassName"));
    if !class.is_empty() {
        usage.insert(format!("{class}{CLASS_SUFFIX}persistentvolumeclaims"), Quantity::from_whole(1));
    }
    let requests = resource_list(claim.map("/spec/resources/requests"));
    let has = resource_list(claim.map("/status/allocatedResources"));
    let Some(storage) = requests.get("storage").max(has.get("storage")) else { return usage };
    usage.insert("requests.storage".to_owned(), *storage);
    if !class.is_empty() {
        usage.insert(format!("{class}{CLASS_SUFFIX}requests.storage"), *storage);
    }
    usage
}

/// Whether a quota means an object: one of its amounts does, and so do all its scopes.
pub(super) fn matches(quota: &Object, kind: &'static Kind, object: &Object) -> bool {
    !names_for(kind, &hard(quota)).is_empty() && scopes::all_match(quota, kind, object)
}

/// What a quota allows.
pub(crate) fn hard(quota: &Object) -> ResourceList {
    resource_list(quota.map("/spec/hard"))
}

/// What is used of a quota: an amount for each name that something counts for (`CalculateUsage`).
pub(crate) fn used(registry: &Registry, quota: &Object) -> ResourceList {
    let hard = hard(quota);
    let mut used = ResourceList::new();
    for kind in registry.store().definitions().stored().filter(|kind| kind.namespaced) {
        let names = names_for(kind, &hard);
        if names.is_empty() {
            continue;
        }
        for name in &names {
            used.entry((*name).to_owned()).or_insert(Quantity::ZERO);
        }
        for object in registry.store().list(kind, Some(quota.namespace())) {
            if !scopes::all_match(quota, kind, object) {
                continue;
            }
            let mut usage = usage(kind, object, registry.now());
            usage.retain(|name, _| names.contains(&name.as_str()));
            add_resources(&mut used, &usage);
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn text(list: &ResourceList) -> String {
        let parts: Vec<String> = list.iter().map(|(name, amount)| format!("{name}={amount}")).collect();
        parts.join(" ")
    }

    #[test]
    fn objects_count_for_what_upstream_counts() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut pod = Object::new(&builtin::POD, "a", "p");
        pod.set(
            "/spec/containers",
            json!([{"resources": {
                "requests": {"cpu": "250m", "example.com/gpu": "1"}, "limits": {"memory": "1Gi"},
            }}]),
        );
        assert_eq!(
            text(&usage(&builtin::POD, &pod, now)),
            "count/pods=1 cpu=250m limits.memory=1Gi pods=1 requests.cpu=250m requests.example.com/gpu=1"
        );
        pod.set("/status/phase", "Failed");
        assert_eq!(text(&usage(&builtin::POD, &pod, now)), "count/pods=1");
        let mut service = Object::new(&builtin::SERVICE, "a", "s");
        service.set("/spec", json!({"type": "LoadBalancer", "ports": [{"port": 1}, {"port": 2}]}));
        assert_eq!(
            text(&usage(&builtin::SERVICE, &service, now)),
            "count/services=1 services=1 services.loadbalancers=1 services.nodeports=2"
        );
        let mut claim = Object::new(&builtin::PERSISTENT_VOLUME_CLAIM, "a", "c");
        claim
            .set("/spec", json!({"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}));
        assert_eq!(
            text(&usage(&builtin::PERSISTENT_VOLUME_CLAIM, &claim, now)),
            "count/persistentvolumeclaims=1 fast.storageclass.storage.k8s.io/persistentvolumeclaims=1 \
             fast.storageclass.storage.k8s.io/requests.storage=1Gi persistentvolumeclaims=1 requests.storage=1Gi"
        );
    }
}
