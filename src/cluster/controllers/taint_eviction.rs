//! Pods that do not tolerate a taint of effect NoExecute have to leave (`pkg/controller/tainteviction`).

use jiff::SignedDuration;

use crate::apimachinery::{Condition, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Registry, WriteOptions, set_disruption_target};
use super::super::storage::Change;
use super::MANAGER;

/// Name of the source of its events.
const COMPONENT: &str = "taint-eviction-controller";

/// The taint eviction controller.
pub(super) struct TaintEvictionController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::POD, keys: super::itself },
    Watch { kind: &builtin::NODE, keys: pods_of_tainted },
];

impl Reconciler for TaintEvictionController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let pod = registry.get(&builtin::POD, key).ok();
        let Some(pod) = pod.filter(|pod| !pod.is_terminating() && !pod.text("/spec/nodeName").is_empty())
        else {
            context.memory.taint_evictions.remove(key);
            return Ok(Action::AwaitChange);
        };
        let now = registry.now();
        let known = context.memory.taint_evictions.get(key).copied();
        let Some(patience) = patience(registry, &pod) else {
            if context.memory.taint_evictions.remove(key).is_some() {
                tell(registry, &pod, &format!("Cancelling deletion of Pod {key}"));
            }
            return Ok(Action::AwaitChange);
        };
        let began = known.unwrap_or(now);
        let due = began.checked_add(patience).unwrap_or(Timestamp::MAX);
        if due > now {
            context.memory.taint_evictions.insert(key.clone(), began);
            return Ok(Action::RequeueAfter(due.duration_since(now)));
        }
        context.memory.taint_evictions.remove(key);
        tell(registry, &pod, &format!("Marking for deletion Pod {key}"));
        let mut marked = Object::clone(&pod);
        let condition = Condition {
            condition_type: "DisruptionTarget",
            status: "True",
            reason: "DeletionByTaintManager",
            message: "Taint manager: deleting due to NoExecute taint",
        };
        set_disruption_target(&mut marked, condition, now);
        registry.update_status(&builtin::POD, marked, MANAGER)?;
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        match registry.delete(&builtin::POD, key, &delete, &options) {
            Err(status) if !status.is("NotFound") => Err(status),
            _ => Ok(Action::AwaitChange),
        }
    }
}

/// How long a Pod may stay in spite of its node's taints: not at all when it does not tolerate one;
/// `None` for ever.
fn patience(registry: &Registry, pod: &Object) -> Option<SignedDuration> {
    let node = registry.get(&builtin::NODE, &ObjectKey::new("", pod.text("/spec/nodeName"))).ok()?;
    let mut least: Option<SignedDuration> = None;
    for taint in node.list("/spec/taints").iter().filter(|taint| taint["effect"] == "NoExecute") {
        let Some(toleration) = pod.list("/spec/tolerations").iter().find(|one| tolerates(one, taint)) else {
            return Some(SignedDuration::ZERO);
        };
        if let Some(seconds) = toleration["tolerationSeconds"].as_i64() {
            let seconds = SignedDuration::from_secs(seconds.max(0));
            least = Some(least.map_or(seconds, |other| other.min(seconds)));
        }
    }
    least
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let (key, effect) = (text(toleration, "key"), text(toleration, "effect"));
    (key.is_empty() || key == text(taint, "key"))
        && (effect.is_empty() || effect == "NoExecute")
        && match text(toleration, "operator").as_str() {
            "Exists" => true,
            "" | "Equal" => !key.is_empty() && text(toleration, "value") == text(taint, "value"),
            _ => false,
        }
}

fn pods_of_tainted(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let same =
        change.previous.as_ref().is_some_and(|previous| previous.agrees(&change.object, "/spec/taints"));
    if same {
        return Vec::new();
    }
    registry.store().pods_on(change.object.name()).map(|pod| pod.key()).collect()
}

fn tell(registry: &mut Registry, pod: &Object, message: &str) {
    let source = EventSource::component(COMPONENT);
    record_event(registry, &source, pod, "", EventType::Normal, "TaintManagerEviction", message);
}
