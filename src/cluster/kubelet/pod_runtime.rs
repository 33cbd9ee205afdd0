//! What the node knows of a Pod: its sandbox, volumes, containers, and the task at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Timestamp, Value};

use super::super::runtime::{Files, Mount, ProcessId, RunLog};
use super::eviction::StorageLimits;
use super::hooks::Hook;
use super::host_volumes::HostVolume;
use super::killing::Kill;
use super::probes::Probes;
use super::restarts::BackOff;
use super::usage::Meter;

/// Characters of a termination message.
const MESSAGE_MAX: usize = 4_096;

/// A Pod on a node.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct PodRuntime {
    /// Namespace and name.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: String,
    /// When the kubelet first saw it.
    pub started_at: Timestamp,
    /// Its address, once it has a sandbox.
    pub address: Option<Ipv4Addr>,
    /// Whether it uses the node's own network.
    pub host_network: bool,
    /// What is being done for it; one thing at a time, as in the kubelet's pod worker.
    pub task: Option<Task>,
    /// Not looked at again before (missing volumes, sandbox failures).
    pub retry_at: Option<Timestamp>,
    /// How often its volumes could not be mounted.
    pub mount_failures: u32,
    /// Containers and init containers by name; boxed, as a map makes room for several at once.
    pub containers: BTreeMap<String, Box<ContainerRuntime>>,
    /// Everything that runs in its containers.
    pub processes: BTreeSet<ProcessId>,
    /// Volumes by name; they outlive containers.
    pub volumes: BTreeMap<String, Files>,
    /// Volumes that are folders of the node, by name.
    #[serde(default)]
    pub host_volumes: BTreeMap<String, HostVolume>,
    /// Its node.
    #[serde(default)]
    pub node: String,
    /// When the tokens in its volumes were asked for.
    #[serde(default)]
    pub tokens_at: Option<Timestamp>,
    /// When the content of its volumes is looked at again.
    #[serde(default)]
    pub refresh_at: Option<Timestamp>,
    /// Set while the Pod is being ended.
    pub stopping: Option<Stopping>,
    /// What it may take of the disk.
    #[serde(default)]
    pub storage_limits: StorageLimits,
    /// Why its resize waits: reason and message.
    #[serde(default)]
    pub resize_pending: Option<(String, String)>,
    /// Whether containers do not have yet what a resize gives them.
    #[serde(default)]
    pub resizing: bool,
    /// Until when all its containers are away because one of them ended.
    #[serde(default)]
    pub restarting_all: Option<Timestamp>,
    /// When it is evicted because it takes more.
    #[serde(default)]
    pub evict_at: Option<Timestamp>,
    /// Why it was evicted.
    #[serde(default)]
    pub evicted: Option<String>,
}

/// Something that takes time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    /// What.
    pub what: TaskKind,
    /// When it began.
    pub began: Timestamp,
    /// When it is done.
    pub until: Timestamp,
}

/// The kinds of task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TaskKind {
    /// The sandbox and its network.
    Sandbox,
    /// The image of that container, which itself takes so many milliseconds.
    Pull(String, i64),
    /// Creating and starting that container.
    Start(String),
    /// The hook after the start of that container.
    PostStart(String),
}

/// Why a Pod is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum StopCause {
    /// Somebody deleted it.
    Deleted,
    /// Its work is done; what is left are sidecars.
    Finished,
    /// It was active for too long.
    Deadline,
    /// It took more of the disk than it may.
    Evicted,
}

/// How a Pod is being ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stopping {
    /// Why.
    pub cause: StopCause,
    /// When the containers were asked to end.
    pub began: Timestamp,
    /// When what still runs is killed.
    pub deadline: Timestamp,
    /// When the last container had ended and the sandbox is taken down.
    pub torn_down_at: Option<Timestamp>,
}

