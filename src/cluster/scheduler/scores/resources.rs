//! Scores for what is left of nodes: much of it, and of everything alike.

use super::super::candidate::Candidate;
use super::super::filters::View;
use super::super::resources::{pod_requests, scored_requests};
use super::SCORE_MAX;

/// `NodeResourcesFit` by least allocation: the emptier, the better.
pub(super) fn least_allocated(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let wanted = scored_requests(view.pod);
    let score = |candidate: &&Candidate| {
        let (cpu, memory) = (wanted.0 + candidate.scored.0, wanted.1 + candidate.scored.1);
        let free = |name: &str, used: i64| {
            let all = candidate.room.get(name).copied().unwrap_or_default();
            if all == 0 || used > all { 0 } else { (all - used) * SCORE_MAX / all }
        };
        i64::midpoint(free("cpu", cpu), free("memory", memory))
    };
    fitting.iter().map(score).collect()
}

/// `NodeResourcesBalancedAllocation`: the more alike the shares of cpu and memory in use, the better.
/// A Pod that asks for nothing changes no share and gets no score.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "upstream computes with floating-point numbers and cuts"
)]
pub(super) fn balanced(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let wanted = pod_requests(view.pod);
    let asks = |name: &str| wanted.get(name).copied().unwrap_or_default();
    if asks("cpu") == 0 && asks("memory") == 0 {
        return vec![0; fitting.len()];
    }
    let score = |candidate: &&Candidate| {
        let shares: Vec<f64> = ["cpu", "memory"]
            .into_iter()
            .filter_map(|name| {
                let all = candidate.room.get(name).copied().filter(|all| *all > 0)?;
                let used = candidate.used.get(name).copied().unwrap_or_default() + asks(name);
                Some((used as f64 / all as f64).min(1.0))
            })
            .collect();
        let deviation = match shares[..] {
            [one, other] => ((one - other) / 2.0).abs(),
            _ => 0.0,
        };
        ((1.0 - deviation) * SCORE_MAX as f64) as i64
    };
    fitting.iter().map(score).collect()
}
