//! Which objects name an owner: from the owner's uid to its dependents.

use std::sync::Arc;

use imbl::OrdSet;

use crate::apimachinery::Object;
use crate::base::Value;

use super::key::StoreKey;

/// Stands for the owner of the objects that no controller manages.
pub(super) const NO_CONTROLLER: &str = "";

/// Pairs of an owner's uid and a dependent's key.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnerIndex(OrdSet<(Arc<str>, StoreKey)>);

impl OwnerIndex {
    /// Follows a write: `old` and `new` are the object before and after it.
    pub(super) fn follow(&mut self, key: &StoreKey, old: Option<&Object>, new: Option<&Object>) {
        if old.map(references) == new.map(references) {
            return;
        }
        for uid in old.into_iter().flat_map(owner_uids) {
            self.0.remove(&(uid, key.clone()));
        }
        for uid in new.into_iter().flat_map(owner_uids) {
            self.0.insert((uid, key.clone()));
        }
    }

    /// Keys of the objects that name this uid as an owner, from `start` on.
    pub(super) fn dependents<'a>(
        &'a self,
        uid: &'a str,
        start: StoreKey,
    ) -> impl Iterator<Item = &'a StoreKey> {
        let from: (Arc<str>, StoreKey) = (uid.into(), start);
        self.0.range(from..).take_while(move |(owner, _)| &**owner == uid).map(|(_, key)| key)
    }
}

fn references(object: &Object) -> Option<&Value> {
    object.get("/metadata/ownerReferences")
}

fn owner_uids(object: &Object) -> Vec<Arc<str>> {
    let references = object.list("/metadata/ownerReferences");
    let managed = references.iter().any(|reference| reference["controller"] == true);
    let nobody = (!managed).then_some(NO_CONTROLLER);
    references.iter().filter_map(|reference| reference["uid"].as_str()).chain(nobody).map(Arc::from).collect()
}
