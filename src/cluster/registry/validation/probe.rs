//! Rules of probes.

use crate::apimachinery::FieldErrors;

use super::field::Field;

/// Ways to probe.
const HANDLERS: &[&str] = &["exec", "httpGet", "tcpSocket", "grpc"];

/// What is wrong with a probe. Liveness and startup probes succeed with their first success.
pub(super) fn probe_errors(probe: &Field<'_>, one_success: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if probe.is_absent() {
        return errors;
    }
    errors.extend(handler_errors(probe, HANDLERS));
    for name in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        errors.extend(probe.child(name).non_negative());
    }
    let successes = probe.child("successThreshold");
    if one_success && successes.number() > 1 {
        errors.push(successes.invalid("must be 1"));
    }
    let grace = probe.child("terminationGracePeriodSeconds");
    if !grace.is_absent() && !one_success {
        errors.push(grace.invalid("must not be set for readinessProbes"));
    } else if !grace.is_absent() && grace.number() <= 0 {
        errors.push(grace.invalid("must be greater than 0"));
    }
    errors
}

/// What is wrong with the way to probe or to run a hook; `handlers` are the ways there are.
pub(super) fn handler_errors(probe: &Field<'_>, handlers: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let given: Vec<&str> = handlers.iter().copied().filter(|name| !probe.child(name).is_absent()).collect();
    if given.is_empty() {
        errors.push(probe.required("must specify a handler type"));
    }
    for extra in given.iter().skip(1) {
        errors.push(probe.child(extra).forbidden("may not specify more than 1 handler type"));
    }
    match given.first() {
        Some(&"exec") => {
            let command = probe.child("exec").child("command");
            if command.is_empty() {
                errors.push(command.required(""));
            }
        }
        Some(&"httpGet") => {
            let http = probe.child("httpGet");
            if http.child("path").is_empty() {
                errors.push(http.child("path").required(""));
            }
            errors.extend(http.child("port").port_number_or_name());
            let scheme = http.child("scheme");
            if !matches!(scheme.text(), "HTTP" | "HTTPS") {
                errors.push(scheme.not_supported(&["HTTP", "HTTPS"]));
            }
        }
        Some(&"tcpSocket") => errors.extend(probe.child("tcpSocket").child("port").port_number_or_name()),
        Some(&"grpc") => errors.extend(probe.child("grpc").child("port").port_number()),
        _ => {}
    }
    errors
}
