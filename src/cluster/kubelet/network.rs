//! Connections and names as the nodes carry them: from Pods, from the API server, from outside.

use crate::apimachinery::builtin::{NODE, POD};
use crate::apimachinery::{Object, ObjectKey};

use super::super::network::{self, Client, ConnectError, End, Endpoint, HttpRequest, HttpResponse, Record};
use super::super::registry::Registry;
use super::super::runtime::{CLUSTER_DNS, loops_back};
use super::NodeState;

/// The machine on which minikube runs, as its nodes see it.
const HOST_ADDRESS: &str = "192.168.49.1";

/// The first addresses of Services and of Pods.
const SERVICES: u32 = u32::from_be_bytes([10, 96, 0, 0]);
const PODS: u32 = u32::from_be_bytes([10, 244, 0, 0]);

impl NodeState {
    /// Counts an open tunnel more, or one less.
    pub(crate) fn count_tunnel(&mut self, opened: bool) {
        self.tunnels = if opened { self.tunnels + 1 } else { self.tunnels.saturating_sub(1) };
    }

    /// Whether a tunnel is open.
    pub(crate) fn has_tunnel(&self) -> bool {
        self.tunnels > 0
    }

    /// Makes one HTTP request to a Service's port (the number in `spec.ports[].port`), balanced over
    /// its ready endpoints as kube-proxy would.
    ///
    /// # Errors
    /// When no response comes.
    pub(crate) fn http_to_service(
        &mut self,
        registry: &mut Registry,
        service: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        let endpoint = network::choose_endpoint(registry, service, port, &Client::default())?;
        let (pod, port) = self.pod_at(registry, &endpoint, "TCP")?;
        self.http_to_address(registry, &pod, port, request)
    }

    /// The same from outside the cluster, through a node port or a load balancer: policies apply.
    ///
    /// # Errors
    /// When no response comes.
    pub(crate) fn http_from_outside(
        &mut self,
        registry: &mut Registry,
        service: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        let node = registry.store().list(&NODE, None).next().map(|node| node.name().to_owned());
        let client = Client {
            address: HOST_ADDRESS.to_owned(),
            node: node.unwrap_or_default(),
            external: true,
            datagrams: false,
        };
        let endpoint = network::choose_endpoint(registry, service, port, &client)?;
        let (pod, port) = self.pod_at(registry, &endpoint, "TCP")?;
        let (from, to) = (End::Outside(client.address), self.end(registry, &pod));
        if !network::allows(registry, &from, &to, port, "TCP") {
            return Err(ConnectError::TimedOut);
        }
        self.http_to_address(registry, &pod, port, request)
    }

    /// Makes one HTTP request from inside a Pod.
    pub(super) fn http_from(
        &mut self,
        registry: &mut Registry,
        slot: &str,
        host: &str,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        let (pod, port) = self.destination(registry, slot, host, port, "TCP")?;
        let own = self.pods.get(slot).and_then(|pod| pod.address).map(|address| address.to_string());
        let mut request = request.clone();
        request.headers.push(("X-Client-Address".to_owned(), own.unwrap_or_default()));
        if loops_back(host) {
            return self.http_to_pod(registry, &pod, port, &request);
        }
        self.http_to_address(registry, &pod, port, &request)
    }

    /// Opens a connection from inside a Pod and closes it again.
    pub(super) fn connects_from(
        &self,
        registry: &mut Registry,
        slot: &str,
        host: &str,
        port: u16,
    ) -> Result<(), ConnectError> {
        let (pod, port) = self.destination(registry, slot, host, port, "TCP")?;
        let found =
            if loops_back(host) { self.listener(&pod, port) } else { self.listener_outside(&pod, port) };
        found.map(drop)
    }

    /// Sends a datagram from inside a Pod; gives back what is answered, if anything is.
    pub(super) fn datagram_from(
        &mut self,
        registry: &mut Registry,
        slot: &str,
        host: &str,
        port: u16,
        content: &[u8],
    ) -> Result<Option<Vec<u8>>, ConnectError> {
        let (pod, port) = self.destination(registry, slot, host, port, "UDP")?;
        let own = self.pods.get(slot).and_then(|pod| pod.address).map(|address| address.to_string());
        let id = self.receiver(&pod, port)?;
        let answered = self.with_process(registry, id, |process, host| {
            process.take_datagram(content, &own.unwrap_or_default(), host)
        });
        Ok(answered.flatten())
    }

    /// Sends a ping from inside a Pod: Pods answer where no policy forbids it, nodes always, and nobody has
    /// the address of a Service.
    pub(super) fn pings_from(
        &self,
        registry: &Registry,
        slot: &str,
        address: &str,
    ) -> Result<(), ConnectError> {
        let own = self.pods.get(slot).ok_or(ConnectError::TimedOut)?;
        let own_address = own.address.map(|address| address.to_string());
        if address.starts_with("127.") || own_address.as_deref() == Some(address) {
            return Ok(());
        }
        if network::node_with_address(registry, address).is_some() {
            return Ok(());
        }
        let Some(other) = self.by_address.get(address).and_then(|slot| self.pods.get(slot)) else {
            let number = address.parse::<std::net::Ipv4Addr>().map(u32::from).unwrap_or_default();
            // The ranges of Services and of Pods.
            let is_inside = number >> 20 == SERVICES >> 20 || number >> 16 == PODS >> 16;
            return Err(if is_inside { ConnectError::TimedOut } else { ConnectError::UnknownHost });
        };
        let (from, to) = (self.end(registry, &own.key), self.end(registry, &other.key));
        let allowed = network::allows(registry, &from, &to, 0, "ICMP");
        if allowed { Ok(()) } else { Err(ConnectError::TimedOut) }
    }

