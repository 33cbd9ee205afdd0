//! Rules of ResourceQuotas and LimitRanges.

use crate::apimachinery::{
    FieldError, FieldErrors, Object, Quantity, ResourceList, resource_list, validate_label_key,
};
use crate::base::Value;

use super::field::Field;

/// What a quota may limit without a domain of its own.
const STANDARD: &[&str] = &[
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];
/// Amounts that only whole numbers make sense of.
const WHOLE: &[&str] = &[
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];
/// What LimitRanges may be about without a domain of its own.
const LIMIT_TYPES: &[&str] = &["Pod", "Container", "PersistentVolumeClaim"];
/// Resources of containers, besides huge pages.
const OF_CONTAINERS: &[&str] = &["cpu", "memory", "ephemeral-storage"];
const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
    "VolumeAttributesClass",
];
/// Amounts of Pods that say how much they want.
const COMPUTE: &[&str] =
    &["cpu", "limits.cpu", "limits.memory", "memory", "pods", "requests.cpu", "requests.memory"];

/// What is wrong with a ResourceQuota (`ValidateResourceQuota`).
pub(crate) fn resource_quota_errors(quota: &Object) -> FieldErrors {
    let spec = Field::of(quota, "spec");
    let hard = spec.child("hard");
    let mut errors = FieldErrors::new();
    for (name, amount) in hard.map().into_iter().flatten() {
        let path = format!("{}[{name}]", hard.path());
        let mut wrong = |value: Value, detail: &str| {
            errors.push(FieldError::invalid(path.clone(), value, detail));
        };
        let messages = validate_label_key(name);
        for message in &messages {
            wrong(name.as_str().into(), message);
        }
        if !name.contains('/') && !is_standard(name) {
            wrong(name.as_str().into(), "must be a standard resource for quota");
        }
        let Some(amount) = Quantity::from_value(amount) else { continue };
        if amount.is_negative() {
            wrong(amount.to_string().into(), "must be greater than or equal to 0");
        }
        let whole = WHOLE.contains(&name.as_str()) || is_extended(name);
        if whole && amount.milli() % 1000 != 0 {
            wrong(amount.to_string().into(), "must be an integer");
        }
    }
    errors.extend(scope_errors(&spec));
    errors.extend(scope_selector_errors(&spec));
    errors
}

/// `helper.IsExtendedResourceName`.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/") && !name.starts_with("requests.")
}

fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

/// Whether amounts of a name can be counted within a scope (`IsResourceQuotaScopeValidForResource`).
fn applies(scope: &str, name: &str) -> bool {
    match scope {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => ["persistentvolumeclaims", "requests.storage"].contains(&name),
        _ if SCOPES.contains(&scope) => COMPUTE.contains(&name),
        _ => true,
    }
}

fn scope_errors(spec: &Field<'_>) -> FieldErrors {
    let scopes = spec.child("scopes");
    let names: Vec<&str> = scopes.items().map(|scope| scope.text()).collect();
    let mut errors = FieldErrors::new();
    for scope in &names {
        if !SCOPES.contains(scope) {
            errors.push(scopes.invalid("unsupported scope"));
        }
        let wrong = inapplicable(spec, scope);
        errors.extend((0..wrong).map(|_| scopes.invalid("unsupported scope applied to resource")));
    }
    errors.extend((0..conflicts(&names)).map(|_| scopes.invalid("conflicting scopes")));
    errors
}

/// How many amounts of a quota cannot be counted within a scope.
fn inapplicable(spec: &Field<'_>, scope: &str) -> usize {
    let hard = spec.child("hard");
    let names = hard.map().into_iter().flat_map(|hard| hard.keys());
    names.filter(|name| is_standard(name) && !applies(scope, name)).count()
}

/// How many pairs of scopes exclude each other.
fn conflicts(names: &[&str]) -> usize {
    let pairs = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];
    pairs.iter().filter(|(one, other)| names.contains(one) && names.contains(other)).count()
}

