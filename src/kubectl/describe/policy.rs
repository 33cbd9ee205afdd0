//! Describes PodDisruptionBudgets and PriorityClasses.

use crate::base::Value;

use super::selector_text;
use super::text::{Text, scalar, text_of};

/// Describes a PodDisruptionBudget.
pub(crate) fn disruption_budget(text: &mut Text, budget: &Value) {
    let (metadata, spec, status) = (&budget["metadata"], &budget["spec"], &budget["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    if !spec["minAvailable"].is_null() {
        text.field(0, "Min available", scalar(&spec["minAvailable"]));
    } else if !spec["maxUnavailable"].is_null() {
        text.field(0, "Max unavailable", scalar(&spec["maxUnavailable"]));
    }
    if spec["selector"].is_null() {
        text.field(0, "Selector", "<unset>");
    } else {
        text.field(0, "Selector", selector_text(&spec["selector"]));
    }
    text.line(0, "Status:");
    for (title, field) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        text.field(2, title, status[field].as_i64().unwrap_or_default());
    }
}

/// Describes a PriorityClass.
pub(crate) fn priority_class(text: &mut Text, class: &Value) {
    let annotations: Vec<String> = class["metadata"]["annotations"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", text_of(value)))
        .collect();
    text.field(0, "Name", text_of(&class["metadata"]["name"]));
    text.field(0, "Value", class["value"].as_i64().unwrap_or_default());
    text.field(0, "GlobalDefault", class["globalDefault"].as_bool().unwrap_or_default());
    text.field(0, "PreemptionPolicy", text_of(&class["preemptionPolicy"]));
    text.field(0, "Description", text_of(&class["description"]));
    let annotations = if annotations.is_empty() { "<none>".to_owned() } else { annotations.join(",") };
    text.field(0, "Annotations", annotations);
}
