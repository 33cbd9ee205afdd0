//! The node as a process sees it.

use std::collections::BTreeMap;

use crate::apimachinery::Quantity;
use crate::apimachinery::builtin::POD;
use crate::base::Timestamp;

use super::super::registry::Registry;
use super::super::runtime::{
    self, ConnectError, DnsRecord, FileView, Files, HttpRequest, HttpResponse, Identity, Image,
    ImageReference, MachineView, Process, ProcessId, ProcessRow, Proxied, ServerCertificate, System,
    consumption, image_named,
};
use super::NodeState;
use super::usage::capacity;

/// What a process of one container may ask for.
pub(super) struct Host<'a> {
    node: &'a mut NodeState,
    registry: &'a mut Registry,
    slot: String,
    container: String,
    /// Number of the process that asks.
    number: u32,
    /// The same among all processes of the Pod.
    id: u32,
    /// Whether the containers of the Pod see each other's processes.
    shared: bool,
    /// The container among whose processes an ephemeral one runs.
    target: Option<String>,
    /// Its command line.
    command_line: String,
    image: Option<&'static Image>,
    /// User and groups, once somebody asked for them.
    identity: Option<Identity>,
    /// Stands in when the Pod is already gone.
    nowhere: (Files, BTreeMap<String, Files>, Files),
}

/// The address that a hosts file gives a name, and the first of the names that have it.
fn found_in(hosts: &str, name: &str) -> Option<(String, String)> {
    hosts.lines().find_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let (address, first) = (words.next()?, words.clone().next()?);
        (address.contains('.') && words.any(|word| word == name))
            .then(|| (address.to_owned(), first.to_owned()))
    })
}

/// What lies between the number of a process and that of the first one that it starts.
const FIRST_WORKER: u32 = 28;

/// The image that a container runs.
fn image_run(node: &NodeState, slot: &str, container: &str) -> Option<&'static Image> {
    let run = node.pods.get(slot)?.containers.get(container)?.run.as_ref()?;
    image_named(&run.image)
}

/// The number of a process where all containers of a Pod share one table.
fn shared_number(id: ProcessId) -> u32 {
    u32::try_from(id.0 % 30_000).unwrap_or_default() + 6
}

impl<'a> Host<'a> {
    /// The view of one process.
    pub(super) fn new(
        node: &'a mut NodeState,
        registry: &'a mut Registry,
        id: ProcessId,
        process: &Process,
    ) -> Self {
        let image = image_run(node, &process.pod, &process.container);
        let pod = node.pods.get(&process.pod).and_then(|pod| registry.get(&POD, &pod.key).ok());
        let shared = pod.as_ref().is_some_and(|pod| pod.flag("/spec/shareProcessNamespace"));
        let own = pod.as_ref().and_then(|pod| super::pod_spec::container(pod, &process.container));
        let target = own.map(|spec| spec.text("/targetContainerName").to_owned());
        Self {
            node,
            registry,
            id: shared_number(id),
            shared,
            target: target.filter(|target| !target.is_empty()),
            slot: process.pod.clone(),
            container: process.container.clone(),
            number: process.number,
            command_line: process.shown_arguments().join(" "),
            image,
            identity: None,
            nowhere: (Files::default(), BTreeMap::new(), Files::default()),
        }
    }

    /// Whether the API server listens there.
    fn reaches_api_server(&mut self, host: &str, port: u16) -> bool {
        let namespace = self.slot.split('/').next().unwrap_or_default();
        super::super::network::is_api_server(self.registry, namespace, host, port)
    }

    fn peers(&self) -> impl Iterator<Item = (ProcessId, &Process)> {
        let inside = self.node.pods.get(&self.slot).into_iter().flat_map(|pod| pod.processes.iter());
        inside
            .filter_map(|id| Some((*id, &**self.node.processes.get(id)?)))
            .filter(|(_, process)| {
                self.shared
                    || process.container == self.container
                    || self.target.as_ref() == Some(&process.container)
            })
            .filter(|(_, process)| process.exit_code.is_none())
    }

    /// The number of a process as this one sees it.
    fn number_of(&self, id: ProcessId, container: &str, number: u32) -> u32 {
        let joined = self.target.is_some() && container == self.container;
        if self.shared || joined { shared_number(id) } else { number }
    }

    /// Its own.
    fn own_number(&self) -> u32 {
        if self.shared || self.target.is_some() { self.id } else { self.number }
    }

    fn peer_number(&self, id: ProcessId, process: &Process) -> u32 {
        self.number_of(id, &process.container, process.number)
    }

