//! The files that the kubelet writes for a container's machine: hosts, hostname, resolv.conf.

use crate::apimachinery::builtin::NODE;
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Timestamp, Value};

use super::super::runtime::{CLUSTER_DNS, Files, PathKind, sysctl_path};
use super::pod_spec::ContainerSpec;
use super::pod_worker::PodWorker;
use super::usage::{capacity, limit};

/// Millionths of a second in which a container may use its share of the processors.
const CPU_PERIOD: i64 = 100_000;
/// The address of the node's own DNS.
const NODE_DNS: &str = "192.168.49.1";
/// The zone below which everything is.
const ZONE: &str = "cluster.local";
/// What begins every hosts file (`pkg/kubelet/kubelet_pods.go`).
const HOSTS: &str = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";

/// Writes what the kernel tells a container of its limits (cgroup v2).
pub(super) fn tell_limits(files: &mut Files, spec: &ContainerSpec<'_>) {
    let of = |resource: &str| limit(spec.get("/resources"), resource);
    let memory = of("memory").map_or_else(|| "max".to_owned(), |memory| memory.whole().to_string());
    let quota =
        of("cpu").map_or_else(|| "max".to_owned(), |cpu| (cpu.milli() * CPU_PERIOD / 1_000).to_string());
    files.insert("/sys/fs/cgroup/memory.max", format!("{memory}\n"));
    files.insert("/sys/fs/cgroup/cpu.max", format!("{quota} {CPU_PERIOD}\n"));
}

/// The name that a Pod's machine goes by (`GeneratePodHostNameAndDomain`).
pub(super) fn hostname(pod: &Object) -> String {
    if pod.flag("/spec/hostNetwork") {
        return pod.text("/spec/nodeName").to_owned();
    }
    match full_name(pod) {
        Some(full) if pod.flag("/spec/setHostnameAsFQDN") => full,
        _ => short_name(pod),
    }
}

fn short_name(pod: &Object) -> String {
    if let Some(name) = pod.get("/spec/hostnameOverride").and_then(Value::as_str) {
        return name.to_owned();
    }
    match pod.text("/spec/hostname") {
        "" => pod.name().chars().take(63).collect(),
        name => name.to_owned(),
    }
}

/// The name with the domain of the subdomain, if there is one; what overrides the name is the whole of it.
fn full_name(pod: &Object) -> Option<String> {
    if pod.get("/spec/hostnameOverride").is_some() {
        return None;
    }
    let subdomain = Some(pod.text("/spec/subdomain")).filter(|subdomain| !subdomain.is_empty())?;
    Some(format!("{}.{subdomain}.{}.svc.{ZONE}", short_name(pod), pod.namespace()))
}

