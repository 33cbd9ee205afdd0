//! Jobs: run Pods until enough of them have succeeded (`pkg/controller/job`), and delete Jobs that
//! ended long ago (`pkg/controller/ttlafterfinished`).

mod creation;
mod indexes;
mod outcome;
mod policies;
mod tracking;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Propagation, Registry, WriteOptions, time_text};
use super::super::storage::Change;
use super::{MANAGER, claim, controllers_of, itself, pod_control, pods};
use indexes::{FAILURE_COUNT, count_of, index_of};
use outcome::Ending;
use policies::{FailureAction, failure_action};
use tracking::{FINALIZER, has_succeeded, is_going};

/// Source of the events.
const COMPONENT: &str = "job-controller";
/// Who `spec.managedBy` names when it is this controller.
const SELF: &str = "kubernetes.io/job-controller";

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
        if !matches!(job.text("/spec/managedBy"), "" | SELF) {
            return Ok(Action::AwaitChange);
        }
        let selector = LabelSelector::from_value(job.get("/spec/selector").unwrap_or(&Value::Null));
        let pods = claim::claim_tracked(registry, &builtin::POD, &job, &selector, Some(FINALIZER))?;
        if job.is_terminating() {
            return tracking::release(registry, &pods).map(|()| Action::AwaitChange);
        }
        if outcome::is_finished(&job) {
            tracking::release(registry, &pods)?;
            return delete_when_old(registry, &job);
        }
        Look::new(&job, pods, registry.now()).sync(registry)
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
    /// The Pods that this look has counted.
    counted: Vec<Arc<Object>>,
    /// Indexes that have succeeded, this look included.
    succeeded_indexes: BTreeSet<i64>,
    /// Indexes that have failed for good, this look included.
    failed_indexes: BTreeSet<i64>,
}

impl Look {
    fn new(job: &Arc<Object>, pods: Vec<Arc<Object>>, now: Timestamp) -> Self {
        let mut look = Self {
            before: Arc::clone(job),
            job: Object::clone(job),
            pods,
            now,
            counted: Vec::new(),
            succeeded_indexes: BTreeSet::new(),
            failed_indexes: BTreeSet::new(),
        };
        if look.is_indexed() {
            let completions = look.completions();
            look.succeeded_indexes = indexes::parse(job.text("/status/completedIndexes"), completions);
            look.failed_indexes = indexes::parse(job.text("/status/failedIndexes"), completions);
        }
        look
    }

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

    fn is_indexed(&self) -> bool {
        self.job.text("/spec/completionMode") == "Indexed"
    }

    /// Whether each index has a limit of failures of its own.
    fn per_index(&self) -> bool {
        self.is_indexed() && self.job.number("/spec/backoffLimitPerIndex").is_some()
    }

    fn completions(&self) -> i64 {
        self.job.number("/spec/completions").unwrap_or_default()
    }

    /// `podReplacementPolicy: Failed`.
    fn replaces_only_failed(&self) -> bool {
        self.job.text("/spec/podReplacementPolicy") == "Failed"
    }

    /// Whether a Pod counts as a failure: it failed, or, unless only that matters, somebody deleted it
    /// before it was done (`isPodFailed`).
    fn has_failed(&self, pod: &Object) -> bool {
        pod.text("/status/phase") == "Failed"
            || (!self.replaces_only_failed() && pod.is_terminating() && !has_succeeded(pod))
    }

    /// How many completions there are.
    fn succeeded(&self) -> i64 {
        if self.is_indexed() {
            return i64::try_from(self.succeeded_indexes.len()).unwrap_or(i64::MAX);
        }
        self.count("succeeded")
    }

