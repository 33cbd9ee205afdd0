//! Rules of `x-kubernetes-validations`: what they have to say, and whether they can be evaluated.

use crate::apimachinery::{FieldError, FieldErrors, rule_errors};
use crate::base::Value;

const REASONS: &[&str] =
    &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What is wrong with the form of the rules at the top of a schema.
pub(super) fn form_errors(schema: &Value, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let rules = schema.get("x-kubernetes-validations").and_then(Value::as_array);
    for (index, rule) in rules.into_iter().flatten().enumerate() {
        let at = |name: &str| format!("{path}.x-kubernetes-validations[{index}].{name}");
        let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default();
        let breaks = |text: &str| text.trim().contains(['\n', '\r']);
        let (source, message) = (text("rule"), text("message"));
        if source.trim().is_empty() {
            errors.push(FieldError::required(at("rule"), "rule is not specified"));
        } else if !message.is_empty() && message.trim().is_empty() {
            errors.push(FieldError::invalid(
                at("message"),
                message,
                "message must be non-empty if specified",
            ));
        } else if breaks(message) {
            errors.push(FieldError::invalid(at("message"), message, "message must not contain line breaks"));
        } else if breaks(source) && message.trim().is_empty() {
            let detail = "message must be specified if rule contains line breaks";
            errors.push(FieldError::required(at("message"), detail));
        }
        let told = text("messageExpression");
        if !told.is_empty() && told.trim().is_empty() {
            let detail = "messageExpression must be non-empty if specified";
            errors.push(FieldError::required(at("messageExpression"), detail));
        }
        if !text("reason").is_empty() && !REASONS.contains(&text("reason")) {
            errors.push(FieldError::not_supported(at("reason"), text("reason"), REASONS));
        }
        let field = text("fieldPath");
        if !field.is_empty() && !is_field(schema, field) {
            errors.push(FieldError::invalid(at("fieldPath"), field, "fieldPath must be a valid path"));
        }
    }
    errors
}

/// Whether a path such as `.spec.name` leads to a field.
fn is_field(schema: &Value, path: &str) -> bool {
    let Some(path) = path.strip_prefix('.') else { return path.starts_with('[') };
    let mut schema = schema;
    path.split(['.', '[']).all(|part| {
        let name = part.trim_end_matches(']').trim_matches('\'');
        let property = schema.get("properties").and_then(|properties| properties.get(name));
        match property.or_else(|| schema.get("additionalProperties")) {
            Some(part) => {
                schema = part;
                true
            }
            None => false,
        }
    })
}

/// What keeps the rules of a schema from being evaluated, at every depth.
pub(super) fn expression_errors(schema: &Value, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    collect(schema, path, None, true, &mut errors);
    errors
}

fn collect(schema: &Value, path: &str, uncorrelated: Option<&str>, is_root: bool, errors: &mut FieldErrors) {
    let mark = |kept: bool| if kept { uncorrelated } else { uncorrelated.or(Some(path)) };
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        collect(values, &format!("{path}.additionalProperties"), uncorrelated, false, errors);
    }
    let granular = schema.get("x-kubernetes-map-type").is_none_or(|kind| kind == "granular");
    for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        collect(part, &format!("{path}.properties[{name}]"), mark(granular), false, errors);
    }
    if let Some(items) = schema.get("items") {
        let keyed = schema.get("x-kubernetes-list-type").is_some_and(|kind| kind == "map");
        collect(items, &format!("{path}.items"), mark(keyed), false, errors);
    }
    errors.extend(rule_errors(schema, path, uncorrelated, is_root));
}
