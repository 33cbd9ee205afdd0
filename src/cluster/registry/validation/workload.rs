//! Rules of workloads: selectors, Pod templates, rollout strategies (`pkg/apis/apps/validation`).

use crate::apimachinery::{
    FieldError, FieldErrors, LabelSelector, Object, validate_label_key, validate_label_value,
};
use crate::base::Value;

use super::field::Field;
use super::internal_types::compact;
use super::pod_spec::pod_spec_errors;

/// What a value must look like that is neither a number nor `25%`.
const PERCENT_FORM: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// What is wrong with a map of labels.
pub(crate) fn label_errors(labels: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (key, value) in labels.map().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let of_key = validate_label_key(key).into_iter().map(|message| (key.as_str(), message));
        let of_value = validate_label_value(value).into_iter().map(|message| (value, message));
        errors.extend(of_key.chain(of_value).map(|(found, message)| labels.invalid_value(found, message)));
    }
    errors
}

/// A field that may not change.
pub(crate) fn immutable(new: &Field<'_>, old: &Field<'_>) -> FieldErrors {
    if new.value() == old.value() { FieldErrors::new() } else { vec![new.invalid("field is immutable")] }
}

/// What is wrong with a Deployment's spec.
pub(crate) fn deployment_errors(deployment: &Object) -> FieldErrors {
    let spec = Field::of(deployment, "spec");
    let mut errors = FieldErrors::new();
    errors.extend(spec.child("replicas").non_negative());
    errors.extend(selector_errors(&spec.child("selector"), "deployment"));
    errors.extend(template_errors(&spec, "ReplicaSet"));
    errors.extend(strategy_errors(&spec.child("strategy")));
    let minimum = spec.child("minReadySeconds");
    errors.extend(minimum.non_negative());
    errors.extend(spec.child("revisionHistoryLimit").non_negative());
    let deadline = spec.child("progressDeadlineSeconds");
    if !deadline.is_absent() {
        errors.extend(deadline.non_negative());
        if deadline.number() <= minimum.number() {
            errors.push(deadline.invalid("must be greater than minReadySeconds"));
        }
    }
    errors
}

/// What is wrong with a ReplicaSet's spec.
pub(crate) fn replica_set_errors(replica_set: &Object) -> FieldErrors {
    let spec = Field::of(replica_set, "spec");
    let mut errors = FieldErrors::new();
    errors.extend(spec.child("replicas").non_negative());
    errors.extend(spec.child("minReadySeconds").non_negative());
    errors.extend(selector_errors(&spec.child("selector"), "deployment"));
    errors.extend(template_errors(&spec, "ReplicaSet"));
    errors
}

/// What is wrong with a ReplicationController's spec.
pub(crate) fn replication_controller_errors(controller: &Object) -> FieldErrors {
    let spec = Field::of(controller, "spec");
    let (selector, template) = (spec.child("selector"), spec.child("template"));
    let mut errors = FieldErrors::new();
    errors.extend(spec.child("minReadySeconds").non_negative());
    if selector.is_empty() {
        errors.push(selector.required(""));
    }
    errors.extend(spec.child("replicas").non_negative());
    if template.is_absent() {
        errors.push(template.required(""));
    } else {
        let selects = selector.map().map(LabelSelector::from_map).unwrap_or_default();
        errors.extend(selected_template_errors(&spec, &selects, "ReplicationController"));
    }
    errors
}

/// What is wrong with a selector that has to be there and to ask for something.
pub(super) fn selector_errors(selector: &Field<'_>, workload: &str) -> FieldErrors {
    if selector.is_absent() {
        return vec![selector.required("")];
    }
    let mut errors = label_selector_errors(selector);
    if selector.child("matchLabels").is_empty() && selector.child("matchExpressions").is_empty() {
        errors.push(selector.invalid(format!("empty selector is invalid for {workload}")));
    }
    errors
}

/// What is wrong with a selector (`ValidateLabelSelector`).
pub(crate) fn label_selector_errors(selector: &Field<'_>) -> FieldErrors {
    let mut errors = label_errors(&selector.child("matchLabels"));
    for expression in selector.child("matchExpressions").items() {
        errors.extend(expression_errors(&expression));
    }
    errors
}

