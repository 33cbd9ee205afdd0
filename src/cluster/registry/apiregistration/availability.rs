//! Which APIs are registered whose server cannot be reached.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::Registry;

/// Group and version of every API behind a Service that is not available, sorted.
pub(crate) fn unavailable_apis(registry: &Registry) -> Vec<(String, String)> {
    let services = registry.store().list(&builtin::API_SERVICE, None);
    let is_out = |service: &&Object| {
        service.get("/spec/service").is_some_and(Value::is_object) && !service.condition_is_true("Available")
    };
    let text = |service: &Object, field: &str| service.text(&format!("/spec/{field}")).to_owned();
    let mut apis: Vec<(String, String)> = services
        .map(AsRef::as_ref)
        .filter(is_out)
        .map(|service| (text(service, "group"), text(service, "version")))
        .collect();
    apis.sort();
    apis
}
