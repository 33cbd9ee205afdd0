//! Volumes: what they hold when a Pod starts, and where containers see them.

use std::collections::{BTreeMap, BTreeSet};

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{Object, stable_hash};
use crate::base::{Map, Value};

use super::super::registry::Registry;
use super::super::runtime::{Files, Mount, NODE_DISK, Ownership};
use super::NodeState;
use super::downward;
use super::env::{data, expand_with, field};
use super::host_volumes::HostVolume;
use super::pod_spec::{self, ContainerSpec};

/// Volumes that the kubelet writes.
const KINDS: &[&str] = &["configMap", "secret", "downwardAPI", "projected"];
/// Seconds after which a token is renewed at the latest.
const DAY: i64 = 24 * 3_600;

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
    if let Some(source) = present("image") {
        let reference = source["reference"].as_str().unwrap_or_default();
        return Files::of_image(reference).ok_or_else(|| {
            format!("not simulated: volumes of images that are not in the catalogue: {reference:?}")
        });
    }
    for kind in ["configMap", "secret", "downwardAPI"] {
        if let Some(source) = present(kind) {
            fill(registry, pod, kind, source, &mut files)?;
        }
    }
    let group = pod.number("/spec/securityContext/fsGroup");
    if present("emptyDir").is_some() {
        let mode = if group.is_some() { 0o2777 } else { 0o777 };
        files.set_ownership("/", Ownership { mode, user: 0, group: group.unwrap_or_default() });
        return Ok(files);
    }
    give_modes(&mut files, volume, group);
    guard_tokens(&mut files, volume, group, common_user(pod));
    let written = KINDS.iter().any(|kind| volume[*kind].is_object());
    let stamp = || stamp(registry, pod, volume["name"].as_str().unwrap_or_default());
    Ok(if written { files.published(&stamp()) } else { files })
}

/// The folder into which the kubelet writes what a volume holds now (`AtomicWriter`).
fn stamp(registry: &Registry, pod: &Object, volume: &str) -> String {
    let time = registry.now().strftime("..%Y_%m_%d_%H_%M_%S").to_string();
    format!("{time}.{}", stable_hash(&format!("{}{volume}{time}", pod.uid())))
}

/// The modes of what the kubelet writes: those of the volume and of its items, and readable for its group.
fn give_modes(files: &mut Files, volume: &Value, group: Option<i64>) {
    let Some(source) = KINDS.iter().map(|kind| &volume[*kind]).find(|source| source.is_object()) else {
        return;
    };
    let bits = |mode: &Value| mode.as_u64().and_then(|mode| u16::try_from(mode).ok());
    let default = bits(&source["defaultMode"]).unwrap_or(0o644);
    let inner = source["sources"].as_array().into_iter().flatten();
    let inner = inner.filter_map(|part| part.as_object()).flat_map(|part| part.values());
    let mut modes = BTreeMap::new();
    for item in inner.chain([source]).filter_map(|source| source["items"].as_array()).flatten() {
        if let (Some(path), Some(mode)) = (item["path"].as_str(), bits(&item["mode"])) {
            modes.insert(format!("/{path}"), mode);
        }
    }
    let more = if group.is_some() { 0o440 } else { 0 };
    files.set_all(|path| modes.get(path).copied().unwrap_or(default) | more, group.unwrap_or_default());
    let mode = if volume["configMap"].is_object() { 0o777 } else { 0o1777 };
    files.set_ownership("/", Ownership { mode, user: 0, group: group.unwrap_or_default() });
}

/// Whom all containers of a Pod run as, if that is said (`FsUserFrom`).
fn common_user(pod: &Object) -> Option<i64> {
    let of_pod = pod.number("/spec/securityContext/runAsUser");
    let mut users = ["initContainers", "containers"]
        .into_iter()
        .flat_map(|list| pod.list(&format!("/spec/{list}")))
        .map(|container| container["securityContext"]["runAsUser"].as_i64().or(of_pod));
    let first = users.next()??;
    users.all(|user| user == Some(first)).then_some(first)
}

