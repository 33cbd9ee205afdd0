//! Judges a value by a structural schema, in the words of `k8s.io/kube-openapi/pkg/validation`.

use std::collections::BTreeSet;

use regex::Regex;

use super::{flag, formats, property};
use crate::apimachinery::field_error::{FieldError, FieldErrorType, FieldErrors};
use crate::apimachinery::validate_dns1035_label;
use crate::base::{Map, Number, Value};

/// What is wrong with a value that stands at `path` (empty for a whole object).
#[must_use]
pub fn validate(schema: &Value, value: &Value, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    check(schema, value, path, &mut errors);
    errors.extend(list_errors(schema, value, path));
    errors
}

fn check(schema: &Value, value: &Value, path: &str, errors: &mut FieldErrors) {
    if !schema.is_object() || (value.is_null() && flag(schema, "nullable")) {
        return;
    }
    if let Some(error) = wrong_type(schema, value, path) {
        errors.push(error);
        return;
    }
    enum_errors(schema, value, path, errors);
    match value {
        Value::String(text) => text_errors(schema, text, path, errors),
        Value::Number(_) => number_errors(schema, value, path, errors),
        Value::Array(items) => array_errors(schema, items, path, errors),
        Value::Object(fields) => object_errors(schema, fields, path, errors),
        _ => {}
    }
    combination_errors(schema, value, path, errors);
    if let Some(fields) = value.as_object().filter(|_| flag(schema, "x-kubernetes-embedded-resource")) {
        embedded_errors(fields, path, errors);
    }
}

/// What a whole object within an object lacks (`validateEmbeddedResource`).
fn embedded_errors(fields: &Map, path: &str, errors: &mut FieldErrors) {
    let empty = "must not be empty";
    for name in ["apiVersion", "kind"] {
        let place = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match fields.get(name) {
            None => errors.push(FieldError::required(place, empty)),
            Some(Value::String(text)) if text.is_empty() => {
                errors.push(FieldError::invalid(place, "", empty));
            }
            Some(Value::String(kind)) if name == "kind" => {
                let wrong = validate_dns1035_label(&kind.to_lowercase());
                if !wrong.is_empty() {
                    let detail =
                        format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
                    errors.push(FieldError::invalid(place, kind.as_str(), detail));
                }
            }
            Some(_) => {}
        }
    }
}

/// The JSON type of a value in the words of OpenAPI.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_whole(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn wrong_type(schema: &Value, value: &Value, path: &str) -> Option<FieldError> {
    let found = type_of(value);
    let wanted = if flag(schema, "x-kubernetes-int-or-string") {
        "integer,string"
    } else {
        schema.get("type").and_then(Value::as_str).unwrap_or_default()
    };
    let fits = wanted.is_empty()
        || wanted.split(',').any(|wanted| wanted == found)
        || (wanted == "number" && found == "integer");
    if fits {
        return None;
    }
    let message = format!("{} must be of type {wanted}: {found:?}", in_body(path));
    Some(FieldError::invalid(shown(path), found, message))
}

/// `spec.replicas in body`; nothing before it for a whole object.
fn in_body(path: &str) -> String {
    format!("{path} in body")
}

/// The path of an error; upstream shows `<nil>` where it knows none.
fn shown(path: &str) -> String {
    if path.is_empty() { "<nil>".to_owned() } else { path.to_owned() }
}

fn invalid(path: &str, value: &Value, message: String) -> FieldError {
    FieldError::invalid(shown(path), value.clone(), message)
}

fn enum_errors(schema: &Value, value: &Value, path: &str, errors: &mut FieldErrors) {
    let Some(allowed) = schema.get("enum").and_then(Value::as_array).filter(|allowed| !allowed.is_empty())
    else {
        return;
    };
    if allowed.contains(value) {
        return;
    }
    let texts: Vec<String> =
        allowed.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    errors.push(FieldError::not_supported(shown(path), value.clone(), &texts));
}

fn text_errors(schema: &Value, text: &str, path: &str, errors: &mut FieldErrors) {
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let value = Value::from(text);
    if let Some(most) = schema.get("maxLength").and_then(Value::as_u64).filter(|most| length > *most) {
        let detail = format!("may not be more than {most} bytes");
        errors.push(FieldError::new(shown(path), FieldErrorType::TooLong, value.clone(), detail));
    }
    if let Some(least) = schema.get("minLength").and_then(Value::as_u64).filter(|least| length < *least) {
        let message = format!("{} should be at least {least} chars long", in_body(path));
        errors.push(invalid(path, &value, message));
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        && Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text))
    {
        errors.push(invalid(path, &value, format!("{} should match '{pattern}'", in_body(path))));
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && !formats::fits(format, text)
    {
        errors.push(invalid(path, &value, format!("{} must be of type {format}: {text:?}", in_body(path))));
    }
}

fn number_errors(schema: &Value, value: &Value, path: &str, errors: &mut FieldErrors) {
    let number = value.as_f64().unwrap_or_default();
    let limit = |name: &str| schema.get(name).filter(|limit| limit.is_number());
    let mut add = |words: &str, limit: &Value| {
        errors.push(invalid(path, value, format!("{} should be {words} {limit}", in_body(path))));
    };
    if let Some(most) = limit("maximum") {
        let bound = most.as_f64().unwrap_or_default();
        if flag(schema, "exclusiveMaximum") && number >= bound {
            add("less than", most);
        } else if number > bound {
            add("less than or equal to", most);
        }
    }
    if let Some(least) = limit("minimum") {
        let bound = least.as_f64().unwrap_or_default();
        if flag(schema, "exclusiveMinimum") && number <= bound {
            add("greater than", least);
        } else if number < bound {
            add("greater than or equal to", least);
        }
    }
    if let Some(factor) = limit("multipleOf") {
        let quotient = number / factor.as_f64().unwrap_or(1.0);
        if quotient.fract() != 0.0 {
            add("a multiple of", factor);
        }
    }
}

