//! Creating objects.

use std::sync::Arc;

use crate::apimachinery::{Kind, Object, ObjectKey, Status, seconds};

use super::Registry;
use super::admission::{self, Attributes};
use super::conversion::record_update;
use super::custom::{self, rules_of};
use super::decode::{Incoming, decode};
use super::metadata;
use super::options::{WriteOptions, Written};
use super::strategy::Strategy;
use super::validation::{kube_finalizer_errors, metadata_errors};

/// How often a generated name is drawn anew when it is taken.
const GENERATED_NAME_TRIES: usize = 8;

impl Registry {
    /// Creates an object: decoding checks, defaults, admission, validation, storage.
    ///
    /// # Errors
    /// 400 (malformed), 403 (admission), 404 (no such namespace), 409 (the name is taken), 422 (invalid).
    pub(crate) fn create(
        &mut self,
        kind: &'static Kind,
        namespace: &str,
        object: Object,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let incoming = decode(kind, object, None, options)?;
        let written = self.create_decoded(kind.stored(), namespace, incoming, options)?;
        Ok(written.in_version(kind))
    }

    /// Creates an object whose fields have been checked already.
    pub(super) fn create_decoded(
        &mut self,
        kind: &'static Kind,
        namespace: &str,
        incoming: Incoming,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let Incoming { mut object, mut warnings, owned, version, kept: _ } = incoming;
        let strategy = rules_of(kind, version);
        self.check_definition(kind)?;
        metadata::ensure_namespace(kind, &mut object, namespace)?;
        if !object.text("/metadata/resourceVersion").is_empty() {
            return Err(Status::failure(
                500,
                "",
                "resourceVersion should not be set on objects to be created",
            ));
        }
        object.set("/apiVersion", kind.api_version());
        object.set("/kind", kind.kind);
        self.ensure_name(kind, &mut object)?;
        strategy.set_defaults(&mut object);
        strategy.check_user(self, options, &mut object, None)?;
        if !owned {
            record_update(version, None, &mut object, options, self.now);
        }
        admission::admit(self, &Attributes { kind, old: None, options }, &mut object)?;
        self.fill_new(kind, strategy, &mut object);
        let mut errors = metadata_errors(strategy, &object);
        if kind.custom.is_none() {
            errors.extend(kube_finalizer_errors(&object));
        }
        errors.extend(strategy.validate(&object));
        strategy.add_rule_errors(&object, None, &mut errors);
        if !errors.is_empty() {
            return Err(Status::invalid(kind, object.name(), &errors));
        }
        let attributes = Attributes { kind, old: None, options };
        warnings.extend(admission::validate(self, &attributes, &object)?);
        if self.store.get(kind, &object.key()).is_some() {
            return Err(Status::already_exists(kind, object.name()));
        }
        let errors = strategy.allocate(self, &mut object);
        if !errors.is_empty() {
            return Err(Status::invalid(kind, object.name(), &errors));
        }
        warnings.extend(strategy.warnings(&object));
        warnings.extend(custom::finalizer_warnings(kind, &object, None));
        let object = if options.dry_run {
            Arc::new(object)
        } else {
            let object = self.to_storage(kind, version, object)?;
            self.store.put(kind, object)
        };
        let object = self.shown_in(version, object, !options.dry_run)?;
        Ok(Written { object, created: true, warnings })
    }

    /// Stores an object that is known to be right as it stands, with a uid and the present moment.
    pub(crate) fn load(&mut self, kind: &'static Kind, mut object: Object) -> Arc<Object> {
        metadata::fill_system_fields(&mut object, self.now, &mut self.random);
        if object.get("/metadata/managedFields/0/time").is_some() {
            object.set("/metadata/managedFields/0/time", seconds(self.now));
        }
        self.store.put(kind, object)
    }

    fn ensure_name(&mut self, kind: &'static Kind, object: &mut Object) -> Result<(), Status> {
        let base = object.text("/metadata/generateName").to_owned();
        if !object.name().is_empty() || base.is_empty() {
            return Ok(());
        }
        for _ in 0..GENERATED_NAME_TRIES {
            let name = metadata::generated_name(&base, &mut self.random);
            let key = ObjectKey::new(object.namespace(), &name);
            if self.store.get(kind, &key).is_none() {
                object.set("/metadata/name", name);
                return Ok(());
            }
        }
        Err(Status::already_exists(kind, &base))
    }

    fn fill_new(&mut self, kind: &'static Kind, strategy: &dyn Strategy, object: &mut Object) {
        metadata::fill_system_fields(object, self.now, &mut self.random);
        metadata::drop_empty(object);
        if strategy.counts_generations() {
            object.set("/metadata/generation", 1);
        }
        if kind.subresource("status").is_some() && !strategy.accepts_status_on_create() {
            object.remove("/status");
        }
        strategy.prepare_for_create(object);
        metadata::ensure_status(kind, object);
        strategy.write_out_zero_values(object);
    }
}
