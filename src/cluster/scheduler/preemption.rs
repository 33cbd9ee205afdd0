//! Preemption: Pods of lower priority give way (`DefaultPreemption`).

use std::sync::Arc;

use crate::apimachinery::{Condition, LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value};

use super::super::manager::record_preemption_event;
use super::super::registry::{DeleteOptions, Registry, WriteOptions, set_disruption_target};
use super::candidate::Candidate;
use super::filters::{Refusal, View};
use super::{MANAGER, cycle, message, nominate};

/// Reason of the condition of Pods that gave way.
const REASON: &str = "PreemptionByScheduler";
/// Why a node is of no use although Pods could be removed from it in principle.
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";
/// Why removing Pods from a node would not help.
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";

/// What preemption comes to.
pub(super) enum Outcome {
    /// Nothing can be done; the text for the Pod's condition.
    Nothing(String),
    /// Pods give way on that node.
    Makes(Room),
}

/// A node and the Pods that have to leave it.
pub(super) struct Room {
    /// The node.
    pub node: String,
    victims: Vec<Arc<Object>>,
    violations: usize,
}

pub(super) fn priority(pod: &Object) -> i64 {
    pod.number("/spec/priority").unwrap_or_default()
}

/// When a Pod began, for comparing Pods of one priority.
fn began(pod: &Object) -> Timestamp {
    pod.time("/status/startTime").or_else(|| pod.creation_timestamp()).unwrap_or(Timestamp::MAX)
}

/// The more important first (`MoreImportantPod`).
fn by_importance(pods: &mut [Arc<Object>]) {
    pods.sort_by_cached_key(|pod| (std::cmp::Reverse(priority(pod)), began(pod), pod.key()));
}

/// Looks for a node on which Pods of lower priority can make room.
pub(super) fn preempt(view: &View<'_>, verdicts: &[Vec<Refusal>]) -> Outcome {
    if let Some(why) = not_eligible(view) {
        return Outcome::Nothing(format!("preemption: {why}"));
    }
    let mut rooms = Vec::new();
    let mut reasons: Vec<Vec<Refusal>> = Vec::new();
    for (index, verdict) in verdicts.iter().enumerate() {
        if verdict.is_empty() || verdict.iter().any(|refusal| refusal.for_good) {
            reasons.push(vec![Refusal::for_good(NOT_HELPFUL)]);
            continue;
        }
        match make_room(view, index) {
            Ok(room) => rooms.push(room),
            Err(why) => reasons.push(why),
        }
    }
    match pick(rooms) {
        Some(room) => Outcome::Makes(room),
        None => Outcome::Nothing(format!("preemption: {}", message::fit_error(&reasons))),
    }
}