    /// The Pod and port that a connection from inside a Pod reaches.
    pub(super) fn destination(
        &self,
        registry: &mut Registry,
        slot: &str,
        host: &str,
        port: u16,
        protocol: &str,
    ) -> Result<(ObjectKey, u16), ConnectError> {
        let own = self.pods.get(slot).ok_or(ConnectError::TimedOut)?;
        if loops_back(host) {
            return Ok((own.key.clone(), port));
        }
        let client = Client {
            address: own.address.map(|address| address.to_string()).unwrap_or_default(),
            node: own.node.clone(),
            external: false,
            datagrams: protocol == "UDP",
        };
        let addresses = self.lookup_from(registry, slot, host);
        if addresses.is_empty() {
            return Err(ConnectError::UnknownHost);
        }
        let drawn = registry.random().below(addresses.len() as u64);
        let address = &addresses[usize::try_from(drawn).unwrap_or_default()];
        let endpoint = network::route(registry, &own.key.namespace, address, port, &client)?;
        let from = self.end(registry, &own.key);
        let found = self.pod_at(registry, &endpoint, protocol);
        let (to, port) = match &found {
            Ok((pod, port)) => (self.end(registry, pod), *port),
            Err(_) => (End::Outside(endpoint.address.clone()), endpoint.port),
        };
        if !network::allows(registry, &from, &to, port, protocol) {
            return Err(ConnectError::TimedOut);
        }
        found
    }

    /// The Pod that has an address, or a port of the node that has it.
    fn pod_at(
        &self,
        registry: &Registry,
        endpoint: &Endpoint,
        protocol: &str,
    ) -> Result<(ObjectKey, u16), ConnectError> {
        let Some(node) = network::node_with_address(registry, &endpoint.address) else {
            let pod = self.by_address.get(&endpoint.address).and_then(|slot| self.pods.get(slot));
            return pod.map(|pod| (pod.key.clone(), endpoint.port)).ok_or(ConnectError::TimedOut);
        };
        let here = self.slots_on(registry, node.name());
        here.iter()
            .filter_map(|slot| {
                let pod = self.pods.get(slot)?;
                let object = registry.get(&POD, &pod.key).ok()?;
                let listener = match protocol {
                    "UDP" => self.receiver(&pod.key, endpoint.port),
                    _ => self.listener(&pod.key, endpoint.port),
                };
                let listens = pod.host_network && listener.is_ok();
                let port = if listens { endpoint.port } else { host_port(&object, endpoint, protocol)? };
                Some((pod.key.clone(), port))
            })
            .next()
            .ok_or(ConnectError::Refused)
    }

    /// What a Pod is to policies.
    fn end(&self, registry: &Registry, pod: &ObjectKey) -> End {
        match registry.get(&POD, pod) {
            Ok(object) if !object.flag("/spec/hostNetwork") => End::Pod(object),
            _ => End::Node,
        }
    }

    /// The addresses of a name as a Pod sees it: its own hosts file comes before the DNS.
    pub(super) fn lookup_from(&self, registry: &Registry, slot: &str, name: &str) -> Vec<String> {
        let Some(own) = self.pods.get(slot) else { return Vec::new() };
        if name.parse::<std::net::Ipv4Addr>().is_ok() || name == "localhost" {
            return network::lookup(registry, "", name);
        }
        if let Ok(pod) = registry.get(&POD, &own.key) {
            let given = pod.list("/spec/hostAliases").iter().find(|alias| {
                alias["hostnames"].as_array().is_some_and(|names| names.iter().any(|found| found == name))
            });
            if let Some(address) = given.and_then(|alias| alias["ip"].as_str()) {
                return vec![address.to_owned()];
            }
            if name == pod.text("/spec/hostname") || name == pod.name() {
                return own.address.map(|address| address.to_string()).into_iter().collect();
            }
        }
        let records = self.query_from(registry, slot, name, "A").unwrap_or_default();
        records.into_iter().filter(|record| record.kind == "A").map(|record| record.data).collect()
    }

    /// The records that the DNS has for a name as a Pod sees it; `None` when it does not answer.
    pub(super) fn query_from(
        &self,
        registry: &Registry,
        slot: &str,
        name: &str,
        kind: &str,
    ) -> Option<Vec<Record>> {
        let own = self.pods.get(slot)?;
        if let Ok(pod) = registry.get(&POD, &own.key)
            && !asks_the_cluster(&pod)
        {
            return Some(Vec::new());
        }
        let from = self.end(registry, &own.key);
        network::dns_answers(registry, &from)
            .then(|| network::query(registry, &own.key.namespace, name, kind))
    }
}

/// Whether a Pod's names are looked up by the cluster's DNS.
fn asks_the_cluster(pod: &Object) -> bool {
    match pod.text("/spec/dnsPolicy") {
        "ClusterFirstWithHostNet" => true,
        "Default" => false,
        "None" => pod.list("/spec/dnsConfig/nameservers").iter().any(|server| server == CLUSTER_DNS),
        _ => !pod.flag("/spec/hostNetwork"),
    }
}

/// The container's port behind a port of the node.
fn host_port(pod: &Object, endpoint: &Endpoint, protocol: &str) -> Option<u16> {
    let containers = pod.list("/spec/containers").iter();
    let mut ports = containers.filter_map(|container| container["ports"].as_array()).flatten();
    let port = ports.find(|port| {
        let address = port["hostIP"].as_str().unwrap_or_default();
        port["hostPort"].as_u64() == Some(u64::from(endpoint.port))
            && (matches!(address, "" | "0.0.0.0" | "::") || address == endpoint.address)
            && port["protocol"].as_str().unwrap_or("TCP") == protocol
    })?;
    u16::try_from(port["containerPort"].as_u64()?).ok()
}
