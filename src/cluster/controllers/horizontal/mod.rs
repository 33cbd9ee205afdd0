//! HorizontalPodAutoscalers: scale a workload so that its Pods use as much as they should
//! (`pkg/controller/podautoscaler`).

mod limits;
mod proposals;
mod replicas;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{KINDS, Kind, LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::kubelet::NodeState;
use super::super::manager::{
    Action, AutoscalerNotes, EventSource, EventType, ReconcileContext, Reconciler, Watch, note, record_event,
};
use super::super::registry::{Registry, WriteOptions, time_text};
use super::{MANAGER, itself};

/// Source of the events.
const COMPONENT: &str = "horizontal-pod-autoscaler";
/// Between two looks at one autoscaler (`HorizontalPodAutoscalerSyncPeriod`).
const SYNC_PERIOD: SignedDuration = SignedDuration::from_secs(15);

/// The autoscaling controller.
pub(super) struct HorizontalController;

static WATCHES: &[Watch] = &[Watch { kind: &builtin::HORIZONTAL_POD_AUTOSCALER, keys: itself }];

impl Reconciler for HorizontalController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let autoscalers = &mut context.memory.autoscalers;
        let Ok(before) = registry.get(&builtin::HORIZONTAL_POD_AUTOSCALER, key) else {
            autoscalers.remove(key);
            return Ok(Action::AwaitChange);
        };
        let now = registry.now();
        let next = now.checked_add(SYNC_PERIOD).unwrap_or(now);
        // A change is looked at one period later, no matter how many more there are (`FixedItemIntervalRateLimiter`).
        let mut notes = autoscalers.get(key).cloned().unwrap_or_else(|| AutoscalerNotes::new(next));
        if notes.due > now {
            let pause = notes.due.duration_since(now);
            autoscalers.insert(key.clone(), notes);
            return Ok(Action::RequeueAfter(pause));
        }
        notes.due = next;
        let others =
            autoscalers.iter().filter(|(other, _)| other.namespace == key.namespace && *other != key);
        let others =
            others.filter_map(|(other, notes)| Some((other.clone(), notes.selector.clone()?))).collect();
        let mut look = Look { next: Object::clone(&before), before, notes, others, node: &*context.node };
        look.sync(registry);
        autoscalers.insert(key.clone(), look.notes);
        if look.next != *look.before {
            registry.update_status(&builtin::HORIZONTAL_POD_AUTOSCALER, look.next, MANAGER)?;
        }
        Ok(Action::RequeueAfter(SYNC_PERIOD))
    }
}

/// What is scaled.
struct Target {
    kind: &'static Kind,
    key: ObjectKey,
    scale: Object,
}

/// One look at one autoscaler.
struct Look<'a> {
    before: Arc<Object>,
    /// The autoscaler with the status that it gets.
    next: Object,
    notes: AutoscalerNotes,
    /// The other autoscalers of the namespace, and the Pods of their targets.
    others: Vec<(ObjectKey, LabelSelector)>,
    node: &'a NodeState,
}

