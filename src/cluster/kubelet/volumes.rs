//! Volumes: what they hold when a Pod starts, and where containers see them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::apimachinery::Object;

use super::super::registry::Registry;
use super::super::runtime::{Files, Mount, NODE_DISK};
use super::env::{data, field};
use super::host_volumes::HostVolume;
use super::pod_spec::{self, ContainerSpec};

/// The content of all volumes of a Pod.
///
/// # Errors
/// Name of the volume and the kubelet's words for what is missing.
pub(super) fn prepare(
    registry: &Registry,
    pod: &Object,
) -> Result<BTreeMap<String, Files>, (String, String)> {
    let mut volumes = BTreeMap::new();
    for volume in pod.list("/spec/volumes") {
        let name = volume["name"].as_str().unwrap_or_default().to_owned();
        let files = content(registry, pod, volume).map_err(|why| (name.clone(), why))?;
        volumes.insert(name, files);
    }
    Ok(volumes)
}

fn content(registry: &Registry, pod: &Object, volume: &Value) -> Result<Files, String> {
    let mut files = Files::default();
    let present = |field: &str| volume.get(field).filter(|source| !source.is_null());
    if let Some(source) = present("projected") {
        for part in source["sources"].as_array().into_iter().flatten() {
            for kind in ["configMap", "secret", "downwardAPI", "serviceAccountToken"] {
                if let Some(source) = part.get(kind).filter(|source| !source.is_null()) {
                    fill(registry, pod, kind, source, &mut files)?;
                }
            }
        }
    }
    for kind in ["configMap", "secret", "downwardAPI"] {
        if let Some(source) = present(kind) {
            fill(registry, pod, kind, source, &mut files)?;
        }
    }
    Ok(files)
}

fn fill(
    registry: &Registry,
    pod: &Object,
    kind: &str,
    source: &Value,
    files: &mut Files,
) -> Result<(), String> {
    match kind {
        "configMap" | "secret" => fill_data(registry, pod, kind == "secret", source, files),
        "downwardAPI" => {
            for item in source["items"].as_array().into_iter().flatten() {
                let path = item["path"].as_str().unwrap_or_default();
                let text = match item.pointer("/fieldRef/fieldPath").and_then(Value::as_str) {
                    Some(field_path) => field(registry, pod, field_path, ""),
                    None => item_resource(pod, item),
                };
                files.insert(&format!("/{path}"), text);
            }
            Ok(())
        }
        _ => {
            let path = source["path"].as_str().unwrap_or("token");
            let token = registry.projected_token(pod, source)?;
            files.insert(&format!("/{path}"), token);
            Ok(())
        }
    }
}

fn item_resource(pod: &Object, item: &Value) -> String {
    let reference = &item["resourceFieldRef"];
    let name = reference["containerName"].as_str().unwrap_or_default();
    let resource_name = reference["resource"].as_str().unwrap_or_default();
    pod_spec::container(pod, name).map(|spec| resource(&spec, resource_name)).unwrap_or_default()
}

fn fill_data(
    registry: &Registry,
    pod: &Object,
    secret: bool,
    source: &Value,
    files: &mut Files,
) -> Result<(), String> {
    let field = if secret && source["secretName"].is_string() { "secretName" } else { "name" };
    let name = source[field].as_str().unwrap_or_default();
    let optional = source["optional"] == true;
    let mut data = match data(registry, pod.namespace(), name, secret) {
        Ok(data) => data,
        Err(_) if optional => return Ok(()),
        Err(why) => return Err(why),
    };
    let items = source["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for item in items {
        let (key, path) =
            (item["key"].as_str().unwrap_or_default(), item["path"].as_str().unwrap_or_default());
        match data.remove(key) {
            Some(bytes) => files.insert(&format!("/{path}"), bytes),
            None if optional => {}
            None => {
                return Err(format!(
                    "references non-existent {} key: {key}",
                    if secret { "secret" } else { "config" }
                ));
            }
        }
    }
    if items.is_empty() {
        for (key, bytes) in data {
            files.insert(&format!("/{key}"), bytes);
        }
    }
    Ok(())
}

/// What is mounted into a container.
pub(super) fn mounts(spec: &ContainerSpec<'_>, host_volumes: &BTreeMap<String, HostVolume>) -> Vec<Mount> {
    spec.list("/volumeMounts")
        .iter()
        .map(|mount| {
            let text = |field: &str| mount[field].as_str().unwrap_or_default();
            let mut seen = Mount {
                path: text("mountPath").trim_end_matches('/').to_owned(),
                volume: text("name").to_owned(),
                sub_path: text("subPath").to_owned(),
                read_only: mount["readOnly"] == true,
            };
            if let Some(folder) = host_volumes.get(text("name")) {
                seen.volume = NODE_DISK.to_owned();
                seen.sub_path = format!("{}/{}", folder.path, text("subPath"));
                seen.read_only |= folder.read_only;
            }
            seen
        })
        .collect()
}

/// `requests.cpu` and the like in whole units, as the downward API counts.
pub(super) fn resource(spec: &ContainerSpec<'_>, resource: &str) -> String {
    let pointer = format!("/resources/{}", resource.replacen('.', "/", 1));
    let text = spec.text(&pointer);
    let number: String = text.chars().take_while(|character| character.is_ascii_digit()).collect();
    let (number, unit) = (number.parse::<u64>().unwrap_or_default(), &text[number.len()..]);
    let units = match unit {
        "m" => number.div_ceil(1_000),
        "Ki" => number << 10,
        "Mi" => number << 20,
        "Gi" => number << 30,
        "k" => number * 1_000,
        "M" => number * 1_000_000,
        "G" => number * 1_000_000_000,
        _ => number,
    };
    units.to_string()
}

/// Labels or annotations as lines `key="value"`.
pub(super) fn pairs(map: Option<&Map<String, Value>>) -> String {
    let lines: Vec<String> = map
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={:?}", value.as_str().unwrap_or_default()))
        .collect();
    lines.join("\n")
}
