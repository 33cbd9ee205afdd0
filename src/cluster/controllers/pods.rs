//! What controllers ask of Pods: active, ready, available; and which of them goes first.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::Object;
use crate::base::Timestamp;

/// Annotation that makes a Pod cheaper or dearer to delete.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Whether a Pod neither ended nor is being deleted (`controller.IsPodActive`).
pub(super) fn is_active(pod: &Object) -> bool {
    !matches!(pod.text("/status/phase"), "Succeeded" | "Failed") && !pod.is_terminating()
}

/// Whether a Pod is ready.
pub(super) fn is_ready(pod: &Object) -> bool {
    pod.condition_is_true("Ready")
}

/// Since when a Pod is ready.
pub(super) fn ready_since(pod: &Object) -> Option<Timestamp> {
    let condition = pod.condition("Ready")?;
    condition.get("lastTransitionTime")?.as_str()?.parse().ok()
}

/// Whether a Pod has been ready for `min_ready` (`podutil.IsPodAvailable`).
pub(super) fn is_available(pod: &Object, min_ready: SignedDuration, now: Timestamp) -> bool {
    is_ready(pod)
        && (min_ready.is_zero()
            || ready_since(pod)
                .and_then(|since| since.checked_add(min_ready).ok())
                .is_some_and(|available| available <= now))
}

/// A Pod and how many related Pods share its node.
pub(super) struct Ranked {
    /// The Pod.
    pub pod: Arc<Object>,
    neighbours: usize,
}

/// Counts the Pods of `related` on the Pod's node.
pub(super) fn rank(pod: &Arc<Object>, related: &[Arc<Object>]) -> Ranked {
    let node = pod.text("/spec/nodeName");
    let neighbours = related.iter().filter(|other| other.text("/spec/nodeName") == node).count();
    Ranked { pod: Arc::clone(pod), neighbours }
}

/// Puts the Pods first that are to be deleted first (`controller.ActivePodsWithRanks`).
pub(super) fn sort_for_deletion(pods: &mut [Ranked], now: Timestamp) {
    pods.sort_by(|one, other| compare(one, other, now));
}

fn compare(one: &Ranked, other: &Ranked, now: Timestamp) -> Ordering {
    let (a, b) = (&one.pod, &other.pod);
    let assigned = |pod: &Object| !pod.text("/spec/nodeName").is_empty();
    assigned(a)
        .cmp(&assigned(b))
        .then_with(|| phase_order(a).cmp(&phase_order(b)))
        .then_with(|| is_ready(a).cmp(&is_ready(b)))
        .then_with(|| deletion_cost(a).cmp(&deletion_cost(b)))
        .then_with(|| other.neighbours.cmp(&one.neighbours))
        .then_with(|| {
            if is_ready(a) {
                younger_first(ready_since(a), ready_since(b), a, b, now)
            } else {
                Ordering::Equal
            }
        })
        .then_with(|| restarts(b).cmp(&restarts(a)))
        .then_with(|| younger_first(a.creation_timestamp(), b.creation_timestamp(), a, b, now))
}

fn phase_order(pod: &Object) -> u8 {
    match pod.text("/status/phase") {
        "Running" => 2,
        "Pending" => 0,
        _ => 1,
    }
}

fn deletion_cost(pod: &Object) -> i32 {
    pod.annotation(DELETION_COST).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The most restarts of any one container.
fn restarts(pod: &Object) -> i64 {
    pod.list("/status/containerStatuses")
        .iter()
        .chain(pod.list("/status/initContainerStatuses"))
        .filter_map(|status| status.get("restartCount")?.as_i64())
        .max()
        .unwrap_or_default()
}

/// Compares ages in logarithmic buckets, so that Pods of about one age go by uid, that is by chance.
fn younger_first(
    a: Option<Timestamp>,
    b: Option<Timestamp>,
    one: &Object,
    other: &Object,
    now: Timestamp,
) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (log_bucket(a, now), log_bucket(b, now)) {
        (x, y) if x == y => one.uid().cmp(other.uid()),
        (x, y) => x.cmp(&y),
    }
}

/// `floor(log2(age))` in nanoseconds; −1 for no age at all (`logarithmicRankDiff`).
fn log_bucket(moment: Option<Timestamp>, now: Timestamp) -> i64 {
    let age = moment.map_or(0, |moment| now.duration_since(moment).as_nanos());
    u128::try_from(age).ok().filter(|age| *age > 0).map_or(-1, |age| i64::from(age.ilog2()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::base::json;

    fn now() -> Timestamp {
        "2026-01-01T01:00:00Z".parse().unwrap()
    }

    fn pod(name: &str, node: &str, phase: &str, ready_since: Option<&str>) -> Object {
        let mut pod = Object::new(&builtin::POD, "default", name);
        pod.set("/metadata/uid", name);
        pod.set("/metadata/creationTimestamp", "2026-01-01T00:00:00Z");
        pod.set("/spec/nodeName", node);
        pod.set("/status/phase", phase);
        if let Some(since) = ready_since {
            let ready = json!([{"type": "Ready", "status": "True", "lastTransitionTime": since}]);
            pod.set("/status/conditions", ready);
        }
        pod
    }

    #[test]
    fn what_is_worth_least_goes_first() {
        let early = Some("2026-01-01T00:01:00Z");
        let late = Some("2026-01-01T00:59:00Z");
        let mut cheap = pod("6-cheap", "n", "Running", early);
        cheap.set_annotation(DELETION_COST, "-5");
        let all: Vec<Arc<Object>> = [
            pod("9-old", "n", "Running", early),
            pod("8-young", "n", "Running", late),
            pod("7-crowded", "m", "Running", early),
            pod("7-crowded-too", "m", "Running", early),
            cheap,
            pod("3-unready", "n", "Running", None),
            pod("2-pending", "n", "Pending", None),
            pod("1-unassigned", "", "Pending", None),
        ]
        .into_iter()
        .map(Arc::new)
        .collect();
        let crowd = vec![Arc::clone(&all[2]), Arc::clone(&all[3])];
        let mut ranked: Vec<Ranked> = all.iter().map(|pod| rank(pod, &crowd)).collect();
        sort_for_deletion(&mut ranked, now());
        let order: Vec<&str> = ranked.iter().map(|ranked| &ranked.pod.name()[..1]).collect();
        assert_eq!(order, ["1", "2", "3", "6", "7", "7", "8", "9"]);
    }

    #[test]
    fn a_pod_is_available_when_it_has_been_ready_long_enough() {
        let pod = pod("a", "n", "Running", Some("2026-01-01T00:59:50Z"));
        assert!(is_available(&pod, SignedDuration::from_secs(10), now()));
        assert!(!is_available(&pod, SignedDuration::from_secs(11), now()));
    }
}
