//! Nodes that fall silent, and what their conditions mean for Pods (`pkg/controller/nodelifecycle`).
//!
//! Not simulated: zones and eviction rates, beyond that nobody is evicted while no node is ready.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Sweep, Watch, record_event,
};
use super::super::registry::{Registry, WriteOptions, time_text};
use super::super::storage::{Change, ChangeType};
use super::{MANAGER, itself};

/// Name of the source of its events.
const COMPONENT: &str = "node-controller";
/// How long a node may be silent (`NodeMonitorGracePeriod`).
const GRACE: SignedDuration = SignedDuration::from_secs(50);
/// How long a node may take until it says something for the first time (`NodeStartupGracePeriod`).
const STARTUP_GRACE: SignedDuration = SignedDuration::from_secs(60);
/// Conditions that a kubelet reports.
const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
/// Taints that conditions give: condition, its status, key.
const BY_CONDITION: &[(&str, &str, &str)] = &[
    ("Ready", "False", "not-ready"),
    ("Ready", "Unknown", "unreachable"),
    ("MemoryPressure", "True", "memory-pressure"),
    ("DiskPressure", "True", "disk-pressure"),
    ("PIDPressure", "True", "pid-pressure"),
    ("NetworkUnavailable", "True", "network-unavailable"),
];

/// The node life-cycle controller.
pub(super) struct NodeLifecycleController;

static WATCHES: &[Watch] = &[Watch { kind: &builtin::NODE, keys: itself }];

static SWEEPS: &[Sweep] = &[Sweep { kind: &builtin::NODE, after: readiness_changes, keys: all_nodes }];

impl Reconciler for NodeLifecycleController {
    fn name(&self) -> &'static str {
        "node-lifecycle-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn sweeps(&self) -> &'static [Sweep] {
        SWEEPS
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(node) = registry.get(&builtin::NODE, key) else {
            if let Some(gone) = context.memory.nodes.remove(key) {
                tell(registry, &gone, "RemovingNode", &format!("Removing Node {} from Controller", key.name));
            }
            return Ok(Action::AwaitChange);
        };
        let known = context.memory.nodes.insert(key.clone(), Arc::clone(&node));
        let cordoned = |node: &Object| node.flag("/spec/unschedulable");
        if known.as_ref().is_some_and(|known| cordoned(known) != cordoned(&node)) {
            context.node.tell_whether_schedulable(registry, &node);
        }
        context.node.offer_capacity(registry, &node);
        if known.is_none_or(|known| known.uid() != node.uid()) && !is_from_the_start(registry, &node) {
            tell(registry, &node, "RegisteredNode", &format!("Registered Node {} in Controller", key.name));
        }
        // A kubelet that works renews its Lease: only the silence of one that does not needs watching.
        let mut look_again = None;
        if !context.node.runs(&key.name) {
            let heard = node.condition("Ready").is_some();
            let (since, grace) = if heard {
                (last_heard(registry, &node), GRACE)
            } else {
                (node.creation_timestamp().unwrap_or(Timestamp::UNIX_EPOCH), STARTUP_GRACE)
            };
            let until = since.checked_add(grace).unwrap_or(since);
            if until > registry.now() {
                look_again = Some(until);
            } else {
                mark_unknown(registry, &node)?;
            }
        }
        let node = registry.get(&builtin::NODE, key)?;
        taint(registry, &node)?;
        Ok(look_again
            .map_or(Action::AwaitChange, |until| Action::RequeueAfter(until.duration_since(registry.now()))))
    }
}

/// Whether a node became ready or ceased to be: where Pods are evicted depends on all of them.
fn readiness_changes(change: &Change) -> bool {
    let ready = |node: &Object| node.condition_is_true("Ready");
    let same = change.previous.as_ref().is_some_and(|previous| ready(previous) == ready(&change.object));
    !same || change.change_type != ChangeType::Modified
}

fn all_nodes(registry: &Registry) -> Vec<ObjectKey> {
    registry.store().list(&builtin::NODE, None).map(|node| node.key()).collect()
}

/// Whether a node was there when the cluster was handed over: nobody saw it come.
fn is_from_the_start(registry: &Registry, node: &Object) -> bool {
    let beginning = registry
        .get(&builtin::NAMESPACE, &ObjectKey::new("", "kube-system"))
        .ok()
        .and_then(|namespace| namespace.creation_timestamp());
    node.creation_timestamp() == beginning
}