/// A container over all its runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ContainerRuntime {
    /// The current or last run.
    pub run: Option<Run>,
    /// How the run before that one ended.
    pub last: Option<Terminated>,
    /// Why it waits; shown instead of how the run ended.
    pub waiting: Option<Waiting>,
    /// Restarts so far.
    pub restarts: u32,
    /// Not tried again before.
    pub retry_at: Option<Timestamp>,
    /// Whether its image was made sure of for the next start.
    pub image_ready: bool,
    /// Crash loop.
    pub crash_back_off: BackOff,
    /// Image pulls.
    pub pull_back_off: BackOff,
    /// Files written over the image; lost with the run.
    pub layer: Files,
    /// `readOnlyRootFilesystem`.
    pub read_only_root: bool,
    /// Where its termination message comes from.
    pub termination_message: TerminationMessage,
    /// What is mounted.
    pub mounts: Vec<Mount>,
    /// Its output in this run.
    pub log: RunLog,
    /// Its output in the run before.
    pub previous_log: Option<RunLog>,
    /// Probes of this run.
    pub probes: Probes,
    /// Set while it is being ended.
    #[serde(default)]
    pub kill: Option<Kill>,
    /// The hook after its start, while that runs.
    #[serde(default)]
    pub post_start: Option<Hook>,
    /// Whether it is being ended because its definition changed: it starts again, whatever the policy.
    #[serde(default)]
    pub redefined: bool,
    /// Why that hook failed in this run.
    #[serde(default)]
    pub post_start_failure: Option<String>,
    /// Processor time of this container.
    #[serde(default)]
    pub meter: Meter,
    /// Bytes that it may hold; 0 for any.
    #[serde(default)]
    pub memory_limit: u64,
    /// The resources that it was given.
    #[serde(default)]
    pub resources: Value,
    /// Thousandths of a processor that it may use; 0 for any.
    #[serde(default)]
    pub cpu_limit: u64,
}

/// `terminationMessagePath` and `terminationMessagePolicy`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TerminationMessage {
    /// The file.
    pub path: String,
    /// `FallbackToLogsOnError`.
    pub falls_back_to_log: bool,
}

/// Why a container waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// `ImagePullBackOff` …
    pub reason: String,
    /// For people.
    pub message: String,
}

/// One run of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// 64 hexadecimal digits.
    pub container_id: String,
    /// Canonical image name.
    pub image: String,
    /// The image as the Pod named it when the run began.
    #[serde(default)]
    pub named_image: String,
    /// Image with digest.
    pub image_id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Its main process, while it runs.
    pub process: Option<ProcessId>,
    /// How it ended.
    pub terminated: Option<Terminated>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terminated {
    /// 64 hexadecimal digits; nothing for a run that was removed, of whose times nobody knows either.
    pub container_id: String,
    /// Exit code.
    pub exit_code: i32,
    /// `Completed`, `Error`, `StartError`, `OOMKilled`.
    pub reason: String,
    /// Termination message.
    pub message: String,
    /// When it started; the epoch when it never did.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
}

impl PodRuntime {
    /// The container of that name.
    pub(super) fn container(&self, name: &str) -> Option<&ContainerRuntime> {
        self.containers.get(name).map(|container| &**container)
    }

    /// A Pod that the kubelet sees for the first time.
    pub(super) fn new(pod: &Object, now: Timestamp) -> Self {
        Self {
            key: pod.key(),
            uid: pod.uid().to_owned(),
            started_at: now,
            address: None,
            host_network: pod.flag("/spec/hostNetwork"),
            task: None,
            retry_at: None,
            mount_failures: 0,
            containers: BTreeMap::new(),
            processes: BTreeSet::new(),
            volumes: BTreeMap::new(),
            host_volumes: BTreeMap::new(),
            node: pod.text("/spec/nodeName").to_owned(),
            tokens_at: None,
            refresh_at: None,
            stopping: None,
            storage_limits: StorageLimits::of(pod),
            resize_pending: None,
            resizing: false,
            restarting_all: None,
            evict_at: None,
            evicted: None,
        }
    }

    /// Whether it is being ended.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_some()
    }

    /// The containers that run, with their main processes.
    pub(super) fn running(&self) -> impl Iterator<Item = (&String, ProcessId)> {
        self.containers.iter().filter_map(|(name, container)| Some((name, container.process()?)))
    }
}

impl ContainerRuntime {
    /// The main process, while it runs.
    pub(super) fn process(&self) -> Option<ProcessId> {
        self.run.as_ref().and_then(|run| run.process)
    }

    /// Whether it runs and its start, with the hook after it, is done.
    pub(super) fn has_started(&self) -> bool {
        self.is_running() && self.post_start.is_none()
    }

    /// Whether it runs.
    pub(super) fn is_running(&self) -> bool {
        self.process().is_some()
    }

    /// How the current run ended, when it did.
    pub(super) fn terminated(&self) -> Option<&Terminated> {
        self.run.as_ref().and_then(|run| run.terminated.as_ref())
    }

    /// The termination message of the run that ends: the file, or the end of the log after a failure.
    pub(super) fn termination_message(&mut self, exit_code: i32) -> String {
        let written = self.layer.take(&self.termination_message.path);
        let text = String::from_utf8_lossy(&written);
        if text.is_empty() && exit_code != 0 && self.termination_message.falls_back_to_log {
            return self.log.tail(80, 2_048);
        }
        text.chars().take(MESSAGE_MAX).collect()
    }

    /// Makes it wait for a reason.
    pub(super) fn wait(&mut self, reason: &str, message: impl Into<String>) {
        self.waiting = Some(Waiting { reason: reason.to_owned(), message: message.into() });
    }
}
