//! What Pods ask for and nodes have, in thousandths of the unit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::apimachinery::{self, Object, ResourceList, resource_list};

/// Amounts by resource name, in thousandths of the unit.
pub(super) type Amounts = BTreeMap<String, i64>;

/// What a container counts for in scores when it asks for nothing (`GetNonzeroRequests`).
const DEFAULTS: [(&str, &str); 2] = [("cpu", "100m"), ("memory", "200Mi")];

fn in_thousandths(list: ResourceList) -> Amounts {
    list.into_iter().map(|(name, amount)| (name, amount.milli())).collect()
}

/// What a Pod asks for.
pub(super) fn pod_requests(pod: &Object) -> Amounts {
    in_thousandths(apimachinery::pod_requests(pod.value()))
}

/// cpu and memory that a Pod counts for in scores.
pub(super) fn scored_requests(pod: &Object) -> (i64, i64) {
    let mut counted = json!({"spec": pod.value()["spec"]});
    for list in ["containers", "initContainers"] {
        for container in counted["spec"][list].as_array_mut().into_iter().flatten() {
            for (name, default) in DEFAULTS {
                let asked = container.pointer(&format!("/resources/requests/{name}")).and_then(Value::as_str);
                if asked.is_none() {
                    container["resources"]["requests"][name] = default.into();
                }
            }
        }
    }
    let requests = in_thousandths(apimachinery::pod_requests(&counted));
    let amount = |name: &str| requests.get(name).copied().unwrap_or_default();
    (amount("cpu"), amount("memory"))
}

/// What a node has to give.
pub(super) fn allocatable(node: &Object) -> Amounts {
    in_thousandths(resource_list(node.map("/status/allocatable")))
}
