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
        let left = LIFETIME.saturating_sub(context.registry.now().duration_since(last_written(&event)));
        if left.is_positive() {
            return Ok(Action::RequeueAfter(left));
        }
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        context.registry.delete(&builtin::EVENT, key, &delete, &options)?;
        Ok(Action::AwaitChange)
    }
}

fn last_written(event: &Object) -> Timestamp {
    let moments = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    moments.iter().find_map(|pointer| event.time(pointer)).unwrap_or(Timestamp::UNIX_EPOCH)
}
