//! Objects, lists and tables as bodies.

use std::sync::Arc;

use http::Response;
use serde::Serialize;
use serde_json::{Value, json};

use crate::apimachinery::Object;
use crate::base::{Timestamp, to_yaml};

use super::body::{self, Body};
use super::negotiate::Encoding;
use super::request_info::RequestInfo;

/// `meta/v1 ListMeta`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListMeta {
    /// Revision that the list shows.
    pub resource_version: String,
    /// Where to go on.
    #[serde(rename = "continue", skip_serializing_if = "String::is_empty")]
    pub continue_token: String,
    /// How many objects are still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_item_count: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a, T: Serialize> {
    kind: String,
    api_version: String,
    metadata: &'a ListMeta,
    items: Vec<T>,
}

/// One object as a response.
pub(super) fn object(
    encoding: Encoding,
    code: u16,
    info: &RequestInfo,
    object: &Arc<Object>,
    now: Timestamp,
) -> Response<Body> {
    let _ = (now, info);
    match encoding {
        Encoding::Metadata => body::json(code, &partial_metadata(object)),
        Encoding::Yaml => body::bytes(code, "application/yaml", to_yaml(object.value())),
        Encoding::Json | Encoding::Table => body::json(code, object.as_ref()),
    }
}

/// A list of objects as a response.
pub(super) fn list(
    encoding: Encoding,
    info: &RequestInfo,
    metadata: ListMeta,
    objects: &[Arc<Object>],
    now: Timestamp,
) -> Response<Body> {
    let _ = now;
    match encoding {
        Encoding::Metadata => body::json(
            200,
            &List {
                kind: "PartialObjectMetadataList".to_owned(),
                api_version: "meta.k8s.io/v1".to_owned(),
                metadata: &metadata,
                items: objects.iter().map(|object| partial_metadata(object)).collect(),
            },
        ),
        Encoding::Json | Encoding::Yaml | Encoding::Table => {
            let list = List {
                kind: format!("{}List", info.kind.kind),
                api_version: info.kind.api_version(),
                metadata: &metadata,
                items: objects.iter().map(AsRef::as_ref).collect::<Vec<&Object>>(),
            };
            match (encoding, serde_json::to_value(&list)) {
                (Encoding::Yaml, Ok(value)) => body::bytes(200, "application/yaml", to_yaml(&value)),
                _ => body::json(200, &list),
            }
        }
    }
}

/// `meta.k8s.io/v1 PartialObjectMetadata`.
pub(super) fn partial_metadata(object: &Object) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object.get("/metadata"),
    })
}
