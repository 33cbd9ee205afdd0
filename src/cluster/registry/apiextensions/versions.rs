//! Versions of definitions: storage, schema, subresources, selectable fields.

use std::collections::BTreeSet;

use crate::apimachinery::{FieldErrors, validate_dns1035_label};
use crate::base::Value;

use super::super::validation::Field;
use super::{printer_columns, schema};

/// The longest warning about a deprecated version.
const WARNING_LENGTH_MAX: usize = 256;

/// What is wrong with the versions of a definition.
pub(super) fn errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let versions = spec.child("versions");
    if spec.child("preserveUnknownFields").value() == &Value::Bool(true) {
        let field = spec.child("preserveUnknownFields");
        let detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.push(field.invalid(detail));
    }
    for version in versions.items() {
        let schema = version.child("schema").child("openAPIV3Schema");
        if schema.is_absent() {
            errors.push(schema.required("schemas are required"));
        }
    }
    let mut names = BTreeSet::new();
    let mut unique = true;
    for version in versions.items() {
        let name = version.child("name");
        unique &= names.insert(name.text());
        let messages = validate_dns1035_label(name.text());
        if !messages.is_empty() {
            errors.push(name.invalid_value(name.text(), messages.join(",")));
        }
        errors.extend(deprecation_errors(&version));
    }
    if !unique {
        errors.push(versions.invalid("must contain unique version names"));
    }
    let stored = versions.items().filter(|version| version.child("storage").value() == &Value::Bool(true));
    if stored.count() != 1 {
        errors.push(versions.invalid("must have exactly one version marked as storage version"));
    }
    errors
}

/// What is wrong with schemas, subresources, columns and selectable fields. What all versions share
/// upstream keeps once, and says so in its paths.
pub(super) fn part_errors(spec: &Field<'_>) -> FieldErrors {
    let versions: Vec<Field<'_>> = spec.child("versions").items().collect();
    let has_status = |version: &Field<'_>| !version.child("subresources").child("status").is_absent();
    let mut errors = FieldErrors::new();
    for (at, version) in parts(spec, &versions, "schema", "validation") {
        let schema = at.child("openAPIV3Schema");
        if !schema.is_absent() {
            errors.extend(schema::errors(schema.value(), has_status(version), schema.path()));
        }
    }
    for (at, _) in parts(spec, &versions, "subresources", "subresources") {
        errors.extend(scale_errors(&at.child("scale")));
    }
    for (at, _) in parts(spec, &versions, "additionalPrinterColumns", "additionalPrinterColumns") {
        errors.extend(at.items().flat_map(|column| printer_columns::errors(&column)));
    }
    for (at, version) in parts(spec, &versions, "selectableFields", "selectableFields") {
        errors.extend(selectable_field_errors(&at, version));
    }
    errors
}

/// The values of a field of every version, each with its version; one value if they are all the same.
fn parts<'a, 'b>(
    spec: &Field<'a>,
    versions: &'b [Field<'a>],
    field: &str,
    shared: &str,
) -> Vec<(Field<'a>, &'b Field<'a>)> {
    let Some(first) = versions.first() else { return Vec::new() };
    let value = |version: &Field<'a>| version.child(field).value();
    if versions.iter().all(|version| value(version) == value(first)) {
        return vec![(Field::at(format!("{}.{shared}", spec.path()), value(first)), first)];
    }
    versions.iter().map(|version| (version.child(field), version)).collect()
}

fn deprecation_errors(version: &Field<'_>) -> FieldErrors {
    let warning = version.child("deprecationWarning");
    if warning.is_absent() {
        return FieldErrors::new();
    }
    let mut errors = FieldErrors::new();
    if version.child("deprecated").value() != &Value::Bool(true) {
        errors.push(warning.invalid("can only be set for deprecated versions"));
    }
    if warning.text().len() > WARNING_LENGTH_MAX {
        errors.push(warning.invalid("must be <= 256 characters long"));
    }
    if warning.text().is_empty() {
        errors.push(warning.invalid("must not be an empty string"));
    }
    errors
}

fn scale_errors(scale: &Field<'_>) -> FieldErrors {
    if scale.is_absent() {
        return FieldErrors::new();
    }
    let mut errors = FieldErrors::new();
    for (field, root) in [("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")] {
        let path = scale.child(field);
        if path.is_empty() {
            errors.push(path.required(""));
            continue;
        }
        let found = printer_columns::simple_json_path_errors(&path);
        if found.is_empty() && !path.text().starts_with(&format!("{root}.")) {
            errors.push(path.invalid(format!("should be a json path under {root}")));
        }
        errors.extend(found);
    }
    let selector = scale.child("labelSelectorPath");
    if !selector.is_empty() {
        let found = printer_columns::simple_json_path_errors(&selector);
        let fits = [".spec.", ".status."].iter().any(|root| selector.text().starts_with(root));
        if found.is_empty() && !fits {
            errors.push(selector.invalid("should be a json path under either .spec or .status"));
        }
        errors.extend(found);
    }
    errors
}

/// The most fields that selectors may name.
const SELECTABLE_FIELDS_MAX: usize = 8;

fn selectable_field_errors(fields: &Field<'_>, version: &Field<'_>) -> FieldErrors {
    let schema = version.child("schema").child("openAPIV3Schema");
    let mut errors = FieldErrors::new();
    let mut seen = BTreeSet::new();
    for field in fields.items() {
        let path = field.child("jsonPath");
        if path.is_empty() {
            errors.push(path.required(""));
            continue;
        }
        if !path.text().starts_with('.') {
            errors.push(path.invalid("is an invalid path: must be a simple json path starting with ."));
            continue;
        }
        let found = path.text().split('.').skip(1).try_fold(schema.value(), |schema, name| {
            schema.get("properties").and_then(|properties| properties.get(name))
        });
        match found.map(|schema| schema["type"].as_str().unwrap_or_default()) {
            _ if path.text().starts_with(".metadata.") => errors.push(path.invalid("must not point to fields in metadata")),
            None => errors.push(path.invalid("is an invalid path: does not refer to a valid field")),
            Some("string" | "integer" | "boolean") => {}
            Some(_) => errors.push(path.invalid("must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")),
        }
        if !seen.insert(path.text()) {
            errors.push(path.duplicate());
        }
    }
    if fields.items().count() > SELECTABLE_FIELDS_MAX {
        errors.push(crate::apimachinery::FieldError::new(
            fields.path(),
            crate::apimachinery::FieldErrorType::TooMany,
            Value::Null,
            format!("{}: must have at most {SELECTABLE_FIELDS_MAX} items", fields.items().count()),
        ));
    }
    errors
}
