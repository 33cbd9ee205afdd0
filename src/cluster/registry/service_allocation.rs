//! Cluster IPs and node ports of Services (`pkg/registry/core/service/storage/alloc.go`).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::apimachinery::{FieldError, FieldErrors, Object, builtin};
use crate::base::{Map, Value, json};

use super::Registry;
use super::validation;

/// First address of 10.96.0.0/12, the range of cluster IPs.
const RANGE_START: u32 = u32::from_be_bytes([10, 96, 0, 0]);
/// Addresses in the range.
const RANGE_SIZE: u32 = 1 << 20;
/// The range as messages show it.
const RANGE_TEXT: &str = "10.96.0.0/12";
/// The lowest addresses are left to those who ask for one.
const STATIC_BAND: u32 = 256;
/// First and last node port.
const NODE_PORTS: (u16, u16) = (30_000, 32_767);
/// The lowest node ports are left to those who ask for one.
const STATIC_PORTS: u16 = 86;
/// How often a number is drawn before the range is searched in order.
const DRAWS_MAX: usize = 64;

/// Addresses from which cluster IPs come.
struct Range {
    start: u32,
    size: u32,
    text: String,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (address, length) = (u32::from(address.parse::<Ipv4Addr>().ok()?), length.parse::<u32>().ok()?);
        let size = 1_u32.checked_shl(32_u32.checked_sub(length)?)?;
        Some(Self { start: address, size, text: text.to_owned() })
    }

    fn holds(&self, address: Ipv4Addr) -> bool {
        u32::from(address).checked_sub(self.start).is_some_and(|offset| offset < self.size)
    }
}

/// The cluster's own range, then those of the ServiceCIDRs that are ready (`ipallocator/cidrallocator.go`).
fn ranges(registry: &Registry) -> Vec<Range> {
    let own = Range { start: RANGE_START, size: RANGE_SIZE, text: RANGE_TEXT.to_owned() };
    let is_ready = |range: &Object| range.condition("Ready").is_none_or(|_| range.condition_is_true("Ready"));
    let others = registry.store().list(&builtin::SERVICE_CIDR, None);
    let others = others.filter(|range| !range.is_terminating() && is_ready(range));
    let texts: Vec<String> = others
        .flat_map(|range| range.list("/spec/cidrs"))
        .filter_map(Value::as_str)
        .filter(|text| *text != RANGE_TEXT)
        .map(str::to_owned)
        .collect();
    std::iter::once(own).chain(texts.iter().filter_map(|text| Range::read(text))).collect()
}

/// Whether Services of that type have a cluster IP.
pub(super) fn needs_cluster_ip(service: &Object) -> bool {
    service.text("/spec/type") != "ExternalName"
}

/// Whether the Service has node ports.
pub(super) fn needs_node_ports(service: &Object) -> bool {
    match service.text("/spec/type") {
        "NodePort" => true,
        "LoadBalancer" => service.get("/spec/allocateLoadBalancerNodePorts") != Some(&Value::Bool(false)),
        _ => false,
    }
}

/// Carries over what was allocated and drops what the type does not need any more.
pub(super) fn keep_allocations(new: &mut Object, old: &Object) {
    join_cluster_ips(new, old);
    if needs_cluster_ip(old) && needs_cluster_ip(new) {
        if new.text("/spec/clusterIP").is_empty() {
            copy(new, old, "/spec/clusterIP");
        }
        if new.list("/spec/clusterIPs").is_empty() && new.get("/spec/clusterIP") == old.get("/spec/clusterIP")
        {
            copy(new, old, "/spec/clusterIPs");
        }
        for pointer in ["/spec/ipFamilies", "/spec/ipFamilyPolicy"] {
            if new.get(pointer).is_none() {
                copy(new, old, pointer);
            }
        }
    } else if needs_cluster_ip(old) {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] {
            let pointer = format!("/spec/{field}");
            // What the client chose anew is judged.
            if new.get(&pointer) == old.get(&pointer) {
                new.remove(&pointer);
            }
        }
    }
    if needs_node_ports(old) && needs_node_ports(new) {
        keep_node_ports(new, old);
    } else if needs_node_ports(old) {
        drop_node_ports(new, old);
    }
    let health = "/spec/healthCheckNodePort";
    let needs_health = validation::needs_health_check(old) && validation::needs_health_check(new);
    if needs_health && new.number(health).unwrap_or_default() == 0 {
        copy(new, old, health);
    }
    drop_of_other_types(new, old);
}

