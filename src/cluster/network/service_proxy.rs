//! kube-proxy: which Pod a connection to a Service reaches.

use std::sync::Arc;

use crate::apimachinery::builtin::{ENDPOINT_SLICE, NODE, SERVICE};
use crate::apimachinery::{Object, ObjectKey, stable_hash};
use crate::base::Value;

use super::super::registry::Registry;
use super::super::runtime::ConnectError;
use super::dns;

/// Where a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Address of a Pod, or of a node.
    pub address: String,
    /// Port of a container.
    pub port: u16,
}

/// Who opens a connection to a Service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    /// Its address, for session affinity.
    pub address: String,
    /// The node on which the connection meets kube-proxy.
    pub node: String,
    /// Whether it comes from outside the cluster: through a node port or an external address.
    pub external: bool,
    /// Whether it sends datagrams instead of opening a connection.
    pub datagrams: bool,
}

impl Client {
    /// The protocol that it speaks.
    pub(crate) fn protocol(&self) -> &'static str {
        if self.datagrams { "UDP" } else { "TCP" }
    }
}

/// An endpoint of a slice.
struct Candidate {
    endpoint: Endpoint,
    node: String,
    ready: bool,
    /// Going, but its probes still pass.
    draining: bool,
}

/// A ready endpoint of a Service's port: by chance, or always the same for a client when the Service
/// asks for session affinity. With none ready, one that is going but still serves will do.
///
/// # Errors
/// Refused when the Service has no such port or nothing behind it, timed out when all that is behind
/// it is on other nodes and the Service keeps traffic local.
pub(crate) fn choose_endpoint(
    registry: &mut Registry,
    service: &ObjectKey,
    port: u16,
    client: &Client,
) -> Result<Endpoint, ConnectError> {
    let object = registry.get(&SERVICE, service).map_err(|_| ConnectError::UnknownHost)?;
    let is_wanted = |entry: &&Value| {
        entry["port"].as_u64() == Some(u64::from(port))
            && entry["protocol"].as_str().unwrap_or("TCP") == client.protocol()
    };
    let entry = object.list("/spec/ports").iter().find(is_wanted).ok_or(ConnectError::Refused)?;
    let all = candidates(registry, service, entry["name"].as_str().unwrap_or_default());
    let of = |wanted: fn(&Candidate) -> bool| all.iter().filter(|found| wanted(found)).collect::<Vec<_>>();
    let mut usable = of(|found| found.ready);
    if usable.is_empty() {
        usable = of(|found| found.draining);
    }
    if usable.is_empty() {
        return Err(ConnectError::Refused);
    }
    let policy = if client.external { "/spec/externalTrafficPolicy" } else { "/spec/internalTrafficPolicy" };
    if object.text(policy) == "Local" && !client.node.is_empty() {
        usable.retain(|found| found.node == client.node);
    }
    if usable.is_empty() {
        return Err(ConnectError::TimedOut);
    }
    let chosen = if object.text("/spec/sessionAffinity") == "ClientIP" {
        // Each client has an order of its own in which it takes endpoints: it stays with the first
        // one for as long as that is there.
        let rank =
            |found: &&Candidate| stable_hash(&format!("{} {}", client.address, found.endpoint.address));
        usable.iter().copied().max_by_key(rank)
    } else {
        let drawn = registry.random().below(usable.len() as u64);
        usable.get(usize::try_from(drawn).unwrap_or_default()).copied()
    };
    chosen.map(|found| found.endpoint.clone()).ok_or(ConnectError::Refused)
}

