//! Rules of probes.

use crate::apimachinery::FieldErrors;

use super::field::Field;

/// Ways to probe.
const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

/// What is wrong with a probe. Liveness and startup probes succeed with their first success.
pub(super) fn probe_errors(probe: &Field<'_>, one_success: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if probe.is_absent() {
        return errors;
    }
    errors.extend(handler_errors(probe));
    for name in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        errors.extend(probe.child(name).non_negative());
    }
    let successes = probe.child("successThreshold");
    if one_success && successes.number() > 1 {
        errors.push(successes.invalid("must be 1"));
    }
    errors
}

fn handler_errors(probe: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let given: Vec<&str> = HANDLERS.into_iter().filter(|name| !probe.child(name).is_absent()).collect();
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
