//! Which collections a step's checks look at.

use std::collections::BTreeMap;

use crate::apimachinery::{Kind, builtin};
use crate::lesson::{Action, Expectation, Form, ObjectRef, Selection, Step, ValueOrigin};

/// The objects of one kind in one namespace.
#[derive(Clone, Debug)]
pub(in crate::check) struct Place {
    pub kind: &'static Kind,
    /// `None` for kinds that live outside of namespaces, and for all namespaces at once.
    pub namespace: Option<String>,
}

impl Place {
    pub(in crate::check) fn new(kind: &'static Kind, namespace: &str) -> Self {
        Self { kind, namespace: kind.namespaced.then(|| namespace.to_owned()) }
    }

    /// The kind in every namespace.
    pub(in crate::check) fn everywhere(kind: &'static Kind) -> Self {
        Self { kind, namespace: None }
    }
}

/// The URL of a collection.
pub(in crate::check) fn collection(place: &Place) -> String {
    let kind = place.kind;
    let root = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    match &place.namespace {
        Some(namespace) => format!("{root}/{}/namespaces/{namespace}/{}", kind.version, kind.plural),
        None => format!("{root}/{}/{}", kind.version, kind.plural),
    }
}

/// What the checks and mistakes of a step look at, each place once.
pub(in crate::check) fn places(step: &Step, namespace: &str) -> Vec<Place> {
    let mut places = Places { found: BTreeMap::new(), namespace };
    let checks = step.checks.iter().chain(step.mistakes.iter().flat_map(|mistake| &mistake.when));
    checks.for_each(|check| places.of_expectation(check));
    places.found.into_values().collect()
}

/// What a value source looks at.
pub(in crate::check) fn places_of_origin(origin: &ValueOrigin, namespace: &str) -> Vec<Place> {
    let mut places = Places { found: BTreeMap::new(), namespace };
    places.of_origin(origin);
    places.found.into_values().collect()
}

struct Places<'a> {
    found: BTreeMap<String, Place>,
    namespace: &'a str,
}

impl Places<'_> {
    fn of_expectation(&mut self, check: &Expectation) {
        match &check.form {
            Form::Match { object, .. } | Form::Absent(object) => self.of_object(object),
            Form::Selection { selection, .. } => self.of_selection(selection),
            Form::Rule { with, .. } => with.iter().for_each(|(_, origin)| self.of_origin(origin)),
            Form::Either(either) => either.iter().for_each(|check| self.of_expectation(check)),
            Form::Http(probe) => self.of_service(probe.namespace.as_deref()),
            Form::Requests { probe, during } => {
                self.of_service(probe.namespace.as_deref());
                self.of_object(during);
            }
            Form::Trial(trial) => {
                match &trial.action {
                    Action::Delete(origin) => self.of_origin(origin),
                    Action::Restart(object) | Action::Patch(object, _) => self.of_object(object),
                }
                if let Some(probe) = &trial.requests {
                    self.of_service(probe.namespace.as_deref());
                }
                trial.then.iter().for_each(|check| self.of_expectation(check));
            }
            Form::Answer(_) | Form::Command(_) => {}
        }
    }

    fn of_origin(&mut self, origin: &ValueOrigin) {
        match origin {
            ValueOrigin::Object(object) => self.of_object(object),
            ValueOrigin::Selection(selection) => self.of_selection(selection),
        }
    }

    fn of_service(&mut self, namespace: Option<&str>) {
        for kind in [&builtin::SERVICE, &builtin::ENDPOINT_SLICE, &builtin::POD] {
            self.add(kind, namespace);
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
        let kinds: &[&'static Kind] = match object.kind.kind {
            "Deployment" => &[&builtin::REPLICA_SET, &builtin::POD],
            "CronJob" => &[&builtin::JOB, &builtin::POD],
            "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => &[&builtin::POD],
            _ => &[],
        };
        for kind in kinds {
            self.add(kind, object.namespace.as_deref());
        }
    }

    fn add(&mut self, kind: &'static Kind, namespace: Option<&str>) {
        let place = Place::new(kind, namespace.unwrap_or(self.namespace));
        self.found.insert(collection(&place), place);
    }
}
