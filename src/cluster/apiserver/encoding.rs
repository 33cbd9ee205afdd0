//! Objects, lists and tables as bodies.

use std::sync::Arc;

use http::Response;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::apimachinery::{Kind, Object, Sent, Status, unstored};
use crate::base::{Timestamp, Value, json, to_value, to_yaml};

use super::super::registry::{self, Column, Registry, Row};
use super::body::{self, Body};
use super::negotiate::Encoding;
use super::request_info::RequestInfo;

/// `meta/v1 ListMeta`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListMeta {
    /// Revision that the list shows; empty for what is not stored.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource_version: String,
    /// Where to go on.
    #[serde(rename = "continue", skip_serializing_if = "String::is_empty")]
    pub continue_token: String,
    /// How many objects are still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_item_count: Option<usize>,
}

impl ListMeta {
    /// The same of a list of custom resources, whose `continue` is always set (`UnstructuredList.SetContinue`).
    fn as_map(&self) -> Value {
        let mut map = json!({"continue": self.continue_token, "resourceVersion": self.resource_version});
        if let Some(count) = self.remaining_item_count {
            map["remainingItemCount"] = count.into();
        }
        map
    }
}

/// A list of objects.
struct List<'a, T: Serialize> {
    kind: String,
    api_version: String,
    metadata: &'a ListMeta,
    items: T,
    /// Whether it is of a custom kind: no struct, but a map, which Go writes by name.
    is_map: bool,
}

impl<T: Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        if self.is_map {
            map.serialize_entry("apiVersion", &self.api_version)?;
            map.serialize_entry("items", &self.items)?;
            map.serialize_entry("kind", &self.kind)?;
            map.serialize_entry("metadata", &self.metadata.as_map())?;
        } else {
            map.serialize_entry("kind", &self.kind)?;
            map.serialize_entry("apiVersion", &self.api_version)?;
            map.serialize_entry("metadata", self.metadata)?;
            map.serialize_entry("items", &self.items)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Table<'a, M: Serialize, R: Serialize> {
    kind: &'static str,
    api_version: &'static str,
    metadata: M,
    column_definitions: &'a [Column],
    rows: R,
}

/// A list whose items are made one after the other while it is written.
struct Each<I>(I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// How much of an object a table row carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Include {
    None,
    Metadata,
    Object,
}

/// How a request wants objects to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presentation {
    encoding: Encoding,
    include: Include,
    kind: &'static Kind,
}

/// 406 for a form that does not fit what is shown.
fn not_acceptable(form: &str, what: &str) -> Status {
    Status::failure(406, "NotAcceptable", format!("you requested {form}, but the requested object is {what}"))
}

impl Presentation {
    /// The presentation that the request asks for.
    ///
    /// # Errors
    /// 400 for an unknown `includeObject`.
    pub(super) fn of(encoding: Encoding, info: &RequestInfo) -> Result<Self, Status> {
        let include = match info.query.text("includeObject") {
            "" | "Metadata" => Include::Metadata,
            "None" => Include::None,
            "Object" => Include::Object,
            other => {
                return Err(Status::bad_request(format!("unrecognized includeObject value: {other:?}")));
            }
        };
        // What a subresource shows is no object of the kind, so the kind's table does not fit it.
        let foreign = info.subresource.is_some_and(|subresource| subresource.kind != info.kind.kind);
        let scale = info.subresource.is_some_and(|subresource| subresource.kind == unstored::SCALE.kind);
        let kind = if scale { &unstored::SCALE } else { info.kind };
        let has_no_table = foreign && !scale && matches!(encoding, Encoding::Table(_));
        Ok(Self { encoding: if has_no_table { Encoding::Json } else { encoding }, include, kind })
    }

    /// The same for a request whose answer is one object.
    ///
    /// # Errors
    /// 406 when a list is asked for, too.
    pub(super) fn of_one(encoding: Encoding, info: &RequestInfo) -> Result<Self, Status> {
        if encoding == Encoding::MetadataList {
            return Err(not_acceptable("PartialObjectMetadataList", "not a list"));
        }
        Self::of(encoding, info)
    }

    /// The same for a request whose answer is a list.
    ///
    /// # Errors
    /// 406 when one object is asked for, too.
    pub(super) fn of_list(encoding: Encoding, info: &RequestInfo) -> Result<Self, Status> {
        if encoding == Encoding::Metadata {
            return Err(not_acceptable("PartialObjectMetadata", "a list"));
        }
        Self::of(encoding, info)
    }

