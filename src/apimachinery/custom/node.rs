//! How server-side apply merges what a structural schema describes.

use crate::base::Value;

use super::flag;

/// What a structural schema says about merging a value.
pub(in crate::apimachinery) enum StructuralNode {
    /// Known fields, or a map.
    Fields,
    /// Nothing is known: maps merge, lists are one value.
    Untyped,
    /// A list of items told apart by keys.
    Items,
    /// A set of scalars.
    Set,
    /// One value.
    Leaf,
}

impl StructuralNode {
    /// Reads it off a schema.
    pub(in crate::apimachinery) fn of(schema: &Value) -> Self {
        let text = |name: &str| schema.get(name).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "object" if text("x-kubernetes-map-type") == "atomic" => Self::Leaf,
            "object"
                if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() =>
            {
                Self::Fields
            }
            "object" => Self::Untyped,
            "array" => match text("x-kubernetes-list-type") {
                "set" => Self::Set,
                "map" => Self::Items,
                _ => Self::Leaf,
            },
            "" if flag(schema, "x-kubernetes-preserve-unknown-fields") => Self::Untyped,
            _ => Self::Leaf,
        }
    }
}
