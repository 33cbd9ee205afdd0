//! `minikube tunnel`: Services of type LoadBalancer have an address for as long as one is open.

use crate::apimachinery::builtin::SERVICE;
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::json;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::itself;

/// The address under which this machine reaches the Services.
pub(crate) const TUNNEL_ADDRESS: &str = "127.0.0.1";
/// Name of the controller, and its program in managedFields.
pub(crate) const LOAD_BALANCERS: &str = "minikube-tunnel";

/// Gives and takes external addresses.
pub(super) struct LoadBalancers;

static WATCHES: &[Watch] = &[Watch { kind: &SERVICE, keys: itself }];

impl Reconciler for LoadBalancers {
    fn name(&self) -> &'static str {
        LOAD_BALANCERS
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let Ok(service) = context.registry.get(&SERVICE, key) else { return Ok(Action::AwaitChange) };
        let wanted = context.node.has_tunnel() && service.text("/spec/type") == "LoadBalancer";
        let found = service.text("/status/loadBalancer/ingress/0/ip");
        let status = match (wanted, found) {
            (true, "") => json!({"ingress": [{"ip": TUNNEL_ADDRESS, "ipMode": "VIP"}]}),
            (false, TUNNEL_ADDRESS) => json!({}),
            _ => return Ok(Action::AwaitChange),
        };
        let mut next = Object::clone(&service);
        next.set("/status/loadBalancer", status);
        context.registry.update_status(&SERVICE, next, LOAD_BALANCERS)?;
        Ok(Action::AwaitChange)
    }
}
