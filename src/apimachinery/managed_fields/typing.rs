//! Whether a configuration that is applied has the types that it must have (`typed/validate.go` of
//! structured-merge-diff): its words differ from those of the decoders.

use std::collections::BTreeSet;

use super::element;
use super::typed::Node;
use crate::apimachinery::go_value::go_value;
use crate::apimachinery::kinds::Kind;
use crate::apimachinery::schema::{self, FieldType, ListType, TypeSchema};
use crate::base::Value;

/// What in a configuration is not as its kind says, with the path of each.
#[must_use]
pub fn typing_errors(kind: &Kind, configuration: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    if let Some(schema) = schema::of(kind).filter(|_| kind.custom.is_none()) {
        message(schema, configuration, "", &mut errors);
    }
    errors
}

/// A value as Go's `%v` prints the pointer that holds it.
fn held(value: &Value) -> String {
    format!("&{{{}}}", go_value(value))
}

/// A value as Go's `%#v` prints it.
fn spelled(value: &Value) -> String {
    let inner = match value {
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
            format!("map[string]interface {{}}{{{}}}", entries.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        other => other.to_string(),
    };
    format!("&value.valueUnstructured{{Value:{inner}}}")
}

fn message(schema: &'static TypeSchema, value: &Value, path: &str, errors: &mut Vec<String>) {
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Null => return,
        other => return errors.push(format!("{path}: expected map, got {}", held(other))),
    };
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        match schema.field(name) {
            None => errors.push(format!("{path}: field not declared in schema")),
            Some(field) => typed(&field.field_type, field.list_type, value, &path, errors),
        }
    }
}

fn typed(wanted: &'static FieldType, list: ListType, value: &Value, path: &str, errors: &mut Vec<String>) {
    let found = match (wanted, value) {
        (_, Value::Null) | (FieldType::Any, _) => return,
        (FieldType::Message(reference), value) => return message(reference.schema(), value, path, errors),
        (FieldType::Array(of), Value::Array(items)) => return self::items(of, list, items, path, errors),
        (FieldType::Map(of), Value::Object(entries)) => {
            for (name, value) in entries {
                typed(of, ListType::Atomic, value, &format!("{path}.{name}"), errors);
            }
            return;
        }
        (FieldType::Array(_), value) => format!("expected list, got {}", held(value)),
        (FieldType::Map(_), value) => format!("expected map, got {}", held(value)),
        (FieldType::String | FieldType::Bytes, value) if !value.is_string() => {
            format!("expected string, got {}", spelled(value))
        }
        (FieldType::Boolean, value) if !value.is_boolean() => {
            format!("expected boolean, got {}", spelled(value))
        }
        (FieldType::Integer32 | FieldType::Integer64 | FieldType::Number, value) if !value.is_number() => {
            let found = match value {
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                Value::Array(_) => "[]interface {}",
                _ => "map[string]interface {}",
            };
            format!("expected numeric (int or float), got {found}")
        }
        (
            FieldType::Time | FieldType::MicroTime | FieldType::Quantity | FieldType::IntOrString,
            value @ (Value::Array(_) | Value::Object(_)),
        ) => format!("expected any scalar, got {}", spelled(value)),
        _ => return,
    };
    errors.push(format!("{path}: {found}"));
}

/// Items of a list: told apart by keys, by themselves, or by where they stand.
fn items(of: &'static FieldType, list: ListType, items: &[Value], path: &str, errors: &mut Vec<String>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let place = match list {
            ListType::Atomic => format!("[{index}]"),
            ListType::Set => format!("[={item}]"),
            ListType::Map(keys) => {
                let named = element(Node::Items(of, keys), item);
                let named: Value = serde_json::from_str(named.trim_start_matches("k:")).unwrap_or_default();
                if let Some(missing) = keys.iter().find(|key| named.get(**key).is_none_or(Value::is_null)) {
                    errors.push(format!("{path}: element {index}: associative list with keys has an element that omits key field {missing:?} (and doesn't have default value)"));
                    return;
                }
                let parts: Vec<String> = keys.iter().map(|key| format!("{key}={}", named[*key])).collect();
                format!("[{}]", parts.join(","))
            }
        };
        let below = format!("{path}{place}");
        if let Some(place) = seen.replace(place) {
            errors.push(format!("{path}: duplicate entries for key {place}"));
        }
        typed(of, ListType::Atomic, item, &below, errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, DEPLOYMENT, SERVICE};
    use crate::base::json;

    #[test]
    fn configurations_must_have_the_types_of_their_kind() {
        let of = |containers: Value| json!({"spec": {"replicas": "x", "template": {"spec": {"containers": containers}}}});
        let errors = typing_errors(
            &DEPLOYMENT,
            &of(json!([{"name": "a", "env": [{"name": "N", "value": 1}]}, {"name": "a", "imagee": "x"}])),
        );
        assert_eq!(
            errors,
            [
                ".spec.replicas: expected numeric (int or float), got string",
                ".spec.template.spec.containers[name=\"a\"].env[name=\"N\"].value: expected string, got &value.valueUnstructured{Value:1}",
                ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]",
                ".spec.template.spec.containers[name=\"a\"].imagee: field not declared in schema",
            ]
        );
        let errors = typing_errors(&DEPLOYMENT, &of(json!([{"image": "b"}])));
        assert_eq!(
            errors[1],
            ".spec.template.spec.containers: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)"
        );
        let errors = typing_errors(&CONFIG_MAP, &json!({"data": ["x"], "immutable": "yes"}));
        assert_eq!(
            errors,
            [
                ".data: expected map, got &{[x]}",
                ".immutable: expected boolean, got &value.valueUnstructured{Value:\"yes\"}"
            ]
        );
        let ports = json!([{"port": 53}, {"port": 53, "protocol": "UDP"}]);
        assert!(typing_errors(&SERVICE, &json!({"spec": {"ports": ports}})).is_empty());
    }
}
