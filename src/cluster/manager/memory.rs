//! What controllers keep in their heads between two looks, and lose when they are restarted.

use std::sync::Arc;

use imbl::OrdMap;

use crate::apimachinery::{Object, ObjectKey};
use crate::base::Timestamp;

use super::super::scheduler::Attempts;

/// What controllers remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControllerMemory {
    /// Nodes that were seen.
    pub nodes: OrdMap<ObjectKey, Arc<Object>>,
    /// Since when nodes are missing on which Pods are.
    pub lost_nodes: OrdMap<ObjectKey, Timestamp>,
    /// Since when Pods put up with a taint for a while.
    pub taint_evictions: OrdMap<ObjectKey, Timestamp>,
    /// Attempts to place Pods that fit nowhere, by Pod; forgotten with it.
    pub scheduling: OrdMap<ObjectKey, Attempts>,
}
