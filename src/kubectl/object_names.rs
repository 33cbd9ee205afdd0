//! Names of live objects, for completing lines.

use http::{Method, Request};

use super::api::{Api, Url};
use crate::apimachinery::KINDS;
use crate::base::Value;

/// What is asked for: of each object, no more than who it is.
const ACCEPT_NAMES: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// How many names are worth proposing.
const NAMES_MAX: usize = 500;

/// The names of the objects of a kind in a namespace, in the server's order; empty when the kind
/// is unknown or the server does not answer.
pub async fn object_names(client: &kube::Client, namespace: &str, plural: &str) -> Vec<String> {
    let Some(kind) = KINDS.iter().find(|kind| kind.plural == plural) else { return Vec::new() };
    let root = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    let scope = if kind.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    let path = format!("{root}/{}{scope}/{plural}?limit={NAMES_MAX}", kind.version);
    let Ok(request) = Request::get(path).header("Accept", ACCEPT_NAMES).body(Vec::new()) else {
        return Vec::new();
    };
    names_of(&client.request(request).await.unwrap_or_default())
}

/// The names of what lies at the URL of a collection, as far as they are worth proposing.
pub(super) async fn names_at(api: &Api, collection: Url) -> Vec<String> {
    let url = collection.with("limit", NAMES_MAX.to_string());
    let list = api.text(Method::GET, &url, ACCEPT_NAMES, None).await.unwrap_or_default();
    names_of(&serde_json::from_str(&list).unwrap_or_default())
}

fn names_of(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["metadata"]["name"].as_str()).map(str::to_owned).collect()
}
