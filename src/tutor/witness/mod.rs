//! Sees what happens where the learner works: the objects as they are now, and each change of them.

mod follow;
mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::base::{Clock, timeout};

pub(super) use record::{Change, Moment, ObjectId};

use follow::{COLLECTIONS, follow, follow_custom};
use record::Record;

/// Without a change for so long, whatever a command has set going at once has been told.
const QUIET: Duration = Duration::from_millis(60);

/// How long to wait for that at most.
const QUIET_MAX: Duration = Duration::from_millis(600);

/// How long a cluster may take to list everything for the first time.
const LISTED_MAX: Duration = Duration::from_secs(4);

/// A burst of changes within this time is told once.
const BURST: Duration = Duration::from_millis(100);

/// What the watches and their reader share.
struct Shared {
    record: Mutex<Record>,
    /// Counts changes.
    changes: watch::Sender<u64>,
    /// Collections that were not listed yet.
    unlisted: watch::Sender<usize>,
}

impl Shared {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listed(&self) {
        self.unlisted.send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Works on the record, and tells when that changed anything.
    fn with(&self, work: impl FnOnce(&mut Record)) {
        let changed = {
            let mut record = self.record();
            let before = record.count();
            work(&mut record);
            record.count() != before
        };
        if changed {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

/// Watches the kinds of the lessons; stops when dropped.
pub(super) struct Witness {
    shared: Arc<Shared>,
    changes: watch::Receiver<u64>,
    _watches: JoinSet<()>,
}

impl Witness {
    /// Begins to watch one namespace, or all but the system's. Call within a tokio runtime.
    pub(super) fn start(client: &kube::Client, namespace: Option<&str>, clock: Clock) -> Self {
        let (sender, changes) = watch::channel(0);
        let shared = Arc::new(Shared {
            record: Mutex::new(Record::new(clock)),
            changes: sender,
            unlisted: watch::Sender::new(COLLECTIONS.len()),
        });
        let mut watches = JoinSet::new();
        for collection in COLLECTIONS {
            match collection.url(namespace) {
                Some(url) => {
                    watches.spawn(follow(client.clone(), url, collection.kind(), Arc::clone(&shared)));
                }
                None => shared.listed(),
            }
        }
        if namespace.is_none() {
            watches.spawn(follow_custom(client.clone(), Arc::clone(&shared)));
        }
        Self { shared, changes, _watches: watches }
    }

    /// Waits for the next change, or for the end of a burst of them. Giving up the wait loses nothing.
    pub(super) async fn changed(&mut self) {
        let mut probe = self.changes.clone();
        if probe.changed().await.is_err() {
            return std::future::pending().await;
        }
        crate::base::sleep(BURST).await;
        self.changes.mark_unchanged();
    }

    /// Waits until what was set going just now has been told.
    pub(super) async fn catch_up(&self) {
        let mut unlisted = self.shared.unlisted.subscribe();
        let _ = timeout(LISTED_MAX, unlisted.wait_for(|count| *count == 0)).await;
        let mut probe = self.shared.changes.subscribe();
        let quiet = async { while timeout(QUIET, probe.changed()).await.is_some() {} };
        // A cluster that never rests is looked at as it is.
        let _ = timeout(QUIET_MAX, quiet).await;
    }

    /// The objects as they are.
    pub(super) fn moment(&self) -> Moment {
        self.shared.record().moment()
    }

    /// How many changes there were so far: a mark to ask for later ones from.
    pub(super) fn mark(&self) -> u64 {
        self.shared.record().count()
    }

    /// The changes since a mark, and how many of them are forgotten.
    pub(super) fn changes_since(&self, mark: u64) -> (Vec<Change>, u64) {
        self.shared.record().changes_since(mark)
    }
}
