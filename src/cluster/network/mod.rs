//! Addresses, names, Services and NetworkPolicies.
//!
//! NetworkPolicies are enforced, as on `minikube start --cni=calico`: with minikube's own default
//! network plug-in they would have no effect, and nobody could learn from them.
//!
//! Not simulated: SCTP, UDP from outside, IPv6, and the world outside the cluster.

mod dns;
mod ipam;
mod policy;
mod service_proxy;
#[cfg(test)]
mod tests;

pub(crate) use super::runtime::{ConnectError, DnsRecord as Record, HttpRequest, HttpResponse};
pub(crate) use dns::{answers as dns_answers, lookup, query};
pub(crate) use ipam::AddressPool;
pub(crate) use policy::{End, allows};
pub(crate) use service_proxy::{Client, Endpoint, choose_endpoint, is_api_server, node_with_address, route};
