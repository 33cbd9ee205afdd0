//! Creating and deleting Pods for their controllers, and telling about it (`controller.RealPodControl`).

use std::sync::Arc;

use crate::apimachinery::{Object, Status, builtin};

use super::super::manager::{EventSource, EventType, record_event};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::MANAGER;

/// Creates a Pod; the owner's events tell how it went.
///
/// # Errors
/// When the Pod is refused.
pub(super) fn create(
    registry: &mut Registry,
    component: &'static str,
    owner: &Object,
    pod: Object,
) -> Result<Arc<Object>, Status> {
    let created = registry.create(&builtin::POD, owner.namespace(), pod, &WriteOptions::component(MANAGER));
    let mut tell = |event_type, reason, message: &str| {
        record_event(registry, &EventSource::component(component), owner, "", event_type, reason, message);
    };
    match created {
        Ok(written) => {
            let message = format!("Created pod: {}", written.object.name());
            tell(EventType::Normal, "SuccessfulCreate", &message);
            Ok(written.object)
        }
        Err(status) => {
            // A namespace that is going away refuses every Pod: not worth an event.
            if !status.message.contains("because it is being terminated") {
                tell(EventType::Warning, "FailedCreate", &format!("Error creating: {status}"));
            }
            Err(status)
        }
    }
}

/// Deletes a Pod; the owner's events tell how it went. A Pod that is gone already is no error.
///
/// # Errors
/// When the deletion is refused.
pub(super) fn delete(
    registry: &mut Registry,
    component: &'static str,
    owner: &Object,
    pod: &Object,
) -> Result<(), Status> {
    let options = WriteOptions::component(MANAGER);
    let deleted = registry.delete(&builtin::POD, &pod.key(), &DeleteOptions::default(), &options);
    let mut tell = |event_type, reason, message: &str| {
        record_event(registry, &EventSource::component(component), owner, "", event_type, reason, message);
    };
    match deleted {
        Ok(_) => tell(EventType::Normal, "SuccessfulDelete", &format!("Deleted pod: {}", pod.name())),
        Err(status) if status.is("NotFound") => {}
        Err(status) => {
            tell(EventType::Warning, "FailedDelete", &format!("Error deleting: {status}"));
            return Err(status);
        }
    }
    Ok(())
}

/// Does something for each item in batches of 1, 2, 4 … and stops after the batch that met an error
/// (`slowStartBatch`).
///
/// # Errors
/// The first error of that batch.
pub(super) fn in_batches<T>(
    items: &[T],
    mut create: impl FnMut(&T) -> Result<(), Status>,
) -> Result<(), Status> {
    let (mut rest, mut size) = (items, 1);
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(size.min(rest.len()));
        let mut failure = None;
        for item in batch {
            if let Err(status) = create(item) {
                failure.get_or_insert(status);
            }
        }
        if let Some(status) = failure {
            return Err(status);
        }
        (rest, size) = (later, size * 2);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_with_an_error_is_the_last() {
        let mut tried = Vec::new();
        let outcome = in_batches(&[1, 2, 3, 4, 5], |item| {
            tried.push(*item);
            if *item == 2 { Err(Status::internal("no")) } else { Ok(()) }
        });
        assert!(outcome.is_err());
        assert_eq!(tried, [1, 2, 3]);
    }
}
