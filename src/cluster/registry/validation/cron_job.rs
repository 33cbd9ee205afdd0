//! Rules of CronJobs (`pkg/apis/batch/validation`).

use crate::apimachinery::{CronSchedule, FieldErrors, Object};

use super::field::Field;
use super::job::job_spec_errors;

/// Longest name: a Job's name is longer by a dash and ten digits.
const NAME_LENGTH_MAX: usize = 52;

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
    if schedule.text().contains("TZ") {
        let text = if zone.is_absent() {
            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        } else {
            "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        };
        errors.push(if zone.is_absent() { schedule.invalid(text) } else { zone.invalid(text) });
    }
    errors.extend(spec.child("startingDeadlineSeconds").non_negative());
    if !zone.is_absent() {
        errors.extend(zone_error(&zone));
    }
    errors.extend(spec.child("concurrencyPolicy").one_of(&["Allow", "Forbid", "Replace"]));
    let job = spec.child("jobTemplate").child("spec");
    errors.extend(job_spec_errors(&job));
    let [selector, manual] = ["selector", "manualSelector"].map(|field| job.child(field));
    if !selector.is_absent() {
        errors.push(selector.invalid("`selector` will be auto-generated"));
    }
    if manual.value().as_bool() == Some(true) {
        errors.push(manual.not_supported(&["nil", "false"]));
    }
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        errors.extend(spec.child(field).non_negative());
    }
    let name = Field::of(cron_job, "metadata").child("name");
    if name.text().len() > NAME_LENGTH_MAX {
        errors.push(name.invalid("must be no more than 52 characters"));
    }
    errors
}

/// What is wrong with the name of a time zone (`validateTimeZone`).
fn zone_error(zone: &Field<'_>) -> Option<crate::apimachinery::FieldError> {
    let name = zone.text();
    if name.is_empty() {
        return Some(zone.invalid("timeZone must be nil or non-empty string"));
    }
    if name.eq_ignore_ascii_case("local") {
        return Some(zone.invalid(
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
        ));
    }
    jiff::tz::TimeZone::get(name).is_err().then(|| zone.invalid(format!("unknown time zone {name}")))
}