/// `clusterIP` and the first of `clusterIPs` are one; a client that changes one of them means both
/// (`NormalizeClusterIPs`).
fn join_cluster_ips(new: &mut Object, old: &Object) {
    let changed = |pointer| new.get(pointer) != old.get(pointer);
    match (changed("/spec/clusterIP"), changed("/spec/clusterIPs")) {
        (true, false) if new.text("/spec/clusterIP").is_empty() => {
            new.remove("/spec/clusterIPs");
        }
        (true, false) => new.set("/spec/clusterIPs", json!([new.text("/spec/clusterIP")])),
        (false, true) if new.list("/spec/clusterIPs").is_empty() => {
            new.remove("/spec/clusterIP");
        }
        (false, true) => new.set("/spec/clusterIP", new.text("/spec/clusterIPs/0").to_owned()),
        _ => {}
    }
}

fn copy(new: &mut Object, old: &Object, pointer: &str) {
    if let Some(value) = old.get(pointer) {
        new.set(pointer, value.clone());
    }
}

/// Gives ports without a node port the one that the port of that name had.
fn keep_node_ports(new: &mut Object, old: &Object) {
    let numbers = |service: &Object| -> BTreeSet<i64> {
        service.list("/spec/ports").iter().filter_map(|port| port["nodePort"].as_i64()).collect()
    };
    let used: BTreeSet<i64> = numbers(new).intersection(&numbers(old)).copied().collect();
    let Some(Value::Array(ports)) = new.get_mut("/spec/ports") else { return };
    for port in ports.iter_mut().filter(|port| port["nodePort"].as_i64().unwrap_or_default() == 0) {
        let same_name = |before: &&Value| before["name"] == port["name"];
        let before =
            old.list("/spec/ports").iter().find(same_name).and_then(|port| port["nodePort"].as_i64());
        if let (Some(number), Value::Object(port)) = (before, port)
            && !used.contains(&number)
        {
            port.insert("nodePort", number.into());
        }
    }
}

/// Drops node ports, unless somebody asked for other ones.
fn drop_node_ports(new: &mut Object, old: &Object) {
    let numbers = |service: &Object| -> Vec<Option<i64>> {
        service.list("/spec/ports").iter().map(|port| port["nodePort"].as_i64()).collect()
    };
    if numbers(new) == numbers(old)
        && let Some(Value::Array(ports)) = new.get_mut("/spec/ports")
    {
        for port in ports.iter_mut().filter_map(Value::as_object_mut) {
            port.remove("nodePort");
        }
    }
}

/// Drops what Services of this type have not, unless somebody asked for it anew (`dropTypeDependentFields`).
fn drop_of_other_types(new: &mut Object, old: &Object) {
    let balanced = new.text("/spec/type") == "LoadBalancer";
    let fields = [
        ("externalTrafficPolicy", validation::is_externally_accessible(new)),
        ("healthCheckNodePort", validation::needs_health_check(new)),
        ("allocateLoadBalancerNodePorts", balanced),
        ("loadBalancerClass", balanced),
    ];
    for (field, kept) in fields {
        let pointer = format!("/spec/{field}");
        if !kept && new.get(&pointer) == old.get(&pointer) {
            new.remove(&pointer);
        }
    }
}

/// Allocates what a Service lacks; its own present allocations (an update) count as free.
pub(super) fn allocate(registry: &mut Registry, service: &mut Object) -> FieldErrors {
    let mut taken = Taken::of_others(registry, service);
    let mut errors = family_errors(service);
    if !errors.is_empty() {
        return errors;
    }
    errors.extend(allocate_cluster_ip(registry, service, &taken));
    errors.extend(allocate_node_ports(registry, service, &mut taken));
    errors
}

