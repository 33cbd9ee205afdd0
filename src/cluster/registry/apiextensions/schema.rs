//! Rules of every part of a definition's schema (`ValidateCustomResourceDefinitionOpenAPISchema`).

use crate::apimachinery::{FieldError, FieldErrors};
use crate::base::{Map, Value};

use super::{rules, structural};

/// The types that a schema may name.
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Keywords of JSON Schema that definitions may not use.
const UNSUPPORTED: &[&str] =
    &["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

/// Keywords that the root may use when there is a status subresource, and Go's names of the others.
const NOT_AT_ROOT: &[&str] = &[
    "enum",
    "maxProperties",
    "minProperties",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "additionalProperties",
    "default",
    "nullable",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
];

const AT_ROOT: &str = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

/// What is wrong with a version's schema; `path` leads to `openAPIV3Schema`.
pub(super) fn errors(schema: &Value, has_status: bool, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if has_status {
        root_errors(schema, path, &mut errors);
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        errors.push(FieldError::forbidden(format!("{path}.nullable"), "nullable cannot be true at the root"));
    }
    let structure = structural::errors(schema, path);
    part_errors(schema, path, true, &mut errors);
    errors.extend(structure);
    // Rules of a schema that is wrong itself would be told wrong things.
    if errors.is_empty() {
        errors.extend(rules::expression_errors(schema, path));
    }
    errors
}

fn root_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    let found = text(schema, "type");
    if !found.is_empty() && found != "object" {
        let detail = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        errors.push(FieldError::invalid(format!("{path}.type"), found, detail));
    } else if NOT_AT_ROOT.iter().any(|name| schema.get(*name).is_some()) {
        let detail = format!(
            "only {AT_ROOT} fields are allowed at the root of the schema if the status subresource is enabled"
        );
        errors.push(FieldError::invalid(path, schema.clone(), detail));
    }
}

fn text<'a>(schema: &'a Value, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn part_errors(schema: &Value, path: &str, is_root: bool, errors: &mut FieldErrors) {
    let Value::Object(fields) = schema else { return };
    standard_errors(fields, path, errors);
    let properties = fields.get("properties").and_then(Value::as_object).filter(|map| !map.is_empty());
    if let Some(values) = fields.get("additionalProperties") {
        let path = format!("{path}.additionalProperties");
        if properties.is_some() && *values != Value::Bool(true) {
            let detail = "additionalProperties and properties are mutual exclusive";
            errors.push(FieldError::forbidden(path.clone(), detail));
        }
        part_errors(values, &path, false, errors);
    }
    for (name, part) in properties.into_iter().flatten() {
        let at = format!("{path}.properties[{name}]");
        if is_root
            && matches!(name.as_str(), "metadata" | "kind" | "apiVersion")
            && part.get("default").is_some()
        {
            let detail = format!("must not be set in top-level {name}");
            errors.push(FieldError::forbidden(format!("{at}.default"), detail));
        }
        part_errors(part, &at, false, errors);
    }
    if let Some(part) = fields.get("not") {
        part_errors(part, &format!("{path}.not"), false, errors);
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let parts = fields.get(keyword).and_then(Value::as_array).into_iter().flatten();
        for (index, part) in parts.enumerate() {
            part_errors(part, &format!("{path}.{keyword}[{index}]"), false, errors);
        }
    }
    if let Some(part) = fields.get("items") {
        part_errors(part, &format!("{path}.items"), false, errors);
    }
    merging_errors(schema, path, errors);
    list_map_errors(schema, path, errors);
    errors.extend(rules::form_errors(schema, path));
}

fn standard_errors(fields: &Map, path: &str, errors: &mut FieldErrors) {
    if let Some(found) = fields.get("type").and_then(Value::as_str)
        && !found.is_empty()
        && !TYPES.contains(&found)
    {
        errors.push(FieldError::not_supported(format!("{path}.type"), found, TYPES));
    }
    for name in UNSUPPORTED {
        if fields.contains_key(name) {
            errors.push(FieldError::forbidden(format!("{path}.{name}"), format!("{name} is not supported")));
        }
    }
    if fields.get("items").is_some_and(Value::is_array) {
        let detail = "items must be a schema object and not an array";
        errors.push(FieldError::forbidden(format!("{path}.items"), detail));
    }
    if fields.get("uniqueItems") == Some(&Value::Bool(true)) {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        errors.push(FieldError::forbidden(format!("{path}.uniqueItems"), detail));
    }
    if fields.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(false)) {
        let at = format!("{path}.x-kubernetes-preserve-unknown-fields");
        errors.push(FieldError::invalid(at, false, "must be true or undefined"));
    }
    if let Some(pattern) = fields.get("pattern").and_then(Value::as_str)
        && let Err(error) = regex::Regex::new(pattern)
    {
        let last = error.to_string().lines().last().unwrap_or_default().to_owned();
        errors.push(FieldError::invalid(
            format!("{path}.pattern"),
            pattern,
            format!("must be a valid regular expression, but isn't: {last}"),
        ));
    }
}