/// Tokens are only for who the Pod runs as, when that is known, and for its group.
fn guard_tokens(files: &mut Files, volume: &Value, group: Option<i64>, user: Option<i64>) {
    if group.is_none() && user.is_none() {
        return;
    }
    let mode = if group.is_some() { 0o640 } else { 0o600 };
    let own = Ownership { mode, user: user.unwrap_or_default(), group: group.unwrap_or_default() };
    let sources = volume["projected"]["sources"].as_array().into_iter().flatten();
    for token in sources.map(|source| &source["serviceAccountToken"]).filter(|token| token.is_object()) {
        files.set_ownership(&format!("/{}", token["path"].as_str().unwrap_or("token")), own);
    }
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
                let named = item.pointer("/resourceFieldRef/containerName").and_then(Value::as_str);
                if let Some(name) = named.filter(|name| pod_spec::container(pod, name).is_none()) {
                    return Err(format!("container {name} not found"));
                }
                let text = match item.pointer("/fieldRef/fieldPath").and_then(Value::as_str) {
                    Some(field_path) => field(registry, pod, field_path, ""),
                    None => downward::resource(registry, pod, None, &item["resourceFieldRef"]),
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
    let data = match data(registry, pod.namespace(), name, secret) {
        Ok(data) => data,
        Err(_) if optional => return Ok(()),
        Err(why) => return Err(why),
    };
    let items = source["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for item in items {
        let (key, path) =
            (item["key"].as_str().unwrap_or_default(), item["path"].as_str().unwrap_or_default());
        match data.get(key) {
            Some(bytes) => files.insert(&format!("/{path}"), bytes.clone()),
            None if optional => {}
            None => {
                return Err(format!(
                    "{} key: {key}",
                    if secret {
                        "references non-existent secret"
                    } else {
                        "configmap references non-existent config"
                    }
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
///
/// # Errors
/// The kubelet's words when `subPathExpr` comes to nothing good.
pub(super) fn mounts(
    spec: &ContainerSpec<'_>,
    host_volumes: &BTreeMap<String, HostVolume>,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<Mount>, String> {
    spec.list("/volumeMounts")
        .iter()
        .map(|mount| {
            let expression = mount["subPathExpr"].as_str().unwrap_or_default();
            let sub_path = match mount["subPath"].as_str() {
                Some(path) if !path.is_empty() => path.to_owned(),
                _ => expanded(expression, environment)?,
            };
            let text = |field: &str| mount[field].as_str().unwrap_or_default();
            let mut seen = Mount {
                path: text("mountPath").trim_end_matches('/').to_owned(),
                volume: text("name").to_owned(),
                sub_path: sub_path.clone(),
                read_only: mount["readOnly"] == true,
                in_memory: false,
            };
            if let Some(folder) = host_volumes.get(text("name")) {
                seen.volume = NODE_DISK.to_owned();
                seen.sub_path = format!("{}/{sub_path}", folder.path);
                seen.read_only |= folder.read_only;
            }
            Ok(seen)
        })
        .collect()
}

/// Where the kubelet keeps what it mounts for a Pod: `volumes/NAME` with the name of the volume's plugin.
pub(super) fn on_the_node(pod: &Object, below: &str) -> String {
    const PLUGINS: [(&str, &str); 5] = [
        ("configMap", "configmap"),
        ("secret", "secret"),
        ("emptyDir", "empty-dir"),
        ("projected", "projected"),
        ("downwardAPI", "downward-api"),
    ];
    let folder = format!("/var/lib/kubelet/pods/{}", pod.uid());
    let Some(name) = below.strip_prefix("volumes/") else { return format!("{folder}/{below}") };
    let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == name);
    let plugin =
        PLUGINS.into_iter().find(|(kind, _)| volume.is_some_and(|volume| volume.get(kind).is_some()));
    format!("{folder}/volumes/kubernetes.io~{}/{name}", plugin.map_or("csi", |(_, plugin)| plugin))
}

/// Whether a volume is an image, which nobody writes to.
pub(super) fn is_of_image(pod: &Object, name: &str) -> bool {
    pod.list("/spec/volumes").iter().any(|volume| volume["name"] == name && volume["image"].is_object())
}

/// Whether the kubelet holds a volume in memory: what is secret, and what asks for it.
pub(super) fn is_in_memory(pod: &Object, name: &str) -> bool {
    let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == name);
    volume.is_some_and(|volume| {
        volume["emptyDir"]["medium"] == "Memory"
            || ["secret", "projected", "downwardAPI"].iter().any(|kind| volume[*kind].is_object())
    })
}

/// A `subPathExpr` with its variables replaced (`ExpandContainerVolumeMounts`).
fn expanded(expression: &str, environment: &BTreeMap<String, String>) -> Result<String, String> {
    let mut missing = BTreeSet::new();
    let path = expand_with(expression, |name| {
        let value = environment.get(name).cloned().unwrap_or_default();
        if value.is_empty() {
            missing.insert(name.to_owned());
        }
        Some(value)
    });
    if !missing.is_empty() {
        let missing: Vec<String> = missing.into_iter().collect();
        return Err(format!("missing value for {}", missing.join(", ")));
    }
    if path.starts_with('/') {
        return Err(format!("error SubPath `{path}` must not be an absolute path"));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(format!("unable to provision SubPath `{path}`: must not contain '..'"));
    }
    Ok(path)
}

/// The volumes whose content follows what it is taken from. The token of a service account is not
/// worth looking at: it does not change.
pub(super) fn changing(pod: &Object) -> Vec<String> {
    pod.list("/spec/volumes")
        .iter()
        .filter(|volume| KINDS.iter().any(|kind| volume[*kind].is_object()))
        .filter_map(|volume| volume["name"].as_str())
        .filter(|name| !name.starts_with("kube-api-access-"))
        .map(str::to_owned)
        .collect()
}

impl NodeState {
    /// Asks for new tokens once four fifths of their time, or a day, have passed (`token.Manager`). That is
    /// done when somebody looks into the Pod, not by a timer: until then nobody can tell.
    pub(super) fn renew_tokens(&mut self, registry: &Registry, slot: &str) {
        let Some(runtime) = self.pods.get_mut(slot) else { return };
        let Ok(pod) = registry.get(&POD, &runtime.key) else { return };
        let lifetime = pod.list("/spec/volumes").iter().filter_map(token_lifetime).min();
        let Some(lifetime) = lifetime else { return };
        let (now, since) = (registry.now(), runtime.tokens_at.unwrap_or(runtime.started_at));
        if now.duration_since(since).as_secs() < (lifetime * 4 / 5).min(DAY) {
            return;
        }
        runtime.tokens_at = Some(now);
        for volume in pod.list("/spec/volumes").iter().filter(|volume| token_lifetime(volume).is_some()) {
            let name = volume["name"].as_str().unwrap_or_default();
            if let Ok(files) = content(registry, &pod, volume) {
                runtime.volumes.insert(name.to_owned(), files);
            }
        }
    }
}

/// Seconds for which the shortest token of a volume is good.
fn token_lifetime(volume: &Value) -> Option<i64> {
    let sources = volume["projected"]["sources"].as_array()?;
    let tokens = sources.iter().filter_map(|source| source.get("serviceAccountToken"));
    tokens.map(|token| token["expirationSeconds"].as_i64().unwrap_or(3_600)).min()
}

/// Labels or annotations as lines `key="value"`.
pub(super) fn pairs(map: Option<&Map>) -> String {
    let lines: Vec<String> = map
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={:?}", value.as_str().unwrap_or_default()))
        .collect();
    lines.join("\n")
}
