//! Probes: when each is due, how it is carried out, and what its results mean.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::apimachinery::ObjectKey;
use crate::base::{Timestamp, Value};

use super::super::manager::EventType;
use super::super::network::{ConnectError, HttpRequest, HttpResponse};
use super::super::runtime::{GrpcHealth, ProcessId, earlier, loops_back};
use super::after;
use super::pod_runtime::ContainerRuntime;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;

/// How many requests one probe makes when it is sent from place to place.
const REQUESTS_MAX: usize = 10;
/// The statuses that send on to the place which they name.
const REDIRECTIONS: &[u16] = &[301, 302, 303, 307, 308];

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
    /// The command of a probe that goes on, and when it has taken too long.
    #[serde(default)]
    pub running: Option<(ProcessId, Timestamp)>,
}

/// What a probe came to.
enum Answer {
    /// It passed, or failed for this reason.
    Known(Result<(), String>),
    /// Its command goes on.
    Running(ProcessId),
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
                let container = self.container(spec.name());
                if !container.has_started() || container.kill.is_some() {
                    break;
                }
                let starting =
                    spec.get("/startupProbe").is_some() && !self.container(spec.name()).probes.startup.passed;
                if starting != (kind == ProbeKind::Startup) {
                    continue;
                }
                let due = self.run_probe(&spec, kind, probe);
                wake = earlier(wake, due);
            }
        }
        wake
    }

    /// Runs one probe when it is due; gives back when it is due next.
    fn run_probe(&mut self, spec: &ContainerSpec<'_>, kind: ProbeKind, probe: &Value) -> Option<Timestamp> {
        let now = self.now();
        let number = |field: &str, default: i64| probe[field].as_i64().unwrap_or(default);
        let container = self.container(spec.name());
        let started_at = container.run.as_ref().map_or(now, |run| run.started_at);
        let state = kind.state(container);
        let result = if let Some((process, deadline)) = state.running {
            let Some(result) = self.command_result(probe, process, deadline) else { return Some(deadline) };
            kind.state(self.container(spec.name())).running = None;
            result
        } else {
            let first = after(started_at, number("initialDelaySeconds", 0).saturating_mul(1_000));
            let due = *state.due.get_or_insert(first);
            if due > now {
                return Some(due);
            }
            state.due = Some(after(now, number("periodSeconds", 10).max(1).saturating_mul(1_000)));
            match self.carry_out(spec, kind, probe) {
                Answer::Known(result) => result,
                Answer::Running(process) => {
                    let deadline = after(now, timeout(probe).saturating_mul(1_000));
                    kind.state(self.container(spec.name())).running = Some((process, deadline));
                    return Some(deadline);
                }
            }
        };
        self.conclude(spec, kind, probe, result)
    }

    /// Draws the conclusions from one result.
    fn conclude(
        &mut self,
        spec: &ContainerSpec<'_>,
        kind: ProbeKind,
        probe: &Value,
        result: Result<(), String>,
    ) -> Option<Timestamp> {
        let number = |field: &str, default: i64| probe[field].as_i64().unwrap_or(default);
        let state = kind.state(self.container(spec.name()));
        let next = state.due;
        let counts = state.note(result.is_ok(), number("successThreshold", 1), number("failureThreshold", 3));
        if counts {
            state.passed = result.is_ok();
        }
        let Err(why) = result else { return next };
        let message = format!("{} probe failed: {why}", kind.word());
        self.event(Some(spec), EventType::Warning, "Unhealthy", &message);
        if counts && kind != ProbeKind::Readiness {
            let message = format!(
                "Container {} failed {} probe, will be restarted",
                spec.name(),
                kind.word().to_lowercase()
            );
            let grace = self.grace_of_probe(probe);
            self.kill(spec, &message, grace);
            return None;
        }
        next
    }

    /// Asks the container.
    fn carry_out(&mut self, spec: &ContainerSpec<'_>, kind: ProbeKind, probe: &Value) -> Answer {
        let source = |name: &str| probe.get(name).filter(|source| source.is_object());
        if source("exec").is_some() {
            return self.exec_probe(spec, &words(probe));
        }
        if let Some(get) = source("httpGet") {
            return Answer::Known(self.http_probe(spec, kind, get));
        }
        if let Some(socket) = source("tcpSocket") {
            return Answer::Known(self.tcp_probe(spec, socket));
        }
        Answer::Known(source("grpc").map_or(Ok(()), |grpc| self.grpc_probe(grpc, timeout(probe))))
    }

    fn exec_probe(&mut self, spec: &ContainerSpec<'_>, command: &[String]) -> Answer {
        let key = self.pod.key();
        let started = self.node.exec(self.registry, &key, Some(spec.name()), command, false, false);
        match started {
            Err(status) => Answer::Known(Err(status.message)),
            Ok(process) if self.node.is_running(process) => Answer::Running(process),
            Ok(process) => Answer::Known(self.output_of(process).unwrap_or(Ok(()))),
        }
    }

    /// The result of a command that ended; `None` while it goes on.
    fn output_of(&mut self, process: ProcessId) -> Option<Result<(), String>> {
        if self.node.is_running(process) {
            return None;
        }
        let output = self.node.take_output(process);
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Some(if output.exit_code == Some(0) { Ok(()) } else { Err(text) })
    }

    fn command_result(
        &mut self,
        probe: &Value,
        process: ProcessId,
        deadline: Timestamp,
    ) -> Option<Result<(), String>> {
        if let Some(result) = self.output_of(process) {
            return Some(result);
        }
        if deadline > self.now() {
            return None;
        }
        self.node.hang_up(self.registry, process);
        let (command, seconds) = (words(probe).join(" "), timeout(probe));
        Some(Err(format!("command timed out: {command:?} timed out after {seconds}s")))
    }

    fn tcp_probe(&mut self, spec: &ContainerSpec<'_>, socket: &Value) -> Result<(), String> {
        let port = port_number(spec, &socket["port"]).unwrap_or_default();
        let address = self.pod_address();
        match socket["host"].as_str().filter(|host| !host.is_empty()) {
            None if self.node.listener_outside(&self.pod.key(), port).is_ok() => Ok(()),
            None => Err(refused(&address, port)),
            Some(host) => {
                let (slot, seen) = (self.slot.clone(), self.seen_from_node(host));
                let connected = self.node.connects_from(self.registry, &slot, &seen, port);
                connected.map_err(|_| refused(host, port))
            }
        }
    }

    fn grpc_probe(&mut self, grpc: &Value, seconds: i64) -> Result<(), String> {
        let port = grpc["port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
        let address = self.pod_address();
        let Ok(process) = self.node.listener_outside(&self.pod.key(), port) else {
            return Err(format!(
                "timeout: failed to connect service \"{address}:{port}\" within {seconds}s: context deadline exceeded"
            ));
        };
        match self.node.grpc_health(process, port) {
            Some(GrpcHealth::Serving) => Ok(()),
            Some(GrpcHealth::NotServing) => {
                Err("service unhealthy (responded with \"NOT_SERVING\")".to_owned())
            }
            None => Err("error: this server does not implement the grpc health protocol (grpc.health.v1.Health): rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health".to_owned()),
        }
    }

    /// Follows redirections as long as they stay with the host; one that leads elsewhere is good enough,
    /// with a warning (`pkg/probe/http`).
    fn http_probe(&mut self, spec: &ContainerSpec<'_>, kind: ProbeKind, get: &Value) -> Result<(), String> {
        let (mut get, mut place) = (get.clone(), String::new());
        for _ in 0..REQUESTS_MAX {
            let (url, answer) = self.fetch(spec, &get, "kube-probe/1.36");
            let response = answer.map_err(|why| format!("Get {url:?}: {why}"))?;
            let own = get["host"].as_str().is_none_or(str::is_empty);
            let port = port_number(spec, &get["port"]).unwrap_or_default();
            if get["scheme"] == "HTTPS" && own && !self.speaks_tls(&self.pod.key(), port) {
                return Err(format!("Get {url:?}: http: server gave HTTP response to HTTPS client"));
            }
            match response.status {
                200..300 => return Ok(()),
                300..400 => {}
                status => return Err(format!("HTTP probe failed with statuscode: {status}")),
            }
            let named = response.location().filter(|_| REDIRECTIONS.contains(&response.status));
            named.unwrap_or_default().clone_into(&mut place);
            let Some(next) = redirected(&get, &url, &place) else {
                let body = String::from_utf8_lossy(&response.body);
                let word = kind.word();
                let message =
                    format!("{word} probe warning: Probe terminated redirects, Response body: {body}");
                self.event(Some(spec), EventType::Warning, "ProbeWarning", &message);
                return Ok(());
            };
            get = next;
        }
        Err(format!("Get {place:?}: stopped after {REQUESTS_MAX} redirects"))
    }

    /// Sends the request that an `httpGet` describes; gives back its address, too.
    pub(super) fn fetch(
        &mut self,
        spec: &ContainerSpec<'_>,
        get: &Value,
        agent: &str,
    ) -> (String, Result<HttpResponse, String>) {
        let port = port_number(spec, &get["port"]).unwrap_or_default();
        let request = request_of(get, agent);
        let own = self.pod_address();
        let host = get["host"].as_str().filter(|host| !host.is_empty());
        let address = host.map_or_else(|| own.clone(), str::to_owned);
        let scheme = if get["scheme"] == "HTTPS" { "https" } else { "http" };
        let url = format!("{scheme}://{address}:{port}{}", request.path);
        let (key, slot) = (self.pod.key(), self.slot.clone());
        let answer = match host.filter(|host| *host != own) {
            Some(host) => {
                let seen = self.seen_from_node(host);
                self.node.http_from(self.registry, &slot, &seen, port, &request)
            }
            None => self.node.http_to_address(self.registry, &key, port, &request),
        };
        let answer = answer.map_err(|error| match error {
            ConnectError::EmptyReply => "EOF".to_owned(),
            ConnectError::TimedOut => {
                "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned()
            }
            _ => refused(&address, port),
        });
        (url, answer)
    }

    fn speaks_tls(&self, pod: &ObjectKey, port: u16) -> bool {
        let listener = self.node.listener(pod, port).ok();
        listener.and_then(|id| self.node.processes.get(&id)).is_some_and(|process| process.speaks_tls())
    }

    /// A host as the kubelet reaches it: what loops back leads to the node, and to the Pod only on its network.
    fn seen_from_node(&mut self, host: &str) -> String {
        if loops_back(host) && !self.runtime_mut().host_network {
            self.host_address()
        } else {
            host.to_owned()
        }
    }

    fn pod_address(&mut self) -> String {
        self.runtime_mut().address.map(|address| address.to_string()).unwrap_or_default()
    }
}

