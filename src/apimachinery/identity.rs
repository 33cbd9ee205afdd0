//! What every object says of itself: its type, its names, its times, its owners and its conditions.

use serde::Deserialize;

use crate::base::{Map, Value, escape_pointer};

use super::key::ObjectKey;
use super::meta::OwnerReference;
use super::object::Object;

impl Object {
    /// `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// `metadata.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// `metadata.namespace`; empty for cluster-scoped objects.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// Namespace and name.
    #[must_use]
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.namespace(), self.name())
    }

    /// `metadata.uid`.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.text("/metadata/uid")
    }

    /// `metadata.resourceVersion` as a number; 0 when absent.
    #[must_use]
    pub fn resource_version(&self) -> u64 {
        self.text("/metadata/resourceVersion").parse().unwrap_or_default()
    }

    /// `metadata.generation`; 0 when absent.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.number("/metadata/generation").unwrap_or_default()
    }

    /// The moment at a path (RFC 3339), if it is one.
    #[must_use]
    pub fn time(&self, pointer: &str) -> Option<crate::base::Timestamp> {
        self.text(pointer).parse().ok()
    }

    /// `metadata.creationTimestamp`.
    #[must_use]
    pub fn creation_timestamp(&self) -> Option<crate::base::Timestamp> {
        self.time("/metadata/creationTimestamp")
    }

    /// `metadata.deletionTimestamp`: set while the object is being deleted.
    #[must_use]
    pub fn deletion_timestamp(&self) -> Option<crate::base::Timestamp> {
        self.time("/metadata/deletionTimestamp")
    }

    /// Whether deletion has begun.
    #[must_use]
    pub fn is_terminating(&self) -> bool {
        self.get("/metadata/deletionTimestamp").is_some()
    }

    /// `metadata.labels`.
    #[must_use]
    pub fn labels(&self) -> Option<&Map> {
        self.map("/metadata/labels")
    }

    /// One label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels()?.get(key)?.as_str()
    }

    /// One annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.map("/metadata/annotations")?.get(key)?.as_str()
    }

    /// Sets one annotation.
    pub fn set_annotation(&mut self, key: &str, value: impl Into<String>) {
        self.set(&format!("/metadata/annotations/{}", escape_pointer(key)), value.into());
    }

    /// Sets one label.
    pub fn set_label(&mut self, key: &str, value: impl Into<String>) {
        self.set(&format!("/metadata/labels/{}", escape_pointer(key)), value.into());
    }

    /// `metadata.finalizers`.
    pub fn finalizers(&self) -> impl Iterator<Item = &str> {
        self.list("/metadata/finalizers").iter().filter_map(Value::as_str)
    }

    /// `metadata.ownerReferences`; malformed ones are left out.
    #[must_use]
    pub fn owner_references(&self) -> Vec<OwnerReference> {
        self.list("/metadata/ownerReferences")
            .iter()
            .filter_map(|reference| OwnerReference::deserialize(reference).ok())
            .collect()
    }

    /// The managing controller, if there is one.
    #[must_use]
    pub fn controller(&self) -> Option<OwnerReference> {
        self.controller_references().find_map(|reference| OwnerReference::deserialize(reference).ok())
    }

    /// The references to managing controllers, of which there is at most one, as they are written.
    pub fn controller_references(&self) -> impl Iterator<Item = &Value> {
        self.list("/metadata/ownerReferences").iter().filter(|reference| reference["controller"] == true)
    }

    /// Whether the managing controller is the object with that uid.
    #[must_use]
    pub fn is_controlled_by(&self, uid: &str) -> bool {
        self.controller_references().next().is_some_and(|controller| controller["uid"] == uid)
    }

    /// The status and reason of `status.conditions[type]`.
    #[must_use]
    pub fn condition(&self, condition_type: &str) -> Option<&Map> {
        self.list("/status/conditions")
            .iter()
            .filter_map(Value::as_object)
            .find(|condition| condition.get("type").and_then(Value::as_str) == Some(condition_type))
    }

    /// Whether `status.conditions[type].status` is `True`.
    #[must_use]
    pub fn condition_is_true(&self, condition_type: &str) -> bool {
        self.condition(condition_type).and_then(|condition| condition.get("status")).and_then(Value::as_str)
            == Some("True")
    }
}
