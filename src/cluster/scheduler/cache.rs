//! All nodes with the Pods on them, kept up by the change log (`backend/cache`).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, builtin};

use super::super::storage::{Change, ChangeType, Store};
use super::candidate::{Candidate, has_ended};

/// What the scheduler knows of the cluster without looking. A clone knows nothing and looks anew.
#[derive(Debug, Default)]
pub(crate) struct SchedulerCache {
    /// Changes up to this revision are in; `None` before the first look.
    cursor: Option<u64>,
    /// By name.
    nodes: Vec<Candidate>,
    /// Pods without a node for which others made room on one.
    nominated: BTreeSet<ObjectKey>,
}

impl Clone for SchedulerCache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl SchedulerCache {
    /// Takes in what was written since the last call. A node that is new is a reason to look anew: the
    /// log tells of what was on it before it came, and the store what is on it now.
    pub(super) fn follow(&mut self, store: &Store) {
        let changes = self.cursor.and_then(|cursor| store.changes_since(cursor).ok());
        let known = changes.is_some_and(|mut changes| changes.all(|change| self.take_in(change)));
        if !known {
            self.look_anew(store);
        }
        self.cursor = Some(store.revision());
    }

    /// All nodes, by name.
    pub(super) fn nodes(&self) -> &[Candidate] {
        &self.nodes
    }

    /// One node.
    pub(super) fn node(&self, name: &str) -> Option<&Candidate> {
        self.place(name).ok().map(|place| &self.nodes[place])
    }

    /// The Pods for which others made room somewhere.
    pub(super) fn nominated(&self, store: &Store) -> Vec<Arc<Object>> {
        self.nominated.iter().filter_map(|key| store.get(&builtin::POD, key)).cloned().collect()
    }

    fn look_anew(&mut self, store: &Store) {
        let nodes = store.list(&builtin::NODE, None);
        self.nodes = nodes.map(|node| with_pods(node, store)).collect();
        self.nodes.sort_by(|one, other| one.name().cmp(other.name()));
        let waiting = store.pods_on("").filter(|pod| is_nominated(pod));
        self.nominated = waiting.map(|pod| pod.key()).collect();
    }

    /// Takes one change in; `false` when it tells of a node that is not known.
    fn take_in(&mut self, change: &Change) -> bool {
        if std::ptr::eq(change.kind, &builtin::POD) {
            self.take_in_pod(change);
        } else if std::ptr::eq(change.kind, &builtin::NODE) {
            match (self.place(change.object.name()), change.change_type) {
                (Ok(place), ChangeType::Deleted) => drop(self.nodes.remove(place)),
                (Ok(place), _) => self.nodes[place].follow(&change.object),
                (Err(_), ChangeType::Deleted) => {}
                (Err(_), _) => return false,
            }
        }
        true
    }

    fn take_in_pod(&mut self, change: &Change) {
        let (pod, gone) = (&change.object, change.change_type == ChangeType::Deleted);
        if !gone && is_nominated(pod) {
            self.nominated.insert(pod.key());
        } else if !self.nominated.is_empty() {
            self.nominated.remove(&pod.key());
        }
        let Ok(place) = self.place(pod.text("/spec/nodeName")) else { return };
        let candidate = &mut self.nodes[place];
        let (ends, counted) = (gone || has_ended(pod), candidate.pods.contains(&pod.key()));
        match &change.previous {
            Some(previous) if counted && !ends && counts_the_same(previous, pod) => return,
            Some(previous) => candidate.remove(previous),
            None => {}
        }
        if !ends {
            candidate.add(pod);
        }
    }

    fn place(&self, node: &str) -> Result<usize, usize> {
        self.nodes.binary_search_by(|candidate| candidate.name().cmp(node))
    }
}

fn with_pods(node: &Arc<Object>, store: &Store) -> Candidate {
    let pods = store.pods_on(node.name()).filter(|pod| !has_ended(pod));
    Candidate::new(Arc::clone(node), pods)
}