/// `x-kubernetes-map-type` and `x-kubernetes-list-type`.
fn merging_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    let found = text(schema, "type");
    for (extension, wanted, supported) in [
        ("x-kubernetes-map-type", "object", &["atomic", "granular"][..]),
        ("x-kubernetes-list-type", "array", &["atomic", "set", "map"][..]),
    ] {
        let Some(value) = schema.get(extension) else { continue };
        if found != wanted {
            let (at, detail) =
                (format!("{path}.type"), format!("must be {wanted} if {extension} is specified"));
            errors.push(if found.is_empty() {
                FieldError::required(at, detail)
            } else {
                FieldError::invalid(at, found, detail)
            });
        }
        if !value.as_str().is_some_and(|value| supported.contains(&value)) {
            errors.push(FieldError::not_supported(format!("{path}.{extension}"), value.clone(), supported));
        }
    }
    let items = schema.get("items").unwrap_or(&Value::Null);
    if text(schema, "x-kubernetes-list-type") == "set" && found == "array" {
        let extension = match text(items, "type") {
            "array" if !matches!(text(items, "x-kubernetes-list-type"), "" | "atomic") => {
                "x-kubernetes-list-type"
            }
            "object" if text(items, "x-kubernetes-map-type") != "atomic" => "x-kubernetes-map-type",
            _ => return,
        };
        let value = items.get(extension).cloned().unwrap_or_default();
        let detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        errors.push(FieldError::invalid(format!("{path}.items.{extension}"), value, detail));
    }
}

/// Lists told apart by keys.
fn list_map_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    let keys = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let (list_type, items) = (schema.get("x-kubernetes-list-type"), schema.get("items"));
    let is_map = list_type.is_some_and(|list_type| list_type == "map");
    let (type_at, keys_at) =
        (format!("{path}.x-kubernetes-list-type"), format!("{path}.x-kubernetes-list-map-keys"));
    if !keys.is_empty() && !is_map {
        let detail = "must be map if x-kubernetes-list-map-keys is non-empty";
        errors.push(match list_type {
            None => FieldError::required(type_at, detail),
            Some(found) => FieldError::invalid(type_at, found.clone(), detail),
        });
    }
    if !is_map {
        return;
    }
    if keys.is_empty() {
        errors.push(FieldError::required(
            keys_at.clone(),
            "must not be empty if x-kubernetes-list-type is map",
        ));
    }
    let Some(items) = items else {
        let detail = "must have a schema if x-kubernetes-list-type is map";
        errors.push(FieldError::required(format!("{path}.items"), detail));
        return;
    };
    if text(items, "type") != "object" {
        let detail = "must be object if parent array's x-kubernetes-list-type is map";
        errors.push(FieldError::invalid(format!("{path}.items.type"), text(items, "type"), detail));
        return;
    }
    let all_keys = Value::Array(keys.to_vec());
    for (index, key) in keys.iter().enumerate() {
        let name = key.as_str().unwrap_or_default();
        let at = format!("{path}.items.properties[{name}]");
        let Some(part) = items.get("properties").and_then(|properties| properties.get(name)) else {
            let detail = "entries must all be names of item properties";
            errors.push(FieldError::invalid(keys_at.clone(), all_keys.clone(), detail));
            continue;
        };
        if matches!(text(part, "type"), "array" | "object") {
            let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
            errors.push(FieldError::invalid(format!("{at}.type"), text(part, "type"), detail));
        }
        if keys[..index].contains(key) {
            errors.push(FieldError::invalid(
                keys_at.clone(),
                all_keys.clone(),
                "must not contain duplicate entries",
            ));
        }
        let required =
            items.get("required").and_then(Value::as_array).is_some_and(|names| names.contains(key));
        if !required && part.get("default").is_none() {
            let detail = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.push(FieldError::required(format!("{at}.default"), detail));
        }
    }
}
