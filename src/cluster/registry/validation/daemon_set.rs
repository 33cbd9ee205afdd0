//! Rules of DaemonSets and ControllerRevisions (`pkg/apis/apps/validation`).

use crate::apimachinery::{FieldErrors, Object};

use super::field::Field;
use super::workload::{
    amount_or_percent_error, is_zero, more_than_all_error, selector_errors, template_errors,
};

/// What is wrong with a DaemonSet's spec.
pub(crate) fn daemon_set_errors(daemon_set: &Object) -> FieldErrors {
    let spec = Field::of(daemon_set, "spec");
    let selector = spec.child("selector");
    let mut errors = FieldErrors::new();
    if selector.is_absent() {
        let labels = spec.child("template").child("metadata").child("labels");
        errors.push(labels.invalid("`selector` does not match template `labels`"));
    } else {
        errors.extend(selector_errors(&selector, "daemonset"));
    }
    errors.extend(template_errors(&spec, "DaemonSet"));
    errors.extend(spec.child("minReadySeconds").non_negative());
    errors.extend(update_strategy_errors(&spec.child("updateStrategy")));
    errors.extend(spec.child("revisionHistoryLimit").non_negative());
    errors
}

fn update_strategy_errors(strategy: &Field<'_>) -> FieldErrors {
    let kind = strategy.child("type");
    match kind.text() {
        "OnDelete" => FieldErrors::new(),
        "RollingUpdate" => rolling_update_errors(&strategy.child("rollingUpdate")),
        _ => vec![strategy.not_supported(&["OnDelete", "RollingUpdate"])],
    }
}

fn rolling_update_errors(rolling: &Field<'_>) -> FieldErrors {
    if rolling.is_absent() {
        return vec![rolling.required("")];
    }
    let (unavailable, surge) = (rolling.child("maxUnavailable"), rolling.child("maxSurge"));
    let mut errors = FieldErrors::new();
    for field in [&unavailable, &surge] {
        errors.extend(amount_or_percent_error(field));
        errors.extend(more_than_all_error(field));
    }
    match (is_zero(&unavailable), is_zero(&surge)) {
        (false, false) => errors.push(surge.invalid("may not be set when maxUnavailable is non-zero")),
        (true, true) => errors.push(unavailable.required("cannot be 0 when maxSurge is 0")),
        _ => {}
    }
    errors
}

/// What is wrong with a ControllerRevision.
pub(crate) fn controller_revision_errors(revision: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let data = Field::of(revision, "data");
    if data.is_absent() {
        errors.push(data.required("data is mandatory"));
    }
    errors.extend(Field::of(revision, "revision").non_negative());
    errors
}
