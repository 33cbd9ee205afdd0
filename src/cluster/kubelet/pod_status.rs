//! `status` of a Pod from what its containers do: phase, conditions, container statuses.

use crate::apimachinery::Object;
use crate::base::{Key, Map, Timestamp, Value, json};

use super::super::registry::time_text;
use super::eviction::EVICTED;
use super::pod_runtime::{ContainerRuntime, PodRuntime, StopCause, Stopping, Terminated};
use super::pod_spec::{self, ContainerSpec};
use super::termination::{DEADLINE_EXCEEDED, DEADLINE_MESSAGE};

/// The status that the kubelet would write now.
pub(super) fn pod_status(pod: &Object, runtime: &PodRuntime, host_address: &str, now: Timestamp) -> Value {
    // The largest parts are made anew in any case.
    let stays = |(name, _): &(&Key, &Value)| !matches!(name.as_str(), "conditions" | "containerStatuses");
    let known = pod.map("/status").into_iter().flatten().filter(stays);
    let mut status: Map = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    let old = pod.text("/status/phase");
    let phase = if pod_spec::is_terminal(old) { old } else { phase(pod, runtime) };
    // The end is not told before the last container has ended (`mergePodStatus`).
    let holds =
        pod_spec::is_terminal(phase) && !pod_spec::is_terminal(old) && runtime.running().next().is_some();
    status.insert("phase", json!(if holds { old } else { phase }));
    if !holds && runtime.stopping.as_ref().is_some_and(|stopping| stopping.cause == StopCause::Deadline) {
        status.insert("reason", json!(DEADLINE_EXCEEDED));
        status.insert("message", json!(DEADLINE_MESSAGE));
    }
    if let Some(message) = runtime.evicted.as_ref().filter(|_| !holds) {
        status.insert("reason", json!(EVICTED));
        status.insert("message", json!(message));
    }
    status.insert("observedGeneration", json!(pod.generation()));
    status.insert("startTime", json!(time_text(runtime.started_at)));
    status.insert("resources", json!({}));
    if !host_address.is_empty() {
        status.insert("hostIP", json!(host_address));
        status.insert("hostIPs", json!([{"ip": host_address}]));
    }
    let address = match runtime.address {
        _ if runtime.host_network && runtime.address.is_some() => Some(host_address.to_owned()),
        address => address.map(|address| address.to_string()),
    };
    if let Some(address) = address {
        status.insert("podIP", json!(address));
        status.insert("podIPs", json!([{"ip": address}]));
    }
    let conditions = conditions(pod, runtime, phase, now);
    status.insert("conditions", conditions);
    let list = |specs: Vec<ContainerSpec<'_>>| -> Value {
        specs.iter().map(|spec| container_status(pod, runtime, spec)).collect()
    };
    if pod_spec::init_containers(pod).next().is_some() {
        status.insert("initContainerStatuses", list(pod_spec::init_containers(pod).collect()));
    }
    // Init containers stand in their turn, all others by name (`convertToAPIContainerStatuses`).
    let by_name = |mut specs: Vec<ContainerSpec<'_>>| {
        specs.sort_by(|one, other| one.name().cmp(other.name()));
        list(specs)
    };
    status.insert("containerStatuses", by_name(pod_spec::containers(pod).collect()));
    if pod_spec::ephemeral_containers(pod).next().is_some() {
        let statuses = by_name(pod_spec::ephemeral_containers(pod).collect());
        status.insert("ephemeralContainerStatuses", statuses);
    }
    if runtime.stopping.as_ref().is_some_and(|stopping| stopping.torn_down_at.is_some_and(|at| at <= now)) {
        tell_end(pod, &mut status);
    }
    Value::Object(status)
}

