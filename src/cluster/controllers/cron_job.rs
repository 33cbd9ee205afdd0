//! CronJobs: make Jobs at the moments of a schedule (`pkg/controller/cronjob`).

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::apimachinery::{CronSchedule, Object, ObjectKey, Status, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Propagation, Registry, WriteOptions, time_text};
use super::super::storage::Change;
use super::{MANAGER, controllers_of, itself, owned_object};

/// Source of the events.
const COMPONENT: &str = "cronjob-controller";
/// Annotation of a Job that says for which moment it was made.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// From this many missed moments on, there is a warning.
const MISSED_MAX: usize = 100;

/// The CronJob controller.
pub(super) struct CronJobController;

static WATCHES: &[Watch] =
    &[Watch { kind: &builtin::CRON_JOB, keys: itself }, Watch { kind: &builtin::JOB, keys: cron_jobs_of }];

impl Reconciler for CronJobController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(cron) = registry.get(&builtin::CRON_JOB, key) else { return Ok(Action::AwaitChange) };
        if cron.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let jobs = registry.owned_by(&builtin::JOB, cron.namespace(), cron.uid());
        let mut look = Look { next: Object::clone(&cron), before: cron, jobs };
        look.drop_finished(registry);
        let made = look.run_schedule(registry);
        look.clean_up(registry)?;
        if look.next != *look.before {
            registry.update_status(&builtin::CRON_JOB, look.next, MANAGER)?;
        }
        made
    }
}

/// The moment on the clocks of a zone, as Go's `RFC3339` writes it.
fn time_in(moment: Timestamp, zone: &TimeZone) -> String {
    let there = moment.to_zoned(zone.clone());
    if there.offset().is_zero() {
        return time_text(moment);
    }
    there.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn cron_jobs_of(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    controllers_of(change, &builtin::CRON_JOB)
}

/// How a Job ended, if it did.
fn ending(job: &Object) -> Option<&'static str> {
    ["Complete", "Failed"].into_iter().find(|condition| job.condition_is_true(condition))
}

/// One look at a CronJob and its Jobs.
struct Look {
    before: Arc<Object>,
    /// The CronJob with the status that it gets.
    next: Object,
    jobs: Vec<Arc<Object>>,
}

impl Look {
    fn tell(&self, registry: &mut Registry, event_type: EventType, reason: &str, message: &str) {
        let source = EventSource::component(COMPONENT);
        record_event(registry, &source, &self.before, "", event_type, reason, message);
    }

    fn set_active(&mut self, active: Vec<Value>) {
        if active.is_empty() {
            self.next.remove("/status/active");
        } else {
            self.next.set("/status/active", active);
        }
    }

    /// Drops the Jobs that ended, or are gone, from the list of the active ones.
    fn drop_finished(&mut self, registry: &mut Registry) {
        let mut active = self.next.list("/status/active").to_vec();
        let mut finished = Vec::new();
        active.retain(|reference| match self.jobs.iter().find(|job| reference["uid"] == job.uid()) {
            None => false,
            Some(job) => match ending(job) {
                Some(ending) => {
                    finished.push((Arc::clone(job), ending));
                    false
                }
                None => true,
            },
        });
        let known = |job: &Object| active.iter().any(|reference| reference["uid"] == job.uid());
        let strangers = self.jobs.iter().filter(|job| ending(job).is_none() && !known(job));
        let strangers: Vec<String> = strangers.map(|job| job.name().to_owned()).collect();
        self.set_active(active);
        for job in strangers {
            let message = format!("Saw a job that the controller did not create or forgot: {job}");
            self.tell(registry, EventType::Warning, "UnexpectedJob", &message);
        }
        for (job, ending) in finished {
            let message = format!("Saw completed job: {}, condition: {ending}", job.name());
            self.tell(registry, EventType::Normal, "SawCompletedJob", &message);
            let ended = job.text("/status/completionTime");
            if ending == "Complete" && ended > self.next.text("/status/lastSuccessfulTime") {
                self.next.set("/status/lastSuccessfulTime", ended);
            }
        }
    }

    /// Makes the Job that is due, and says when the next one is (`syncCronJob`).
    fn run_schedule(&mut self, registry: &mut Registry) -> Result<Action, Status> {
        if self.next.flag("/spec/suspend") {
            return Ok(Action::AwaitChange);
        }
        let text = self.next.text("/spec/schedule").to_owned();
        let schedule = match CronSchedule::parse(&text) {
            Ok(schedule) => schedule,
            Err(error) => {
                let message = format!("unparseable schedule: {text:?} : {error}");
                self.tell(registry, EventType::Warning, "UnparseableSchedule", &message);
                return Ok(Action::AwaitChange);
            }
        };
        let Ok(zone) = self.zone() else {
            let name = self.next.text("/spec/timeZone");
            let message = format!("invalid timeZone: {name:?}: unknown time zone {name}");
            self.tell(registry, EventType::Warning, "UnknownTimeZone", &message);
            return Ok(Action::AwaitChange);
        };
        if schedule.next_in(registry.now(), &zone).is_none() {
            // Such as the 31st of February.
            let why = "time difference between two schedules is less than 1 second";
            let message = format!("invalid schedule: {text} : {why}");
            self.tell(registry, EventType::Warning, "InvalidSchedule", &message);
            return Ok(Action::AwaitChange);
        }
        if let Some(moment) = self.due(registry, &schedule, &zone) {
            self.start(registry, moment, &zone)?;
        }
        let now = registry.now();
        let next = schedule.next_in(now, &zone).map(|next| next.duration_since(now));
        Ok(next.map_or(Action::AwaitChange, Action::RequeueAfter))
    }

