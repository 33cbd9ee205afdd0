//! Rules of requests and limits.

use serde_json::Value;

use crate::apimachinery::{FieldErrors, Quantity, validate_label_key};

use super::field::Field;

/// Resources that containers have without anybody providing them.
const STANDARD: &[&str] = &["cpu", "memory", "ephemeral-storage"];
/// What a client is told about half a device or half a huge page.
const INTEGER: &str = "must be an integer";

/// What is wrong with the resources of a container (`ValidateContainerResourceRequirements`).
pub(super) fn resource_errors(resources: &Field<'_>) -> FieldErrors {
    let (limits, requests) = (resources.child("limits"), resources.child("requests"));
    let mut errors = amount_errors(&limits);
    errors.extend(amount_errors(&requests));
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

fn amount_errors(amounts: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (name, amount) in amounts.map().into_iter().flatten() {
        let named = Field::at(format!("{}[{name}]", amounts.path()), amounts.child(name).value());
        errors.extend(name_errors(&named, name));
        let Some(amount) = Quantity::from_value(amount) else { continue };
        if amount.is_negative() {
            errors.push(named.invalid_value(amount.to_string(), "must be greater than or equal to 0"));
        } else if !STANDARD.contains(&name.as_str()) && amount.milli() % 1000 != 0 {
            errors.push(named.invalid_value(amount.to_string(), INTEGER));
        }
    }
    errors
}

fn name_errors(named: &Field<'_>, name: &str) -> FieldErrors {
    let messages = validate_label_key(name);
    let standard = STANDARD.contains(&name) || name.starts_with("hugepages-");
    if messages.is_empty() && !name.contains('/') && !standard {
        let details = [
            "must be a standard resource type or fully qualified",
            "must be a standard resource for containers",
        ];
        return details.iter().map(|detail| named.invalid_value(Value::from(name), *detail)).collect();
    }
    messages.into_iter().map(|message| named.invalid_value(Value::from(name), message)).collect()
}