/// What is told of a Pod that is down: it has ended, and so have containers that never ran (`TerminatePod`).
pub(super) fn tell_end(pod: &Object, status: &mut Map) {
    let initialized = |found: &Value| found["type"] == "Initialized" && found["status"] == "True";
    let has_initialized =
        status.get("conditions").and_then(Value::as_array).into_iter().flatten().any(initialized);
    let statuses = status.get_mut("containerStatuses").and_then(Value::as_array_mut);
    if has_initialized || pod_spec::init_containers(pod).next().is_none() {
        let ended = |found: &Value| found.pointer("/state/terminated").is_some();
        for container in statuses.into_iter().flatten().filter(|found| !ended(found)) {
            container["state"] = json!({"terminated": {
                "exitCode": 137,
                "reason": "ContainerStatusUnknown",
                "message": "The container could not be located when the pod was terminated",
                "startedAt": null,
                "finishedAt": null,
            }});
        }
    }
    if !status.get("phase").and_then(Value::as_str).is_some_and(pod_spec::is_terminal) {
        status.insert("phase", json!("Failed"));
    }
}

/// `getPhase` of `pkg/kubelet/kubelet_pods.go`.
pub(super) fn phase(pod: &Object, runtime: &PodRuntime) -> &'static str {
    let ended = |stopping: &Stopping| matches!(stopping.cause, StopCause::Deadline | StopCause::Evicted);
    if runtime.evicted.is_some() || runtime.stopping.as_ref().is_some_and(ended) {
        return "Failed";
    }
    if runtime.restarting_all.is_some() && runtime.stopping.is_none() {
        return "Running";
    }
    let state = |spec: &ContainerSpec<'_>| runtime.container(spec.name());
    for spec in pod_spec::init_containers(pod).filter(|spec| !spec.is_sidecar()) {
        match state(&spec).and_then(ContainerRuntime::terminated) {
            Some(terminated) if terminated.exit_code == 0 => {}
            Some(_) if pod_spec::restart_policy(pod) == "Never" => return "Failed",
            _ => return "Pending",
        }
    }
    let (mut waiting, mut running, mut failed, mut restarting) = (0, 0, 0, 0);
    for spec in pod_spec::containers(pod) {
        match state(&spec) {
            Some(container) if container.has_started() || container.redefined => running += 1,
            Some(container) => match container.terminated().map(|ended| ended.exit_code) {
                Some(code) => {
                    failed += u32::from(code != 0);
                    restarting += u32::from(pod_spec::restarts(pod, &spec, code));
                }
                // A container that has run before counts as restarting.
                None if container.last.is_some() => running += 1,
                None => waiting += 1,
            },
            None => waiting += 1,
        }
    }
    match (waiting, running) {
        (1.., _) => "Pending",
        (0, 1..) => "Running",
        _ if restarting > 0 && runtime.stopping.is_none() => "Running",
        _ if failed == 0 => "Succeeded",
        _ => "Failed",
    }
}

/// Whether every container is ready.
pub(super) fn unready_containers(pod: &Object, runtime: &PodRuntime) -> Vec<String> {
    pod_spec::containers(pod)
        .filter(|spec| !is_ready(spec, runtime.container(spec.name())))
        .map(|spec| spec.name().to_owned())
        .collect()
}

fn is_ready(spec: &ContainerSpec<'_>, container: Option<&ContainerRuntime>) -> bool {
    container.is_some_and(|container| {
        if spec.is_init() && !spec.is_sidecar() {
            return container.terminated().is_some_and(|ended| ended.exit_code == 0);
        }
        container.has_started()
            && is_started(spec, container)
            && (spec.get("/readinessProbe").is_none() || container.probes.readiness.passed)
    })
}

fn is_started(spec: &ContainerSpec<'_>, container: &ContainerRuntime) -> bool {
    container.has_started() && (spec.get("/startupProbe").is_none() || container.probes.startup.passed)
}

/// The condition of a Pod whose containers are all started anew.
const ALL_RESTARTING: &str = "AllContainersRestarting";

/// A condition before it is stamped: type, status, reason, message.
type Condition = (&'static str, bool, &'static str, String);

