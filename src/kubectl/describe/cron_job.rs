//! Describes CronJobs.

use crate::base::Value;

use super::pod_template;
use super::text::{Text, array, long_time, scalar, text_of};
use super::workloads::selector_text;

/// Describes a CronJob.
pub(crate) fn describe(text: &mut Text, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let or_unset = |value: &Value| if value.is_null() { "<unset>".to_owned() } else { scalar(value) };
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Schedule", text_of(&spec["schedule"]));
    text.field(0, "Concurrency Policy", text_of(&spec["concurrencyPolicy"]));
    text.field(0, "Suspend", if spec["suspend"] == true { "True" } else { "False" });
    text.field(0, "Time Zone", or_unset(&spec["timeZone"]));
    text.field(0, "Successful Job History Limit", or_unset(&spec["successfulJobsHistoryLimit"]));
    text.field(0, "Failed Job History Limit", or_unset(&spec["failedJobsHistoryLimit"]));
    let deadline = &spec["startingDeadlineSeconds"];
    let deadline = deadline.as_i64().map_or_else(|| "<unset>".to_owned(), |seconds| format!("{seconds}s"));
    text.field(0, "Starting Deadline Seconds", deadline);
    let job = &spec["jobTemplate"]["spec"];
    let selector =
        if job["selector"].is_object() { selector_text(&job["selector"]) } else { "<unset>".to_owned() };
    text.field(0, "Selector", selector);
    text.field(0, "Parallelism", or_unset(&job["parallelism"]));
    text.field(0, "Completions", or_unset(&job["completions"]));
    if let Some(seconds) = job["activeDeadlineSeconds"].as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    pod_template::describe(text, &job["template"]);
    let last = &status["lastScheduleTime"];
    text.field(
        0,
        "Last Schedule Time",
        if last.is_string() { long_time(last) } else { "<unset>".to_owned() },
    );
    let active: Vec<&str> = array(&status["active"]).iter().map(|job| text_of(&job["name"])).collect();
    text.field(0, "Active Jobs", if active.is_empty() { "<none>".to_owned() } else { active.join(", ") });
}