    /// The zone whose clocks the schedule means.
    fn zone(&self) -> Result<TimeZone, jiff::Error> {
        match self.next.text("/spec/timeZone") {
            "" => Ok(TimeZone::UTC),
            name => TimeZone::get(name),
        }
    }

    /// The last moment of the schedule that has come and for which no Job was made.
    fn due(&self, registry: &mut Registry, schedule: &CronSchedule, zone: &TimeZone) -> Option<Timestamp> {
        let now = registry.now();
        let limit = self.next.number("/spec/startingDeadlineSeconds").map(SignedDuration::from_secs);
        let since = self.next.time("/status/lastScheduleTime").or_else(|| self.next.creation_timestamp())?;
        let oldest = limit.and_then(|limit| now.checked_sub(limit).ok());
        let since = oldest.map_or(since, |oldest| oldest.max(since));
        let mut missed = 0;
        let mut last = None;
        let mut moment = schedule.next_in(since, zone);
        while let Some(found) = moment.filter(|found| *found <= now) {
            last = Some(found);
            missed += 1;
            moment = schedule.next_in(found, zone);
        }
        if missed > MISSED_MAX {
            let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
            self.tell(registry, EventType::Warning, "TooManyMissedTimes", message);
        }
        last
    }

    fn start(&mut self, registry: &mut Registry, moment: Timestamp, zone: &TimeZone) -> Result<(), Status> {
        let policy = self.next.text("/spec/concurrencyPolicy").to_owned();
        if policy == "Forbid" && !self.next.list("/status/active").is_empty() {
            let message =
                "Not starting job because prior execution is running and concurrency policy is Forbid";
            self.tell(registry, EventType::Normal, "JobAlreadyActive", message);
            return Ok(());
        }
        if policy == "Replace" {
            for job in self.jobs.iter().filter(|job| ending(job).is_none()) {
                self.delete(registry, job)?;
            }
            self.set_active(Vec::new());
        }
        self.create(registry, moment, zone)?;
        self.next.set("/status/lastScheduleTime", time_text(moment));
        Ok(())
    }

    fn create(&mut self, registry: &mut Registry, moment: Timestamp, zone: &TimeZone) -> Result<(), Status> {
        let template = self.next.get("/spec/jobTemplate").cloned().and_then(Object::from_value);
        let template = template.unwrap_or_else(|| Object::new(&builtin::JOB, "", ""));
        let mut job = owned_object(&builtin::JOB, &self.before, &template);
        let name = format!("{}-{}", self.before.name(), moment.as_second() / 60);
        job.set("/metadata/name", name.clone());
        job.set_annotation(SCHEDULED, time_in(moment, zone));
        job.set("/spec", template.get("/spec").cloned().unwrap_or_else(|| json!({})));
        let options = WriteOptions::component(MANAGER);
        match registry.create(&builtin::JOB, self.before.namespace(), job, &options) {
            Ok(written) => {
                let made = written.object;
                let mut active = self.next.list("/status/active").to_vec();
                active.push(json!({
                    "apiVersion": "batch/v1", "kind": "Job", "name": made.name(), "uid": made.uid(),
                    "namespace": made.namespace(), "resourceVersion": made.text("/metadata/resourceVersion"),
                }));
                self.set_active(active);
                self.tell(registry, EventType::Normal, "SuccessfulCreate", &format!("Created job {name}"));
                Ok(())
            }
            Err(status) if status.is("AlreadyExists") => Ok(()),
            Err(status) => {
                let message = format!("Error creating job: {status}");
                self.tell(registry, EventType::Warning, "FailedCreate", &message);
                Err(status)
            }
        }
    }

    fn delete(&self, registry: &mut Registry, job: &Object) -> Result<(), Status> {
        let delete = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
        match registry.delete(&builtin::JOB, &job.key(), &delete, &WriteOptions::component(MANAGER)) {
            Err(status) if !status.is("NotFound") => Err(status),
            _ => {
                let message = format!("Deleted job {}", job.name());
                self.tell(registry, EventType::Normal, "SuccessfulDelete", &message);
                Ok(())
            }
        }
    }

    /// Deletes the oldest Jobs that ended beyond the limits (`cleanupFinishedJobs`).
    fn clean_up(&self, registry: &mut Registry) -> Result<(), Status> {
        for (end, field) in [("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")]
        {
            let Some(limit) = self.next.number(&format!("/spec/{field}")) else { continue };
            let mut ended: Vec<&Arc<Object>> =
                self.jobs.iter().filter(|job| ending(job) == Some(end) && !job.is_terminating()).collect();
            ended.sort_by_key(|job| (job.time("/status/startTime"), job.key()));
            let surplus = ended.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
            for job in ended.into_iter().take(surplus) {
                self.delete(registry, job)?;
            }
        }
        Ok(())
    }
}