fn too_many(path: &str, found: usize, most: u64) -> FieldError {
    FieldError::too_many(shown(path), found, most)
}

fn exceeds(found: usize, schema: &Value, name: &str) -> Option<u64> {
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    schema.get(name).and_then(Value::as_u64).filter(|most| found > *most)
}

fn falls_short(found: usize, schema: &Value, name: &str) -> Option<u64> {
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    schema.get(name).and_then(Value::as_u64).filter(|least| found < *least)
}

fn array_errors(schema: &Value, items: &[Value], path: &str, errors: &mut FieldErrors) {
    if let Some(part) = schema.get("items") {
        for (index, item) in items.iter().enumerate() {
            check(part, item, &format!("{path}[{index}]"), errors);
        }
    }
    let value = || Value::Array(items.to_vec());
    if let Some(least) = falls_short(items.len(), schema, "minItems") {
        errors.push(invalid(path, &value(), format!("{} should have at least {least} items", in_body(path))));
    }
    if let Some(most) = exceeds(items.len(), schema, "maxItems") {
        errors.push(too_many(path, items.len(), most));
    }
}

fn object_errors(schema: &Value, fields: &Map, path: &str, errors: &mut FieldErrors) {
    let child = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let value = || Value::Object(fields.clone());
    if let Some(least) = falls_short(fields.len(), schema, "minProperties") {
        let message = format!("{} should have at least {least} properties", in_body(path));
        errors.push(invalid(path, &value(), message));
    }
    if let Some(most) = exceeds(fields.len(), schema, "maxProperties") {
        errors.push(too_many(path, fields.len(), most));
    }
    for name in
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        if !fields.contains_key(name) {
            errors.push(FieldError::required(child(name), ""));
        }
    }
    for (name, value) in fields {
        match property(schema, name) {
            Some(Value::Bool(false)) => {
                let message = format!("{} is a forbidden property", in_body(&child(name)));
                errors.push(invalid(path, value, message));
            }
            Some(part) => check(part, value, &child(name), errors),
            None => {}
        }
    }
}

fn combination_errors(schema: &Value, value: &Value, path: &str, errors: &mut FieldErrors) {
    let parts = |name: &str| schema.get(name).and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let fits = |part: &&Value| {
        let mut found = FieldErrors::new();
        check(part, value, path, &mut found);
        found.is_empty()
    };
    let mut add = |message: String| {
        errors.push(FieldError::invalid("<nil>", "", format!("{path:?} {message}")));
    };
    if let Some(any_of) = parts("anyOf")
        && !any_of.iter().any(|part| fits(&part))
    {
        add("must validate at least one schema (anyOf)".to_owned());
    }
    if let Some(one_of) = parts("oneOf") {
        let found = one_of.iter().filter(fits).count();
        if found != 1 {
            let why = match found {
                0 => "Found none valid".to_owned(),
                count => format!("Found {count} valid alternatives"),
            };
            add(format!("must validate one and only one schema (oneOf). {why}"));
        }
    }
    if let Some(all_of) = parts("allOf") {
        let found = all_of.iter().filter(fits).count();
        if found < all_of.len() {
            let none = if found == 0 { ". None validated" } else { "" };
            add(format!("must validate all the schemas (allOf){none}"));
        }
    }
    if let Some(not) = schema.get("not").filter(|not| not.is_object())
        && fits(&not)
    {
        add("must not validate the schema (not)".to_owned());
    }
    // Upstream tells what keeps each alternative from fitting, too.
    if let Some(all_of) = parts("allOf") {
        all_of.iter().for_each(|part| check(part, value, path, errors));
    }
}

/// Items that a set or a list told apart by keys has twice (`schema/listtype`).
fn list_errors(schema: &Value, value: &Value, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    match value {
        Value::Array(items) => {
            let keys: Vec<&str> = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
                Some("map") => schema["x-kubernetes-list-map-keys"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect(),
                _ => Vec::new(),
            };
            let is_set = schema.get("x-kubernetes-list-type").is_some_and(|list_type| list_type == "set");
            let mut seen = BTreeSet::new();
            for (index, item) in items.iter().enumerate() {
                let identity = if is_set {
                    item.clone()
                } else if keys.is_empty() {
                    break;
                } else {
                    let pairs =
                        keys.iter().filter_map(|key| Some(((*key).to_owned(), item.get(*key)?.clone())));
                    Value::Object(pairs.collect())
                };
                if !seen.insert(identity.to_string()) {
                    errors.push(FieldError::duplicate(format!("{path}[{index}]"), identity));
                }
            }
            if let Some(part) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    errors.extend(list_errors(part, item, &format!("{path}[{index}]")));
                }
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                if let Some(part) = property(schema, name) {
                    errors.extend(list_errors(part, value, &path));
                }
            }
        }
        _ => {}
    }
    errors
}
