//! Cluster IPs: one IPAddress for every address that a Service holds
//! (`pkg/registry/core/service/ipallocator/controller`).

use crate::apimachinery::builtin::{IP_ADDRESS, SERVICE};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::{Value, json};

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};

/// Label with the program that manages an address.
const MANAGED_BY: &str = "ipaddress.kubernetes.io/managed-by";
/// The program that manages the addresses of Services.
const ALLOCATOR: &str = "ipallocator.k8s.io";

/// Keeps the IPAddresses of Services. Keys are addresses.
pub(super) struct ClusterIpController;

static WATCHES: &[Watch] = &[
    Watch {
        kind: &SERVICE,
        keys: |change, _| {
            let states = [Some(&change.object), change.previous.as_ref()];
            states.into_iter().flatten().flat_map(|service| addresses(service)).collect()
        },
    },
    Watch { kind: &IP_ADDRESS, keys: super::itself },
];

impl Reconciler for ClusterIpController {
    fn name(&self) -> &'static str {
        "service-ip-repair-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let options = WriteOptions::component("kube-apiserver");
        match (holder_of(registry, key), registry.get(&IP_ADDRESS, key)) {
            (Some(service), Err(_)) => {
                registry.create(&IP_ADDRESS, "", ip_address(&key.name, &service), &options)?;
            }
            (None, Ok(address))
                if address.label(MANAGED_BY) == Some(ALLOCATOR) && !address.is_terminating() =>
            {
                registry.delete(&IP_ADDRESS, key, &DeleteOptions::default(), &options)?;
            }
            _ => {}
        }
        Ok(Action::AwaitChange)
    }
}

fn addresses(service: &Object) -> Vec<ObjectKey> {
    let texts = service.list("/spec/clusterIPs").iter().filter_map(Value::as_str);
    texts.filter(|address| *address != "None").map(|address| ObjectKey::new("", address)).collect()
}

/// The Service that holds an address.
fn holder_of(registry: &Registry, address: &ObjectKey) -> Option<ObjectKey> {
    let mut services = registry.store().list(&SERVICE, None);
    services.find(|service| addresses(service).contains(address)).map(|service| service.key())
}

fn ip_address(address: &str, service: &ObjectKey) -> Object {
    let mut object = Object::new(&IP_ADDRESS, "", address);
    let family = if address.contains(':') { "IPv6" } else { "IPv4" };
    object.set_label("ipaddress.kubernetes.io/ip-family", family);
    object.set_label(MANAGED_BY, ALLOCATOR);
    let holder =
        json!({"group": "", "resource": "services", "namespace": service.namespace, "name": service.name});
    object.set("/spec/parentRef", holder);
    object
}
