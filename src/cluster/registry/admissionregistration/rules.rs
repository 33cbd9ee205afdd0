//! Which requests a policy or a webhook is about: its rules and conditions.

use std::collections::BTreeSet;

use crate::apimachinery::FieldErrors;

use super::super::validation::Field;

const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SCOPES: &[&str] = &["*", "Cluster", "Namespaced"];

/// What is wrong with one rule (`validateRuleWithOperations`).
pub(super) fn rule_errors(rule: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let operations = rule.child("operations");
    if operations.is_empty() {
        errors.push(operations.required(""));
    }
    if operations.items().count() > 1 && operations.items().any(|operation| operation.text() == "*") {
        errors.push(operations.invalid("if '*' is present, must not specify other operations"));
    }
    for operation in operations.items() {
        if !OPERATIONS.contains(&operation.text()) {
            errors.push(operation.not_supported(OPERATIONS));
        }
    }
    for (name, what) in [("apiGroups", "API groups"), ("apiVersions", "API versions")] {
        let field = rule.child(name);
        if field.is_empty() {
            errors.push(field.required(""));
        }
        if field.items().count() > 1 && field.items().any(|item| item.text() == "*") {
            errors.push(field.invalid(format!("if '*' is present, must not specify other {what}")));
        }
        if name == "apiVersions" {
            errors.extend(field.items().filter(Field::is_empty).map(|item| item.required("")));
        }
    }
    errors.extend(resource_errors(&rule.child("resources")));
    let scope = rule.child("scope");
    if !scope.is_absent() && !SCOPES.contains(&scope.text()) {
        errors.push(scope.not_supported(SCOPES));
    }
    errors
}

fn resource_errors(resources: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if resources.is_empty() {
        errors.push(resources.required(""));
    }
    let texts: BTreeSet<&str> = resources.items().map(|resource| resource.text()).collect();
    let several = resources.items().count() > 1;
    for resource in resources.items() {
        let text = resource.text();
        if text.is_empty() {
            errors.push(resource.required(""));
        }
        let Some((name, part)) = text.split_once('/') else { continue };
        if texts.contains(&*format!("{name}/*")) && part != "*" {
            let detail = format!("if '{name}/*' is present, must not specify {text}");
            errors.push(resource.invalid(detail));
        }
        if texts.contains(&*format!("*/{part}")) && name != "*" {
            errors.push(resource.invalid(format!("if '*/{part}' is present, must not specify {text}")));
        }
    }
    if several && texts.contains("*/*") {
        errors.push(resources.invalid("if '*/*' is present, must not specify other resources"));
    }
    if several && texts.contains("*") && texts.iter().any(|text| !text.contains('/') && *text != "*") {
        let detail = "if '*' is present, must not specify other resources without subresources";
        errors.push(resources.invalid(detail));
    }
    errors
}

/// Names of conditions and variables may be there once.
pub(super) fn names_once(list: &Field<'_>) -> FieldErrors {
    let mut seen = BTreeSet::new();
    list.items()
        .map(|item| item.child("name"))
        .filter(|name| !name.is_empty() && !seen.insert(name.text()))
        .map(|name| name.duplicate())
        .collect()
}