/// Upstream names no place in the list.
fn scope_selector_errors(spec: &Field<'_>) -> FieldErrors {
    let selector = spec.child("scopeSelector");
    let list = selector.child("matchExpressions");
    let (mut errors, mut names) = (FieldErrors::new(), Vec::new());
    for requirement in list.items() {
        let part = |name: &str| Field::at(format!("{}.{name}", list.path()), requirement.child(name).value());
        let (scope, operator, values) = (part("scopeName"), part("operator"), part("values"));
        names.push(scope.text());
        if !SCOPES.contains(&scope.text()) {
            errors.push(scope.invalid("unsupported scope"));
        }
        let wrong = inapplicable(spec, scope.text());
        let detail = "unsupported scope applied to resource";
        errors
            .extend((0..wrong).map(|_| Field::at(list.path().to_owned(), selector.value()).invalid(detail)));
        let by_name = ["PriorityClass", "VolumeAttributesClass"].contains(&scope.text());
        if !by_name && operator.text() != "Exists" {
            let detail = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.push(operator.invalid(detail));
        }
        match operator.text() {
            "In" | "NotIn" if values.is_empty() => {
                errors.push(values.required(
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
                ));
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail =
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                errors.push(values.invalid(detail));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.push(operator.invalid("not a valid selector operator")),
        }
    }
    let scopes = Field::at(list.path().to_owned(), spec.child("scopes").value());
    errors.extend((0..conflicts(&names)).map(|_| scopes.invalid("conflicting scopes")));
    errors
}

/// What is wrong with a change of a ResourceQuota.
pub(crate) fn resource_quota_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let scopes = |quota| -> Vec<&str> {
        let mut names: Vec<&str> =
            Field::of(quota, "spec").child("scopes").items().map(|scope| scope.text()).collect();
        names.sort_unstable();
        names
    };
    if scopes(new) == scopes(old) {
        return FieldErrors::new();
    }
    vec![Field::of(new, "spec").child("scopes").invalid("field is immutable")]
}

/// What is wrong with a LimitRange (`ValidateLimitRange`).
pub(crate) fn limit_range_errors(range: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut types = Vec::new();
    for item in Field::of(range, "spec").child("limits").items() {
        let kind = item.child("type");
        errors.extend(kind.invalid_all(validate_label_key(kind.text())));
        if !kind.text().contains('/') && !LIMIT_TYPES.contains(&kind.text()) {
            errors.push(kind.invalid("must be a standard limit type or fully qualified"));
        }
        if types.contains(&kind.text()) {
            errors.push(kind.duplicate());
        }
        types.push(kind.text());
        for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            let amounts = item.child(field);
            if kind.text() == "Pod" && field.starts_with("default") {
                if !amounts.is_empty() {
                    errors.push(amounts.forbidden("may not be specified when `type` is 'Pod'"));
                }
                continue;
            }
            let names = amounts.map().into_iter().flat_map(|amounts| amounts.keys());
            errors.extend(names.flat_map(|name| limit_name_errors(kind.text(), name, &amounts)));
        }
        if kind.text() == "PersistentVolumeClaim"
            && item.child("min").child("storage").is_absent()
            && item.child("max").child("storage").is_absent()
        {
            let detail = "either minimum or maximum storage value is required, but neither was provided";
            errors.push(item.child("limits").required(detail));
        }
        errors.extend(bound_errors(&item));
    }
    errors
}

