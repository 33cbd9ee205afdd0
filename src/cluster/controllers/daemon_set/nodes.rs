//! Which Pods a node has and should have (`podsShouldBeOnNode`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apimachinery::{Object, builtin};
use crate::base::{Value, json};

use super::super::super::registry::Registry;
use super::super::super::scheduler::{Suitability, suitability};
use super::super::{owned_object, pods};
use super::{Changes, HASH_LABEL, Look, running};

/// The Pods of a DaemonSet by the node that they are on or are meant for.
pub(super) type Daemons = BTreeMap<String, Vec<Arc<Object>>>;

/// Where the affinity of a daemon's Pod names its node.
const TERMS: &str =
    "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
/// Counts the templates of a DaemonSet, in an annotation of it and a label of its Pods.
const GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";
const GENERATION_LABEL: &str = "pod-template-generation";
/// What every daemon puts up with.
const TOLERATED: &[(&str, &str)] = &[
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
];

/// The node that a Pod is on or is meant for (`GetTargetNodeName`).
pub(super) fn target_of(pod: &Object) -> Option<&str> {
    match pod.text("/spec/nodeName") {
        "" => pod
            .list(TERMS)
            .iter()
            .filter_map(|term| term.get("matchFields")?.as_array())
            .flatten()
            .find(|field| field["key"] == "metadata.name" && field["operator"] == "In")?
            .pointer("/values/0")?
            .as_str(),
        name => Some(name),
    }
}

/// Groups Pods by node, the oldest first.
pub(super) fn pods_by_node(claimed: &[Arc<Object>]) -> Daemons {
    let mut daemons = Daemons::new();
    for pod in claimed {
        if let Some(node) = target_of(pod) {
            daemons.entry(node.to_owned()).or_default().push(Arc::clone(pod));
        }
    }
    for pods in daemons.values_mut() {
        pods.sort_by_key(|pod| (pod.text("/spec/nodeName").is_empty(), pod.creation_timestamp(), pod.key()));
    }
    daemons
}

/// The Pod of a DaemonSet for one node, by name (`CreatePodTemplate`).
pub(super) fn daemon_pod(set: &Object, hash: &str, node: &str) -> Object {
    let mut pod = template_pod(set);
    pod.set("/metadata/generateName", format!("{}-", set.name()));
    pod.set_label(HASH_LABEL, hash);
    if let Some(generation) = set.annotation(GENERATION_ANNOTATION) {
        pod.set_label(GENERATION_LABEL, generation);
    }
    let field = json!({"key": "metadata.name", "operator": "In", "values": [node]});
    pod.set(TERMS, json!([{"matchFields": [field]}]));
    pod
}

/// A Pod of the template with what daemons put up with, for no node yet.
pub(super) fn template_pod(set: &Object) -> Object {
    let template = set.get("/spec/template").cloned().and_then(Object::from_value);
    let template = template.unwrap_or_else(|| Object::new(&builtin::POD, "", ""));
    let mut pod = owned_object(&builtin::POD, set, &template);
    pod.set("/spec", template.get("/spec").cloned().unwrap_or_else(|| json!({})));
    let mut tolerations = pod.list("/spec/tolerations").to_vec();
    let network = pod.flag("/spec/hostNetwork").then_some(&("network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATED.iter().chain(network) {
        let toleration: Value =
            json!({"key": format!("node.kubernetes.io/{key}"), "operator": "Exists", "effect": effect});
        if !tolerations.contains(&toleration) {
            tolerations.push(toleration);
        }
    }
    pod.set("/spec/tolerations", tolerations);
    pod
}

impl Look<'_> {
    /// What the node is to the DaemonSet.
    pub(super) fn suitability(&self, node: &Object) -> Suitability {
        suitability(&self.template, node)
    }

    /// The Pods on a node, or meant for it, the oldest first.
    pub(super) fn pods_on(&self, node: &str) -> &[Arc<Object>] {
        self.daemons.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many nodes more than needed may have two Pods during a rollout.
    pub(super) fn allows_surge(&self) -> bool {
        let surge = self.set.get("/spec/updateStrategy/rollingUpdate/maxSurge");
        surge.is_some_and(|surge| !matches!(surge.as_str(), Some("0%")) && surge.as_i64() != Some(0))
    }

    /// Adds what has to be done so that a node has the one Pod it should have.
    pub(super) fn mend(&self, registry: &mut Registry, node: &Object, changes: &mut Changes) {
        let (pods, wanted) = (self.pods_on(node.name()), self.suitability(node));
        if wanted == Suitability::Leaves {
            changes.delete.extend(pods.iter().filter(|pod| !pod.is_terminating()).map(Arc::clone));
            return;
        }
        if pods.is_empty() {
            if wanted == Suitability::Runs {
                changes.create.push(node.name().to_owned());
            }
            return;
        }
        for ended in pods.iter().filter(|pod| !pods::is_active(pod) && !pod.is_terminating()) {
            self.tell_ended(registry, ended, node);
            changes.delete.push(Arc::clone(ended));
        }
        let running: Vec<&Arc<Object>> = running(pods).collect();
        if !self.allows_surge() {
            changes.delete.extend(running.into_iter().skip(1).map(Arc::clone));
        } else if running.is_empty() && wanted == Suitability::Runs {
            changes.create.push(node.name().to_owned());
        } else if running.len() > 1 {
            self.settle_surge(registry, &running, changes);
        }
    }

    /// Leaves the oldest old and the oldest new Pod, and the old one only as long as it is needed.
    fn settle_surge(&self, registry: &Registry, running: &[&Arc<Object>], changes: &mut Changes) {
        let (new, old): (Vec<&Arc<Object>>, Vec<&Arc<Object>>) =
            running.iter().copied().partition(|pod| self.is_updated(pod));
        let surplus = new.iter().skip(1).chain(old.iter().skip(1));
        changes.delete.extend(surplus.map(|pod| Arc::clone(pod)));
        if let (Some(new), Some(old)) = (new.first(), old.first())
            && (!pods::is_ready(old) || pods::is_available(new, self.min_ready(), registry.now()))
        {
            changes.delete.push(Arc::clone(old));
        }
    }
}
