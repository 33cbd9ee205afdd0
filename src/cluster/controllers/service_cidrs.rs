//! ServiceCIDRs: ready as soon as they are there, and kept while addresses lie in no other one
//! (`pkg/controller/servicecidrs`).

use std::net::IpAddr;

use crate::apimachinery::builtin::{IP_ADDRESS, SERVICE_CIDR};
use crate::apimachinery::{Condition, Object, ObjectKey, Status, set_condition};
use crate::base::Value;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{Registry, WriteOptions};
use super::MANAGER;

/// Under it a range waits until its addresses are gone.
const FINALIZER: &str = "networking.k8s.io/service-cidr-finalizer";
const READY: &str = "Ready";

/// Keeps the conditions and finalizers of ServiceCIDRs.
pub(super) struct ServiceCidrController;

static WATCHES: &[Watch] = &[
    Watch { kind: &SERVICE_CIDR, keys: |_, registry| all(registry) },
    Watch { kind: &IP_ADDRESS, keys: |_, registry| all(registry) },
];

fn all(registry: &Registry) -> Vec<ObjectKey> {
    registry.store().list(&SERVICE_CIDR, None).map(|range| range.key()).collect()
}

impl Reconciler for ServiceCidrController {
    fn name(&self) -> &'static str {
        "service-cidr-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(range) = registry.get(&SERVICE_CIDR, key) else { return Ok(Action::AwaitChange) };
        let has_finalizer = range.finalizers().any(|name| name == FINALIZER);
        if !range.is_terminating() {
            if !has_finalizer {
                return set_finalizers(registry, &range, true);
            }
            let message = "Kubernetes Service CIDR is ready";
            return tell(registry, &range, ("True", "", message));
        }
        if !has_finalizer {
            return Ok(Action::AwaitChange);
        }
        if is_needed(registry, &range) {
            let message = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
            return tell(registry, &range, ("False", "Terminating", message));
        }
        set_finalizers(registry, &range, false)
    }
}

fn set_finalizers(registry: &mut Registry, range: &Object, present: bool) -> Result<Action, Status> {
    let mut next = range.clone();
    let others = range.finalizers().filter(|name| *name != FINALIZER).map(str::to_owned);
    let finalizers: Vec<String> = others.chain(present.then(|| FINALIZER.to_owned())).collect();
    next.set("/metadata/finalizers", finalizers);
    registry.update(&SERVICE_CIDR, &range.key(), next, &WriteOptions::component(MANAGER))?;
    Ok(Action::AwaitChange)
}

fn tell(
    registry: &mut Registry,
    range: &Object,
    (status, reason, message): (&'static str, &'static str, &'static str),
) -> Result<Action, Status> {
    if range.condition(READY).is_some_and(|ready| ready["status"] == status) {
        return Ok(Action::AwaitChange);
    }
    let mut next = range.clone();
    set_condition(&mut next, Condition { condition_type: READY, status, reason, message }, registry.now());
    // These conditions say everything, even that there is no reason.
    if let Some(conditions) = next.get_mut("/status/conditions").and_then(Value::as_array_mut) {
        for condition in conditions.iter_mut().filter_map(Value::as_object_mut) {
            condition.entry("reason").or_insert_with(|| "".into());
        }
    }
    registry.update_status(&SERVICE_CIDR, next, MANAGER)?;
    Ok(Action::AwaitChange)
}

/// Whether an address lies in this range and in no other one that stays.
fn is_needed(registry: &Registry, range: &Object) -> bool {
    let others: Vec<_> = registry
        .store()
        .list(&SERVICE_CIDR, None)
        .filter(|other| other.name() != range.name() && !other.is_terminating())
        .collect();
    registry
        .store()
        .list(&IP_ADDRESS, None)
        .filter_map(|address| address.name().parse::<IpAddr>().ok())
        .any(|address| holds(range, address) && !others.iter().any(|other| holds(other, address)))
}

fn holds(range: &Object, address: IpAddr) -> bool {
    let ranges = range.list("/spec/cidrs").iter().filter_map(Value::as_str);
    ranges.filter_map(|text| text.split_once('/')).any(|(start, length)| {
        let length = length.parse::<u32>().unwrap_or_default();
        match (start.parse::<IpAddr>(), address) {
            (Ok(IpAddr::V4(start)), IpAddr::V4(address)) => {
                let shift = 32_u32.saturating_sub(length);
                u32::from(start).checked_shr(shift) == u32::from(address).checked_shr(shift)
            }
            (Ok(IpAddr::V6(start)), IpAddr::V6(address)) => {
                let shift = 128_u32.saturating_sub(length);
                u128::from(start).checked_shr(shift) == u128::from(address).checked_shr(shift)
            }
            _ => false,
        }
    })
}
