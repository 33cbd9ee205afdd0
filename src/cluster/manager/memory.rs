//! What controllers keep in their heads between two looks, and lose when they are restarted.

use std::collections::VecDeque;

use imbl::OrdMap;

use crate::apimachinery::ObjectKey;
use crate::base::Timestamp;

/// How many recommendations and changes are kept of one autoscaler: an hour of them.
const NOTES_MAX: usize = 240;

/// What controllers remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControllerMemory {
    /// By HorizontalPodAutoscaler.
    pub autoscalers: OrdMap<ObjectKey, AutoscalerNotes>,
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
}

impl AutoscalerNotes {
    /// Nothing yet; the first look comes later.
    pub(crate) fn new(due: Timestamp) -> Self {
        Self {
            due,
            recommendations: VecDeque::new(),
            scale_ups: VecDeque::new(),
            scale_downs: VecDeque::new(),
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
