//! Objects by key, one revision per write.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdMap;

use crate::apimachinery::builtin::{CUSTOM_RESOURCE_DEFINITION, POD};
use crate::apimachinery::{Kind, Object, ObjectKey};

use super::change_log::{Change, ChangeLog, ChangeType, Compacted};
use super::counts::Counts;
use super::definitions::Definitions;
use super::key::StoreKey;
use super::owner_index::{NO_CONTROLLER, OwnerIndex};
use super::placement_index::PlacementIndex;

/// How many objects there may be before the log of their changes is kept short.
const CROWD: usize = 8_192;

/// How many objects there may be before those that nobody looks at are kept as text.
const AWAKE_MAX: usize = if cfg!(test) { CROWD } else { 1 << 17 };

/// The same of Pods, the largest objects that there are many of.
const PODS_AWAKE_MAX: usize = 12_288;

/// How many objects each write looks at for one that is awake for nothing.
const ROUND_STEPS: usize = 4;

/// The object store. Clones are cheap: they share what neither of them changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    objects: OrdMap<StoreKey, Arc<Object>>,
    counts: Counts,
    owners: OwnerIndex,
    placements: PlacementIndex,
    definitions: Definitions,
    revision: u64,
    log: ChangeLog,
    /// Where the round that looks for objects awake for nothing has come to.
    round: Option<StoreKey>,
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
        kind: &'static Kind,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Object>> + use<'_> {
        // Most writes ask for kinds of which there is nothing: policies, quotas …
        let start = self.counts.has_any(kind).then(|| match namespace {
            Some(namespace) => StoreKey::new(kind, namespace, ""),
            None => StoreKey::first_of(kind),
        });
        let namespace = namespace.map(str::to_owned);
        start
            .map(|start| self.objects.range(start..))
            .into_iter()
            .flatten()
            .take_while(move |(key, _)| key.is_within(kind, namespace.as_deref()))
            .map(|(_, object)| object)
    }

    /// The objects of a kind as they were at a revision, by namespace and name.
    pub(crate) fn list_at(
        &self,
        kind: &'static Kind,
        namespace: Option<&str>,
        revision: u64,
    ) -> Result<Vec<Arc<Object>>, Compacted> {
        let place = |object: &Arc<Object>| (object.namespace().to_owned(), object.name().to_owned());
        // What the first change after the revision found is what was there.
        let mut before = BTreeMap::new();
        for change in self.log.since(revision)? {
            let elsewhere = namespace.is_some_and(|namespace| change.object.namespace() != namespace);
            if change.kind == kind && !elsewhere {
                before.entry(place(&change.object)).or_insert(change.previous.as_ref());
            }
        }
        let present = self.list(kind, namespace);
        if before.is_empty() {
            return Ok(present.cloned().collect());
        }
        let mut objects: BTreeMap<_, _> = present.map(|object| (place(object), object)).collect();
        for (place, previous) in before {
            match previous {
                Some(object) => drop(objects.insert(place, object)),
                None => drop(objects.remove(&place)),
            }
        }
        Ok(objects.into_values().cloned().collect())
    }

    /// The objects of a kind and namespace (all namespaces without one) that name `uid` as an owner.
    pub(crate) fn owned_by<'a>(
        &'a self,
        kind: &'static Kind,
        namespace: Option<&'a str>,
        uid: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Object>> {
        let start = StoreKey::first_of(kind);
        self.owners
            .dependents(uid, start)
            .filter(move |key| key.is_within(kind, namespace))
            .filter_map(|key| self.objects.get(key))
    }

    /// The objects of a kind in one namespace that no controller manages.
    pub(crate) fn without_controller<'a>(
        &'a self,
        kind: &'static Kind,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Object>> {
        let start = StoreKey::new(kind, namespace, "");
        self.owners
            .dependents(NO_CONTROLLER, start)
            .take_while(move |key| key.is_within(kind, Some(namespace)))
            .filter_map(|key| self.objects.get(key))
    }

    /// The objects of a kind in one namespace whose name begins with `prefix`, by name.
    pub(crate) fn list_prefix<'a>(
        &'a self,
        kind: &Kind,
        namespace: &str,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Object>> + use<'a> {
        let start = StoreKey::new(kind, namespace, prefix);
        self.objects
            .range(start.clone()..)
            .take_while(move |(key, _)| key.begins_with(&start))
            .map(|(_, object)| object)
    }

    /// Every object of every kind that names `uid` as an owner.
    pub(crate) fn dependents<'a>(&'a self, uid: &'a str) -> impl Iterator<Item = &'a Arc<Object>> {
        self.owners.dependents(uid, StoreKey::lowest()).filter_map(|key| self.objects.get(key))
    }

    /// The Pods on a node, by namespace and name; those on no node for an empty name.
    pub(crate) fn pods_on<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Arc<Object>> {
        self.placements.pods_on(node).filter_map(|key| self.objects.get(key))
    }

    fn index(&mut self, kind: &Kind, key: &StoreKey, old: Option<&Object>, new: Option<&Object>) {
        self.counts.follow(kind, old.is_some(), new.is_some());
        self.owners.follow(key, old, new);
        if std::ptr::eq(kind, &POD) {
            self.placements.follow(key, old, new);
        }
        if std::ptr::eq(kind, &CUSTOM_RESOURCE_DEFINITION)
            && let Some(name) = new.or(old).map(Object::name)
        {
            self.definitions.follow(name, new);
        }
    }

    /// The custom kinds that there are now.
    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Every object, for snapshots.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// Stores an object (new or changed) under the next revision, which is written into it.
    pub(crate) fn put(&mut self, kind: &'static Kind, mut object: Object) -> Arc<Object> {
        self.revision += 1;
        object.set("/metadata/resourceVersion", self.revision.to_string());
        object.pack();
        let object = Arc::new(object);
        let key = StoreKey::new(kind, object.namespace(), object.name());
        let previous = self.objects.insert(key.clone(), Arc::clone(&object));
        self.index(kind, &key, previous.as_deref(), Some(&object));
        self.log(Change {
            revision: self.revision,
            kind,
            change_type: if previous.is_some() { ChangeType::Modified } else { ChangeType::Added },
            object: Arc::clone(&object),
            previous,
        });
        object
    }

    fn log(&mut self, change: Change) {
        if self.objects.len() <= CROWD {
            return self.log.push(change);
        }
        let forgotten: Vec<Change> = self.log.push_crowded(change).collect();
        if !self.is_crowded() {
            return;
        }
        for change in forgotten {
            self.lay_down(&change);
        }
        for _ in 0..ROUND_STEPS {
            self.lay_down_next();
        }
    }

    /// Whether there is too much for all of it to stay awake.
    fn is_crowded(&self) -> bool {
        self.objects.len() > AWAKE_MAX || self.placements.count() > PODS_AWAKE_MAX
    }

    /// Keeps an object as text that nobody has written since that change.
    fn lay_down(&mut self, change: &Change) {
        let object = &change.object;
        let key = StoreKey::new(change.kind, object.namespace(), object.name());
        if let Some(present) = self.objects.get(&key)
            && !present.was_asleep()
            && present.resource_version() == change.revision
            && let Some(asleep) = present.asleep()
        {
            self.objects.insert(key, Arc::new(asleep));
        }
    }

    /// Keeps the next object as text that somebody has looked at, or that was there before there were so many:
    /// each write makes some steps of the round.
    fn lay_down_next(&mut self) {
        let next = match &self.round {
            Some(key) => self.objects.range::<_, StoreKey>((Bound::Excluded(key), Bound::Unbounded)).next(),
            None => self.objects.iter().next(),
        };
        self.round = next.map(|(key, _)| key.clone());
        let Some((key, object)) = next else { return };
        if !object.is_asleep()
            && (object.was_asleep() || self.log.has_forgotten(object.resource_version()))
            && let Some(asleep) = object.asleep()
        {
            let key = key.clone();
            self.objects.insert(key, Arc::new(asleep));
        }
    }

    /// Removes an object; gives back its last state, with the revision of the removal.
    pub(crate) fn remove(&mut self, kind: &'static Kind, key: &ObjectKey) -> Option<Arc<Object>> {
        let key = StoreKey::new(kind, &key.namespace, &key.name);
        let previous = self.objects.remove(&key)?;
        self.index(kind, &key, Some(&previous), None);
        self.revision += 1;
        let mut last = Object::clone(&previous);
        last.set("/metadata/resourceVersion", self.revision.to_string());
        let last = Arc::new(last);
        self.log(Change {
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
        let mut store = Self { revision, log: ChangeLog::after(revision), ..Self::default() };
        for (kind, mut object) in objects {
            object.pack();
            let key = StoreKey::new(kind, object.namespace(), object.name());
            store.index(kind, &key, None, Some(&object));
            let asleep = if store.is_crowded() { object.asleep() } else { None };
            store.objects.insert(key, Arc::new(asleep.unwrap_or(object)));
        }
        store
    }

    /// The changes after `revision`, oldest first.
    pub(crate) fn changes_since(
        &self,
        revision: u64,
    ) -> Result<impl Iterator<Item = &Change> + use<'_>, Compacted> {
        self.log.since(revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, REPLICA_SET, SECRET};
    use crate::base::json;
    use crate::cluster::storage::change_log::{CROWDED_MAX, LENGTH_MAX};

    #[test]
    fn a_list_shows_the_past() {
        let mut store = Store::default();
        let named = |name: &str, color: &str| {
            let mut object = Object::new(&CONFIG_MAP, "a", name);
            object.set("/data/color", color);
            object
        };
        store.put(&CONFIG_MAP, named("x", "red"));
        store.put(&CONFIG_MAP, named("y", "red"));
        store.put(&CONFIG_MAP, named("x", "blue"));
        store.remove(&CONFIG_MAP, &ObjectKey::new("a", "y"));
        store.put(&CONFIG_MAP, named("z", "red"));
        let at = |revision| {
            let objects = store.list_at(&CONFIG_MAP, Some("a"), revision).unwrap();
            let told: Vec<String> =
                objects.iter().map(|o| format!("{} {}", o.name(), o.text("/data/color"))).collect();
            told.join(", ")
        };
        assert_eq!((at(1).as_str(), at(2).as_str()), ("x red", "x red, y red"));
        assert_eq!(
            (at(3).as_str(), at(4).as_str(), at(5).as_str()),
            ("x blue, y red", "x blue", "x blue, z red")
        );
        assert!(store.list_at(&CONFIG_MAP, Some("b"), 2).unwrap().is_empty());
    }

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
        for _ in 0..=LENGTH_MAX {
            store.put(&SECRET, Object::new(&SECRET, "a", "s"));
        }
        assert_eq!(store.changes_since(0).err(), Some(Compacted { oldest: 1 }));
        assert_eq!(store.changes_since(1).map(Iterator::count), Ok(LENGTH_MAX));
    }

    #[test]
    fn a_crowded_store_keeps_as_text_what_nobody_writes_any_more() {
        let mut store = Store::default();
        let name = |number: usize| format!("s-{number:05}");
        for number in 0..=AWAKE_MAX {
            store.put(&SECRET, Object::new(&SECRET, "a", &name(number)));
        }
        for _ in 0..CROWDED_MAX {
            store.put(&SECRET, Object::new(&SECRET, "a", &name(0)));
        }
        let asleep = |store: &Store, number| {
            store.get(&SECRET, &ObjectKey::new("a", name(number))).map(|object| object.is_asleep())
        };
        assert_eq!((asleep(&store, 0), asleep(&store, 1)), (Some(false), Some(true)));
        assert_eq!(asleep(&store, AWAKE_MAX), Some(true));
        let revision = store.revision();
        assert_eq!(store.changes_since(revision - CROWDED_MAX as u64).map(Iterator::count), Ok(CROWDED_MAX));
        assert!(store.changes_since(revision - CROWDED_MAX as u64 - 1).is_err());
    }

    #[test]
    fn a_list_ends_where_its_namespace_ends() {
        let mut store = Store::default();
        for namespace in ["team", "team-b", "te", "team"] {
            store.put(&SECRET, Object::new(&SECRET, namespace, "s"));
        }
        store.put(&CONFIG_MAP, Object::new(&CONFIG_MAP, "team", "c"));
        let keys = |namespace| -> Vec<String> {
            store.list(&SECRET, namespace).map(|object| object.key().to_string()).collect()
        };
        assert_eq!(keys(Some("team")), ["team/s"]);
        assert_eq!(keys(None), ["te/s", "team/s", "team-b/s"]);
    }

    #[test]
    fn dependents_are_found_by_their_owner_until_it_lets_them_go() {
        let mut store = Store::default();
        let mut owned = Object::new(&REPLICA_SET, "a", "r");
        owned.set("/metadata/ownerReferences", json!([{"uid": "u"}]));
        store.put(&REPLICA_SET, owned);
        store.put(&REPLICA_SET, Object::new(&REPLICA_SET, "a", "other"));
        let count = |store: &Store, namespace| store.owned_by(&REPLICA_SET, namespace, "u").count();
        assert_eq!((count(&store, None), count(&store, Some("a")), count(&store, Some("b"))), (1, 1, 0));
        assert_eq!((store.owned_by(&SECRET, None, "u").count(), store.dependents("u").count()), (0, 1));
        store.put(&REPLICA_SET, Object::new(&REPLICA_SET, "a", "r"));
        assert_eq!(count(&store, None), 0);
    }
}
