//! Jobs: run Pods until enough of them have succeeded (`pkg/controller/job`), and delete Jobs that
//! ended long ago (`pkg/controller/ttlafterfinished`).

mod outcome;
mod tracking;

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Timestamp;

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Propagation, Registry, WriteOptions, time_text};
use super::super::storage::Change;
use super::{MANAGER, claim, controllers_of, itself, owned_object, pod_control, pods};
use tracking::{FINALIZER, has_failed, has_succeeded};

/// Source of the events.
const COMPONENT: &str = "job-controller";
/// The pause after the first failed Pod (`DefaultJobPodFailureBackOff`).
const BACKOFF: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause (`MaxJobPodFailureBackOff`).
const BACKOFF_MAX: SignedDuration = SignedDuration::from_secs(600);
/// How many Pods are created at once (`MaxPodCreateDeletePerSync`).
const CREATE_MAX: usize = 500;

/// The Job controller.
pub(super) struct JobController;

static WATCHES: &[Watch] =
    &[Watch { kind: &builtin::JOB, keys: itself }, Watch { kind: &builtin::POD, keys: jobs_of_pod }];

impl Reconciler for JobController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(job) = registry.get(&builtin::JOB, key) else {
            return tracking::release_orphans(registry, key).map(|()| Action::AwaitChange);
        };
        let selector = LabelSelector::from_value(job.get("/spec/selector").unwrap_or(&Value::Null));
        let pods = claim::claim(registry, &builtin::POD, &job, &selector)?;
        if job.is_terminating() {
            return tracking::release(registry, &pods).map(|()| Action::AwaitChange);
        }
        if outcome::is_finished(&job) {
            tracking::release(registry, &pods)?;
            return delete_when_old(registry, &job);
        }
        Look { before: Arc::clone(&job), job: Object::clone(&job), pods, now: registry.now() }.sync(registry)
    }
}

fn jobs_of_pod(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let mut keys = controllers_of(change, &builtin::JOB);
    keys.extend(claim::would_adopt(registry, &builtin::JOB, &change.object));
    keys
}

/// Deletes a Job that ended `ttlSecondsAfterFinished` ago.
fn delete_when_old(registry: &mut Registry, job: &Object) -> Result<Action, Status> {
    let due = job
        .number("/spec/ttlSecondsAfterFinished")
        .and_then(|seconds| outcome::finished_at(job)?.checked_add(SignedDuration::from_secs(seconds)).ok());
    let Some(due) = due else { return Ok(Action::AwaitChange) };
    if due > registry.now() {
        return Ok(Action::RequeueAfter(due.duration_since(registry.now())));
    }
    let delete = DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() };
    match registry.delete(&builtin::JOB, &job.key(), &delete, &WriteOptions::component(MANAGER)) {
        Err(status) if !status.is("NotFound") => Err(status),
        _ => Ok(Action::AwaitChange),
    }
}

/// One look at a Job that has not ended.
struct Look {
    /// The Job as it was.
    before: Arc<Object>,
    /// The Job with the status that it gets.
    job: Object,
    pods: Vec<Arc<Object>>,
    now: Timestamp,
}

impl Look {
    fn count(&self, field: &str) -> i64 {
        self.job.number(&format!("/status/{field}")).unwrap_or_default()
    }

    fn set_count(&mut self, field: &str, count: i64) {
        let pointer = format!("/status/{field}");
        if count == 0 && field != "ready" && field != "terminating" {
            self.job.remove(&pointer);
        } else {
            self.job.set(&pointer, count);
        }
    }

    /// The Pods that neither ended nor go.
    fn active(&self) -> Vec<Arc<Object>> {
        self.pods.iter().filter(|pod| pods::is_active(pod)).map(Arc::clone).collect()
    }

    fn tell(&self, registry: &mut Registry, event_type: EventType, reason: &str, message: &str) {
        let source = EventSource::component(COMPONENT);
        record_event(registry, &source, &self.before, "", event_type, reason, message);
    }

    /// `syncJob`: counts who ended, decides whether that is the end, else sees to the Pods.
    fn sync(mut self, registry: &mut Registry) -> Result<Action, Status> {
        self.count_ended();
        let suspended = self.job.flag("/spec/suspend");
        if self.job.get("/status/startTime").is_none() && !suspended {
            self.job.set("/status/startTime", time_text(self.now));
        }
        let mut active = self.active();
        let mut next = Action::AwaitChange;
        let mut managed = Ok(());
        if let Some(ending) = self.ending(&active) {
            self.remove_all(registry, &mut active)?;
            self.end(registry, &ending);
        } else {
            self.note_suspension(registry);
            if suspended {
                self.remove_all(registry, &mut active)?;
            } else {
                managed = self.manage(registry, &mut active).map(|wait| next = wait);
            }
        }
        self.write_status(registry, &active)?;
        tracking::release_ended(registry, &self.pods)?;
        managed?;
        Ok(self.earlier(next))
    }

