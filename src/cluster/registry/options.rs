//! How a write is made and what came of it.

use std::sync::Arc;

use crate::apimachinery::{Kind, Object};
use crate::base::Value;

use super::conversion::in_version;

use super::super::authorization::User;

/// Who writes, and how.
#[derive(Clone, Debug)]
pub(crate) struct WriteOptions {
    /// Name in managedFields.
    pub manager: String,
    /// Who asks, for the checks that look at more than the kind.
    pub user: Arc<User>,
    /// Run everything, store nothing.
    pub dry_run: bool,
    /// What to do about unknown and duplicate fields.
    pub field_validation: FieldValidation,
    /// If the client named a field twice: all fields in the order of the body, and whether one has come before.
    pub duplicate_fields: Vec<(String, bool)>,
    /// What a YAML body says twice, in the words of its reader.
    pub yaml_duplicates: Vec<String>,
    /// The subresource written (`status`, `scale` …); empty for the object itself.
    pub subresource: &'static str,
}

impl WriteOptions {
    /// How a component of the cluster writes (controllers, scheduler, kubelet).
    pub(crate) fn component(manager: &str) -> Self {
        Self {
            manager: manager.to_owned(),
            user: Arc::new(User::component(manager)),
            dry_run: false,
            field_validation: FieldValidation::Ignore,
            duplicate_fields: Vec::new(),
            yaml_duplicates: Vec::new(),
            subresource: "",
        }
    }

    /// The same, writing the status subresource.
    pub(super) fn component_status(manager: &str) -> Self {
        Self { subresource: "status", ..Self::component(manager) }
    }
}

/// `fieldValidation` of a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldValidation {
    /// Drop unknown fields silently.
    Ignore,
    /// Drop them and warn.
    #[default]
    Warn,
    /// Refuse them.
    Strict,
}

/// A write that succeeded.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The object as stored (or as it would have been, for a dry run).
    pub object: Arc<Object>,
    /// Whether it is new.
    pub created: bool,
    /// Warnings for the client.
    pub warnings: Vec<String>,
}

impl Written {
    /// The same, shown in another version of the kind.
    pub(super) fn in_version(self, kind: &'static Kind) -> Self {
        Self { object: in_version(kind, &self.object), ..self }
    }
}

/// A patch and its content type.
#[derive(Clone, Debug)]
pub(crate) enum Patch {
    /// RFC 6902.
    Json(Value),
    /// RFC 7396.
    Merge(Value),
    /// Kubernetes' strategic merge.
    Strategic(Value),
    /// Server-side apply; `force` takes fields from other managers.
    Apply {
        /// The applied configuration.
        configuration: Value,
        /// Take conflicting fields.
        force: bool,
    },
}

/// How dependents are treated when their owner goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// Owner first, dependents after.
    Background,
    /// Dependents first.
    Foreground,
    /// Dependents stay.
    Orphan,
}

/// `DeleteOptions`.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteOptions {
    /// Seconds a Pod may take to end; the object's own period when absent.
    pub grace_period_seconds: Option<i64>,
    /// Propagation; the kind's default when absent.
    pub propagation: Option<Propagation>,
    /// Only if the object still has this uid.
    pub uid: Option<String>,
    /// Only if the object still has this resourceVersion.
    pub resource_version: Option<String>,
}

/// What a deletion did.
#[derive(Clone, Debug)]
pub(crate) enum Deleted {
    /// The object is gone; its last state.
    Gone(Arc<Object>),
    /// The object is being deleted (grace period, finalizers); its present state.
    Pending(Arc<Object>),
}
