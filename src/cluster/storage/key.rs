//! Under what an object is stored: its kind, namespace and name, cheap to make and to compare.

use std::sync::Arc;

use crate::apimachinery::{KINDS, Kind};

/// Sorts by kind (in the order of the table of kinds), then namespace, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StoreKey {
    kind: usize,
    /// Namespace, a zero byte, name: sorts as the pair would. For custom resources their name and a zero
    /// byte stand before: kinds come and go, keys stay.
    path: Arc<str>,
}

impl StoreKey {
    /// The key of an object of that kind.
    pub(super) fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        let mut path = root_of(kind);
        path.reserve(namespace.len() + name.len() + 1);
        path.push_str(namespace);
        path.push('\0');
        path.push_str(name);
        Self { kind: place_of(kind), path: path.into() }
    }

    /// The lowest key of a kind: of all namespaces.
    pub(super) fn first_of(kind: &Kind) -> Self {
        Self { kind: place_of(kind), path: root_of(kind).into() }
    }

    /// The lowest key of all.
    pub(super) fn lowest() -> Self {
        Self { kind: 0, path: "".into() }
    }

    /// Whether the key is of that kind, and of `namespace` if there is one.
    pub(super) fn is_within(&self, kind: &Kind, namespace: Option<&str>) -> bool {
        let in_namespace = |path: &str| {
            namespace.is_none_or(|namespace| {
                path.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('\0'))
            })
        };
        self.kind == place_of(kind)
            && match kind.custom {
                None => in_namespace(&self.path),
                Some(_) => self.path.strip_prefix(&*root_of(kind)).is_some_and(in_namespace),
            }
    }

    /// Whether the key is of the same kind and namespace as `start`, with a name that begins like its name.
    pub(super) fn begins_with(&self, start: &Self) -> bool {
        self.kind == start.kind && self.path.starts_with(&*start.path)
    }
}

/// Place of a kind: in the table; after it those of definitions, told apart by their paths.
fn place_of(kind: &Kind) -> usize {
    kind.place.min(KINDS.len())
}

/// What paths begin with: nothing, or for custom resources their name, whichever version is meant.
fn root_of(kind: &Kind) -> String {
    if kind.custom.is_some() { format!("{}\0", kind.group_resource()) } else { String::new() }
}