/// `validateLimitRangeResourceName`.
fn limit_name_errors(kind: &str, name: &str, amounts: &Field<'_>) -> FieldErrors {
    let path = format!("{}[{name}]", amounts.path());
    let wrong = |detail: String| FieldError::invalid(path.clone(), name, detail);
    let mut errors: FieldErrors = validate_label_key(name).into_iter().map(wrong).collect();
    let of_pods = ["Container", "Pod"].contains(&kind);
    let known = OF_CONTAINERS.contains(&name) || name.starts_with("hugepages-");
    if !name.contains('/') {
        if !known && !is_standard(name) && name != "storage" {
            errors.push(wrong("must be a standard resource type or fully qualified".to_owned()));
        }
        if of_pods && !known {
            errors.push(wrong("must be a standard resource for containers".to_owned()));
        }
    } else if of_pods && !name.contains("kubernetes.io/") && !is_extended(name) {
        errors.push(wrong("doesn't follow extended resource name standard".to_owned()));
    }
    errors
}

fn bound_errors(item: &Field<'_>) -> FieldErrors {
    let amounts = |field: &str| resource_list(item.child(field).map());
    let (least, most, ratio) = (amounts("min"), amounts("max"), amounts("maxLimitRequestRatio"));
    let (default, request) = (amounts("default"), amounts("defaultRequest"));
    let mut names: Vec<&String> = [&least, &most, &ratio, &default, &request]
        .into_iter()
        .flat_map(|list: &ResourceList| list.keys())
        .collect();
    names.sort();
    names.dedup();
    let mut errors = FieldErrors::new();
    for name in names {
        let get = |list: &ResourceList| list.get(name).copied();
        let mut ordered = |field: &str,
                           small: (Option<Quantity>, &str),
                           great: (Option<Quantity>, &str),
                           shown: Option<Quantity>| {
            if let (Some(low), Some(high)) = (small.0, great.0)
                && low > high
            {
                let path = format!("{}.{field}[{name}]", item.path());
                let detail = format!("{} {low} is greater than {} {high}", small.1, great.1);
                let shown = shown.unwrap_or(low).to_string();
                errors.push(FieldError::invalid(path, shown, detail));
            }
        };
        let minimum = (get(&least), "min value");
        let maximum = (get(&most), "max value");
        ordered("min", minimum, maximum, None);
        ordered("defaultRequest", minimum, (get(&request), "default request value"), get(&request));
        ordered("defaultRequest", (get(&request), "default request value"), maximum, None);
        ordered(
            "defaultRequest",
            (get(&request), "default request value"),
            (get(&default), "default limit value"),
            None,
        );
        ordered("default", minimum, (get(&default), "default value"), None);
        ordered("default", (get(&default), "default value"), maximum, get(&most));
        if let Some(ratio) = get(&ratio).filter(|ratio| *ratio < Quantity::from_whole(1)) {
            let path = format!("{}.maxLimitRequestRatio[{name}]", item.path());
            let detail = format!("ratio {ratio} is less than 1");
            errors.push(FieldError::invalid(path, ratio.to_string(), detail));
        }
        if let (Some(ratio), Some(least), Some(most)) = (get(&ratio), get(&least), get(&most)) {
            errors.extend(ratio_error(
                format!("{}.maxLimitRequestRatio[{name}]", item.path()),
                ratio,
                least,
                most,
            ));
        }
        // What cannot be lent twice has one default.
        let lent =
            (!name.contains('/') || name.contains("kubernetes.io/")) && !name.starts_with("hugepages-");
        if let (false, Some(default), Some(request)) = (lent, get(&default), get(&request))
            && default != request
        {
            let path = format!("{}.defaultRequest[{name}]", item.path());
            let detail =
                format!("default value {default} must equal to defaultRequest value {request} in {name}");
            errors.push(FieldError::invalid(path, request.to_string(), detail));
        }
    }
    errors
}

#[expect(clippy::cast_precision_loss, reason = "upstream divides floating-point numbers")]
fn ratio_error(path: String, ratio: Quantity, least: Quantity, most: Quantity) -> Option<FieldError> {
    let bound = most.milli() as f64 / least.milli() as f64;
    let detail = format!("ratio {ratio} is greater than max/min = {bound:.6}");
    (ratio.milli() as f64 / 1000.0 > bound).then(|| FieldError::invalid(path, ratio.to_string(), detail))
}
