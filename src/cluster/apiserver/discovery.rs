//! What is served: discovery (aggregated and legacy), version, health.

use base64::Engine;
use http::header::{ETAG, HeaderValue, IF_NONE_MATCH, VARY};
use http::{HeaderMap, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::apimachinery::groups::{GROUP_VERSIONS, GroupVersion, group_order};
use crate::apimachinery::{KINDS, Kind, Subresource, unstored};
use crate::base::{Value, json};

use super::body::{self, Body};
use super::negotiate;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Every kind that Kubernetes brings along.
pub(super) fn builtin_kinds() -> Vec<&'static Kind> {
    KINDS.iter().chain(unstored::TABLE).copied().collect()
}

/// Answers a path that names no resource, where those kinds are served; `None` when it names nothing at all.
pub(super) fn answer(
    path: &str,
    headers: &HeaderMap,
    kinds: Vec<&'static Kind>,
    stale: &[(String, String)],
) -> Option<Response<Body>> {
    let served = Served::new(kinds);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    Some(match parts.as_slice() {
        ["version"] => body::indented(&Version::simulated()),
        ["api"] if wants_aggregated(headers) => aggregated(headers, &served, Half::Core, &[]),
        ["apis"] if wants_aggregated(headers) => aggregated(headers, &served, Half::Groups, stale),
        ["api"] => body::json(200, &core_versions()),
        ["apis"] => body::json(200, &group_list(&served)),
        ["api", version] => body::bytes(200, "application/json", resource_list(&served, "", version)?),
        ["apis", group] => body::json(200, &group_of(&served, group)?),
        ["apis", group, version] => {
            body::bytes(200, "application/json", resource_list(&served, group, version)?)
        }
        [""] => body::indented(&json!({"paths": paths(&served)})),
        _ => return None,
    })
}

/// The kinds that are served, in the order of discovery.
struct Served(Vec<&'static Kind>);

impl Served {
    fn new(mut kinds: Vec<&'static Kind>) -> Self {
        kinds.sort_by_key(|kind| (group_order(kind.group), kind.group, version_order(kind), kind.plural));
        Self(kinds)
    }

    /// Groups, each with its versions.
    fn groups(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for kind in &self.0 {
            match groups.iter_mut().find(|(group, _)| *group == kind.group) {
                Some((_, versions)) if versions.contains(&kind.version) => {}
                Some((_, versions)) => versions.push(kind.version),
                None => groups.push((kind.group, vec![kind.version])),
            }
        }
        groups
    }

    fn kinds_of(&self, group: &str, version: &str) -> impl Iterator<Item = &'static Kind> {
        self.0.iter().copied().filter(move |kind| kind.group == group && kind.version == version)
    }
}

/// The place of a version in its group; versions of groups that Kubernetes does not bring along stay as they come.
fn version_order(kind: &Kind) -> usize {
    let known = |entry: &GroupVersion| entry.group == kind.group && entry.version == kind.version;
    GROUP_VERSIONS.iter().position(known).unwrap_or_default()
}

fn wants_aggregated(headers: &HeaderMap) -> bool {
    negotiate::accepted(headers).any(|range| {
        range.parameter("g") == "apidiscovery.k8s.io"
            && range.parameter("v") == "v2"
            && range.parameter("as") == "APIGroupDiscoveryList"
    })
}

/// The core group, or all the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Core,
    Groups,
}