fn conditions(pod: &Object, runtime: &PodRuntime, phase: &str, now: Timestamp) -> Value {
    let incomplete: Vec<&str> = pod_spec::init_containers(pod)
        .filter(|spec| {
            let container = runtime.container(spec.name());
            if spec.is_sidecar() {
                !container.is_some_and(|container| is_started(spec, container))
            } else {
                !is_ready(spec, container)
            }
        })
        .map(|spec| spec.name())
        .collect();
    // Who was initialized once stays so, whatever starts anew.
    let is_initialized = incomplete.is_empty() || pod.condition_is_true("Initialized");
    let initialized: Condition = if is_initialized || phase == "Succeeded" {
        let reason = if phase == "Succeeded" { "PodCompleted" } else { "" };
        ("Initialized", true, reason, String::new())
    } else {
        let message = format!("containers with incomplete status: [{}]", incomplete.join(" "));
        ("Initialized", false, "ContainersNotInitialized", message)
    };
    let unready = unready_containers(pod, runtime);
    let (ready, reason, message) = match phase {
        "Succeeded" => (false, "PodCompleted", String::new()),
        "Failed" => (false, "PodFailed", String::new()),
        _ if unready.is_empty() => (true, "", String::new()),
        _ => {
            (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" ")))
        }
    };
    let has_sandbox = runtime.address.is_some()
        && runtime.stopping.as_ref().is_none_or(|stopping| stopping.torn_down_at.is_none());
    let gates = readiness_gates(pod);
    let pod_ready: Condition = match (ready, gates) {
        (true, Some(message)) => ("Ready", false, "ReadinessGatesNotReady", message),
        _ => ("Ready", ready, reason, message.clone()),
    };
    let own: [Condition; 4] = [
        ("PodReadyToStartContainers", has_sandbox && !pod_spec::is_terminal(phase), "", String::new()),
        initialized,
        pod_ready,
        ("ContainersReady", ready, reason, message),
    ];
    let mut list: Vec<Value> = own.iter().map(|condition| stamp(pod, condition, now)).collect();
    let scheduled = ("PodScheduled", true, "", String::new());
    list.push(stamp(pod, &scheduled, now));
    list.extend(pod_spec::could_restart_all(pod).then(|| all_restarting(pod, runtime, phase, now)));
    let known = [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
        ALL_RESTARTING,
    ];
    let others = pod.list("/status/conditions").iter();
    list.extend(others.filter(|other| !known.contains(&other["type"].as_str().unwrap_or_default())).cloned());
    Value::Array(list)
}

/// Whether all containers of a Pod are started anew; the one condition that does not say for which generation.
fn all_restarting(pod: &Object, runtime: &PodRuntime, phase: &str, now: Timestamp) -> Value {
    let (restarting, reason, message) = match phase {
        "Succeeded" => (false, "PodCompleted", ""),
        "Failed" => (false, "PodFailed", ""),
        _ if runtime.restarting_all.is_some() => {
            (true, "RestartAllContainersStarted", "container exited with restart policy rule")
        }
        _ => (false, "", ""),
    };
    let mut condition = stamp(pod, &(ALL_RESTARTING, restarting, reason, message.to_owned()), now);
    if let Value::Object(fields) = &mut condition {
        fields.remove("observedGeneration");
    }
    condition
}

/// The message about readiness gates that are not true.
fn readiness_gates(pod: &Object) -> Option<String> {
    let waiting: Vec<String> = pod
        .list("/spec/readinessGates")
        .iter()
        .filter_map(|gate| gate["conditionType"].as_str())
        .filter(|gate| !pod.condition_is_true(gate))
        .map(|gate| match pod.condition(gate).and_then(|condition| condition.get("status")?.as_str()) {
            Some(status) => {
                format!("the status of pod readiness gate {gate:?} is not \"True\", but {status}")
            }
            None => format!("corresponding condition of pod readiness gate {gate:?} does not exist."),
        })
        .collect();
    (!waiting.is_empty()).then(|| waiting.join(", "))
}

