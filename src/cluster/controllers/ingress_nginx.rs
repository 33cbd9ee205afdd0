//! The controller side of ingress-nginx: sees Ingresses of its class and writes their address.

use jiff::SignedDuration;

use crate::apimachinery::builtin::{INGRESS, INGRESS_CLASS, NODE, POD};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::json;

use super::super::ingress;
use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::Registry;
use super::super::storage::Change;

/// Source of the events and program in managedFields.
const COMPONENT: &str = "nginx-ingress-controller";
/// How often the addresses are written.
const STATUS_PERIOD: i64 = 60;

/// ingress-nginx, while one of its Pods is ready.
pub(super) struct IngressNginx;

static WATCHES: &[Watch] = &[
    Watch { kind: &INGRESS, keys: changed_ingress },
    Watch { kind: &INGRESS_CLASS, keys: |_, registry| every_ingress(registry) },
    Watch {
        kind: &POD,
        keys: |change, registry| {
            let pod = &change.object;
            let came = ingress::is_ready_controller(pod)
                && !change.previous.as_ref().is_some_and(|before| ingress::is_ready_controller(before));
            if came { every_ingress(registry) } else { Vec::new() }
        },
    },
];

impl Reconciler for IngressNginx {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(found) = registry.get(&INGRESS, key) else { return Ok(Action::AwaitChange) };
        let Some(controller) = ingress::controller(registry) else { return Ok(Action::AwaitChange) };
        if !ingress::is_ours(registry, &found) {
            return Ok(Action::AwaitChange);
        }
        announce(registry, &found);
        let Some(address) = node_address(registry, controller.text("/spec/nodeName")) else {
            return Ok(Action::AwaitChange);
        };
        if found.text("/status/loadBalancer/ingress/0/ip") == address {
            return Ok(Action::AwaitChange);
        }
        let wait = until_next_round(registry, &controller, &found);
        if wait > SignedDuration::ZERO {
            return Ok(Action::RequeueAfter(wait));
        }
        let mut served = Object::clone(&found);
        served.set("/status/loadBalancer", json!({"ingress": [{"ip": address}]}));
        registry.update_status(&INGRESS, served, COMPONENT)?;
        Ok(Action::AwaitChange)
    }
}

/// A new or changed Ingress; its status is the controller's own note.
fn changed_ingress(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    let (now, before) = (&change.object, change.previous.as_ref());
    let same = |before: &Object| before.agrees(now, "/spec") && before.agrees(now, "/metadata/annotations");
    if before.is_some_and(|before| same(before)) { Vec::new() } else { vec![now.key()] }
}

fn every_ingress(registry: &Registry) -> Vec<ObjectKey> {
    registry.store().list(&INGRESS, None).map(|ingress| ingress.key()).collect()
}

/// Says once for each version of the Ingress that it is looked at.
fn announce(registry: &mut Registry, found: &Object) {
    let events = registry.store().list(&crate::apimachinery::builtin::EVENT, Some(found.namespace()));
    let told = events
        .filter(|event| event.text("/involvedObject/uid") == found.uid() && event.text("/reason") == "Sync")
        .filter_map(|event| event.text("/involvedObject/resourceVersion").parse::<u64>().ok())
        .max();
    // Its own write of the status makes a new version, too, which is no news.
    let written = found.list("/metadata/managedFields").iter().any(|entry| entry["manager"] == COMPONENT);
    if told.is_some_and(|version| version == found.resource_version() || written) {
        return;
    }
    let source = EventSource::component(COMPONENT);
    record_event(registry, &source, found, "", EventType::Normal, "Sync", "Scheduled for sync");
}

fn node_address(registry: &Registry, node: &str) -> Option<String> {
    let node = registry.get(&NODE, &ObjectKey::new("", node)).ok()?;
    let addresses = node.list("/status/addresses").iter();
    let mut internal = addresses.filter(|entry| entry["type"] == "InternalIP");
    internal.find_map(|entry| entry["address"].as_str().map(str::to_owned))
}

/// Time until the addresses are written next: once a minute since the controller became ready.
fn until_next_round(registry: &Registry, controller: &Object, found: &Object) -> SignedDuration {
    let now = registry.now();
    let ready = controller.condition("Ready").and_then(|condition| {
        condition.get("lastTransitionTime")?.as_str()?.parse::<crate::base::Timestamp>().ok()
    });
    let since = |moment: Option<crate::base::Timestamp>| {
        moment.map_or(0, |moment| now.duration_since(moment).as_secs())
    };
    let (ready, created) = (since(ready), since(found.creation_timestamp()));
    // A round has passed since the Ingress was created.
    if ready / STATUS_PERIOD > (ready - created).max(0) / STATUS_PERIOD && ready >= STATUS_PERIOD {
        return SignedDuration::ZERO;
    }
    SignedDuration::from_secs(STATUS_PERIOD - ready % STATUS_PERIOD)
}
