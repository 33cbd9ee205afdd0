//! PodDisruptionBudgets: how many Pods there should be, are, and may go (`pkg/controller/disruption`).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{
    Condition, Object, ObjectKey, OwnerReference, Status, builtin, resolve_int_or_percent, set_condition,
};
use crate::base::{Map, Timestamp, Value};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{Registry, budget_selects, stamp_generation, tell_whether_allowed};
use super::super::storage::Change;
use super::{MANAGER, pods};

/// Name of the source of its events.
const COMPONENT: &str = "controllermanager";
/// How long an eviction may take until its Pod counts again (`DeletionTimeout`).
const DELETION_TIMEOUT: SignedDuration = SignedDuration::from_secs(120);

/// The disruption controller.
pub(super) struct DisruptionController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::POD_DISRUPTION_BUDGET, keys: super::itself },
    Watch { kind: &builtin::POD, keys: budgets_of_pod },
    Watch { kind: &builtin::DEPLOYMENT, keys: budgets_after_scaling },
    Watch { kind: &builtin::REPLICA_SET, keys: budgets_after_scaling },
    Watch { kind: &builtin::STATEFUL_SET, keys: budgets_after_scaling },
    Watch { kind: &builtin::REPLICATION_CONTROLLER, keys: budgets_after_scaling },
];

impl Reconciler for DisruptionController {
    fn name(&self) -> &'static str {
        "disruption-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(budget) = registry.get(&builtin::POD_DISRUPTION_BUDGET, key) else {
            return Ok(Action::AwaitChange);
        };
        let found: Vec<Arc<Object>> = registry
            .store()
            .list(&builtin::POD, Some(&key.namespace))
            .filter(|pod| budget_selects(&budget, pod))
            .cloned()
            .collect();
        if found.is_empty() {
            tell(registry, &budget, EventType::Normal, "NoPods", "No matching pods found");
        }
        let wanted = match expectation(registry, &budget, &found) {
            Ok(wanted) => wanted,
            Err(why) => {
                let message = format!("Failed to calculate the number of expected pods: {why}");
                let reason = "CalculateExpectedPodCountFailed";
                tell(registry, &budget, EventType::Warning, reason, &message);
                return give_up(registry, &budget, &why).map(|()| Action::AwaitChange);
            }
        };
        if wanted.unmanaged {
            let message = format!(
                "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
                selector_in_go(&budget)
            );
            tell(registry, &budget, EventType::Warning, "UnmanagedPods", &message);
        }
        let now = registry.now();
        let (disrupted, look_again) = disrupted_pods(registry, &budget, &found);
        let healthy = found
            .iter()
            .filter(|pod| !pod.is_terminating() && !disrupted.contains_key(pod.name()) && pods::is_ready(pod))
            .count();
        let next = status_after(&budget, &wanted, i64::try_from(healthy).unwrap_or_default(), disrupted, now);
        if next != *budget {
            registry.update_status(&builtin::POD_DISRUPTION_BUDGET, next, MANAGER)?;
        }
        Ok(look_again.map_or(Action::AwaitChange, |at| Action::RequeueAfter(at.duration_since(now))))
    }
}

/// How many Pods are expected, and how many of them have to be healthy.
struct Expectation {
    count: i64,
    healthy: i64,
    unmanaged: bool,
}

/// `getExpectedPodCount`.
fn expectation(registry: &Registry, budget: &Object, found: &[Arc<Object>]) -> Result<Expectation, String> {
    if let Some(most) = budget.get("/spec/maxUnavailable") {
        let (count, unmanaged) = expected_scale(registry, found)?;
        let missing = resolve_int_or_percent(most, count, true).unwrap_or_default();
        return Ok(Expectation { count, healthy: (count - missing).max(0), unmanaged });
    }
    match budget.get("/spec/minAvailable") {
        Some(Value::Number(least)) => Ok(Expectation {
            count: i64::try_from(found.len()).unwrap_or(i64::MAX),
            healthy: least.as_i64().unwrap_or_default(),
            unmanaged: false,
        }),
        Some(share) => {
            let (count, unmanaged) = expected_scale(registry, found)?;
            let healthy = resolve_int_or_percent(share, count, true).unwrap_or_default();
            Ok(Expectation { count, healthy, unmanaged })
        }
        None => Ok(Expectation { count: 0, healthy: 0, unmanaged: false }),
    }
}

/// How many Pods the controllers of these Pods want together, and whether some have none.
fn expected_scale(registry: &Registry, found: &[Arc<Object>]) -> Result<(i64, bool), String> {
    let mut scales: BTreeMap<String, i64> = BTreeMap::new();
    let mut unmanaged = false;
    for pod in found {
        match pod.controller() {
            None => unmanaged = true,
            Some(owner) => {
                let (uid, scale) = scale_of(registry, pod, &owner)?;
                scales.insert(uid, scale);
            }
        }
    }
    Ok((scales.values().sum(), unmanaged))
}

