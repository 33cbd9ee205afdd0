//! APIServices: whether the server behind each of them can be reached (`kube-aggregator`'s availability
//! controller). The one that is modelled is metrics-server.

use crate::apimachinery::{NODE_METRICS, Object, ObjectKey, Status, builtin};
use crate::base::json;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{Registry, time_text};
use super::super::storage::Change;
use super::itself;

/// The availability controller.
pub(super) struct ApiServiceController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::API_SERVICE, keys: itself },
    Watch { kind: &builtin::SERVICE, keys: behind },
    Watch { kind: &builtin::ENDPOINTS, keys: behind },
];

impl Reconciler for ApiServiceController {
    fn name(&self) -> &'static str {
        "available-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(before) = registry.get(&builtin::API_SERVICE, key) else { return Ok(Action::AwaitChange) };
        if before.get("/spec/service").is_none() {
            return Ok(Action::AwaitChange);
        }
        let (status, reason, message) = availability(registry, &before);
        let old = before.condition("Available");
        let text = |field: &str| old.and_then(|old| old.get(field)?.as_str()).unwrap_or_default();
        if text("status") == status && text("reason") == reason && text("message") == message {
            return Ok(Action::AwaitChange);
        }
        let since = match text("status") == status {
            true => json!(text("lastTransitionTime")),
            false => json!(time_text(registry.now())),
        };
        let mut service = Object::clone(&before);
        let condition = json!({
            "type": "Available", "status": status, "lastTransitionTime": since,
            "reason": reason, "message": message,
        });
        service.set("/status/conditions", json!([condition]));
        registry.update_status(&builtin::API_SERVICE, service, "kube-apiserver")?;
        Ok(Action::AwaitChange)
    }
}

/// The APIServices behind which a Service, or its endpoints, stand.
fn behind(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let (namespace, name) = (change.object.namespace(), change.object.name());
    registry
        .store()
        .list(&builtin::API_SERVICE, None)
        .filter(|service| {
            service.text("/spec/service/namespace") == namespace && service.text("/spec/service/name") == name
        })
        .map(|service| service.key())
        .collect()
}

fn availability(registry: &Registry, service: &Object) -> (&'static str, &'static str, String) {
    let (namespace, name) = (service.text("/spec/service/namespace"), service.text("/spec/service/name"));
    let key = ObjectKey::new(namespace, name);
    if registry.get(&builtin::SERVICE, &key).is_err() {
        let message = format!("service/{name} in {namespace:?} is not present");
        return ("False", "ServiceNotFound", message);
    }
    let Ok(endpoints) = registry.get(&builtin::ENDPOINTS, &key) else {
        let message = format!("cannot find endpoints for service/{name} in {namespace:?}");
        return ("False", "EndpointsNotFound", message);
    };
    let subsets = endpoints.list("/subsets");
    let ready =
        subsets.iter().any(|subset| subset["addresses"].as_array().is_some_and(|list| !list.is_empty()));
    if !ready {
        let port = registry.get(&builtin::SERVICE, &key).ok();
        let port = port.map(|service| service.text("/spec/ports/0/name").to_owned()).unwrap_or_default();
        let message = format!(
            "endpoints for service/{name} in {namespace:?} have no addresses with port name {port:?}"
        );
        return ("False", "MissingEndpoints", message);
    }
    if service.text("/spec/group") != NODE_METRICS.group {
        let message = "not simulated: API servers behind a Service, metrics-server excepted".to_owned();
        return ("False", "FailedDiscoveryCheck", message);
    }
    ("True", "Passed", "all checks passed".to_owned())
}
