//! The ordered log of writes, with cursors and compaction.

use std::sync::Arc;

use imbl::Vector;

use crate::apimachinery::{Kind, Object};

/// How many changes the log keeps; an older cursor is told that it is too late.
pub(super) const LENGTH_MAX: usize = 20_000;
/// How many bytes of text it keeps at most.
const BYTES_MAX: usize = 48 << 20;
/// How many of the newest changes are kept ready to be looked at; older ones are kept as text.
const RECENT: usize = 512;
/// How many changes the log of a crowded store keeps: each is forgotten before anybody writes it down as
/// text, which would be the dearest part of a write.
pub(super) const CROWDED_MAX: usize = 4_096;

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeType {
    /// The object is new.
    Added,
    /// The object changed.
    Modified,
    /// The object is gone.
    Deleted,
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Revision of the write.
    pub revision: u64,
    /// Kind of the object.
    pub kind: &'static Kind,
    /// What happened.
    pub change_type: ChangeType,
    /// The object after the write; for a deletion its last state with the deletion's revision.
    pub object: Arc<Object>,
    /// The object before the write.
    pub previous: Option<Arc<Object>>,
}

impl Change {
    /// Keeps its objects as text from now on.
    fn lay_down(&mut self) {
        for object in std::iter::once(&mut self.object).chain(&mut self.previous) {
            if let Some(asleep) = object.asleep() {
                *object = Arc::new(asleep);
            }
        }
    }

    /// Bytes of its texts, once it is kept as text.
    fn bytes(&self) -> usize {
        if !self.object.was_asleep() {
            return 0;
        }
        self.object.text_bytes() + self.previous.as_ref().map_or(0, |previous| previous.text_bytes())
    }
}

/// The cursor is older than the log: list again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compacted {
    /// The oldest revision from which changes can still be told.
    pub oldest: u64,
}

/// The last writes, one a revision without gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct ChangeLog {
    changes: Vector<Change>,
    /// Changes up to this revision have left the log.
    compacted: u64,
    /// Bytes of the texts in it.
    bytes: usize,
}

impl ChangeLog {
    /// A log that begins after `revision`.
    pub(super) fn after(revision: u64) -> Self {
        Self { changes: Vector::new(), compacted: revision, bytes: 0 }
    }

    /// Adds the newest change, in a store that is not crowded.
    pub(super) fn push(&mut self, change: Change) {
        self.changes.push_back(change);
        if let Some(place) = self.changes.len().checked_sub(RECENT + 1)
            && let Some(change) = self.changes.get_mut(place)
        {
            change.lay_down();
            self.bytes += change.bytes();
        }
        while self.changes.len() > LENGTH_MAX || self.bytes > BYTES_MAX {
            if self.forget_oldest().is_none() {
                return;
            }
        }
    }

    /// Adds the newest change, in a crowded store; gives back what has been forgotten for it.
    pub(super) fn push_crowded(&mut self, change: Change) -> impl Iterator<Item = Change> {
        self.changes.push_back(change);
        let surplus = self.changes.len().saturating_sub(CROWDED_MAX);
        (0..surplus).filter_map(|_| self.forget_oldest())
    }

    /// Whether a change has left the log.
    pub(super) fn has_forgotten(&self, revision: u64) -> bool {
        revision <= self.compacted
    }

    fn forget_oldest(&mut self) -> Option<Change> {
        let oldest = self.changes.pop_front()?;
        self.bytes = self.bytes.saturating_sub(oldest.bytes());
        self.compacted = oldest.revision;
        Some(oldest)
    }

    /// The changes after `revision`, oldest first.
    pub(super) fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Change> + use<'_>, Compacted> {
        if revision < self.compacted {
            return Err(Compacted { oldest: self.compacted });
        }
        // One revision a write: the place in the log follows from the number.
        let skip = usize::try_from(revision - self.compacted).unwrap_or(usize::MAX);
        Ok((skip..self.changes.len()).filter_map(|index| self.changes.get(index)))
    }
}
