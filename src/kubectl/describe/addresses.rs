//! Describes ServiceCIDRs and IPAddresses.

use serde_json::Value;

use super::text::{Text, array, long_time, text_of};

/// Describes a ServiceCIDR.
pub(crate) fn service_cidr(text: &mut Text, object: &Value) {
    head(text, object);
    let ranges: Vec<&str> = array(&object["spec"]["cidrs"]).iter().map(text_of).collect();
    text.field(0, "CIDRs", ranges.join(", "));
    let conditions = array(&object["status"]["conditions"]);
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Status:");
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
    text.line(1, "----\t------\t------------------\t------\t-------");
    for condition in conditions {
        let part = |field: &str| text_of(&condition[field]);
        let moment = long_time(&condition["lastTransitionTime"]);
        let (kind, status) = (part("type"), part("status"));
        text.line(1, format!("{kind}\t{status}\t{moment}\t{}\t{}", part("reason"), part("message")));
    }
}

/// Describes an IPAddress.
pub(crate) fn ip_address(text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, "Parent Reference:");
    for (title, field) in
        [("Group", "group"), ("Resource", "resource"), ("Namespace", "namespace"), ("Name", "name")]
    {
        text.field(1, title, text_of(&object["spec"]["parentRef"][field]));
    }
}

fn head(text: &mut Text, object: &Value) {
    let metadata = &object["metadata"];
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
}
