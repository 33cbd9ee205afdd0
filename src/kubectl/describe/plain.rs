//! Describes ConfigMaps, Secrets, Namespaces and ServiceAccounts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::Value;

use super::text::{Text, array, text_of};

/// Describes a ConfigMap.
pub(crate) fn config_map(text: &mut Text, object: &Value) {
    text.head_in_namespace(object);
    text.line(0, "");
    text.line(0, "Data");
    text.line(0, "====");
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        text.line(0, format!("{key}:\n----\n{}", text_of(value)));
        text.line(0, "");
    }
    text.line(0, "");
    text.line(0, "BinaryData");
    text.line(0, "====");
    for (key, value) in object["binaryData"].as_object().into_iter().flatten() {
        text.line(0, format!("{key}: {} bytes", decoded_length(value)));
    }
    text.line(0, "");
}

/// Describes a Secret: the sizes of its values, never the values.
pub(crate) fn secret(text: &mut Text, object: &Value) {
    text.head_in_namespace(object);
    text.line(0, "");
    text.field(0, "Type", text_of(&object["type"]));
    text.line(0, "");
    text.line(0, "Data");
    text.line(0, "====");
    let is_token = object["type"] == "kubernetes.io/service-account-token";
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        if is_token && key == "token" {
            let bytes = STANDARD.decode(text_of(value)).unwrap_or_default();
            text.field(0, key, String::from_utf8_lossy(&bytes));
        } else {
            text.field(0, key, format!("{} bytes", decoded_length(value)));
        }
    }
}

fn decoded_length(value: &Value) -> usize {
    STANDARD.decode(text_of(value)).map(|bytes| bytes.len()).unwrap_or_default()
}

/// Describes a Namespace without its quotas and limits.
pub(crate) fn namespace(text: &mut Text, object: &Value) {
    let metadata = &object["metadata"];
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Status", text_of(&object["status"]["phase"]));
    let conditions = array(&object["status"]["conditions"]);
    if !conditions.is_empty() {
        text.line(0, "Conditions:");
        text.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t------------------\t------\t-------");
        for condition in conditions {
            let part = |field: &str| text_of(&condition[field]).to_owned();
            let moment = super::text::long_time(&condition["lastTransitionTime"]);
            text.line(
                1,
                format!(
                    "{}\t{}\t{moment}\t{}\t{}",
                    part("type"),
                    part("status"),
                    part("reason"),
                    part("message")
                ),
            );
        }
    }
}

/// Describes a ServiceAccount.
pub(crate) fn service_account(text: &mut Text, object: &Value) {
    text.head_in_namespace(object);
    let secrets = array(&object["imagePullSecrets"]).iter();
    let names: Vec<String> = secrets.map(|secret| text_of(&secret["name"]).to_owned()).collect();
    text.list(0, "Image pull secrets", &names);
}
