//! The custom kinds of this cluster: what its CustomResourceDefinitions define, kept up with their writes.

use std::sync::Arc;

use imbl::OrdMap;

use crate::apimachinery::{Definition, KINDS, Kind, Object, define, kind_by_resource, kind_of};

/// Definitions by name, established ones only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions(OrdMap<Arc<str>, Arc<Definition>>);

impl Definitions {
    /// Follows a write of a definition.
    pub(super) fn follow(&mut self, name: &str, new: Option<&Object>) {
        let established = new.filter(|new| new.condition_is_true("Established"));
        match established.and_then(define) {
            Some(definition) => {
                self.0.insert(name.into(), Arc::new(definition));
            }
            None => {
                self.0.remove(name);
            }
        }
    }

    /// The custom kinds that are served, by group, the preferred version first.
    pub(crate) fn served(&self) -> impl Iterator<Item = &'static Kind> {
        self.0.values().flat_map(|definition| definition.served.iter().copied())
    }

    /// Every kind as which objects may be stored.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &'static Kind> {
        let builtin = KINDS.iter().copied().filter(|kind| kind.stored_as.is_none());
        builtin.chain(self.0.values().map(|definition| definition.storage))
    }

    /// The kind that the definition of that name stores.
    pub(crate) fn stored_by(&self, definition: &str) -> Option<&'static Kind> {
        self.0.get(definition).map(|definition| definition.storage)
    }

    /// The kind with that apiVersion and kind, served or not.
    pub(crate) fn kind_of(&self, api_version: &str, kind: &str) -> Option<&'static Kind> {
        kind_of(api_version, kind).or_else(|| {
            let mut all = self.served().chain(self.0.values().map(|definition| definition.storage));
            all.find(|entry| entry.kind == kind && entry.api_version() == api_version)
        })
    }

    /// The kind served at that group, version and plural.
    pub(crate) fn kind_by_resource(&self, group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
        kind_by_resource(group, version, plural).or_else(|| {
            let definition = self.0.get(format!("{plural}.{group}").as_str())?;
            definition.served.iter().copied().find(|kind| kind.version == version)
        })
    }
}
