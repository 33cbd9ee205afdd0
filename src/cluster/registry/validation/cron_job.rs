//! Rules of CronJobs (`pkg/apis/batch/validation`).

use crate::apimachinery::{CronSchedule, FieldErrors, Object};

use super::field::Field;
use super::job::job_spec_errors;

/// Longest name: a Job's name is longer by a dash and ten digits.
const NAME_LENGTH_MAX: usize = 52;
/// Time zones that are simulated, all of them without daylight saving.
const TIME_ZONES: &[&str] = &["UTC", "Etc/UTC"];

/// What is wrong with a CronJob.
pub(crate) fn cron_job_errors(cron_job: &Object) -> FieldErrors {
    let spec = Field::of(cron_job, "spec");
    let mut errors = FieldErrors::new();
    let schedule = spec.child("schedule");
    if schedule.is_empty() {
        errors.push(schedule.required(""));
    } else if let Err(message) = CronSchedule::parse(schedule.text()) {
        errors.push(schedule.invalid(message));
    }
    let zone = spec.child("timeZone");
    if !zone.is_absent() && zone.is_empty() {
        errors.push(zone.invalid("timeZone must be nil or non-empty string"));
    } else if !zone.is_absent() && !TIME_ZONES.contains(&zone.text()) {
        errors.push(zone.invalid(format!("unknown time zone {}", zone.text())));
    }
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        errors.extend(spec.child(field).non_negative());
    }
    errors.extend(spec.child("concurrencyPolicy").one_of(&["Allow", "Forbid", "Replace"]));
    errors.extend(job_spec_errors(&spec.child("jobTemplate").child("spec")));
    let name = Field::of(cron_job, "metadata").child("name");
    if name.text().len() > NAME_LENGTH_MAX {
        errors.push(name.invalid("must be no more than 52 characters"));
    }
    errors
}
