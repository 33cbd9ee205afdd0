//! What a Pod is told that fits nowhere (`FitError.Error`).

use std::collections::BTreeMap;

use super::filters::Refusal;

/// What the post filter of dynamic resources adds, which has nothing to give back.
const NO_CLAIMS: &str = "no new claims to deallocate";

/// The same for a Pod that has claims, none of which can be given back.
const STILL_NOT: &str = "still not schedulable";

/// `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.`
pub(super) fn fit_error(verdicts: &[Vec<Refusal>]) -> String {
    format!("0/{} nodes are available: {}.", verdicts.len(), counted_reasons(verdicts).join(", "))
}

/// The same for a reason that holds whatever the nodes.
pub(super) fn refused_everywhere(nodes: usize, reason: &str) -> String {
    format!("0/{nodes} nodes are available: {reason}.")
}

/// Adds what the post filters have to say.
pub(super) fn with_post_filters(message: &str, has_claims: bool, preemption: &str) -> String {
    format!("{message} {}, {preemption}", if has_claims { STILL_NOT } else { NO_CLAIMS })
}

/// `1 Insufficient cpu`, one for each reason, sorted as text.
fn counted_reasons(verdicts: &[Vec<Refusal>]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for refusal in verdicts.iter().flatten() {
        *counts.entry(&refusal.reason).or_default() += 1;
    }
    let mut reasons: Vec<String> =
        counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    reasons.sort();
    reasons
}
