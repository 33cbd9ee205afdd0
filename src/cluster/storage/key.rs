//! Under what an object is stored: its kind, namespace and name, cheap to make and to compare.

use std::sync::Arc;

use crate::apimachinery::{KINDS, Kind};

/// Sorts by kind (in the order of the table of kinds), then namespace, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StoreKey {
    kind: usize,
    /// Namespace, a zero byte, name: sorts as the pair would.
    path: Arc<str>,
}

impl StoreKey {
    /// The key of an object of that kind.
    pub(super) fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        let mut path = String::with_capacity(namespace.len() + name.len() + 1);
        path.push_str(namespace);
        path.push('\0');
        path.push_str(name);
        Self { kind: index_of(kind), path: path.into() }
    }

    /// The lowest key of a kind: of all namespaces.
    pub(super) fn first_of(kind: &Kind) -> Self {
        Self { kind: index_of(kind), path: "".into() }
    }

    /// The lowest key of all.
    pub(super) fn lowest() -> Self {
        Self { kind: 0, path: "".into() }
    }

    /// Whether the key is of the same kind, and of `namespace` if there is one.
    pub(super) fn is_within(&self, start: &Self, namespace: Option<&str>) -> bool {
        self.kind == start.kind
            && namespace.is_none_or(|namespace| {
                self.path.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('\0'))
            })
    }

    /// Whether the key is of the same kind and namespace as `start`, with a name that begins like its name.
    pub(super) fn begins_with(&self, start: &Self) -> bool {
        self.kind == start.kind && self.path.starts_with(&*start.path)
    }
}

/// Place of a kind in the table; kinds outside it sort last.
fn index_of(kind: &Kind) -> usize {
    KINDS.iter().position(|entry| std::ptr::eq(*entry, kind)).unwrap_or(KINDS.len())
}