    fn identity(&mut self) -> Identity {
        if self.identity.is_none() {
            self.identity = Some(self.who());
        }
        self.identity.clone().unwrap_or_default()
    }

    fn who(&self) -> Identity {
        let Some(object) = self.object() else { return Identity { user: 0, groups: vec![0] } };
        let spec = super::pod_spec::container(&object, &self.container);
        super::identity::identity(&object, spec.as_ref(), self.image)
    }

    /// The user as whom a container runs.
    fn user_of(&self, container: &str) -> i64 {
        let Some(object) = self.object() else { return 0 };
        let image = image_run(self.node, &self.slot, container);
        let spec = super::pod_spec::container(&object, container);
        super::identity::identity(&object, spec.as_ref(), image).user
    }

    fn object(&self) -> Option<std::sync::Arc<crate::apimachinery::Object>> {
        self.registry.get(&POD, &self.node.pods.get(&self.slot)?.key).ok()
    }
}

impl System for Host<'_> {
    fn now(&self) -> Timestamp {
        self.registry.now()
    }

    fn random(&mut self, bound: u64) -> u64 {
        self.registry.random().below(bound)
    }

    fn hostname(&self) -> String {
        let Some(pod) = self.node.pods.get(&self.slot) else { return String::new() };
        match self.registry.get(&POD, &pod.key) {
            Ok(object) => super::machine_files::hostname(&object),
            Err(_) => pod.key.name.chars().take(63).collect(),
        }
    }

    fn address(&self) -> String {
        let pod = self.node.pods.get(&self.slot);
        pod.and_then(|pod| pod.address).map(|address| address.to_string()).unwrap_or_default()
    }

    fn image(&self) -> Option<&'static Image> {
        self.image
    }

    fn tag(&self) -> String {
        let Some(object) = self.object() else { return String::new() };
        let spec = super::pod_spec::container(&object, &self.container);
        let reference = spec.and_then(|spec| ImageReference::parse(spec.image()).ok());
        reference.map(|reference| reference.tag).unwrap_or_default()
    }

    fn machine_memory(&self) -> u64 {
        let memory = self
            .node
            .machine_of(self.registry, &self.slot)
            .and_then(|node| Quantity::from_value(node.get("/status/allocatable/memory")?));
        memory.and_then(|memory| u64::try_from(memory.whole()).ok()).unwrap_or(u64::MAX)
    }

    fn processors(&self) -> u64 {
        self.node.machine_of(self.registry, &self.slot).map_or(0, |node| capacity(&node, "cpu"))
    }

    fn latency(&self) -> i64 {
        self.node.latency
    }

    fn user(&self) -> i64 {
        self.who().user
    }

    fn groups(&self) -> Vec<i64> {
        self.who().groups
    }

    fn files(&mut self) -> FileView<'_> {
        let (image, who, now) = (self.image, self.identity(), self.registry.now().as_second());
        let container = self.node.pods.get_mut(&self.slot).and_then(|pod| {
            let pod = &mut **pod;
            let container = pod.containers.get_mut(&self.container)?;
            Some((container, &mut pod.volumes, self.node.disks.entry(pod.node.clone()).or_default()))
        });
        match container {
            Some((container, volumes, disk)) => FileView {
                image,
                layer: &mut container.layer,
                mounts: &container.mounts,
                volumes,
                disk,
                read_only_root: container.read_only_root,
                who,
                now,
                born: container.run.as_ref().map_or(now, |run| run.started_at.as_second()),
            },
            None => FileView {
                image,
                layer: &mut self.nowhere.0,
                mounts: &[],
                volumes: &mut self.nowhere.1,
                disk: &mut self.nowhere.2,
                read_only_root: false,
                who,
                now,
                born: now,
            },
        }
    }

    fn http(&mut self, host: &str, port: u16, request: &HttpRequest) -> Result<HttpResponse, ConnectError> {
        if self.reaches_api_server(host, port) {
            return self.node.http_to_api(self.registry, request);
        }
        let slot = self.slot.clone();
        self.node.http_from(self.registry, &slot, host, port, request)
    }

    fn tls_server(&mut self, host: &str, port: u16, name: &str) -> Option<ServerCertificate> {
        if self.reaches_api_server(host, port) {
            return self.registry.authority().ok().map(|authority| authority.server_certificate());
        }
        let slot = self.slot.clone();
        self.node.ingress_certificate(self.registry, &slot, (host, port), name)
    }

    fn proxy_ingress(&mut self, request: &HttpRequest) -> Proxied {
        let slot = self.slot.clone();
        self.node.proxy_ingress(self.registry, &slot, request)
    }

    fn resolve(&mut self, name: &str) -> Vec<String> {
        let hosts = self.files().read("/etc/hosts").unwrap_or_default();
        if let Some((address, _)) = found_in(&String::from_utf8_lossy(&hosts), name) {
            return vec![address];
        }
        self.node.lookup_from(self.registry, &self.slot, name)
    }

    fn full_name(&mut self, name: &str) -> String {
        let hosts = self.files().read("/etc/hosts").unwrap_or_default();
        if let Some((_, first)) = found_in(&String::from_utf8_lossy(&hosts), name) {
            return first;
        }
        let records = self.node.query_from(self.registry, &self.slot, name, "A").unwrap_or_default();
        records.first().map_or_else(|| name.to_owned(), |record| record.name.clone())
    }

    fn query(&mut self, name: &str, kind: &str) -> Option<Vec<DnsRecord>> {
        self.node.query_from(self.registry, &self.slot, name, kind)
    }

    fn connects(&mut self, host: &str, port: u16) -> Result<(), ConnectError> {
        let slot = self.slot.clone();
        self.node.connects_from(self.registry, &slot, host, port)
    }

    fn send_datagram(
        &mut self,
        host: &str,
        port: u16,
        content: &[u8],
    ) -> Result<Option<Vec<u8>>, ConnectError> {
        let slot = self.slot.clone();
        self.node.datagram_from(self.registry, &slot, host, port, content)
    }

    fn refresh_proc(&mut self, command: &[String]) {
        let machine = self.machine();
        let host = self.hostname();
        let (running, user) = (self.peers().count() + 1, self.identity());
        let Some(pod) = self.node.pods.get(&self.slot) else { return };
        let main = pod.processes.iter().filter_map(|id| self.node.processes.get(id));
        let main =
            main.into_iter().find(|process| process.container == self.container && process.number == 1);
        // While the main process itself asks it is not in the table.
        let (arguments, environment) = match main {
            Some(main) => (main.shown_arguments(), main.environment.clone()),
            None => (self.command_line.split(' ').map(str::to_owned).collect(), BTreeMap::new()),
        };
        let told = runtime::ProcFiles { machine, host: &host, running, user: &user };
        let files = told.files(command, &arguments, &environment);
        let pod = self.node.pods.get_mut(&self.slot);
        let Some(container) = pod.and_then(|pod| pod.containers.get_mut(&self.container)) else { return };
        let mounts = container.mounts.clone();
        for (path, text) in files {
            container.layer.insert(&path, text);
        }
        container.layer.insert("/proc/mounts", runtime::mounts_text(&mounts));
    }

    fn processes(&self) -> Vec<ProcessRow> {
        let own = ProcessRow {
            number: self.own_number(),
            user: self.who().user,
            command: self.command_line.clone(),
        };
        let processors = self.processors();
        let mut rows = vec![own];
        for (id, process) in self.peers() {
            let (number, user) = (self.peer_number(id, process), self.user_of(&process.container));
            rows.push(ProcessRow { number, user, command: process.shown_arguments().join(" ") });
            let workers = (FIRST_WORKER..).zip(process.workers(processors));
            rows.extend(workers.map(|(place, (user, command))| ProcessRow {
                number: number + place,
                user,
                command,
            }));
        }
        if self.shared {
            rows.push(ProcessRow { number: 1, user: 65_535, command: "/pause".to_owned() });
        }
        rows
    }

    fn signal(&mut self, number: u32, signal: i32) -> bool {
        if number == self.own_number() {
            return true;
        }
        let found = self.peers().find(|(id, process)| number == self.peer_number(*id, process));
        let Some((id, _)) = found else { return false };
        self.node.signal_process(self.registry, id, signal);
        true
    }

    fn answers_ping(&mut self, address: &str) -> Result<(), ConnectError> {
        self.node.pings_from(self.registry, &self.slot, address)
    }

    fn listening(&self) -> Vec<u16> {
        let inside = self.node.pods.get(&self.slot).into_iter().flat_map(|pod| pod.processes.iter());
        let running = inside.filter_map(|id| self.node.processes.get(id));
        let mut ports: Vec<u16> = running
            .filter(|process| process.exit_code.is_none())
            .flat_map(|process| process.ports())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    fn machine(&self) -> MachineView {
        self.node.machine_view(self.registry, &self.slot)
    }

    fn process_usage(&self) -> Vec<(u32, u64, u64)> {
        let usage = self.peers().map(|(id, process)| {
            let own = consumption(process, self.image);
            (self.peer_number(id, process), own.cpu_milli, own.memory)
        });
        usage.collect()
    }
}
