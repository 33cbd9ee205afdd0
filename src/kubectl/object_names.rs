//! Names of live objects, for completing lines.

use http::Request;
use serde_json::Value;

use crate::apimachinery::KINDS;

/// How many names are worth proposing.
const NAMES_MAX: usize = 500;

/// The names of the objects of a kind in a namespace, in the server's order; empty when the kind
/// is unknown or the server does not answer.
pub async fn object_names(client: &kube::Client, namespace: &str, plural: &str) -> Vec<String> {
    let Some(kind) = KINDS.iter().find(|kind| kind.plural == plural) else { return Vec::new() };
    let root = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    let scope = if kind.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    names_at(client, &format!("{root}/{}{scope}/{plural}", kind.version)).await
}

/// The names of what lies at the path of a collection, as far as they are worth proposing.
pub(super) async fn names_at(client: &kube::Client, path: &str) -> Vec<String> {
    let path = format!("{path}?limit={NAMES_MAX}");
    let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    let Ok(request) = Request::get(path).header("Accept", accept).body(Vec::new()) else {
        return Vec::new();
    };
    let list: Value = client.request(request).await.unwrap_or_default();
    let items = list["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["metadata"]["name"].as_str()).map(str::to_owned).collect()
}
