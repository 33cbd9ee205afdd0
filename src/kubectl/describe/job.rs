//! Describes Jobs.

use super::pod_template;
use super::text::{Text, controller_of, long_time, scalar, text_of};
use super::workloads::selector_text;
use crate::base::{Timestamp, Value, human_duration};

/// Characters of a list of indexes that are shown.
const INDEXES_MAX: usize = 50;

/// Describes a Job.
pub(crate) fn describe(text: &mut Text, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "Selector", selector_text(&spec["selector"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field_if(0, "Controlled By", &controller_of(object));
    text.field(0, "Parallelism", number(&spec["parallelism"]));
    let completions = &spec["completions"];
    text.field(
        0,
        "Completions",
        completions.as_i64().map_or_else(|| "<unset>".to_owned(), |n| n.to_string()),
    );
    text.field_if(0, "Completion Mode", text_of(&spec["completionMode"]));
    text.field_if(0, "Suspend", &scalar(&spec["suspend"]));
    text.field_if(0, "Backoff Limit", &scalar(&spec["backoffLimit"]));
    text.field_if(0, "TTL Seconds After Finished", &scalar(&spec["ttlSecondsAfterFinished"]));
    times(text, status);
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    let [active, succeeded, failed] = ["active", "succeeded", "failed"].map(|field| number(&status[field]));
    let ready = status["ready"].as_i64().map(|ready| format!(" ({ready} Ready)")).unwrap_or_default();
    let statuses = format!("{active} Active{ready} / {succeeded} Succeeded / {failed} Failed");
    text.field(0, "Pods Statuses", statuses);
    if spec["completionMode"] == "Indexed" {
        text.field(0, "Completed Indexes", capped(text_of(&status["completedIndexes"])));
    }
    pod_template::describe(text, &spec["template"]);
}

/// A list of indexes, cut after a whole one when it is long; `<none>` for an empty one.
fn capped(indexes: &str) -> String {
    if indexes.is_empty() {
        return "<none>".to_owned();
    }
    if indexes.len() <= INDEXES_MAX {
        return indexes.to_owned();
    }
    let kept = &indexes[..INDEXES_MAX];
    format!("{}...", &kept[..=kept.rfind(',').unwrap_or_default()])
}

fn times(text: &mut Text, status: &Value) {
    let (start, end) = (&status["startTime"], &status["completionTime"]);
    if start.is_string() {
        text.field(0, "Start Time", long_time(start));
    }
    if end.is_string() {
        text.field(0, "Completed At", long_time(end));
    }
    let moment = |value: &Value| text_of(value).parse::<Timestamp>().ok();
    if let (Some(start), Some(end)) = (moment(start), moment(end)) {
        text.field(0, "Duration", human_duration(end.duration_since(start)));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_job_tells_how_far_it_is() {
        let mut text = Text::default();
        let status = json!({
            "startTime": "2026-11-23T03:43:18Z", "completionTime": "2026-11-23T03:43:21Z",
            "ready": 0, "succeeded": 1,
        });
        describe(
            &mut text,
            &json!({"metadata": {"name": "hello"}, "spec": {"completions": 1}, "status": status}),
        );
        let lines: Vec<&str> = text.raw().lines().collect();
        for line in [
            "Completions:\t1",
            "Duration:\t3s",
            "Pods Statuses:\t0 Active (0 Ready) / 1 Succeeded / 0 Failed",
        ] {
            assert!(lines.contains(&line), "{line}");
        }
    }
}
