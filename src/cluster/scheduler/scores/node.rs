//! Scores for what nodes are: taints that only discourage, and preferred labels.

use crate::base::Value;

use super::super::candidate::Candidate;
use super::super::filters::{View, term_matches, tolerates};
use super::normalize;

/// `TaintToleration`: the fewer taints of effect PreferNoSchedule, the better.
pub(super) fn taints(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let unwanted = |candidate: &&Candidate| {
        if !candidate.tainted {
            return 0;
        }
        let taints = candidate.node.list("/spec/taints").iter();
        let count = taints
            .filter(|taint| taint["effect"] == "PreferNoSchedule" && !tolerates(view.pod, taint))
            .count();
        i64::try_from(count).unwrap_or(i64::MAX)
    };
    normalize(fitting.iter().map(unwanted).collect(), true)
}

/// `NodeAffinity`: the more of the preferred terms are met, the better.
pub(super) fn affinity(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let terms = view.pod.list("/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution");
    if terms.is_empty() {
        return vec![0; fitting.len()];
    }
    let met = |candidate: &&Candidate| {
        let matching = terms.iter().filter(|term| term_matches(&term["preference"], &candidate.node));
        matching.filter_map(|term| term.get("weight").and_then(Value::as_i64)).sum()
    };
    normalize(fitting.iter().map(met).collect(), false)
}
