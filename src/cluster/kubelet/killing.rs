//! Ending containers: `preStop`, the turn of each, SIGTERM, the rest of the grace period, SIGKILL
//! (`killContainer` of `pkg/kubelet/kuberuntime`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Timestamp, Value};

use super::super::manager::EventType;
use super::super::runtime::{ProcessId, earlier};
use super::after;
use super::hooks::Hook;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;

/// The signal that asks a process to end.
const SIGTERM: i32 = 15;
/// The signal that ends it.
const SIGKILL: i32 = 9;
/// Milliseconds that a container gets after SIGTERM, however little of the period is left.
const MINIMUM: i64 = 2_000;

/// How far the end of one container has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kill {
    /// When what still runs is killed.
    pub deadline: Timestamp,
    /// What is being waited for.
    pub stage: KillStage,
}

/// What the end of a container waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum KillStage {
    /// The hook that runs before.
    PreStop(Hook),
    /// Containers that have to end before this one.
    Turn,
    /// The process, which has been asked to end.
    Signalled,
}

impl PodWorker<'_> {
    /// Begins to end a container that runs; the event says why.
    pub(super) fn kill(&mut self, spec: &ContainerSpec<'_>, message: &str, grace: i64) {
        let now = self.now();
        let container = self.container(spec.name());
        if container.process().is_none() || container.kill.is_some() {
            return;
        }
        self.event(Some(spec), EventType::Normal, "Killing", message);
        let deadline = after(now, grace.max(0).saturating_mul(1_000));
        let hook = spec.get("/lifecycle/preStop").filter(|_| grace > 0);
        let stage = match hook {
            Some(hook) => KillStage::PreStop(self.begin_hook(spec, hook)),
            None => KillStage::Turn,
        };
        self.container(spec.name()).kill = Some(Kill { deadline, stage });
    }

    /// Ends containers whose definition is not that of their run any more (`containerChanged`): of what can
    /// change, only the image counts.
    pub(super) fn end_redefined(&mut self) {
        let pod = Arc::clone(&self.pod);
        let lasting = pod_spec::init_containers(&pod).filter(ContainerSpec::is_sidecar);
        for spec in lasting.chain(pod_spec::containers(&pod)) {
            let grace = self.grace();
            let container = self.container(spec.name());
            let named = container.run.as_ref().map(|run| run.named_image.as_str()).unwrap_or_default();
            if container.process().is_none() || named.is_empty() || named == spec.image() {
                continue;
            }
            let message = format!("Container {} definition changed, will be restarted", spec.name());
            container.redefined = true;
            (container.image_ready, container.crash_back_off) = (false, Default::default());
            self.kill(&spec, &message, grace);
        }
    }

    /// Brings every container that is being ended closer to its end; gives back when to look again.
    pub(super) fn advance_kills(&mut self) -> Option<Timestamp> {
        let pod = Arc::clone(&self.pod);
        let mut wake = None;
        for spec in pod_spec::all_containers(&pod) {
            wake = earlier(wake, self.advance_kill(&spec));
        }
        wake
    }

    fn advance_kill(&mut self, spec: &ContainerSpec<'_>) -> Option<Timestamp> {
        let now = self.now();
        let container = self.container(spec.name());
        let process = container.process()?;
        let mut kill = container.kill.clone()?;
        if let KillStage::PreStop(hook) = &kill.stage {
            match self.hook_result(spec.name(), hook, kill.deadline) {
                None => return Some(hook.until.unwrap_or(kill.deadline).min(kill.deadline)),
                Some(Ok(())) => {}
                Some(Err(_)) => {
                    self.event(Some(spec), EventType::Warning, "FailedPreStopHook", "PreStopHook failed");
                }
            }
            kill.stage = KillStage::Turn;
        }
        if kill.stage == KillStage::Turn {
            if !self.is_its_turn(spec) && kill.deadline > now {
                self.container(spec.name()).kill = Some(kill.clone());
                return Some(kill.deadline);
            }
            kill = Kill { deadline: kill.deadline.max(after(now, MINIMUM)), stage: KillStage::Signalled };
            self.container(spec.name()).kill = Some(kill.clone());
            self.node.signal_process(self.registry, process, SIGTERM);
        }
        if kill.deadline <= now {
            self.node.signal_process(self.registry, process, SIGKILL);
        }
        self.container(spec.name()).is_running().then_some(kill.deadline.max(now))
    }

    /// A sidecar ends after all containers that have no need of ending in order, and after the sidecars behind it.
    fn is_its_turn(&mut self, spec: &ContainerSpec<'_>) -> bool {
        if !spec.is_sidecar() || !self.runtime_mut().is_stopping() {
            return true;
        }
        let pod = Arc::clone(&self.pod);
        let later = pod_spec::init_containers(&pod)
            .skip_while(|other| other.name() != spec.name())
            .skip(1)
            .filter(ContainerSpec::is_sidecar);
        let waits: Vec<String> =
            later.chain(pod_spec::containers(&pod)).map(|other| other.name().to_owned()).collect();
        waits.iter().all(|name| !self.container(name).is_running())
    }

    /// The seconds that containers of this Pod are given to end.
    pub(super) fn grace(&self) -> i64 {
        let deletion = self.pod.number("/metadata/deletionGracePeriodSeconds");
        deletion.or_else(|| self.pod.number("/spec/terminationGracePeriodSeconds")).unwrap_or(30)
    }

    /// The grace period that a probe has of its own, or the Pod's.
    pub(super) fn grace_of_probe(&self, probe: &Value) -> i64 {
        let own = probe["terminationGracePeriodSeconds"].as_i64();
        own.or_else(|| self.pod.number("/spec/terminationGracePeriodSeconds")).unwrap_or(30)
    }

    /// Ends whatever still runs, at once.
    pub(super) fn kill_now(&mut self) {
        let left: Vec<ProcessId> = self.runtime_mut().running().map(|(_, process)| process).collect();
        for process in left {
            self.node.signal_process(self.registry, process, SIGKILL);
        }
    }
}
