//! The events of an object, as the last part of its description.

use super::text::{Text, array, since, text_of};
use crate::base::{Timestamp, Value};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::go_sort;

/// Asks for the events about an object; none when the server refuses.
pub(crate) async fn of(api: &Api, object: &Value) -> Vec<Value> {
    let metadata = &object["metadata"];
    let kind = text_of(&object["kind"]);
    let namespace = text_of(&metadata["namespace"]);
    let mirror = &metadata["annotations"]["kubernetes.io/config.mirror"];
    let uid = if kind == "Pod" && mirror.is_string() { mirror } else { &metadata["uid"] };
    let kind_term = if kind == "Pod" { String::new() } else { format!(",involvedObject.kind={kind}") };
    let fields = format!(
        "involvedObject.name={},involvedObject.namespace={namespace}{kind_term},involvedObject.uid={}",
        text_of(&metadata["name"]),
        text_of(uid)
    );
    query(api, namespace, &fields).await
}

/// Asks for events by field selector; an empty namespace means all.
pub(crate) async fn query(api: &Api, namespace: &str, fields: &str) -> Vec<Value> {
    let path = match namespace {
        "" => "/api/v1/events".to_owned(),
        namespace => format!("/api/v1/namespaces/{namespace}/events"),
    };
    let list = api.list(&Url::new(path).with("fieldSelector", fields)).await;
    list.map(|list| array(&list["items"]).to_vec()).unwrap_or_default()
}

/// Adds the table of events.
pub(crate) fn describe(text: &mut Text, mut events: Vec<Value>, now: Timestamp) {
    if events.is_empty() {
        return text.field(0, "Events", "<none>");
    }
    sort(&mut events);
    text.line(0, "Events:");
    text.line(1, "Type\tReason\tAge\tFrom\tMessage");
    text.line(1, "----\t------\t----\t----\t-------");
    for event in &events {
        let source = match text_of(&event["source"]["component"]) {
            "" => text_of(&event["reportingComponent"]),
            component => component,
        };
        let field = text_of(&event["involvedObject"]["fieldPath"]);
        let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
        text.line(
            1,
            format!(
                "{}\t{}\t{}\t{source}\t{field}{}",
                text_of(&event["type"]),
                text_of(&event["reason"]),
                age(event, now),
                text_of(&event["message"]).trim()
            ),
        );
    }
}

/// Orders events by when they were last seen; those without such a moment come first.
fn sort(events: &mut [Value]) {
    let seen = |event: &Value| text_of(&event["lastTimestamp"]).parse::<Timestamp>().ok();
    go_sort::sort(events, |one, two| seen(one) < seen(two));
}

/// `5s`, or `5s (x3 over 2m)` for what happened more than once.
pub(crate) fn age(event: &Value, now: Timestamp) -> String {
    let first = if event["eventTime"].is_string() { &event["eventTime"] } else { &event["firstTimestamp"] };
    let first = since(first, now);
    if event["series"].is_object() {
        let series = &event["series"];
        return format!("{} (x{} over {first})", since(&series["lastObservedTime"], now), series["count"]);
    }
    match event["count"].as_i64() {
        Some(count) if count > 1 => {
            format!("{} (x{count} over {first})", since(&event["lastTimestamp"], now))
        }
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn repeated_events_tell_how_often_and_since_when() {
        let now = "2026-11-23T10:10:00Z".parse().unwrap();
        let event = json!({"count": 3, "firstTimestamp": "2026-11-23T10:00:00Z", "lastTimestamp": "2026-11-23T10:09:55Z"});
        assert_eq!(age(&event, now), "5s (x3 over 10m)");
        assert_eq!(age(&json!({"eventTime": "2026-11-23T10:09:30.5Z"}), now), "29s");
    }
}
