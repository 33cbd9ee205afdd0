//! StatefulSets: Pods with names that stay, one after the other (`pkg/controller/statefulset`).

mod claims;
mod pod;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::Change;
use super::{MANAGER, claim, controllers_of, history, itself, pods};
use pod::{ordinal_of, revision_of, stateful_pod};

/// Source of the events.
const COMPONENT: &str = "statefulset-controller";
/// Label of a revision with its hash; Pods carry the revision's name.
const REVISION_HASH: &str = "controller.kubernetes.io/hash";

/// The StatefulSet controller.
pub(super) struct StatefulSetController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::STATEFUL_SET, keys: itself },
    Watch { kind: &builtin::CONTROLLER_REVISION, keys: stateful_sets_of },
    Watch { kind: &builtin::POD, keys: stateful_sets_of },
];

impl Reconciler for StatefulSetController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(set) = registry.get(&builtin::STATEFUL_SET, key) else { return Ok(Action::AwaitChange) };
        if set.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let selector = LabelSelector::from_value(set.get("/spec/selector").unwrap_or(&Value::Null));
        let revisions = history::ensure(registry, &builtin::STATEFUL_SET, &set, &selector, REVISION_HASH)?;
        let claimed = claim::claim(registry, &builtin::POD, &set, &selector)?;
        let members = claimed.iter().filter_map(|pod| Some((ordinal_of(&set, pod)?, Arc::clone(pod))));
        let current = set.text("/status/currentRevision");
        let current = revisions.old.iter().find(|revision| revision.name() == current);
        let look = Look {
            set: &set,
            pods: members.collect(),
            current: Arc::clone(current.unwrap_or(&revisions.update)),
            update: Arc::clone(&revisions.update),
            now: registry.now(),
        };
        let step = look.next_step();
        let taken = look.take(registry, &step);
        let next = status::write(registry, &look)?;
        look.prune(registry, &revisions.old)?;
        taken?;
        Ok(next)
    }
}

fn stateful_sets_of(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, &builtin::STATEFUL_SET);
    keys.extend(claim::would_adopt(registry, &builtin::STATEFUL_SET, &change.object));
    keys
}

/// One look at a StatefulSet and what there is of it.
struct Look<'a> {
    set: &'a Object,
    /// Its Pods by ordinal.
    pods: BTreeMap<i64, Arc<Object>>,
    /// The revision before the rollout that goes on.
    current: Arc<Object>,
    /// The revision of the present template.
    update: Arc<Object>,
    now: Timestamp,
}

/// What is done next: Pods to create, by ordinal, and Pods to delete.
#[derive(Default)]
struct Step {
    create: Vec<i64>,
    delete: Vec<Arc<Object>>,
}

