//! The part of the cluster that a step's checks look at, read once for each judgement.

use std::collections::BTreeMap;

use http::Request;
use serde_json::Value;

use crate::apimachinery::{Kind, LabelSelector, Object, builtin};
use crate::lesson::{Form, ObjectRef, Selection, Step, ValueOrigin};

use super::partial::{Snap, gaps};

/// How many owners lie between an object and the one that it descends from, at most.
const MOST_GENERATIONS: usize = 4;

/// The objects of one kind in one namespace.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub kind: &'static Kind,
    /// `None` for kinds that live outside of namespaces.
    pub namespace: Option<String>,
}

impl Place {
    fn new(kind: &'static Kind, namespace: &str) -> Self {
        Self { kind, namespace: kind.namespaced.then(|| namespace.to_owned()) }
    }
}

/// The URL of a collection.
pub(super) fn collection(place: &Place) -> String {
    let kind = place.kind;
    let root = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    match &place.namespace {
        Some(namespace) => format!("{root}/{}/namespaces/{namespace}/{}", kind.version, kind.plural),
        None => format!("{root}/{}/{}", kind.version, kind.plural),
    }
}

/// What the checks and mistakes of a step look at, each place once.
pub(super) fn places(step: &Step, namespace: &str) -> Vec<Place> {
    let mut places = Places { found: BTreeMap::new(), namespace };
    for expectation in step.checks.iter().chain(step.mistakes.iter().flat_map(|mistake| &mistake.when)) {
        places.of_form(&expectation.form);
    }
    places.found.into_values().collect()
}

/// What a value source looks at.
pub(super) fn places_of_origin(origin: &ValueOrigin, namespace: &str) -> Vec<Place> {
    let mut places = Places { found: BTreeMap::new(), namespace };
    match origin {
        ValueOrigin::Object(object) => places.of_object(object),
        ValueOrigin::Selection(selection) => places.of_selection(selection),
    }
    places.found.into_values().collect()
}

struct Places<'a> {
    found: BTreeMap<String, Place>,
    namespace: &'a str,
}

impl Places<'_> {
    fn of_form(&mut self, form: &Form) {
        match form {
            Form::Match { object, .. } | Form::Absent(object) => self.of_object(object),
            Form::Selection { selection, .. } => self.of_selection(selection),
            Form::Http(_) => {
                for kind in [&builtin::SERVICE, &builtin::ENDPOINT_SLICE, &builtin::POD] {
                    self.add(kind, None);
                }
            }
            Form::Answer(_) | Form::Command(_) => {}
        }
    }

    fn of_object(&mut self, object: &ObjectRef) {
        self.add(object.kind, object.namespace.as_deref());
        self.children(object);
    }

    fn of_selection(&mut self, selection: &Selection) {
        self.add(selection.kind, selection.namespace.as_deref());
        if let Some(owner) = &selection.owned_by {
            self.add(owner.kind, owner.namespace.as_deref());
            self.children(owner);
        }
    }

    /// What stands between an object and its Pods: trouble there explains a state that does not come.
    fn children(&mut self, object: &ObjectRef) {
        if object.kind == &builtin::DEPLOYMENT {
            self.add(&builtin::REPLICA_SET, object.namespace.as_deref());
            self.add(&builtin::POD, object.namespace.as_deref());
        }
    }

    fn add(&mut self, kind: &'static Kind, namespace: Option<&str>) {
        let place = Place::new(kind, namespace.unwrap_or(self.namespace));
        self.found.insert(collection(&place), place);
    }
}

/// Objects of the cluster at one moment.
#[derive(Debug, Default)]
pub(super) struct World {
    namespace: String,
    collections: BTreeMap<String, Vec<Object>>,
}

impl World {
    /// Reads what lies at the places.
    pub(super) async fn read(
        client: &kube::Client,
        places: Vec<Place>,
        namespace: &str,
    ) -> kube::Result<Self> {
        let mut world = Self { namespace: namespace.to_owned(), collections: BTreeMap::new() };
        for place in places {
            let path = collection(&place);
            let request = Request::get(&path).body(Vec::new()).map_err(kube::Error::HttpError)?;
            let mut list: Value = client.request(request).await?;
            let items = match list["items"].take() {
                Value::Array(items) => items,
                _ => Vec::new(),
            };
            world.collections.insert(path, items.into_iter().filter_map(Object::from_value).collect());
        }
        Ok(world)
    }

    #[cfg(test)]
    pub(super) fn of(namespace: &str, objects: Vec<Value>) -> Self {
        let mut world = Self { namespace: namespace.to_owned(), collections: BTreeMap::new() };
        for object in objects.into_iter().filter_map(Object::from_value) {
            let Some(kind) = crate::apimachinery::kind_of(object.api_version(), object.kind()) else {
                continue;
            };
            let path = collection(&Place::new(kind, namespace));
            world.collections.entry(path).or_default().push(object);
        }
        world
    }

    /// The named object.
    pub(super) fn object(&self, object: &ObjectRef) -> Option<&Object> {
        let all = self.all(object.kind, object.namespace.as_deref());
        all.iter().find(|candidate| candidate.name() == object.name)
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
        let all = self.all(selection.kind, selection.namespace.as_deref());
        let selected = all.iter().filter(|object| {
            !object.is_terminating()
                && selection.labels.iter().all(|(key, value)| object.label(key) == Some(value))
                && owner.as_ref().is_none_or(|uid| self.descends_from(object, uid))
                && gaps(&selection.contains, Some(object.value()), snap).is_empty()
        });
        selected.collect()
    }

    /// Pods that a Deployment's current template made, without those that are being deleted.
    pub(super) fn current_pods(&self, deployment: &Object) -> Vec<&Object> {
        let revision = |replica_set: &&Object| -> u64 {
            let annotation = replica_set.annotation("deployment.kubernetes.io/revision");
            annotation.and_then(|revision| revision.parse().ok()).unwrap_or(0)
        };
        let replica_sets = self.all(&builtin::REPLICA_SET, Some(deployment.namespace())).iter();
        let current =
            replica_sets.filter(|object| object.is_controlled_by(deployment.uid())).max_by_key(revision);
        let Some(current) = current else { return Vec::new() };
        let pods = self.all(&builtin::POD, Some(deployment.namespace())).iter();
        pods.filter(|pod| !pod.is_terminating() && pod.is_controlled_by(current.uid())).collect()
    }

    /// Whether the Service of that name selects a Pod; `None` when there is no such Service.
    pub(super) fn service_selects(&self, service: &str) -> Option<bool> {
        let services = self.all(&builtin::SERVICE, None);
        let service = services.iter().find(|candidate| candidate.name() == service)?;
        let Some(selector) = service.map("/spec/selector").map(LabelSelector::from_map) else {
            return Some(false);
        };
        Some(self.all(&builtin::POD, None).iter().any(|pod| selector.matches(pod.labels())))
    }

    fn all(&self, kind: &'static Kind, namespace: Option<&str>) -> &[Object] {
        let place = Place::new(kind, namespace.unwrap_or(&self.namespace));
        self.collections.get(&collection(&place)).map_or(&[], Vec::as_slice)
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
