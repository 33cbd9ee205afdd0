//! The part of the cluster that a judgement looks at, read once for each.

mod places;

use std::collections::BTreeMap;

use futures::future::join_all;
use http::Request;

use crate::apimachinery::{Kind, LabelSelector, Object, builtin};
use crate::base::Value;
use crate::lesson::{ObjectRef, Selection};

use super::partial::{Snap, contains};

pub(super) use places::{Place, collection, places, places_of_origin};

/// How many owners lie between an object and the one that it descends from, at most.
const MOST_GENERATIONS: usize = 4;

/// Objects of the cluster at one moment.
#[derive(Debug, Default)]
pub(super) struct World {
    namespace: String,
    collections: BTreeMap<String, Vec<Object>>,
    places: Vec<Place>,
}

impl World {
    /// Reads what lies at the places.
    pub(super) async fn read(
        client: &kube::Client,
        places: Vec<Place>,
        namespace: &str,
    ) -> kube::Result<Self> {
        let mut world = Self { namespace: namespace.to_owned(), ..Self::default() };
        let lists = join_all(places.iter().map(|place| list(client, place))).await;
        for (place, objects) in places.iter().zip(lists) {
            match objects {
                Ok(objects) => _ = world.collections.insert(collection(place), objects),
                // The kind is not there yet: nor is any object of it.
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(error),
            }
        }
        world.places = places;
        Ok(world)
    }

    /// An empty world whose lessons live in a namespace.
    pub(super) fn in_namespace(namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), ..Self::default() }
    }

    /// Reads more places, as far as they can be read: what explains is welcome, and never needed.
    pub(super) async fn widen(&mut self, client: &kube::Client, places: Vec<Place>) {
        // Each once: several reasons may ask for the same.
        let mut missing: BTreeMap<String, Place> =
            places.into_iter().map(|place| (collection(&place), place)).collect();
        missing.retain(|path, _| !self.collections.contains_key(path));
        let lists = join_all(missing.values().map(|place| list(client, place))).await;
        for (path, objects) in missing.into_keys().zip(lists) {
            if let Ok(objects) = objects {
                self.collections.insert(path, objects);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn of(namespace: &str, objects: Vec<Value>) -> Self {
        let mut world = Self { namespace: namespace.to_owned(), ..Self::default() };
        for object in objects.into_iter().filter_map(Object::from_value) {
            let Some(kind) = crate::apimachinery::kind_of(object.api_version(), object.kind()) else {
                continue;
            };
            let path = collection(&Place::new(kind, namespace));
            world.collections.entry(path).or_default().push(object);
        }
        world
    }

    /// The places that were read first.
    pub(super) fn places(&self) -> Vec<Place> {
        self.places.clone()
    }

    /// The namespace of the lessons.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The named object.
    pub(super) fn object(&self, object: &ObjectRef) -> Option<&Object> {
        self.named(object.kind, object.namespace.as_deref(), &object.name)
    }

    /// The object of that kind and name.
    pub(super) fn named(&self, kind: &'static Kind, namespace: Option<&str>, name: &str) -> Option<&Object> {
        self.all(kind, namespace).iter().find(|candidate| candidate.name() == name)
    }

    /// The selected objects, without those that are being deleted.
    pub(super) fn select(&self, selection: &Selection, snap: &Snap) -> Vec<&Object> {
        let owner = match &selection.owned_by {
            Some(owner) => match self.object(owner) {
                Some(owner) => Some(owner.uid().to_owned()),
                None => return Vec::new(),
            },
            None => None,
        };
        let selector = LabelSelector::parse(&selection.selector).unwrap_or_else(|_| LabelSelector::nothing());
        let all = self.all(selection.kind, selection.namespace.as_deref());
        let selected = all.iter().filter(|object| {
            !object.is_terminating()
                && selection.labels.iter().all(|(key, value)| object.label(key) == Some(value))
                && selector.matches(object.labels())
                && owner.as_ref().is_none_or(|uid| self.descends_from(object, uid))
                && contains(&selection.contains, Some(object.value()), snap)
        });
        selected.collect()
    }

    /// All objects of a kind that were read.
    pub(super) fn all(&self, kind: &'static Kind, namespace: Option<&str>) -> &[Object] {
        let place = Place::new(kind, namespace.unwrap_or(&self.namespace));
        self.collections.get(&collection(&place)).map_or(&[], Vec::as_slice)
    }

    /// All objects of a kind that were read namespace by namespace, those of the lessons first.
    pub(super) fn read_of(&self, kind: &'static Kind) -> Vec<&Object> {
        let any = collection(&Place::new(kind, "*"));
        let (before, after) = any.split_once('*').unwrap_or((&any, ""));
        let others = self.collections.iter().filter(|(path, _)| {
            let namespace = path.strip_prefix(before).and_then(|path| path.strip_suffix(after));
            namespace.is_some_and(|namespace| namespace != self.namespace)
        });
        self.all(kind, None).iter().chain(others.flat_map(|(_, objects)| objects)).collect()
    }

    /// All objects of a kind in every namespace, where they were read.
    pub(super) fn everywhere(&self, kind: &'static Kind) -> &[Object] {
        self.collections.get(&collection(&Place::everywhere(kind))).map_or(&[], Vec::as_slice)
    }

    /// The objects that this one controls, the youngest first.
    pub(super) fn children(&self, kind: &'static Kind, owner: &Object) -> Vec<&Object> {
        let all = self.all(kind, Some(owner.namespace())).iter();
        let mut children: Vec<&Object> = all.filter(|child| child.is_controlled_by(owner.uid())).collect();
        children.sort_by_key(|child| std::cmp::Reverse(child.creation_timestamp()));
        children
    }

    /// The ReplicaSet of a Deployment's current template.
    pub(super) fn current_replica_set(&self, deployment: &Object) -> Option<&Object> {
        let revision = |replica_set: &&Object| -> u64 {
            let annotation = replica_set.annotation("deployment.kubernetes.io/revision");
            annotation.and_then(|revision| revision.parse().ok()).unwrap_or(0)
        };
        self.children(&builtin::REPLICA_SET, deployment).into_iter().max_by_key(revision)
    }

    fn descends_from(&self, object: &Object, uid: &str) -> bool {
        let mut controller = object.controller();
        for _ in 0..MOST_GENERATIONS {
            let Some(reference) = controller else { return false };
            if reference.uid == uid {
                return true;
            }
            let parent = self.collections.values().flatten().find(|parent| parent.uid() == reference.uid);
            controller = parent.and_then(Object::controller);
        }
        false
    }
}

/// The objects at a place, each with its kind: items of a list do not name it themselves.
async fn list(client: &kube::Client, place: &Place) -> kube::Result<Vec<Object>> {
    let request = Request::get(collection(place)).body(Vec::new()).map_err(kube::Error::HttpError)?;
    let mut list: Value = client.request(request).await?;
    let items = match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let named = items.into_iter().map(|mut item| {
        if let Some(fields) = item.as_object_mut() {
            fields.insert("apiVersion", place.kind.api_version().into());
            fields.insert("kind", place.kind.kind.into());
        }
        item
    });
    Ok(named.filter_map(Object::from_value).collect())
}
