//! Which of the fitting nodes suits best: the emptiest, preferably where the Pod wants to be.

use serde_json::Value;

use crate::apimachinery::Object;

use super::filters::{Candidate, term_matches, tolerates};
use super::resources::{allocatable, scored_requests};

/// Highest score of one plugin.
const SCORE_MAX: i64 = 100;
/// Weights of the default profile.
const PREFERRED_AFFINITY_WEIGHT: i64 = 2;
const TAINT_WEIGHT: i64 = 3;

/// The score of a node for a Pod: NodeResourcesFit (least allocated), preferred node affinity and
/// taints of effect PreferNoSchedule.
pub(super) fn score(pod: &Object, candidate: &Candidate) -> i64 {
    least_allocated(pod, candidate)
        + PREFERRED_AFFINITY_WEIGHT * preferred_affinity(pod, &candidate.node)
        + TAINT_WEIGHT * untainted(pod, &candidate.node)
}

fn least_allocated(pod: &Object, candidate: &Candidate) -> i64 {
    let (mut cpu, mut memory) = scored_requests(pod);
    for other in &candidate.pods {
        let (other_cpu, other_memory) = scored_requests(other);
        cpu += other_cpu;
        memory += other_memory;
    }
    let room = allocatable(&candidate.node);
    let free = |name: &str, used: i64| {
        let all = room.get(name).copied().unwrap_or_default();
        if all == 0 || used > all { 0 } else { (all - used) * SCORE_MAX / all }
    };
    (free("cpu", cpu) + free("memory", memory)) / 2
}

fn preferred_affinity(pod: &Object, node: &Object) -> i64 {
    let terms = pod.list("/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution");
    let weight = |term: &Value| term.get("weight").and_then(Value::as_i64).unwrap_or_default();
    let all: i64 = terms.iter().map(weight).sum();
    let met: i64 = terms
        .iter()
        .filter(|term| term.get("preference").is_some_and(|preference| term_matches(preference, node)))
        .map(weight)
        .sum();
    if all == 0 { 0 } else { met * 100 / all }
}

fn untainted(pod: &Object, node: &Object) -> i64 {
    let unwanted = node.list("/spec/taints").iter().any(|taint| {
        taint.get("effect").and_then(Value::as_str) == Some("PreferNoSchedule") && !tolerates(pod, taint)
    });
    if unwanted { 0 } else { 100 }
}
