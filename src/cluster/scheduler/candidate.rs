//! A node as the scheduler sees it: what it has, and the Pods that use it (`framework.NodeInfo`).

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::storage::Store;
use super::resources::{Amounts, allocatable, pod_requests, scored_requests};

/// A node, and the Pods on it that have not ended.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The node.
    pub node: Arc<Object>,
    /// Its Pods; the store has the objects.
    pub pods: BTreeSet<ObjectKey>,
    /// Those of them that say something about other Pods.
    pub with_affinity: BTreeSet<ObjectKey>,
    /// What they ask for together.
    pub used: Amounts,
    /// The cpu and memory that they count for in scores.
    pub scored: (i64, i64),
    /// What the node has to give.
    pub room: Amounts,
    /// Whether it takes no new Pods.
    pub unschedulable: bool,
    /// Whether it repels some Pods.
    pub tainted: bool,
    /// How many Pods have a label, by [`label_key`].
    labels: BTreeMap<u64, usize>,
    /// Sizes of the images that are there, in bytes, by each of their names.
    images: BTreeMap<String, i64>,
}

/// A label of a Pod in a namespace, as a number: the same for the same label.
pub(super) fn label_key(namespace: &str, key: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (namespace, key, value).hash(&mut hasher);
    hasher.finish()
}

/// Pods as they are stored.
pub(super) fn stored<'a>(
    pods: &'a BTreeSet<ObjectKey>,
    store: &'a Store,
) -> impl Iterator<Item = &'a Arc<Object>> {
    pods.iter().filter_map(|key| store.get(&POD, key))
}

/// Whether a Pod uses nothing any more.
pub(super) fn has_ended(pod: &Object) -> bool {
    matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}

impl Candidate {
    /// A node with the Pods on it.
    pub(super) fn new<'a>(node: Arc<Object>, pods: impl IntoIterator<Item = &'a Arc<Object>>) -> Self {
        let mut candidate = Self {
            room: Amounts::new(),
            unschedulable: false,
            tainted: false,
            images: images_of(&node),
            node: Arc::clone(&node),
            pods: BTreeSet::new(),
            with_affinity: BTreeSet::new(),
            used: Amounts::new(),
            scored: (0, 0),
            labels: BTreeMap::new(),
        };
        candidate.follow(&node);
        for pod in pods {
            candidate.add(pod);
        }
        candidate
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.node.name()
    }

    /// The node has changed.
    pub(super) fn follow(&mut self, node: &Arc<Object>) {
        self.room = allocatable(node);
        self.unschedulable = node.flag("/spec/unschedulable");
        self.tainted = !node.list("/spec/taints").is_empty();
        if !node.agrees(&self.node, "/status/images") {
            self.images = images_of(node);
        }
        self.node = Arc::clone(node);
    }

    /// Its Pods as they are stored.
    pub(super) fn objects<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = &'a Arc<Object>> {
        stored(&self.pods, store)
    }

    /// Puts a Pod on it that is not there.
    pub(super) fn add(&mut self, pod: &Object) {
        let key = pod.key();
        let affinity = |field| pod.get("/spec/affinity").and_then(|affinity| affinity.get(field)).is_some();
        if affinity("podAffinity") || affinity("podAntiAffinity") {
            self.with_affinity.insert(key.clone());
        }
        self.count(pod, 1);
        self.pods.insert(key);
    }

    /// Takes a Pod off it, which is as it was when it came.
    pub(super) fn remove(&mut self, pod: &Object) {
        let key = pod.key();
        if self.pods.remove(&key) {
            self.with_affinity.remove(&key);
            self.count(pod, -1);
        }
    }

    /// Whether there may be a Pod with all of these labels ([`label_key`]).
    pub(super) fn may_have(&self, labels: &[u64]) -> bool {
        labels.iter().all(|label| self.labels.contains_key(label))
    }

    /// The size of an image that is there, in bytes.
    pub(super) fn image_size(&self, name: &str) -> Option<i64> {
        self.images.get(name).copied()
    }

    fn count(&mut self, pod: &Object, sign: i64) {
        for (name, amount) in pod_requests(pod) {
            *self.used.entry(name).or_default() += sign * amount;
        }
        let (cpu, memory) = scored_requests(pod);
        self.scored = (self.scored.0 + sign * cpu, self.scored.1 + sign * memory);
        for (key, value) in pod.labels().into_iter().flatten() {
            let key = label_key(pod.namespace(), key, value.as_str().unwrap_or_default());
            if sign > 0 {
                *self.labels.entry(key).or_default() += 1;
            } else if let Some(count) = self.labels.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.labels.remove(&key);
                }
            }
        }
    }
}

fn images_of(node: &Object) -> BTreeMap<String, i64> {
    let mut images = BTreeMap::new();
    for image in node.list("/status/images") {
        let Some(size) = image["sizeBytes"].as_i64() else { continue };
        for name in image["names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            images.entry(name.to_owned()).or_insert(size);
        }
    }
    images
}