fn candidates(registry: &Registry, service: &ObjectKey, port_name: &str) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let slices = registry
        .store()
        .list(&ENDPOINT_SLICE, Some(&service.namespace))
        .filter(|slice| slice.label("kubernetes.io/service-name") == Some(&service.name));
    for slice in slices {
        let port = slice
            .list("/ports")
            .iter()
            .find(|port| port["name"].as_str().unwrap_or_default() == port_name)
            .and_then(|port| u16::try_from(port["port"].as_u64()?).ok());
        let Some(port) = port else { continue };
        for endpoint in slice.list("/endpoints") {
            let is = |condition: &str| endpoint["conditions"][condition].as_bool();
            let ready = is("ready").unwrap_or(true);
            let addresses = endpoint["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str);
            candidates.extend(addresses.map(|address| Candidate {
                endpoint: Endpoint { address: address.to_owned(), port },
                node: endpoint["nodeName"].as_str().unwrap_or_default().to_owned(),
                ready,
                draining: is("terminating") == Some(true) && is("serving").unwrap_or(ready),
            }));
        }
    }
    candidates
}

/// Where a connection from a Pod of that namespace to `host` and `port` ends; `host` is a name or an
/// address.
///
/// # Errors
/// Unknown names, Services without endpoints.
pub(crate) fn route(
    registry: &mut Registry,
    namespace: &str,
    host: &str,
    port: u16,
    client: &Client,
) -> Result<Endpoint, ConnectError> {
    let addresses = dns::lookup(registry, namespace, host);
    if addresses.is_empty() {
        return Err(ConnectError::UnknownHost);
    }
    let chosen = registry.random().below(addresses.len() as u64);
    let address = &addresses[usize::try_from(chosen).unwrap_or_default()];
    if let Some(service) = service_with_address(registry, address) {
        return choose_endpoint(registry, &service.key(), port, client);
    }
    if let Some((service, port)) = service_with_node_port(registry, address, port, client.protocol()) {
        return choose_endpoint(registry, &service, port, &Client { external: true, ..client.clone() });
    }
    Ok(Endpoint { address: address.clone(), port })
}

/// Whether a connection from a Pod of that namespace to `host` and `port` ends at the API server.
pub(crate) fn is_api_server(registry: &Registry, namespace: &str, host: &str, port: u16) -> bool {
    let key = ObjectKey::new("default", "kubernetes");
    let (Ok(service), Ok(slice)) = (registry.get(&SERVICE, &key), registry.get(&ENDPOINT_SLICE, &key)) else {
        return false;
    };
    let own = match i64::from(port) {
        port if service.number("/spec/ports/0/port") == Some(port) => service.text("/spec/clusterIP"),
        port if slice.number("/ports/0/port") == Some(port) => slice.text("/endpoints/0/addresses/0"),
        _ => return false,
    };
    dns::lookup(registry, namespace, host).iter().any(|address| address == own)
}

/// The Service that an address stands for: its own, one that a person gave it, or a load balancer's.
fn service_with_address(registry: &Registry, address: &str) -> Option<Arc<Object>> {
    let given = |service: &Object| {
        let balanced =
            service.list("/status/loadBalancer/ingress").iter().filter_map(|entry| entry["ip"].as_str());
        let external = service.list("/spec/externalIPs").iter().filter_map(Value::as_str);
        balanced.chain(external).any(|found| found == address && !found.starts_with("127."))
    };
    let mut services = registry.store().list(&SERVICE, None);
    services.find(|service| service.text("/spec/clusterIP") == address || given(service)).cloned()
}

/// The Service and port behind a node's address and node port.
fn service_with_node_port(
    registry: &Registry,
    address: &str,
    port: u16,
    protocol: &str,
) -> Option<(ObjectKey, u16)> {
    node_with_address(registry, address)?;
    registry.store().list(&SERVICE, None).find_map(|service| {
        let ports = service.list("/spec/ports");
        let is_wanted = |entry: &&Value| {
            entry["nodePort"].as_u64() == Some(u64::from(port))
                && entry["protocol"].as_str().unwrap_or("TCP") == protocol
        };
        let entry = ports.iter().find(is_wanted)?;
        Some((service.key(), u16::try_from(entry["port"].as_u64()?).ok()?))
    })
}

/// The node that has an address.
pub(crate) fn node_with_address(registry: &Registry, address: &str) -> Option<Arc<Object>> {
    let has = |node: &Object| {
        node.list("/status/addresses").iter().any(|entry| entry["address"].as_str() == Some(address))
    };
    registry.store().list(&NODE, None).find(|node| has(node)).cloned()
}
