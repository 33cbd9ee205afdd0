//! Volumes of a Pod or a Pod template.

use crate::base::Value;

use super::text::{Text, array, scalar, shorten, text_of};
use super::volume_sources;

/// Describes volumes; in a template everything stands one column further in.
pub(crate) fn describe(text: &mut Text, volumes: &Value, template: bool) {
    let volumes = array(volumes);
    let level = usize::from(template);
    if volumes.is_empty() {
        return text.field(level, "Volumes", "<none>");
    }
    text.line(level, "Volumes:");
    for volume in volumes {
        text.line(1, format!("{}{}:", if template { " " } else { "" }, text_of(&volume["name"])));
        source(text, volume, false);
    }
}

/// Describes what a volume is made of: that of a Pod, or a PersistentVolume.
pub(super) fn source(text: &mut Text, volume: &Value, persistent: bool) {
    let held = volume.as_object().into_iter().flatten().find(|(key, _)| *key != "name");
    let Some((kind, source)) = held else { return text.line(1, "<unknown>") };
    let optional = source["optional"].as_bool().unwrap_or_default();
    let read_only = source["readOnly"].as_bool().unwrap_or_default();
    match kind.as_str() {
        "hostPath" => {
            text.field(2, "Type", "HostPath (bare host directory volume)");
            text.field(2, "Path", text_of(&source["path"]));
            text.field(2, "HostPathType", text_of(&source["type"]));
        }
        "emptyDir" => {
            text.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
            text.field(2, "Medium", text_of(&source["medium"]));
            let limit = scalar(&source["sizeLimit"]);
            text.field(2, "SizeLimit", if limit.is_empty() { "<unset>" } else { &limit });
        }
        "secret" => {
            text.field(2, "Type", "Secret (a volume populated by a Secret)");
            text.field(2, "SecretName", text_of(&source["secretName"]));
            text.field(2, "Optional", optional);
        }
        "configMap" => {
            text.field(2, "Type", "ConfigMap (a volume populated by a ConfigMap)");
            text.field(2, "Name", text_of(&source["name"]));
            text.field(2, "Optional", optional);
        }
        "persistentVolumeClaim" => {
            let what = "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)";
            text.field(2, "Type", what);
            text.field(2, "ClaimName", text_of(&source["claimName"]));
            text.field(2, "ReadOnly", read_only);
        }
        "csi" => {
            text.field(2, "Type", "CSI (a Container Storage Interface (CSI) volume source)");
            text.field(2, "Driver", text_of(&source["driver"]));
            text.field(2, "FSType", text_of(&source["fsType"]));
            text.field_if(2, "VolumeHandle", text_of(&source["volumeHandle"]));
            text.field(2, "ReadOnly", read_only);
            text.list(2, "VolumeAttributes", &attributes(source));
        }
        "ephemeral" => ephemeral(text, &source["volumeClaimTemplate"]),
        "downwardAPI" => {
            text.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
            text.line(2, "Items:");
            for item in array(&source["items"]) {
                let path = text_of(&item["path"]);
                for value in [&item["fieldRef"]["fieldPath"], &item["resourceFieldRef"]["resource"]] {
                    if let Some(value) = value.as_str() {
                        text.line(3, format!("{value} -> {path}"));
                    }
                }
            }
        }
        "projected" => projected(text, source),
        kind if volume_sources::describe(text, kind, source, persistent) => {}
        _ => text.line(1, "<unknown>"),
    }
}

fn ephemeral(text: &mut Text, template: &Value) {
    let (metadata, spec) = (&template["metadata"], &template["spec"]);
    let what =
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)";
    text.field(2, "Type", what);
    text.field(2, "StorageClass", text_of(&spec["storageClassName"]));
    text.field(2, "Volume", text_of(&spec["volumeName"]));
    // Upstream indents the values of these two once more.
    for field in ["labels", "annotations"] {
        let pairs = metadata[field].as_object().into_iter().flatten();
        let separator = if field == "labels" { "=" } else { ": " };
        let mut lines: Vec<String> =
            pairs.map(|(key, value)| format!("    {key}{separator}{}", text_of(value))).collect();
        if lines.is_empty() {
            lines.push("    <none>".to_owned());
        }
        text.list(2, if field == "labels" { "Labels" } else { "Annotations" }, &lines);
    }
    text.field(2, "Capacity", "");
    text.field(2, "Access Modes", "");
    text.field_if(2, "VolumeMode", text_of(&spec["volumeMode"]));
}

fn projected(text: &mut Text, source: &Value) {
    text.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
    for source in array(&source["sources"]) {
        for (key, title) in [("secret", "SecretName"), ("configMap", "ConfigMapName")] {
            if source[key].is_object() {
                text.field(2, title, text_of(&source[key]["name"]));
                text.field(2, "Optional", source[key]["optional"].as_bool().unwrap_or_default());
            }
        }
        if source["downwardAPI"].is_object() {
            text.field(2, "DownwardAPI", "true");
        }
        if source["serviceAccountToken"].is_object() {
            text.field(
                2,
                "TokenExpirationSeconds",
                scalar(&source["serviceAccountToken"]["expirationSeconds"]),
            );
        }
    }
}

/// What a driver is told of a volume; upstream indents that once more.
fn attributes(source: &Value) -> Vec<String> {
    let pairs = source["volumeAttributes"].as_object().into_iter().flatten();
    let lines =
        pairs.map(|(key, value)| format!("    {}", shorten(&format!("{key}={}", text_of(value)), 140)));
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { vec!["<none>".to_owned()] } else { lines }
}
