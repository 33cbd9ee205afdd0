//! Fills in a structural schema's defaults (`apiextensions-apiserver/pkg/apiserver/schema/defaulting`).

use crate::base::Value;

use super::{flag, property};

/// Fills in what is absent and has a default.
pub(super) fn default(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let Some(default) = part.get("default") else { continue };
                if fields.get(name).is_none_or(|value| is_forbidden_null(value, part)) {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (key, value) in fields.iter_mut() {
                let Some(part) = property(schema, key) else { continue };
                if is_forbidden_null(value, part)
                    && let Some(default) = part.get("default")
                {
                    *value = default.clone();
                }
                default_part(part, value);
            }
        }
        Value::Array(items) => {
            let Some(part) = schema.get("items") else { return };
            items.iter_mut().for_each(|item| default_part(part, item));
        }
        _ => {}
    }
}

fn default_part(schema: &Value, value: &mut Value) {
    default(schema, value);
}

/// Drops nulls where the schema allows none and has no default either.
pub(super) fn prune_nulls(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| {
                property(schema, key)
                    .is_none_or(|part| !is_forbidden_null(value, part) || part.get("default").is_some())
            });
            for (key, value) in fields.iter_mut() {
                if let Some(part) = property(schema, key) {
                    prune_nulls(part, value);
                }
            }
        }
        Value::Array(items) => {
            let Some(part) = schema.get("items") else { return };
            items.iter_mut().for_each(|item| prune_nulls(part, item));
        }
        _ => {}
    }
}

fn is_forbidden_null(value: &Value, schema: &Value) -> bool {
    value.is_null() && schema.is_object() && !flag(schema, "nullable")
}
