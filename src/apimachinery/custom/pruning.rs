//! Drops the fields that a structural schema does not name (`apiextensions-apiserver/pkg/apiserver/schema/pruning`).

use crate::base::Value;

use super::flag;

/// Fields that every object has.
const OBJECT_FIELDS: &[&str] = &["apiVersion", "kind", "metadata"];

/// Prunes a whole object; the paths of what went are added to `dropped`.
pub(super) fn prune_root(schema: &Value, value: &mut Value, dropped: &mut Vec<String>) {
    prune(Some(schema), value, true, "", dropped);
}

fn prune(schema: Option<&Value>, value: &mut Value, is_object: bool, path: &str, dropped: &mut Vec<String>) {
    // A schema that is `true` names nothing.
    let schema = schema.filter(|schema| schema.is_object());
    let keeps = schema.is_some_and(|schema| flag(schema, "x-kubernetes-preserve-unknown-fields"));
    match value {
        Value::Object(fields) => fields.retain(|key, value| {
            if is_object && OBJECT_FIELDS.contains(&key.as_str()) {
                return true;
            }
            let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            let part = schema.and_then(|schema| {
                let property = schema.get("properties").and_then(|properties| properties.get(key));
                property.or_else(|| schema.get("additionalProperties"))
            });
            match part {
                Some(part) => prune(Some(part), value, is_embedded(part), &path, dropped),
                None if keeps => {}
                None => {
                    dropped.push(path);
                    return false;
                }
            }
            true
        }),
        Value::Array(items) => {
            let part = schema.and_then(|schema| schema.get("items"));
            if part.is_none() && keeps {
                return;
            }
            for (index, item) in items.iter_mut().enumerate() {
                prune(part, item, part.is_some_and(is_embedded), &format!("{path}[{index}]"), dropped);
            }
        }
        _ => {}
    }
}

fn is_embedded(schema: &Value) -> bool {
    flag(schema, "x-kubernetes-embedded-resource")
}
