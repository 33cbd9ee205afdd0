//! The node as a process sees it: its files, its network, its neighbours.

use std::net::IpAddr;

use crate::base::Timestamp;

use super::filesystem::FileView;
use super::http::{ConnectError, DnsRecord, HttpRequest, HttpResponse, Proxied, ServerCertificate};
use super::images::Image;

/// The address of the cluster's DNS.
pub(crate) const CLUSTER_DNS: &str = "10.96.0.10";

/// Whether a host leads nowhere but to the machine that names it.
pub(crate) fn loops_back(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// A machine as df, free, nproc, top and uptime see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MachineView {
    /// Processors.
    pub processors: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// How many of them are in use.
    pub memory_used: u64,
    /// Bytes of disk.
    pub disk: u64,
    /// How many of them are in use.
    pub disk_used: u64,
    /// Thousandths of a processor in use.
    pub load: u64,
    /// Seconds since it was switched on.
    pub up: i64,
}

/// What a process may ask of the node it runs on.
pub(crate) trait System {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// A whole number below `bound`.
    fn random(&mut self, bound: u64) -> u64;
    /// The name of the machine: the Pod's name.
    fn hostname(&self) -> String;
    /// The address of the machine: the Pod's.
    fn address(&self) -> String;
    /// The image of the container.
    fn image(&self) -> Option<&'static Image>;
    /// The tag under which the container has its image.
    fn tag(&self) -> String {
        String::new()
    }
    /// Bytes of memory of the machine.
    fn machine_memory(&self) -> u64;
    /// Processors of the machine.
    fn processors(&self) -> u64 {
        1
    }
    /// What the machine has, and how much of it is in use: every Pod on it is asked.
    fn machine(&self) -> MachineView {
        MachineView { processors: self.processors(), memory: self.machine_memory(), ..MachineView::default() }
    }
    /// Thousandths of a processor and bytes that each process of the container takes, by number.
    fn process_usage(&self) -> Vec<(u32, u64, u64)> {
        Vec::new()
    }
    /// Milliseconds that the last exchange over the network took.
    fn latency(&self) -> i64;
    /// The numeric user that the container runs as.
    fn user(&self) -> i64;
    /// The groups that it runs with, the first one first.
    fn groups(&self) -> Vec<i64>;
    /// The files of the container.
    fn files(&mut self) -> FileView<'_>;
    /// Makes an HTTP request.
    fn http(&mut self, host: &str, port: u16, request: &HttpRequest) -> Result<HttpResponse, ConnectError>;
    /// The certificate that whoever speaks TLS at a port shows to a client that asks for a name, if
    /// somebody does.
    fn tls_server(&mut self, host: &str, port: u16, name: &str) -> Option<ServerCertificate>;
    /// Passes a request on as the cluster's Ingresses say.
    fn proxy_ingress(&mut self, request: &HttpRequest) -> Proxied {
        let _ = request;
        Proxied::own(HttpResponse::text(404, "text/html", ""))
    }
    /// The addresses of a name.
    fn resolve(&mut self, name: &str) -> Vec<String>;
    /// The full name under which a short one is found.
    fn full_name(&mut self, name: &str) -> String;
    /// The records that the DNS has for a name; `None` when it does not answer.
    fn query(&mut self, name: &str, kind: &str) -> Option<Vec<DnsRecord>> {
        let found = self.resolve(name).into_iter().filter(|_| kind == "A");
        let name = self.full_name(name);
        Some(found.map(|data| DnsRecord { name: name.clone(), kind: "A", data }).collect())
    }
    /// Opens a connection and closes it again.
    fn connects(&mut self, host: &str, port: u16) -> Result<(), ConnectError>;
    /// Sends a datagram; gives back what is answered, if anything is.
    fn send_datagram(
        &mut self,
        host: &str,
        port: u16,
        content: &[u8],
    ) -> Result<Option<Vec<u8>>, ConnectError> {
        let _ = (host, port, content);
        Err(ConnectError::TimedOut)
    }
    /// Whether a machine at an address answers pings; [`ConnectError::UnknownHost`] outside of the cluster.
    fn answers_ping(&mut self, address: &str) -> Result<(), ConnectError> {
        self.connects(address, 0)
    }
    /// The ports on which something listens in the Pod.
    fn listening(&self) -> Vec<u16> {
        Vec::new()
    }
    /// Writes below /proc what the kernel tells now, to somebody with that command line.
    fn refresh_proc(&mut self, command: &[String]) {
        let _ = command;
    }
    /// The processes in the container.
    fn processes(&self) -> Vec<ProcessRow>;
    /// Sends a signal to a process of the container; false when there is none of that number.
    fn signal(&mut self, number: u32, signal: i32) -> bool;
}

/// A process as `ps` shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProcessRow {
    /// Its number.
    pub number: u32,
    /// Whose it is.
    pub user: i64,
    /// How it calls itself.
    pub command: String,
}
