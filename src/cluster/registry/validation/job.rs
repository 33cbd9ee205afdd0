//! Rules of Jobs (`pkg/apis/batch/validation`).

use crate::apimachinery::{FieldError, FieldErrors, LabelSelector, Object};
use crate::base::{Map, Value};

use super::field::Field;
use super::internal_types::compact;
use super::workload::{immutable, pod_template_errors};

/// Fields that stay as they are.
const FIXED: &[&str] =
    &["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];
/// The most Pods that a Job with indexes may run at once, and the most indexes it may have.
const INDEXED_MAX: i64 = 100_000;

/// What is wrong with a Job's spec.
pub(crate) fn job_errors(job: &Object) -> FieldErrors {
    let spec = Field::of(job, "spec");
    let mut errors: FieldErrors = selector_error(job, &spec.child("selector")).into_iter().collect();
    errors.extend(job_spec_errors(&spec));
    errors
}

/// A selector that is not the server's own, where none was to be written (`ValidateGeneratedSelector`).
fn selector_error(job: &Object, selector: &Field<'_>) -> Option<FieldError> {
    if job.flag("/spec/manualSelector") || selector.is_absent() {
        return None;
    }
    let labels = generated_labels(job.uid(), job.name());
    let labels: Map = labels.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let own = LabelSelector::from_value(selector.value()).matches(Some(&labels));
    (!own).then(|| selector.invalid("`selector` not auto-generated"))
}

/// The labels that the server gives the Pods of a Job, so that it selects no others.
pub(crate) fn generated_labels<'a>(uid: &'a str, name: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("controller-uid", uid),
        ("batch.kubernetes.io/controller-uid", uid),
        ("job-name", name),
        ("batch.kubernetes.io/job-name", name),
    ]
}

/// What is wrong with the specification of a Job, its own or in a template.
pub(super) fn job_spec_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in
        ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"]
    {
        errors.extend(spec.child(field).non_negative());
    }
    errors.extend(mode_errors(spec));
    errors.extend(failure_policy_errors(spec));
    errors.extend(success_policy_errors(&spec.child("successPolicy"), is_indexed(spec)));
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

fn is_indexed(spec: &Field<'_>) -> bool {
    spec.child("completionMode").text() == "Indexed"
}

/// Indexes, and limits for each of them.
fn mode_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let [mode, completions, parallelism, per_index, failed_max] =
        ["completionMode", "completions", "parallelism", "backoffLimitPerIndex", "maxFailedIndexes"]
            .map(|field| spec.child(field));
    if !mode.is_absent() {
        errors.extend(mode.one_of(&["Indexed", "NonIndexed"]));
    }
    if is_indexed(spec) {
        if completions.is_absent() {
            errors.push(completions.required("when completion mode is Indexed"));
        }
        if parallelism.number() > INDEXED_MAX {
            let text = format!("must be less than or equal to {INDEXED_MAX} when completion mode is Indexed");
            errors.push(parallelism.invalid(text));
        }
    } else if !per_index.is_absent() {
        errors.push(per_index.invalid("requires indexed completion mode"));
    }
    errors.extend(per_index.non_negative());
    errors.extend(failed_max.non_negative());
    if !failed_max.is_absent() {
        if per_index.is_absent() {
            errors.push(per_index.required("when maxFailedIndexes is specified"));
        }
        if !completions.is_absent() && failed_max.number() > completions.number() {
            errors.push(failed_max.invalid("must be less than or equal to completions"));
        }
    }
    let manager = spec.child("managedBy");
    if !manager.is_absent() && !manager.text().contains('/') {
        let text = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        errors.push(manager.invalid(text));
    }
    errors
}

fn failure_policy_errors(spec: &Field<'_>) -> FieldErrors {
    let policy = spec.child("podFailurePolicy");
    let replacement = spec.child("podReplacementPolicy");
    let supported: &[&str] =
        if policy.is_absent() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    let mut errors: FieldErrors = FieldErrors::new();
    if !replacement.is_absent() && !supported.contains(&replacement.text()) {
        errors.push(replacement.not_supported(supported));
    }
    if policy.is_absent() {
        return errors;
    }
    let restarts = spec.child("template").child("spec").child("restartPolicy");
    if restarts.text() != "Never" {
        errors.push(restarts.invalid("only \"Never\" is supported when podFailurePolicy is specified"));
    }
    let per_index = !spec.child("backoffLimitPerIndex").is_absent();
    for rule in policy.child("rules").items() {
        errors.extend(rule_errors(&rule, per_index));
    }
    errors
}