    fn terminating(&self) -> usize {
        self.pods.iter().filter(|pod| is_going(pod)).count()
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
        let mut ending = self.ending(&active);
        if ending.is_some() {
            for pod in active.drain(..) {
                pod_control::delete(registry, COMPONENT, &self.before, &pod)?;
            }
            self.reread(registry);
        } else {
            if suspended {
                for pod in std::mem::take(&mut active) {
                    self.remove(registry, &pod)?;
                }
                self.reread(registry);
            } else {
                managed = self.manage(registry, &mut active).map(|wait| next = wait);
            }
            if self.is_complete(&active) {
                ending = Some(Ending::completed());
            } else {
                self.note_suspension(registry);
            }
        }
        if let Some(ending) = &ending {
            self.announce(ending);
            if active.is_empty() && self.terminating() == 0 {
                self.end(registry, ending);
            }
        }
        self.write_status(registry, &active)?;
        self.release_counted(registry)?;
        managed?;
        Ok(self.earlier(next))
    }

    fn is_complete(&self, active: &[Arc<Object>]) -> bool {
        active.is_empty()
            && match self.job.number("/spec/completions") {
                Some(completions) => self.succeeded() >= completions,
                None => self.succeeded() > 0,
            }
    }

    /// Sees the Pods as they are after some were deleted.
    fn reread(&mut self, registry: &Registry) {
        let current = |pod: &Arc<Object>| registry.get(&builtin::POD, &pod.key()).ok();
        self.pods = self.pods.iter().filter_map(current).collect();
    }

    /// The Pods that were not counted yet.
    fn uncounted(&self) -> Vec<Arc<Object>> {
        let kept = |pod: &&Arc<Object>| pod.finalizers().any(|found| found == FINALIZER);
        self.pods.iter().filter(kept).map(Arc::clone).collect()
    }

    /// Adds the Pods that ended and were not counted yet.
    fn count_ended(&mut self) {
        let (mut succeeded, mut failed) = (0, 0);
        for pod in self.uncounted() {
            if !has_succeeded(&pod) && !self.has_failed(&pod) {
                continue;
            }
            self.counted.push(Arc::clone(&pod));
            let index = index_of(&pod);
            if self.is_indexed() && index.is_none_or(|index| index >= self.completions()) {
                continue;
            }
            if has_succeeded(&pod) {
                succeeded += 1;
                self.succeeded_indexes.extend(index);
            } else {
                let action = failure_action(&self.job, &pod);
                failed += i64::from(action != FailureAction::Ignore);
                self.note_failed_index(&pod, &action);
            }
        }
        if self.is_indexed() {
            succeeded = self.succeeded() - self.count("succeeded");
            let text = indexes::format(&self.succeeded_indexes);
            if text.is_empty() {
                self.job.remove("/status/completedIndexes");
            } else {
                self.job.set("/status/completedIndexes", text);
            }
        }
        if self.per_index() {
            self.job.set("/status/failedIndexes", indexes::format(&self.failed_indexes));
        }
        for (field, more) in [("succeeded", succeeded), ("failed", failed)] {
            self.set_count(field, self.count(field) + more);
        }
    }

    /// An index has failed for good when a rule says so, or it has failed too often (`isIndexFailed`).
    fn note_failed_index(&mut self, pod: &Object, action: &FailureAction) {
        let limit = self.job.number("/spec/backoffLimitPerIndex").filter(|_| self.is_indexed());
        let (Some(limit), Some(index)) = (limit, index_of(pod)) else { return };
        let exhausted = *action != FailureAction::Ignore && count_of(pod, FAILURE_COUNT) >= limit;
        let failed = *action == FailureAction::FailIndex || exhausted;
        if failed && !self.succeeded_indexes.contains(&index) {
            self.failed_indexes.insert(index);
        }
    }

    /// Lets go of the Pods that have been counted.
    fn release_counted(&self, registry: &mut Registry) -> Result<(), Status> {
        self.counted.iter().try_for_each(|pod| tracking::let_go(registry, pod))
    }

    fn write_status(&mut self, registry: &mut Registry, active: &[Arc<Object>]) -> Result<(), Status> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.set_count("active", number(active.len()));
        self.set_count("ready", number(active.iter().filter(|pod| pods::is_ready(pod)).count()));
        self.set_count("terminating", number(self.terminating()));
        self.job.set("/status/uncountedTerminatedPods", json!({}));
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
