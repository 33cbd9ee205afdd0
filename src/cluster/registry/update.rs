//! Replacing objects, or the part of them that a subresource means.

use std::sync::Arc;

use crate::apimachinery::{FieldErrors, Kind, Object, ObjectKey, Status};

use super::Registry;
use super::admission::{self, Attributes};
use super::conversion::record_update;
use super::custom::{finalizer_warnings, rules_of};
use super::decode::{Incoming, decode};
use super::metadata;
use super::options::{WriteOptions, Written};
use super::patch::check_name;
use super::scale;
use super::strategy::{Strategy, strategy_of};
use super::validation::{kube_finalizer_errors, metadata_errors, metadata_update_errors};

impl Registry {
    /// Replaces an object (or the part that a subresource means).
    ///
    /// # Errors
    /// 404 (no such object), 409 (somebody else wrote in between), 422 (invalid).
    pub(crate) fn update(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        object: Object,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        if options.subresource == "scale" {
            return self.update_scale(kind, key, &object, options);
        }
        let known = self.get_to_write(kind, key);
        let incoming = decode(kind, object, known.as_deref(), options)?;
        let written = self.update_decoded(kind.stored(), key, incoming, options)?;
        Ok(written.in_version(kind))
    }

    pub(super) fn update_decoded(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        mut incoming: Incoming,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let (object, strategy) = (&mut incoming.object, strategy_of(kind));
        metadata::ensure_namespace(kind, object, &key.namespace)?;
        if object.name().is_empty() {
            object.set("/metadata/name", key.name.clone());
        }
        check_name(key, object.name())?;
        let Some(old) = self.to_write_in(incoming.version, kind, key)? else {
            if strategy.creates_on_update() && object.uid().is_empty() && options.subresource.is_empty() {
                object.remove("/metadata/resourceVersion");
                return self.create_decoded(kind, &key.namespace, incoming, options);
            }
            return Err(Status::not_found(kind, &key.name));
        };
        check_preconditions(kind, object, &old)?;
        self.replace(kind, &old, incoming, options)
    }

    /// Writes only the status of an object, as a component does.
    ///
    /// # Errors
    /// As [`Registry::update`].
    pub(crate) fn update_status(
        &mut self,
        kind: &'static Kind,
        object: Object,
        manager: &str,
    ) -> Result<Arc<Object>, Status> {
        let key = object.key();
        let options = WriteOptions::component_status(manager);
        let Some(old) = self.get_to_write(kind, &key) else { return Err(Status::not_found(kind, &key.name)) };
        let same = ["/metadata", "/spec"].iter().all(|part| object.agrees(&old, part));
        if !same || !std::ptr::eq(kind, kind.stored()) {
            return self.update(kind, &key, object, &options).map(|written| written.object);
        }
        let incoming = Incoming { kept: true, ..decode(kind, object, Some(&old), &options)? };
        self.replace(kind, &old, incoming, &options).map(|written| written.object)
    }

    pub(super) fn update_scale(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        wanted: &Object,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let old = self.get(kind, key)?;
        check_name(key, wanted.name())?;
        check_preconditions(kind, wanted, &old)?;
        let object = scale::scaled(kind, &old, wanted)?;
        let incoming = Incoming { object, warnings: Vec::new(), owned: false, version: kind, kept: false };
        let written = self.replace(kind, &old, incoming, options)?;
        let scale = scale::scale_of(kind, &written.object)?;
        Ok(Written { object: Arc::new(scale), ..written })
    }