fn rule_errors(rule: &Field<'_>, per_index: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let [action, codes, conditions] =
        ["action", "onExitCodes", "onPodConditions"].map(|field| rule.child(field));
    match action.text() {
        "" => errors.push(action.required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]")),
        "FailIndex" if !per_index => {
            errors.push(action.invalid("requires the backoffLimitPerIndex to be set"));
        }
        "FailIndex" | "Count" | "FailJob" | "Ignore" => {}
        _ => errors.push(action.not_supported(&["Count", "FailIndex", "FailJob", "Ignore"])),
    }
    match (codes.is_absent(), conditions.is_empty()) {
        (true, true) => {
            let text = "specifying one of OnExitCodes and OnPodConditions is required";
            errors.push(rule.invalid(text));
        }
        (false, false) => {
            let text = "specifying both OnExitCodes and OnPodConditions is not supported";
            errors.push(rule.invalid(text));
        }
        (true, false) => {}
        (false, true) => errors.extend(exit_code_errors(&codes)),
    }
    errors
}

fn exit_code_errors(codes: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (operator, values) = (codes.child("operator"), codes.child("values"));
    match operator.text() {
        "" => errors.push(operator.required("valid values: [\"In\" \"NotIn\"]")),
        "In" | "NotIn" => {}
        _ => errors.push(operator.not_supported(&["In", "NotIn"])),
    }
    if values.is_empty() {
        errors.push(values.invalid("at least one value is required"));
    }
    let mut last = None;
    for value in values.items() {
        if operator.text() == "In" && value.number() == 0 {
            errors.push(value.invalid("must not be 0 for the In operator"));
        }
        if last.is_some_and(|last| last > value.number()) {
            errors.push(values.invalid("must be ordered"));
        }
        if last == Some(value.number()) {
            errors.push(value.duplicate());
        }
        last = Some(value.number());
    }
    errors
}

fn success_policy_errors(policy: &Field<'_>, indexed: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if policy.is_absent() {
        return errors;
    }
    if !indexed {
        errors.push(policy.invalid("requires indexed completion mode"));
        return errors;
    }
    let rules = policy.child("rules");
    if rules.is_empty() {
        errors
            .push(rules.required("at least one rules must be specified when the successPolicy is specified"));
    }
    for rule in rules.items() {
        if rule.child("succeededIndexes").is_absent() && rule.child("succeededCount").is_absent() {
            let text = "at least one of succeededCount or succeededIndexes must be specified";
            errors.push(rule.required(text));
        }
    }
    errors
}

/// What is wrong with a change of a Job.
pub(crate) fn job_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let of = |object, field| Field::of(object, "spec").child(field);
    let mut errors: FieldErrors =
        FIXED.iter().flat_map(|field| immutable(&of(new, field), &of(old, field))).collect();
    let (completions, before) = (of(new, "completions"), of(old, "completions"));
    if completions.value() != before.value() {
        let indexed = new.text("/spec/completionMode") == "Indexed";
        let together = completions.value() == of(new, "parallelism").value();
        if !indexed {
            errors.extend(immutable(&completions, &before));
        } else if !together || before.value() != of(old, "parallelism").value() {
            errors.push(completions.invalid("can only be modified in tandem with spec.parallelism"));
        }
    }
    // Until its first start, the scheduling of a suspended Job's Pods may still be changed; what they ask for,
    // whenever it is suspended and none is left.
    let waits = old.flag("/spec/suspend") && old.get("/status/startTime").is_none_or(Value::is_null);
    let idle = old.flag("/spec/suspend") && old.number("/status/active").unwrap_or_default() == 0;
    let template = |object: &Object| {
        let mut template = object.get("/spec/template").cloned().unwrap_or_default();
        if idle {
            for list in ["containers", "initContainers"] {
                let containers = template["spec"][list].as_array_mut().into_iter().flatten();
                containers.filter_map(Value::as_object_mut).for_each(|container| {
                    container.remove("resources");
                });
            }
        }
        if waits {
            for field in ["affinity", "nodeSelector", "tolerations", "schedulingGates"] {
                if let Some(spec) = template.get_mut("spec").and_then(Value::as_object_mut) {
                    spec.remove(field);
                }
            }
            if let Some(spec) = template.as_object_mut() {
                spec.remove("metadata");
            }
        }
        template
    };
    if template(new) != template(old) {
        let template = of(new, "template");
        let changed = immutable(&template, &of(old, "template")).into_iter();
        errors.extend(changed.map(|error| error.showing(compact("PodTemplateSpec", template.value()))));
    }
    errors
}
