//! Scores for nodes near Pods that a Pod likes, and far from those that it does not (`InterPodAffinity`).

use std::collections::BTreeMap;

use crate::apimachinery::Object;

use super::super::candidate::{Candidate, stored};
use super::super::filters::{AffinityTerm, View, terms};
use super::SCORE_MAX;

/// What a Pod that needs the new one near counts for (`hardPodAffinityWeight`).
const NEEDED_WEIGHT: i64 = 1;

/// Points of domains: label and value.
type Points = BTreeMap<(String, String), i64>;

/// Preferred terms of the Pod and of those that run already.
pub(super) fn pod_affinity(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let (likes, dislikes) =
        (terms(view.pod, "podAffinity", false), terms(view.pod, "podAntiAffinity", false));
    // Who likes nobody looks only at those who say something about others.
    let quiet = likes.is_empty() && dislikes.is_empty();
    let (store, mut points) = (view.registry.store(), Points::new());
    for candidate in view.all {
        let others = if quiet { &candidate.with_affinity } else { &candidate.pods };
        for other in stored(others, store) {
            for (list, sign) in [(&likes, 1), (&dislikes, -1)] {
                let met = list.iter().filter(|term| term.means(view.registry, other));
                met.for_each(|term| add(&mut points, term, &candidate.node, sign * term.weight));
            }
            if other.get("/spec/affinity").is_none() {
                continue;
            }
            for (kind, required, sign) in [
                ("podAffinity", true, NEEDED_WEIGHT),
                ("podAffinity", false, 1),
                ("podAntiAffinity", false, -1),
            ] {
                for term in terms(other, kind, required) {
                    if term.means(view.registry, view.pod) {
                        let weight = if required { sign } else { sign * term.weight };
                        add(&mut points, &term, &candidate.node, weight);
                    }
                }
            }
        }
    }
    if points.is_empty() {
        return vec![0; fitting.len()];
    }
    let sums: Vec<i64> = fitting.iter().map(|candidate| of(&points, &candidate.node)).collect();
    let (least, most) =
        (sums.iter().min().copied().unwrap_or_default(), sums.iter().max().copied().unwrap_or_default());
    let stretch = |sum: i64| if most == least { 0 } else { SCORE_MAX * (sum - least) / (most - least) };
    sums.into_iter().map(stretch).collect()
}

fn add(points: &mut Points, term: &AffinityTerm, node: &Object, weight: i64) {
    if let Some(value) = node.label(&term.topology_key) {
        *points.entry((term.topology_key.clone(), value.to_owned())).or_default() += weight;
    }
}

fn of(points: &Points, node: &Object) -> i64 {
    points.iter().filter(|((key, value), _)| node.label(key) == Some(value)).map(|(_, points)| points).sum()
}
