//! ReplicaSets: keep as many Pods of a template as are wanted (`pkg/controller/replicaset`).

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Timestamp;

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::Change;
use super::{MANAGER, claim, conditions, controllers_of, itself, owned_object, pods};

/// How many Pods are created or deleted at once (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;
/// Source of the events.
const COMPONENT: &str = "replicaset-controller";

/// The ReplicaSet controller.
pub(super) struct ReplicaSetController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::REPLICA_SET, keys: itself },
    Watch { kind: &builtin::POD, keys: replica_sets_of_pod },
];

impl Reconciler for ReplicaSetController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(set) = registry.get(&builtin::REPLICA_SET, key) else { return Ok(Action::AwaitChange) };
        let selector = LabelSelector::from_value(set.get("/spec/selector").unwrap_or(&Value::Null));
        let claimed = claim::claim(registry, &builtin::POD, &set, &selector)?;
        let (active, others): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|pod| pods::is_active(pod));
        let terminating = others.iter().filter(|pod| pod.is_terminating()).count();
        let managed = if set.is_terminating() { Ok(()) } else { manage_replicas(registry, &set, &active) };
        let now = registry.now();
        let status = status_after(&set, &active, terminating, managed.as_ref().err(), now);
        if status != *set {
            registry.update_status(&builtin::REPLICA_SET, status, MANAGER)?;
        }
        managed.map_err(|failure| *failure.status)?;
        Ok(next_look(&set, &active, now))
    }
}

fn replica_sets_of_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, &builtin::REPLICA_SET);
    keys.extend(claim::would_adopt(registry, &builtin::REPLICA_SET, &change.object));
    keys
}

/// A Pod that could not be created or deleted.
struct Failure {
    reason: &'static str,
    status: Box<Status>,
}

fn wanted(set: &Object) -> usize {
    usize::try_from(set.number("/spec/replicas").unwrap_or(1)).unwrap_or_default()
}

fn manage_replicas(registry: &mut Registry, set: &Object, active: &[Arc<Object>]) -> Result<(), Failure> {
    let wanted = wanted(set);
    if active.len() < wanted {
        create_pods(registry, set, (wanted - active.len()).min(BURST_REPLICAS))
    } else {
        delete_pods(registry, set, active, (active.len() - wanted).min(BURST_REPLICAS))
    }
}

/// Creates Pods in batches of 1, 2, 4 … and stops after the batch that met an error (`slowStartBatch`).
fn create_pods(registry: &mut Registry, set: &Object, count: usize) -> Result<(), Failure> {
    let (mut remaining, mut batch) = (count, 1);
    while remaining > 0 {
        let size = batch.min(remaining);
        let mut failure = None;
        for _ in 0..size {
            if let Err(status) = create_pod(registry, set) {
                failure = Some(status);
            }
        }
        if let Some(status) = failure {
            return Err(Failure { reason: "FailedCreate", status: Box::new(status) });
        }
        remaining -= size;
        batch *= 2;
    }
    Ok(())
}

fn create_pod(registry: &mut Registry, set: &Object) -> Result<(), Status> {
    let template =
        set.get("/spec/template").cloned().and_then(Object::from_value).unwrap_or_else(|| set.clone());
    let mut pod = owned_object(&builtin::POD, set, &template);
    pod.set("/metadata/generateName", format!("{}-", set.name()));
    pod.set("/spec", template.get("/spec").cloned().unwrap_or_default());
    let created = registry.create(&builtin::POD, set.namespace(), pod, &WriteOptions::component(MANAGER));
    match created {
        Ok(written) => {
            let message = format!("Created pod: {}", written.object.name());
            tell(registry, set, EventType::Normal, "SuccessfulCreate", &message);
            Ok(())
        }
        Err(status) => {
            // A namespace that is going away refuses every Pod: not worth an event.
            if !status.message.contains("because it is being terminated") {
                tell(registry, set, EventType::Warning, "FailedCreate", &format!("Error creating: {status}"));
            }
            Err(status)
        }
    }
}

fn delete_pods(
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
        let name = ranked.pod.name().to_owned();
        let options = WriteOptions::component(MANAGER);
        match registry.delete(&builtin::POD, &ranked.pod.key(), &DeleteOptions::default(), &options) {
            Ok(_) => {
                tell(registry, set, EventType::Normal, "SuccessfulDelete", &format!("Deleted pod: {name}"));
            }
            Err(status) if status.is("NotFound") => {}
            Err(status) => {
                tell(registry, set, EventType::Warning, "FailedDelete", &format!("Error deleting: {status}"));
                outcome = Err(Failure { reason: "FailedDelete", status: Box::new(status) });
            }
        }
    }
    outcome
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

fn tell(registry: &mut Registry, set: &Object, event_type: EventType, reason: &str, message: &str) {
    record_event(registry, &EventSource::component(COMPONENT), set, "", event_type, reason, message);
}

/// The ReplicaSet with the status that its Pods give it (`calculateStatus`).
fn status_after(
    set: &Object,
    active: &[Arc<Object>],
    terminating: usize,
    failure: Option<&Failure>,
    now: Timestamp,
) -> Object {
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
    next.set("/status/terminatingReplicas", terminating);
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
