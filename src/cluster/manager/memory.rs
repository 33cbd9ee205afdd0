//! What controllers keep in their heads between two looks, and lose when they are restarted.

use imbl::OrdMap;

use crate::apimachinery::ObjectKey;

use super::super::scheduler::Attempts;

/// What controllers remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControllerMemory {
    /// Attempts to place Pods that fit nowhere, by Pod; forgotten with it.
    pub scheduling: OrdMap<ObjectKey, Attempts>,
}
