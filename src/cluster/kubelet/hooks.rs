//! Lifecycle hooks: a command, a request or a pause, after the start or before the end of a container.

use serde::{Deserialize, Serialize};

use crate::base::{Timestamp, Value};

use super::super::manager::EventType;
use super::super::runtime::ProcessId;
use super::after;
use super::pod_runtime::{Task, TaskKind};
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;

/// A hook that has begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hook {
    /// When a pause is over.
    pub until: Option<Timestamp>,
    /// The command that runs.
    pub process: Option<ProcessId>,
    /// Its words.
    #[serde(default)]
    pub command: String,
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
            let (key, command) = (self.pod.key(), words.join(" "));
            return match self.node.exec(self.registry, &key, Some(spec.name()), &words, false, false) {
                Ok(process) => Hook { process: Some(process), command, ..Hook::default() },
                Err(status) => {
                    let failure = self.failed_command(spec.name(), &command, &status.message, "");
                    Hook { failure: Some(failure), ..Hook::default() }
                }
            };
        }
        if let Some(get) = hook.get("httpGet").filter(|get| get.is_object()) {
            // What the other side answers does not matter, only that it does.
            let (url, answer) = self.fetch(spec, get, "kube-lifecycle/1.36");
            let path = get["path"].as_str().unwrap_or_default();
            let failed = |why| self.failed("HTTP", path, spec.name(), &format!("Get {url:?}: {why}"));
            return Hook { failure: answer.err().map(failed), ..Hook::default() };
        }
        Hook::default()
    }

    /// A failure in upstream's words (`pkg/kubelet/lifecycle/handlers.go`).
    fn failed(&self, means: &str, what: &str, container: &str, error: &str) -> String {
        let pod = pod_spec::full_name(&self.pod);
        format!(
            "{means} lifecycle hook ({what}) for Container {container:?} in Pod {pod:?} failed - error: {error}"
        )
    }

    fn failed_command(&self, container: &str, command: &str, error: &str, output: &str) -> String {
        let failed = self.failed("Exec", &format!("[{command}]"), container, error);
        format!("{failed}, message: {output:?}")
    }

    /// What a hook of a container came to; `None` while it goes on. At the deadline it is over, whatever
    /// it does.
    pub(super) fn hook_result(
        &mut self,
        container: &str,
        hook: &Hook,
        deadline: Timestamp,
    ) -> Option<Result<(), String>> {
        let now = self.now();
        if let Some(failure) = &hook.failure {
            return Some(Err(failure.clone()));
        }
        if let Some(process) = hook.process {
            if self.node.is_running(process) {
                if deadline > now {
                    return None;
                }
                self.node.hang_up(self.registry, process);
                return Some(Ok(()));
            }
            let output = self.node.take_output(process);
            let Some(code) = output.exit_code.filter(|code| *code != 0) else { return Some(Ok(())) };
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (errors, all) = (text(&output.stderr), text(&[output.stdout, output.stderr].concat()));
            let error = format!("command '{}' exited with {code}: {errors}", hook.command);
            return Some(Err(self.failed_command(container, &hook.command, &error, &all)));
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
        let result = self.hook_result(name, &hook, Timestamp::MAX);
        let Some(result) = result else { return false };
        self.container(name).post_start = None;
        let pod = self.pod.clone();
        if let (Err(why), Some(spec)) = (result, pod_spec::container(&pod, name)) {
            self.event(Some(&spec), EventType::Warning, "FailedPostStartHook", "PostStartHook failed");
            let grace = self.grace();
            self.kill(&spec, "FailedPostStartHook", grace);
            self.container(name).post_start_failure = Some(why);
        }
        true
    }
}
