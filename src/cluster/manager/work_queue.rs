//! The work queue: each key once, ordered by due time, with per-key back-off after errors.

use imbl::{HashMap, OrdMap};
use jiff::SignedDuration;

use crate::apimachinery::ObjectKey;
use crate::base::Timestamp;

/// First delay after an error (`workqueue.DefaultTypedControllerRateLimiter`).
const BACK_OFF_BASE: SignedDuration = SignedDuration::from_millis(5);
/// Longest delay after errors.
const BACK_OFF_MAX: SignedDuration = SignedDuration::from_secs(1000);
/// Doublings after which the longest delay is reached for sure.
const DOUBLINGS_MAX: u32 = 18;

/// A key of one reconciler, by its place in the manager's list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Item {
    /// Place of the reconciler in the manager's list.
    pub reconciler: usize,
    /// What to reconcile.
    pub key: ObjectKey,
}

/// When an item is due; items of one moment run in the order in which they came.
type Turn = (Timestamp, u64);

/// Items ordered by due time; adding an item again can only bring it forward.
#[derive(Clone, Debug, Default)]
pub(super) struct WorkQueue {
    turns: OrdMap<Turn, Item>,
    queued: HashMap<Item, Turn>,
    failures: HashMap<Item, u32>,
    sequence: u64,
}

impl WorkQueue {
    /// Adds an item that is due at `due`, unless it is queued for an earlier moment already.
    pub(super) fn add(&mut self, item: Item, due: Timestamp) {
        if let Some(turn) = self.queued.get(&item) {
            if turn.0 <= due {
                return;
            }
            let turn = *turn;
            self.turns.remove(&turn);
        }
        self.sequence += 1;
        let turn = (due, self.sequence);
        self.turns.insert(turn, item.clone());
        self.queued.insert(item, turn);
    }

    /// Adds an item again after an error: 5 ms, doubled with each error in a row, 1000 s at most.
    pub(super) fn add_after_error(&mut self, item: Item, now: Timestamp) {
        let failures = self.failures.get(&item).copied().unwrap_or_default();
        self.failures.insert(item.clone(), failures.saturating_add(1));
        let delay = BACK_OFF_BASE.saturating_mul(1 << failures.min(DOUBLINGS_MAX)).min(BACK_OFF_MAX);
        self.add(item, now.checked_add(delay).unwrap_or(now));
    }

    /// Forgets the errors of an item.
    pub(super) fn forget_errors(&mut self, item: &Item) {
        if !self.failures.is_empty() {
            self.failures.remove(item);
        }
    }

    /// Takes the first item that is due at `now`.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Item> {
        let (turn, _) = self.turns.get_min().filter(|((due, _), _)| *due <= now)?;
        let turn = *turn;
        let item = self.turns.remove(&turn)?;
        self.queued.remove(&item);
        Some(item)
    }

    /// The moment at which the first item is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.turns.get_min().map(|((due, _), _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str) -> Item {
        Item { reconciler: 0, key: ObjectKey::new("default", name) }
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn an_item_waits_once_and_can_only_be_brought_forward() {
        let mut queue = WorkQueue::default();
        queue.add(item("a"), at(50));
        queue.add(item("b"), at(20));
        queue.add(item("a"), at(10));
        queue.add(item("a"), at(90));
        assert_eq!(queue.next_due(), Some(at(10)));
        assert_eq!(queue.take_due(at(5)), None);
        assert_eq!(queue.take_due(at(100)), Some(item("a")));
        assert_eq!(queue.take_due(at(100)), Some(item("b")));
        assert_eq!(queue.take_due(at(100)), None);
    }

    #[test]
    fn items_of_one_moment_run_in_the_order_in_which_they_came() {
        let mut queue = WorkQueue::default();
        for name in ["z", "a", "m"] {
            queue.add(item(name), at(1));
        }
        let order: Vec<String> =
            std::iter::from_fn(|| queue.take_due(at(1))).map(|item| item.key.name).collect();
        assert_eq!(order, ["z", "a", "m"]);
    }

    #[test]
    fn errors_in_a_row_double_the_delay_up_to_a_bound() {
        let mut queue = WorkQueue::default();
        let mut delays = Vec::new();
        for _ in 0..20 {
            queue.add_after_error(item("a"), at(0));
            delays.push(queue.next_due().unwrap().as_millisecond());
            queue.take_due(Timestamp::MAX);
        }
        assert_eq!(delays[..4], [5, 10, 20, 40]);
        assert_eq!(delays[19], 1_000_000);
        queue.forget_errors(&item("a"));
        queue.add_after_error(item("a"), at(0));
        assert_eq!(queue.next_due(), Some(at(5)));
    }
}
