//! Scaling the ReplicaSets of a Deployment, proportionally during a rollout.

use std::sync::Arc;

use crate::apimachinery::{Object, Status, builtin};

use super::super::super::manager::{Action, EventType};
use super::super::super::registry::WriteOptions;
use super::super::MANAGER;
use super::limits::{is_rolling, max_surge};
use super::new_replica_set::annotate_replicas;
use super::replica_sets::{
    DESIRED_REPLICAS, MAX_REPLICAS, annotation_number, replace, sort_by_age, spec_replicas, status_number,
    sum_spec,
};
use super::{Rollout, tell};

impl Rollout<'_> {
    /// A paused Deployment, or one whose replicas changed: scale without rolling out (`sync`).
    pub(super) fn sync_scale(&mut self) -> Result<Action, Status> {
        self.find_replica_sets(false)?;
        self.scale_all()?;
        if self.deployment.flag("/spec/paused") {
            self.clean_up_history()?;
        }
        self.write_plain_status()
    }

    fn scale_all(&mut self) -> Result<(), Status> {
        let wanted = spec_replicas(&self.deployment);
        if let Some(only) = self.active_or_latest() {
            if spec_replicas(&only) != wanted {
                self.scale(&only, wanted)?;
            }
            return Ok(());
        }
        if self.is_saturated() {
            for set in self.old.clone().iter().filter(|set| spec_replicas(set) > 0) {
                self.scale(set, 0)?;
            }
            return Ok(());
        }
        if is_rolling(&self.deployment) { self.scale_proportionally(wanted) } else { Ok(()) }
    }

    /// The only ReplicaSet with replicas, or the newest when none has any (`FindActiveOrLatest`).
    fn active_or_latest(&self) -> Option<Arc<Object>> {
        let all = self.all();
        let mut active = all.iter().filter(|set| spec_replicas(set) > 0);
        match (active.next(), active.next()) {
            (None, _) => {
                let mut old = self.old.clone();
                sort_by_age(&mut old);
                self.new.clone().or_else(|| old.pop())
            }
            (Some(only), None) => Some(Arc::clone(only)),
            _ => None,
        }
    }

    /// Whether the new ReplicaSet alone gives all that is wanted (`IsSaturated`).
    fn is_saturated(&self) -> bool {
        let wanted = spec_replicas(&self.deployment);
        self.new.as_ref().is_some_and(|new| {
            spec_replicas(new) == wanted
                && annotation_number(new, DESIRED_REPLICAS) == Some(wanted)
                && status_number(new, "availableReplicas") == wanted
        })
    }

    /// Spreads the replicas to add or to take over the ReplicaSets by their size.
    fn scale_proportionally(&mut self, wanted: i64) -> Result<(), Status> {
        let mut active: Vec<Arc<Object>> =
            self.all().into_iter().filter(|set| spec_replicas(set) > 0).collect();
        let allowed = if wanted > 0 { wanted + max_surge(&self.deployment) } else { 0 };
        let to_add = allowed - sum_spec(&active);
        sort_by_age(&mut active);
        if to_add > 0 {
            active.reverse();
        }
        active.sort_by_key(|set| std::cmp::Reverse(spec_replicas(set)));
        let sizes = proportional_sizes(&self.deployment, &active, to_add);
        for (set, size) in active.iter().zip(sizes) {
            self.scale(set, size)?;
        }
        Ok(())
    }

    /// Gives a ReplicaSet another size, with annotations and an event; `true` when the size changed
    /// (`scaleReplicaSet`).
    pub(super) fn scale(&mut self, set: &Arc<Object>, size: i64) -> Result<bool, Status> {
        let before = spec_replicas(set);
        let mut wanted = Object::clone(set);
        wanted.set("/spec/replicas", size);
        annotate_replicas(&self.deployment, &mut wanted);
        if wanted == **set {
            return Ok(false);
        }
        let options = WriteOptions::component(MANAGER);
        let written = self.registry.update(&builtin::REPLICA_SET, &set.key(), wanted, &options)?.object;
        replace(&mut self.old, &written);
        if self.new.as_ref().is_some_and(|new| new.uid() == written.uid()) {
            self.new = Some(written);
        }
        if before == size {
            return Ok(false);
        }
        let direction = if before < size { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {} from {before} to {size}", set.name());
        tell(self.registry, &self.deployment, EventType::Normal, "ScalingReplicaSet", &message);
        Ok(true)
    }
}

/// The sizes of the ReplicaSets after spreading `to_add` over them; what rounding leaves goes to the
/// first, the largest.
fn proportional_sizes(deployment: &Object, sets: &[Arc<Object>], to_add: i64) -> Vec<i64> {
    let mut added = 0;
    let mut sizes: Vec<i64> = Vec::with_capacity(sets.len());
    for set in sets {
        let share = share_of(deployment, set, to_add, added);
        added += share;
        sizes.push(spec_replicas(set) + share);
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + to_add - added).max(0);
    }
    sizes
}

/// How many of the replicas to add (or, negative, to take) fall to one ReplicaSet
/// (`GetReplicaSetProportion`).
fn share_of(deployment: &Object, set: &Object, to_add: i64, added: i64) -> i64 {
    let size = spec_replicas(set);
    if size == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = fraction_of(deployment, set, size);
    let left = to_add - added;
    if to_add > 0 { fraction.min(left) } else { fraction.max(left) }
}

fn fraction_of(deployment: &Object, set: &Object, size: i64) -> i64 {
    let wanted = spec_replicas(deployment);
    if wanted == 0 {
        return -size;
    }
    let allowed = wanted + max_surge(deployment);
    let before = annotation_number(set, MAX_REPLICAS)
        .filter(|before| *before > 0)
        .unwrap_or_else(|| status_number(deployment, "replicas"));
    if before == 0 {
        return 0;
    }
    // Half away from zero, as RoundToInt32 does; nothing here is negative.
    (2 * size * allowed + before) / (2 * before) - size
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn set(name: &str, size: i64, max_replicas: i64) -> Arc<Object> {
        let mut set = Object::new(&builtin::REPLICA_SET, "default", name);
        set.set("/spec/replicas", size);
        set.set_annotation(MAX_REPLICAS, max_replicas.to_string());
        Arc::new(set)
    }

    fn deployment(replicas: i64) -> Object {
        let mut deployment = Object::new(&builtin::DEPLOYMENT, "default", "web");
        deployment.set("/spec/replicas", replicas);
        let rolling = json!({"maxSurge": 3, "maxUnavailable": 2});
        deployment.set("/spec/strategy", json!({"type": "RollingUpdate", "rollingUpdate": rolling}));
        deployment
    }

    #[test]
    fn scaling_in_the_middle_of_a_rollout_keeps_the_proportions() {
        // The example of the Deployment's documentation: 10 → 15 with 8 old and 5 new Pods.
        let sets = [set("old", 8, 13), set("new", 5, 13)];
        assert_eq!(proportional_sizes(&deployment(15), &sets, 5), [11, 7]);
    }

    #[test]
    fn scaling_to_nothing_empties_every_set() {
        let sets = [set("old", 8, 13), set("new", 5, 13)];
        assert_eq!(proportional_sizes(&deployment(0), &sets, -13), [0, 0]);
    }
}
