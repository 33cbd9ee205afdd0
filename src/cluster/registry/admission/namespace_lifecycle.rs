//! NamespaceLifecycle: nothing is created in a namespace that is absent or on its way out.

use crate::apimachinery::{Object, ObjectKey, Status, StatusCause, builtin};

use super::super::Registry;
use super::Attributes;

/// Refuses creations in absent (404) and terminating (403) namespaces.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.old.is_some() || !attributes.kind.namespaced {
        return Ok(());
    }
    let name = object.namespace();
    let namespace = registry.get(&builtin::NAMESPACE, &ObjectKey::new("", name))?;
    if namespace.text("/status/phase") != "Terminating" && !namespace.is_terminating() {
        return Ok(());
    }
    let why = format!("unable to create new content in namespace {name} because it is being terminated");
    let mut status = Status::forbidden(attributes.kind, object.name(), &why);
    if let Some(details) = &mut status.details {
        details.causes.push(StatusCause {
            reason: "NamespaceTerminating".to_owned(),
            message: format!("namespace {name} is being terminated"),
            field: "metadata.namespace".to_owned(),
        });
    }
    Err(status)
}