    /// Stores `new` in place of `old`, keeping what the client may not change.
    fn replace(
        &mut self,
        kind: &'static Kind,
        old: &Arc<Object>,
        incoming: Incoming,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let Incoming { object: mut new, mut warnings, owned, version, kept } = incoming;
        let strategy = rules_of(kind, version);
        let whole = matches!(options.subresource, "" | "scale");
        if !kept {
            new.set("/apiVersion", kind.api_version());
            new.set("/kind", kind.kind);
        }
        if !new.shares(old, "metadata") {
            metadata::keep_system_fields(&mut new, old);
            metadata::drop_empty(&mut new);
        }
        let mut new = if kept { new } else { meant(kind, strategy, old, new, options)? };
        // What is shared with the old object was made right when that was written.
        let same = is_shared(&new, old, &["metadata", "status"]);
        match options.subresource {
            "status" => strategy.set_status_defaults(&mut new),
            _ if same => {}
            _ => strategy.set_defaults(&mut new),
        }
        strategy.check_user(self, options, &mut new, Some(old))?;
        if !owned {
            record_update(version, Some(old), &mut new, options, self.now);
        }
        let attributes = Attributes { kind, old: Some(old), options };
        if whole {
            admission::admit(self, &attributes, &mut new)?;
            strategy.prepare_for_update(&mut new, old);
        } else {
            admission::admit_part(self, &attributes, &mut new)?;
        }
        metadata::ensure_status(kind, &mut new);
        if !is_shared(&new, old, &["metadata"]) {
            strategy.write_out_zero_values(&mut new);
        }
        if options.subresource == "resize" {
            let errors = resize_errors(strategy, &new, old);
            if !errors.is_empty() {
                return Err(Status::invalid(kind, old.name(), &errors));
            }
        }
        let errors = strategy.validate_part(options.subresource, &new, old);
        if !errors.is_empty() {
            return Err(Status::invalid(kind, old.name(), &errors));
        }
        if whole || kind.custom.is_some() {
            let errors = update_errors(strategy, &new, old);
            if !errors.is_empty() {
                return Err(Status::invalid(kind, old.name(), &errors));
            }
            warnings.extend(admission::validate(self, &attributes, &new)?);
            let errors = strategy.allocate(self, &mut new);
            if !errors.is_empty() {
                return Err(Status::invalid(kind, old.name(), &errors));
            }
            let finalizers = finalizer_warnings(kind, &new, Some(old));
            warnings.extend(strategy.warnings(&new).into_iter().chain(finalizers));
        } else {
            warnings.extend(admission::validate_part(self, &attributes, &new)?);
        }
        let counts = strategy.counts_generations() && options.subresource != "status";
        if counts && strategy.desired_state_changed(&new, old) {
            metadata::bump_generation(&mut new);
        }
        new.set("/metadata/resourceVersion", old.text("/metadata/resourceVersion"));
        let object = self.store_changed(kind, version, old, new, options)?;
        Ok(Written { object, created: false, warnings })
    }

    fn store_changed(
        &mut self,
        kind: &'static Kind,
        version: &'static Kind,
        old: &Arc<Object>,
        new: Object,
        options: &WriteOptions,
    ) -> Result<Arc<Object>, Status> {
        if new == **old {
            return self.shown_in(version, Arc::clone(old), false);
        }
        if options.dry_run {
            return self.shown_in(version, Arc::new(new), false);
        }
        if new.is_terminating() && nothing_keeps(kind, &new) {
            self.store.remove(kind, &old.key());
            return self.shown_in(version, Arc::new(new), false);
        }
        let new = self.to_storage(kind, version, new)?;
        let stored = self.store.put(kind, new);
        self.shown_in(version, stored, true)
    }
}

/// The old object with what a write of its subresource means of the new one.
fn meant(
    kind: &Kind,
    strategy: &dyn Strategy,
    old: &Object,
    mut new: Object,
    options: &WriteOptions,
) -> Result<Object, Status> {
    Ok(match options.subresource {
        "status" => with_part_and_metadata(strategy, old, &new, "/status")?,
        "approval" => with_part_and_metadata(strategy, old, &new, "/status/conditions")?,
        "finalize" => with_part_and_metadata(strategy, old, &new, "/spec/finalizers")?,
        "resize" if old.get(WHOLE_POD) != new.get(WHOLE_POD) => {
            return Err(Status::failure(501, "NotImplemented", RESIZES_CONTAINERS));
        }
        "resize" => resized(old, &new),
        "ephemeralcontainers" => with_part(old, &new, "/spec/ephemeralContainers"),
        _ => {
            if kind.subresource("status").is_some() {
                new.take_over("status", old);
            }
            new
        }
    })
}

/// Whether a terminating object has no finalizer left and no grace period to wait for.
pub(super) fn nothing_keeps(kind: &'static Kind, object: &Object) -> bool {
    object.finalizers().next().is_none()
        && object.number("/metadata/deletionGracePeriodSeconds").unwrap_or_default() == 0
        && strategy_of(kind).may_go(object)
}

/// Kinds of the core group whose whole metadata are judged again with every change.
const JUDGED_ANEW: &[&str] = &[
    "ConfigMap",
    "Endpoints",
    "LimitRange",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "Secret",
    "Service",
    "ServiceAccount",
];