fn aggregated(
    headers: &HeaderMap,
    served: &Served,
    half: Half,
    stale: &[(String, String)],
) -> Response<Body> {
    let text = aggregated_document(served, half, stale).to_string();
    let tag = format!("\"{:016X}\"", fingerprint(text.as_bytes()));
    let known = headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response =
        if known { body::bytes(304, AGGREGATED, "") } else { body::bytes(200, AGGREGATED, text) };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// `stale` are the versions, by group, of which nothing is known for want of an answer.
fn aggregated_document(served: &Served, half: Half, stale: &[(String, String)]) -> Value {
    let version = |group: &str, version: &str| {
        let resources: Vec<Value> = served.kinds_of(group, version).map(aggregated_resource).collect();
        json!({"version": version, "freshness": "Current", "resources": resources})
    };
    let items: Vec<Value> = served
        .groups()
        .into_iter()
        .filter(|(group, _)| group.is_empty() == (half == Half::Core))
        .map(|(group, versions)| {
            let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
            let versions: Vec<Value> = versions.into_iter().map(|name| version(group, name)).collect();
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let unknown = stale.iter().filter(|(group, version)| served.kinds_of(group, version).next().is_none());
    let items: Vec<Value> = items
        .into_iter()
        .chain(unknown.map(|(group, version)| {
            json!({"metadata": {"name": group}, "versions": [{"version": version, "freshness": "Stale"}]})
        }))
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    })
}

fn aggregated_resource(kind: &'static Kind) -> Value {
    let mut value = json!({
        "resource": kind.plural,
        "responseKind": {"group": "", "version": "", "kind": kind.kind},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular,
        "verbs": kind.verbs,
    });
    if !kind.short_names.is_empty() {
        value["shortNames"] = json!(kind.short_names);
    }
    if !kind.categories.is_empty() {
        value["categories"] = json!(kind.categories);
    }
    if !kind.subresources.is_empty() {
        value["subresources"] = kind.subresources.iter().map(aggregated_subresource).collect();
    }
    value
}

fn aggregated_subresource(subresource: &Subresource) -> Value {
    json!({
        "subresource": subresource.name,
        "responseKind": {
            "group": subresource.group,
            "version": subresource.version,
            "kind": subresource.kind,
        },
        "verbs": subresource.verbs,
    })
}

/// The versions of the core group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiVersions {
    kind: &'static str,
    versions: [&'static str; 1],
    #[serde(rename = "serverAddressByClientCIDRs")]
    addresses: Value,
}

fn core_versions() -> ApiVersions {
    ApiVersions {
        kind: "APIVersions",
        versions: ["v1"],
        addresses: json!([{"clientCIDR": "0.0.0.0/0", "serverAddress": "192.168.49.2:8443"}]),
    }
}

/// A group and its versions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiGroup {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<&'static str>,
    name: &'static str,
    versions: Vec<Value>,
    preferred_version: Option<Value>,
}

/// All groups but the core one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiGroupList {
    kind: &'static str,
    api_version: &'static str,
    groups: Vec<ApiGroup>,
}

fn group_value(name: &'static str, versions: &[&str]) -> ApiGroup {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    let preferred_version = versions.first().cloned();
    ApiGroup { kind: None, api_version: None, name, versions, preferred_version }
}

fn group_list(served: &Served) -> ApiGroupList {
    let groups = served.groups();
    let groups = groups.iter().filter(|(group, _)| !group.is_empty());
    let groups = groups.map(|(group, versions)| group_value(group, versions)).collect();
    ApiGroupList { kind: "APIGroupList", api_version: "v1", groups }
}

fn group_of(served: &Served, group: &str) -> Option<ApiGroup> {
    let groups = served.groups();
    let (group, versions) = groups.iter().find(|(name, _)| !name.is_empty() && *name == group)?;
    let value = group_value(group, versions);
    Some(ApiGroup { kind: Some("APIGroup"), api_version: Some("v1"), ..value })
}

/// The resources of a version, in the order of Go's fields, which scripts look for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiResourceList {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<&'static str>,
    group_version: String,
    resources: Vec<ApiResource>,
}

/// One of them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiResource {
    name: String,
    singular_name: &'static str,
    namespaced: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'static str,
    kind: &'static str,
    verbs: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    short_names: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'static [&'static str],
    #[serde(skip_serializing_if = "String::is_empty")]
    storage_version_hash: String,
}

fn resource_list(served: &Served, group: &str, version: &str) -> Option<String> {
    let kinds: Vec<&'static Kind> = served.kinds_of(group, version).collect();
    let group_version = kinds.first()?.api_version();
    let mut resources = Vec::new();
    for kind in kinds {
        resources.push(legacy_resource(kind));
        resources.extend(kind.subresources.iter().map(|subresource| legacy_subresource(kind, subresource)));
    }
    let api_version = (!group.is_empty()).then_some("v1");
    let list = ApiResourceList { kind: "APIResourceList", api_version, group_version, resources };
    serde_json::to_string(&list).ok()
}

