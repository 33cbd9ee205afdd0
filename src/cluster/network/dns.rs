//! The cluster's DNS (CoreDNS with its `kubernetes` plug-in): names of Services and Pods.

use std::net::Ipv4Addr;

use jiff::SignedDuration;

use crate::apimachinery::builtin::{ENDPOINT_SLICE, POD, SERVICE};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Timestamp, Value};

use super::super::registry::Registry;
use super::super::runtime::DnsRecord as Record;
use super::policy::{End, allows};

/// The zone below which everything is.
const ZONE: &str = "cluster.local";
/// Names with so many dots are tried as they are first (`options ndots:5`).
const NDOTS: usize = 5;
/// How many names may stand for another before the search is given up.
const ALIASES_MAX: usize = 8;
/// How long it takes at most until an end is known to the DNS: a look a second, and times that are told without
/// fractions.
const UNNOTICED: SignedDuration = SignedDuration::from_secs(2);
/// The Service of the DNS.
const DNS_SERVICE: &str = "kube-dns";

/// Whether the DNS answers one who asks: a CoreDNS Pod is ready, and no policy is in the way.
pub(crate) fn answers(registry: &Registry, from: &End) -> bool {
    let slices = registry.store().list(&ENDPOINT_SLICE, Some("kube-system"));
    slices
        .filter(|slice| slice.label("kubernetes.io/service-name") == Some(DNS_SERVICE))
        .flat_map(|slice| slice.list("/endpoints"))
        .filter(|endpoint| endpoint["conditions"]["ready"] != false)
        .filter_map(|endpoint| endpoint["targetRef"]["name"].as_str())
        .filter_map(|name| {
            let key = ObjectKey::new("kube-system", name);
            registry.get(&crate::apimachinery::builtin::POD, &key).ok()
        })
        .any(|pod| allows(registry, from, &End::Pod(pod), 53, "UDP"))
}

/// The addresses of a name as a Pod of that namespace sees it; an address is its own answer.
/// Empty when the name does not exist.
pub(crate) fn lookup(registry: &Registry, namespace: &str, name: &str) -> Vec<String> {
    if name.parse::<Ipv4Addr>().is_ok() {
        return vec![name.to_owned()];
    }
    if name == "localhost" {
        return vec!["127.0.0.1".to_owned()];
    }
    let records = query(registry, namespace, name, "A");
    records.into_iter().filter(|record| record.kind == "A").map(|record| record.data).collect()
}

/// The records of a kind for a name as a Pod of that namespace sees it: the search domains are tried
/// in turn. An address with the kind `PTR` is looked up in reverse. An alias comes before what it
/// stands for.
pub(crate) fn query(registry: &Registry, namespace: &str, name: &str, kind: &str) -> Vec<Record> {
    if kind == "PTR" {
        return reverse(registry, name);
    }
    if let Some(absolute) = name.strip_suffix('.') {
        return resolve(registry, absolute, kind);
    }
    let mut candidates = vec![
        format!("{name}.{namespace}.svc.{ZONE}"),
        format!("{name}.svc.{ZONE}"),
        format!("{name}.{ZONE}"),
    ];
    let place = if name.matches('.').count() >= NDOTS { 0 } else { candidates.len() };
    candidates.insert(place, name.to_owned());
    candidates
        .iter()
        .map(|candidate| resolve(registry, candidate, kind))
        .find(|records| !records.is_empty())
        .unwrap_or_default()
}

/// The records of a full name; aliases are followed.
fn resolve(registry: &Registry, name: &str, kind: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut name = name.to_owned();
    for _ in 0..ALIASES_MAX {
        let found = answer(registry, &name, kind);
        let alias = found.iter().find(|record| record.kind == "CNAME").map(|record| record.data.clone());
        records.extend(found);
        match alias.filter(|_| kind != "CNAME") {
            Some(alias) => name = alias,
            None => break,
        }
    }
    records
}

fn answer(registry: &Registry, name: &str, kind: &str) -> Vec<Record> {
    let lower = name.to_ascii_lowercase();
    let Some(rest) = lower.strip_suffix(&format!(".{ZONE}")) else { return Vec::new() };
    let labels: Vec<&str> = rest.split('.').collect();
    let addresses = |addresses: Vec<String>| -> Vec<Record> {
        let kept = addresses.into_iter().filter(|_| kind == "A");
        kept.map(|data| Record { name: name.to_owned(), kind: "A", data }).collect()
    };
    match labels.as_slice() {
        [service, namespace, "svc"] => {
            let key = ObjectKey::new(*namespace, *service);
            let Ok(found) = registry.get(&SERVICE, &key) else { return Vec::new() };
            match (found.text("/spec/type"), kind) {
                ("ExternalName", _) => {
                    let data = found.text("/spec/externalName").trim_end_matches('.').to_owned();
                    vec![Record { name: name.to_owned(), kind: "CNAME", data }]
                }
                (_, "SRV") => service_records(registry, &found, None, name),
                _ => addresses(service_addresses(registry, &found)),
            }
        }
        [port, protocol, service, namespace, "svc"] if port.starts_with('_') && protocol.starts_with('_') => {
            let Ok(found) = registry.get(&SERVICE, &ObjectKey::new(*namespace, *service)) else {
                return Vec::new();
            };
            if kind != "SRV" {
                return Vec::new();
            }
            service_records(registry, &found, Some((&port[1..], &protocol[1..])), name)
        }
        [host, service, namespace, "svc"] => {
            addresses(named_endpoint(registry, &ObjectKey::new(*namespace, *service), host))
        }
        [address, _, "pod"] => {
            let address = address.replace('-', ".");
            addresses(address.parse::<Ipv4Addr>().map(|_| address).into_iter().collect())
        }
        _ => Vec::new(),
    }
}

