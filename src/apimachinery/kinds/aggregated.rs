//! Kinds that another API server serves behind this one: nothing of them is stored.

use super::{Kind, NO_PLACE};

const METRICS: Kind = Kind {
    group: "metrics.k8s.io",
    version: "v1beta1",
    kind: "",
    plural: "",
    singular: "",
    short_names: &[],
    categories: &[],
    namespaced: false,
    verbs: &["get", "list"],
    subresources: &[],
    stored_as: None,
    place: NO_PLACE,
    custom: None,
};

/// metrics.k8s.io/v1beta1 NodeMetrics.
pub static NODE_METRICS: Kind = Kind { kind: "NodeMetrics", plural: "nodes", ..METRICS };
/// metrics.k8s.io/v1beta1 PodMetrics.
pub static POD_METRICS: Kind = Kind { kind: "PodMetrics", plural: "pods", namespaced: true, ..METRICS };

/// Every such kind.
pub static AGGREGATED: &[&Kind] = &[&NODE_METRICS, &POD_METRICS];

/// The kind served at that group, version and plural.
#[must_use]
pub fn aggregated_by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    let served = AGGREGATED.iter().copied();
    served.into_iter().find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}
