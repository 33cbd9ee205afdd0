//! Scores for domains with few Pods of a kind (`PodTopologySpread`).

use std::collections::BTreeMap;

use crate::apimachinery::{LabelSelector, builtin, kind_of};
use crate::base::{Map, Value, json};

use super::super::candidate::Candidate;
use super::super::filters::{Constraint, View, honours};
use super::SCORE_MAX;

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// The fewer Pods of the same kind in a domain, the better.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream computes with floating-point numbers and rounds"
)]
pub(super) fn spread(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let own = !view.pod.list("/spec/topologySpreadConstraints").is_empty();
    let constraints = if own { Constraint::of(view.pod, false) } else { defaults(view) };
    if constraints.is_empty() {
        return vec![0; fitting.len()];
    }
    let complete = |candidate: &Candidate| {
        !own || constraints.iter().all(|wish| candidate.node.label(&wish.topology_key).is_some())
    };
    let considered: Vec<&&Candidate> = fitting.iter().filter(|candidate| complete(candidate)).collect();
    let mut sums: Vec<Option<f64>> =
        fitting.iter().map(|candidate| complete(candidate).then_some(0.0)).collect();
    for wish in &constraints {
        // Of most workloads nothing runs yet: then nobody counts.
        let counts_any = view.all.iter().any(|candidate| wish.may_count(candidate));
        let counts =
            if counts_any { domain_counts(view, wish, &considered, complete) } else { BTreeMap::new() };
        let domains = if wish.topology_key == HOSTNAME { considered.len() } else { counts.len() };
        let weight = ((domains + 2) as f64).ln();
        for (candidate, sum) in fitting.iter().zip(&mut sums) {
            let (Some(sum), Some(domain)) = (sum.as_mut(), candidate.node.label(&wish.topology_key)) else {
                continue;
            };
            let count = if !counts_any {
                0
            } else if wish.topology_key == HOSTNAME {
                wish.count(view.registry.store(), view.pod, candidate)
            } else {
                counts.get(domain).copied().unwrap_or_default()
            };
            *sum += count as f64 * weight + (wish.max_skew - 1) as f64;
        }
    }
    let sums: Vec<Option<i64>> = sums.into_iter().map(|sum| sum.map(|sum| sum.round() as i64)).collect();
    let most = sums.iter().flatten().max().copied().unwrap_or_default();
    let least = sums.iter().flatten().min().copied().unwrap_or_default();
    let stretch = |sum: Option<i64>| match sum {
        None => 0,
        Some(_) if most == 0 => SCORE_MAX,
        Some(sum) => SCORE_MAX * (most + least - sum) / most,
    };
    sums.into_iter().map(stretch).collect()
}

/// Counted Pods by domain, for the domains of the nodes that are considered.
fn domain_counts(
    view: &View<'_>,
    wish: &Constraint,
    considered: &[&&Candidate],
    complete: impl Fn(&Candidate) -> bool,
) -> BTreeMap<String, i64> {
    let mut counts: BTreeMap<String, i64> = considered
        .iter()
        .filter_map(|candidate| Some((candidate.node.label(&wish.topology_key)?.to_owned(), 0)))
        .collect();
    for candidate in view.all.iter().filter(|candidate| complete(candidate)) {
        let Some(domain) = candidate.node.label(&wish.topology_key) else { continue };
        if let Some(count) = counts.get_mut(domain)
            && honours(wish, view.pod, &candidate.node)
        {
            *count += wish.count(view.registry.store(), view.pod, candidate);
        }
    }
    counts
}

/// What the cluster wishes for Pods of Services and workloads that wish nothing themselves.
fn defaults(view: &View<'_>) -> Vec<Constraint> {
    let selector = default_selector(view);
    if selector.is_empty() {
        return Vec::new();
    }
    vec![
        Constraint::wish(HOSTNAME, 3, view.pod, selector.clone()),
        Constraint::wish(ZONE, 5, view.pod, selector),
    ]
}

/// What the Services and the controller of a Pod select, together (`helper.DefaultSelector`).
fn default_selector(view: &View<'_>) -> LabelSelector {
    let pod = view.pod;
    let mut labels = Map::new();
    for service in view.registry.store().list(&builtin::SERVICE, Some(pod.namespace())) {
        let Some(selector) = service.map("/spec/selector").filter(|selector| !selector.is_empty()) else {
            continue;
        };
        if LabelSelector::from_map(selector).matches(pod.labels()) {
            labels.extend(selector.clone());
        }
    }
    let owner = pod.controller().and_then(|owner| {
        let kind = kind_of(&owner.api_version, &owner.kind)?;
        let key = crate::apimachinery::ObjectKey::new(pod.namespace(), owner.name.as_str());
        view.registry.get(kind, &key).ok()
    });
    let mut expressions = Vec::new();
    if let Some(owner) =
        owner.filter(|owner| ["ReplicaSet", "ReplicationController", "StatefulSet"].contains(&owner.kind()))
    {
        if owner.kind() == "ReplicationController" {
            labels.extend(owner.map("/spec/selector").cloned().unwrap_or_default());
        } else {
            labels.extend(owner.map("/spec/selector/matchLabels").cloned().unwrap_or_default());
            expressions.extend(owner.list("/spec/selector/matchExpressions").iter().cloned());
        }
    }
    LabelSelector::from_value(&json!({
        "matchLabels": Value::Object(labels), "matchExpressions": expressions,
    }))
}
