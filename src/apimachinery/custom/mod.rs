//! Kinds that CustomResourceDefinitions add: what they are, and how their schemas prune, default and judge objects.

mod defaulting;
mod formats;
mod intern;
mod node;
mod pruning;
mod validation;

use crate::base::{Map, Value};

use super::kinds::Kind;
use super::object::Object;
use super::schema::{self, Decoded, TypeSchema};
use super::status::Status;

pub use intern::define;
pub(super) use node::StructuralNode;
pub use validation::validate as validate_by_schema;

/// What the name of the schema of `metadata` is.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// The type of `metadata`, which custom resources have in common with all objects.
#[must_use]
pub fn object_meta_schema() -> Option<&'static TypeSchema> {
    schema::by_name(OBJECT_META)
}

/// What a CustomResourceDefinition says about one version of its kind, besides its names.
#[derive(Debug)]
pub struct CustomType {
    /// Name of the definition, `crontabs.stable.example.com`.
    pub definition: &'static str,
    /// Kind of its lists.
    pub list_kind: &'static str,
    /// The structural schema (`openAPIV3Schema`).
    pub schema: Value,
    /// `additionalPrinterColumns`, in order.
    pub columns: Vec<PrinterColumn>,
    /// Fields that selectors may name, `spec.color`.
    pub selectable_fields: Vec<String>,
    /// Where the scale subresource finds its numbers, if there is one.
    pub scale: Option<ScalePaths>,
    /// What a client is told on every request, if the version is deprecated.
    pub deprecation: Option<&'static str>,
}

/// One of `additionalPrinterColumns`.
#[derive(Debug)]
pub struct PrinterColumn {
    /// Heading.
    pub name: &'static str,
    /// `string`, `integer`, `number`, `boolean` or `date`.
    pub column_type: &'static str,
    /// OpenAPI format; mostly empty.
    pub format: &'static str,
    /// What it shows.
    pub description: &'static str,
    /// 0 always shown, more with `-o wide`.
    pub priority: i32,
    /// Where the value is, `.spec.replicas`.
    pub json_path: &'static str,
}

/// Where the scale subresource finds its numbers: JSON pointers.
#[derive(Debug)]
pub struct ScalePaths {
    /// `specReplicasPath`.
    pub spec_replicas: String,
    /// `statusReplicasPath`.
    pub status_replicas: String,
    /// `labelSelectorPath`, if given.
    pub label_selector: Option<String>,
}

/// A CustomResourceDefinition, read.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The kind as which objects are stored.
    pub storage: &'static Kind,
    /// The kinds of the versions that are served, the preferred one first.
    pub served: Vec<&'static Kind>,
}

/// Reads a custom object: metadata as its Go type, the rest pruned and defaulted by the schema.
pub(super) fn decode(kind: &Kind, custom: &'static CustomType, value: &Value) -> Result<Decoded, Status> {
    let Value::Object(fields) = value else {
        return Err(Status::bad_request(format!(
            "{0} in version {1:?} cannot be handled as a {0}: the document is no object",
            kind.kind, kind.version
        )));
    };
    let mut fields = fields.clone();
    let mut unknown_fields = coerce_metadata(kind, &mut fields)?;
    let mut value = Value::Object(fields);
    pruning::prune_root(&custom.schema, &mut value, &mut unknown_fields);
    coerce_embedded(kind, &custom.schema, &mut value, "", &mut unknown_fields)?;
    defaulting::prune_nulls(&custom.schema, &mut value);
    defaulting::default(&custom.schema, &mut value);
    Ok(Decoded { value, unknown_fields })
}

/// The object as a version shows it: stored under another one, or before the schema changed.
#[must_use]
pub fn present(kind: &Kind, object: &Object) -> Option<Object> {
    let custom = kind.custom?;
    // Of a copy: the stored object need not hold a tree of its own beside its parts.
    let mut value = Value::from(object.clone());
    value["apiVersion"] = kind.api_version().into();
    pruning::prune_root(&custom.schema, &mut value, &mut Vec::new());
    defaulting::prune_nulls(&custom.schema, &mut value);
    defaulting::default(&custom.schema, &mut value);
    Object::from_value(value).filter(|shown| shown != object)
}

/// Reads `metadata` as its Go type; answers with the paths of unknown fields.
fn coerce_metadata(kind: &Kind, fields: &mut Map) -> Result<Vec<String>, Status> {
    let (Some(metadata), Some(schema)) = (fields.get("metadata"), object_meta_schema()) else {
        return Ok(Vec::new());
    };
    let decoded = schema::decode_as(schema, kind.kind, kind.version, metadata)?;
    fields.insert("metadata", decoded.value);
    Ok(decoded.unknown_fields.into_iter().map(|field| format!("metadata.{field}")).collect())
}

/// Reads the `metadata` of embedded objects as its Go type.
fn coerce_embedded(
    kind: &Kind,
    schema: &Value,
    value: &mut Value,
    path: &str,
    unknown_fields: &mut Vec<String>,
) -> Result<(), Status> {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                let part = &schema["properties"][key.as_str()];
                let part = if part.is_null() { &schema["additionalProperties"] } else { part };
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                if flag(part, "x-kubernetes-embedded-resource")
                    && let Value::Object(embedded) = value
                {
                    let unknown = coerce_metadata(kind, embedded)?;
                    unknown_fields.extend(unknown.into_iter().map(|field| format!("{path}.{field}")));
                }
                coerce_embedded(kind, part, value, &path, unknown_fields)?;
            }
            Ok(())
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let path = format!("{path}[{index}]");
                coerce_embedded(kind, &schema["items"], item, &path, unknown_fields)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether a schema says so.
fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The schema of a property, or of the values of a map.
fn property<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
    schema
        .get("properties")
        .and_then(|properties| properties.get(key))
        .or_else(|| schema.get("additionalProperties"))
}

#[cfg(test)]
mod tests;
