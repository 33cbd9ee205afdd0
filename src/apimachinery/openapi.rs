//! The OpenAPI v3 documents, one a group and version: kubectl validates manifests and explains fields with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::base::{Map, Value, json};

use super::kinds::{KINDS, Kind, unstored};
use super::schema::{self, Descriptions, Field, FieldType, ListType, TypeSchema};
use super::{openapi_aggregated, openapi_custom, openapi_paths};

pub(super) const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
pub(super) const INT_OR_STRING: &str = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
pub(super) const TIME: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
const MICRO_TIME: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
pub(super) const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
const STATUS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
const DELETE_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
/// What stands before the name of a schema that is referred to.
const REFERENCE: &str = "#/components/schemas/";
const PATCH: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

/// Content types of patches to kinds with a known type.
const PATCH_TYPES: &[&str] = &[
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
];

/// Content types of patches to custom resources.
const CUSTOM_PATCH_TYPES: &[&str] =
    &["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];

/// How many documents are kept.
const DOCUMENTS_MAX: usize = 200;

/// Every kind with a place in a document.
pub(super) fn served(custom: &[&'static Kind]) -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(unstored::TABLE).chain(custom).copied()
}

/// `/openapi/v3`: where the document of each group and version is, with a hash of its content.
#[must_use]
pub fn index(custom: &[&'static Kind]) -> Value {
    let group_versions: BTreeSet<String> = served(custom).map(Kind::api_version).collect();
    let paths: Map = group_versions
        .iter()
        .map(|group_version| {
            let path = path_of(group_version);
            let url = format!("/openapi/v3/{path}?hash={}", fingerprint(group_version, custom));
            (path, json!({"serverRelativeURL": url}))
        })
        .collect();
    json!({"paths": paths})
}

/// The document of a group and version (`v1`, `apps/v1`) as JSON; `None` when nothing is served there.
#[must_use]
pub fn document(group_version: &str, custom: &[&'static Kind]) -> Option<Arc<[u8]>> {
    static DOCUMENTS: Mutex<BTreeMap<String, Arc<[u8]>>> = Mutex::new(BTreeMap::new());
    let identity = hash(group_version, custom)?;
    let mut documents = DOCUMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if documents.len() >= DOCUMENTS_MAX && !documents.contains_key(&identity) {
        documents.clear();
    }
    let document = documents.entry(identity).or_insert_with(|| {
        build(group_version, custom, &Descriptions::collect()).to_string().into_bytes().into()
    });
    Some(Arc::clone(document))
}

/// The hash that the index names for a group and version.
#[must_use]
pub fn hash(group_version: &str, custom: &[&'static Kind]) -> Option<String> {
    let is_served = served(custom).any(|kind| kind.api_version() == group_version);
    is_served.then(|| fingerprint(group_version, custom))
}

/// FNV-1a of what a document is made from, in upper-case hexadecimal digits: clients keep documents
/// by it, and no document need be made to tell it.
fn fingerprint(group_version: &str, custom: &[&'static Kind]) -> String {
    static TYPES: LazyLock<u64> = LazyLock::new(|| fnv(FNV_OFFSET, schema::TABLE));
    let release = fnv(*TYPES, env!("CARGO_PKG_VERSION"));
    let hash = fnv(release, group_version);
    let kinds = custom.iter().filter(|kind| kind.api_version() == group_version);
    format!("{:016X}", kinds.fold(hash, |hash, kind| fnv(hash, &openapi_custom::identity(kind))))
}

/// Where FNV-1a begins.
pub(super) const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

pub(super) fn fnv(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// `api/v1` or `apis/apps/v1`.
fn path_of(group_version: &str) -> String {
    let root = if group_version.contains('/') { "apis" } else { "api" };
    format!("{root}/{group_version}")
}

/// Makes the document of a group and version.
pub(super) fn build(group_version: &str, custom: &[&'static Kind], descriptions: &Descriptions) -> Value {
    let mut paths = Map::new();
    let mut types = BTreeMap::new();
    let mut lists = Vec::new();
    for kind in served(&[]).filter(|kind| kind.api_version() == group_version) {
        let Some(schema) = schema::of(kind) else { continue };
        collect(schema, &mut types);
        paths.extend(openapi_paths::of_kind(kind, schema.name, PATCH_TYPES));
        if kind.verbs.contains(&"list") {
            lists.push((format!("{}List", schema.name), list_of(kind, schema, descriptions)));
        }
    }
    let own: Vec<&'static Kind> =
        custom.iter().copied().filter(|kind| kind.api_version() == group_version).collect();
    for kind in &own {
        paths.extend(openapi_paths::of_kind(kind, &schema_name(kind), CUSTOM_PATCH_TYPES));
    }
    if let (false, Some(metadata)) = (own.is_empty(), schema::by_name(openapi_custom::OBJECT_META)) {
        collect(metadata, &mut types);
    }
    let named_in_paths = Value::Object(paths.clone()).to_string();
    let always = [DELETE_OPTIONS, STATUS, LIST_META].into_iter();
    let answered = named_in_paths.split(REFERENCE).skip(1).filter_map(|rest| rest.split('"').next());
    always.chain(answered).filter_map(schema::by_name).for_each(|schema| collect(schema, &mut types));
    let mut schemas: Map =
        types.into_iter().map(|(name, schema)| (name.to_owned(), component(schema, descriptions))).collect();
    schemas.extend(lists);
    add_scalars(&mut schemas);
    for kind in own {
        schemas.extend(if kind.custom.is_some() {
            openapi_custom::components(kind, descriptions)
        } else {
            openapi_aggregated::components(kind, descriptions)
        });
    }
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "1.36"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"BearerToken": {
                "type": "apiKey", "description": "Bearer Token authentication", "name": "authorization", "in": "header",
            }},
        },
    })
}

/// The name of the schema of a kind that is not built in.
fn schema_name(kind: &Kind) -> String {
    if kind.custom.is_some() {
        openapi_custom::schema_name(kind)
    } else {
        openapi_aggregated::schema_name(kind)
    }
}

/// A type and every type that it needs.
fn collect(schema: &'static TypeSchema, types: &mut BTreeMap<&'static str, &'static TypeSchema>) {
    if types.insert(schema.name, schema).is_none() {
        for inner in schema.fields.values().filter_map(|field| field.field_type.message()) {
            collect(inner, types);
        }
    }
}

fn add_scalars(schemas: &mut Map) {
    for (name, schema) in [
        (QUANTITY, json!({"oneOf": [{"type": "string"}, {"type": "number"}]})),
        (
            INT_OR_STRING,
            json!({"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ),
        (TIME, json!({"type": "string", "format": "date-time"})),
        (MICRO_TIME, json!({"type": "string", "format": "date-time"})),
        (PATCH, json!({"type": "object"})),
    ] {
        schemas.insert(name.to_owned(), schema);
    }
}

/// The list of objects of a kind.
fn list_of(kind: &Kind, schema: &TypeSchema, descriptions: &Descriptions) -> Value {
    let field =
        |name: &str| json!({"type": "string", "description": descriptions.of_field(schema.name, name)});
    json!({
        "type": "object",
        "required": ["items"],
        "properties": {
            "apiVersion": field("apiVersion"),
            "items": {"type": "array", "items": reference(schema.name)},
            "kind": field("kind"),
            "metadata": {"default": {}, "allOf": [reference(LIST_META)]},
        },
        "x-kubernetes-group-version-kind":
            [{"group": kind.group, "version": kind.version, "kind": format!("{}List", kind.kind)}],
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("{REFERENCE}{name}")})
}

fn component(schema: &TypeSchema, descriptions: &Descriptions) -> Value {
    let described = |(name, field): (&&str, &Field)| {
        ((*name).to_owned(), property(schema.name, name, field, descriptions))
    };
    let properties: Map = schema.fields.iter().map(described).collect();
    let required: Vec<&str> = schema
        .fields
        .iter()
        .filter(|(name, field)| schema::is_required(schema.name, name, field))
        .map(|(name, _)| *name)
        .collect();
    let mut component = Map::new();
    component.insert("description", descriptions.of_type(schema.name).into());
    component.insert("type", "object".into());
    if !properties.is_empty() {
        component.insert("properties", properties.into());
    }
    if !required.is_empty() {
        component.insert("required", required.into());
    }
    if schema.atomic {
        component.insert("x-kubernetes-map-type", "atomic".into());
    }
    if let Some(kind) = schema.kind {
        let kinds = json!([{"group": kind.group, "version": kind.version, "kind": kind.kind}]);
        component.insert("x-kubernetes-group-version-kind", kinds);
    }
    Value::Object(component)
}

fn property(owner: &str, name: &str, field: &Field, descriptions: &Descriptions) -> Value {
    let values = schema::enum_values(owner, name);
    let mut property = match type_of(&field.field_type, &values) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if let Some(reference) = property.remove("$ref") {
        property.insert("allOf", json!([{"$ref": reference}]));
    }
    let mut add = |key: &str, value: Value| {
        property.insert(key.to_owned(), value);
    };
    let description = described(descriptions.of_field(owner, name), &values);
    if !description.is_empty() {
        add("description", description.into());
    }
    if let Some(default) = schema::default_of(owner, name, field) {
        add("default", default);
    }
    match field.list_type {
        ListType::Atomic if matches!(field.field_type, FieldType::Array(_)) && !field.merges() => {
            add("x-kubernetes-list-type", "atomic".into());
        }
        ListType::Atomic => {}
        ListType::Set => add("x-kubernetes-list-type", "set".into()),
        ListType::Map(keys) => {
            add("x-kubernetes-list-type", "map".into());
            add("x-kubernetes-list-map-keys", keys.into());
        }
    }
    if field.atomic_map {
        add("x-kubernetes-map-type", "atomic".into());
    }
    if !field.patch_strategy.is_empty() {
        add("x-kubernetes-patch-strategy", field.patch_strategy.into());
    }
    if !field.patch_merge_key.is_empty() {
        add("x-kubernetes-patch-merge-key", field.patch_merge_key.into());
    }
    Value::Object(property)
}

/// A description with the values that a field may have, as the API server words it.
fn described(description: &str, values: &[&str]) -> String {
    if values.is_empty() {
        return description.to_owned();
    }
    let values: Vec<String> = values.iter().map(|value| format!(" - `{value:?}`")).collect();
    format!("{description}\n\nPossible enum values:\n{}", values.join("\n"))
}

fn type_of(field_type: &FieldType, values: &[&str]) -> Value {
    match field_type {
        FieldType::String if !values.is_empty() => json!({"type": "string", "enum": values}),
        FieldType::String => json!({"type": "string"}),
        FieldType::Integer32 => json!({"type": "integer", "format": "int32"}),
        FieldType::Integer64 => json!({"type": "integer", "format": "int64"}),
        FieldType::Number => json!({"type": "number", "format": "double"}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Bytes => json!({"type": "string", "format": "byte"}),
        FieldType::Time => reference(TIME),
        FieldType::MicroTime => reference(MICRO_TIME),
        FieldType::Quantity => reference(QUANTITY),
        FieldType::IntOrString => reference(INT_OR_STRING),
        FieldType::Any => json!({"type": "object"}),
        FieldType::Message(inner) => reference(inner.schema().name),
        FieldType::Array(items) => json!({"type": "array", "items": type_of(items, values)}),
        FieldType::Map(entries) => {
            json!({"type": "object", "additionalProperties": type_of(entries, values)})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(group_version: &str) -> Value {
        serde_json::from_slice(&document(group_version, &[]).unwrap()).unwrap()
    }

    #[test]
    fn the_index_names_a_document_for_every_group_and_version() {
        let index = index(&[]);
        let paths = index["paths"].as_object().unwrap();
        for kind in KINDS {
            let group_version = kind.api_version();
            let url = paths[&path_of(&group_version)]["serverRelativeURL"].as_str().unwrap();
            assert!(url.ends_with(&hash(&group_version, &[]).unwrap()), "{url}");
        }
        assert!(document("nothing/v1", &[]).is_none());
    }

    #[test]
    fn kubectl_finds_the_patch_that_knows_field_validation() {
        let apps = parsed("apps/v1");
        let patch = &apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
        assert_eq!(
            patch["x-kubernetes-group-version-kind"],
            json!({"group": "apps", "version": "v1", "kind": "Deployment"})
        );
        let parameters = patch["parameters"].as_array().unwrap();
        assert!(
            parameters
                .iter()
                .any(|parameter| parameter["name"] == "fieldValidation" && parameter["in"] == "query")
        );
        assert!(patch["requestBody"]["content"].get("application/strategic-merge-patch+json").is_some());
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let descriptions = Descriptions::collect();
        let group_versions: BTreeSet<String> = KINDS.iter().map(|kind| kind.api_version()).collect();
        for group_version in group_versions {
            let document = build(&group_version, &[], &descriptions);
            let (text, schemas) = (document.to_string(), &document["components"]["schemas"]);
            for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(schemas.get(name).is_some(), "{group_version}: {name}");
            }
        }
    }

    #[test]
    fn properties_say_how_they_merge() {
        let core = parsed("v1");
        let container = &core["components"]["schemas"]["io.k8s.api.core.v1.Container"];
        let ports = &container["properties"]["ports"];
        assert_eq!(ports["x-kubernetes-patch-merge-key"], "containerPort");
        assert_eq!(ports["x-kubernetes-list-map-keys"], json!(["containerPort", "protocol"]));
        assert_eq!(container["properties"]["command"]["x-kubernetes-list-type"], "atomic");
        assert_eq!(container["required"], json!(["name"]));
    }
}
