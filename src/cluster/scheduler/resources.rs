//! What Pods ask for and nodes have, in thousandths of the unit.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::apimachinery::{self, Object, Quantity, ResourceList, resource_list};

/// Amounts by resource name, in thousandths of the unit.
pub(super) type Amounts = BTreeMap<String, i64>;

/// What a container counts for in scores when it asks for nothing (`GetNonzeroRequests`).
static DEFAULTS: LazyLock<[(&str, Quantity); 2]> = LazyLock::new(|| {
    let quantity = |text: &str| Quantity::from_value(&text.into()).unwrap_or(Quantity::ZERO);
    [("cpu", quantity("100m")), ("memory", quantity("200Mi"))]
});

fn in_thousandths(list: ResourceList) -> Amounts {
    list.into_iter().map(|(name, amount)| (name, amount.milli())).collect()
}

/// What a Pod asks for.
pub(super) fn pod_requests(pod: &Object) -> Amounts {
    in_thousandths(apimachinery::pod_requests(pod.field("spec")))
}

/// cpu and memory that a Pod counts for in scores.
pub(super) fn scored_requests(pod: &Object) -> (i64, i64) {
    let requests = in_thousandths(apimachinery::requests_with(pod.field("spec"), &*DEFAULTS));
    let amount = |name: &str| requests.get(name).copied().unwrap_or_default();
    (amount("cpu"), amount("memory"))
}

/// What a node has to give.
pub(super) fn allocatable(node: &Object) -> Amounts {
    in_thousandths(resource_list(node.map("/status/allocatable")))
}