impl PodWorker<'_> {
    /// The files, by path.
    pub(super) fn machine_files(&mut self) -> Files {
        let mut files = Files::default();
        files.insert("/etc/hostname", format!("{}\n", self.hostname()));
        files.insert("/etc/hosts", self.hosts());
        files.insert("/etc/resolv.conf", self.resolver());
        let node = self.registry.get(&NODE, &ObjectKey::new("", self.node_name()));
        let all = node.map(|node| capacity(&node, "cpu")).unwrap_or_default();
        let processors = (0..all).map(|number| {
            format!("processor\t: {number}\nmodel name\t: virtual CPU\ncpu cores\t: {all}\n\n")
        });
        files.insert("/proc/cpuinfo", processors.collect::<String>());
        for sysctl in self.pod.list("/spec/securityContext/sysctls") {
            let text = |field: &str| sysctl[field].as_str().unwrap_or_default();
            files.insert(&sysctl_path(text("name")), format!("{}\n", text("value")));
        }
        files
    }

    fn hosts(&mut self) -> String {
        let host_network = self.pod.flag("/spec/hostNetwork");
        let mut text = if host_network { self.node_hosts() } else { HOSTS.to_owned() };
        let address = self.runtime_mut().address.map(|address| address.to_string()).unwrap_or_default();
        let name = short_name(&self.pod);
        let full = full_name(&self.pod).map(|full| format!("{full}\t")).unwrap_or_default();
        if !host_network {
            text.push_str(&format!("{address}\t{full}{name}\n"));
        }
        let aliases = self.pod.list("/spec/hostAliases");
        if !aliases.is_empty() {
            text.push_str("\n# Entries added by HostAliases.\n");
        }
        for alias in aliases {
            let names = alias["hostnames"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
            let names: Vec<&str> = names.collect();
            text.push_str(&format!("{}\t{}\n", alias["ip"].as_str().unwrap_or_default(), names.join("\t")));
        }
        text
    }

    /// Puts the node's own hosts file on its disk.
    pub(super) fn fill_disk(&mut self) {
        let node = self.node_name().to_owned();
        let is_there = |disk: &Files| disk.path_kind("/etc/hosts") != PathKind::Nothing;
        if self.node.disks.get(&node).is_some_and(is_there) {
            return;
        }
        let hosts = self.node_hosts();
        let hosts = hosts.split_once('\n').map(|(_, hosts)| hosts.to_owned()).unwrap_or_default();
        self.node.disks.entry(node).or_default().insert("/etc/hosts", hosts);
    }

    /// The node's own hosts file, as a Pod on its network sees it.
    fn node_hosts(&self) -> String {
        let (address, node) = (self.host_address(), self.node_name());
        let first = HOSTS.lines().skip(1).collect::<Vec<_>>().join("\n");
        format!(
            "# Kubernetes-managed hosts file (host network).\n{first}\n{address}\t{node}\n{NODE_DNS}\thost.minikube.internal\n{address}\tcontrol-plane.minikube.internal\n"
        )
    }

    fn resolver(&self) -> String {
        let namespace = self.pod.namespace();
        let host_network = self.pod.flag("/spec/hostNetwork");
        let (mut servers, mut searches, mut options) = match self.pod.text("/spec/dnsPolicy") {
            "None" => (Vec::new(), Vec::new(), Vec::new()),
            "Default" => (vec![NODE_DNS.to_owned()], Vec::new(), Vec::new()),
            "ClusterFirst" if host_network => (vec![NODE_DNS.to_owned()], Vec::new(), Vec::new()),
            _ => (
                vec![CLUSTER_DNS.to_owned()],
                vec![format!("{namespace}.svc.{ZONE}"), format!("svc.{ZONE}"), ZONE.to_owned()],
                vec!["ndots:5".to_owned()],
            ),
        };
        let texts = |field: &str| {
            let list = self.pod.list(&format!("/spec/dnsConfig/{field}")).iter();
            list.filter_map(|text| text.as_str()).map(str::to_owned).collect::<Vec<_>>()
        };
        for (own, more) in [(&mut servers, texts("nameservers")), (&mut searches, texts("searches"))] {
            for text in more {
                if !own.contains(&text) {
                    own.push(text);
                }
            }
        }
        for option in self.pod.list("/spec/dnsConfig/options") {
            let name = option["name"].as_str().unwrap_or_default();
            options.retain(|known| known.split(':').next() != Some(name));
            options.push(match option["value"].as_str() {
                Some(value) => format!("{name}:{value}"),
                None => name.to_owned(),
            });
        }
        let mut text = String::new();
        if !searches.is_empty() {
            text.push_str(&format!("search {}\n", searches.join(" ")));
        }
        servers.iter().for_each(|server| text.push_str(&format!("nameserver {server}\n")));
        if !options.is_empty() {
            text.push_str(&format!("options {}\n", options.join(" ")));
        }
        text
    }

    /// The name that the Pod's machine goes by.
    pub(super) fn hostname(&self) -> String {
        hostname(&self.pod)
    }

    /// Writes what changed in ConfigMaps, Secrets and the Pod itself into the volumes that show it, some
    /// time after the change, as a kubelet does that looks about once a minute; gives back when that is.
    pub(super) fn refresh_volumes(&mut self) -> Option<Timestamp> {
        let changing = super::volumes::changing(&self.pod);
        if changing.is_empty() || self.runtime_mut().address.is_none() {
            return None;
        }
        let mut contents = super::volumes::prepare(self.registry, &self.pod).ok()?;
        contents.retain(|name, _| changing.contains(name));
        let now = self.now();
        let jitter = i64::try_from(self.registry.random().below(60_000)).unwrap_or_default();
        let runtime = self.runtime_mut();
        contents.retain(|name, files| !runtime.volumes.get(name).is_some_and(|old| old.holds_what(files)));
        if contents.is_empty() {
            runtime.refresh_at = None;
            return None;
        }
        let due = *runtime.refresh_at.get_or_insert(super::after(now, 30_000 + jitter));
        if due > now {
            return Some(due);
        }
        runtime.refresh_at = None;
        runtime.volumes.extend(contents);
        None
    }
}
