//! Structural rules of schemas (`apiextensions-apiserver/pkg/apiserver/schema`, `ValidateStructural`).

use crate::apimachinery::{FieldError, FieldErrors, validate_by_schema};
use crate::base::{Key, Map, Value};

/// Where in a schema a part of it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Field,
    Item,
}

/// Keywords that combine schemas, and may only judge values, not describe them.
const COMBINATIONS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// What is wrong with the structure of a whole schema, sorted by text.
pub(super) fn errors(schema: &Value, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    invariants(schema, Level::Root, path, &mut errors);
    completeness(schema, schema, path, &mut errors);
    errors.sort_by_cached_key(ToString::to_string);
    errors.dedup();
    if errors.is_empty() {
        default_errors(schema, path, &mut errors);
    }
    errors
}

fn text<'a>(schema: &'a Value, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name) == Some(&Value::Bool(true))
}

fn properties(schema: &Value) -> impl Iterator<Item = (&Key, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema.get("properties").and_then(|properties| properties.get(name))
}

fn invariants(schema: &Value, level: Level, path: &str, errors: &mut FieldErrors) {
    if !schema.is_object() {
        return;
    }
    if text(schema, "type") == "array" && schema.get("items").is_none() {
        errors.push(FieldError::required(format!("{path}.items"), "must be specified"));
    }
    if let Some(items) = schema.get("items") {
        invariants(items, Level::Item, &format!("{path}.items"), errors);
    }
    for (name, part) in properties(schema) {
        invariants(part, Level::Field, &format!("{path}.properties[{name}]"), errors);
    }
    if let Some(values) = schema.get("additionalProperties") {
        let path = format!("{path}.additionalProperties");
        if level == Level::Root {
            errors.push(FieldError::forbidden(path.clone(), "must not be used at the root"));
        }
        invariants(values, Level::Field, &path, errors);
    }
    extension_errors(schema, path, errors);
    if !is_int_or_string_pattern(schema) {
        combination_errors(schema, path, errors);
    }
    type_errors(schema, level, path, errors);
    object_errors(schema, level, path, errors);
}

fn extension_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    if !flag(schema, "x-kubernetes-int-or-string") {
        return;
    }
    for name in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] {
        if flag(schema, name) {
            let detail = "must be false if x-kubernetes-int-or-string is true";
            errors.push(FieldError::invalid(format!("{path}.{name}"), true, detail));
        }
    }
}

fn type_errors(schema: &Value, level: Level, path: &str, errors: &mut FieldErrors) {
    let (found, at) = (text(schema, "type"), format!("{path}.type"));
    if flag(schema, "x-kubernetes-embedded-resource") && found != "object" {
        let detail = "must be object if x-kubernetes-embedded-resource is true";
        errors.push(if found.is_empty() {
            FieldError::required(at, detail)
        } else {
            FieldError::invalid(at, found, detail)
        });
        return;
    }
    let is_free =
        flag(schema, "x-kubernetes-int-or-string") || flag(schema, "x-kubernetes-preserve-unknown-fields");
    if found.is_empty() && !is_free {
        errors.push(FieldError::required(
            at,
            match level {
                Level::Root => "must not be empty at the root",
                Level::Item => "must not be empty for specified array items",
                Level::Field => "must not be empty for specified object fields",
            },
        ));
    } else if level == Level::Root && !found.is_empty() && found != "object" {
        errors.push(FieldError::invalid(at, found, "must be object at the root"));
    }
}

/// Rules of whole objects, of which `apiVersion`, `kind` and `metadata` belong to Kubernetes.
fn object_errors(schema: &Value, level: Level, path: &str, errors: &mut FieldErrors) {
    let is_embedded = flag(schema, "x-kubernetes-embedded-resource");
    if is_embedded && schema.get("additionalProperties").is_some() {
        let detail = "must not be used if x-kubernetes-embedded-resource is set";
        errors.push(FieldError::forbidden(format!("{path}.additionalProperties"), detail));
    }
    if level != Level::Root && !is_embedded {
        return;
    }
    for name in ["kind", "apiVersion"] {
        if let Some(part) = property(schema, name)
            && text(part, "type") != "string"
        {
            let at = format!("{path}.properties[{name}].type");
            errors.push(FieldError::invalid(at, text(part, "type"), "must be string"));
        }
    }
    if let Some(metadata) = property(schema, "metadata") {
        metadata_errors(metadata, level, &format!("{path}.properties[metadata]"), errors);
    }
    let is_empty = schema.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty);
    if is_embedded && is_empty && !flag(schema, "x-kubernetes-preserve-unknown-fields") {
        let detail = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.push(FieldError::required(format!("{path}.properties"), detail));
    }
}

fn metadata_errors(metadata: &Value, level: Level, path: &str, errors: &mut FieldErrors) {
    if text(metadata, "type") != "object" {
        errors.push(FieldError::invalid(format!("{path}.type"), text(metadata, "type"), "must be object"));
    }
    if level != Level::Root {
        return;
    }
    let only_names = properties(metadata).all(|(name, _)| matches!(name.as_str(), "name" | "generateName"));
    let plain = metadata.as_object().is_none_or(|fields| {
        fields.keys().all(|name| matches!(name.as_str(), "type" | "properties" | "description"))
    });
    if !only_names || !plain {
        let detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        errors.push(FieldError::forbidden(path, detail));
    }
}

