//! Starting: the sandbox with its network and volumes, then containers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apimachinery::ObjectKey;
use crate::apimachinery::builtin::RUNTIME_CLASS;
use crate::base::{Timestamp, Value};

use super::super::manager::EventType;
use super::super::runtime::{self, Input, Process, RunLog, image_id};
use super::after;
use super::host_volumes::{HostVolume, MountError, host_volumes};
use super::pod_runtime::{ContainerRuntime, Run, Task, TaskKind, Terminated, TerminationMessage};
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::{PodWorker, Step};
use super::{env, env_files, volumes};

/// Content of a Pod's own volumes, by name.
type VolumeFiles = BTreeMap<String, runtime::Files>;
/// A Pod's volumes that are folders of the node, by name.
type HostVolumes = BTreeMap<String, HostVolume>;

/// The handlers that the node's container runtime is configured with.
const HANDLERS: &[&str] = &["", "runc"];
/// The longest pause between two tries to mount volumes, in milliseconds.
const MOUNT_RETRY_MAX: i64 = 122_000;

impl PodWorker<'_> {
    /// Volumes first, then the sandbox.
    pub(super) fn begin_sandbox(&mut self) -> Step {
        let now = self.now();
        if let Some(at) = self.runtime_mut().retry_at.filter(|at| *at > now) {
            return Step::Wait(Some(at));
        }
        if let Some(handler) = self.unknown_handler() {
            let message = format!(
                "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for {handler:?} is configured"
            );
            self.event(None, EventType::Warning, "FailedCreatePodSandBox", &message);
            let retry_at = self.next_sync();
            self.runtime_mut().retry_at = Some(retry_at);
            return Step::Again;
        }
        match self.prepare_volumes() {
            Ok((volumes, host_volumes)) => {
                let runtime = self.runtime_mut();
                runtime.volumes = volumes;
                runtime.host_volumes = host_volumes;
                let jitter = i64::try_from(self.registry.random().below(200)).unwrap_or_default();
                Step::Begin(Task { what: TaskKind::Sandbox, began: now, until: after(now, 200 + jitter) })
            }
            Err(MountError(message)) => {
                self.event(None, EventType::Warning, "FailedMount", &message);
                let runtime = self.runtime_mut();
                runtime.mount_failures += 1;
                let pause = 500_i64.checked_shl(runtime.mount_failures - 1).unwrap_or(MOUNT_RETRY_MAX);
                runtime.retry_at = Some(after(now, pause.clamp(500, MOUNT_RETRY_MAX)));
                Step::Again
            }
        }
    }

    /// The handler of the Pod's RuntimeClass, where the node's container runtime has none of that name.
    fn unknown_handler(&self) -> Option<String> {
        let class = Some(self.pod.text("/spec/runtimeClassName")).filter(|class| !class.is_empty())?;
        let class = self.registry.get(&RUNTIME_CLASS, &ObjectKey::new("", class)).ok()?;
        let handler = class.text("/handler");
        (!HANDLERS.contains(&handler)).then(|| handler.to_owned())
    }

    /// What the Pod's volumes hold, and which of them are folders of the node.
    fn prepare_volumes(&mut self) -> Result<(VolumeFiles, HostVolumes), MountError> {
        if self.pod.list("/spec/volumes").iter().any(|volume| volume["hostPath"].is_object()) {
            self.fill_disk();
        }
        let disk = self.node.disks.entry(self.pod.text("/spec/nodeName").to_owned()).or_default();
        let host_volumes = host_volumes(self.registry, disk, &self.pod)?;
        let volumes = volumes::prepare(self.registry, &self.pod)
            .map_err(|(volume, why)| MountError::setup(&volume, &why))?;
        Ok((volumes, host_volumes))
    }

    /// The sandbox has an address now, or the range is full.
    pub(super) fn finish_sandbox(&mut self) {
        let address = if self.runtime_mut().host_network {
            self.host_address().parse().map_err(|_| "the node has no address".to_owned())
        } else {
            let range = self.address_range();
            self.node.addresses.allocate(&range)
        };
        match address {
            Ok(address) => {
                if !self.runtime_mut().host_network {
                    self.node.by_address.insert(address.to_string(), self.slot.clone());
                }
                self.runtime_mut().address = Some(address);
            }
            Err(why) => {
                let message = format!(
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: {why}"
                );
                self.event(None, EventType::Warning, "FailedCreatePodSandBox", &message);
                let retry_at = self.next_sync();
                self.runtime_mut().retry_at = Some(retry_at);
            }
        }
    }

    /// Creating and starting a container whose image is there.
    pub(super) fn begin_start(&mut self, spec: &ContainerSpec<'_>) -> Step {
        let now = self.now();
        let jitter = i64::try_from(self.registry.random().below(150)).unwrap_or_default();
        let container = self.container(spec.name());
        let ended = container.terminated().filter(|_| !container.redefined);
        if let Some(finished_at) = ended.map(|ended| ended.finished_at) {
            container.crash_back_off.next(finished_at.max(now));
        }
        Step::Begin(Task {
            what: TaskKind::Start(spec.name().to_owned()),
            began: now,
            until: after(now, 80 + jitter),
        })
    }

    /// The container is created; its process starts, or fails to.
    pub(super) fn finish_start(&mut self, name: &str) {
        let (pod, now) = (Arc::clone(&self.pod), self.now());
        let Some(spec) = pod_spec::container(&pod, name) else { return };
        let address = self.runtime_mut().address.map(|address| address.to_string()).unwrap_or_default();
        let files = self.variable_files(&spec);
        let environment = match env::environment(self.registry, &pod, &spec, &address, &files) {
            Ok(environment) => environment,
            Err(why) => {
                self.event(Some(&spec), EventType::Warning, "Failed", &format!("Error: {why}"));
                self.wait_and_retry(&spec, "CreateContainerConfigError", why);
                return;
            }
        };
        let verified = self.verify_user(&spec).and_then(|()| self.mounts(&spec, &environment));
        let mounts = match verified {
            Ok(mounts) => mounts,
            Err(why) => {
                self.event(Some(&spec), EventType::Warning, "Failed", &format!("Error: {why}"));
                self.wait_and_retry(&spec, "CreateContainerConfigError", why);
                return;
            }
        };
        if let Some(why) = self.missing_profile(&spec) {
            self.event(Some(&spec), EventType::Warning, "Failed", &format!("Error: {why}"));
            self.wait_and_retry(&spec, "CreateContainerError", why);
            return;
        }
        self.event(Some(&spec), EventType::Normal, "Created", "Container created");
        self.begin_run(&spec, mounts, now);
        let process = self.main_process(&spec, environment);
        match process {
            Ok(process) => {
                self.event(Some(&spec), EventType::Normal, "Started", "Container started");
                let id = self.node.spawn(process);
                if let Some(run) = &mut self.container(name).run {
                    run.process = Some(id);
                }
                self.node.start_process(self.registry, id);
                self.begin_post_start(&spec);
            }
            Err(why) => self.start_failed(&spec, &why, now),
        }
    }

    /// The Pod's volumes, for a container with variables that stand in them.
    pub(super) fn variable_files(&mut self, spec: &ContainerSpec<'_>) -> VolumeFiles {
        if env_files::reads_files(spec) { self.runtime_mut().volumes.clone() } else { VolumeFiles::default() }
    }

    /// What the container sees of the Pod's volumes. A part of a volume that the kubelet keeps up to date
    /// stays as it is now: only whole volumes follow.
    fn mounts(
        &mut self,
        spec: &ContainerSpec<'_>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Vec<runtime::Mount>, String> {
        let mut mounts = volumes::mounts(spec, &self.runtime_mut().host_volumes, environment)?;
        let changing = volumes::changing(&self.pod);
        for mount in &mut mounts {
            // The kubelet's own files are for reading; a part of a volume is made when it is not there.
            let token = mount.volume.starts_with("kube-api-access-");
            let of_image = volumes::is_of_image(&self.pod, &mount.volume);
            mount.read_only |= token || of_image || changing.contains(&mount.volume);
            mount.in_memory = volumes::is_in_memory(&self.pod, &mount.volume);
            let path = format!("/{}", mount.sub_path.trim_matches('/'));
            if let Some(files) = self.runtime_mut().volumes.get_mut(&mount.volume)
                && path != "/"
                && !mount.read_only
            {
                files.make_part(&path);
            }
        }
        for mount in mounts.iter_mut().filter(|mount| !mount.sub_path.is_empty()) {
            if !changing.contains(&mount.volume) {
                continue;
            }
            let frozen = format!("{}:{}", spec.name(), mount.volume);
            let volumes = &mut self.runtime_mut().volumes;
            if let Some(files) = volumes.get(&mount.volume).cloned() {
                mount.sub_path = files.followed(&mount.sub_path);
                volumes.insert(frozen.clone(), files);
                mount.volume = frozen;
            }
        }
        Ok(mounts)
    }

    /// Puts the last run aside and opens a new one.
    fn begin_run(&mut self, spec: &ContainerSpec<'_>, mounts: Vec<runtime::Mount>, now: Timestamp) {
        let container_id = self.registry.random().hex(64);
        let reference = Self::image_reference(spec);
        let disk = self.node.disks.entry(self.pod.text("/spec/nodeName").to_owned()).or_default();
        for mount in mounts.iter().filter(|mount| mount.volume == runtime::NODE_DISK) {
            let path = format!("/{}", mount.sub_path.trim_matches('/'));
            if disk.path_kind(&path) == runtime::PathKind::Nothing {
                disk.make_folder(&path);
            }
        }
        let mut files = self.machine_files();
        super::machine_files::tell_limits(&mut files, spec);
        let image = reference.as_ref().and_then(|reference| runtime::image_of(reference));
        super::identity::tell_process(&mut files, &self.pod, spec, image);
        if let (Some(image), Some(reference)) = (image, &reference) {
            for (path, text) in runtime::release_files(image, reference) {
                files.insert(path, text);
            }
        }
        let read_only_root = spec.get("/securityContext/readOnlyRootFilesystem") == Some(&Value::Bool(true));
        let message = TerminationMessage {
            path: spec.text("/terminationMessagePath").to_owned(),
            falls_back_to_log: spec.text("/terminationMessagePolicy") == "FallbackToLogsOnError",
        };
        self.set_limits(spec);
        let container = self.container(spec.name());
        if container.run.is_some() {
            container.last = container.terminated().cloned();
            container.restarts += 1;
            container.previous_log = Some(std::mem::take(&mut container.log));
        }
        container.log = RunLog::new(container.restarts);
        container.layer = files;
        container.read_only_root = read_only_root;
        container.termination_message = message;
        container.mounts = mounts;
        container.waiting = None;
        container.image_ready = false;
        container.probes = super::probes::Probes::default();
        (container.kill, container.post_start, container.post_start_failure) = (None, None, None);
        container.redefined = false;
        container.run = Some(Run {
            container_id,
            image: reference.as_ref().map_or_else(|| spec.image().to_owned(), |image| image.canonical()),
            named_image: spec.image().to_owned(),
            image_id: reference.as_ref().map(image_id).unwrap_or_default(),
            started_at: now,
            process: None,
            terminated: None,
        });
    }

    pub(super) fn main_process(
        &mut self,
        spec: &ContainerSpec<'_>,
        mut environment: std::collections::BTreeMap<String, String>,
    ) -> Result<Process, String> {
        let reference = Self::image_reference(spec);
        let image = reference.as_ref().and_then(|reference| runtime::image_of(reference));
        if let Some((place, source)) = self.node.mount_clash(&self.slot, spec.name(), image) {
            let source = volumes::on_the_node(&self.pod, &source);
            return Err(format!(
                "error mounting {source:?} to rootfs at {place:?}: mount src={source}, dst={place}, dstFd=/proc/thread-self/fd/8, flags=MS_BIND|MS_REC: not a directory: unknown"
            ));
        }
        let arguments = command_line(spec, image, &environment);
        let file = self.node.file_of(&self.slot, spec.name(), image, arguments.first());
        let work = runtime::executable(image, &arguments, file)?;
        environment.entry("HOSTNAME".to_owned()).or_insert_with(|| self.hostname());
        let tty = spec.get("/tty").and_then(Value::as_bool).unwrap_or_default();
        if tty {
            environment.insert("TERM".to_owned(), "xterm".to_owned());
        }
        let mut memory = std::collections::BTreeMap::new();
        if let Some(reference) = &reference {
            memory.insert("tag".to_owned(), reference.tag.clone());
            if let Some(image) = image {
                memory.insert("repository".to_owned(), image.repository.to_owned());
            }
        }
        let directory = match spec.text("/workingDir") {
            "" => image.map_or("/", |image| image.working_directory),
            directory => directory,
        };
        Ok(Process {
            pod: self.slot.clone(),
            container: spec.name().to_owned(),
            number: 1,
            arguments,
            environment,
            working_directory: directory.to_owned(),
            tty,
            input: Input {
                open: spec.get("/stdin").and_then(Value::as_bool).unwrap_or_default(),
                ..Input::default()
            },
            terminal: runtime::Terminal::default(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            order: Vec::new(),
            work,
            memory,
            wake: None,
            doom: None,
            exit_code: None,
            used: 0,
        })
    }

    /// The container exists but its process could not be started.
    fn start_failed(&mut self, spec: &ContainerSpec<'_>, why: &str, now: Timestamp) {
        let message = format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: {why}"
        );
        self.event(Some(spec), EventType::Warning, "Failed", &format!("Error: {message}"));
        let restarts = pod_spec::restarts(&self.pod, spec, 128);
        let container = self.container(spec.name());
        if let Some(run) = &mut container.run {
            run.terminated = Some(Terminated {
                container_id: run.container_id.clone(),
                exit_code: 128,
                reason: "StartError".to_owned(),
                message: message.clone(),
                started_at: Timestamp::UNIX_EPOCH,
                finished_at: now,
            });
        }
        schedule_restart(container, now);
        // Only what is started again waits; otherwise the failure is the end.
        if restarts {
            container.wait("RunContainerError", message);
        }
    }
}

