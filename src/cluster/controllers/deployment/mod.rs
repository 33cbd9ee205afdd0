//! Deployments: roll out templates through ReplicaSets (`pkg/controller/deployment`).

mod limits;
mod new_replica_set;
mod progress;
mod recreate;
mod replica_sets;
mod rolling;
mod scaling;
mod status;

use std::sync::Arc;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Value;

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::{Change, ChangeType};
use super::{MANAGER, claim, controllers_of, itself};
use replica_sets::{annotation_number, find_new, spec_replicas, status_number};

/// Source of the events.
const COMPONENT: &str = "deployment-controller";

/// The Deployment controller. Each look at a Deployment takes at most one step of its rollout.
pub(super) struct DeploymentController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::DEPLOYMENT, keys: itself },
    Watch { kind: &builtin::REPLICA_SET, keys: deployments_of_set },
    Watch { kind: &builtin::POD, keys: deployments_of_pod },
];

impl Reconciler for DeploymentController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(deployment) = registry.get(&builtin::DEPLOYMENT, key) else { return Ok(Action::AwaitChange) };
        let selector = LabelSelector::from_value(deployment.get("/spec/selector").unwrap_or(&Value::Null));
        if selector.is_empty() {
            return select_all_warned(registry, &deployment);
        }
        let owned = claim::claim(registry, &builtin::REPLICA_SET, &deployment, &selector)?;
        Rollout { registry, deployment, owned, new: None, old: Vec::new() }.sync()
    }
}

fn deployments_of_set(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, &builtin::DEPLOYMENT);
    keys.extend(claim::would_adopt(registry, &builtin::DEPLOYMENT, &change.object));
    keys
}

/// A Deployment that recreates waits for its last old Pod to go or to end.
fn deployments_of_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let ended = matches!(change.object.text("/status/phase"), "Succeeded" | "Failed");
    if change.change_type != ChangeType::Deleted && !ended {
        return Vec::new();
    }
    let Some(owner) = change.object.controller().filter(|owner| owner.kind == builtin::REPLICA_SET.kind)
    else {
        return Vec::new();
    };
    let set_key = ObjectKey::new(change.object.namespace(), owner.name);
    let Some(set) = registry.store().get(&builtin::REPLICA_SET, &set_key) else { return Vec::new() };
    let owner = set.controller().filter(|owner| owner.kind == builtin::DEPLOYMENT.kind);
    owner.map(|owner| ObjectKey::new(set.namespace(), owner.name)).into_iter().collect()
}

fn select_all_warned(registry: &mut Registry, deployment: &Object) -> Result<Action, Status> {
    let message = "This deployment is selecting all pods. A non-empty selector is required.";
    tell(registry, deployment, EventType::Warning, "SelectingAll", message);
    if status_number(deployment, "observedGeneration") < deployment.generation() {
        let mut next = deployment.clone();
        next.set("/status/observedGeneration", deployment.generation());
        registry.update_status(&builtin::DEPLOYMENT, next, MANAGER)?;
    }
    Ok(Action::AwaitChange)
}

fn tell(registry: &mut Registry, about: &Object, event_type: EventType, reason: &str, message: &str) {
    record_event(registry, &EventSource::component(COMPONENT), about, "", event_type, reason, message);
}

/// One look at a Deployment: its ReplicaSets as they are, changed as the look goes on.
struct Rollout<'a> {
    registry: &'a mut Registry,
    deployment: Arc<Object>,
    /// All ReplicaSets that the Deployment manages.
    owned: Vec<Arc<Object>>,
    /// The one with the present template.
    new: Option<Arc<Object>>,
    /// The others.
    old: Vec<Arc<Object>>,
}

impl Rollout<'_> {
    /// `syncDeployment`.
    fn sync(&mut self) -> Result<Action, Status> {
        if self.deployment.is_terminating() {
            self.find_replica_sets(false)?;
            return self.write_plain_status();
        }
        self.note_pause()?;
        if self.deployment.flag("/spec/paused") || self.is_being_scaled() {
            return self.sync_scale();
        }
        if limits::is_rolling(&self.deployment) { self.roll() } else { self.recreate() }
    }

    /// Splits the owned ReplicaSets into the new one and the old ones; makes the new one if told to
    /// (`getAllReplicaSetsAndSyncRevision`).
    fn find_replica_sets(&mut self, create: bool) -> Result<(), Status> {
        let new = find_new(&self.deployment, &self.owned);
        let new_uid = new.as_ref().map(|set| set.uid().to_owned());
        self.old =
            self.owned.iter().filter(|set| Some(set.uid()) != new_uid.as_deref()).map(Arc::clone).collect();
        self.new = self.ensure_new(new, create)?;
        Ok(())
    }

    /// The new ReplicaSet and the old ones.
    fn all(&self) -> Vec<Arc<Object>> {
        self.old.iter().chain(&self.new).map(Arc::clone).collect()
    }

    /// Whether the Deployment's replicas changed since its ReplicaSets were scaled (`isScalingEvent`).
    fn is_being_scaled(&self) -> bool {
        let wanted = spec_replicas(&self.deployment);
        self.owned.iter().filter(|set| spec_replicas(set) > 0).any(|set| {
            annotation_number(set, replica_sets::DESIRED_REPLICAS).is_some_and(|desired| desired != wanted)
        })
    }

    /// Deletes the oldest ReplicaSets beyond the history limit (`cleanupDeployment`).
    fn clean_up_history(&mut self) -> Result<(), Status> {
        let Some(limit) = self.deployment.number("/spec/revisionHistoryLimit") else { return Ok(()) };
        let mut candidates: Vec<Arc<Object>> =
            self.old.iter().filter(|set| !set.is_terminating()).map(Arc::clone).collect();
        let surplus = candidates.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
        candidates.sort_by_key(|set| replica_sets::revision(set));
        for set in candidates.iter().take(surplus) {
            let in_use = status_number(set, "replicas") != 0
                || spec_replicas(set) != 0
                || set.generation() > status_number(set, "observedGeneration");
            if in_use {
                continue;
            }
            let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
            match self.registry.delete(&builtin::REPLICA_SET, &set.key(), &delete, &options) {
                Err(status) if !status.is("NotFound") => return Err(status),
                _ => {}
            }
        }
        Ok(())
    }
}
