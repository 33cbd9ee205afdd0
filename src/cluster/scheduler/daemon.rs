//! Which nodes a DaemonSet wants: the filters that its controller asks itself (`daemon.predicates`).

use crate::apimachinery::Object;
use crate::base::Value;

use super::filters::{selects_node, tolerates};

/// What a node is to a daemon's Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suitability {
    /// The Pod should run there.
    Runs,
    /// No Pod is put there, one that is there stays: a taint keeps new ones away.
    Stays,
    /// The Pod has no business there.
    Leaves,
}

/// What `node` is to a daemon's Pod (`NodeShouldRunDaemonPod`).
pub(crate) fn suitability(pod: &Object, node: &Object) -> Suitability {
    let named = pod.text("/spec/nodeName");
    if (!named.is_empty() && named != node.name()) || !selects_node(pod, node) {
        return Suitability::Leaves;
    }
    let repelled_by = |effect: &str| {
        node.list("/spec/taints").iter().any(|taint| {
            taint.get("effect").and_then(Value::as_str) == Some(effect) && !tolerates(pod, taint)
        })
    };
    if repelled_by("NoExecute") {
        Suitability::Leaves
    } else if repelled_by("NoSchedule") {
        Suitability::Stays
    } else {
        Suitability::Runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::base::json;

    #[test]
    fn taints_and_labels_decide_where_a_daemon_runs() {
        let mut node = Object::new(&builtin::NODE, "", "one");
        node.set_label("disk", "ssd");
        let mut pod = Object::new(&builtin::POD, "default", "p");
        assert_eq!(suitability(&pod, &node), Suitability::Runs);
        node.set("/spec/taints", json!([{"key": "a", "effect": "NoSchedule"}]));
        assert_eq!(suitability(&pod, &node), Suitability::Stays);
        node.set("/spec/taints", json!([{"key": "a", "effect": "NoExecute"}]));
        assert_eq!(suitability(&pod, &node), Suitability::Leaves);
        pod.set("/spec/tolerations", json!([{"operator": "Exists"}]));
        pod.set("/spec/nodeSelector", json!({"disk": "ssd"}));
        assert_eq!(suitability(&pod, &node), Suitability::Runs);
        pod.set("/spec/nodeSelector/disk", "hdd");
        assert_eq!(suitability(&pod, &node), Suitability::Leaves);
    }
}
