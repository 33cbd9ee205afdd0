//! The cluster's DNS: names of Services and Pods.

use std::net::Ipv4Addr;

use crate::apimachinery::ObjectKey;
use crate::apimachinery::builtin::{ENDPOINT_SLICE, SERVICE};

use super::super::registry::Registry;

/// The zone below which everything is.
const ZONE: &str = "cluster.local";

/// The addresses of a name as a Pod of that namespace sees it; an address is its own answer.
/// Empty when the name does not exist.
pub(crate) fn lookup(registry: &Registry, namespace: &str, name: &str) -> Vec<String> {
    if name.parse::<Ipv4Addr>().is_ok() {
        return vec![name.to_owned()];
    }
    if name == "localhost" {
        return vec!["127.0.0.1".to_owned()];
    }
    let search = [
        format!("{name}.{namespace}.svc.{ZONE}"),
        format!("{name}.svc.{ZONE}"),
        format!("{name}.{ZONE}"),
        name.to_owned(),
    ];
    let absolute = name.strip_suffix('.');
    match absolute {
        Some(absolute) => answer(registry, absolute),
        None => search
            .iter()
            .map(|candidate| answer(registry, candidate))
            .find(|addresses| !addresses.is_empty())
            .unwrap_or_default(),
    }
}

/// The full name under which a short one is found, for `nslookup`.
pub(crate) fn full_name(registry: &Registry, namespace: &str, name: &str) -> Option<String> {
    let search = [
        format!("{name}.{namespace}.svc.{ZONE}"),
        format!("{name}.svc.{ZONE}"),
        format!("{name}.{ZONE}"),
        name.to_owned(),
    ];
    search.into_iter().find(|candidate| !answer(registry, candidate).is_empty())
}

fn answer(registry: &Registry, name: &str) -> Vec<String> {
    let Some(rest) = name.strip_suffix(&format!(".{ZONE}")) else { return Vec::new() };
    let labels: Vec<&str> = rest.split('.').collect();
    match labels.as_slice() {
        [service, namespace, "svc"] => service_addresses(registry, &ObjectKey::new(*namespace, *service)),
        [host, service, namespace, "svc"] => {
            named_endpoint(registry, &ObjectKey::new(*namespace, *service), host)
        }
        [address, _, "pod"] => {
            let address = address.replace('-', ".");
            if address.parse::<Ipv4Addr>().is_ok() { vec![address] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn service_addresses(registry: &Registry, key: &ObjectKey) -> Vec<String> {
    let Ok(service) = registry.get(&SERVICE, key) else { return Vec::new() };
    match service.text("/spec/clusterIP") {
        "None" => endpoints(registry, key).into_iter().map(|(address, _)| address).collect(),
        "" => Vec::new(),
        address => vec![address.to_owned()],
    }
}

/// A Pod of a headless Service by its hostname.
fn named_endpoint(registry: &Registry, key: &ObjectKey, host: &str) -> Vec<String> {
    endpoints(registry, key)
        .into_iter()
        .filter(|(address, name)| name == host || address.replace('.', "-") == host)
        .map(|(address, _)| address)
        .collect()
}

/// Address and hostname of the ready endpoints of a Service.
fn endpoints(registry: &Registry, key: &ObjectKey) -> Vec<(String, String)> {
    let slices = registry
        .store()
        .list(&ENDPOINT_SLICE, Some(&key.namespace))
        .filter(|slice| slice.label("kubernetes.io/service-name") == Some(&key.name));
    let mut found = Vec::new();
    for slice in slices {
        for endpoint in slice.list("/endpoints") {
            if endpoint.pointer("/conditions/ready").and_then(serde_json::Value::as_bool) == Some(false) {
                continue;
            }
            let name = endpoint["hostname"].as_str().unwrap_or_default();
            if let Some(address) = endpoint["addresses"][0].as_str() {
                found.push((address.to_owned(), name.to_owned()));
            }
        }
    }
    found
}
