//! The ReplicaSet of the present template: found or made, numbered and annotated.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin, pod_template_hash};
use crate::base::json;

use super::super::super::manager::EventType;
use super::super::super::registry::WriteOptions;
use super::super::{MANAGER, conditions, owner_references};
use super::limits::{is_rolling, max_surge};
use super::progress::{progressing, tracks_progress};
use super::replica_sets::{
    DESIRED_REPLICAS, HASH_LABEL, MAX_REPLICAS, REVISION, REVISION_HISTORY, annotation_number,
    have_same_template, revision, spec_replicas, status_number, sum_spec, without_hash,
};
use super::{Rollout, tell};

/// Longest name of an object.
const NAME_LENGTH_MAX: usize = 253;
/// Longest revision history, in characters.
const HISTORY_LENGTH_MAX: usize = 2000;
/// Annotations of a Deployment that its ReplicaSets do not get.
const NOT_COPIED: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    "deprecated.deployment.rollback.to",
];

impl Rollout<'_> {
    /// Keeps the new ReplicaSet's annotations right, or makes it (`getNewReplicaSet`).
    pub(super) fn ensure_new(
        &mut self,
        found: Option<Arc<Object>>,
        create: bool,
    ) -> Result<Option<Arc<Object>>, Status> {
        let next_revision = self.old.iter().map(|set| revision(set)).max().unwrap_or_default() + 1;
        let Some(found) = found else {
            return if create { self.create_new(next_revision).map(Some) } else { Ok(None) };
        };
        let mut wanted = Object::clone(&found);
        annotate(&self.deployment, &mut wanted, next_revision, true);
        copy_min_ready(&self.deployment, &mut wanted);
        if wanted != *found {
            let options = WriteOptions::component(MANAGER);
            let written = self.registry.update(&builtin::REPLICA_SET, &found.key(), wanted, &options)?;
            return Ok(Some(written.object));
        }
        let message = format!("Found new replica set {:?}", found.name());
        self.note_revision(&found, "FoundNewReplicaSet", &message, false)?;
        Ok(Some(found))
    }

    fn create_new(&mut self, next_revision: i64) -> Result<Arc<Object>, Status> {
        let set = self.new_set(next_revision);
        let name = set.name().to_owned();
        let options = WriteOptions::component(MANAGER);
        let created = self.registry.create(&builtin::REPLICA_SET, self.deployment.namespace(), set, &options);
        let set = match created {
            Ok(written) => {
                let replicas = spec_replicas(&written.object);
                if replicas > 0 {
                    let message = format!("Scaled up replica set {name} from 0 to {replicas}");
                    tell(self.registry, &self.deployment, EventType::Normal, "ScalingReplicaSet", &message);
                }
                written.object
            }
            Err(status) if status.is("AlreadyExists") => self.settle_collision(&name, status)?,
            Err(status) => return Err(self.creation_failed(&name, status)?),
        };
        let message = format!("Created new replica set {name:?}");
        self.note_revision(&set, "NewReplicaSetCreated", &message, true)?;
        Ok(set)
    }

    fn new_set(&self, next_revision: i64) -> Object {
        let deployment = &self.deployment;
        let template = without_hash(deployment.get("/spec/template"));
        let collisions =
            deployment.number("/status/collisionCount").and_then(|count| i32::try_from(count).ok());
        let hash = pod_template_hash(&template, collisions);
        let base: String = deployment.name().chars().take(NAME_LENGTH_MAX - hash.len() - 1).collect();
        let mut set = Object::new(&builtin::REPLICA_SET, deployment.namespace(), &format!("{base}-{hash}"));
        set.set("/metadata/ownerReferences", owner_references(deployment));
        let labels = template.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
        set.set("/metadata/labels", labels);
        set.set_label(HASH_LABEL, hash.clone());
        let selector = deployment.get("/spec/selector").cloned().unwrap_or_else(|| json!({}));
        set.set("/spec/selector", selector);
        set.set(&format!("/spec/selector/matchLabels/{HASH_LABEL}"), hash.clone());
        set.set("/spec/template", template);
        set.set(&format!("/spec/template/metadata/labels/{HASH_LABEL}"), hash);
        set.set("/spec/replicas", self.replicas_of_new(0));
        copy_min_ready(deployment, &mut set);
        annotate(deployment, &mut set, next_revision, false);
        set
    }

    /// How many replicas the new ReplicaSet, which has `present`, may have now (`NewRSNewReplicas`).
    pub(super) fn replicas_of_new(&self, present: i64) -> i64 {
        let wanted = spec_replicas(&self.deployment);
        if !is_rolling(&self.deployment) {
            return wanted;
        }
        let total = sum_spec(&self.all());
        let allowed = wanted + max_surge(&self.deployment);
        if total >= allowed {
            return present;
        }
        present + (allowed - total).min(wanted - present)
    }

    /// The name is taken: by this very ReplicaSet, or by a stranger, and then another hash is tried.
    fn settle_collision(&mut self, name: &str, status: Status) -> Result<Arc<Object>, Status> {
        let key = ObjectKey::new(self.deployment.namespace(), name);
        let taken = self.registry.get(&builtin::REPLICA_SET, &key)?;
        let same = have_same_template(&taken, &self.deployment);
        if taken.is_controlled_by(self.deployment.uid()) && same {
            return Ok(taken);
        }
        let mut next = Object::clone(&self.deployment);
        next.set("/status/collisionCount", status_number(&next, "collisionCount") + 1);
        self.registry.update_status(&builtin::DEPLOYMENT, next, MANAGER)?;
        Err(status)
    }

    /// Tells that the ReplicaSet could not be made; gives back the error to retry.
    fn creation_failed(&mut self, name: &str, status: Status) -> Result<Status, Status> {
        let message = format!("Failed to create new replica set {name:?}: {status}");
        if tracks_progress(&self.deployment) {
            let mut next = Object::clone(&self.deployment);
            let mut list = next.list("/status/conditions").to_vec();
            let now = self.registry.now();
            conditions::set(&mut list, progressing("False", "ReplicaSetCreateError", &message, now));
            conditions::write(&mut next, list);
            self.write_status(next)?;
        }
        tell(self.registry, &self.deployment, EventType::Warning, "ReplicaSetCreateError", &message);
        Ok(status)
    }

    /// Gives the Deployment the revision of its new ReplicaSet, and says so in its condition.
    fn note_revision(
        &mut self,
        set: &Object,
        reason: &str,
        message: &str,
        always: bool,
    ) -> Result<(), Status> {
        let number = set.annotation(REVISION).unwrap_or_default();
        let mut next = Object::clone(&self.deployment);
        if !number.is_empty() && next.annotation(REVISION) != Some(number) {
            next.set_annotation(REVISION, number);
        }
        let unknown = conditions::find(next.list("/status/conditions"), "Progressing").is_none();
        if tracks_progress(&next) && (always || unknown) {
            let mut list = next.list("/status/conditions").to_vec();
            conditions::set(&mut list, progressing("True", reason, message, self.registry.now()));
            conditions::write(&mut next, list);
        }
        // Both with the status, which counts no generation.
        self.write_status(next)?;
        Ok(())
    }
}

