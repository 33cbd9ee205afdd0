//! What is wrong with admission policies, their bindings and webhooks (`pkg/apis/admissionregistration/validation`).

use std::collections::BTreeSet;

use crate::apimachinery::{
    CelProgram, CelType, FieldError, FieldErrorType, FieldErrors, validate_dns1123_subdomain,
    validate_label_key,
};
use crate::base::Value;

use super::super::validation::{Field, webhook_client_errors};
use super::rules;

/// What expressions of a policy may name, besides its own variables.
pub(super) const VARIABLES: &[&str] =
    &["object", "oldObject", "request", "params", "namespaceObject", "variables", "authorizer"];
/// Conditions that a policy may have.
const CONDITIONS_MAX: usize = 64;
const ACTIONS: &[&str] = &["Audit", "Deny", "Warn"];

/// The names of a policy's own variables.
fn own_variables<'a>(spec: &Field<'a>) -> Vec<&'a str> {
    spec.child("variables").items().map(|variable| variable.child("name").text()).collect()
}

/// What expressions of a policy may name.
fn known_variables<'a>(has_params: bool, own: &'a [&'a str]) -> Vec<(&'a str, CelType<'a>)> {
    let named = VARIABLES.iter().filter(|name| has_params || **name != "params");
    let of = |name: &str| if name == "variables" { CelType::Fields(own) } else { CelType::Dyn };
    named.map(|name| (*name, of(name))).collect()
}

/// What is wrong with a policy of that name that refuses.
pub(super) fn policy_errors(spec: &Field<'_>, name: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.extend(spec.child("failurePolicy").one_of(&["Fail", "Ignore"]));
    errors.extend(param_kind_errors(&spec.child("paramKind")));
    errors.extend(constraint_errors(&spec.child("matchConstraints")));
    let has_params = !spec.child("paramKind").is_absent();
    let own = own_variables(spec);
    let known = known_variables(has_params, &own);
    errors.extend(condition_errors(&spec.child("matchConditions")));
    errors.extend(variable_errors(&spec.child("variables")));
    let (validations, annotations) = (spec.child("validations"), spec.child("auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        let detail = "validations or auditAnnotations must be non-empty; at least one is required";
        errors.push(validations.required(detail));
        errors.push(annotations.required(detail));
    }
    for validation in validations.items() {
        errors.extend(validation_errors(&validation, &known));
    }
    for annotation in annotations.items() {
        let (key, expression) = (annotation.child("key"), annotation.child("valueExpression"));
        let whole = format!("{name}/{}", key.text());
        let wrong = validate_label_key(&whole).into_iter();
        errors.extend(wrong.map(|why| key.invalid_value(whole.as_str(), why)));
        if expression.text().trim().is_empty() {
            errors.push(expression.required("valueExpression is not specified"));
        } else {
            errors.extend(expression_error(&expression, &known, &CelType::Dyn));
        }
    }
    errors
}

/// What is wrong with a policy that changes objects.
pub(super) fn mutating_policy_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.extend(spec.child("failurePolicy").one_of(&["Fail", "Ignore"]));
    errors.extend(param_kind_errors(&spec.child("paramKind")));
    errors.extend(constraint_errors(&spec.child("matchConstraints")));
    errors.extend(condition_errors(&spec.child("matchConditions")));
    errors.extend(variable_errors(&spec.child("variables")));
    let has_params = !spec.child("paramKind").is_absent();
    let own = own_variables(spec);
    let mut known = known_variables(has_params, &own);
    known.extend(["Object", "JSONPatch"].map(|name| (name, CelType::Dyn)));
    let mutations = spec.child("mutations");
    if mutations.is_empty() {
        errors.push(mutations.required("mutations must contain at least one item"));
    }
    for mutation in mutations.items() {
        errors.extend(mutation_errors(&mutation, &known));
    }
    errors.extend(spec.child("reinvocationPolicy").one_of(&["IfNeeded", "Never"]));
    errors
}

