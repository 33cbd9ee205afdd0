//! Describes DaemonSets.

use super::pod_template;
use super::text::{Text, text_of};
use super::workloads::{pods_status, selector_text};
use crate::apimachinery::LabelSelector;
use crate::base::Value;
use crate::kubectl::api::Api;

/// Describes a DaemonSet.
pub(crate) async fn describe(text: &mut Text, api: &Api, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "Selector", selector_text(&spec["selector"]));
    let node_selector = spec["template"]["spec"]["nodeSelector"].as_object();
    let node_selector = node_selector.filter(|labels| !labels.is_empty()).map(LabelSelector::from_map);
    let node_selector = node_selector.map_or_else(|| "<none>".to_owned(), |labels| labels.to_string());
    text.field(0, "Node-Selector", node_selector);
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    for (title, field) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        text.line(0, format!("{title}: {}", status[field].as_i64().unwrap_or_default()));
    }
    text.field(0, "Pods Status", pods_status(api, object).await);
    pod_template::describe(text, &spec["template"]);
}
