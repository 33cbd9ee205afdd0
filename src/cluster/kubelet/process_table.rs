//! The processes of the nodes: starting, waking, signalling, ending.

use crate::apimachinery::ObjectKey;
use crate::base::Timestamp;

use super::super::registry::Registry;
use super::super::runtime::{
    FileView, GrpcHealth, Identity, Image, LogStream, NODE_DISK, NamedFile, PathKind, Process, ProcessId,
    Sigterm, earlier, is_deadly,
};
use super::host::Host;
use super::pod_runtime::Terminated;
use super::starts::schedule_restart;
use super::{NodeState, after};

/// Exit code of what SIGKILL ended.
const SIGKILLED: i32 = 137;

impl NodeState {
    /// The next moment at which something on a node happens by itself (a process ends, a line is
    /// printed, a pull completes).
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let wake = self.wakes.get_min().map(|(at, _)| *at);
        let changed = self.changed.values().min().copied();
        earlier(wake, changed)
    }

    /// Lets everything happen that is due at `registry.now()`; gives back the Pods whose kubelet must look.
    pub(crate) fn run_due(&mut self, registry: &mut Registry) -> Vec<ObjectKey> {
        while let Some((at, id)) = self.wakes.get_min().copied()
            && at <= registry.now()
        {
            self.wakes.remove(&(at, id));
            self.wake(registry, id);
        }
        let changed = std::mem::take(&mut self.changed);
        changed.keys().filter_map(|slot| self.pods.get(slot).map(|pod| pod.key.clone())).collect()
    }

    fn wake(&mut self, registry: &mut Registry, id: ProcessId) {
        let Some(process) = self.processes.get_mut(&id) else { return };
        if let Some((_, code)) = process.doom.filter(|(at, _)| *at <= registry.now()) {
            process.exit_code = Some(code);
            self.settle_process(registry, id);
        } else {
            self.run_process(registry, id, false);
        }
    }

    /// Puts a new process into the table.
    pub(super) fn spawn(&mut self, process: Process) -> ProcessId {
        self.last_process += 1;
        let id = ProcessId(self.last_process);
        if let Some(pod) = self.pods.get_mut(&process.pod) {
            pod.processes.insert(id);
        }
        self.processes.insert(id, process.into());
        id
    }

    /// Takes a process out of the table for good.
    pub(super) fn forget_process(&mut self, id: ProcessId) {
        let Some(process) = self.processes.remove(&id) else { return };
        self.forget_wake(id, &process);
        if let Some(pod) = self.pods.get_mut(&process.pod) {
            pod.processes.remove(&id);
        }
    }

    /// Lets a new process run until it waits for the first time.
    pub(super) fn start_process(&mut self, registry: &mut Registry, id: ProcessId) {
        self.run_process(registry, id, true);
    }

    pub(super) fn run_process(&mut self, registry: &mut Registry, id: ProcessId, first: bool) {
        self.with_process(registry, id, |process, host| process.run(first, host));
    }

    /// Lets a process do something with the node at hand; `None` when there is no such process.
    pub(super) fn with_process<T>(
        &mut self,
        registry: &mut Registry,
        id: ProcessId,
        act: impl FnOnce(&mut Process, &mut Host<'_>) -> T,
    ) -> Option<T> {
        let mut process = self.processes.remove(&id)?;
        self.forget_wake(id, &process);
        let mut host = Host::new(self, registry, id, &process);
        let done = act(&mut process, &mut host);
        self.processes.insert(id, process);
        self.settle_process(registry, id);
        Some(done)
    }

    /// After a process did something: takes its output, remembers when it goes on, ends its container.
    pub(super) fn settle_process(&mut self, registry: &mut Registry, id: ProcessId) {
        let now = registry.now();
        let Some(process) = self.processes.get_mut(&id) else { return };
        let slot = process.pod.clone();
        let Some(pod) = self.pods.get_mut(&slot) else { return };
        let Some(container) = pod.containers.get_mut(&process.container) else { return };
        container.meter.add(now, std::mem::take(&mut process.used));
        if container.process() == Some(id) {
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            for (error, bytes) in process.take_output() {
                let stream = if error { LogStream::Stderr } else { LogStream::Stdout };
                container.log.append_to(stream, now, &bytes);
                if error { stderr.extend(bytes) } else { stdout.extend(bytes) }
            }
            self.attachments.copy(id, &stdout, &stderr, process.exit_code);
            if let Some(code) = process.exit_code {
                let name = process.container.clone();
                self.end_run(&slot, &name, code, now);
                return;
            }
        }
        if self.pods.get(&slot).is_some_and(|pod| pod.evict_at.is_none() && pod.exceeded_storage().is_some())
        {
            self.changed.insert(slot.clone(), now);
        }
        let Some(process) = self.processes.get(&id) else { return };
        let name = process.container.clone();
        if process.exit_code.is_some() {
            // A probe or hook may wait for it.
            self.changed.insert(slot.clone(), now);
        }
        if self.exceeds_memory(&slot, &name) {
            // The kernel ends the whole container, as the kubelet asks it to (`memory.oom.group`).
            return self.end_run_for(&slot, &name, SIGKILLED, "OOMKilled", now);
        }
        let Some(process) = self.processes.get(&id) else { return };
        if process.exit_code.is_none()
            && let Some(at) = next_wake(process)
        {
            self.wakes.insert((at, id));
        }
    }

    /// The main process of a container has ended: so has the run, and whatever else ran in it.
    pub(super) fn end_run(&mut self, slot: &str, name: &str, exit_code: i32, now: Timestamp) {
        let reason = if exit_code == 0 { "Completed" } else { "Error" };
        self.end_run_for(slot, name, exit_code, reason, now);
    }

    fn end_run_for(&mut self, slot: &str, name: &str, exit_code: i32, reason: &str, now: Timestamp) {
        let Some(pod) = self.pods.get_mut(slot) else { return };
        let Some(container) = pod.containers.get_mut(name) else { return };
        let message = container.termination_message(exit_code);
        if let Some(run) = &mut container.run {
            run.process = None;
            run.terminated = Some(Terminated {
                container_id: run.container_id.clone(),
                exit_code,
                reason: reason.to_owned(),
                message,
                started_at: run.started_at,
                finished_at: now,
            });
        }
        schedule_restart(container, now);
        container.kill = None;
        if let Some(why) = container.post_start_failure.clone() {
            container.wait("PostStartHookError", &why);
        }
        self.changed.insert(slot.to_owned(), now);
        let inside: Vec<ProcessId> = pod.processes.iter().copied().collect();
        for id in inside {
            if self.processes.get(&id).is_some_and(|process| process.container == name) {
                self.end_process(id);
            }
        }
    }

    /// Removes a process that ended with its container; one that a client listens to is told so.
    fn end_process(&mut self, id: ProcessId) {
        let Some(process) = self.processes.get(&id).cloned() else { return };
        if process.number == 1 {
            self.attachments.copy(id, &[], &[], Some(process.exit_code.unwrap_or(137)));
            return self.forget_process(id);
        }
        self.forget_wake(id, &process);
        if let Some(process) = self.processes.get_mut(&id) {
            process.exit_code.get_or_insert(137);
        }
    }

    /// Whether a process goes on.
    pub(super) fn is_running(&self, id: ProcessId) -> bool {
        self.processes.get(&id).is_some_and(|process| process.exit_code.is_none())
    }

    /// What a process says of its health over gRPC; `None` when it does not speak of it.
    pub(super) fn grpc_health(&self, id: ProcessId, port: u16) -> Option<GrpcHealth> {
        self.processes.get(&id)?.grpc_health(port)
    }

    /// Sends a signal to a process.
    pub(super) fn signal_process(&mut self, registry: &mut Registry, id: ProcessId, signal: i32) {
        self.signal_process_later(registry, id, signal, 0);
    }

    /// Sends a signal to a process in so many milliseconds.
    pub(super) fn signal_process_later(
        &mut self,
        registry: &mut Registry,
        id: ProcessId,
        signal: i32,
        pause: i64,
    ) {
        let now = registry.now();
        let Some(process) = self.processes.get_mut(&id) else { return };
        if signal != 9 && pause == 0 && process.run_trap(signal) {
            return self.run_process(registry, id, false);
        }
        if signal == 1 {
            self.with_process(registry, id, |process, host| process.hang_up(host));
            return;
        }
        let Some(process) = self.processes.get_mut(&id) else { return };
        let doom = match (signal, process.on_sigterm()) {
            (9, _) => Some((0, 137)),
            (15 | 2, Sigterm::Exits { code, after }) => Some((after, code)),
            (signal, _) if process.number != 1 && is_deadly(signal) => Some((0, 128 + signal)),
            _ => None,
        };
        let Some((delay, code)) = doom else { return };
        let before = process.clone();
        let at = after(now, pause + delay);
        if process.doom.is_none_or(|(other, _)| at < other) {
            process.doom = Some((at, code));
        }
        self.forget_wake(id, &before);
        if pause + delay == 0 {
            self.wake(registry, id);
        } else if let Some(at) = self.processes.get(&id).and_then(|process| next_wake(process)) {
            self.wakes.insert((at, id));
        }
    }

    /// The mode of the file that a command names, when it names one and something is there.
    pub(super) fn file_of(
        &mut self,
        slot: &str,
        container: &str,
        image: Option<&'static Image>,
        command: Option<&String>,
    ) -> Option<NamedFile> {
        let path = command.filter(|name| name.contains('/'))?;
        let pod = self.pods.get_mut(slot)?;
        let pod = &mut **pod;
        let container = pod.containers.get_mut(container)?;
        let files = FileView {
            image,
            layer: &mut container.layer,
            mounts: &container.mounts,
            volumes: &mut pod.volumes,
            disk: self.disks.entry(pod.node.clone()).or_default(),
            read_only_root: container.read_only_root,
            who: Identity::default(),
            now: 0,
            born: 0,
        };
        if files.is_directory(path) {
            return Some(NamedFile::Directory);
        }
        if files.is_tool(path) {
            return None;
        }
        files.length(path)?;
        Some(NamedFile::File { runs: files.ownership(path).is_some_and(|own| own.runs()) })
    }

    /// A mount of a folder where the image has a file, or the other way round: the place, and where the
    /// source is below the Pod's folder on the node.
    pub(super) fn mount_clash(
        &mut self,
        slot: &str,
        container: &str,
        image: Option<&'static Image>,
    ) -> Option<(String, String)> {
        let pod = &mut **self.pods.get_mut(slot)?;
        let found = pod.containers.get_mut(container)?;
        let disk = self.disks.entry(pod.node.clone()).or_default();
        let kinds: Vec<PathKind> = found
            .mounts
            .iter()
            .map(|mount| {
                let path = format!("/{}", mount.sub_path.trim_matches('/'));
                let files = pod.volumes.get(&mount.volume);
                let files = if mount.volume == NODE_DISK { Some(&*disk) } else { files };
                files.map_or(PathKind::Directory, |files| files.path_kind(&path))
            })
            .collect();
        let bare = FileView {
            image,
            layer: &mut found.layer,
            mounts: &[],
            volumes: &mut pod.volumes,
            disk,
            read_only_root: false,
            who: Identity::default(),
            now: 0,
            born: 0,
        };
        let mut mounts = found.mounts.iter().zip(kinds).enumerate();
        // What a ConfigMap has no key for, the kubelet makes as an empty folder.
        let (index, (mount, _)) = mounts.find(|(_, (mount, kind))| {
            let folder = *kind != PathKind::File;
            bare.exists(&mount.path) && bare.is_directory(&mount.path) != folder
        })?;
        let source = match mount.volume.rsplit_once(':') {
            Some((_, volume)) => format!("volume-subpaths/{volume}/{container}/{index}"),
            None if mount.sub_path.is_empty() => format!("volumes/{}", mount.volume),
            None => format!("volume-subpaths/{}/{container}/{index}", mount.volume),
        };
        Some((mount.path.clone(), source))
    }

    pub(super) fn forget_wake(&mut self, id: ProcessId, process: &Process) {
        if let Some(at) = next_wake(process) {
            self.wakes.remove(&(at, id));
        }
    }

    /// Forgets a Pod and everything that runs in it.
    pub(in crate::cluster) fn destroy(&mut self, slot: &str) {
        let Some(pod) = self.pods.remove(slot) else { return };
        if let Some(address) = pod.address.filter(|_| !pod.host_network) {
            self.release(slot, address);
        }
        for id in pod.processes.iter().copied() {
            self.end_process(id);
        }
        self.changed.remove(slot);
    }

    pub(super) fn release(&mut self, slot: &str, address: std::net::Ipv4Addr) {
        if self.by_address.get(&address.to_string()).is_some_and(|owner| owner == slot) {
            self.by_address.remove(&address.to_string());
            self.addresses.release(address);
        }
    }
}

fn next_wake(process: &Process) -> Option<Timestamp> {
    earlier(process.wake, process.doom.map(|(at, _)| at))
}