/// A condition with its times: the transition's stays unless the status changes.
fn stamp(pod: &Object, (kind, status, reason, message): &Condition, now: Timestamp) -> Value {
    let status = if *status { "True" } else { "False" };
    let old = pod.condition(kind);
    let since = old
        .filter(|old| old.get("status").and_then(Value::as_str) == Some(status))
        .and_then(|old| old.get("lastTransitionTime").cloned())
        .unwrap_or_else(|| json!(time_text(now)));
    let mut condition = Map::new();
    condition.insert("type", json!(kind));
    condition.insert("status", json!(status));
    condition.insert("observedGeneration", json!(pod.generation()));
    condition.insert("lastProbeTime", Value::Null);
    condition.insert("lastTransitionTime", since);
    if !reason.is_empty() {
        condition.insert("reason", json!(reason));
    }
    if !message.is_empty() {
        condition.insert("message", json!(message));
    }
    Value::Object(condition)
}

fn container_status(pod: &Object, runtime: &PodRuntime, spec: &ContainerSpec<'_>) -> Value {
    let empty = ContainerRuntime::default();
    let container = runtime.container(spec.name()).unwrap_or(&empty);
    let run = container.run.as_ref();
    // What it has; a resize may wait for what the spec says.
    let applied = Some(&container.resources).filter(|_| runtime.resize_pending.is_some());
    let resources = applied.filter(|applied| !applied.is_null()).or_else(|| spec.get("/resources"));
    let mut status = json!({
        "name": spec.name(),
        "image": run.map_or_else(|| spec.image().to_owned(), |run| run.image.clone()),
        "imageID": run.map_or("", |run| &run.image_id),
        "lastState": last_state(container),
        "ready": is_ready(spec, Some(container)),
        "resources": resources.cloned().unwrap_or_else(|| json!({})),
        "restartCount": container.restarts,
        "started": is_started(spec, container),
        "state": state(pod, container),
    });
    if let Some(run) = run {
        status["containerID"] = json!(format!("containerd://{}", run.container_id));
    }
    if let Some(requests) = resources.and_then(|resources| resources.get("requests")) {
        status["allocatedResources"] = requests.clone();
    }
    let mounts: Vec<Value> = spec.list("/volumeMounts").iter().map(mount_status).collect();
    if !mounts.is_empty() {
        status["volumeMounts"] = Value::Array(mounts);
    }
    status
}

fn mount_status(mount: &Value) -> Value {
    let mut status = json!({"mountPath": mount["mountPath"], "name": mount["name"]});
    if mount["readOnly"] == json!(true) {
        status["readOnly"] = json!(true);
        status["recursiveReadOnly"] = json!("Disabled");
    }
    status
}

fn state(pod: &Object, container: &ContainerRuntime) -> Value {
    let creating = || {
        let init = pod_spec::init_containers(pod).next().is_some();
        json!({"waiting": {"reason": if init { "PodInitializing" } else { "ContainerCreating" }}})
    };
    if container.post_start.is_some() {
        let last = container.last.as_ref();
        return last.map_or_else(creating, |last| json!({"terminated": terminated_state(last)}));
    }
    if let Some(waiting) = &container.waiting {
        return if waiting.message.is_empty() {
            json!({"waiting": {"reason": waiting.reason}})
        } else {
            json!({"waiting": {"reason": waiting.reason, "message": waiting.message}})
        };
    }
    match &container.run {
        Some(run) => match &run.terminated {
            Some(terminated) => json!({"terminated": terminated_state(terminated)}),
            None => json!({"running": {"startedAt": time_text(run.started_at)}}),
        },
        None => creating(),
    }
}

fn last_state(container: &ContainerRuntime) -> Value {
    let shown = if container.waiting.is_some() { container.terminated() } else { None };
    match shown.or(container.last.as_ref()) {
        Some(terminated) => json!({"terminated": terminated_state(terminated)}),
        None => json!({}),
    }
}

fn terminated_state(terminated: &Terminated) -> Value {
    let is_known = !terminated.container_id.is_empty();
    let time = |moment: Timestamp| is_known.then(|| time_text(moment));
    let mut state = json!({
        "exitCode": terminated.exit_code,
        "reason": terminated.reason,
        "startedAt": time(terminated.started_at),
        "finishedAt": time(terminated.finished_at),
    });
    if is_known {
        state["containerID"] = json!(format!("containerd://{}", terminated.container_id));
    }
    if !terminated.message.is_empty() {
        state["message"] = json!(terminated.message);
    }
    state
}
