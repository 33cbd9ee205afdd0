//! Claims to devices that Pods ask for by a template (`pkg/controller/resourceclaim`).

use crate::apimachinery::builtin::{POD, RESOURCE_CLAIM, RESOURCE_CLAIM_TEMPLATE};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::{Value, json};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::Change;
use super::{MANAGER, controllers_of, itself, owned_object};

/// Tells for which of a Pod's claims a claim was made.
const POD_CLAIM_NAME: &str = "resource.kubernetes.io/pod-claim-name";
/// Source of the events.
const COMPONENT: &str = "resource_claim";

/// Makes claims from templates, and takes them away when their Pod has ended.
pub(super) struct ResourceClaimController;

static WATCHES: &[Watch] = &[
    Watch { kind: &POD, keys: itself },
    Watch { kind: &RESOURCE_CLAIM, keys: |change, _| controllers_of(change, &POD) },
    Watch { kind: &RESOURCE_CLAIM_TEMPLATE, keys: pods_of_template },
];

impl Reconciler for ResourceClaimController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(pod) = registry.get(&POD, key) else { return Ok(Action::AwaitChange) };
        if pod.list("/spec/resourceClaims").is_empty() {
            return Ok(Action::AwaitChange);
        }
        if matches!(pod.text("/status/phase"), "Succeeded" | "Failed") {
            remove_claims(registry, &pod)?;
            return Ok(Action::AwaitChange);
        }
        if pod.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let mut statuses = Vec::new();
        for wanted in pod.list("/spec/resourceClaims") {
            let name = wanted["name"].as_str().unwrap_or_default();
            let Some(template) = wanted["resourceClaimTemplateName"].as_str() else { continue };
            match ensure(registry, &pod, name, template) {
                Ok(claim) => statuses.push(json!({"name": name, "resourceClaimName": claim})),
                Err(why) => {
                    let message = format!("PodResourceClaim {name}: {why}");
                    let source = EventSource::component(COMPONENT);
                    let (event_type, reason) = (EventType::Warning, "FailedResourceClaimCreation");
                    record_event(registry, &source, &pod, "", event_type, reason, &message);
                    return Err(Status::internal(message));
                }
            }
        }
        if !statuses.is_empty() && pod.list("/status/resourceClaimStatuses") != statuses {
            let mut next = Object::clone(&*registry.get(&POD, key)?);
            next.set("/status/resourceClaimStatuses", statuses);
            registry.update_status(&POD, next, MANAGER)?;
        }
        Ok(Action::AwaitChange)
    }
}

/// The name of the claim for one of a Pod's claims, made now if it has to be.
fn ensure(registry: &mut Registry, pod: &Object, name: &str, template: &str) -> Result<String, String> {
    let own = registry.store().owned_by(&RESOURCE_CLAIM, Some(pod.namespace()), pod.uid());
    let mut own = own.filter(|claim| claim.annotation(POD_CLAIM_NAME) == Some(name));
    if let Some(claim) = own.next() {
        return Ok(claim.name().to_owned());
    }
    drop(own);
    let key = ObjectKey::new(pod.namespace(), template);
    let Ok(found) = registry.get(&RESOURCE_CLAIM_TEMPLATE, &key) else {
        let why = format!("resourceclaimtemplate.resource.k8s.io {template:?} not found");
        return Err(format!("resource claim template {template:?}: {why}"));
    };
    let spec = found.get("/spec").cloned().unwrap_or_default();
    let mut template = Object::new(&RESOURCE_CLAIM, "", "");
    template.set("/metadata", spec.get("metadata").cloned().unwrap_or_default());
    let mut claim = owned_object(&RESOURCE_CLAIM, pod, &template);
    claim.set("/metadata/generateName", format!("{}-{name}-", pod.name()));
    claim.set_annotation(POD_CLAIM_NAME, name);
    claim.set("/spec", spec.get("spec").cloned().unwrap_or_default());
    let options = WriteOptions::component(MANAGER);
    let made = registry.create(&RESOURCE_CLAIM, pod.namespace(), claim, &options);
    let made = made.map_err(|status| format!("create ResourceClaim : {}", status.message))?;
    Ok(made.object.name().to_owned())
}

/// Takes away the claims that were made for a Pod that has ended.
fn remove_claims(registry: &mut Registry, pod: &Object) -> Result<(), Status> {
    let own = registry.store().owned_by(&RESOURCE_CLAIM, Some(pod.namespace()), pod.uid());
    let made = own.filter(|claim| claim.annotation(POD_CLAIM_NAME).is_some() && !claim.is_terminating());
    let keys: Vec<ObjectKey> = made.map(|claim| claim.key()).collect();
    for key in keys {
        let options = WriteOptions::component(MANAGER);
        registry.delete(&RESOURCE_CLAIM, &key, &DeleteOptions::default(), &options)?;
    }
    Ok(())
}

/// The Pods without a node that ask by a template which has come.
fn pods_of_template(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let template = &change.object;
    let asks = |pod: &Object| {
        let mut claims = pod.list("/spec/resourceClaims").iter();
        claims.any(|claim: &Value| claim["resourceClaimTemplateName"] == template.name())
    };
    let waiting = registry.store().pods_on("").filter(|pod| pod.namespace() == template.namespace());
    waiting.filter(|pod| asks(pod)).map(|pod| pod.key()).collect()
}