fn legacy_resource(kind: &'static Kind) -> ApiResource {
    ApiResource {
        name: kind.plural.to_owned(),
        singular_name: kind.singular,
        namespaced: kind.namespaced,
        group: "",
        version: "",
        kind: kind.kind,
        verbs: kind.verbs,
        short_names: kind.short_names,
        categories: kind.categories,
        storage_version_hash: storage_version_hash(kind),
    }
}

/// Says in which version objects are stored; nothing for what is not stored.
fn storage_version_hash(kind: &'static Kind) -> String {
    if !kind.verbs.contains(&"watch") {
        return String::new();
    }
    let stored = kind.stored();
    let text = format!("{}/{}/{}", stored.group, stored.version, stored.kind);
    base64::engine::general_purpose::STANDARD.encode(&Sha256::digest(text.as_bytes())[..8])
}

fn legacy_subresource(kind: &'static Kind, subresource: &'static Subresource) -> ApiResource {
    let named = !subresource.version.is_empty();
    ApiResource {
        name: format!("{}/{}", kind.plural, subresource.name),
        singular_name: "",
        group: if named { subresource.group } else { "" },
        version: subresource.version,
        kind: subresource.kind,
        verbs: subresource.verbs,
        short_names: &[],
        categories: &[],
        storage_version_hash: String::new(),
        namespaced: kind.namespaced,
    }
}

/// `/version`, in the order of Go's fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    major: &'static str,
    minor: &'static str,
    emulation_major: &'static str,
    emulation_minor: &'static str,
    min_compatibility_major: &'static str,
    min_compatibility_minor: &'static str,
    git_version: &'static str,
    git_commit: &'static str,
    git_tree_state: &'static str,
    build_date: &'static str,
    go_version: &'static str,
    compiler: &'static str,
    platform: &'static str,
}

impl Version {
    /// The release whose behaviour is simulated.
    const fn simulated() -> Self {
        Self {
            major: "1",
            minor: "36",
            emulation_major: "1",
            emulation_minor: "36",
            min_compatibility_major: "1",
            min_compatibility_minor: "35",
            git_version: "v1.36.2",
            git_commit: "",
            git_tree_state: "clean",
            build_date: "1970-01-01T00:00:00Z",
            go_version: "go1.26",
            compiler: "gc",
            platform: "linux/amd64",
        }
    }
}

fn paths(served: &Served) -> Vec<String> {
    let fixed = [
        "/.well-known/openid-configuration",
        "/api",
        "/api/v1",
        "/apis",
        "/apis/",
        "/metrics",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/",
        "/openid/v1/jwks",
        "/version",
    ];
    let mut paths: Vec<String> = fixed.iter().map(|path| (*path).to_owned()).collect();
    paths.extend(super::health::paths());
    for (group, versions) in served.groups() {
        if group.is_empty() {
            continue;
        }
        paths.push(format!("/apis/{group}"));
        paths.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
    }
    paths.sort_unstable();
    paths
}

/// 64-bit FNV-1a: tells documents apart, no more is asked of it.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_versions_and_resources_come_in_upstreams_order() {
        let served = Served::new(builtin_kinds());
        let groups = served.groups();
        let names: Vec<&str> = groups.iter().map(|(group, _)| *group).take(6).collect();
        assert_eq!(
            names,
            [
                "apiregistration.k8s.io",
                "",
                "apps",
                "events.k8s.io",
                "authentication.k8s.io",
                "authorization.k8s.io"
            ]
        );
        let autoscaling = groups.iter().find(|(group, _)| *group == "autoscaling");
        assert_eq!(autoscaling.map(|(_, versions)| versions.as_slice()), Some(["v2", "v1"].as_slice()));
        let core: Vec<&str> = served.kinds_of("", "v1").map(|kind| kind.plural).take(3).collect();
        assert_eq!(core, ["bindings", "componentstatuses", "configmaps"]);
    }
}
