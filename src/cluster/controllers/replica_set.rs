//! ReplicaSets and ReplicationControllers: keep as many Pods of a template as are wanted (`pkg/controller/replicaset`).

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Kind, LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Timestamp;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::Registry;
use super::super::storage::Change;
use super::MANAGER;
use super::{claim, conditions, controllers_of, itself, owned_object, pod_control, pods};

/// How many Pods are created or deleted at once (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

/// The controller of one of the kinds that keep a number of Pods.
pub(super) struct ReplicasController {
    kind: &'static Kind,
    /// Its name, and the source of its events.
    component: &'static str,
    watches: &'static [Watch],
}

/// The ReplicaSet controller.
pub(super) static REPLICA_SETS: ReplicasController = ReplicasController {
    kind: &builtin::REPLICA_SET,
    component: "replicaset-controller",
    watches: &[
        Watch { kind: &builtin::REPLICA_SET, keys: itself },
        Watch {
            kind: &builtin::POD,
            keys: |change, registry| owners(&builtin::REPLICA_SET, change, registry),
        },
    ],
};

/// The ReplicationController controller.
pub(super) static REPLICATION_CONTROLLERS: ReplicasController = ReplicasController {
    kind: &builtin::REPLICATION_CONTROLLER,
    component: "replication-controller",
    watches: &[
        Watch { kind: &builtin::REPLICATION_CONTROLLER, keys: itself },
        Watch {
            kind: &builtin::POD,
            keys: |change, registry| owners(&builtin::REPLICATION_CONTROLLER, change, registry),
        },
    ],
};

/// The sets that a Pod belongs to, belonged to or would be adopted by.
fn owners(kind: &'static Kind, change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, kind);
    keys.extend(claim::would_adopt(registry, kind, &change.object));
    keys
}

impl Reconciler for ReplicasController {
    fn name(&self) -> &'static str {
        self.component
    }

    fn watches(&self) -> &'static [Watch] {
        self.watches
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(set) = registry.get(self.kind, key) else { return Ok(Action::AwaitChange) };
        let selector = LabelSelector::of_workload(&set);
        let claimed = claim::claim(registry, &builtin::POD, &set, &selector)?;
        let (active, others): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|pod| pods::is_active(pod));
        let terminating = others.iter().filter(|pod| pod.is_terminating()).count();
        let managed =
            if set.is_terminating() { Ok(()) } else { self.manage_replicas(registry, &set, &active) };
        let now = registry.now();
        let mut status = status_after(&set, &active, managed.as_ref().err(), now);
        if self.kind == &builtin::REPLICA_SET {
            status.set("/status/terminatingReplicas", terminating);
        }
        if status != *set {
            registry.update_status(self.kind, status, MANAGER)?;
        }
        managed.map_err(|failure| *failure.status)?;
        Ok(next_look(&set, &active, now))
    }
}

/// A Pod that could not be created or deleted.
struct Failure {
    reason: &'static str,
    status: Box<Status>,
}

fn wanted(set: &Object) -> usize {
    usize::try_from(set.number("/spec/replicas").unwrap_or(1)).unwrap_or_default()
}

impl ReplicasController {
    fn manage_replicas(
        &self,
        registry: &mut Registry,
        set: &Object,
        active: &[Arc<Object>],
    ) -> Result<(), Failure> {
        let wanted = wanted(set);
        if active.len() < wanted {
            self.create_pods(registry, set, (wanted - active.len()).min(BURST_REPLICAS))
        } else {
            self.delete_pods(registry, set, active, (active.len() - wanted).min(BURST_REPLICAS))
        }
    }

    fn create_pods(&self, registry: &mut Registry, set: &Object, count: usize) -> Result<(), Failure> {
        let template =
            set.get("/spec/template").cloned().and_then(Object::from_value).unwrap_or_else(|| set.clone());
        let mut pod = owned_object(&builtin::POD, set, &template);
        pod.set("/metadata/generateName", format!("{}-", set.name()));
        pod.set("/spec", template.get("/spec").cloned().unwrap_or_default());
        let pods = vec![pod; count];
        pod_control::in_batches(&pods, |pod| {
            pod_control::create(registry, self.component, set, pod.clone()).map(|_| ())
        })
        .map_err(|status| Failure { reason: "FailedCreate", status: Box::new(status) })
    }