pub(super) fn expression_errors(expression: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (operator, values) = (expression.child("operator"), expression.child("values"));
    match operator.text() {
        "In" | "NotIn" if values.is_empty() => {
            errors.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors
                .push(values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => errors.push(operator.invalid_value(operator.text(), "not a valid selector operator")),
    }
    let key = expression.child("key");
    errors.extend(
        validate_label_key(key.text()).into_iter().map(|message| key.invalid_value(key.text(), message)),
    );
    for value in values.items() {
        errors.extend(value.invalid_all(validate_label_value(value.text())));
    }
    errors
}

/// The template of a workload whose Pods run for ever.
pub(super) fn template_errors(spec: &Field<'_>, workload: &str) -> FieldErrors {
    let selector = spec.child("selector");
    // By a selector that makes no sense no template is judged.
    if workload == "ReplicaSet" && !label_selector_errors(&selector).is_empty() {
        return vec![
            selector.invalid("invalid label selector").showing(compact("LabelSelector", selector.value())),
        ];
    }
    selected_template_errors(spec, &LabelSelector::from_value(spec.child("selector").value()), workload)
}

fn selected_template_errors(spec: &Field<'_>, selector: &LabelSelector, workload: &str) -> FieldErrors {
    let template = spec.child("template");
    let metadata = template.child("metadata");
    let labels = metadata.child("labels");
    let mut errors = FieldErrors::new();
    if !selector.is_empty() && !selector.matches(labels.map()) {
        errors.push(labels.invalid("`selector` does not match template `labels`"));
    }
    // Pods of StatefulSets get volumes that their template does not name, so that their spec is
    // judged when they are made (`ValidatePodTemplateSpecForStatefulSet`).
    if workload == "StatefulSet" {
        errors.extend(template_label_errors(&template));
    } else {
        errors.extend(pod_template_errors(&template));
    }
    let pod_spec = template.child("spec");
    let restart_policy = pod_spec.child("restartPolicy");
    if !matches!(restart_policy.text(), "" | "Always") {
        errors.push(restart_policy.not_supported(&["Always"]));
    }
    let deadline = pod_spec.child("activeDeadlineSeconds");
    if !deadline.is_absent() {
        errors.push(deadline.forbidden(format!("activeDeadlineSeconds in {workload} is not Supported")));
    }
    errors
}

/// What is wrong with a template by itself (`ValidatePodTemplateSpec`).
pub(crate) fn pod_template_errors(template: &Field<'_>) -> FieldErrors {
    let mut errors = template_label_errors(template);
    errors.extend(pod_spec_errors(&template.child("spec")));
    errors
}

/// Upstream reports a template's labels without the word metadata.
fn template_label_errors(template: &Field<'_>) -> FieldErrors {
    let shown = template.child("labels");
    label_errors(&template.child("metadata").child("labels"))
        .into_iter()
        .map(|error| shown.invalid_value(error.value, error.detail))
        .collect()
}

fn strategy_errors(strategy: &Field<'_>) -> FieldErrors {
    let rolling = strategy.child("rollingUpdate");
    match strategy.child("type").text() {
        "Recreate" if rolling.is_absent() => FieldErrors::new(),
        "Recreate" => vec![rolling.forbidden("may not be specified when strategy `type` is 'Recreate'")],
        "RollingUpdate" => rolling_update_errors(&rolling),
        other => {
            let supported = ["Recreate", "RollingUpdate"];
            vec![FieldError { value: other.into(), ..strategy.not_supported(&supported) }]
        }
    }
}

fn rolling_update_errors(rolling: &Field<'_>) -> FieldErrors {
    let (unavailable, surge) = (rolling.child("maxUnavailable"), rolling.child("maxSurge"));
    let mut errors = FieldErrors::new();
    for field in [&unavailable, &surge] {
        errors.extend(amount_or_percent_error(field));
    }
    if is_zero(&unavailable) && is_zero(&surge) {
        errors.push(unavailable.invalid("may not be 0 when `maxSurge` is 0"));
    }
    errors.extend(more_than_all_error(&unavailable));
    errors
}

/// What is wrong with a number or percentage (`ValidatePositiveIntOrPercent`).
pub(super) fn amount_or_percent_error(field: &Field<'_>) -> Option<FieldError> {
    match field.value() {
        Value::String(_) if percent(field).is_none() => Some(field.invalid(PERCENT_FORM)),
        _ => field.non_negative(),
    }
}

/// What is wrong with a percentage of more than all (`IsNotMoreThan100Percent`).
pub(super) fn more_than_all_error(field: &Field<'_>) -> Option<FieldError> {
    let over = percent(field).is_some_and(|percent| percent > 100);
    over.then(|| field.invalid("must not be greater than 100%"))
}

fn percent(field: &Field<'_>) -> Option<u32> {
    field.text().strip_suffix('%')?.parse().ok()
}

/// Whether a number or percentage is nothing.
pub(super) fn is_zero(field: &Field<'_>) -> bool {
    percent(field).map_or(field.value().as_i64() == Some(0), |percent| percent == 0)
}
