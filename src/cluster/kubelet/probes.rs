//! Probes: when each is due, how it is carried out, and what its results mean.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::Timestamp;

use super::super::manager::EventType;
use super::super::network::{ConnectError, HttpRequest};
use super::super::runtime::{ProcessId, earlier};
use super::after;
use super::pod_runtime::ContainerRuntime;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;

/// The signal that asks a process to end.
const SIGTERM: i32 = 15;
/// The signal that ends it.
const SIGKILL: i32 = 9;

/// The probes of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Probes {
    /// Startup.
    pub startup: ProbeState,
    /// Liveness.
    pub liveness: ProbeState,
    /// Readiness.
    pub readiness: ProbeState,
}

/// One probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProbeState {
    /// When it runs next.
    pub due: Option<Timestamp>,
    /// How often in a row the last result came.
    pub run_length: u32,
    /// The last result.
    pub last: bool,
    /// The result that counts.
    pub passed: bool,
}

/// The three kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProbeKind {
    Startup,
    Liveness,
    Readiness,
}

impl ProbeKind {
    fn pointer(self) -> &'static str {
        match self {
            Self::Startup => "/startupProbe",
            Self::Liveness => "/livenessProbe",
            Self::Readiness => "/readinessProbe",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Liveness => "Liveness",
            Self::Readiness => "Readiness",
        }
    }

    fn state(self, container: &mut ContainerRuntime) -> &mut ProbeState {
        match self {
            Self::Startup => &mut container.probes.startup,
            Self::Liveness => &mut container.probes.liveness,
            Self::Readiness => &mut container.probes.readiness,
        }
    }
}

impl ProbeState {
    /// Notes a result; true when it has come often enough in a row to count.
    fn note(&mut self, result: bool, success_threshold: i64, failure_threshold: i64) -> bool {
        self.run_length = if self.last == result { self.run_length.saturating_add(1) } else { 1 };
        self.last = result;
        let threshold = if result { success_threshold } else { failure_threshold };
        i64::from(self.run_length) >= threshold
    }
}

