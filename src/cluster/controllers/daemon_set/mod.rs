//! DaemonSets: one Pod on each node that suits (`pkg/controller/daemon`).
//!
//! Not simulated: the pause before a failed Pod is replaced, which nothing here makes fail.

mod nodes;
mod rolling;
mod status;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Value;

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::Registry;
use super::super::storage::{Change, ChangeType};
use super::{claim, controllers_of, history, itself, pod_control, pods};
use nodes::{Daemons, daemon_pod, pods_by_node, template_pod};

/// How many Pods are created or deleted at once (`BurstReplicas`).
const BURST_REPLICAS: usize = 250;
/// Source of the events.
const COMPONENT: &str = "daemonset-controller";
/// Label of Pods and revisions that names the template.
const HASH_LABEL: &str = "controller-revision-hash";

/// The DaemonSet controller.
pub(super) struct DaemonSetController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::DAEMON_SET, keys: itself },
    Watch { kind: &builtin::CONTROLLER_REVISION, keys: daemon_sets_of },
    Watch { kind: &builtin::POD, keys: daemon_sets_of },
    Watch { kind: &builtin::NODE, keys: everyone_on_other_node },
];

impl Reconciler for DaemonSetController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(set) = registry.get(&builtin::DAEMON_SET, key) else { return Ok(Action::AwaitChange) };
        if set.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let selector = LabelSelector::from_value(set.get("/spec/selector").unwrap_or(&Value::Null));
        let revisions = history::ensure(registry, &builtin::DAEMON_SET, &set, &selector, HASH_LABEL)?;
        let hash = revisions.update.label(HASH_LABEL).unwrap_or_default().to_owned();
        let claimed = claim::claim(registry, &builtin::POD, &set, &selector)?;
        let nodes = registry.list(&builtin::NODE, None);
        let look = Look {
            set: &set,
            template: template_pod(&set),
            hash: &hash,
            nodes,
            daemons: pods_by_node(&claimed),
        };
        let managed = look.manage(registry, &claimed);
        let limit = set.number("/spec/revisionHistoryLimit").unwrap_or_default();
        let in_use =
            |revision: &Object| claimed.iter().any(|pod| pod.label(HASH_LABEL) == revision.label(HASH_LABEL));
        history::prune(registry, &revisions.old, limit, in_use)?;
        let next = status::write(registry, &look)?;
        managed?;
        Ok(next)
    }
}

fn daemon_sets_of(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, &builtin::DAEMON_SET);
    keys.extend(claim::would_adopt(registry, &builtin::DAEMON_SET, &change.object));
    keys
}

/// All DaemonSets when a node comes, goes, or changes what Pods it takes.
fn everyone_on_other_node(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let same = |pointer: &str| {
        change.previous.as_ref().is_some_and(|previous| previous.get(pointer) == change.object.get(pointer))
    };
    if change.change_type != ChangeType::Deleted && same("/spec") && same("/metadata/labels") {
        return Vec::new();
    }
    registry.store().list(&builtin::DAEMON_SET, None).map(|set| set.key()).collect()
}

/// One look at a DaemonSet and what there is of it.
struct Look<'a> {
    set: &'a Object,
    /// A Pod of it, for no node yet.
    template: Object,
    /// Names the present template.
    hash: &'a str,
    nodes: Vec<Arc<Object>>,
    daemons: Daemons,
}

impl Look<'_> {
    /// Whether a Pod has the present template.
    fn is_updated(&self, pod: &Object) -> bool {
        pod.label(HASH_LABEL) == Some(self.hash)
    }

    fn min_ready(&self) -> SignedDuration {
        SignedDuration::from_secs(self.set.number("/spec/minReadySeconds").unwrap_or_default())
    }

    /// Puts Pods where they are missing, takes those away that are too many, and when there is nothing
    /// to mend goes on with the rollout (`updateDaemonSet`).
    fn manage(&self, registry: &mut Registry, claimed: &[Arc<Object>]) -> Result<(), Status> {
        let mut changes = Changes::default();
        for node in &self.nodes {
            self.mend(registry, node, &mut changes);
        }
        let known = |name: &str| self.nodes.iter().any(|node| node.name() == name);
        changes.delete.extend(
            claimed
                .iter()
                .filter(|pod| pod.text("/spec/nodeName").is_empty() && !pod.is_terminating())
                .filter(|pod| nodes::target_of(pod).is_some_and(|target| !known(target)))
                .map(Arc::clone),
        );
        if changes.is_empty() && self.set.text("/spec/updateStrategy/type") == "RollingUpdate" {
            changes = self.roll(registry.now());
        }
        self.make(registry, changes)
    }

    fn make(&self, registry: &mut Registry, changes: Changes) -> Result<(), Status> {
        let create = &changes.create[..changes.create.len().min(BURST_REPLICAS)];
        let created = pod_control::in_batches(create, |node| {
            let pod = daemon_pod(self.set, self.hash, node);
            pod_control::create(registry, COMPONENT, self.set, pod).map(|_| ())
        });
        let mut outcome = created;
        for pod in changes.delete.iter().take(BURST_REPLICAS) {
            let deleted = pod_control::delete(registry, COMPONENT, self.set, pod);
            outcome = outcome.and(deleted);
        }
        outcome
    }

    fn tell_ended(&self, registry: &mut Registry, pod: &Object, node: &Object) {
        let failed = pod.text("/status/phase") == "Failed";
        let (event_type, reason, ended, verb) = if failed {
            (EventType::Warning, "FailedDaemonPod", "failed", "kill")
        } else {
            (EventType::Normal, "SucceededDaemonPod", "succeeded", "delete")
        };
        let message =
            format!("Found {ended} daemon pod {} on node {}, will try to {verb} it", pod.key(), node.name());
        record_event(
            registry,
            &EventSource::component(COMPONENT),
            self.set,
            "",
            event_type,
            reason,
            &message,
        );
    }
}

/// What is to be done.
#[derive(Default)]
struct Changes {
    /// Names of the nodes that get a Pod.
    create: Vec<String>,
    delete: Vec<Arc<Object>>,
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.create.is_empty() && self.delete.is_empty()
    }
}

/// The Pods that neither ended nor go.
fn running(pods: &[Arc<Object>]) -> impl Iterator<Item = &Arc<Object>> {
    pods.iter().filter(|pod| pods::is_active(pod))
}