    /// Adds the Pods that ended and were not counted yet.
    fn count_ended(&mut self) {
        let uncounted: Vec<&Arc<Object>> =
            self.pods.iter().filter(|pod| pod.finalizers().any(|found| found == FINALIZER)).collect();
        let succeeded = uncounted.iter().filter(|pod| has_succeeded(pod)).count();
        let failed = uncounted.iter().filter(|pod| has_failed(pod)).count();
        for (field, more) in [("succeeded", succeeded), ("failed", failed)] {
            let count = self.count(field) + i64::try_from(more).unwrap_or_default();
            self.set_count(field, count);
        }
    }

    fn remove_all(&self, registry: &mut Registry, active: &mut Vec<Arc<Object>>) -> Result<(), Status> {
        for pod in active.drain(..) {
            pod_control::delete(registry, COMPONENT, &self.before, &pod)?;
        }
        Ok(())
    }

    /// Creates or deletes Pods so that as many run as should (`manageJob`).
    fn manage(&self, registry: &mut Registry, active: &mut Vec<Arc<Object>>) -> Result<Action, Status> {
        let parallelism = self.job.number("/spec/parallelism").unwrap_or(1);
        let succeeded = self.count("succeeded");
        let wanted = match self.job.number("/spec/completions") {
            Some(completions) => (completions - succeeded).min(parallelism),
            None if succeeded > 0 => parallelism.min(i64::try_from(active.len()).unwrap_or_default()),
            None => parallelism,
        };
        let wanted = usize::try_from(wanted).unwrap_or_default();
        if active.len() > wanted {
            let mut ranked: Vec<pods::Ranked> = active.iter().map(|pod| pods::rank(pod, &[])).collect();
            pods::sort_for_deletion(&mut ranked, self.now);
            for ranked in ranked.iter().take(active.len() - wanted) {
                pod_control::delete(registry, COMPONENT, &self.before, &ranked.pod)?;
                active.retain(|pod| !Arc::ptr_eq(pod, &ranked.pod));
            }
            return Ok(Action::AwaitChange);
        }
        let missing = vec![(); (wanted - active.len()).min(CREATE_MAX)];
        if missing.is_empty() {
            return Ok(Action::AwaitChange);
        }
        if let Some(until) = self.backs_off_until().filter(|until| *until > self.now) {
            return Ok(Action::RequeueAfter(until.duration_since(self.now)));
        }
        pod_control::in_batches(&missing, |()| {
            active.push(pod_control::create(registry, COMPONENT, &self.before, self.new_pod())?);
            Ok(())
        })?;
        Ok(Action::AwaitChange)
    }

    fn new_pod(&self) -> Object {
        let template = self.job.get("/spec/template").cloned().and_then(Object::from_value);
        let template = template.unwrap_or_else(|| Object::new(&builtin::POD, "", ""));
        let mut pod = owned_object(&builtin::POD, &self.before, &template);
        pod.set("/metadata/generateName", format!("{}-", self.job.name()));
        let mut finalizers = template.list("/metadata/finalizers").to_vec();
        finalizers.push(FINALIZER.into());
        pod.set("/metadata/finalizers", finalizers);
        pod.set("/spec", template.get("/spec").cloned().unwrap_or_default());
        pod
    }

    /// Until when no Pod is created because of those that failed since the last success: 10 s after
    /// the first, then twice as long for each (`getRemainingTime`).
    fn backs_off_until(&self) -> Option<Timestamp> {
        let last_success =
            self.pods.iter().filter(|pod| has_succeeded(pod)).filter_map(|pod| tracking::ended_at(pod)).max();
        let failures: Vec<Timestamp> = self
            .pods
            .iter()
            .filter(|pod| has_failed(pod))
            .filter_map(|pod| tracking::ended_at(pod))
            .filter(|ended| last_success.is_none_or(|success| *ended > success))
            .collect();
        let doublings = u32::try_from(failures.len()).ok()?.checked_sub(1)?;
        let factor = 2_i32.checked_pow(doublings).unwrap_or(i32::MAX);
        let pause = BACKOFF.checked_mul(factor).unwrap_or(BACKOFF_MAX).min(BACKOFF_MAX);
        failures.into_iter().max()?.checked_add(pause).ok()
    }

    fn write_status(&mut self, registry: &mut Registry, active: &[Arc<Object>]) -> Result<(), Status> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let going = |pod: &&Arc<Object>| pod.is_terminating() && !has_succeeded(pod) && !ended(pod);
        self.set_count("active", number(active.len()));
        self.set_count("ready", number(active.iter().filter(|pod| pods::is_ready(pod)).count()));
        self.set_count("terminating", number(self.pods.iter().filter(going).count()));
        self.job.set("/status/uncountedTerminatedPods", serde_json::json!({}));
        if self.job != *self.before {
            registry.update_status(&builtin::JOB, self.job.clone(), MANAGER)?;
        }
        Ok(())
    }

    /// The earlier of a pause and the Job's deadline.
    fn earlier(&self, next: Action) -> Action {
        let Some(deadline) = self.deadline().filter(|deadline| *deadline > self.now) else { return next };
        let left = deadline.duration_since(self.now);
        match next {
            Action::RequeueAfter(pause) => Action::RequeueAfter(pause.min(left)),
            Action::AwaitChange => Action::RequeueAfter(left),
        }
    }
}

fn ended(pod: &Object) -> bool {
    matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}