impl PodWorker<'_> {
    /// Runs the probes that are due; gives back when the next one is.
    pub(super) fn probe(&mut self) -> Option<Timestamp> {
        let pod = Arc::clone(&self.pod);
        let mut wake = None;
        for spec in pod_spec::all_containers(&pod).filter(|spec| !spec.is_init() || spec.is_sidecar()) {
            for kind in [ProbeKind::Startup, ProbeKind::Liveness, ProbeKind::Readiness] {
                let Some(probe) = spec.get(kind.pointer()) else { continue };
                let Some(process) = self.container(spec.name()).process() else { break };
                let starting =
                    spec.get("/startupProbe").is_some() && !self.container(spec.name()).probes.startup.passed;
                if starting != (kind == ProbeKind::Startup) {
                    continue;
                }
                let due = self.run_probe(&spec, kind, probe, process);
                wake = earlier(wake, due);
            }
        }
        wake
    }

    /// Runs one probe when it is due; gives back when it is due next.
    fn run_probe(
        &mut self,
        spec: &ContainerSpec<'_>,
        kind: ProbeKind,
        probe: &Value,
        process: ProcessId,
    ) -> Option<Timestamp> {
        let now = self.now();
        let number = |field: &str, default: i64| probe[field].as_i64().unwrap_or(default);
        let container = self.container(spec.name());
        let started_at = container.run.as_ref().map_or(now, |run| run.started_at);
        let first = after(started_at, number("initialDelaySeconds", 0).saturating_mul(1_000));
        let due = *kind.state(container).due.get_or_insert(first);
        if due > now {
            return Some(due);
        }
        let result = self.carry_out(spec, probe, process);
        let period = number("periodSeconds", 10).max(1);
        let next = after(now, period.saturating_mul(1_000));
        let state = kind.state(self.container(spec.name()));
        state.due = Some(next);
        let counts = state.note(result.is_ok(), number("successThreshold", 1), number("failureThreshold", 3));
        if counts {
            state.passed = result.is_ok();
        }
        let Err(why) = result else { return Some(next) };
        let message = format!("{} probe failed: {why}", kind.word());
        self.event(Some(spec), EventType::Warning, "Unhealthy", &message);
        if counts && kind != ProbeKind::Readiness {
            kind.state(self.container(spec.name())).due = Some(Timestamp::MAX);
            self.kill_unhealthy(spec, kind, probe, process);
            return None;
        }
        Some(next)
    }

    fn kill_unhealthy(
        &mut self,
        spec: &ContainerSpec<'_>,
        kind: ProbeKind,
        probe: &Value,
        process: ProcessId,
    ) {
        let message = format!(
            "Container {} failed {} probe, will be restarted",
            spec.name(),
            kind.word().to_lowercase()
        );
        self.event(Some(spec), EventType::Normal, "Killing", &message);
        let own = probe["terminationGracePeriodSeconds"].as_i64();
        let grace = own.or_else(|| self.pod.number("/spec/terminationGracePeriodSeconds")).unwrap_or(30);
        self.node.signal_process(self.registry, process, SIGTERM);
        self.node.signal_process_later(self.registry, process, SIGKILL, grace.max(1).saturating_mul(1_000));
    }

    /// Asks the container; an error holds what the kubelet says after `probe failed: `.
    fn carry_out(
        &mut self,
        spec: &ContainerSpec<'_>,
        probe: &Value,
        process: ProcessId,
    ) -> Result<(), String> {
        let command = probe.pointer("/exec/command").and_then(Value::as_array);
        if let Some(command) = command {
            let words: Vec<String> = command.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            return self.exec_probe(spec, &words, process);
        }
        if let Some(get) = probe.get("httpGet").filter(|get| !get.is_null()) {
            return self.http_probe(spec, get);
        }
        if let Some(socket) = probe.get("tcpSocket").filter(|socket| !socket.is_null()) {
            let port = port_number(spec, &socket["port"]).unwrap_or_default();
            let address = self.pod_address();
            let open = self.node.listener(&self.pod.key(), port).is_ok();
            return if open { Ok(()) } else { Err(refused(&address, port)) };
        }
        Err("not simulated: gRPC probes".to_owned())
    }

    fn exec_probe(
        &mut self,
        spec: &ContainerSpec<'_>,
        command: &[String],
        _: ProcessId,
    ) -> Result<(), String> {
        let key = self.pod.key();
        let started = self.node.exec(self.registry, &key, Some(spec.name()), command, false, false);
        let process = started.map_err(|status| status.message)?;
        let output = self.node.take_output(process);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        match output.exit_code {
            Some(0) => Ok(()),
            Some(_) => Err(text),
            None => {
                self.node.hang_up(self.registry, process);
                Err(format!("command timed out: {:?} timed out", command.join(" ")))
            }
        }
    }

    fn http_probe(&mut self, spec: &ContainerSpec<'_>, get: &Value) -> Result<(), String> {
        let port = port_number(spec, &get["port"]).unwrap_or_default();
        let path = get["path"].as_str().unwrap_or("/");
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let mut request = HttpRequest::get(&path);
        request.headers.push(("User-Agent".to_owned(), "kube-probe/1.36".to_owned()));
        let address = self.pod_address();
        let url = format!("http://{address}:{port}{path}");
        let key = self.pod.key();
        match self.node.http_to_pod(self.registry, &key, port, &request) {
            Ok(response) if (200..400).contains(&response.status) => Ok(()),
            Ok(response) => Err(format!("HTTP probe failed with statuscode: {}", response.status)),
            Err(ConnectError::EmptyReply) => Err(format!("Get {url:?}: EOF")),
            Err(ConnectError::TimedOut) => Err(format!(
                "Get {url:?}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            )),
            Err(_) => Err(format!("Get {url:?}: {}", refused(&address, port))),
        }
    }

    fn pod_address(&mut self) -> String {
        self.runtime_mut().address.map(|address| address.to_string()).unwrap_or_default()
    }
}

fn refused(address: &str, port: u16) -> String {
    format!("dial tcp {address}:{port}: connect: connection refused")
}

/// A port by number, or by its name in the container.
fn port_number(spec: &ContainerSpec<'_>, port: &Value) -> Option<u16> {
    let number = match port.as_str() {
        Some(name) => spec
            .list("/ports")
            .iter()
            .find(|entry| entry["name"].as_str() == Some(name))
            .and_then(|entry| entry["containerPort"].as_u64())
            .or_else(|| name.parse().ok()),
        None => port.as_u64(),
    };
    number.and_then(|number| u16::try_from(number).ok())
}
