//! Rules of HorizontalPodAutoscalers (`pkg/apis/autoscaling/validation`).

use crate::apimachinery::{FieldErrors, Object, Quantity};

use super::field::Field;

/// Kinds of metric: type, and the field that holds it.
const SOURCES: &[(&str, &str)] = &[
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];
/// The longest stabilization window, in seconds.
const WINDOW_MAX: i64 = 3_600;
/// The longest period of a policy, in seconds.
const PERIOD_MAX: i64 = 1_800;

/// What is wrong with an autoscaler.
pub(crate) fn horizontal_pod_autoscaler_errors(autoscaler: &Object) -> FieldErrors {
    let spec = Field::of(autoscaler, "spec");
    let mut errors = FieldErrors::new();
    let (minimum, maximum) = (spec.child("minReplicas"), spec.child("maxReplicas"));
    if !minimum.is_absent() && minimum.number() < 1 {
        errors.push(minimum.invalid("must be greater than or equal to 1"));
    }
    if maximum.number() < 1 {
        errors.push(maximum.invalid_value(maximum.number(), "must be greater than 0"));
    }
    if !minimum.is_absent() && maximum.number() < minimum.number() {
        let text = "must be greater than or equal to `minReplicas`";
        errors.push(maximum.invalid_value(maximum.number(), text));
    }
    errors.extend(reference_errors(&spec.child("scaleTargetRef")));
    spec.child("metrics").items().for_each(|metric| errors.extend(metric_errors(&metric)));
    for direction in ["scaleUp", "scaleDown"] {
        let rules = spec.child("behavior").child(direction);
        if !rules.is_absent() {
            errors.extend(rules_errors(&rules));
        }
    }
    errors
}

fn reference_errors(reference: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in ["kind", "name"] {
        let field = reference.child(field);
        if field.is_empty() {
            errors.push(field.required(""));
            continue;
        }
        for character in ["/", "%"].into_iter().filter(|character| field.text().contains(*character)) {
            errors.push(field.invalid(format!("may not contain '{character}'")));
        }
    }
    errors
}

fn metric_errors(metric: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let kind = metric.child("type");
    if kind.is_empty() {
        errors.push(kind.required("must specify a metric source type"));
    }
    let own = SOURCES.iter().find(|(name, _)| *name == kind.text()).map(|(_, field)| *field);
    if own.is_none() {
        let names: Vec<&str> = SOURCES.iter().map(|(name, _)| *name).collect();
        errors.push(kind.not_supported(&names));
    }
    let present: Vec<&str> =
        SOURCES.iter().map(|(_, field)| *field).filter(|field| !metric.child(field).is_absent()).collect();
    if let Some(first) = present.first() {
        errors.extend(source_errors(first, &metric.child(first)));
    }
    if let Some(own) = own.filter(|own| !present.contains(own)) {
        errors.push(metric.child(own).required("must populate information for the given metric source"));
    }
    for other in present.iter().filter(|field| Some(**field) != own && present.len() > 1) {
        errors.push(metric.child(other).forbidden("must populate the given metric source only"));
    }
    errors
}

fn source_errors(kind: &str, source: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let target = source.child("target");
    let [value, average, utilization] =
        ["value", "averageValue", "averageUtilization"].map(|field| target.child(field));
    if kind == "containerResource" && source.child("container").is_empty() {
        errors.push(source.child("container").required("must specify a container"));
    }
    if kind == "object" {
        errors.extend(reference_errors(&source.child("describedObject")));
    }
    if matches!(kind, "resource" | "containerResource") {
        if source.child("name").is_empty() {
            errors.push(source.child("name").required("must specify a resource name"));
        }
    } else if source.child("metric").child("name").is_empty() {
        errors.push(source.child("metric").child("name").required("must specify a metric name"));
    }
    errors.extend(target_errors(&target));
    match kind {
        "resource" | "containerResource" => {
            if utilization.is_absent() && average.is_absent() {
                let text = "must set either a target raw value or a target utilization";
                errors.push(utilization.required(text));
            }
            if !utilization.is_absent() && !average.is_absent() {
                let text = "may not set both a target raw value and a target utilization";
                errors.push(average.forbidden(text));
            }
        }
        "pods" if !is_positive(&average) => {
            errors.push(average.required("must specify a positive target averageValue"));
        }
        "object" if value.is_absent() && average.is_absent() => {
            errors.push(average.required("must set either a target value or averageValue"));
        }
        "external" if value.is_absent() && average.is_absent() => {
            let text = "must set either a target value for metric or a per-pod target";
            errors.push(average.required(text));
        }
        "external" if !value.is_absent() && !average.is_absent() => {
            let text = "may not set both a target value for metric and a per-pod target";
            errors.push(value.forbidden(text));
        }
        _ => {}
    }
    errors
}

fn is_positive(field: &Field<'_>) -> bool {
    Quantity::from_value(field.value()).is_some_and(|quantity| !quantity.is_zero() && !quantity.is_negative())
}

fn target_errors(target: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let kind = target.child("type");
    if kind.is_empty() {
        errors.push(kind.required("must specify a metric target type"));
    }
    if !matches!(kind.text(), "Utilization" | "Value" | "AverageValue") {
        errors.push(kind.invalid("must be either Utilization, Value, or AverageValue"));
    }
    for field in ["value", "averageValue"].map(|field| target.child(field)) {
        if !field.is_absent() && !is_positive(&field) {
            errors.push(field.invalid("must be positive"));
        }
    }
    let utilization = target.child("averageUtilization");
    if !utilization.is_absent() && utilization.number() < 1 {
        errors.push(utilization.invalid("must be greater than 0"));
    }
    errors
}

fn rules_errors(rules: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let window = rules.child("stabilizationWindowSeconds");
    if window.number() < 0 {
        errors.push(window.invalid("must be greater than or equal to zero"));
    }
    if window.number() > WINDOW_MAX {
        errors.push(window.invalid(format!("must be less than or equal to {WINDOW_MAX}")));
    }
    let select = rules.child("selectPolicy");
    if !select.is_absent() && !matches!(select.text(), "Disabled" | "Max" | "Min") {
        errors.push(select.not_supported(&["Disabled", "Max", "Min"]));
    }
    let policies = rules.child("policies");
    if policies.is_empty() {
        errors.push(policies.required("must specify at least one Policy"));
    }
    for policy in policies.items() {
        let kind = policy.child("type");
        if !matches!(kind.text(), "Percent" | "Pods") {
            errors.push(kind.not_supported(&["Percent", "Pods"]));
        }
        for field in ["value", "periodSeconds"].map(|field| policy.child(field)) {
            if field.number() <= 0 {
                errors.push(field.invalid_value(field.number(), "must be greater than zero"));
            }
        }
        let period = policy.child("periodSeconds");
        if period.number() > PERIOD_MAX {
            errors.push(period.invalid(format!("must be less than or equal to {PERIOD_MAX}")));
        }
    }
    let tolerance = rules.child("tolerance");
    if Quantity::from_value(tolerance.value()).is_some_and(Quantity::is_negative) {
        errors.push(tolerance.invalid("must be greater or equal to 0"));
    }
    errors
}
