//! Rules of what a Pod asks for as a whole (`validatePodResourceRequirements`).

use crate::apimachinery::{FieldError, FieldErrors, Quantity, ResourceList, pod_requests};
use crate::base::Value;

use super::field::Field;
use super::resources::{name_errors, requirement_errors};

/// What a Pod may ask for as a whole.
const SUPPORTED: &[&str] = &["cpu", "hugepages-", "memory"];

/// Whether a Pod may ask for a resource as a whole (`IsSupportedPodLevelResource`).
pub(crate) fn is_of_whole_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

/// What the containers of a Pod ask for together.
pub(crate) fn container_requests(spec: &Value) -> ResourceList {
    let mut spec = spec.clone();
    if let Value::Object(fields) = &mut spec {
        fields.remove("resources");
        fields.remove("overhead");
    }
    pod_requests(&spec)
}

/// What is wrong with the resources of a Pod, beside those of its containers.
pub(super) fn pod_resource_errors(spec: &Field<'_>) -> FieldErrors {
    let resources = spec.child("resources");
    if resources.is_absent() {
        return FieldErrors::new();
    }
    let mut errors = requirement_errors(&resources, pod_name_errors);
    let (requests, limits) = (resources.child("requests"), resources.child("limits"));
    for (name, needed) in container_requests(spec.value()) {
        let Some(amount) = Quantity::from_value(requests.child(&name).value()) else { continue };
        if amount < needed {
            let detail = format!("must be greater than or equal to aggregate container requests of {needed}");
            let named = Field::at(format!("{}[{name}]", requests.path()), &Value::Null);
            errors.push(named.invalid_value(amount.to_string(), detail));
        }
    }
    for (index, container) in spec.child("containers").items().enumerate() {
        let own = container.child("resources").child("limits");
        for (name, amount) in own.map().into_iter().flatten() {
            let (amount, limit) =
                (Quantity::from_value(amount), Quantity::from_value(limits.child(name).value()));
            let (Some(amount), Some(limit)) = (amount, limit) else { continue };
            if amount > limit {
                // Upstream's path begins at the Pod's resources.
                let path = format!("{}.containers[{index}][{name}].limits", resources.path());
                let named = Field::at(path, &Value::Null);
                let detail = format!("must be less than or equal to pod limits of {limit}");
                errors.push(named.invalid_value(amount.to_string(), detail));
            }
        }
    }
    errors
}

/// What is wrong with the name of what a Pod asks for (`validatePodResourceName`).
fn pod_name_errors(named: &Field<'_>, name: &str) -> FieldErrors {
    let mut errors = name_errors(named, name);
    if errors.is_empty() && !is_of_whole_pods(name) {
        errors.push(FieldError { value: name.into(), ..named.not_supported(SUPPORTED) });
    }
    errors
}
