//! What Pods ask for and nodes have: cpu in thousandths, the rest in units.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::apimachinery::{Object, Quantity};

/// Amounts by resource name, in thousandths of the unit.
pub(super) type Amounts = BTreeMap<String, i64>;

/// What a non-empty Pod counts for in scores when it asks for nothing (`GetNonzeroRequests`).
const DEFAULT_CPU: i64 = 100;
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024 * 1000;

fn amounts(map: Option<&Map<String, Value>>) -> Amounts {
    let entries = map.into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.clone(), Quantity::from_value(value)?.milli()))).collect()
}

fn add(into: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        *into.entry(name.clone()).or_default() += amount;
    }
}

fn raise(into: &mut Amounts, least: &Amounts) {
    for (name, amount) in least {
        let entry = into.entry(name.clone()).or_default();
        *entry = (*entry).max(*amount);
    }
}

/// What a container asks for.
fn container_requests(container: &Value) -> Amounts {
    amounts(container.pointer("/resources/requests").and_then(Value::as_object))
}

/// What a Pod asks for: the sum over its containers and sidecars, or the most that one init container
/// needs, and its overhead (`resourcehelper.PodRequests`).
pub(super) fn pod_requests(pod: &Object) -> Amounts {
    let mut total = Amounts::new();
    for container in pod.list("/spec/containers") {
        add(&mut total, &container_requests(container));
    }
    let (mut sidecars, mut peak) = (Amounts::new(), Amounts::new());
    for container in pod.list("/spec/initContainers") {
        let mut needed = container_requests(container);
        if container.get("restartPolicy").and_then(Value::as_str) == Some("Always") {
            add(&mut sidecars, &needed);
            needed = sidecars.clone();
        } else {
            add(&mut needed, &sidecars);
        }
        raise(&mut peak, &needed);
    }
    add(&mut total, &sidecars);
    raise(&mut total, &peak);
    add(&mut total, &amounts(pod.map("/spec/overhead")));
    total
}

/// cpu and memory that a Pod counts for in scores.
pub(super) fn scored_requests(pod: &Object) -> (i64, i64) {
    let requests = pod_requests(pod);
    let amount =
        |name: &str, default| requests.get(name).copied().filter(|amount| *amount > 0).unwrap_or(default);
    (amount("cpu", DEFAULT_CPU), amount("memory", DEFAULT_MEMORY))
}

/// What a node has to give.
pub(super) fn allocatable(node: &Object) -> Amounts {
    amounts(node.map("/status/allocatable"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apimachinery::builtin;

    #[test]
    fn a_pod_needs_the_sum_of_its_containers_or_its_greatest_init_container() {
        let mut pod = Object::new(&builtin::POD, "default", "a");
        let container =
            |cpu: &str, memory: &str| json!({"resources": {"requests": {"cpu": cpu, "memory": memory}}});
        pod.set("/spec/containers", json!([container("100m", "1Gi"), container("200m", "1Gi")]));
        pod.set("/spec/initContainers", json!([container("1", "100Mi")]));
        let requests = pod_requests(&pod);
        assert_eq!(requests["cpu"], 1000);
        assert_eq!(requests["memory"], 2 * 1024 * 1024 * 1024 * 1000);
    }
}
