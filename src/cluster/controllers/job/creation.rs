//! New Pods of a Job: how many, with which indexes, and not before which moment (`manageJob`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Object, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::super::manager::Action;
use super::super::super::registry::Registry;
use super::super::{owned_object, pod_control, pods};
use super::indexes::{COMPLETION_INDEX, FAILURE_COUNT, IGNORED_FAILURE_COUNT, count_of, index_of};
use super::policies::{FailureAction, failure_action};
use super::tracking::{self, FINALIZER};
use super::{COMPONENT, Look};

/// The pause after the first failed Pod (`DefaultJobPodFailureBackOff`).
const BACKOFF: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause (`MaxJobPodFailureBackOff`).
const BACKOFF_MAX: SignedDuration = SignedDuration::from_secs(600);
/// How many Pods are created at once (`MaxPodCreateDeletePerSync`).
const CREATE_MAX: usize = 500;
/// The longest prefix of a generated name.
const PREFIX_MAX: usize = 58;

impl Look {
    /// Creates or deletes Pods so that as many run as should.
    pub(super) fn manage(
        &self,
        registry: &mut Registry,
        active: &mut Vec<Arc<Object>>,
    ) -> Result<Action, Status> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let parallelism = self.job.number("/spec/parallelism").unwrap_or(1);
        let wanted = match self.job.number("/spec/completions") {
            Some(completions) => (completions - self.succeeded()).min(parallelism),
            None if self.succeeded() > 0 => number(active.len()),
            None => parallelism,
        };
        let wanted = usize::try_from(wanted).unwrap_or_default();
        let surplus = self.surplus(active, active.len().saturating_sub(wanted));
        if !surplus.is_empty() {
            for pod in surplus {
                active.retain(|other| !Arc::ptr_eq(other, &pod));
                self.remove(registry, &pod)?;
            }
            return Ok(Action::AwaitChange);
        }
        let going = if self.replaces_only_failed() { self.terminating() } else { 0 };
        let missing = wanted.saturating_sub(going + active.len()).min(CREATE_MAX);
        if missing == 0 {
            return Ok(Action::AwaitChange);
        }
        let per_index = self.per_index();
        if let Some(until) = self.backs_off_until().filter(|until| !per_index && *until > self.now) {
            return Ok(Action::RequeueAfter(until.duration_since(self.now)));
        }
        let (wanted, until) = self.pending(active, missing);
        if wanted.is_empty() {
            return Ok(until
                .map_or(Action::AwaitChange, |until| Action::RequeueAfter(until.duration_since(self.now))));
        }
        pod_control::in_batches(&wanted, |index| {
            active.push(pod_control::create(registry, COMPONENT, &self.before, self.new_pod(*index))?);
            Ok(())
        })?;
        Ok(until.map_or(Action::AwaitChange, |until| Action::RequeueAfter(until.duration_since(self.now))))
    }

    /// Deletes a Pod that is not wanted any more; it counts for nothing.
    pub(super) fn remove(&self, registry: &mut Registry, pod: &Object) -> Result<(), Status> {
        tracking::let_go(registry, pod)?;
        pod_control::delete(registry, COMPONENT, &self.before, pod)
    }

    /// The Pods that are too many: indexes that are none or doubled, then whichever are worth least.
    fn surplus(&self, active: &[Arc<Object>], count: usize) -> Vec<Arc<Object>> {
        let mut ranked: Vec<pods::Ranked> = active.iter().map(|pod| pods::rank(pod, &[])).collect();
        pods::sort_for_deletion(&mut ranked, self.now);
        let sorted: Vec<Arc<Object>> = ranked.into_iter().map(|ranked| ranked.pod).collect();
        let mut surplus: Vec<Arc<Object>> = Vec::new();
        if self.is_indexed() {
            let completions = self.completions();
            let mut seen = BTreeSet::new();
            for pod in sorted.iter().rev() {
                let fits = index_of(pod).filter(|index| *index < completions);
                if fits.is_none_or(|index| !seen.insert(index)) {
                    surplus.push(Arc::clone(pod));
                }
            }
        }
        let others = sorted.iter().filter(|pod| !surplus.iter().any(|other| Arc::ptr_eq(other, pod)));
        let more: Vec<Arc<Object>> =
            others.take(count.saturating_sub(surplus.len())).map(Arc::clone).collect();
        surplus.extend(more);
        surplus
    }

    /// The indexes to create now (`None` for Pods without one), and when the next may be.
    fn pending(&self, active: &[Arc<Object>], missing: usize) -> (Vec<Option<i64>>, Option<Timestamp>) {
        if !self.is_indexed() {
            return (vec![None; missing], None);
        }
        let mut taken: BTreeSet<i64> = active.iter().filter_map(|pod| index_of(pod)).collect();
        taken.extend(&self.succeeded_indexes);
        taken.extend(&self.failed_indexes);
        if self.replaces_only_failed() {
            taken.extend(
                self.pods.iter().filter(|pod| tracking::is_going(pod)).filter_map(|pod| index_of(pod)),
            );
        }
        let free = (0..self.completions()).filter(|index| !taken.contains(index)).take(missing);
        let (mut now, mut until) = (Vec::new(), None);
        for index in free {
            match self.index_backs_off_until(index).filter(|at| *at > self.now) {
                Some(at) => until = Some(until.map_or(at, |other: Timestamp| other.min(at))),
                None => now.push(Some(index)),
            }
        }
        (now, until)
    }

    /// The last failed Pod of an index.
    fn last_failure(&self, index: i64) -> Option<&Arc<Object>> {
        let failed = self.pods.iter().filter(|pod| index_of(pod) == Some(index) && self.has_failed(pod));
        failed.max_by_key(|pod| {
            (count_of(pod, FAILURE_COUNT) + count_of(pod, IGNORED_FAILURE_COUNT), tracking::ended_at(pod))
        })
    }

    /// Until when an index is not tried again; each index has a schedule of its own.
    fn index_backs_off_until(&self, index: i64) -> Option<Timestamp> {
        if !self.per_index() {
            return None;
        }
        let failed = self.last_failure(index)?;
        let failures = count_of(failed, FAILURE_COUNT) + count_of(failed, IGNORED_FAILURE_COUNT);
        tracking::ended_at(failed)?.checked_add(pause(failures)).ok()
    }

    fn new_pod(&self, index: Option<i64>) -> Object {
        let template = self.job.get("/spec/template").cloned().and_then(Object::from_value);
        let template = template.unwrap_or_else(|| Object::new(&builtin::POD, "", ""));
        let mut pod = owned_object(&builtin::POD, &self.before, &template);
        let mut finalizers = template.list("/metadata/finalizers").to_vec();
        finalizers.push(FINALIZER.into());
        pod.set("/metadata/finalizers", finalizers);
        pod.set("/spec", template.get("/spec").cloned().unwrap_or_default());
        let mut prefix = format!("{}-", self.job.name());
        if let Some(index) = index {
            prefix = format!("{}-{index}-", self.job.name());
            let mut annotations = BTreeMap::from([(COMPLETION_INDEX, index)]);
            if self.per_index() {
                annotations.extend(self.failure_counts(index));
            }
            for (annotation, count) in annotations {
                pod.set_annotation(annotation, count.to_string());
            }
            pod.set_label(COMPLETION_INDEX, index.to_string());
            pod.set("/spec/hostname", format!("{}-{index}", self.job.name()));
            add_index_variables(&mut pod);
        }
        prefix.truncate(PREFIX_MAX);
        pod.set("/metadata/generateName", prefix);
        pod
    }

    /// How often an index has failed, as its next Pod carries it (`addIndexFailureCountAnnotation`).
    fn failure_counts(&self, index: i64) -> Vec<(&'static str, i64)> {
        let Some(failed) = self.last_failure(index) else { return vec![(FAILURE_COUNT, 0)] };
        let (counted, ignored) = (count_of(failed, FAILURE_COUNT), count_of(failed, IGNORED_FAILURE_COUNT));
        match failure_action(&self.job, failed) {
            FailureAction::Ignore => vec![(FAILURE_COUNT, counted), (IGNORED_FAILURE_COUNT, ignored + 1)],
            _ if ignored > 0 => vec![(FAILURE_COUNT, counted + 1), (IGNORED_FAILURE_COUNT, ignored)],
            _ => vec![(FAILURE_COUNT, counted + 1)],
        }
    }

    /// Until when no Pod is created because of those that failed since the last success: 10 s after
    /// the first, then twice as long for each (`getRemainingTime`).
    fn backs_off_until(&self) -> Option<Timestamp> {
        let succeeded = self.pods.iter().filter(|pod| tracking::has_succeeded(pod));
        let last_success = succeeded.filter_map(|pod| tracking::ended_at(pod)).max();
        let failures: Vec<Timestamp> = self
            .pods
            .iter()
            .filter(|pod| self.has_failed(pod))
            .filter_map(|pod| tracking::ended_at(pod))
            .filter(|ended| last_success.is_none_or(|success| *ended > success))
            .collect();
        let doublings = i64::try_from(failures.len()).ok()?.checked_sub(1).filter(|count| *count >= 0)?;
        failures.into_iter().max()?.checked_add(pause(doublings)).ok()
    }
}

fn pause(doublings: i64) -> SignedDuration {
    let factor = u32::try_from(doublings).ok().and_then(|count| 2_i32.checked_pow(count)).unwrap_or(i32::MAX);
    BACKOFF.checked_mul(factor).unwrap_or(BACKOFF_MAX).min(BACKOFF_MAX)
}

/// Lets every container know its index (`addCompletionIndexEnvVariables`).
fn add_index_variables(pod: &mut Object) {
    let path = format!("metadata.labels['{COMPLETION_INDEX}']");
    let variable = json!({
        "name": "JOB_COMPLETION_INDEX",
        "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}},
    });
    for list in ["/spec/initContainers", "/spec/containers"] {
        let Some(Value::Array(containers)) = pod.get_mut(list) else { continue };
        for container in containers.iter_mut().filter_map(Value::as_object_mut) {
            let variables = container.entry("env").or_insert_with(|| json!([]));
            let Some(variables) = variables.as_array_mut() else { continue };
            if variables.iter().all(|other| other["name"] != variable["name"]) {
                variables.push(variable.clone());
            }
        }
    }
}
