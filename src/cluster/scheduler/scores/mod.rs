//! Which of the fitting nodes suits best: scores of 0 to 100, weighed as in the default profile.

mod images;
mod node;
mod pod_affinity;
mod resources;
mod topology_spread;

use super::candidate::Candidate;
use super::filters::View;

/// The best score of one plugin.
const SCORE_MAX: i64 = 100;

/// A score: one number from 0 to 100 for each node.
type Score = fn(&View<'_>, &[&Candidate]) -> Vec<i64>;

/// The plugins of the default profile with their weights.
const SCORES: &[(i64, Score)] = &[
    (3, node::taints),
    (2, node::affinity),
    (1, resources::least_allocated),
    (2, topology_spread::spread),
    (2, pod_affinity::pod_affinity),
    (1, resources::balanced),
    (1, images::locality),
];

/// The scores of nodes for a Pod.
pub(super) fn scores(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let mut total = vec![0; fitting.len()];
    for (weight, score) in SCORES {
        for (sum, score) in total.iter_mut().zip(score(view, fitting)) {
            *sum += weight * score;
        }
    }
    total
}

/// Stretches scores to 0…100 (`DefaultNormalizeScore`); `reverse` makes the highest the lowest.
fn normalize(scores: Vec<i64>, reverse: bool) -> Vec<i64> {
    let most = scores.iter().max().copied().unwrap_or_default();
    if most == 0 {
        return if reverse { vec![SCORE_MAX; scores.len()] } else { scores };
    }
    let stretch = |score: i64| {
        let score = SCORE_MAX * score / most;
        if reverse { SCORE_MAX - score } else { score }
    };
    scores.into_iter().map(stretch).collect()
}