/// When a node's kubelet was last heard of: its Lease, or its status.
fn last_heard(registry: &Registry, node: &Object) -> Timestamp {
    let lease = registry.get(&builtin::LEASE, &ObjectKey::new("kube-node-lease", node.name()));
    let renewed = lease.ok().and_then(|lease| lease.time("/spec/renewTime"));
    let reported = node
        .condition("Ready")
        .and_then(|ready| ready.get("lastHeartbeatTime")?.as_str()?.parse::<Timestamp>().ok());
    renewed.max(reported).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Nobody knows how the node is any more.
fn mark_unknown(registry: &mut Registry, node: &Arc<Object>) -> Result<(), Status> {
    let now = time_text(registry.now());
    let mut conditions = node.list("/status/conditions").to_vec();
    for kind in CONDITIONS {
        let place = conditions.iter().position(|condition| condition["type"] == kind);
        match place {
            None => conditions.push(json!({
                "type": kind,
                "status": "Unknown",
                "lastHeartbeatTime": node.text("/metadata/creationTimestamp"),
                "lastTransitionTime": now,
                "reason": "NodeStatusNeverUpdated",
                "message": "Kubelet never posted node status.",
            })),
            Some(place) if conditions[place]["status"] == "Unknown" => {}
            Some(place) => {
                let condition = &mut conditions[place];
                condition["status"] = "Unknown".into();
                condition["lastTransitionTime"] = now.as_str().into();
                condition["reason"] = "NodeStatusUnknown".into();
                condition["message"] = "Kubelet stopped posting node status.".into();
            }
        }
    }
    let was_ready = node.condition_is_true("Ready");
    let mut next = Object::clone(node);
    next.set("/status/conditions", conditions);
    if next != **node {
        registry.update_status(&builtin::NODE, next, MANAGER)?;
    }
    if was_ready {
        let message = format!("Node {} status is now: NodeNotReady", node.name());
        record_event(
            registry,
            &EventSource::component(COMPONENT),
            node,
            "",
            EventType::Normal,
            "NodeNotReady",
            &message,
        );
        mark_pods_not_ready(registry, node.name())?;
    }
    Ok(())
}

/// `MarkPodsNotReady`.
fn mark_pods_not_ready(registry: &mut Registry, node: &str) -> Result<(), Status> {
    let pods: Vec<Arc<Object>> = registry.store().pods_on(node).cloned().collect();
    for pod in pods.into_iter().filter(|pod| pod.condition_is_true("Ready")) {
        let mut next = Object::clone(&pod);
        if let Some(Value::Array(conditions)) = next.get_mut("/status/conditions") {
            for condition in conditions.iter_mut().filter(|condition| condition["type"] == "Ready") {
                condition["status"] = "False".into();
                condition["lastTransitionTime"] = time_text(registry.now()).into();
            }
        }
        registry.update_status(&builtin::POD, next, MANAGER)?;
        record_event(
            registry,
            &EventSource::component(COMPONENT),
            &pod,
            "",
            EventType::Warning,
            "NodeNotReady",
            "Node is not ready",
        );
    }
    Ok(())
}

/// Gives a node the taints that its conditions and its cordon mean, and takes others of them away.
fn taint(registry: &mut Registry, node: &Object) -> Result<(), Status> {
    let status = |kind: &str| node.condition(kind).and_then(|condition| condition["status"].as_str());
    let mut wanted: Vec<(String, &str)> = BY_CONDITION
        .iter()
        .filter(|(kind, value, _)| status(kind) == Some(*value))
        .map(|(_, _, key)| (format!("node.kubernetes.io/{key}"), "NoSchedule"))
        .collect();
    if status("Ready").is_none() && has_taint(node, "node.kubernetes.io/not-ready", "NoSchedule") {
        wanted.push(("node.kubernetes.io/not-ready".to_owned(), "NoSchedule"));
    }
    if node.flag("/spec/unschedulable") {
        wanted.push(("node.kubernetes.io/unschedulable".to_owned(), "NoSchedule"));
    }
    let some_ready =
        registry.store().list(&builtin::NODE, None).any(|other| other.condition_is_true("Ready"));
    let evicting = match status("Ready") {
        Some("False") => Some("node.kubernetes.io/not-ready"),
        Some("Unknown") => Some("node.kubernetes.io/unreachable"),
        _ => None,
    };
    if let Some(key) = evicting.filter(|_| some_ready) {
        wanted.push((key.to_owned(), "NoExecute"));
    }
    let managed = |taint: &Value| {
        let key = taint["key"].as_str().unwrap_or_default();
        let known = BY_CONDITION.iter().any(|(_, _, name)| key == format!("node.kubernetes.io/{name}"));
        (taint["effect"] == "NoSchedule" && (known || key == "node.kubernetes.io/unschedulable"))
            || (taint["effect"] == "NoExecute"
                && ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].contains(&key))
    };
    let is = |taint: &Value, (key, effect): &(String, &str)| {
        taint["key"] == key.as_str() && taint["effect"] == *effect
    };
    let mut taints: Vec<Value> = node
        .list("/spec/taints")
        .iter()
        .filter(|taint| !managed(taint) || wanted.iter().any(|wanted| is(taint, wanted)))
        .cloned()
        .collect();
    for taint in &wanted {
        if !taints.iter().any(|present| is(present, taint)) {
            let (key, effect) = taint;
            taints.push(json!({"key": key, "effect": effect, "timeAdded": time_text(registry.now())}));
        }
    }
    if taints == node.list("/spec/taints") {
        return Ok(());
    }
    let mut next = node.clone();
    if taints.is_empty() {
        next.remove("/spec/taints");
    } else {
        next.set("/spec/taints", taints);
    }
    registry.update(&builtin::NODE, &node.key(), next, &WriteOptions::component(MANAGER)).map(|_| ())
}

fn has_taint(node: &Object, key: &str, effect: &str) -> bool {
    node.list("/spec/taints").iter().any(|taint| taint["key"] == key && taint["effect"] == effect)
}

fn tell(registry: &mut Registry, node: &Object, reason: &str, what: &str) {
    let message = format!("Node {} event: {what}", node.name());
    let source = EventSource::component(COMPONENT);
    record_event(registry, &source, node, "", EventType::Normal, reason, &message);
}