/// `PodEligibleToPreemptOthers`.
fn not_eligible(view: &View<'_>) -> Option<&'static str> {
    if view.pod.text("/spec/preemptionPolicy") == "Never" {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let nominated = view.pod.text("/status/nominatedNodeName");
    let candidate = view.all.iter().find(|candidate| candidate.name() == nominated)?;
    let leaving = candidate.objects(view.registry.store()).any(|other| {
        other.is_terminating()
            && priority(other) < priority(view.pod)
            && other.condition("DisruptionTarget").is_some_and(|condition| condition["reason"] == REASON)
    });
    leaving.then_some("not eligible due to a terminating pod on the nominated node.")
}

/// The Pods that have to leave one node (`SelectVictimsOnNode`).
fn make_room(view: &View<'_>, index: usize) -> Result<Room, Vec<Refusal>> {
    let there = view.all[index].objects(view.registry.store());
    let mut lower: Vec<Arc<Object>> =
        there.filter(|other| priority(other) < priority(view.pod)).cloned().collect();
    if lower.is_empty() {
        return Err(vec![Refusal::for_good(NO_VICTIMS)]);
    }
    let mut all = view.all.to_vec();
    let why_not = |all: &[Candidate]| cycle::why_not(&view.with(all), index);
    for pod in &lower {
        all[index].remove(pod);
    }
    let why = why_not(&all);
    if !why.is_empty() {
        return Err(why);
    }
    by_importance(&mut lower);
    let (violating, harmless) = by_budgets(view.registry, lower);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (pod, protected) in
        violating.into_iter().map(|pod| (pod, true)).chain(harmless.into_iter().map(|pod| (pod, false)))
    {
        // Whoever can stay, stays, the most important first.
        all[index].add(&pod);
        if !why_not(&all).is_empty() {
            all[index].remove(&pod);
            violations += usize::from(protected);
            victims.push(pod);
        }
    }
    by_importance(&mut victims);
    Ok(Room { node: all[index].name().to_owned(), victims, violations })
}

/// Pods whose disruption budgets would be violated, and the others (`filterPodsWithPDBViolation`).
fn by_budgets(registry: &Registry, pods: Vec<Arc<Object>>) -> (Vec<Arc<Object>>, Vec<Arc<Object>>) {
    let mut budgets: Vec<(Arc<Object>, LabelSelector, i64)> = registry
        .store()
        .list(&builtin::POD_DISRUPTION_BUDGET, None)
        .map(|budget| {
            let selector = budget.get("/spec/selector").unwrap_or(&Value::Null);
            let allowed = budget.number("/status/disruptionsAllowed").unwrap_or_default();
            (Arc::clone(budget), LabelSelector::from_value(selector), allowed)
        })
        .filter(|(_, selector, _)| !selector.is_empty())
        .collect();
    pods.into_iter().partition(|pod| {
        let mut violated = false;
        for (budget, selector, allowed) in &mut budgets {
            let disrupted =
                || budget.map("/status/disruptedPods").is_some_and(|pods| pods.contains_key(pod.name()));
            if budget.namespace() == pod.namespace() && selector.matches(pod.labels()) && !disrupted() {
                *allowed -= 1;
                violated |= *allowed < 0;
            }
        }
        violated
    })
}

/// The node where least is lost (`pickOneNodeForPreemption`).
fn pick(rooms: Vec<Room>) -> Option<Room> {
    rooms
        .into_iter()
        .enumerate()
        .min_by_key(|(index, room)| {
            let highest = room.victims.first().map_or(i64::MIN, |pod| priority(pod));
            let sum: i64 = room.victims.iter().map(|pod| priority(pod) + i64::from(i32::MAX) + 1).sum();
            let latest = room
                .victims
                .iter()
                .filter(|pod| priority(pod) == highest)
                .map(|pod| began(pod))
                .min()
                .unwrap_or(Timestamp::MAX);
            (room.violations, highest, sum, room.victims.len(), std::cmp::Reverse(latest), *index)
        })
        .map(|(_, room)| room)
}

/// Takes the victims away, and with them the hopes of less important Pods for that node.
///
/// # Errors
/// When something cannot be written.
pub(super) fn clear(registry: &mut Registry, pod: &Object, room: &Room) -> Result<(), Status> {
    for victim in &room.victims {
        let message =
            format!("{}: preempting to accommodate a higher priority pod", pod.text("/spec/schedulerName"));
        let mut marked = Object::clone(victim);
        let condition = Condition {
            condition_type: "DisruptionTarget",
            status: "True",
            reason: REASON,
            message: &message,
        };
        set_disruption_target(&mut marked, condition, registry.now());
        registry.update_status(&builtin::POD, marked, MANAGER)?;
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        match registry.delete(&builtin::POD, &victim.key(), &delete, &options) {
            Err(status) if !status.is("NotFound") => return Err(status),
            _ => {}
        }
        let told = format!("Preempted by pod {} on node {}", pod.uid(), room.node);
        record_preemption_event(registry, victim, pod, &told);
    }
    let hopeful: Vec<ObjectKey> = registry
        .store()
        .pods_on("")
        .filter(|other| {
            other.text("/status/nominatedNodeName") == room.node && priority(other) < priority(pod)
        })
        .map(|other| other.key())
        .collect();
    for key in hopeful {
        nominate(registry, &key, "")?;
    }
    Ok(())
}