fn copy_min_ready(deployment: &Object, set: &mut Object) {
    match deployment.number("/spec/minReadySeconds").filter(|seconds| *seconds > 0) {
        Some(seconds) => set.set("/spec/minReadySeconds", seconds),
        None => {
            set.remove("/spec/minReadySeconds");
        }
    }
}

/// Copies the Deployment's annotations, moves the revision forward and the one before into the
/// history (`SetNewReplicaSetAnnotations`).
fn annotate(deployment: &Object, set: &mut Object, next_revision: i64, exists: bool) {
    if let Some(annotations) = deployment.map("/metadata/annotations") {
        for (key, value) in annotations.iter().filter(|(key, _)| !NOT_COPIED.contains(&key.as_str())) {
            set.set_annotation(key, value.as_str().unwrap_or_default());
        }
    }
    let before = annotation_number(set, REVISION);
    if before.unwrap_or_default() < next_revision {
        set.set_annotation(REVISION, next_revision.to_string());
        if let Some(before) = before.filter(|_| exists) {
            let history = extended_history(set.annotation(REVISION_HISTORY), before);
            set.set_annotation(REVISION_HISTORY, history);
        }
    }
    if !exists {
        annotate_replicas(deployment, set);
    }
}

fn extended_history(history: Option<&str>, revision: i64) -> String {
    let history = history.unwrap_or_default();
    let mut numbers: Vec<String> =
        history.split(',').filter(|number| !number.is_empty()).map(str::to_owned).collect();
    numbers.push(revision.to_string());
    while numbers.len() > 1 && numbers.join(",").len() > HISTORY_LENGTH_MAX {
        numbers.remove(0);
    }
    numbers.join(",")
}

/// Notes for which number of replicas a ReplicaSet was scaled (`SetReplicasAnnotations`).
pub(super) fn annotate_replicas(deployment: &Object, set: &mut Object) {
    let wanted = spec_replicas(deployment);
    set.set_annotation(DESIRED_REPLICAS, wanted.to_string());
    set.set_annotation(MAX_REPLICAS, (wanted + max_surge(deployment)).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_that_grows_too_long_loses_its_oldest_numbers() {
        assert_eq!(extended_history(None, 1), "1");
        assert_eq!(extended_history(Some("1,3"), 5), "1,3,5");
        let long = (100..600).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let trimmed = extended_history(Some(&long), 600);
        assert!(trimmed.len() <= HISTORY_LENGTH_MAX && trimmed.ends_with(",599,600"), "{trimmed}");
    }
}