/// `anyOf: [{type: integer}, {type: string}]`, alone or first of an allOf, as int-or-string is written.
fn is_int_or_string_pattern(schema: &Value) -> bool {
    let types = |any_of: &Value| {
        let found: Vec<&str> =
            any_of.as_array().into_iter().flatten().map(|part| text(part, "type")).collect();
        found == ["integer", "string"]
    };
    flag(schema, "x-kubernetes-int-or-string")
        && (schema.get("anyOf").is_some_and(types) || schema.pointer("/allOf/0/anyOf").is_some_and(types))
}

fn combination_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    for keyword in COMBINATIONS {
        let parts = schema.get(*keyword).and_then(Value::as_array).into_iter().flatten();
        for (index, part) in parts.enumerate() {
            nested_errors(part, &format!("{path}.{keyword}[{index}]"), errors);
        }
    }
    if let Some(part) = schema.get("not") {
        nested_errors(part, &format!("{path}.not"), errors);
    }
}

/// What a schema below a combining keyword may not say.
fn nested_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    combination_errors(schema, path, errors);
    if let Some(items) = schema.get("items") {
        nested_errors(items, &format!("{path}.items"), errors);
    }
    for (name, part) in properties(schema) {
        nested_errors(part, &format!("{path}.properties[{name}]"), errors);
    }
    let mut forbid = |name: &str, detail: &str| {
        errors.push(FieldError::forbidden(format!("{path}.{name}"), detail));
    };
    for name in ["type", "title", "description"] {
        if !text(schema, name).is_empty() {
            forbid(name, "must be empty to be structural");
        }
    }
    for name in ["additionalProperties", "default"] {
        if schema.get(name).is_some() {
            forbid(name, "must be undefined to be structural");
        }
    }
    let flags = [
        "nullable",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
    ];
    for name in flags {
        if flag(schema, name) {
            forbid(name, "must be false to be structural");
        }
    }
    for name in ["x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type"] {
        if schema.get(name).is_some() {
            forbid(name, "must be undefined to be structural");
        }
    }
    if property(schema, "metadata").is_some() {
        forbid("properties[metadata]", "must not be specified in a nested context");
    }
}

/// What combining keywords speak of must be described outside them.
fn completeness(schema: &Value, outer: &Value, path: &str, errors: &mut FieldErrors) {
    if let Some(items) = schema.get("items") {
        completeness(items, items, &format!("{path}.items"), errors);
    }
    for (name, part) in properties(schema) {
        completeness(part, part, &format!("{path}.properties[{name}]"), errors);
    }
    for keyword in COMBINATIONS {
        let parts = schema.get(*keyword).and_then(Value::as_array).into_iter().flatten();
        for (index, part) in parts.enumerate() {
            described(part, Some(outer), (path, &format!("{path}.{keyword}[{index}]")), errors);
        }
    }
    if let Some(part) = schema.get("not") {
        described(part, Some(outer), (path, &format!("{path}.not")), errors);
    }
}

fn described(part: &Value, outer: Option<&Value>, paths: (&str, &str), errors: &mut FieldErrors) {
    let (outer_path, path) = paths;
    if let Some(items) = part.get("items") {
        let inner = outer.and_then(|outer| outer.get("items"));
        step(items, inner, (&format!("{outer_path}.items"), &format!("{path}.items")), errors);
    }
    for (name, part) in properties(part) {
        let inner = outer.and_then(|outer| property(outer, name));
        let paths = (&*format!("{outer_path}.properties[{name}]"), &*format!("{path}.properties[{name}]"));
        step(part, inner, paths, errors);
    }
    for keyword in COMBINATIONS {
        let parts = part.get(*keyword).and_then(Value::as_array).into_iter().flatten();
        for (index, part) in parts.enumerate() {
            described(part, outer, (outer_path, &format!("{path}.{keyword}[{index}]")), errors);
        }
    }
    if let Some(not) = part.get("not") {
        described(not, outer, (outer_path, &format!("{path}.not")), errors);
    }
}

fn step(part: &Value, outer: Option<&Value>, paths: (&str, &str), errors: &mut FieldErrors) {
    if outer.is_none() {
        errors.push(FieldError::required(paths.0, format!("because it is defined in {}", paths.1)));
    } else {
        described(part, outer, paths, errors);
    }
}

/// Defaults must be what the schema allows.
fn default_errors(schema: &Value, path: &str, errors: &mut FieldErrors) {
    if let Some(default) = schema.get("default") {
        errors.extend(validate_by_schema(schema, default, &format!("{path}.default")));
    }
    for name in ["items", "additionalProperties"] {
        if let Some(part) = schema.get(name).filter(|part| part.is_object()) {
            default_errors(part, &format!("{path}.{name}"), errors);
        }
    }
    for (name, part) in properties(schema) {
        default_errors(part, &format!("{path}.properties[{name}]"), errors);
    }
}
