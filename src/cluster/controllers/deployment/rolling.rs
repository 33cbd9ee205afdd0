//! RollingUpdate: the new ReplicaSet grows as maxSurge allows, the old ones shrink as maxUnavailable allows.

use std::sync::Arc;

use crate::apimachinery::{Object, Status};

use super::super::super::manager::Action;
use super::Rollout;
use super::limits::max_unavailable;
use super::replica_sets::{sort_by_age, spec_replicas, status_number, sum_spec, sum_status};
use super::status::is_complete;

impl Rollout<'_> {
    /// One step of a rolling update (`rolloutRolling`).
    pub(super) fn roll(&mut self) -> Result<Action, Status> {
        self.find_replica_sets(true)?;
        if self.grow_new()? || self.shrink_old()? {
            return self.write_rollout_status();
        }
        if is_complete(&self.deployment, &self.deployment) {
            self.clean_up_history()?;
        }
        self.write_rollout_status()
    }

    /// `reconcileNewReplicaSet`.
    fn grow_new(&mut self) -> Result<bool, Status> {
        let Some(new) = self.new.clone() else { return Ok(false) };
        let (present, wanted) = (spec_replicas(&new), spec_replicas(&self.deployment));
        if present == wanted {
            return Ok(false);
        }
        let size = if present > wanted { wanted } else { self.replicas_of_new(present) };
        self.scale(&new, size)
    }

    /// `reconcileOldReplicaSets`.
    fn shrink_old(&mut self) -> Result<bool, Status> {
        let Some(new) = self.new.clone() else { return Ok(false) };
        if sum_spec(&self.old) == 0 {
            return Ok(false);
        }
        let min_available = spec_replicas(&self.deployment) - max_unavailable(&self.deployment);
        let new_unavailable = spec_replicas(&new) - status_number(&new, "availableReplicas");
        let at_most = sum_spec(&self.all()) - min_available - new_unavailable;
        if at_most <= 0 {
            return Ok(false);
        }
        let unhealthy = self.drop_unhealthy(at_most)?;
        let available = sum_status(&self.all(), "availableReplicas");
        let healthy = self.drop_available(available - min_available)?;
        Ok(unhealthy + healthy > 0)
    }

    /// Old Pods that do not serve go first (`cleanupUnhealthyReplicas`).
    fn drop_unhealthy(&mut self, at_most: i64) -> Result<i64, Status> {
        let mut dropped = 0;
        for set in self.oldest_first() {
            let size = spec_replicas(&set);
            let unhealthy = size - status_number(&set, "availableReplicas");
            let fewer = unhealthy.min(at_most - dropped);
            if size > 0 && fewer > 0 {
                self.scale(&set, size - fewer)?;
                dropped += fewer;
            }
        }
        Ok(dropped)
    }

    /// Then available ones, as many as can be spared (`scaleDownOldReplicaSetsForRollingUpdate`).
    fn drop_available(&mut self, spare: i64) -> Result<i64, Status> {
        let mut dropped = 0;
        for set in self.oldest_first() {
            let size = spec_replicas(&set);
            let fewer = size.min(spare - dropped);
            if fewer > 0 {
                self.scale(&set, size - fewer)?;
                dropped += fewer;
            }
        }
        Ok(dropped)
    }

    fn oldest_first(&self) -> Vec<Arc<Object>> {
        let mut sets = self.old.clone();
        sort_by_age(&mut sets);
        sets
    }
}
