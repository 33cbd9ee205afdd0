//! What is wrong with the conversion that a definition asks for.

use std::collections::BTreeSet;

use crate::apimachinery::{FieldErrors, validate_dns1035_label};

use super::super::validation::{Field, webhook_client_errors};

/// The versions of a `ConversionReview` that are understood.
const REVIEW_VERSIONS: &[&str] = &["v1", "v1beta1"];

/// What upstream says about `spec.conversion`, under the names that its fields have inside the server.
pub(super) fn errors(spec: &Field<'_>) -> FieldErrors {
    let conversion = spec.child("conversion");
    let (strategy, webhook) = (conversion.child("strategy"), conversion.child("webhook"));
    let inner = |field: &str, name: &str| {
        Field::at(format!("{}.{name}", conversion.path()), webhook.child(field).value())
    };
    let client = inner("clientConfig", "webhookClientConfig");
    let versions = inner("conversionReviewVersions", "conversionReviewVersions");
    let mut errors = FieldErrors::new();
    match strategy.text() {
        "" => errors.push(strategy.required("")),
        "None" | "Webhook" => {}
        _ => errors.push(strategy.not_supported(&["None", "Webhook"])),
    }
    if strategy.text() != "Webhook" {
        let detail = "should not be set when strategy is not set to Webhook";
        errors.extend(
            [client, versions].iter().filter(|part| !part.is_empty()).map(|part| part.forbidden(detail)),
        );
        return errors;
    }
    if client.is_absent() {
        errors.push(client.required("required when strategy is set to Webhook"));
    } else {
        errors.extend(webhook_client_errors(&client));
    }
    errors.extend(version_errors(&versions));
    errors
}

fn version_errors(versions: &Field<'_>) -> FieldErrors {
    if versions.is_empty() {
        return vec![versions.required("")];
    }
    let (mut errors, mut seen) = (FieldErrors::new(), BTreeSet::new());
    for version in versions.items() {
        if !seen.insert(version.text()) {
            errors.push(version.invalid("duplicate version"));
            continue;
        }
        errors.extend(version.invalid_all(validate_dns1035_label(version.text())));
    }
    if !seen.iter().any(|version| REVIEW_VERSIONS.contains(version)) {
        errors.push(versions.invalid(format!("must include at least one of {}", REVIEW_VERSIONS.join(", "))));
    }
    errors
}