/// The controller at the top of a Pod and how many Pods it wants.
fn scale_of(registry: &Registry, pod: &Object, owner: &OwnerReference) -> Result<(String, i64), String> {
    let missing = || format!("found no controllers for pod {:?}", pod.name());
    let find = |owner: &OwnerReference| {
        let kind = registry.store().definitions().kind_of(&owner.api_version, &owner.kind)?;
        let object = registry.get(kind, &ObjectKey::new(pod.namespace(), owner.name.as_str())).ok()?;
        (object.uid() == owner.uid).then_some((kind, object))
    };
    let (kind, object) = find(owner).ok_or_else(missing)?;
    if kind.subresource("scale").is_none() {
        return Err(format!("{} does not implement the scale subresource", kind.group_resource()));
    }
    let deployment = object
        .controller()
        .filter(|above| above.kind == "Deployment")
        .and_then(|above| find(&above).map(|(_, deployment)| deployment));
    if let Some(top) = deployment {
        return Ok((top.uid().to_owned(), top.number("/spec/replicas").unwrap_or_default()));
    }
    let scale = registry.get_scale(kind, &object.key()).map_err(|status| status.message)?;
    Ok((object.uid().to_owned(), scale.number("/spec/replicas").unwrap_or_default()))
}

/// Pods whose eviction is on its way and that are not being deleted yet; when to look again
/// (`buildDisruptedPodMap`).
fn disrupted_pods(
    registry: &mut Registry,
    budget: &Object,
    found: &[Arc<Object>],
) -> (Map, Option<Timestamp>) {
    let (mut kept, mut look_again) = (Map::new(), None::<Timestamp>);
    let now = registry.now();
    for (name, time) in budget.map("/status/disruptedPods").into_iter().flatten() {
        let Some(pod) = found.iter().find(|pod| pod.name() == name) else { continue };
        let Some(since) = time.as_str().and_then(|text| text.parse::<Timestamp>().ok()) else { continue };
        if pod.is_terminating() {
            continue;
        }
        let until = since.checked_add(DELETION_TIMEOUT).unwrap_or(since);
        if until <= now {
            let message =
                format!("Pod {} was expected by PDB {} to be deleted but it wasn't", pod.key(), budget.key());
            tell(registry, pod, EventType::Warning, "NotDeleted", &message);
        } else {
            look_again = Some(look_again.map_or(until, |other| other.min(until)));
            kept.insert(name.clone(), time.clone());
        }
    }
    (kept, look_again)
}

fn status_after(
    budget: &Object,
    wanted: &Expectation,
    healthy: i64,
    disrupted: Map,
    now: Timestamp,
) -> Object {
    let allowed = if wanted.count <= 0 { 0 } else { (healthy - wanted.healthy).max(0) };
    let mut next = budget.clone();
    next.set("/status/currentHealthy", healthy);
    next.set("/status/desiredHealthy", wanted.healthy);
    next.set("/status/expectedPods", wanted.count);
    next.set("/status/disruptionsAllowed", allowed);
    next.set("/status/observedGeneration", budget.generation());
    if disrupted.is_empty() {
        next.remove("/status/disruptedPods");
    } else {
        next.set("/status/disruptedPods", disrupted);
    }
    tell_whether_allowed(&mut next, now);
    next
}

/// Allows nothing while nobody knows how many Pods there should be (`failSafe`).
fn give_up(registry: &mut Registry, budget: &Object, why: &str) -> Result<(), Status> {
    let mut next = budget.clone();
    next.set("/status/disruptionsAllowed", 0);
    next.set("/status/observedGeneration", budget.generation());
    let condition = Condition {
        condition_type: "DisruptionAllowed",
        status: "False",
        reason: "SyncFailed",
        message: why,
    };
    set_condition(&mut next, condition, registry.now());
    stamp_generation(&mut next);
    if next != *budget {
        registry.update_status(&builtin::POD_DISRUPTION_BUDGET, next, MANAGER)?;
    }
    Ok(())
}

fn tell(registry: &mut Registry, about: &Object, event_type: EventType, reason: &str, message: &str) {
    record_event(registry, &EventSource::component(COMPONENT), about, "", event_type, reason, message);
}

/// A selector as Go's generated `String` writes it.
fn selector_in_go(budget: &Object) -> String {
    let labels: Vec<String> = budget
        .map("/spec/selector/matchLabels")
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}: {},", value.as_str().unwrap_or_default()))
        .collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}",
        labels.join("")
    )
}

/// The budgets that mean the changed Pod, or meant it before.
fn budgets_of_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let means = |budget: &&Arc<Object>| {
        budget_selects(budget, &change.object)
            || change.previous.as_ref().is_some_and(|previous| budget_selects(budget, previous))
    };
    let budgets = registry.store().list(&builtin::POD_DISRUPTION_BUDGET, Some(change.object.namespace()));
    budgets.filter(means).map(|budget| budget.key()).collect()
}

/// All budgets of the namespace when a workload wants another number of Pods.
fn budgets_after_scaling(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let replicas = |object: &Object| object.number("/spec/replicas");
    let same =
        change.previous.as_ref().is_some_and(|previous| replicas(previous) == replicas(&change.object));
    if same {
        return Vec::new();
    }
    let budgets = registry.store().list(&builtin::POD_DISRUPTION_BUDGET, Some(change.object.namespace()));
    budgets.map(|budget| budget.key()).collect()
}
