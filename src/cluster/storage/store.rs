//! Objects by key, one revision per write, and an ordered log of the writes.

use std::collections::VecDeque;
use std::sync::Arc;

use imbl::OrdMap;

use crate::apimachinery::{Kind, Object, ObjectKey};

use super::owner_index::OwnerIndex;

/// How many changes the log keeps; an older cursor is told that it is too late.
const LOG_LENGTH_MAX: usize = 20_000;

/// Resource (`deployments.apps`), namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoreKey {
    resource: Arc<str>,
    namespace: Arc<str>,
    name: Arc<str>,
}

impl StoreKey {
    /// The key of an object of that kind.
    pub(crate) fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        Self { resource: kind.group_resource().into(), namespace: namespace.into(), name: name.into() }
    }
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeType {
    /// The object is new.
    Added,
    /// The object changed.
    Modified,
    /// The object is gone.
    Deleted,
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Revision of the write.
    pub revision: u64,
    /// Kind of the object.
    pub kind: &'static Kind,
    /// What happened.
    pub change_type: ChangeType,
    /// The object after the write; for a deletion its last state with the deletion's revision.
    pub object: Arc<Object>,
    /// The object before the write.
    pub previous: Option<Arc<Object>>,
}

/// The cursor is older than the log: list again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compacted {
    /// The oldest revision from which changes can still be told.
    pub oldest: u64,
}

/// The object store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    objects: OrdMap<StoreKey, Arc<Object>>,
    owners: OwnerIndex,
    revision: u64,
    log: VecDeque<Change>,
    /// Changes up to this revision have left the log.
    compacted: u64,
}

impl Store {
    /// The revision of the last write.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The object of that name.
    pub(crate) fn get(&self, kind: &Kind, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.objects.get(&StoreKey::new(kind, &key.namespace, &key.name))
    }

    /// All objects of a kind, in one namespace or in all, by namespace and name.
    pub(crate) fn list(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Object>> + use<'_> {
        let start = StoreKey::new(kind, namespace.unwrap_or_default(), "");
        let (resource, namespace) = (start.resource.clone(), namespace.map(str::to_owned));
        self.objects
            .range(start..)
            .take_while(move |(key, _)| {
                key.resource == resource
                    && namespace.as_deref().is_none_or(|namespace| &*key.namespace == namespace)
            })
            .map(|(_, object)| object)
    }

    /// The objects of a kind in one namespace whose name begins with `prefix`, by name.
    pub(crate) fn list_prefix<'a>(
        &'a self,
        kind: &Kind,
        namespace: &'a str,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Object>> + use<'a> {
        let start = StoreKey::new(kind, namespace, prefix);
        let resource = start.resource.clone();
        self.objects
            .range(start..)
            .take_while(move |(key, _)| {
                key.resource == resource && &*key.namespace == namespace && key.name.starts_with(prefix)
            })
            .map(|(_, object)| object)
    }

    /// The objects whose owner references name that uid, with their kinds.
    pub(crate) fn dependents(&self, uid: &str) -> Vec<(&'static Kind, Arc<Object>)> {
        self.owners
            .owned_by(uid)
            .filter_map(|(kind, key)| Some((kind, Arc::clone(self.get(kind, key)?))))
            .collect()
    }

    /// The objects of a kind in one namespace that no controller manages.
    pub(crate) fn without_controller(&self, kind: &'static Kind, namespace: &str) -> Vec<Arc<Object>> {
        self.owners
            .orphans(kind, namespace)
            .filter_map(|key| self.get(kind, key).cloned())
            .collect()
    }

    /// Every object with its kind's resource name, for snapshots.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// Stores an object (new or changed) under the next revision, which is written into it.
    pub(crate) fn put(&mut self, kind: &'static Kind, mut object: Object) -> Arc<Object> {
        self.revision += 1;
        object.set("/metadata/resourceVersion", self.revision.to_string());
        let object = Arc::new(object);
        let key = StoreKey::new(kind, object.namespace(), object.name());
        let previous = self.objects.insert(key, Arc::clone(&object));
        self.owners.replace(kind, previous.as_deref(), Some(&object));
        let change_type = if previous.is_some() { ChangeType::Modified } else { ChangeType::Added };
        self.record(Change {
            revision: self.revision,
            kind,
            change_type,
            object: Arc::clone(&object),
            previous,
        });
        object
    }