fn service_addresses(registry: &Registry, service: &Object) -> Vec<String> {
    match service.text("/spec/clusterIP") {
        "None" => endpoints(registry, &service.key()).into_iter().map(|found| found.address).collect(),
        "" => Vec::new(),
        address => vec![address.to_owned()],
    }
}

/// `0 100 80 web.default.svc.cluster.local` for every port, or every Pod of a headless Service.
fn service_records(
    registry: &Registry,
    service: &Object,
    wanted: Option<(&str, &str)>,
    name: &str,
) -> Vec<Record> {
    let domain = format!("{}.{}.svc.{ZONE}", service.name(), service.namespace());
    let mut records = Vec::new();
    for port in service.list("/spec/ports") {
        let protocol = port["protocol"].as_str().unwrap_or("TCP").to_lowercase();
        let fits = wanted.is_none_or(|(port_name, wanted)| port["name"] == port_name && protocol == wanted);
        if !fits {
            continue;
        }
        let mut add = |number: u64, target: String| {
            let data = format!("0 100 {number} {target}");
            records.push(Record { name: name.to_owned(), kind: "SRV", data });
        };
        if service.text("/spec/clusterIP") == "None" {
            for found in endpoints(registry, &service.key()) {
                let own =
                    found.ports.iter().find(|(own, _)| port["name"].as_str().unwrap_or_default() == own);
                if let Some((_, number)) = own {
                    add(*number, format!("{}.{domain}", found.host()));
                }
            }
        } else {
            add(port["port"].as_u64().unwrap_or_default(), domain.clone());
        }
    }
    records
}

/// The names of an address.
fn reverse(registry: &Registry, address: &str) -> Vec<Record> {
    let address = match address.trim_end_matches('.').strip_suffix(".in-addr.arpa") {
        Some(reversed) => reversed.split('.').rev().collect::<Vec<_>>().join("."),
        None => address.to_owned(),
    };
    if address.parse::<Ipv4Addr>().is_err() {
        return Vec::new();
    }
    let mut names = Vec::new();
    for service in registry.store().list(&SERVICE, None) {
        let domain = format!("{}.{}.svc.{ZONE}", service.name(), service.namespace());
        if service.text("/spec/clusterIP") == address {
            names.push(domain);
        } else {
            let found =
                endpoints(registry, &service.key()).into_iter().filter(|found| found.address == address);
            names.extend(found.map(|found| format!("{}.{domain}", found.host())));
        }
    }
    let reversed = address.split('.').rev().collect::<Vec<_>>().join(".");
    let name = format!("{reversed}.in-addr.arpa");
    names.into_iter().map(|data| Record { name: name.clone(), kind: "PTR", data }).collect()
}

/// A Pod of a headless Service by its hostname.
fn named_endpoint(registry: &Registry, key: &ObjectKey, host: &str) -> Vec<String> {
    let found = endpoints(registry, key).into_iter().filter(|found| found.host() == host);
    let found: Vec<String> = found.map(|found| found.address).collect();
    if found.is_empty() { just_ended(registry, key, host) } else { found }
}

/// The same for one that has ended. A kubelet sees by its next look at the containers that they have, and the
/// DNS learns it from there: Pods that wait for each other and then end still find each other.
fn just_ended(registry: &Registry, key: &ObjectKey, host: &str) -> Vec<String> {
    let now = registry.now();
    let is_fresh = |status: &Value| {
        let end = status["state"]["terminated"]["finishedAt"].as_str().and_then(|end| end.parse().ok());
        end.is_some_and(|end: Timestamp| now.duration_since(end) < UNNOTICED)
    };
    let pods = registry.store().list(&POD, Some(&key.namespace)).filter(|pod| {
        pod.text("/status/phase") == "Succeeded"
            && pod.text("/spec/subdomain") == key.name
            && pod.text("/spec/hostname") == host
            && pod.list("/status/containerStatuses").iter().any(is_fresh)
    });
    pods.map(|pod| pod.text("/status/podIP").to_owned()).filter(|address| !address.is_empty()).collect()
}

/// An endpoint as the DNS knows it.
struct Endpoint {
    address: String,
    hostname: String,
    ports: Vec<(String, u64)>,
}

impl Endpoint {
    /// Its hostname, or its address with dashes.
    fn host(&self) -> String {
        if self.hostname.is_empty() { self.address.replace('.', "-") } else { self.hostname.clone() }
    }
}

/// The ready endpoints of a Service.
fn endpoints(registry: &Registry, key: &ObjectKey) -> Vec<Endpoint> {
    let slices = registry
        .store()
        .list(&ENDPOINT_SLICE, Some(&key.namespace))
        .filter(|slice| slice.label("kubernetes.io/service-name") == Some(&key.name));
    let mut found = Vec::new();
    for slice in slices {
        let ports: Vec<(String, u64)> = slice
            .list("/ports")
            .iter()
            .filter_map(|port| {
                Some((port["name"].as_str().unwrap_or_default().to_owned(), port["port"].as_u64()?))
            })
            .collect();
        for endpoint in slice.list("/endpoints") {
            if endpoint.pointer("/conditions/ready").and_then(Value::as_bool) == Some(false) {
                continue;
            }
            if let Some(address) = endpoint["addresses"][0].as_str() {
                found.push(Endpoint {
                    address: address.to_owned(),
                    hostname: endpoint["hostname"].as_str().unwrap_or_default().to_owned(),
                    ports: ports.clone(),
                });
            }
        }
    }
    found
}
