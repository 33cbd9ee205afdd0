//! Endpoints, the older form of EndpointSlices, still written for who reads it (`pkg/controller/endpoint`).

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::super::registry::{DeleteOptions, Registry, WriteOptions, time_text};
use super::super::super::storage::Change;
use super::super::MANAGER;
use super::members::{Member, by_ports, members, selector_of, services_of_pod, target_reference};

/// When what the Endpoints show changed last.
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const MANAGED_BY_LABEL: &str = "endpoints.kubernetes.io/managed-by";
const MANAGED_BY: &str = "endpoint-controller";
const HEADLESS_LABEL: &str = "service.kubernetes.io/headless";

/// The Endpoints controller.
pub(in super::super) struct EndpointsController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::SERVICE, keys: super::super::itself },
    Watch { kind: &builtin::POD, keys: services_of_pod },
    Watch { kind: &builtin::ENDPOINTS, keys: service_of_endpoints },
];

impl Reconciler for EndpointsController {
    fn name(&self) -> &'static str {
        "endpoint-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(service) = registry.get(&builtin::SERVICE, key) else {
            // Endpoints have no owner: their Service takes them along by its name.
            return delete_with_service(registry, key);
        };
        let Some(selector) = selector_of(&service).filter(|_| !service.is_terminating()) else {
            return Ok(Action::AwaitChange);
        };
        let members = members(registry, &service, &selector);
        write(registry, &service, subsets(members))?;
        Ok(Action::AwaitChange)
    }
}

fn service_of_endpoints(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    let ours = change.object.label(MANAGED_BY_LABEL) == Some(MANAGED_BY);
    if ours { vec![change.object.key()] } else { Vec::new() }
}

fn delete_with_service(registry: &mut Registry, key: &ObjectKey) -> Result<Action, Status> {
    let ours = |found: &Object| found.label(MANAGED_BY_LABEL) == Some(MANAGED_BY);
    if registry.store().get(&builtin::ENDPOINTS, key).is_some_and(|found| ours(found)) {
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        registry.delete(&builtin::ENDPOINTS, key, &delete, &options)?;
    }
    Ok(Action::AwaitChange)
}

/// One subset for each set of ports; Pods that are going are left out.
fn subsets(members: Vec<Member>) -> Vec<Value> {
    let staying = members.into_iter().filter(|member| !member.terminating || member.ready).collect();
    by_ports(staying)
        .into_values()
        .map(|group| {
            let addresses = |ready: bool| -> Vec<Value> {
                group.iter().filter(|member| member.ready == ready).map(address).collect()
            };
            let ports: Vec<Value> = group.first().map(|first| first.ports.clone()).unwrap_or_default();
            let mut subset = json!({});
            for (field, list) in
                [("addresses", addresses(true)), ("notReadyAddresses", addresses(false)), ("ports", ports)]
            {
                if !list.is_empty() {
                    subset[field] = list.into_iter().map(without_empty_name).collect();
                }
            }
            subset
        })
        .collect()
}

fn without_empty_name(mut port: Value) -> Value {
    if port.get("name").and_then(Value::as_str) == Some("")
        && let Some(fields) = port.as_object_mut()
    {
        fields.remove("name");
    }
    port
}

fn address(member: &Member) -> Value {
    json!({
        "ip": member.pod.text("/status/podIP"),
        "nodeName": member.pod.text("/spec/nodeName"),
        "targetRef": target_reference(&member.pod),
    })
}

fn write(registry: &mut Registry, service: &Object, subsets: Vec<Value>) -> Result<(), Status> {
    let (key, options) = (service.key(), WriteOptions::component(MANAGER));
    let found = registry.store().get(&builtin::ENDPOINTS, &key).map(|found| Object::clone(found));
    let is_new = found.is_none();
    let before = found.unwrap_or_else(|| Object::new(&builtin::ENDPOINTS, &key.namespace, &key.name));
    let mut next = before.clone();
    match service.get("/metadata/labels") {
        Some(labels) => next.set("/metadata/labels", labels.clone()),
        None => next.set("/metadata/labels", json!({})),
    }
    next.set_label(MANAGED_BY_LABEL, MANAGED_BY);
    if service.text("/spec/clusterIP") == "None" {
        next.set_label(HEADLESS_LABEL, "");
    }
    if subsets.is_empty() {
        next.remove("/subsets");
    } else {
        next.set("/subsets", subsets);
    }
    if !is_new && next == before {
        return Ok(());
    }
    next.set_annotation(TRIGGER_TIME, time_text(registry.now()));
    let written = if is_new {
        registry.create(&builtin::ENDPOINTS, &key.namespace, next, &options)
    } else {
        registry.update(&builtin::ENDPOINTS, &key, next, &options)
    };
    written.map(|_| ())
}
