//! Events live for an hour after they were written last (`--event-ttl`).

use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::Timestamp;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, WriteOptions};
use super::MANAGER;

/// How long an Event lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Deletes old Events.
pub(super) struct EventExpiry;

static WATCHES: &[Watch] = &[Watch { kind: &builtin::EVENT, keys: super::itself }];

impl Reconciler for EventExpiry {
    fn name(&self) -> &'static str {
        "event-expiry"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let Ok(event) = context.registry.get(&builtin::EVENT, key) else { return Ok(Action::AwaitChange) };
        let now = context.registry.now();
        let left = LIFETIME.saturating_sub(now.duration_since(last_written(&event, now)));
        if left.is_positive() {
            return Ok(Action::RequeueAfter(left));
        }
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        context.registry.delete(&builtin::EVENT, key, &delete, &options)?;
        Ok(Action::AwaitChange)
    }
}

/// What clients say of the moments of an Event is no matter of its age, unless it is what components write.
fn last_written(event: &Object, now: Timestamp) -> Timestamp {
    let own = ["/metadata/creationTimestamp", "/lastTimestamp", "/series/lastObservedTime"];
    let written =
        event.list("/metadata/managedFields").iter().filter_map(|entry| entry["time"].as_str()?.parse().ok());
    let moments = own.iter().filter_map(|pointer| event.time(pointer)).chain(written);
    moments.filter(|moment| *moment <= now).max().unwrap_or(Timestamp::UNIX_EPOCH)
}