impl Look<'_> {
    fn tell(&self, registry: &mut Registry, event_type: EventType, reason: &str, message: &str) {
        let source = EventSource::component(COMPONENT);
        record_event(registry, &source, &self.before, "", event_type, reason, message);
    }

    /// Sets a condition; its time moves with its status (`setConditionInList`).
    fn condition(&mut self, registry: &Registry, kind: &str, status: bool, reason: &str, message: &str) {
        let status = if status { "True" } else { "False" };
        let mut list = self.next.list("/status/conditions").to_vec();
        let found = list.iter().position(|condition| condition["type"] == kind);
        let index = found.unwrap_or_else(|| {
            list.push(json!({"type": kind}));
            list.len() - 1
        });
        if list[index]["status"] != status {
            list[index]["lastTransitionTime"] = json!(time_text(registry.now()));
        }
        list[index]["status"] = json!(status);
        list[index]["reason"] = json!(reason);
        list[index]["message"] = json!(message);
        self.next.set("/status/conditions", list);
    }

    fn minimum(&self) -> i64 {
        self.next.number("/spec/minReplicas").unwrap_or(1)
    }

    fn maximum(&self) -> i64 {
        self.next.number("/spec/maxReplicas").unwrap_or_default()
    }

    /// The scale of what is to be scaled.
    fn target(&self, registry: &Registry) -> Result<Target, String> {
        let text = |field: &str| self.next.text(&format!("/spec/scaleTargetRef/{field}"));
        let (version, name) = (text("apiVersion"), text("kind"));
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        let kind = KINDS
            .iter()
            .find(|kind| kind.kind == name && kind.group == group)
            .copied()
            .ok_or_else(|| format!("no matches for kind {name:?} in group {group:?}"))?;
        let key = ObjectKey::new(self.next.namespace(), text("name"));
        if kind.subresource("scale").is_none() {
            return Err("the server could not find the requested resource".to_owned());
        }
        let scale = registry.get_scale(kind, &key).map_err(|status| status.message)?;
        Ok(Target { kind, key, scale })
    }

    /// `reconcileAutoscaler`.
    fn sync(&mut self, registry: &mut Registry) {
        let target = match self.target(registry) {
            Ok(target) => target,
            Err(why) => {
                self.tell(registry, EventType::Warning, "FailedGetScale", &why);
                let message =
                    format!("the HPA controller was unable to get the target's current scale: {why}");
                return self.condition(registry, "AbleToScale", false, "FailedGetScale", &message);
            }
        };
        let message = "the HPA controller was able to get the target's current scale";
        self.condition(registry, "AbleToScale", true, "SucceededGetScale", message);
        let current = target.scale.number("/spec/replicas").unwrap_or_default();
        if self.notes.recommendations.is_empty() {
            note(&mut self.notes.recommendations, registry.now(), current);
        }
        let (minimum, maximum) = (self.minimum(), self.maximum());
        let mut statuses = Vec::new();
        let (desired, reason) = if current == 0 && minimum != 0 {
            let message = "scaling is disabled since the replica count of the target is zero";
            self.condition(registry, "ScalingActive", false, "ScalingDisabled", message);
            (0, String::new())
        } else if current > maximum {
            (maximum, "Current number of replicas above Spec.MaxReplicas".to_owned())
        } else if current < minimum {
            (minimum, "Current number of replicas below Spec.MinReplicas".to_owned())
        } else {
            let Some((wanted, metric)) = self.proposals(registry, &target, &mut statuses) else {
                self.next.set("/status/currentReplicas", current);
                if !statuses.is_empty() {
                    self.next.set("/status/currentMetrics", statuses);
                }
                return;
            };
            let reason = match wanted.cmp(&current) {
                std::cmp::Ordering::Greater => format!("{metric} above target"),
                std::cmp::Ordering::Less => "All metrics below target".to_owned(),
                std::cmp::Ordering::Equal => String::new(),
            };
            (self.normalized(registry, current, wanted), reason)
        };
        let scaled = if desired == current {
            Ok(false)
        } else {
            self.rescale(registry, &target, current, desired, &reason)
        };
        match scaled {
            Err(()) => self.next.set("/status/currentReplicas", current),
            Ok(scaled) => self.set_status(registry, current, desired, statuses, scaled),
        }
    }

    fn rescale(
        &mut self,
        registry: &mut Registry,
        target: &Target,
        current: i64,
        desired: i64,
        reason: &str,
    ) -> Result<bool, ()> {
        let mut scale = target.scale.clone();
        scale.set("/spec/replicas", desired);
        let options = WriteOptions { subresource: "scale", ..WriteOptions::component(MANAGER) };
        if let Err(status) = registry.update(target.kind, &target.key, scale, &options) {
            let message = format!("New size: {desired}; reason: {reason}; error: {}", status.message);
            self.tell(registry, EventType::Warning, "FailedRescale", &message);
            let message =
                format!("the HPA controller was unable to update the target scale: {}", status.message);
            self.condition(registry, "AbleToScale", false, "FailedUpdateScale", &message);
            return Err(());
        }
        let message = format!("the HPA controller was able to update the target scale to {desired}");
        self.condition(registry, "AbleToScale", true, "SucceededRescale", &message);
        let message = format!("New size: {desired}; reason: {reason}");
        self.tell(registry, EventType::Normal, "SuccessfulRescale", &message);
        let changes = if desired > current { &mut self.notes.scale_ups } else { &mut self.notes.scale_downs };
        note(changes, registry.now(), (desired - current).abs());
        Ok(true)
    }

    fn set_status(
        &mut self,
        registry: &Registry,
        current: i64,
        desired: i64,
        statuses: Vec<Value>,
        scaled: bool,
    ) {
        self.next.set("/status/currentReplicas", current);
        self.next.set("/status/desiredReplicas", desired);
        self.next
            .set("/status/currentMetrics", if statuses.is_empty() { Value::Null } else { statuses.into() });
        if scaled {
            self.next.set("/status/lastScaleTime", time_text(registry.now()));
        }
    }
}