/// What a cluster that knows IPv4 alone cannot give.
fn family_errors(service: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let selectorless =
        service.text("/spec/clusterIP") == "None" && service.map("/spec/selector").is_none_or(Map::is_empty);
    if !needs_cluster_ip(service) || selectorless {
        return errors;
    }
    for (index, family) in service.list("/spec/ipFamilies").iter().enumerate() {
        if family != "IPv4" {
            let path = format!("spec.ipFamilies[{index}]");
            errors.push(FieldError::invalid(path, family.clone(), "not configured on this cluster"));
        }
    }
    if service.text("/spec/ipFamilyPolicy") == "RequireDualStack" {
        let detail = "this cluster is not configured for dual-stack services";
        errors.push(FieldError::invalid("spec.ipFamilyPolicy", "RequireDualStack", detail));
    }
    errors
}

/// What other Services hold.
struct Taken {
    addresses: BTreeSet<Ipv4Addr>,
    ports: BTreeSet<u16>,
}

impl Taken {
    fn of_others(registry: &Registry, service: &Object) -> Self {
        let mut taken = Self { addresses: BTreeSet::new(), ports: BTreeSet::new() };
        let foreign = registry.store().list(&builtin::IP_ADDRESS, None).filter(|address| {
            (address.text("/spec/parentRef/namespace"), address.text("/spec/parentRef/name"))
                != (service.namespace(), service.name())
        });
        taken.addresses.extend(foreign.filter_map(|address| address.name().parse::<Ipv4Addr>().ok()));
        let others =
            registry.store().list(&builtin::SERVICE, None).filter(|other| other.key() != service.key());
        for other in others {
            taken.addresses.extend(other.text("/spec/clusterIP").parse::<Ipv4Addr>());
            taken.ports.extend(other.list("/spec/ports").iter().filter_map(node_port));
            taken
                .ports
                .extend(other.number("/spec/healthCheckNodePort").and_then(|port| u16::try_from(port).ok()));
        }
        taken
    }
}

fn node_port(port: &Value) -> Option<u16> {
    port["nodePort"].as_u64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)
}

fn allocate_cluster_ip(registry: &mut Registry, service: &mut Object, taken: &Taken) -> FieldErrors {
    if !needs_cluster_ip(service) {
        return FieldErrors::new();
    }
    let wanted = match service.text("/spec/clusterIP") {
        "" => service.text("/spec/clusterIPs/0").to_owned(),
        address => address.to_owned(),
    };
    let headless = wanted == "None";
    let address = match wanted.as_str() {
        "" => match free_address(registry, taken) {
            Some(address) => address.to_string(),
            None => return vec![ip_error("", "range is full")],
        },
        "None" => wanted,
        _ => match address_problem(registry, &wanted, taken) {
            Some(problem) => {
                return vec![ip_error(&wanted, &format!("failed to allocate IP {wanted}: {problem}"))];
            }
            None => wanted,
        },
    };
    service.set("/spec/clusterIPs", json!([address]));
    service.set("/spec/clusterIP", address);
    let selectorless = headless && service.map("/spec/selector").is_none_or(Map::is_empty);
    let (families, policy) = if selectorless {
        (json!(["IPv4", "IPv6"]), "RequireDualStack")
    } else {
        (json!(["IPv4"]), "SingleStack")
    };
    if service.get("/spec/ipFamilies").is_none() {
        service.set("/spec/ipFamilies", families);
    }
    if service.get("/spec/ipFamilyPolicy").is_none() {
        service.set("/spec/ipFamilyPolicy", policy);
    }
    FieldErrors::new()
}

fn ip_error(wanted: &str, detail: &str) -> FieldError {
    FieldError::invalid("spec.clusterIPs", json!([wanted]), detail)
}

fn address_problem(registry: &Registry, wanted: &str, taken: &Taken) -> Option<String> {
    let address: Ipv4Addr = wanted.parse().ok()?;
    let Some(range) = ranges(registry).into_iter().find(|range| range.holds(address)) else {
        return Some("the provided network does not match the current range".to_owned());
    };
    let offset = u32::from(address) - range.start;
    if offset == 0 || offset == range.size - 1 {
        return Some(format!(
            "the provided IP ({wanted}) is not in the valid range. The range of valid IPs is {}",
            range.text
        ));
    }
    taken.addresses.contains(&address).then(|| "provided IP is already allocated".to_owned())
}