/// Whether both states of a Pod stand for the same on their node.
fn counts_the_same(before: &Object, after: &Object) -> bool {
    ["/spec", "/metadata/labels"].iter().all(|part| before.agrees(after, part))
}

fn is_nominated(pod: &Object) -> bool {
    pod.text("/spec/nodeName").is_empty() && !pod.text("/status/nominatedNodeName").is_empty()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::super::candidate::label_key;
    use super::*;

    fn pod(name: &str, node: &str, cpu: &str) -> Object {
        let mut pod = Object::new(&builtin::POD, "default", name);
        pod.set("/metadata/labels", json!({"app": name}));
        pod.set("/spec/nodeName", node);
        pod.set("/spec/containers", json!([{"name": "a", "resources": {"requests": {"cpu": cpu}}}]));
        pod
    }

    /// What a cache knows, as text.
    fn told(cache: &SchedulerCache) -> Vec<String> {
        let of = |candidate: &Candidate| {
            let pods: Vec<&str> = candidate.pods.iter().map(|pod| &*pod.name).collect();
            let used: Vec<_> = candidate.used.iter().filter(|(_, amount)| **amount > 0).collect();
            format!("{} {pods:?} {used:?} {:?}", candidate.name(), candidate.scored)
        };
        cache.nodes.iter().map(of).collect()
    }

    #[test]
    fn what_it_is_told_comes_to_what_a_new_one_sees() {
        let (mut store, mut cache) = (Store::default(), SchedulerCache::default());
        let look = |store: &Store, cache: &mut SchedulerCache| {
            cache.follow(store);
            let mut fresh = cache.clone();
            fresh.follow(store);
            assert_eq!((told(cache), &cache.nominated), (told(&fresh), &fresh.nominated));
            told(cache).join("; ")
        };
        assert_eq!(look(&store, &mut cache), "");
        store.put(&builtin::POD, pod("early", "two", "1"));
        store.put(&builtin::NODE, Object::new(&builtin::NODE, "", "two"));
        store.put(&builtin::NODE, Object::new(&builtin::NODE, "", "one"));
        store.put(&builtin::POD, pod("early", "two", "2"));
        store.put(&builtin::POD, pod("web", "one", "1"));
        // Changes before a node came, seen together with it, count once.
        let mut late = pod("late", "three", "1");
        store.put(&builtin::POD, late.clone());
        store.put(&builtin::NODE, Object::new(&builtin::NODE, "", "three"));
        late.set("/status/phase", "Running");
        store.put(&builtin::POD, late);
        store.put(&builtin::POD, pod("late", "three", "4"));
        look(&store, &mut cache);
        store.remove(&builtin::POD, &ObjectKey::new("default", "late"));
        look(&store, &mut cache);
        store.remove(&builtin::NODE, &ObjectKey::new("", "three"));
        let both = look(&store, &mut cache);
        assert!(both.contains("one [\"web\"] [(\"cpu\", 1000)]"), "{both}");
        assert!(both.contains("two [\"early\"] [(\"cpu\", 2000)]"), "{both}");
        let mut ended = pod("web", "one", "1");
        ended.set("/status/phase", "Failed");
        store.put(&builtin::POD, ended);
        let mut hopeful = pod("hopeful", "", "1");
        hopeful.set("/status/nominatedNodeName", "one");
        store.put(&builtin::POD, hopeful);
        look(&store, &mut cache);
        assert!(cache.nodes[0].pods.is_empty());
        assert_eq!(cache.nominated.len(), 1);
        store.put(&builtin::POD, pod("hopeful", "one", "3"));
        store.remove(&builtin::POD, &ObjectKey::new("default", "early"));
        store.remove(&builtin::NODE, &ObjectKey::new("", "two"));
        cache.follow(&store);
        assert_eq!((cache.nodes.len(), cache.nodes[0].used["cpu"], cache.nominated.len()), (1, 3000, 0));
        assert!(!cache.nodes[0].may_have(&[label_key("default", "app", "web")]));
        assert!(cache.nodes[0].may_have(&[label_key("default", "app", "hopeful")]));
    }
}
