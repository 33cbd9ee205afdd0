//! Rules of the kinds of the networking.k8s.io group.

mod addresses;
mod ingress;
mod ingress_class;
mod network_policy;

pub(super) use addresses::{IpAddressStrategy, ServiceCidrStrategy};
pub(super) use ingress::IngressStrategy;
pub(super) use ingress_class::IngressClassStrategy;
pub(super) use network_policy::NetworkPolicyStrategy;
