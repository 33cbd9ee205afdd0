//! Names of definitions: group, scope, and what their kind is called.

use crate::apimachinery::{FieldError, FieldErrors, validate_dns1035_label, validate_dns1123_subdomain};

use super::super::validation::Field;

/// What is wrong with group and scope.
pub(super) fn group_and_scope_errors(spec: &Field<'_>) -> FieldErrors {
    let (group, scope) = (spec.child("group"), spec.child("scope"));
    let mut errors = FieldErrors::new();
    if group.is_empty() {
        errors.push(group.required(""));
    } else {
        let messages = validate_dns1123_subdomain(group.text());
        if !messages.is_empty() {
            errors.push(group.invalid(messages.join(",")));
        } else if !group.text().contains('.') {
            errors.push(group.invalid("should be a domain with at least one dot"));
        }
    }
    errors.extend(scope.one_of(&["Cluster", "Namespaced"]));
    errors
}

/// The names that a definition cannot do without.
pub(super) fn required_errors(names: &Field<'_>) -> FieldErrors {
    let fields = ["plural", "singular", "kind", "listKind"].map(|field| names.child(field));
    fields.iter().filter(|field| field.is_empty()).map(|field| field.required("")).collect()
}

/// What is wrong with the names given.
pub(super) fn errors(names: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in ["plural", "singular"] {
        errors.extend(label_error(&names.child(field)));
    }
    for field in ["kind", "listKind"] {
        let field = names.child(field);
        let messages = validate_dns1035_label(&field.text().to_lowercase());
        if !field.is_empty() && !messages.is_empty() {
            let messages = messages.join(",");
            errors
                .push(field.invalid(format!("may have mixed case, but should otherwise match: {messages}")));
        }
    }
    errors.extend(names.child("shortNames").items().filter_map(|name| label_error(&name)));
    let (kind, list_kind) = (names.child("kind"), names.child("listKind"));
    if !kind.is_empty() && kind.text() == list_kind.text() {
        errors.push(list_kind.invalid("kind and listKind may not be the same"));
    }
    errors.extend(names.child("categories").items().filter_map(|name| label_error(&name)));
    errors
}

fn label_error(field: &Field<'_>) -> Option<FieldError> {
    let messages = validate_dns1035_label(field.text());
    (!field.is_empty() && !messages.is_empty()).then(|| field.invalid(messages.join(",")))
}
