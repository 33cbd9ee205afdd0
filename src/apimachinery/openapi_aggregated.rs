//! The schemas of kinds that another API server serves behind this one: those of metrics-server.

use crate::base::{Value, json};

use super::kinds::Kind;
use super::openapi::{LIST_META, QUANTITY, TIME};
use super::openapi_custom::OBJECT_META;
use super::schema::Descriptions;

/// Where metrics-server's types are.
const PACKAGE: &str = "io.k8s.metrics.pkg.apis.metrics.v1beta1";
const DURATION: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Duration";
/// A type that says what the common fields of objects are for.
const ANY_KIND: &str = "io.k8s.api.core.v1.ConfigMap";

/// `io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics`.
pub(super) fn schema_name(kind: &Kind) -> String {
    format!("{PACKAGE}.{}", kind.kind)
}

/// The schemas of a kind, of its lists and of what both are made of.
pub(super) fn components(kind: &Kind, descriptions: &Descriptions) -> Vec<(String, Value)> {
    let window = "The measurements were taken in the interval that ends at the timestamp and is this long.";
    let mut properties = json!({
        "timestamp": field(TIME, "When the interval that was measured ended."),
        "window": field(DURATION, window),
    });
    let measured = if kind.namespaced { "containers" } else { "usage" };
    properties[measured] = if kind.namespaced {
        json!({
            "description": "What each container of the Pod used in the same interval.",
            "type": "array",
            "items": {"default": {}, "allOf": [reference(&format!("{PACKAGE}.ContainerMetrics"))]},
            "x-kubernetes-list-type": "atomic",
        })
    } else {
        usage("What the node used: the memory of its working set, and processors.")
    };
    properties["metadata"] = json!({
        "description": descriptions.of_field(ANY_KIND, "metadata"),
        "default": {},
        "allOf": [reference(OBJECT_META)],
    });
    let what = if kind.namespaced { "Pod" } else { "node" };
    let object = described(
        kind,
        kind.kind,
        &format!("{} tells what a {what} used.", kind.kind),
        json!(["timestamp", "window", measured]),
        properties,
        descriptions,
    );
    let items = json!({
        "metadata": {"default": {}, "allOf": [reference(LIST_META)]},
        "items": {"type": "array", "items": {"default": {}, "allOf": [reference(&schema_name(kind))]}},
    });
    let list_kind = format!("{}List", kind.kind);
    let text = format!("{list_kind} is a list of {}.", kind.kind);
    let list = described(kind, &list_kind, &text, json!(["items"]), items, descriptions);
    let mut schemas = vec![
        (schema_name(kind), object),
        (format!("{PACKAGE}.{list_kind}"), list),
        (DURATION.to_owned(), json!({"type": "string", "description": "A duration as Go writes it."})),
    ];
    if kind.namespaced {
        schemas.push((format!("{PACKAGE}.ContainerMetrics"), container()));
    }
    schemas
}

fn container() -> Value {
    json!({
        "description": "ContainerMetrics tells what a container used.",
        "type": "object",
        "required": ["name", "usage"],
        "properties": {
            "name": {"description": "Which container of the Pod it is.", "type": "string", "default": ""},
            "usage": usage("What the container used: the memory of its working set, and processors."),
        },
    })
}

fn described(
    kind: &Kind,
    name: &str,
    description: &str,
    required: Value,
    properties: Value,
    descriptions: &Descriptions,
) -> Value {
    let mut properties = properties.as_object().cloned().unwrap_or_default();
    for name in ["apiVersion", "kind"] {
        let description = descriptions.of_field(ANY_KIND, name);
        properties.insert(name.to_owned(), json!({"description": description, "type": "string"}));
    }
    json!({
        "description": description,
        "type": "object",
        "required": required,
        "properties": properties,
        "x-kubernetes-group-version-kind": [{"group": kind.group, "version": kind.version, "kind": name}],
    })
}

fn usage(description: &str) -> Value {
    json!({"description": description, "type": "object", "additionalProperties": reference(QUANTITY)})
}

fn field(name: &str, description: &str) -> Value {
    json!({"description": description, "allOf": [reference(name)]})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
