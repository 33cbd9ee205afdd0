//! What controllers keep in their heads between two looks, and lose when they are restarted.

use std::collections::VecDeque;
use std::sync::Arc;

use imbl::OrdMap;

use crate::apimachinery::{LabelSelector, Object, ObjectKey};
use crate::base::Timestamp;

use super::super::scheduler::{Attempts, SchedulerCache};

/// How many recommendations and changes are kept of one autoscaler: an hour of them.
const NOTES_MAX: usize = 240;

/// What controllers remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControllerMemory {
    /// By HorizontalPodAutoscaler.
    pub autoscalers: OrdMap<ObjectKey, AutoscalerNotes>,
    /// Nodes that were seen.
    pub nodes: OrdMap<ObjectKey, Arc<Object>>,
    /// Since when nodes are missing on which Pods are.
    pub lost_nodes: OrdMap<ObjectKey, Timestamp>,
    /// Since when Pods put up with a taint for a while.
    pub taint_evictions: OrdMap<ObjectKey, Timestamp>,
    /// Attempts to place Pods that fit nowhere, by Pod; forgotten with it.
    pub scheduling: OrdMap<ObjectKey, Attempts>,
    /// What the scheduler knows of nodes and Pods.
    pub scheduler: SchedulerCache,
}

/// What the autoscaling controller remembers of one autoscaler.
#[derive(Clone, Debug)]
pub(crate) struct AutoscalerNotes {
    /// When it is looked at next.
    pub due: Timestamp,
    /// What was recommended, and when.
    pub recommendations: VecDeque<(Timestamp, i64)>,
    /// By how many replicas the target grew, and when.
    pub scale_ups: VecDeque<(Timestamp, i64)>,
    /// By how many it shrank.
    pub scale_downs: VecDeque<(Timestamp, i64)>,
    /// The Pods of its target, once they were asked for.
    pub selector: Option<LabelSelector>,
}

impl AutoscalerNotes {
    /// Nothing yet; the first look comes later.
    pub(crate) fn new(due: Timestamp) -> Self {
        Self {
            due,
            recommendations: VecDeque::new(),
            scale_ups: VecDeque::new(),
            scale_downs: VecDeque::new(),
            selector: None,
        }
    }
}

/// Adds a note, and drops the oldest when there are too many.
pub(crate) fn note(notes: &mut VecDeque<(Timestamp, i64)>, at: Timestamp, value: i64) {
    notes.push_back((at, value));
    if notes.len() > NOTES_MAX {
        notes.pop_front();
    }
}
