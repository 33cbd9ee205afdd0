//! Priority: turns a Pod's priority class into its number.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// Sets `priority`, `preemptionPolicy` and, from the global default, `priorityClassName`.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::POD || attributes.old.is_some() || object.get("/spec").is_none() {
        return Ok(());
    }
    let class = class_of(registry, object)?;
    let value = class.as_ref().and_then(|class| class.number("/value")).unwrap_or_default();
    let policy = class.as_ref().map_or("", |class| class.text("/preemptionPolicy"));
    let policy = if policy.is_empty() { "PreemptLowerPriority" } else { policy };
    if let Some(given) = object.number("/spec/priority")
        && given != value
    {
        let why = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name"
        );
        return Err(Status::forbidden(attributes.kind, object.name(), &why));
    }
    object.set("/spec/priority", value);
    if object.text("/spec/preemptionPolicy").is_empty() {
        object.set("/spec/preemptionPolicy", policy);
    }
    Ok(())
}

/// The class that the Pod names, or the global default, if there is one.
fn class_of(registry: &Registry, pod: &mut Object) -> Result<Option<Arc<Object>>, Status> {
    let name = pod.text("/spec/priorityClassName");
    if name.is_empty() {
        let default = registry
            .store()
            .list(&builtin::PRIORITY_CLASS, None)
            .filter(|class| class.flag("/globalDefault"))
            .min_by_key(|class| class.number("/value"))
            .cloned();
        if let Some(class) = &default {
            pod.set("/spec/priorityClassName", class.name());
        }
        return Ok(default);
    }
    let class = registry.store().get(&builtin::PRIORITY_CLASS, &ObjectKey::new("", name)).cloned();
    let missing = || {
        let why = format!("no PriorityClass with name {name} was found");
        Status::forbidden(&builtin::POD, pod.name(), &why)
    };
    class.ok_or_else(missing).map(Some)
}

/// Refuses a second class for Pods that name none.
pub(super) fn validate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    if attributes.kind != &builtin::PRIORITY_CLASS || !object.flag("/globalDefault") {
        return Ok(Vec::new());
    }
    let other = registry
        .store()
        .list(&builtin::PRIORITY_CLASS, None)
        .find(|class| class.flag("/globalDefault") && class.name() != object.name());
    match other {
        None => Ok(Vec::new()),
        Some(other) => {
            let why = format!(
                "PriorityClass {} is already marked as default. Only one default can exist",
                other.name()
            );
            Err(Status::forbidden(attributes.kind, object.name(), &why))
        }
    }
}
