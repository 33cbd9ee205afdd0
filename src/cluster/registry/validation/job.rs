//! Rules of Jobs (`pkg/apis/batch/validation`).

use crate::apimachinery::{FieldErrors, LabelSelector, Object};

use super::field::Field;
use super::workload::{immutable, pod_template_errors};

/// Fields that stay as they are.
const FIXED: &[&str] =
    &["completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"];

/// What is wrong with a Job's spec.
pub(crate) fn job_errors(job: &Object) -> FieldErrors {
    job_spec_errors(&Field::of(job, "spec"))
}

/// What is wrong with the specification of a Job, its own or in a template.
pub(super) fn job_spec_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in
        ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"]
    {
        errors.extend(spec.child(field).non_negative());
    }
    let mode = spec.child("completionMode");
    // Indexes are not simulated: better refused than silently ignored.
    if !mode.is_absent() {
        errors.extend(mode.one_of(&["NonIndexed"]));
    }
    let template = spec.child("template");
    let labels = template.child("metadata").child("labels");
    let selector = spec.child("selector");
    // A Job's own selector is always there; a template of Jobs leaves it to the server.
    if !selector.is_absent() && !LabelSelector::from_value(selector.value()).matches(labels.map()) {
        errors.push(labels.invalid("`selector` does not match template `labels`"));
    }
    errors.extend(pod_template_errors(&template));
    let restart_policy = template.child("spec").child("restartPolicy");
    if restart_policy.text() == "Always" {
        errors.push(restart_policy.required("valid values: \"OnFailure\", \"Never\""));
    }
    errors
}

/// What is wrong with a change of a Job.
pub(crate) fn job_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let of = |object, field| Field::of(object, "spec").child(field);
    FIXED.iter().flat_map(|field| immutable(&of(new, field), &of(old, field))).collect()
}