fn mutation_errors(mutation: &Field<'_>, known: &[(&str, CelType<'_>)]) -> FieldErrors {
    let patch_type = mutation.child("patchType");
    let parts = [("ApplyConfiguration", "applyConfiguration"), ("JSONPatch", "jsonPatch")];
    let Some((_, wanted)) = parts.iter().find(|(name, _)| *name == patch_type.text()) else {
        let problem = match patch_type.is_empty() {
            true => patch_type.required(""),
            false => patch_type.not_supported(&["ApplyConfiguration", "JSONPatch"]),
        };
        return vec![problem];
    };
    let mut errors = FieldErrors::new();
    for (_, part) in parts {
        let field = mutation.child(part);
        match (part == *wanted, field.is_absent()) {
            (true, true) => errors
                .push(field.required(&format!("must be specified when patchType is {}", patch_type.text()))),
            (false, false) => {
                errors.push(field.invalid(format!("must not be set when patchType is {}", patch_type.text())))
            }
            (true, false) => {
                let expression = field.child("expression");
                if expression.text().trim().is_empty() {
                    errors.push(expression.required("expression is not specified"));
                } else {
                    errors.extend(expression_error(&expression, known, &CelType::Dyn));
                }
            }
            (false, true) => {}
        }
    }
    errors
}

fn param_kind_errors(kind: &Field<'_>) -> FieldErrors {
    if kind.is_absent() {
        return FieldErrors::new();
    }
    let fields = ["apiVersion", "kind"].map(|field| kind.child(field));
    fields.iter().filter(|field| field.is_empty()).map(|field| field.required("")).collect()
}

fn constraint_errors(constraints: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if constraints.is_absent() {
        return vec![constraints.required("")];
    }
    let rules = constraints.child("resourceRules");
    if rules.is_empty() {
        errors.push(rules.required(""));
    }
    for list in ["resourceRules", "excludeResourceRules"] {
        errors.extend(constraints.child(list).items().flat_map(|rule| rules::rule_errors(&rule)));
    }
    errors.extend(constraints.child("matchPolicy").one_of(&["Equivalent", "Exact"]));
    errors
}

