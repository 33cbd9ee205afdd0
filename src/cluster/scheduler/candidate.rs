//! A node as the scheduler sees it: what it has, and the Pods that use it.

use std::sync::Arc;

use crate::apimachinery::{Object, builtin};

use super::super::registry::Registry;
use super::resources::{Amounts, allocatable, pod_requests};

/// A node, and the Pods on it that have not ended.
#[derive(Clone)]
pub(super) struct Candidate {
    /// The node.
    pub node: Arc<Object>,
    /// Its Pods.
    pub pods: Vec<Arc<Object>>,
    /// What they ask for together.
    pub used: Amounts,
    /// What the node has to give.
    pub room: Amounts,
}

impl Candidate {
    /// A node with the Pods on it.
    pub(super) fn new(node: Arc<Object>, pods: Vec<Arc<Object>>) -> Self {
        let mut candidate = Self { room: allocatable(&node), node, pods: Vec::new(), used: Amounts::new() };
        for pod in pods {
            candidate.add(pod);
        }
        candidate
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.node.name()
    }

    /// Puts a Pod on it.
    pub(super) fn add(&mut self, pod: Arc<Object>) {
        for (name, amount) in pod_requests(&pod) {
            *self.used.entry(name).or_default() += amount;
        }
        self.pods.push(pod);
    }

    /// Takes a Pod off it.
    pub(super) fn remove(&mut self, pod: &Object) {
        let Some(place) = self.pods.iter().position(|other| other.uid() == pod.uid()) else { return };
        self.pods.remove(place);
        for (name, amount) in pod_requests(pod) {
            *self.used.entry(name).or_default() -= amount;
        }
    }
}

/// Every node with the Pods on it.
pub(super) fn candidates(registry: &Registry) -> Vec<Candidate> {
    let store = registry.store();
    let running = |pod: &&Arc<Object>| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    store
        .list(&builtin::NODE, None)
        .map(|node| {
            let pods = store.pods_on(node.name()).filter(running).map(Arc::clone).collect();
            Candidate::new(Arc::clone(node), pods)
        })
        .collect()
}