/// An address drawn above the static band; when luck fails, the first free one.
fn free_address(registry: &mut Registry, taken: &Taken) -> Option<Ipv4Addr> {
    let upper = u64::from(RANGE_SIZE - 1 - STATIC_BAND);
    for _ in 0..DRAWS_MAX {
        let drawn = u32::try_from(registry.random().below(upper)).unwrap_or_default();
        let address = Ipv4Addr::from(RANGE_START + STATIC_BAND + drawn);
        if !taken.addresses.contains(&address) {
            return Some(address);
        }
    }
    let free = |address: &Ipv4Addr| !taken.addresses.contains(address);
    let in_order = (STATIC_BAND..RANGE_SIZE - 1).chain(1..STATIC_BAND);
    let found = in_order.map(|offset| Ipv4Addr::from(RANGE_START + offset)).find(free);
    let others = ranges(registry).into_iter().skip(1);
    found.or_else(|| {
        let mut addresses = others
            .flat_map(|range| (1..range.size.saturating_sub(1)).map(move |offset| range.start + offset))
            .map(Ipv4Addr::from);
        addresses.find(free)
    })
}

fn allocate_node_ports(registry: &mut Registry, service: &mut Object, taken: &mut Taken) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if !needs_node_ports(service) {
        return errors;
    }
    let count = service.list("/spec/ports").len();
    for index in 0..count {
        let port = &service.list("/spec/ports")[index];
        let path = format!("spec.ports[{index}].nodePort");
        let wanted = port["nodePort"].as_i64().unwrap_or_default();
        if wanted == 0 {
            match free_port(registry, service, taken) {
                Some(number) => service.set(&format!("/spec/ports/{index}/nodePort"), number),
                None => errors.push(FieldError::new(
                    path,
                    crate::apimachinery::FieldErrorType::Internal,
                    Value::Null,
                    "failed to allocate a nodePort: range is full",
                )),
            }
        } else if let Some(problem) = port_problem(wanted, taken) {
            errors.push(FieldError::invalid(path, wanted, problem));
        }
    }
    if errors.is_empty() {
        allocate_health_check_port(registry, service, taken);
    }
    errors
}

/// A load balancer that keeps traffic on the node asks it on a port of its own whether it serves.
fn allocate_health_check_port(registry: &mut Registry, service: &mut Object, taken: &Taken) {
    let needed = validation::needs_health_check(service)
        && service.number("/spec/healthCheckNodePort").unwrap_or_default() == 0;
    if needed && let Some(number) = free_port(registry, service, taken) {
        service.set("/spec/healthCheckNodePort", number);
    }
}

fn port_problem(wanted: i64, taken: &Taken) -> Option<String> {
    let (first, last) = NODE_PORTS;
    match u16::try_from(wanted) {
        Ok(number) if (first..=last).contains(&number) => {
            taken.ports.contains(&number).then(|| "provided port is already allocated".to_owned())
        }
        _ => Some(format!(
            "provided port is not in the valid range. The range of valid ports is {first}-{last}"
        )),
    }
}

fn free_port(registry: &mut Registry, service: &Object, taken: &Taken) -> Option<u16> {
    let own: BTreeSet<u16> = service.list("/spec/ports").iter().filter_map(node_port).collect();
    let is_free = |number: &u16| !taken.ports.contains(number) && !own.contains(number);
    let (first, last) = NODE_PORTS;
    let dynamic = first + STATIC_PORTS;
    for _ in 0..DRAWS_MAX {
        let drawn = registry.random().below(u64::from(last - dynamic) + 1);
        let number = dynamic + u16::try_from(drawn).unwrap_or_default();
        if is_free(&number) {
            return Some(number);
        }
    }
    (dynamic..=last).chain(first..dynamic).find(is_free)
}