    /// The media type of a watch.
    pub(super) fn stream_type(self) -> &'static str {
        if self.encoding == Encoding::Yaml { body::YAML } else { body::JSON }
    }

    /// One object as a response.
    pub(super) fn object(self, code: u16, object: &Arc<Object>, now: Timestamp) -> Response<Body> {
        match self.encoding {
            Encoding::Json => body::json(code, &Sent::new(object)),
            Encoding::Yaml => body::bytes(code, body::YAML, to_yaml(&object.published())),
            Encoding::Table(_) | Encoding::Metadata | Encoding::MetadataList => {
                body::json(code, &self.shown(object, now, true))
            }
        }
    }

    /// A list of objects as a response.
    pub(super) fn list(self, metadata: &ListMeta, objects: &[Arc<Object>], now: Timestamp) -> Response<Body> {
        match self.encoding {
            Encoding::Table(_) => {
                let table = Registry::table(self.kind, objects, now);
                body::json(200, &self.table(metadata, &table, true))
            }
            Encoding::Metadata | Encoding::MetadataList => {
                let looked_at = objects.iter().cloned().map(Object::to_look_at);
                let items = Each(looked_at.map(|object| partial_metadata(&object)));
                let (kind, api_version) =
                    ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned());
                body::json(200, &List { kind, api_version, metadata, items, is_map: false })
            }
            Encoding::Json => body::json(200, &self.plain_list(metadata, objects)),
            Encoding::Yaml => {
                let list = to_value(self.plain_list(metadata, objects)).unwrap_or_default();
                body::bytes(200, body::YAML, to_yaml(&list))
            }
        }
    }

    fn plain_list<'a>(self, metadata: &'a ListMeta, objects: &'a [Arc<Object>]) -> List<'a, impl Serialize> {
        let built_in = self.kind.custom.is_none();
        List {
            kind: match self.kind.custom {
                Some(custom) => custom.list_kind.to_owned(),
                None => format!("{}List", self.kind.kind),
            },
            api_version: self.kind.api_version(),
            metadata,
            is_map: !built_in,
            items: Each(objects.iter().map(move |object| Sent::item(object, built_in))),
        }
    }

    /// One object as a value, as watch events carry it; only the first table names its columns.
    pub(super) fn shown(self, object: &Arc<Object>, now: Timestamp, with_columns: bool) -> Value {
        match self.encoding {
            Encoding::Json | Encoding::Yaml => object.published().into_owned(),
            Encoding::Metadata | Encoding::MetadataList => partial_metadata(object),
            Encoding::Table(_) => {
                let metadata = json!({"resourceVersion": object.text("/metadata/resourceVersion")});
                let table = Registry::table(self.kind, std::slice::from_ref(object), now);
                to_value(self.table(metadata, &table, with_columns)).unwrap_or_default()
            }
        }
    }

    /// A bookmark: no object, only where a watch stands.
    pub(super) fn bookmark(self, revision: u64, ends_initial_events: bool) -> Value {
        let mut metadata = json!({"resourceVersion": revision.to_string(), "creationTimestamp": null});
        if ends_initial_events {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        match self.encoding {
            Encoding::Table(_) => {
                json!({"kind": "Table", "apiVersion": self.table_version(), "metadata": metadata, "rows": []})
            }
            Encoding::Metadata | Encoding::MetadataList => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
            }
            Encoding::Json | Encoding::Yaml => {
                json!({"kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": metadata})
            }
        }
    }

    /// Whether watch events can carry the object as it is stored.
    pub(super) fn is_plain(self) -> bool {
        matches!(self.encoding, Encoding::Json | Encoding::Yaml)
    }

    /// Whether rows are wanted instead of objects.
    pub(super) fn is_table(self) -> bool {
        matches!(self.encoding, Encoding::Table(_))
    }

    fn table_version(self) -> &'static str {
        if self.encoding == Encoding::Table("v1beta1") { "meta.k8s.io/v1beta1" } else { "meta.k8s.io/v1" }
    }

    fn table<'a>(
        self,
        metadata: impl Serialize + 'a,
        table: &'a registry::Table,
        with_columns: bool,
    ) -> impl Serialize + 'a {
        Table {
            kind: "Table",
            api_version: self.table_version(),
            metadata,
            column_definitions: if with_columns { table.columns } else { &[] },
            rows: Each(table.rows().map(move |row| self.row(&row))),
        }
    }

    fn row(self, row: &Row) -> Value {
        let object = match self.include {
            Include::None => Value::Null,
            Include::Metadata => partial_metadata(&row.object),
            Include::Object => row.object.published().into_owned(),
        };
        let mut value = json!({"cells": row.cells, "object": object});
        if let Some(reason) = row.completed {
            let message =
                if reason == "Failed" { "The pod failed." } else { "The pod has completed successfully." };
            value["conditions"] =
                json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]);
        }
        value
    }
}

/// `meta.k8s.io/v1 PartialObjectMetadata`.
fn partial_metadata(object: &Object) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object.published_metadata(),
    })
}
