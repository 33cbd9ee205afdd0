//! What a controller is.

use jiff::SignedDuration;

use crate::apimachinery::{Kind, ObjectKey, Status};

use super::super::kubelet::NodeState;
use super::super::registry::Registry;
use super::super::storage::Change;
use super::memory::ControllerMemory;

/// What a reconciler works on.
pub(crate) struct ReconcileContext<'a> {
    /// All objects.
    pub registry: &'a mut Registry,
    /// What runs on the nodes; only the kubelet touches it.
    pub node: &'a mut NodeState,
    /// What controllers keep in their heads.
    pub memory: &'a mut ControllerMemory,
}

/// When a reconciler wants to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// When something it watches changes.
    AwaitChange,
    /// After this much simulated time, or earlier on a change.
    RequeueAfter(SignedDuration),
}

/// Maps changes of one kind to the keys that a reconciler works on.
pub(crate) struct Watch {
    /// The kind watched.
    pub kind: &'static Kind,
    /// The keys to reconcile after a change.
    pub keys: fn(&Change, &Registry) -> Vec<ObjectKey>,
}

/// Keys that do not depend on which object changed: they are asked for once after all changes that are read
/// together, so that a thousand changes do not ask a thousand times for everything.
pub(crate) struct Sweep {
    /// The kind watched.
    pub kind: &'static Kind,
    /// Whether a change is a reason.
    pub after: fn(&Change) -> bool,
    /// The keys to reconcile.
    pub keys: fn(&Registry) -> Vec<ObjectKey>,
}

/// A controller: level-triggered, synchronous, idempotent. It receives a key, reads
/// everything anew and writes what is missing. An error is retried with back-off.
pub(crate) trait Reconciler: Sync {
    /// Upstream's name of the controller.
    fn name(&self) -> &'static str;
    /// What wakes it.
    fn watches(&self) -> &'static [Watch];
    /// What wakes many of its keys at once.
    fn sweeps(&self) -> &'static [Sweep] {
        &[]
    }
    /// From changes of custom resources, whatever their kind, to the keys to reconcile after them.
    fn custom_keys(&self) -> Option<fn(&Change, &Registry) -> Vec<ObjectKey>> {
        None
    }
    /// Brings the object of that key closer to what is desired.
    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status>;
}
