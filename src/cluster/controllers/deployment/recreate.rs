//! Recreate: all old Pods go before the first new one comes.

use crate::apimachinery::{Status, builtin};

use super::super::super::manager::Action;
use super::Rollout;
use super::replica_sets::{spec_replicas, sum_status};
use super::status::is_complete;

impl Rollout<'_> {
    /// One step of a recreation (`rolloutRecreate`).
    pub(super) fn recreate(&mut self) -> Result<Action, Status> {
        self.find_replica_sets(false)?;
        let mut stopped = false;
        for set in self.old.clone().iter().filter(|set| spec_replicas(set) > 0) {
            stopped |= self.scale(set, 0)?;
        }
        if stopped || self.old_pods_run() {
            return self.write_rollout_status();
        }
        if self.new.is_none() {
            self.find_replica_sets(true)?;
        }
        if let Some(new) = self.new.clone() {
            let wanted = spec_replicas(&self.deployment);
            self.scale(&new, wanted)?;
        }
        if is_complete(&self.deployment, &self.deployment) {
            self.clean_up_history()?;
        }
        self.write_rollout_status()
    }

    /// Whether a Pod of an old ReplicaSet has not ended yet (`oldPodsRunning`).
    fn old_pods_run(&self) -> bool {
        sum_status(&self.old, "replicas") > 0
            || self
                .old
                .iter()
                .flat_map(|set| self.registry.owned_by(&builtin::POD, set.namespace(), set.uid()))
                .any(|pod| !matches!(pod.text("/status/phase"), "Succeeded" | "Failed"))
    }
}
