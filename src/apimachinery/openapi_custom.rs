//! The schemas of custom kinds in OpenAPI documents: as their definitions give them, with what every object has.

use crate::base::{Map, Value, json};

use super::kinds::Kind;
use super::schema::Descriptions;

/// Type of every object's `metadata`.
pub(super) const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
/// A type that says what the common fields of objects are for.
const ANY_KIND: &str = "io.k8s.api.core.v1.ConfigMap";

/// `com.example.stable.v1.CronTab` for the kind CronTab of `stable.example.com/v1`.
pub(super) fn schema_name(kind: &Kind) -> String {
    let reversed: Vec<&str> = kind.group.rsplit('.').collect();
    format!("{}.{}.{}", reversed.join("."), kind.version, kind.kind)
}

/// What the document is made from.
pub(super) fn identity(kind: &Kind) -> String {
    let schema = kind.custom.map(|custom| custom.schema.to_string()).unwrap_or_default();
    format!("{}{}{}{schema}", kind.plural, kind.kind, kind.namespaced)
}

/// The schemas of the kind and of its lists.
pub(super) fn components(kind: &Kind, descriptions: &Descriptions) -> Vec<(String, Value)> {
    let Some(custom) = kind.custom else { return Vec::new() };
    let name = schema_name(kind);
    let mut schema = custom.schema.clone();
    if !schema.is_object() {
        schema = json!({"type": "object"});
    }
    add_common(&mut schema, descriptions);
    add_to_embedded(&mut schema, descriptions);
    schema["x-kubernetes-group-version-kind"] = group_version_kind(kind, kind.kind);
    let mut list = json!({
        "description": format!("{} is a list of {}", custom.list_kind, kind.kind),
        "type": "object",
        "required": ["items"],
        "properties": {"items": {
            "description": format!("List of {}.", kind.plural),
            "type": "array",
            "items": {"$ref": format!("#/components/schemas/{name}")},
        }},
        "x-kubernetes-group-version-kind": group_version_kind(kind, custom.list_kind),
    });
    add_type_meta(&mut list, descriptions);
    let (parent, _) = name.rsplit_once('.').unwrap_or(("", &name));
    let list_name = format!("{parent}.{}", custom.list_kind);
    vec![(name, schema), (list_name, list)]
}

fn group_version_kind(kind: &Kind, name: &str) -> Value {
    json!([{"group": kind.group, "version": kind.version, "kind": name}])
}

/// Adds `apiVersion`, `kind` and `metadata`.
fn add_common(schema: &mut Value, descriptions: &Descriptions) {
    add_type_meta(schema, descriptions);
    schema["properties"]["metadata"] = json!({
        "description": descriptions.of_field(ANY_KIND, "metadata"),
        "allOf": [{"$ref": format!("#/components/schemas/{OBJECT_META}")}],
    });
}

fn add_type_meta(schema: &mut Value, descriptions: &Descriptions) {
    if !schema["properties"].is_object() {
        schema["properties"] = Value::Object(Map::new());
    }
    for name in ["apiVersion", "kind"] {
        let description = descriptions.of_field(ANY_KIND, name);
        schema["properties"][name] = json!({"description": description, "type": "string"});
    }
}

fn add_to_embedded(schema: &mut Value, descriptions: &Descriptions) {
    let Value::Object(fields) = schema else { return };
    for (name, part) in fields.iter_mut() {
        match (name.as_str(), part) {
            ("properties", Value::Object(properties)) => {
                for part in properties.values_mut() {
                    if part.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true)) {
                        add_common(part, descriptions);
                    }
                    add_to_embedded(part, descriptions);
                }
            }
            ("items" | "additionalProperties", part) => add_to_embedded(part, descriptions),
            _ => {}
        }
    }
}
