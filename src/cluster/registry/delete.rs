//! Deleting objects: preconditions, grace periods, finalizers.

use std::sync::Arc;

use crate::apimachinery::{Kind, Object, ObjectKey, Status};

use super::Registry;
use super::admission;
use super::metadata;
use super::options::{DeleteOptions, Deleted, Propagation, WriteOptions};
use super::strategy::strategy_of;
use super::update::nothing_keeps;

/// Finalizer under which the garbage collector deletes dependents first.
pub(crate) const FOREGROUND_FINALIZER: &str = "foregroundDeletion";
/// Finalizer under which the garbage collector releases dependents.
pub(crate) const ORPHAN_FINALIZER: &str = "orphan";

impl Registry {
    /// Deletes an object, gracefully where the kind says so.
    ///
    /// # Errors
    /// 403 (protected), 404 (no such object), 409 (a precondition failed).
    pub(crate) fn delete(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        delete: &DeleteOptions,
        options: &WriteOptions,
    ) -> Result<Deleted, Status> {
        let version = kind;
        let kind = kind.stored();
        let old = self.get(kind, key)?;
        if let Some(why) = strategy_of(kind).refuses_deletion(&key.name) {
            return Err(Status::forbidden(kind, &key.name, why));
        }
        check_preconditions(kind, &old, delete)?;
        admission::validate_deletion(self, kind, &old, options)?;
        let mut new = Object::clone(&old);
        set_propagation(&mut new, delete.propagation);
        let requested = strategy_of(kind).grace_period(&old, delete.grace_period_seconds);
        if old.is_terminating() {
            shorten_grace(&mut new, &old, delete.grace_period_seconds.and(requested));
        } else {
            self.begin_deletion(kind, &mut new, requested.unwrap_or_default());
        }
        // Nothing goes that could not be shown any more.
        self.in_version(version, &old)?;
        Ok(match self.store_deletion(kind, &old, new, options) {
            Deleted::Gone(object) => Deleted::Gone(self.in_version(version, &object)?),
            Deleted::Pending(object) => Deleted::Pending(self.in_version(version, &object)?),
        })
    }

    fn begin_deletion(&self, kind: &'static Kind, object: &mut Object, grace: i64) {
        object.set("/metadata/deletionTimestamp", metadata::time_text_after(self.now, grace));
        object.set("/metadata/deletionGracePeriodSeconds", grace);
        if object.generation() > 0 {
            metadata::bump_generation(object);
        }
        strategy_of(kind).begin_deletion(object, self.now);
    }

    fn store_deletion(
        &mut self,
        kind: &'static Kind,
        old: &Arc<Object>,
        new: Object,
        options: &WriteOptions,
    ) -> Deleted {
        let gone = nothing_keeps(kind, &new);
        if options.dry_run {
            return if gone { Deleted::Gone(Arc::clone(old)) } else { Deleted::Pending(Arc::new(new)) };
        }
        if gone {
            return Deleted::Gone(self.store.remove(kind, &old.key()).unwrap_or_else(|| Arc::clone(old)));
        }
        if new == **old {
            return Deleted::Pending(Arc::clone(old));
        }
        Deleted::Pending(self.store.put(kind, new))
    }
}

fn check_preconditions(kind: &Kind, old: &Object, delete: &DeleteOptions) -> Result<(), Status> {
    if let Some(uid) = &delete.uid
        && uid != old.uid()
    {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            old.uid()
        );
        return Err(Status::conflict(kind, old.name(), &why));
    }
    if let Some(version) = &delete.resource_version
        && version != old.text("/metadata/resourceVersion")
    {
        let why = format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). The object might have been modified",
            old.text("/metadata/resourceVersion")
        );
        return Err(Status::conflict(kind, old.name(), &why));
    }
    Ok(())
}

/// Sets the garbage collector's finalizers (`deletionFinalizersForGarbageCollection`).
fn set_propagation(object: &mut Object, propagation: Option<Propagation>) {
    let Some(propagation) = propagation else { return };
    let mut finalizers: Vec<String> = object
        .finalizers()
        .filter(|name| ![FOREGROUND_FINALIZER, ORPHAN_FINALIZER].contains(name))
        .map(str::to_owned)
        .collect();
    match propagation {
        Propagation::Background => {}
        Propagation::Foreground => finalizers.push(FOREGROUND_FINALIZER.to_owned()),
        Propagation::Orphan => finalizers.push(ORPHAN_FINALIZER.to_owned()),
    }
    if finalizers.is_empty() {
        object.remove("/metadata/finalizers");
    } else {
        object.set("/metadata/finalizers", finalizers);
    }
}

/// A second deletion may only shorten the grace period of the first.
fn shorten_grace(new: &mut Object, old: &Object, requested: Option<i64>) {
    let present = old.number("/metadata/deletionGracePeriodSeconds").unwrap_or_default();
    let (Some(requested), Some(deadline)) = (requested, old.deletion_timestamp()) else { return };
    if requested >= present {
        return;
    }
    new.set("/metadata/deletionTimestamp", metadata::time_text_after(deadline, requested - present));
    new.set("/metadata/deletionGracePeriodSeconds", requested);
}
