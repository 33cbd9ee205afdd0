//! Rolling updates of DaemonSets: old Pods go a few at a time, or new ones come beside them
//! (`pkg/controller/daemon/update.go`).

use std::sync::Arc;

use crate::apimachinery::{Object, resolve_int_or_percent};
use crate::base::Timestamp;

use super::super::super::scheduler::Suitability;
use super::super::pods;
use super::{Changes, Look, running};

/// The old and the new Pod of a node.
struct Pair<'a> {
    node: &'a str,
    old: Option<&'a Arc<Object>>,
    new: Option<&'a Arc<Object>>,
}

impl Look<'_> {
    /// The next step of the rollout.
    pub(super) fn roll(&self, now: Timestamp) -> Changes {
        let (surge, unavailable) = self.limits();
        if surge == 0 { self.replace(unavailable, now) } else { self.surge(surge, now) }
    }

    /// How many Pods more, and how many fewer, there may be (`updatedDesiredNodeCounts`).
    fn limits(&self) -> (usize, usize) {
        let desired = self.nodes.iter().filter(|node| self.suitability(node) == Suitability::Runs).count();
        let limit = |field: &str, default: i64| {
            let value = self.set.get(&format!("/spec/updateStrategy/rollingUpdate/{field}"));
            let total = i64::try_from(desired).unwrap_or(i64::MAX);
            let limit = value.and_then(|value| resolve_int_or_percent(value, total, true));
            usize::try_from(limit.unwrap_or(default)).unwrap_or_default()
        };
        match (limit("maxSurge", 0), limit("maxUnavailable", 1)) {
            (0, 0) => (0, 1),
            limits => limits,
        }
    }

    /// The Pods of each node; `Err` counts the nodes that have to be mended first.
    fn pairs(&self) -> (Vec<Pair<'_>>, usize) {
        let (mut pairs, mut unclear) = (Vec::new(), 0);
        for (node, pods) in &self.daemons {
            let live = || running(pods);
            let (new, old) = (
                live().filter(|pod| self.is_updated(pod)).collect::<Vec<_>>(),
                live().filter(|pod| !self.is_updated(pod)).collect::<Vec<_>>(),
            );
            if new.len() > 1 || old.len() > 1 {
                unclear += 1;
            } else {
                pairs.push(Pair { node, old: old.first().copied(), new: new.first().copied() });
            }
        }
        (pairs, unclear)
    }

    fn replace(&self, most_unavailable: usize, now: Timestamp) -> Changes {
        let available = |pod: &Object| pods::is_available(pod, self.min_ready(), now);
        let (pairs, mut unavailable) = self.pairs();
        let (mut delete, mut candidates) = (Vec::new(), Vec::new());
        for pair in pairs {
            match (pair.old, pair.new) {
                (None, Some(new)) if available(new) => {}
                (Some(old), None) if available(old) => candidates.push(Arc::clone(old)),
                (Some(old), None) => delete.push(Arc::clone(old)),
                _ => unavailable += 1,
            }
        }
        delete.extend(candidates.into_iter().take(most_unavailable.saturating_sub(unavailable)));
        Changes { create: Vec::new(), delete }
    }

    fn surge(&self, most_surge: usize, now: Timestamp) -> Changes {
        let available = |pod: &Object| pods::is_available(pod, self.min_ready(), now);
        let (pairs, mut surging) = self.pairs();
        let (mut changes, mut candidates) = (Changes::default(), Vec::new());
        for pair in pairs {
            match (pair.old, pair.new) {
                (Some(old), Some(new)) if available(new) => changes.delete.push(Arc::clone(old)),
                (Some(_), Some(_)) => surging += 1,
                (Some(old), None) if available(old) => candidates.push(pair.node.to_owned()),
                (Some(_), None) => changes.create.push(pair.node.to_owned()),
                _ => {}
            }
        }
        changes.create.extend(candidates.into_iter().take(most_surge.saturating_sub(surging)));
        changes
    }
}
