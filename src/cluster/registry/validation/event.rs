//! Rules of Events (`pkg/apis/core/validation/events.go`).

use crate::apimachinery::{FieldError, FieldErrors, Object, validate_dns1123_subdomain, validate_label_key};

use super::field::Field;
use super::workload::immutable;

/// Longest text of an event's action and reason, and of who reports it.
const WORD_MAX: usize = 128;
/// Longest message.
const MESSAGE_MAX: usize = 1_024;
/// Fields that stay, and how messages call them.
const FIXED: &[(&str, &str)] = &[
    ("involvedObject", "involvedObject"),
    ("reason", "reason"),
    ("message", "message"),
    ("source", "source"),
    ("firstTimestamp", "firstTimestamp"),
    ("lastTimestamp", "lastTimestamp"),
    ("count", "count"),
    ("type", "type"),
    ("eventTime", "eventTime"),
    ("action", "action"),
    ("related", "related"),
    ("reportingComponent", "reportingController"),
    ("reportingInstance", "reportingInstance"),
];
/// What a client is told about an event in another namespace than what it is about.
const ELSEWHERE: &str = "does not match event.namespace";

/// What is wrong with an Event of core/v1; one of events.k8s.io/v1 is called otherwise here and there.
pub(crate) fn event_errors(event: &Object, newer: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (namespace, about) = (event.namespace(), event.text("/involvedObject/namespace"));
    let mut elsewhere = || {
        errors.push(FieldError::invalid("involvedObject.namespace", about, ELSEWHERE));
    };
    if event.text("/eventTime").is_empty() {
        if namespace != about && !(about.is_empty() && namespace == "default") {
            elsewhere();
        }
    } else {
        if about.is_empty() && !["default", "kube-system"].contains(&namespace) {
            elsewhere();
        }
        errors.extend(report_errors(event, newer));
    }
    let messages = validate_dns1123_subdomain(namespace).into_iter();
    errors.extend(messages.map(|message| FieldError::invalid("namespace", namespace, message)));
    errors
}

/// What is wrong with who reports what.
fn report_errors(event: &Object, newer: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let field = if newer { "reportingController" } else { "reportingComponent" };
    let reporter = event.text("/reportingComponent");
    if reporter.is_empty() {
        errors.push(FieldError::required(field, ""));
    }
    let messages = validate_label_key(reporter).into_iter();
    errors.extend(messages.map(|message| FieldError::invalid(field, reporter, message)));
    for name in ["reportingInstance", "action", "reason"] {
        let text = event.text(&format!("/{name}"));
        if text.is_empty() {
            errors.push(FieldError::required(name, ""));
        } else if text.len() > WORD_MAX {
            errors.push(FieldError::invalid(name, "", format!("can have at most {WORD_MAX} characters")));
        }
    }
    if event.text("/message").len() > MESSAGE_MAX {
        let detail = format!("can have at most {MESSAGE_MAX} characters");
        errors.push(FieldError::invalid("message", "", detail));
    }
    errors
}

/// What is wrong with how often an event of the newer version was seen.
fn series_errors(event: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if event.get("/series").is_some_and(|series| !series.is_null()) {
        if event.number("/series/count").unwrap_or_default() < 2 {
            errors.push(FieldError::invalid("series.count", "", "should be at least 2"));
        }
        if event.text("/series/lastObservedTime").is_empty() {
            errors.push(FieldError::required("series.lastObservedTime", ""));
        }
    }
    errors
}

/// What may not change in an event of the newer version: all but the series.
pub(crate) fn newer_event_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if !new.agrees(old, "/series") {
        errors.extend(series_errors(new));
    }
    for (field, name) in FIXED {
        let of = |event| Field::at((*name).to_owned(), Field::of(event, field).value());
        errors.extend(immutable(&of(new), &of(old)));
    }
    errors
}

/// What only the newer version asks of a new one: a time, one of two types, and none of the older fields.
pub(crate) fn newer_event_errors(event: &Object) -> FieldErrors {
    let mut errors = series_errors(event);
    if event.text("/eventTime").is_empty() {
        errors.push(FieldError::required("eventTime", ""));
    }
    let kind = event.text("/type");
    if !["Normal", "Warning"].contains(&kind) {
        errors.push(FieldError::invalid("type", "", format!("has invalid value: {kind}")));
    }
    for time in ["firstTimestamp", "lastTimestamp"] {
        if !event.text(&format!("/{time}")).is_empty() {
            errors.push(FieldError::invalid(time, "", "needs to be unset"));
        }
    }
    if event.number("/count").unwrap_or_default() != 0 {
        errors.push(FieldError::invalid("count", "", "needs to be unset"));
    }
    if !event.text("/source/component").is_empty() || !event.text("/source/host").is_empty() {
        errors.push(FieldError::invalid("source", "", "needs to be unset"));
    }
    errors
}
