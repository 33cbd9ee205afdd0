//! Pods that the cluster took away: a node that ran short, a drain, a taint, a Pod that mattered more.

use crate::base::Value;

use super::super::witness::Moment;

/// A Pod that was taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tutor) struct Eviction {
    pub uid: String,
    /// Its name.
    pub pod: String,
    /// In the words of who did it.
    pub why: String,
}

/// Every Pod that was evicted and is still there to tell of it.
pub(in crate::tutor) fn evictions(moment: &Moment) -> Vec<Eviction> {
    moment.values().filter(|object| object["kind"] == "Pod").filter_map(|pod| eviction(pod)).collect()
}

fn eviction(pod: &Value) -> Option<Eviction> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let mut targets = conditions
        .filter(|condition| condition["type"] == "DisruptionTarget" && condition["status"] == "True");
    let why = if pod["status"]["reason"] == "Evicted" {
        text(&pod["status"]["message"])
    } else {
        let target = targets.next()?;
        // What the garbage collector removes was lost before.
        if target["reason"] == "DeletionByPodGC" {
            return None;
        }
        format!("{}: {}", text(&target["reason"]), text(&target["message"]))
    };
    let (uid, pod) = (text(&pod["metadata"]["uid"]), text(&pod["metadata"]["name"]));
    Some(Eviction { uid, pod, why: why.trim_end_matches(['.', ' ']).to_owned() })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_kubelet_and_the_api_say_why_a_pod_went() {
        let pod =
            |status: Value| json!({"kind": "Pod", "metadata": {"name": "a", "uid": "1"}, "status": status});
        let low = pod(
            json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory. "}),
        );
        assert_eq!(eviction(&low).unwrap().why, "The node was low on resource: memory");
        let drained = pod(json!({"conditions": [{"type": "DisruptionTarget", "status": "True",
            "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}]}));
        assert_eq!(eviction(&drained).unwrap().why, "EvictionByEvictionAPI: Eviction API: evicting");
        assert_eq!(eviction(&pod(json!({"phase": "Running"}))), None);
    }
}
