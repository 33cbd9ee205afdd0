//! Constraints on how Pods spread over domains (`PodTopologySpread`).

use std::collections::BTreeMap;

use crate::apimachinery::{LabelSelector, Object};

use super::super::super::storage::Store;
use super::super::candidate::{Candidate, label_key};
use super::node::{selects_node, tolerates};
use super::{Refusal, View};

/// What messages begin with.
const REASON: &str = "node(s) didn't match pod topology spread constraints";

/// One constraint, ready to be asked.
pub(in super::super) struct Constraint {
    /// The label that makes nodes one domain.
    pub topology_key: String,
    /// By how many Pods domains may differ.
    pub max_skew: i64,
    min_domains: i64,
    honours_affinity: bool,
    honours_taints: bool,
    /// The Pods that are counted.
    selector: LabelSelector,
    /// Labels without which no Pod is counted.
    labels: Vec<u64>,
}

impl Constraint {
    /// The constraints of a Pod that bind (`DoNotSchedule`) or that only wish (`ScheduleAnyway`).
    pub(in super::super) fn of(pod: &Object, binding: bool) -> Vec<Self> {
        let when = if binding { "DoNotSchedule" } else { "ScheduleAnyway" };
        let list = pod.list("/spec/topologySpreadConstraints").iter();
        list.filter(|constraint| constraint["whenUnsatisfiable"] == when)
            .map(|constraint| (constraint, LabelSelector::from_value(&constraint["labelSelector"])))
            .map(|(constraint, selector)| Self {
                topology_key: constraint["topologyKey"].as_str().unwrap_or_default().to_owned(),
                max_skew: constraint["maxSkew"].as_i64().unwrap_or(1),
                min_domains: constraint["minDomains"].as_i64().unwrap_or(1),
                honours_affinity: constraint["nodeAffinityPolicy"] != "Ignore",
                honours_taints: constraint["nodeTaintsPolicy"] == "Honor",
                labels: labels_of(pod, &selector),
                selector,
            })
            .collect()
    }

    /// A wish of the cluster's own for Pods that have none.
    pub(in super::super) fn wish(
        topology_key: &str,
        max_skew: i64,
        pod: &Object,
        selector: LabelSelector,
    ) -> Self {
        Self {
            topology_key: topology_key.to_owned(),
            max_skew,
            min_domains: 1,
            honours_affinity: true,
            honours_taints: false,
            labels: labels_of(pod, &selector),
            selector,
        }
    }

    /// Whether any of these Pods may be counted.
    pub(in super::super) fn may_count(&self, candidate: &Candidate) -> bool {
        candidate.may_have(&self.labels)
    }

    /// How many of these Pods are counted.
    pub(in super::super) fn count(&self, store: &Store, pod: &Object, candidate: &Candidate) -> i64 {
        if !self.may_count(candidate) {
            return 0;
        }
        let counted = candidate.objects(store).filter(|other| {
            other.namespace() == pod.namespace()
                && !other.is_terminating()
                && self.selector.matches(other.labels())
        });
        i64::try_from(counted.count()).unwrap_or(i64::MAX)
    }
}

fn labels_of(pod: &Object, selector: &LabelSelector) -> Vec<u64> {
    selector.equalities().map(|(key, value)| label_key(pod.namespace(), key, value)).collect()
}

/// Whether the Pods of a node are counted at all for a constraint.
pub(in super::super) fn honours(constraint: &Constraint, pod: &Object, node: &Object) -> bool {
    let repelled = || {
        node.list("/spec/taints").iter().any(|taint| {
            let effect = taint["effect"].as_str().unwrap_or_default();
            matches!(effect, "NoSchedule" | "NoExecute") && !tolerates(pod, taint)
        })
    };
    (!constraint.honours_affinity || selects_node(pod, node)) && (!constraint.honours_taints || !repelled())
}

/// Counted Pods by domain; only nodes with the labels of all constraints make domains.
fn counts_for(
    store: &Store,
    constraint: &Constraint,
    all_keys: &[&str],
    pod: &Object,
    all: &[Candidate],
) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for candidate in all {
        let Some(domain) = candidate.node.label(&constraint.topology_key) else { continue };
        let whole = all_keys.iter().all(|key| candidate.node.label(key).is_some());
        if whole && honours(constraint, pod, &candidate.node) {
            *counts.entry(domain.to_owned()).or_default() += constraint.count(store, pod, candidate);
        }
    }
    counts
}

/// What a binding constraint comes to on the nodes there are.
pub(super) struct Spread {
    constraint: Constraint,
    /// Counted Pods by domain.
    counts: BTreeMap<String, i64>,
    /// The fewest of them, or none when there are too few domains.
    least: i64,
    /// 1 if the new Pod counts itself.
    own: i64,
}

/// The binding constraints of a Pod, counted.
pub(super) fn worked_out(store: &Store, pod: &Object, all: &[Candidate]) -> Vec<Spread> {
    let constraints = Constraint::of(pod, true);
    let keys: Vec<String> = constraints.iter().map(|constraint| constraint.topology_key.clone()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let count = |constraint: Constraint| {
        let counts = counts_for(store, &constraint, &keys, pod, all);
        let few = i64::try_from(counts.len()).unwrap_or(i64::MAX) < constraint.min_domains;
        let least = if few { 0 } else { counts.values().min().copied().unwrap_or_default() };
        Spread { own: i64::from(constraint.selector.matches(pod.labels())), constraint, counts, least }
    };
    constraints.into_iter().map(count).collect()
}

/// The filter.
pub(super) fn spread(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    for Spread { constraint, counts, least, own } in &view.spread {
        let Some(domain) = candidate.node.label(&constraint.topology_key) else {
            return vec![Refusal::for_good(&format!("{REASON} (missing required label)"))];
        };
        let there = counts.get(domain).copied().unwrap_or_default();
        if there + own - least > constraint.max_skew {
            return vec![Refusal::for_now(REASON)];
        }
    }
    Vec::new()
}
