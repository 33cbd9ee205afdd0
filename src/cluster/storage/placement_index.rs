//! Which Pods are on which node, and which are on none.

use std::sync::Arc;

use imbl::OrdSet;

use crate::apimachinery::Object;

use super::key::StoreKey;

/// Pairs of a node's name (empty for Pods without a node) and a Pod's key.
#[derive(Clone, Debug, Default)]
pub(super) struct PlacementIndex(OrdSet<(Arc<str>, StoreKey)>);

impl PlacementIndex {
    /// Follows a write of a Pod: `old` and `new` are the Pod before and after it.
    pub(super) fn follow(&mut self, key: &StoreKey, old: Option<&Object>, new: Option<&Object>) {
        if old.map(node_of) == new.map(node_of) {
            return;
        }
        if let Some(old) = old {
            self.0.remove(&(node_of(old).into(), key.clone()));
        }
        if let Some(new) = new {
            self.0.insert((node_of(new).into(), key.clone()));
        }
    }

    /// How many Pods there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Keys of the Pods on a node, by namespace and name.
    pub(super) fn pods_on<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a StoreKey> {
        let from: (Arc<str>, StoreKey) = (node.into(), StoreKey::lowest());
        self.0.range(from..).take_while(move |(found, _)| &**found == node).map(|(_, key)| key)
    }
}

fn node_of(pod: &Object) -> &str {
    pod.text("/spec/nodeName")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::POD;

    #[test]
    fn a_pod_is_found_where_it_is() {
        let mut index = PlacementIndex::default();
        let key = StoreKey::new(&POD, "default", "a");
        let waiting = Object::new(&POD, "default", "a");
        let mut placed = waiting.clone();
        placed.set("/spec/nodeName", "minikube");
        let counts = |index: &PlacementIndex| (index.pods_on("").count(), index.pods_on("minikube").count());
        index.follow(&key, None, Some(&waiting));
        assert_eq!(counts(&index), (1, 0));
        index.follow(&key, Some(&waiting), Some(&placed));
        assert_eq!(counts(&index), (0, 1));
        index.follow(&key, Some(&placed), None);
        assert_eq!(counts(&index), (0, 0));
    }
}
