//! Drains the change log, fills deduplicating queues ordered by due time, and runs what is due.

mod event_recorder;
mod reconciler;

pub(crate) use event_recorder::{EventSource, EventType, record_event};
pub(crate) use reconciler::{Action, ReconcileContext, Reconciler, Watch};
