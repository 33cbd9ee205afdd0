//! What was seen: objects by name, and a bounded list of their changes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::base::{Clock, Timestamp, Value};

/// Changes remembered.
const CHANGES_MAX: usize = 2_000;

/// Objects remembered; more would be no lesson.
const OBJECTS_MAX: usize = 5_000;

/// An object by kind, namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tutor) struct ObjectId {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl ObjectId {
    /// The name of an object.
    pub(in crate::tutor) fn of(object: &Value) -> Self {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { kind: text("/kind"), namespace: text("/metadata/namespace"), name: text("/metadata/name") }
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// All objects at one moment.
pub(in crate::tutor) type Moment = BTreeMap<ObjectId, Arc<Value>>;

/// One change of one object.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tutor) struct Change {
    /// When it was seen.
    pub at: Timestamp,
    /// What it was before; `None` when it was made.
    pub before: Option<Arc<Value>>,
    /// What it is; `None` when it is gone.
    pub after: Option<Arc<Value>>,
}

/// Objects and changes.
#[derive(Debug)]
pub(super) struct Record {
    objects: Moment,
    changes: VecDeque<Change>,
    forgotten: u64,
    clock: Clock,
}

impl Record {
    pub(super) fn new(clock: Clock) -> Self {
        Self { objects: Moment::new(), changes: VecDeque::new(), forgotten: 0, clock }
    }

    /// Changes so far, forgotten ones included.
    pub(super) fn count(&self) -> u64 {
        self.forgotten + self.changes.len() as u64
    }

    pub(super) fn moment(&self) -> Moment {
        self.objects.clone()
    }

    /// The objects of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> Vec<Arc<Value>> {
        let first = ObjectId { kind: kind.to_owned(), namespace: String::new(), name: String::new() };
        let objects = self.objects.range(first..).take_while(|(id, _)| id.kind == kind);
        objects.map(|(_, object)| Arc::clone(object)).collect()
    }

    pub(super) fn changes_since(&self, mark: u64) -> (Vec<Change>, u64) {
        let skipped = usize::try_from(mark.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        (self.changes.iter().skip(skipped).cloned().collect(), self.forgotten.saturating_sub(mark))
    }

    /// An object was seen as it is now.
    pub(super) fn put(&mut self, object: Value) {
        let id = ObjectId::of(&object);
        if is_noise(&id) {
            return;
        }
        let before = self.objects.get(&id).cloned();
        // Not by version: a world that was put back or made anew may count up to the same one.
        if before.as_deref() == Some(&object) {
            return;
        }
        if before.is_none() && self.objects.len() >= OBJECTS_MAX {
            return;
        }
        let after = Arc::new(object);
        self.objects.insert(id, Arc::clone(&after));
        self.push(before, Some(after));
    }

    /// An object is gone.
    pub(super) fn remove(&mut self, id: &ObjectId) {
        if let Some(before) = self.objects.remove(id) {
            self.push(Some(before), None);
        }
    }

    /// A collection was listed: what is not in it is gone.
    pub(super) fn replace(&mut self, kind: &str, listed: Vec<Value>) {
        let present: Vec<ObjectId> = listed.iter().map(ObjectId::of).collect();
        let gone: Vec<ObjectId> =
            self.objects.keys().filter(|id| id.kind == kind && !present.contains(id)).cloned().collect();
        for id in gone {
            self.remove(&id);
        }
        for object in listed {
            self.put(object);
        }
    }

    fn push(&mut self, before: Option<Arc<Value>>, after: Option<Arc<Value>>) {
        if self.changes.len() == CHANGES_MAX {
            self.changes.pop_front();
            self.forgotten += 1;
        }
        self.changes.push_back(Change { at: self.clock.now(), before, after });
    }
}

/// Namespaces in which nobody learns.
const SYSTEM_NAMESPACES: &[&str] = &[
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "kubernetes-dashboard",
    "ingress-nginx",
    "local-path-storage",
    "metallb-system",
];

/// Whether every cluster has it, and no lesson speaks of it.
fn is_noise(id: &ObjectId) -> bool {
    SYSTEM_NAMESPACES.contains(&id.namespace.as_str())
        || matches!(
            (id.kind.as_str(), id.namespace.as_str(), id.name.as_str()),
            ("ConfigMap", _, "kube-root-ca.crt")
                | ("ServiceAccount", _, "default")
                | ("Service" | "EndpointSlice", "default", "kubernetes")
        )
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn record() -> Record {
        Record::new(Clock::manual(Timestamp::UNIX_EPOCH))
    }

    fn pod(name: &str, version: u32) -> Value {
        json!({"kind": "Pod", "metadata": {
            "name": name, "namespace": "default", "resourceVersion": version.to_string(),
        }})
    }

    #[test]
    fn a_list_that_lacks_an_object_tells_that_it_is_gone_and_repeats_nothing() {
        let mut record = record();
        record.replace("Pod", vec![pod("a", 1), pod("b", 2)]);
        let mark = record.count();
        record.replace("Pod", vec![pod("b", 2), pod("c", 5)]);
        let (changes, lost) = record.changes_since(mark);
        assert_eq!((changes.len(), lost), (2, 0));
        assert!(changes[0].after.is_none() && changes[1].before.is_none());
        assert_eq!(record.moment().len(), 2);
    }

    #[test]
    fn another_world_with_the_same_versions_is_seen() {
        let mut record = record();
        record.replace("Pod", vec![pod("a", 1)]);
        let mut other = pod("a", 1);
        other["metadata"]["uid"] = json!("other");
        record.replace("Pod", vec![other.clone()]);
        assert_eq!(record.count(), 2);
        assert_eq!(record.moment().into_values().next().as_deref(), Some(&other));
    }

    #[test]
    fn the_list_of_changes_is_bounded_and_says_what_it_lost() {
        let mut record = record();
        for version in 0..3_000 {
            record.put(pod("a", version));
        }
        let (changes, lost) = record.changes_since(0);
        assert_eq!((changes.len(), lost), (CHANGES_MAX, 1_000));
        assert_eq!(record.changes_since(2_999).0.len(), 1);
    }

    #[test]
    fn what_every_cluster_has_is_left_out() {
        let mut record = record();
        let mut system = pod("coredns", 1);
        system["metadata"]["namespace"] = json!("kube-system");
        record.put(system);
        assert_eq!(record.count(), 0);
    }
}
