//! Rules of ephemeral containers: few fields, and never changed or removed.

use crate::apimachinery::{FieldErrors, Object};

use super::field::Field;

/// Fields that make no sense for a container that comes later.
const FORBIDDEN: &[&str] =
    &["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resizePolicy"];

/// What is wrong with the fields of an ephemeral container, besides those that every container has.
pub(super) fn ephemeral_container_errors(container: &Field<'_>, names: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let target = container.child("targetContainerName");
    if !target.is_empty() && !names.contains(&target.text()) {
        errors.push(target.not_found());
    }
    for field in FORBIDDEN {
        let field = container.child(field);
        if !field.is_empty() {
            errors.push(field.forbidden("cannot be set for an Ephemeral Container"));
        }
    }
    let resources = container.child("resources");
    if ["limits", "requests"].iter().any(|field| !resources.child(field).is_empty()) {
        errors.push(resources.forbidden("cannot be set for an Ephemeral Container"));
    }
    for mount in container.child("volumeMounts").items() {
        for field in ["subPath", "subPathExpr"] {
            let field = mount.child(field);
            if !field.is_empty() {
                errors.push(field.forbidden("cannot be set for an Ephemeral Container"));
            }
        }
    }
    errors
}

/// What is wrong with a change of the ephemeral containers (`ValidatePodEphemeralContainersUpdate`).
pub(crate) fn ephemeral_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let list = Field::of(new, "spec").child("ephemeralContainers");
    let after: Vec<Field<'_>> = list.items().collect();
    let mut errors = FieldErrors::new();
    for before in Field::of(old, "spec").child("ephemeralContainers").items() {
        let name = before.child("name");
        match after.iter().find(|container| container.child("name").text() == name.text()) {
            None => {
                errors.push(list.forbidden(format!(
                    "existing ephemeral containers {:?} may not be removed\n",
                    name.text()
                )))
            }
            Some(container) if container.value() != before.value() => {
                errors.push(list.forbidden(format!(
                    "existing ephemeral containers {:?} may not be changed\n",
                    name.text()
                )));
            }
            Some(_) => {}
        }
    }
    errors
}
