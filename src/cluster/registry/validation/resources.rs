//! Rules of requests and limits.

use crate::apimachinery::{FieldErrors, Quantity, validate_label_key};
use crate::base::Value;

use super::field::Field;

/// Resources that containers have without anybody providing them.
const STANDARD: &[&str] = &["cpu", "memory", "ephemeral-storage"];
/// What a client is told about half a device or half a huge page.
const INTEGER: &str = "must be an integer";

/// Says what is wrong with the name of an amount.
type NameRule = fn(&Field<'_>, &str) -> FieldErrors;

/// What is wrong with the resources of a container (`ValidateContainerResourceRequirements`).
pub(super) fn resource_errors(resources: &Field<'_>) -> FieldErrors {
    requirement_errors(resources, container_name_errors)
}

/// The same for resources that have other names.
pub(super) fn requirement_errors(resources: &Field<'_>, rule: NameRule) -> FieldErrors {
    let (limits, requests) = (resources.child("limits"), resources.child("requests"));
    let mut errors = amount_errors(&limits, rule);
    errors.extend(amount_errors(&requests, rule));
    for (name, request) in requests.map().into_iter().flatten() {
        let Some(limit) = limits.map().and_then(|limits| limits.get(name)) else { continue };
        let (Some(requested), Some(limited)) = (Quantity::from_value(request), Quantity::from_value(limit))
        else {
            continue;
        };
        if requested > limited {
            let detail = format!("must be less than or equal to {name} limit of {limited}");
            errors.push(requests.invalid_value(requested.to_string(), detail));
        } else if requested < limited && !STANDARD.contains(&name.as_str()) {
            let detail = format!("must be equal to {name} limit of {limited}");
            errors.push(requests.invalid_value(requested.to_string(), detail));
        }
    }
    errors
}

fn amount_errors(amounts: &Field<'_>, rule: NameRule) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (name, amount) in amounts.map().into_iter().flatten() {
        let named = Field::at(format!("{}[{name}]", amounts.path()), amounts.child(name).value());
        errors.extend(rule(&named, name));
        let Some(amount) = Quantity::from_value(amount) else { continue };
        if amount.is_negative() {
            errors.push(named.invalid_value(amount.to_string(), "must be greater than or equal to 0"));
        } else if !STANDARD.contains(&name.as_str()) && amount.milli() % 1000 != 0 {
            errors.push(named.invalid_value(amount.to_string(), INTEGER));
        }
    }
    errors
}

/// What is wrong with the name of any resource (`validateResourceName`).
pub(super) fn name_errors(named: &Field<'_>, name: &str) -> FieldErrors {
    let mut messages = validate_label_key(name);
    if messages.is_empty() && is_nothing(name) {
        messages.push("must be a standard resource type or fully qualified".to_owned());
    }
    messages.into_iter().map(|message| named.invalid_value(Value::from(name), message)).collect()
}

fn container_name_errors(named: &Field<'_>, name: &str) -> FieldErrors {
    let mut errors = name_errors(named, name);
    if validate_label_key(name).is_empty() && is_nothing(name) {
        errors.push(named.invalid_value(Value::from(name), "must be a standard resource for containers"));
    }
    errors
}

/// Whether a name is neither one that everybody knows nor somebody's.
fn is_nothing(name: &str) -> bool {
    !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with("hugepages-")
}
