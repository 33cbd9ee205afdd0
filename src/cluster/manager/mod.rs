//! Drains the change log, fills deduplicating queues ordered by due time, and runs what is due.

mod event_recorder;
mod memory;
mod reconciler;
mod work_queue;

use std::borrow::Borrow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use imbl::HashMap;
use jiff::SignedDuration;

use crate::apimachinery::{KINDS, Object, ObjectKey, Status};
use crate::base::Timestamp;

use super::kubelet::NodeState;
use super::registry::Registry;
use super::storage::{Change, ChangeType};
use work_queue::{Item, WorkQueue};

pub(crate) use event_recorder::{
    EventSource, EventType, record_event, record_preemption_event, record_scheduler_event,
};
pub(crate) use memory::{AutoscalerNotes, ControllerMemory, note};
pub(crate) use reconciler::{Action, ReconcileContext, Reconciler, Sweep, Watch};

/// How often one key may be reconciled without time moving on; more is a livelock.
const RECONCILES_PER_MOMENT_MAX: u32 = 256;
/// How long a key in a livelock is kept waiting.
const LIVELOCK_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// How many livelocks are remembered.
const LIVELOCKS_MAX: usize = 16;

/// Runs the reconcilers: reads the change log from a cursor, queues the keys that each reconciler
/// wants to see, and reconciles those that are due.
#[derive(Clone)]
pub(crate) struct Manager {
    reconcilers: Arc<[&'static dyn Reconciler]>,
    /// Who watches each kind of the table, and how, by the kind's place.
    watches: Arc<[Vec<(usize, &'static Watch)>]>,
    /// Who sweeps, and how.
    sweeps: Arc<[(usize, &'static Sweep)]>,
    /// Changes up to this revision are queued.
    cursor: u64,
    queue: WorkQueue,
    /// The moment of the last reconcile, and how often each key was reconciled at it.
    moment: Timestamp,
    reconciles: HashMap<Item, u32>,
    livelocks: Vec<String>,
    memory: ControllerMemory,
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manager").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl Manager {
    /// A manager that has seen nothing yet.
    pub(crate) fn new(reconcilers: Vec<&'static dyn Reconciler>) -> Self {
        Self {
            watches: watches_by_kind(&reconcilers),
            sweeps: reconcilers
                .iter()
                .enumerate()
                .flat_map(|(place, reconciler)| reconciler.sweeps().iter().map(move |sweep| (place, sweep)))
                .collect(),
            reconcilers: reconcilers.into(),
            cursor: 0,
            queue: WorkQueue::default(),
            moment: Timestamp::UNIX_EPOCH,
            reconciles: HashMap::new(),
            livelocks: Vec::new(),
            memory: ControllerMemory::default(),
        }
    }

    /// Queues what the changes since the last call concern.
    pub(crate) fn drain(&mut self, registry: &Registry) {
        match registry.store().changes_since(self.cursor) {
            Ok(changes) => self.queue_changes(changes, registry),
            Err(_compacted) => self.resync(registry),
        }
        self.cursor = registry.store().revision();
    }

    /// Queues everything, as after a restart.
    pub(crate) fn resync(&mut self, registry: &Registry) {
        let definitions = registry.store().definitions();
        // One after the other: of cold objects a copy is looked at, which goes with its change.
        let objects = registry.store().all().cloned().map(Object::to_look_at);
        let additions = objects.filter_map(|object| {
            Some(Change {
                revision: object.resource_version(),
                kind: definitions.kind_of(object.api_version(), object.kind())?,
                change_type: ChangeType::Added,
                object,
                previous: None,
            })
        });
        self.queue_changes(additions, registry);
        self.cursor = registry.store().revision();
    }

    fn queue_changes(&mut self, changes: impl Iterator<Item: Borrow<Change>>, registry: &Registry) {
        let mut due = vec![false; self.sweeps.len()];
        for change in changes {
            let change = change.borrow();
            queue_change(&self.reconcilers, &self.watches, &mut self.queue, change, registry);
            for (due, (_, sweep)) in due.iter_mut().zip(&*self.sweeps) {
                *due = *due || (std::ptr::eq(sweep.kind, change.kind) && (sweep.after)(change));
            }
        }
        for (_, (reconciler, sweep)) in due.into_iter().zip(&*self.sweeps).filter(|(due, _)| *due) {
            for key in (sweep.keys)(registry) {
                self.queue.add(Item { reconciler: *reconciler, key }, registry.now());
            }
        }
    }

    /// Queues one key of the reconciler of that name, due now.
    pub(crate) fn enqueue(&mut self, reconciler: &str, key: ObjectKey, now: Timestamp) {
        if let Some(reconciler) = self.reconcilers.iter().position(|entry| entry.name() == reconciler) {
            self.queue.add(Item { reconciler, key }, now);
        }
    }

    /// The moment at which a key is due next; the past when a change has not been looked at yet.
    pub(crate) fn next_due(&self, registry: &Registry) -> Option<Timestamp> {
        if registry.store().revision() > self.cursor {
            return Some(registry.now());
        }
        self.queue.next_due()
    }

    /// Reconciles the first key that is due; `false` when none is.
    pub(crate) fn run_next(&mut self, registry: &mut Registry, node: &mut NodeState) -> bool {
        let now = registry.now();
        let Some(item) = self.queue.take_due(now) else { return false };
        let reconciler = self.reconcilers[item.reconciler];
        if self.runs_in_circles(&item, now) {
            self.note_livelock(reconciler.name(), &item.key);
            self.queue.add(item, now.checked_add(LIVELOCK_PAUSE).unwrap_or(now));
            return true;
        }
        let mut context = ReconcileContext { registry, node, memory: &mut self.memory };
        // As controller-runtime does: a fault of one controller about one object is an error like any
        // other. Every write is whole by itself, so that nothing half-written stays behind.
        let outcome = catch_unwind(AssertUnwindSafe(|| reconciler.reconcile(&mut context, &item.key)))
            .unwrap_or_else(|_| Err(Status::internal(format!("{} panicked", reconciler.name()))));
        match outcome {
            Ok(action) => {
                self.queue.forget_errors(&item);
                if let Action::RequeueAfter(delay) = action {
                    self.queue.add(item, now.checked_add(delay).unwrap_or(now));
                }
            }
            Err(_status) => self.queue.add_after_error(item, now),
        }
        true
    }

    /// Keys that were reconciled over and over without time moving on, with their controller's name.
    #[cfg(test)]
    pub(crate) fn livelocks(&self) -> &[String] {
        &self.livelocks
    }

    fn runs_in_circles(&mut self, item: &Item, now: Timestamp) -> bool {
        if self.moment != now {
            self.moment = now;
            self.reconciles.clear();
        }
        let count = self.reconciles.entry(item.clone()).or_default();
        *count += 1;
        *count > RECONCILES_PER_MOMENT_MAX
    }

    fn note_livelock(&mut self, controller: &str, key: &ObjectKey) {
        let note = format!("{controller} {key}");
        if self.livelocks.len() < LIVELOCKS_MAX && !self.livelocks.contains(&note) {
            self.livelocks.push(note);
        }
    }
}

/// The watches of each kind of the table, with the places of their reconcilers.
fn watches_by_kind(reconcilers: &[&'static dyn Reconciler]) -> Arc<[Vec<(usize, &'static Watch)>]> {
    let mut watches = vec![Vec::new(); KINDS.len()];
    for (place, reconciler) in reconcilers.iter().enumerate() {
        for watch in reconciler.watches() {
            if let Some(watches) = watches.get_mut(watch.kind.place) {
                watches.push((place, watch));
            }
        }
    }
    watches.into()
}

/// Queues the keys that a change concerns.
fn queue_change(
    reconcilers: &[&'static dyn Reconciler],
    watches: &[Vec<(usize, &'static Watch)>],
    queue: &mut WorkQueue,
    change: &Change,
    registry: &Registry,
) {
    let now = registry.now();
    for (reconciler, watch) in watches.get(change.kind.place).into_iter().flatten() {
        for key in (watch.keys)(change, registry) {
            queue.add(Item { reconciler: *reconciler, key }, now);
        }
    }
    if change.kind.custom.is_some() {
        for (reconciler, entry) in reconcilers.iter().enumerate() {
            for key in entry.custom_keys().map(|keys| keys(change, registry)).into_iter().flatten() {
                queue.add(Item { reconciler, key }, now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
