//! Describes StatefulSets.

use super::pod_template;
use super::text::{Text, array, long_time, scalar, text_of};
use super::workloads::{pods_status, selector_text};
use crate::base::Value;
use crate::kubectl::api::Api;

/// Describes a StatefulSet.
pub(crate) async fn describe(text: &mut Text, api: &Api, object: &Value) {
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    text.field(0, "Selector", selector_text(&spec["selector"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    let total = number(&object["status"]["replicas"]);
    text.field(0, "Replicas", format!("{} desired | {total} total", number(&spec["replicas"])));
    text.field(0, "Update Strategy", text_of(&spec["updateStrategy"]["type"]));
    let rolling = &spec["updateStrategy"]["rollingUpdate"];
    if rolling["partition"].is_i64() {
        text.field(1, "Partition", number(&rolling["partition"]));
    }
    text.field(0, "Pods Status", pods_status(api, object).await);
    pod_template::describe(text, &spec["template"]);
    claims(text, array(&spec["volumeClaimTemplates"]));
}

fn claims(text: &mut Text, claims: &[Value]) {
    if claims.is_empty() {
        return text.field(0, "Volume Claims", "<none>");
    }
    text.line(0, "Volume Claims:");
    for claim in claims {
        let (metadata, spec) = (&claim["metadata"], &claim["spec"]);
        text.field(1, "Name", text_of(&metadata["name"]));
        text.field(1, "StorageClass", text_of(&spec["storageClassName"]));
        text.labels(1, "Labels", metadata["labels"].as_object());
        // Upstream writes these as it writes labels.
        text.labels(1, "Annotations", metadata["annotations"].as_object());
        text.field(1, "Capacity", scalar(&spec["resources"]["requests"]["storage"]));
        let modes: Vec<&str> = array(&spec["accessModes"]).iter().map(text_of).collect();
        text.field(1, "Access Modes", format!("[{}]", modes.join(" ")));
    }
}