    /// Removes an object; gives back its last state, with the revision of the removal.
    pub(crate) fn remove(&mut self, kind: &'static Kind, key: &ObjectKey) -> Option<Arc<Object>> {
        let previous = self.objects.remove(&StoreKey::new(kind, &key.namespace, &key.name))?;
        self.owners.replace(kind, Some(&previous), None);
        self.revision += 1;
        let mut last = Object::clone(&previous);
        last.set("/metadata/resourceVersion", self.revision.to_string());
        let last = Arc::new(last);
        self.record(Change {
            revision: self.revision,
            kind,
            change_type: ChangeType::Deleted,
            object: Arc::clone(&last),
            previous: Some(previous),
        });
        Some(last)
    }

    /// Puts back what a snapshot held; the log starts anew.
    pub(crate) fn restore(objects: impl IntoIterator<Item = (&'static Kind, Object)>, revision: u64) -> Self {
        let mut owners = OwnerIndex::default();
        let objects = objects
            .into_iter()
            .map(|(kind, object)| {
                owners.replace(kind, None, Some(&object));
                (StoreKey::new(kind, object.namespace(), object.name()), Arc::new(object))
            })
            .collect();
        Self { objects, owners, revision, log: VecDeque::new(), compacted: revision }
    }

    /// The changes after `revision`, oldest first.
    pub(crate) fn changes_since(
        &self,
        revision: u64,
    ) -> Result<impl Iterator<Item = &Change> + use<'_>, Compacted> {
        if revision < self.compacted {
            return Err(Compacted { oldest: self.compacted });
        }
        // One revision a write: the place in the log follows from the number.
        let skip = usize::try_from(revision - self.compacted).unwrap_or(usize::MAX);
        Ok(self.log.iter().skip(skip))
    }

    fn record(&mut self, change: Change) {
        self.log.push_back(change);
        if self.log.len() > LOG_LENGTH_MAX
            && let Some(oldest) = self.log.pop_front()
        {
            self.compacted = oldest.revision;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, SECRET};

    #[test]
    fn writes_number_themselves_and_are_told_in_order() {
        let mut store = Store::default();
        store.put(&CONFIG_MAP, Object::new(&CONFIG_MAP, "b", "x"));
        store.put(&CONFIG_MAP, Object::new(&CONFIG_MAP, "a", "y"));
        store.put(&SECRET, Object::new(&SECRET, "a", "s"));
        store.put(&CONFIG_MAP, Object::new(&CONFIG_MAP, "a", "y"));
        store.remove(&CONFIG_MAP, &ObjectKey::new("b", "x"));
        let names: Vec<String> =
            store.list(&CONFIG_MAP, None).map(|object| object.key().to_string()).collect();
        assert_eq!(names, ["a/y"]);
        let told: Vec<(u64, ChangeType)> =
            store.changes_since(1).unwrap().map(|change| (change.revision, change.change_type)).collect();
        assert_eq!(
            told,
            [
                (2, ChangeType::Added),
                (3, ChangeType::Added),
                (4, ChangeType::Modified),
                (5, ChangeType::Deleted)
            ]
        );
    }

    #[test]
    fn a_cursor_older_than_the_log_is_told_so() {
        let mut store = Store::default();
        for _ in 0..=LOG_LENGTH_MAX {
            store.put(&SECRET, Object::new(&SECRET, "a", "s"));
        }
        assert_eq!(store.changes_since(0).err(), Some(Compacted { oldest: 1 }));
        assert_eq!(store.changes_since(1).map(Iterator::count), Ok(LOG_LENGTH_MAX));
    }
}
