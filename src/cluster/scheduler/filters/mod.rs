//! Why a node does not suit a Pod: one function a filter, with upstream's words.

mod fit;
mod node;
mod pod_affinity;
mod topology_spread;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::apimachinery::Object;

use super::super::registry::Registry;
use super::candidate::Candidate;
use super::resources::{Amounts, pod_requests};
use super::volume_limits;
use super::volumes::Needs;
use fit::HostPort;
use pod_affinity::Affinity;
use topology_spread::Spread;

pub(super) use fit::has_port_conflict;
pub(super) use node::{named_nodes, selects_node, term_matches, tolerates};
pub(super) use pod_affinity::{AffinityTerm, terms};
pub(super) use topology_spread::{Constraint, honours};

/// Why a node was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Upstream's words.
    pub reason: String,
    /// Whether it would not help to remove Pods (`UnschedulableAndUnresolvable`).
    pub for_good: bool,
}

impl Refusal {
    /// A refusal that removing Pods cannot change.
    pub(super) fn for_good(reason: &str) -> Self {
        Self { reason: reason.to_owned(), for_good: true }
    }

    /// A refusal that may end when Pods go.
    pub(super) fn for_now(reason: &str) -> Self {
        Self { reason: reason.to_owned(), for_good: false }
    }
}

/// What a filter may look at.
pub(super) struct View<'a> {
    /// All objects.
    pub registry: &'a Registry,
    /// The Pod that wants a node.
    pub pod: &'a Object,
    /// What its claims to volumes and devices ask of the node.
    pub needs: &'a Needs,
    /// All nodes.
    pub all: &'a [Candidate],
    /// Pods without a node for which others made room on one.
    pub nominated: &'a [Arc<Object>],
    /// The node that the Pod names.
    node_name: &'a str,
    /// Whether it asks for certain nodes.
    chooses: bool,
    /// Its host ports.
    host_ports: Vec<HostPort<'a>>,
    /// Drivers and handles of its volumes.
    volumes: BTreeSet<(String, String)>,
    /// What the Pod asks for.
    wanted: Amounts,
    /// What its constraints on spreading come to on these nodes.
    spread: Vec<Spread>,
    /// What affinities, its own and others', come to on these nodes.
    affinity: Affinity,
}

impl<'a> View<'a> {
    /// Works out what is the same for all nodes (`PreFilter`).
    pub(super) fn new(
        registry: &'a Registry,
        pod: &'a Object,
        needs: &'a Needs,
        all: &'a [Candidate],
        nominated: &'a [Arc<Object>],
    ) -> Self {
        let wanted = pod_requests(pod);
        let spread = topology_spread::worked_out(registry.store(), pod, all);
        let affinity = Affinity::worked_out(registry, pod, all);
        Self {
            registry,
            pod,
            needs,
            all,
            nominated,
            node_name: pod.text("/spec/nodeName"),
            chooses: node::chooses(pod),
            host_ports: fit::host_ports_of(pod),
            volumes: volume_limits::volumes_of(registry, pod),
            wanted,
            spread,
            affinity,
        }
    }

    /// The same with other Pods on the nodes.
    pub(super) fn with<'b>(&self, all: &'b [Candidate]) -> View<'b>
    where
        'a: 'b,
    {
        View::new(self.registry, self.pod, self.needs, all, self.nominated)
    }
}

/// A filter: the reasons for which a node does not suit.
type Filter = fn(&View<'_>, &Candidate) -> Vec<Refusal>;

/// In the order of the default profile; the first filter that refuses a node has the word.
const FILTERS: &[Filter] = &[
    node::unschedulable,
    node::name,
    node::taints,
    node::affinity,
    fit::host_ports,
    fit::resources,
    |view, _| view.needs.taken(),
    |view, candidate| volume_limits::limits(view.registry, &view.volumes, candidate),
    |view, candidate| view.needs.refusals(view.registry, &candidate.node),
    topology_spread::spread,
    pod_affinity::pod_affinity,
    |view, _| view.needs.devices.iter().map(|reason| Refusal::for_good(reason)).collect(),
];

/// Why the Pod does not fit on the candidate; empty when it does.
pub(super) fn refusals(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    FILTERS.iter().map(|filter| filter(view, candidate)).find(|found| !found.is_empty()).unwrap_or_default()
}