/// After a run has ended: when the container is looked at again. Between the end and the first
/// back-off the termination itself is shown for a moment.
pub(super) fn schedule_restart(container: &mut ContainerRuntime, now: Timestamp) {
    let backing_off = container.crash_back_off.until(now).is_some_and(|until| until > now);
    container.retry_at = Some(after(now, if backing_off { 1_000 } else { 250 }));
}

/// `command` and `args` over the image's ENTRYPOINT and CMD, with `$(VARIABLE)` replaced.
fn command_line(
    spec: &ContainerSpec<'_>,
    image: Option<&'static runtime::Image>,
    environment: &std::collections::BTreeMap<String, String>,
) -> Vec<String> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let expand = |words: Vec<String>| words.iter().map(|word| env::expand(word, environment)).collect();
    let (command, arguments): (Vec<String>, Vec<String>) =
        (expand(spec.texts("/command")), expand(spec.texts("/args")));
    match (command.is_empty(), arguments.is_empty()) {
        (false, _) => command.into_iter().chain(arguments).collect(),
        (true, false) => image
            .map_or_else(Vec::new, |image| owned(image.entrypoint))
            .into_iter()
            .chain(arguments)
            .collect(),
        (true, true) => {
            image.map_or_else(Vec::new, |image| [owned(image.entrypoint), owned(image.command)].concat())
        }
    }
}