    fn delete_pods(
        &self,
        registry: &mut Registry,
        set: &Object,
        active: &[Arc<Object>],
        count: usize,
    ) -> Result<(), Failure> {
        if count == 0 {
            return Ok(());
        }
        let neighbours = neighbours(registry, set);
        let mut ranked: Vec<pods::Ranked> = active.iter().map(|pod| pods::rank(pod, &neighbours)).collect();
        pods::sort_for_deletion(&mut ranked, registry.now());
        let mut outcome = Ok(());
        for ranked in ranked.iter().take(count) {
            if let Err(status) = pod_control::delete(registry, self.component, set, &ranked.pod) {
                outcome = Err(Failure { reason: "FailedDelete", status: Box::new(status) });
            }
        }
        outcome
    }
}

/// The active Pods of all ReplicaSets with the same controller, which share its nodes.
fn neighbours(registry: &Registry, set: &Object) -> Vec<Arc<Object>> {
    let sets = match set.controller() {
        Some(owner) => registry.owned_by(&builtin::REPLICA_SET, set.namespace(), &owner.uid),
        None => vec![Arc::new(set.clone())],
    };
    sets.iter()
        .flat_map(|set| registry.owned_by(&builtin::POD, set.namespace(), set.uid()))
        .filter(|pod| pods::is_active(pod))
        .collect()
}

/// The set with the status that its Pods give it (`calculateStatus`).
fn status_after(set: &Object, active: &[Arc<Object>], failure: Option<&Failure>, now: Timestamp) -> Object {
    let template_labels = set.map("/spec/template/metadata/labels");
    let carries_all = |pod: &&Arc<Object>| {
        template_labels
            .is_none_or(|wanted| wanted.iter().all(|(key, value)| pod.label(key) == value.as_str()))
    };
    let min_ready = SignedDuration::from_secs(set.number("/spec/minReadySeconds").unwrap_or_default());
    let mut next = set.clone();
    next.set("/status/replicas", active.len());
    let counts = [
        ("fullyLabeledReplicas", active.iter().filter(carries_all).count()),
        ("readyReplicas", active.iter().filter(|pod| pods::is_ready(pod)).count()),
        ("availableReplicas", active.iter().filter(|pod| pods::is_available(pod, min_ready, now)).count()),
    ];
    for (field, count) in counts {
        let pointer = format!("/status/{field}");
        if count == 0 {
            next.remove(&pointer);
        } else {
            next.set(&pointer, count);
        }
    }
    next.set("/status/observedGeneration", set.generation());
    let mut list = set.list("/status/conditions").to_vec();
    match failure {
        Some(failure) => {
            // Upstream keeps the first failure's message until the failure is over.
            if conditions::find(&list, "ReplicaFailure").is_none() {
                let message = failure.status.to_string();
                let new = conditions::condition("ReplicaFailure", "True", failure.reason, &message, now);
                conditions::set(&mut list, new);
            }
        }
        None => conditions::remove(&mut list, "ReplicaFailure"),
    }
    conditions::write(&mut next, list);
    next
}

/// Looks again when the next ready Pod becomes available.
fn next_look(set: &Object, active: &[Arc<Object>], now: Timestamp) -> Action {
    let min_ready = SignedDuration::from_secs(set.number("/spec/minReadySeconds").unwrap_or_default());
    active
        .iter()
        .filter(|pod| pods::is_ready(pod))
        .filter_map(|pod| pods::ready_since(pod)?.checked_add(min_ready).ok())
        .filter(|available| *available > now)
        .min()
        .map_or(Action::AwaitChange, |available| Action::RequeueAfter(available.duration_since(now)))
}