fn condition_errors(conditions: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let count = conditions.items().count();
    if count > CONDITIONS_MAX {
        let detail = format!("{count}: must have at most {CONDITIONS_MAX} items");
        let too_many = FieldErrorType::TooMany;
        errors.push(FieldError::new(conditions.path(), too_many, Value::Null, detail));
    }
    let known: Vec<(&str, CelType<'_>)> = VARIABLES.iter().map(|name| (*name, CelType::Dyn)).collect();
    for condition in conditions.items() {
        let (name, expression) = (condition.child("name"), condition.child("expression"));
        if expression.text().trim().is_empty() {
            errors.push(expression.required(""));
        } else {
            errors.extend(expression_error(&expression, &known, &CelType::Bool));
        }
        if name.is_empty() {
            errors.push(name.required(""));
        }
    }
    errors.extend(rules::names_once(conditions));
    errors
}

fn variable_errors(variables: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let known: Vec<(&str, CelType<'_>)> = VARIABLES.iter().map(|name| (*name, CelType::Dyn)).collect();
    for variable in variables.items() {
        let (name, expression) = (variable.child("name"), variable.child("expression"));
        if name.is_empty() {
            errors.push(name.required("name is not specified"));
        } else if !is_identifier(name.text()) {
            errors.push(name.invalid("name is not a valid CEL identifier"));
        }
        if expression.text().trim().is_empty() {
            errors.push(expression.required("expression is not specified"));
        } else {
            errors.extend(expression_error(&expression, &known, &CelType::Dyn));
        }
    }
    errors.extend(rules::names_once(variables));
    errors
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn validation_errors(validation: &Field<'_>, known: &[(&str, CelType<'_>)]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let expression = validation.child("expression");
    let (message, told) = (validation.child("message"), validation.child("messageExpression"));
    if expression.text().trim().is_empty() {
        errors.push(expression.required("expression is not specified"));
    } else {
        errors.extend(expression_error(&expression, known, &CelType::Bool));
    }
    if !told.is_absent() && told.text().trim().is_empty() {
        errors.push(told.invalid("must be non-empty if specified"));
    } else if !told.is_empty() {
        errors.extend(expression_error(&told, known, &CelType::Text));
    }
    if !message.text().is_empty() && message.text().trim().is_empty() {
        errors.push(message.invalid("message must be non-empty if specified"));
    } else if message.text().trim().contains(['\n', '\r']) {
        errors.push(message.invalid("message must not contain line breaks"));
    } else if expression.text().trim().contains(['\n', '\r']) && message.text().trim().is_empty() {
        errors.push(message.required("message must be specified if expression contains line breaks"));
    }
    let reason = validation.child("reason");
    let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
    if !reason.is_empty() && !reasons.contains(&reason.text()) {
        errors.push(reason.not_supported(&reasons));
    }
    errors
}

fn expression_error(
    field: &Field<'_>,
    known: &[(&str, CelType<'_>)],
    wanted: &CelType<'_>,
) -> Option<FieldError> {
    CelProgram::compile(field.text(), known, wanted).err().map(|error| field.invalid(error))
}

/// What is wrong with the name of a policy that a binding gives.
fn name_errors(field: &Field<'_>) -> FieldErrors {
    if field.is_empty() {
        return vec![field.required("")];
    }
    field.invalid_all(validate_dns1123_subdomain(field.text()))
}

/// What is wrong with a binding of a policy that refuses.
pub(super) fn binding_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = mutating_binding_errors(spec);
    errors.extend(action_errors(&spec.child("validationActions")));
    errors
}

/// What is wrong with a binding of a policy that changes objects.
pub(super) fn mutating_binding_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = name_errors(&spec.child("policyName"));
    let parameters = spec.child("paramRef");
    if !parameters.is_absent() {
        let (name, selector) = (parameters.child("name"), parameters.child("selector"));
        if !name.is_empty() && !selector.is_absent() {
            errors.push(name.forbidden("name and selector are mutually exclusive"));
            errors.push(selector.forbidden("name and selector are mutually exclusive"));
        } else if name.is_empty() && selector.is_absent() {
            errors.push(parameters.required("one of name or selector must be specified"));
        }
        let missing = parameters.child("parameterNotFoundAction");
        if missing.is_empty() {
            errors.push(missing.required(""));
        } else if !["Allow", "Deny"].contains(&missing.text()) {
            errors.push(missing.not_supported(&["Deny", "Allow"]));
        }
    }
    errors
}

fn action_errors(actions: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut seen = BTreeSet::new();
    for action in actions.items() {
        if !ACTIONS.contains(&action.text()) {
            errors.push(action.not_supported(ACTIONS));
        }
        if !seen.insert(action.text()) {
            errors.push(action.duplicate());
        }
    }
    if seen.contains("Deny") && seen.contains("Warn") {
        let detail = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
        errors.push(actions.invalid(detail));
    }
    if seen.is_empty() {
        errors.push(actions.required("at least one validation action is required"));
    }
    errors
}

/// What is wrong with one webhook.
pub(super) fn webhook_errors(webhook: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let name = webhook.child("name");
    if name.is_empty() {
        errors.push(name.required(""));
    } else {
        let messages = validate_dns1123_subdomain(name.text());
        if messages.is_empty() && name.text().split('.').count() < 3 {
            errors.push(name.invalid("should be a domain with at least three segments separated by dots"));
        }
        errors.extend(name.invalid_all(messages));
    }
    errors.extend(webhook.child("rules").items().flat_map(|rule| rules::rule_errors(&rule)));
    errors.extend(webhook.child("failurePolicy").one_of(&["Fail", "Ignore"]));
    errors.extend(webhook.child("matchPolicy").one_of(&["Equivalent", "Exact"]));
    let effects = webhook.child("sideEffects");
    if effects.is_empty() {
        errors.push(effects.required("must specify one of None, NoneOnDryRun"));
    } else if !["None", "NoneOnDryRun"].contains(&effects.text()) {
        errors.push(effects.not_supported(&["None", "NoneOnDryRun"]));
    }
    let timeout = webhook.child("timeoutSeconds");
    if !timeout.is_absent() && !(1..=30).contains(&timeout.number()) {
        errors.push(timeout.invalid("the timeout value must be between 1 and 30 seconds"));
    }
    errors.extend(condition_errors(&webhook.child("matchConditions")));
    errors.extend(webhook_client_errors(&webhook.child("clientConfig")));
    let versions = webhook.child("admissionReviewVersions");
    if versions.is_empty() {
        errors.push(versions.required("must specify one of v1, v1beta1"));
    } else if !versions.items().any(|version| ["v1", "v1beta1"].contains(&version.text())) {
        errors.push(versions.invalid("must include at least one of v1, v1beta1"));
    }
    errors
}
