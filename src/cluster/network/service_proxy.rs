//! kube-proxy: which Pod a connection to a Service reaches.

use serde_json::Value;

use crate::apimachinery::builtin::{ENDPOINT_SLICE, SERVICE};
use crate::apimachinery::{Object, ObjectKey};

use super::super::registry::Registry;
use super::super::runtime::ConnectError;
use super::dns;

/// Where a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Address of a Pod.
    pub address: String,
    /// Port of a container.
    pub port: u16,
}

/// A ready endpoint of a Service's port, by chance.
///
/// # Errors
/// Refused when the Service has no such port or nothing ready behind it.
pub(crate) fn choose_endpoint(
    registry: &mut Registry,
    service: &ObjectKey,
    port: u16,
) -> Result<Endpoint, ConnectError> {
    let object = registry.get(&SERVICE, service).map_err(|_| ConnectError::UnknownHost)?;
    let name = object
        .list("/spec/ports")
        .iter()
        .find(|entry| entry["port"].as_u64() == Some(u64::from(port)))
        .map(|entry| entry["name"].as_str().unwrap_or_default().to_owned())
        .ok_or(ConnectError::Refused)?;
    let mut endpoints = ready_endpoints(registry, service, &name);
    if endpoints.is_empty() {
        return Err(ConnectError::Refused);
    }
    let chosen = registry.random().below(endpoints.len() as u64);
    Ok(endpoints.swap_remove(usize::try_from(chosen).unwrap_or_default()))
}

fn ready_endpoints(registry: &Registry, service: &ObjectKey, port_name: &str) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
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
        for endpoint in slice.list("/endpoints").iter().filter(|endpoint| is_ready(endpoint)) {
            let addresses = endpoint["addresses"].as_array().into_iter().flatten();
            endpoints.extend(
                addresses
                    .filter_map(Value::as_str)
                    .map(|address| Endpoint { address: address.to_owned(), port }),
            );
        }
    }
    endpoints
}

fn is_ready(endpoint: &Value) -> bool {
    endpoint.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true)
}

/// Where a connection from a Pod to `host` and `port` ends; `host` is a name or an address.
///
/// # Errors
/// Unknown names, Services without endpoints, addresses outside the cluster.
pub(crate) fn route(
    registry: &mut Registry,
    namespace: &str,
    host: &str,
    port: u16,
) -> Result<Endpoint, ConnectError> {
    let addresses = dns::lookup(registry, namespace, host);
    if addresses.is_empty() {
        return Err(ConnectError::UnknownHost);
    }
    let chosen = registry.random().below(addresses.len() as u64);
    let address = &addresses[usize::try_from(chosen).unwrap_or_default()];
    if let Some(service) = service_with_address(registry, address) {
        return choose_endpoint(registry, &service.key(), port);
    }
    if let Some(service) = service_with_node_port(registry, address, port) {
        let port = service.1;
        return choose_endpoint(registry, &service.0, port);
    }
    Ok(Endpoint { address: address.clone(), port })
}

/// Ports at which the API server is looked for: its Service's and its own.
const API_PORTS: [u16; 2] = [443, 8443];

/// Whether a connection from a Pod to `host` and `port` ends at the API server.
pub(crate) fn is_api_server(registry: &mut Registry, namespace: &str, host: &str, port: u16) -> bool {
    let slice = registry.get(&ENDPOINT_SLICE, &ObjectKey::new("default", "kubernetes"));
    let (Ok(slice), true) = (slice, API_PORTS.contains(&port)) else { return false };
    route(registry, namespace, host, port).is_ok_and(|end| {
        end.address == slice.text("/endpoints/0/addresses/0")
            && slice.number("/ports/0/port") == Some(i64::from(end.port))
    })
}

fn service_with_address(registry: &Registry, address: &str) -> Option<std::sync::Arc<Object>> {
    registry.store().list(&SERVICE, None).find(|service| service.text("/spec/clusterIP") == address).cloned()
}

/// The Service and port behind a node's address and node port.
fn service_with_node_port(registry: &Registry, address: &str, port: u16) -> Option<(ObjectKey, u16)> {
    use crate::apimachinery::builtin::NODE;
    let is_node = registry.store().list(&NODE, None).any(|node| {
        node.list("/status/addresses").iter().any(|entry| entry["address"].as_str() == Some(address))
    });
    if !is_node {
        return None;
    }
    registry.store().list(&SERVICE, None).find_map(|service| {
        let ports = service.list("/spec/ports");
        let entry = ports.iter().find(|entry| entry["nodePort"].as_u64() == Some(u64::from(port)))?;
        Some((service.key(), u16::try_from(entry["port"].as_u64()?).ok()?))
    })
}