impl Look<'_> {
    fn wanted(&self) -> std::ops::Range<i64> {
        let start = self.set.number("/spec/ordinals/start").unwrap_or_default();
        start..start + self.set.number("/spec/replicas").unwrap_or(1)
    }

    fn partition(&self) -> i64 {
        let partition = self.set.number("/spec/updateStrategy/rollingUpdate/partition");
        self.wanted().start + partition.unwrap_or_default()
    }

    fn rolls(&self) -> bool {
        self.set.text("/spec/updateStrategy/type") == "RollingUpdate"
    }

    fn min_ready(&self) -> SignedDuration {
        SignedDuration::from_secs(self.set.number("/spec/minReadySeconds").unwrap_or_default())
    }

    fn is_available(&self, pod: &Object) -> bool {
        pod.text("/status/phase") == "Running" && pods::is_available(pod, self.min_ready(), self.now)
    }

    fn is_healthy(&self, pod: &Object) -> bool {
        self.is_available(pod) && !pod.is_terminating()
    }

    /// `updateStatefulSet`: first the Pods that are missing, then those that are too many, then those
    /// with an old template; one at a time unless they are managed in parallel.
    fn next_step(&self) -> Step {
        let ordered = self.set.text("/spec/podManagementPolicy") != "Parallel";
        let mut step = Step::default();
        for ordinal in self.wanted() {
            let settled = self.complete(ordinal, &mut step);
            if ordered && !settled {
                return step;
            }
        }
        let condemned = self.pods.iter().rev().filter(|(ordinal, _)| !self.wanted().contains(ordinal));
        let first_unhealthy = self.pods.values().find(|pod| !self.is_healthy(pod)).map(|pod| pod.name());
        for (_, pod) in condemned {
            if !pod.is_terminating()
                && (!ordered || self.is_healthy(pod) || Some(pod.name()) == first_unhealthy)
            {
                step.delete.push(Arc::clone(pod));
            }
            if ordered {
                return step;
            }
        }
        if step.create.is_empty() && step.delete.is_empty() {
            step.delete.extend(self.outdated());
        }
        step
    }

    /// Sees to one Pod that should be; says whether it is there and well.
    fn complete(&self, ordinal: i64, step: &mut Step) -> bool {
        let Some(pod) = self.pods.get(&ordinal) else {
            step.create.push(ordinal);
            return false;
        };
        if matches!(pod.text("/status/phase"), "Succeeded" | "Failed") {
            if !pod.is_terminating() {
                step.delete.push(Arc::clone(pod));
            }
            return false;
        }
        self.is_healthy(pod)
    }

    /// The Pod with an old template that goes next: the highest, when all above it are well.
    fn outdated(&self) -> Option<Arc<Object>> {
        if !self.rolls() {
            return None;
        }
        for ordinal in self.wanted().rev().take_while(|ordinal| *ordinal >= self.partition()) {
            let pod = self.pods.get(&ordinal)?;
            if revision_of(pod) != self.update.name() && !pod.is_terminating() {
                return Some(Arc::clone(pod));
            }
            if !self.is_healthy(pod) {
                return None;
            }
        }
        None
    }

    fn take(&self, registry: &mut Registry, step: &Step) -> Result<(), Status> {
        for (ordinal, pod) in &self.pods {
            claims::follow_policy(registry, self.set, pod, !self.wanted().contains(ordinal))?;
        }
        for ordinal in &step.create {
            let old = self.rolls() && *ordinal < self.partition();
            let pod = stateful_pod(self.set, *ordinal, if old { &self.current } else { &self.update });
            let name = pod.name().to_owned();
            claims::ensure(registry, self.set, &pod)?;
            let options = WriteOptions::component(MANAGER);
            let created = registry.create(&builtin::POD, self.set.namespace(), pod, &options);
            self.tell(registry, "create", &name, created.as_ref().err());
            created?;
        }
        for pod in &step.delete {
            let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
            let deleted = registry.delete(&builtin::POD, &pod.key(), &delete, &options);
            self.tell(registry, "delete", pod.name(), deleted.as_ref().err());
            deleted?;
        }
        Ok(())
    }

    fn tell(&self, registry: &mut Registry, verb: &str, pod: &str, failure: Option<&Status>) {
        let done = if verb == "create" { "Create" } else { "Delete" };
        let set = self.set.name();
        let (event_type, reason, outcome) = match failure {
            None => (EventType::Normal, format!("Successful{done}"), "successful".to_owned()),
            Some(status) => (EventType::Warning, format!("Failed{done}"), format!("failed error: {status}")),
        };
        let message = format!("{verb} Pod {pod} in StatefulSet {set} {outcome}");
        record_event(
            registry,
            &EventSource::component(COMPONENT),
            self.set,
            "",
            event_type,
            &reason,
            &message,
        );
    }

    /// Deletes the oldest revisions beyond the limit that nothing needs (`truncateHistory`).
    fn prune(&self, registry: &mut Registry, old: &[Arc<Object>]) -> Result<(), Status> {
        let limit = self.set.number("/spec/revisionHistoryLimit").unwrap_or(10);
        let needed = |revision: &Object| {
            revision.name() == self.current.name()
                || self.pods.values().any(|pod| revision_of(pod) == revision.name())
        };
        let unneeded: Vec<Arc<Object>> =
            old.iter().filter(|revision| !needed(revision)).map(Arc::clone).collect();
        history::prune(registry, &unneeded, limit, |_| false)
    }
}
