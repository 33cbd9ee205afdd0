//! Rules of lifecycle hooks, and of environments taken from whole ConfigMaps and Secrets.

use crate::apimachinery::{FieldErrors, validate_dns1123_subdomain, validate_environment_variable_name};

use super::field::Field;
use super::probe::handler_errors;

/// Ways to run a hook.
const HOOKS: &[&str] = &["exec", "httpGet", "tcpSocket", "sleep"];

/// What is wrong with the hooks of a container; `grace` is the Pod's grace period.
pub(super) fn lifecycle_errors(lifecycle: &Field<'_>, grace: i64) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for hook in ["postStart", "preStop"] {
        let hook = lifecycle.child(hook);
        if hook.is_absent() {
            continue;
        }
        errors.extend(handler_errors(&hook, HOOKS));
        let seconds = hook.child("sleep").child("seconds");
        if !hook.child("sleep").is_absent() && !(0..=grace).contains(&seconds.number()) {
            let detail =
                format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
            errors.push(hook.child("sleep").invalid_value(seconds.number(), detail));
        }
    }
    errors
}

/// What is wrong with `envFrom`.
pub(super) fn env_from_errors(sources: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for source in sources.items() {
        let prefix = source.child("prefix");
        if !prefix.is_empty() {
            errors.extend(prefix.invalid_all(validate_environment_variable_name(prefix.text())));
        }
        let given: Vec<&str> = ["configMapRef", "secretRef"]
            .into_iter()
            .filter(|name| !source.child(name).is_absent())
            .collect();
        for name in &given {
            let reference = source.child(name).child("name");
            if reference.is_empty() {
                errors.push(reference.required(""));
            } else {
                errors.extend(reference.invalid_all(validate_dns1123_subdomain(reference.text())));
            }
        }
        match given.len() {
            0 => errors.push(source.invalid_value("", "must specify one of: `configMapRef` or `secretRef`")),
            1 => {}
            _ => {
                errors.push(source.invalid_value("", "may not have more than one field specified at a time"))
            }
        }
    }
    errors
}