/// What to ask for after a redirection from `url`; `None` when that leads to another host or nowhere.
fn redirected(get: &Value, url: &str, place: &str) -> Option<Value> {
    let mut next = get.clone();
    if place.starts_with('/') && !place.starts_with("//") {
        next["path"] = place.into();
        return Some(next);
    }
    let is_relative = !place.is_empty() && !place.contains("://") && !place.starts_with("//");
    if is_relative {
        let path = get["path"].as_str().unwrap_or_default().split('?').next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        next["path"] = format!("{folder}/{place}").into();
        return Some(next);
    }
    let host = |url: &str| Some(url.split_once("://")?.1.split(['/', ':', '?']).next()?.to_owned());
    let (scheme, rest) = place.split_once("://")?;
    if host(place)? != host(url)? {
        return None;
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = authority.split_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    next["port"] = port.unwrap_or(if scheme == "https" { 443 } else { 80 }).into();
    next["scheme"] = scheme.to_ascii_uppercase().into();
    next["path"] = format!("/{path}").into();
    Some(next)
}

fn refused(address: &str, port: u16) -> String {
    format!("dial tcp {address}:{port}: connect: connection refused")
}

/// The command of a probe.
fn words(probe: &Value) -> Vec<String> {
    let command = probe.pointer("/exec/command").and_then(Value::as_array);
    command.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Seconds that a probe may take.
fn timeout(probe: &Value) -> i64 {
    probe["timeoutSeconds"].as_i64().unwrap_or(1).max(1)
}

/// The request that an `httpGet` describes.
fn request_of(get: &Value, agent: &str) -> HttpRequest {
    let path = get["path"].as_str().unwrap_or("/");
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let mut request = HttpRequest::get(&path);
    let own: Vec<(String, String)> = get["httpHeaders"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|header| {
            Some((header["name"].as_str()?.to_owned(), header["value"].as_str()?.to_owned()))
        })
        .collect();
    for (name, value) in [("User-Agent", agent), ("Accept", "*/*")] {
        if own.iter().all(|(other, _)| !other.eq_ignore_ascii_case(name)) {
            request.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    request.headers.extend(own);
    request
}

/// A port by number, or by its name in the container.
pub(super) fn port_number(spec: &ContainerSpec<'_>, port: &Value) -> Option<u16> {
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
