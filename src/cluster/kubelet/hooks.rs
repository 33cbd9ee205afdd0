//! Lifecycle hooks: a command, a request or a pause, after the start or before the end of a container.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::Timestamp;

use super::super::manager::EventType;
use super::super::network::HttpRequest;
use super::super::runtime::ProcessId;
use super::after;
use super::pod_runtime::{Task, TaskKind};
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;
use super::probes::{port_number, request_of};

/// A hook that has begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hook {
    /// When a pause is over.
    pub until: Option<Timestamp>,
    /// The command that runs.
    pub process: Option<ProcessId>,
    /// Why it failed already.
    pub failure: Option<String>,
}

impl PodWorker<'_> {
    /// Begins a hook.
    pub(super) fn begin_hook(&mut self, spec: &ContainerSpec<'_>, hook: &Value) -> Hook {
        if let Some(seconds) = hook.pointer("/sleep/seconds").and_then(Value::as_i64) {
            let until = Some(after(self.now(), seconds.max(0).saturating_mul(1_000)));
            return Hook { until, ..Hook::default() };
        }
        if let Some(command) = hook.pointer("/exec/command").and_then(Value::as_array) {
            let words: Vec<String> = command.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let key = self.pod.key();
            return match self.node.exec(self.registry, &key, Some(spec.name()), &words, false, false) {
                Ok(process) => Hook { process: Some(process), ..Hook::default() },
                Err(status) => Hook { failure: Some(status.message), ..Hook::default() },
            };
        }
        if let Some(get) = hook.get("httpGet").filter(|get| get.is_object()) {
            let failure = self.call_hook(spec, get).err();
            return Hook { failure, ..Hook::default() };
        }
        Hook::default()
    }

    fn call_hook(&mut self, spec: &ContainerSpec<'_>, get: &Value) -> Result<(), String> {
        let port = port_number(spec, &get["port"]).unwrap_or_default();
        let request: HttpRequest = request_of(get, "kube-lifecycle/1.36");
        let slot = self.slot.clone();
        let host = get["host"].as_str().filter(|host| !host.is_empty()).unwrap_or("localhost");
        let answer = self.node.http_from(self.registry, &slot, host, port, &request);
        // What the other side answers does not matter, only that it does.
        answer.map(drop).map_err(|error| format!("{error:?}"))
    }

    /// What a hook came to; `None` while it goes on. At the deadline it is over, whatever it does.
    pub(super) fn hook_result(&mut self, hook: &Hook, deadline: Timestamp) -> Option<Result<(), String>> {
        let now = self.now();
        if let Some(failure) = &hook.failure {
            return Some(Err(failure.clone()));
        }
        if let Some(process) = hook.process {
            let output = self.node.take_output(process);
            return match output.exit_code {
                Some(0) => Some(Ok(())),
                Some(code) => Some(Err(format!("command exited with {code}"))),
                None if deadline <= now => {
                    self.node.hang_up(self.registry, process);
                    Some(Ok(()))
                }
                None => None,
            };
        }
        let over = hook.until.is_none_or(|until| until <= now) || deadline <= now;
        over.then_some(Ok(()))
    }

    /// Runs `postStart` of a container that has just started; nothing else happens to the Pod until it is over.
    pub(super) fn begin_post_start(&mut self, spec: &ContainerSpec<'_>) {
        let Some(hook) = spec.get("/lifecycle/postStart") else { return };
        let hook = self.begin_hook(spec, hook);
        self.container(spec.name()).post_start = Some(hook);
        let now = self.now();
        let task = Task { what: TaskKind::PostStart(spec.name().to_owned()), began: now, until: now };
        self.runtime_mut().task = Some(task);
    }

    /// Whether `postStart` of that container is over; a failure ends the container.
    pub(super) fn post_start_is_over(&mut self, name: &str) -> bool {
        let Some(hook) = self.container(name).post_start.clone() else { return true };
        if !self.container(name).is_running() {
            self.container(name).post_start = None;
            return true;
        }
        let result = self.hook_result(&hook, Timestamp::MAX);
        let Some(result) = result else { return false };
        self.container(name).post_start = None;
        let pod = self.pod.clone();
        if let (Err(_), Some(spec)) = (result, pod_spec::container(&pod, name)) {
            self.event(Some(&spec), EventType::Warning, "FailedPostStartHook", "PostStartHook failed");
            let grace = self.grace();
            self.kill(&spec, "FailedPostStartHook", grace);
            self.container(name).post_start_failed = true;
        }
        true
    }
}
