//! Starting all containers of a Pod anew because one of them ended as a rule of it says (`RestartAllContainers`).

use std::sync::Arc;

use crate::base::Timestamp;

use super::after;
use super::pod_runtime::{ContainerRuntime, Terminated, Waiting};
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;
use super::probes::Probes;

/// Why containers wait meanwhile, and how their last run counts as having ended.
const REASON: &str = "RestartingAllContainers";
/// The same for people.
const MESSAGE: &str = "The container is removed because RestartAllContainers in place";
/// Milliseconds until the first of them starts again.
const PAUSE: i64 = 2_000;
/// The exit code of what was removed.
const REMOVED: i32 = 137;

impl PodWorker<'_> {
    /// Ends and removes all containers once one has ended in such a way; nobody asks them first, and no
    /// hook runs. Gives back until when they are away.
    pub(super) fn restart_all(&mut self) -> Option<Timestamp> {
        let now = self.now();
        if let Some(until) = self.runtime_mut().restarting_all {
            if until > now {
                return Some(until);
            }
            self.runtime_mut().restarting_all = None;
            for container in self.runtime_mut().containers.values_mut() {
                if container.waiting.as_ref().is_some_and(|waiting| waiting.reason == REASON) {
                    container.waiting = None;
                }
            }
            return None;
        }
        let pod = Arc::clone(&self.pod);
        let restarts = |spec: &ContainerSpec<'_>, container: &ContainerRuntime| {
            container.terminated().is_some_and(|ended| pod_spec::restarts_all(spec, ended.exit_code))
        };
        let lasting = || pod_spec::init_containers(&pod).chain(pod_spec::containers(&pod));
        if !lasting().any(|spec| restarts(&spec, self.container(spec.name()))) {
            return None;
        }
        self.runtime_mut().task = None;
        for spec in lasting() {
            if self.container(spec.name()).process().is_some() {
                let slot = self.slot.clone();
                self.node.end_run(&slot, spec.name(), REMOVED, now);
            }
            self.container(spec.name()).remove();
        }
        let until = after(now, PAUSE);
        self.runtime_mut().restarting_all = Some(until);
        Some(until)
    }
}

impl ContainerRuntime {
    /// Forgets the run, of which only is left that it was removed.
    fn remove(&mut self) {
        let Some(run) = self.run.take() else { return };
        self.last = Some(Terminated {
            container_id: String::new(),
            exit_code: REMOVED,
            reason: REASON.to_owned(),
            message: MESSAGE.to_owned(),
            started_at: run.started_at,
            finished_at: run.started_at,
        });
        self.restarts += 1;
        self.previous_log = Some(std::mem::take(&mut self.log));
        self.waiting = Some(Waiting { reason: REASON.to_owned(), message: MESSAGE.to_owned() });
        (self.retry_at, self.kill, self.post_start) = (None, None, None);
        self.probes = Probes::default();
    }
}
