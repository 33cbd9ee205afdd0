//! Describes HorizontalPodAutoscalers.

use crate::base::Value;

use super::text::{Text, array, long_time, scalar, text_of};

/// What stands for an amount that is not known.
const UNKNOWN: &str = "<unknown>";

/// Describes an autoscaler (`autoscaling/v2`).
pub(crate) fn describe(text: &mut Text, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let target = &spec["scaleTargetRef"];
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    text.field(0, "Reference", format!("{}/{}", text_of(&target["kind"]), text_of(&target["name"])));
    text.field(0, "Metrics", "( current / target )");
    for (index, metric) in array(&spec["metrics"]).iter().enumerate() {
        let current = array(&status["currentMetrics"]).get(index).unwrap_or(&Value::Null);
        text.line(1, metric_line(metric, current));
    }
    let minimum = &spec["minReplicas"];
    text.field(0, "Min replicas", if minimum.is_null() { "<unset>".to_owned() } else { scalar(minimum) });
    text.field(0, "Max replicas", scalar(&spec["maxReplicas"]));
    if spec["behavior"].is_object() {
        text.line(0, "Behavior:");
        direction(text, "Scale Up", &spec["behavior"]["scaleUp"]);
        direction(text, "Scale Down", &spec["behavior"]["scaleDown"]);
    }
    let number = |field: &str| status[field].as_i64().unwrap_or_default();
    let counts = format!("{} current / {} desired", number("currentReplicas"), number("desiredReplicas"));
    text.field(0, &format!("{} pods", text_of(&target["kind"])), counts);
    let conditions = array(&status["conditions"]);
    if !conditions.is_empty() {
        text.line(0, "Conditions:");
        text.line(1, "Type\tStatus\tReason\tMessage");
        text.line(1, "----\t------\t------\t-------");
        for condition in conditions {
            let cells = ["type", "status", "reason", "message"].map(|field| text_of(&condition[field]));
            text.line(1, cells.join("\t"));
        }
    }
}

fn metric_line(metric: &Value, status: &Value) -> String {
    let amount = |value: &Value| if value.is_null() { UNKNOWN.to_owned() } else { scalar(value) };
    let source = |field: &str| (metric[field].clone(), status[field]["current"].clone());
    let kind = text_of(&metric["type"]);
    match kind {
        "External" | "Object" | "Pods" => {
            let (source, current) = source(&kind.to_lowercase());
            let name = text_of(&source["metric"]["name"]).to_owned();
            let (field, what) = match source["target"]["averageValue"].is_null() {
                true => ("value", "target value"),
                false => ("averageValue", "target average value"),
            };
            let shown = format!("{} / {}", amount(&current[field]), scalar(&source["target"][field]));
            match kind {
                "Pods" => format!("{name:?} on pods:\t{shown}"),
                "External" => format!("{name:?} ({what}):\t{shown}"),
                _ => {
                    let described = &source["describedObject"];
                    let (kind, object) = (text_of(&described["kind"]), text_of(&described["name"]));
                    format!("\"{name}\" on {kind}/{object} ({what}):\t{shown}")
                }
            }
        }
        "Resource" => resource_line("", &source("resource")),
        "ContainerResource" => {
            let own = source("containerResource");
            let container = format!(" of container {:?}", text_of(&own.0["container"]));
            resource_line(&container, &own)
        }
        other => format!("<unknown metric type {other:?}>"),
    }
}

fn resource_line(container: &str, (source, current): &(Value, Value)) -> String {
    let begin = format!("resource {}{container} on pods", text_of(&source["name"]));
    let (target, average) = (&source["target"], scalar(&current["averageValue"]));
    if !target["averageValue"].is_null() {
        let average = if average.is_empty() { UNKNOWN } else { &average };
        return format!("{begin}:\t{average} / {}", scalar(&target["averageValue"]));
    }
    let percent = current["averageUtilization"].as_i64();
    let now = percent.map_or_else(|| UNKNOWN.to_owned(), |percent| format!("{percent}% ({average})"));
    let goal = target["averageUtilization"].as_i64();
    let goal = goal.map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"));
    format!("{begin}  (as a percentage of request):\t{now} / {goal}")
}

fn direction(text: &mut Text, title: &str, rules: &Value) {
    if !rules.is_object() {
        return;
    }
    text.line(1, format!("{title}:"));
    if let Some(seconds) = rules["stabilizationWindowSeconds"].as_i64() {
        text.line(2, format!("Stabilization Window: {seconds} seconds"));
    }
    let policies = array(&rules["policies"]);
    if policies.is_empty() {
        return;
    }
    let select = &rules["selectPolicy"];
    text.line(2, format!("Select Policy: {}", if select.is_null() { "Max" } else { text_of(select) }));
    text.line(2, "Policies:");
    for policy in policies {
        let number = |field: &str| policy[field].as_i64().unwrap_or_default();
        text.line(
            3,
            format!(
                "- Type: {}\tValue: {}\tPeriod: {} seconds",
                text_of(&policy["type"]),
                number("value"),
                number("periodSeconds")
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn an_autoscaler_shows_what_is_and_what_should_be() {
        let mut text = Text::default();
        let metric =
            json!({"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 50}}});
        let current = json!({"type": "Resource",
            "resource": {"name": "cpu", "current": {"averageUtilization": 12, "averageValue": "24m"}}});
        describe(
            &mut text,
            &json!({"metadata": {"name": "web"},
                "spec": {"maxReplicas": 5, "metrics": [metric], "scaleTargetRef": {"kind": "Deployment", "name": "web"}},
                "status": {"currentMetrics": [current], "currentReplicas": 1}}),
        );
        for line in [
            "  resource cpu on pods  (as a percentage of request):\t12% (24m) / 50%",
            "Min replicas:\t<unset>",
            "Deployment pods:\t1 current / 0 desired",
        ] {
            assert!(text.raw().lines().any(|found| found == line), "{line}\n{}", text.raw());
        }
    }
}
