//! Rules of what a Pod asks for as a whole (`validatePodResourceRequirements`).

use serde_json::Value;

use crate::apimachinery::{FieldErrors, Quantity, ResourceList, pod_requests};

use super::field::Field;
use super::resources::resource_errors;

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
    let mut errors = resource_errors(&resources);
    let (requests, limits) = (resources.child("requests"), resources.child("limits"));
    for (name, needed) in container_requests(spec.value()) {
        let Some(amount) = Quantity::from_value(requests.child(&name).value()) else { continue };
        if amount < needed {
            let detail = format!("must be greater than or equal to aggregate container requests of {needed}");
            let named = Field::at(format!("{}[{name}]", requests.path()), &Value::Null);
            errors.push(named.invalid_value(amount.to_string(), detail));
        }
    }
    for container in ["containers", "initContainers"].iter().flat_map(|list| spec.child(list).items()) {
        let own = container.child("resources").child("limits");
        for (name, amount) in own.map().into_iter().flatten() {
            let (amount, limit) =
                (Quantity::from_value(amount), Quantity::from_value(limits.child(name).value()));
            let (Some(amount), Some(limit)) = (amount, limit) else { continue };
            if amount > limit {
                let named = Field::at(format!("{}[{name}]", own.path()), &Value::Null);
                let detail = format!("must be less than or equal to pod limits of {limit}");
                errors.push(named.invalid_value(amount.to_string(), detail));
            }
        }
    }
    errors
}