fn update_errors(strategy: &dyn Strategy, new: &Object, old: &Object) -> FieldErrors {
    let mut errors = metadata_errors(strategy, new);
    if new.api_version() == "v1" && JUDGED_ANEW.contains(&new.kind()) {
        errors.extend(kube_finalizer_errors(new));
    }
    errors.extend(metadata_update_errors(new, old));
    errors.extend(strategy.validate(new));
    errors.extend(strategy.validate_update(new, old));
    strategy.add_rule_errors(new, Some(old), &mut errors);
    errors
}

/// What a Pod may ask for as a whole.
const WHOLE_POD: &str = "/spec/resources";
/// What a client is told that changes it while the Pod runs.
const RESIZES_CONTAINERS: &str =
    "not simulated: resizing what a Pod asks for as a whole; resize its containers, or make the Pod anew";

/// The old Pod with the new one's resources of containers, which is all that `resize` changes.
fn resized(old: &Object, new: &Object) -> Object {
    let mut object = Object::clone(old);
    for list in ["containers", "initContainers"] {
        for (index, container) in new.list(&format!("/spec/{list}")).iter().enumerate() {
            let pointer = format!("/spec/{list}/{index}");
            let same = object.get(&pointer).is_some_and(|own| own["name"] == container["name"]);
            for field in ["resources", "resizePolicy"] {
                if let Some(value) = container.get(field).filter(|_| same) {
                    object.set(&format!("{pointer}/{field}"), value.clone());
                }
            }
        }
    }
    if new.get("/metadata/managedFields").is_some() {
        copy_field(&mut object, new, "/metadata/managedFields");
    }
    object
}

fn resize_errors(strategy: &dyn Strategy, new: &Object, old: &Object) -> FieldErrors {
    let mut errors = strategy.validate(new);
    let (class, before) = (super::pod_defaults::qos_class(new), old.text("/status/qosClass"));
    if !before.is_empty() && class != before {
        let text = "Pod QOS Class may not change as a result of resizing";
        errors.push(crate::apimachinery::FieldError::invalid("spec", class, text));
    }
    errors
}

fn check_preconditions(kind: &Kind, new: &Object, old: &Object) -> Result<(), Status> {
    let uid = new.uid();
    if !uid.is_empty() && uid != old.uid() {
        let why =
            format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", old.uid());
        return Err(Status::conflict(kind, old.name(), &why));
    }
    // Zero stands for whichever version there is, as absence does.
    let version = new.text("/metadata/resourceVersion");
    if !matches!(version, "" | "0") && version != old.text("/metadata/resourceVersion") {
        return Err(Status::modified(kind, old.name()));
    }
    Ok(())
}

/// Whether all fields at the top but these are shared with the old object.
fn is_shared(new: &Object, old: &Object, but: &[&str]) -> bool {
    let names = |object: &Object| object.fields().filter(|(name, _)| !but.contains(name)).count();
    let shared = new.fields().filter(|(name, _)| !but.contains(name) && new.shares(old, name)).count();
    shared == names(new) && shared == names(old)
}

fn copy_field(new: &mut Object, old: &Object, pointer: &str) {
    match old.get(pointer) {
        _ if pointer.rfind('/') == Some(0) => new.take_over(&pointer[1..], old),
        Some(value) => new.set(pointer, value.clone()),
        None => {
            new.remove(pointer);
        }
    }
}

/// The same with what of the metadata goes with the status.
fn with_part_and_metadata(
    strategy: &dyn Strategy,
    old: &Object,
    new: &Object,
    pointer: &str,
) -> Result<Object, Status> {
    let mut object = with_part(old, new, pointer);
    let mut changed = false;
    for field in strategy.metadata_with_status() {
        let pointer = format!("/metadata/{field}");
        if object.get(&pointer) != new.get(&pointer) {
            copy_field(&mut object, new, &pointer);
            changed = true;
        }
    }
    if changed {
        let mut errors = metadata_errors(strategy, &object);
        errors.extend(metadata_update_errors(&object, old));
        if !errors.is_empty() {
            return Err(Status::invalid_in(group_of(&object), object.kind(), object.name(), &errors));
        }
    }
    Ok(object)
}

fn group_of(object: &Object) -> &str {
    object.api_version().split_once('/').map(|(group, _)| group).unwrap_or_default()
}

/// The old object with one part of the new one (what a subresource means) and its owners.
fn with_part(old: &Object, new: &Object, pointer: &str) -> Object {
    let mut object = Object::clone(old);
    copy_field(&mut object, new, pointer);
    if new.get("/metadata/managedFields").is_some() {
        copy_field(&mut object, new, "/metadata/managedFields");
    }
    object
}
