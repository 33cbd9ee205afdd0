//! The row of a Pod in `kubectl get pods`: READY, STATUS and RESTARTS.

use crate::apimachinery::Object;
use crate::base::{Timestamp, Value};

use super::super::columns::{self, NONE};

/// What a Pod's containers add up to (`printPod`).
#[derive(Default)]
struct Summary {
    ready: usize,
    total: usize,
    status: String,
    restarts: Restarts,
    /// Restarts of init containers that keep running beside the others.
    sidecar_restarts: Restarts,
}

/// How often containers were restarted, and when the last one ended.
#[derive(Default)]
struct Restarts {
    count: i64,
    last: Option<Timestamp>,
}

impl Restarts {
    fn add(&mut self, status: &Value) {
        self.count += status["restartCount"].as_i64().unwrap_or_default();
        let finished = status
            .pointer("/lastState/terminated/finishedAt")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        self.last = self.last.max(finished);
    }

    fn text(&self, now: Timestamp) -> String {
        match self.last {
            Some(last) if self.count > 0 => {
                format!("{} ({} ago)", self.count, columns::since(Some(last), now))
            }
            _ => self.count.to_string(),
        }
    }
}

/// The cells of a Pod.
pub(super) fn pod_cells(pod: &Object, now: Timestamp) -> Vec<Value> {
    let summary = summarize(pod);
    vec![
        pod.name().into(),
        format!("{}/{}", summary.ready, summary.total).into(),
        shown_status(pod, summary.status).into(),
        summary.restarts.text(now).into(),
        columns::age(pod, now),
        columns::text_or_none(pod, "/status/podIPs/0/ip"),
        columns::text_or_none(pod, "/spec/nodeName"),
        columns::text_or_none(pod, "/status/nominatedNodeName"),
        readiness_gates(pod),
    ]
}

fn summarize(pod: &Object) -> Summary {
    let sidecars = pod.list("/spec/initContainers").iter().filter(|container| is_sidecar(container)).count();
    let mut summary = Summary {
        total: pod.list("/spec/containers").len() + sidecars,
        status: first_status(pod),
        ..Summary::default()
    };
    let initializing = add_init_containers(pod, &mut summary);
    if !initializing || pod.condition_is_true("Initialized") {
        summary.restarts = std::mem::take(&mut summary.sidecar_restarts);
        add_containers(pod, &mut summary);
    }
    summary
}

/// Phase, unless the Pod says why it is not what its phase says.
fn first_status(pod: &Object) -> String {
    let gated = pod
        .condition("PodScheduled")
        .and_then(|condition| condition.get("reason"))
        .is_some_and(|reason| reason == "SchedulingGated");
    match pod.text("/status/reason") {
        _ if gated => "SchedulingGated".to_owned(),
        "" => pod.text("/status/phase").to_owned(),
        reason => reason.to_owned(),
    }
}

fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"] == "Always"
}

/// Looks at init containers in order; gives back whether one of them is still at work.
fn add_init_containers(pod: &Object, summary: &mut Summary) -> bool {
    let specs = pod.list("/spec/initContainers");
    for (index, status) in pod.list("/status/initContainerStatuses").iter().enumerate() {
        summary.restarts.add(status);
        let sidecar = specs.iter().any(|spec| spec["name"] == status["name"] && is_sidecar(spec));
        if sidecar {
            summary.sidecar_restarts.add(status);
        }
        let terminated = status.pointer("/state/terminated");
        if terminated.is_some_and(|terminated| terminated["exitCode"].as_i64() == Some(0)) {
            continue;
        }
        if sidecar && status["started"] == true {
            summary.ready += usize::from(status["ready"] == true);
            continue;
        }
        let waiting = status.pointer("/state/waiting/reason").and_then(Value::as_str).unwrap_or_default();
        summary.status = match terminated {
            Some(terminated) => format!("Init:{}", ending(terminated)),
            None if !waiting.is_empty() && waiting != "PodInitializing" => format!("Init:{waiting}"),
            None => format!("Init:{index}/{}", specs.len()),
        };
        return true;
    }
    false
}

/// Looks at containers from last to first, so that the first one's state is shown.
fn add_containers(pod: &Object, summary: &mut Summary) {
    let mut running = false;
    let mut failure = None;
    for status in pod.list("/status/containerStatuses").iter().rev() {
        summary.restarts.add(status);
        let waiting = status.pointer("/state/waiting/reason").and_then(Value::as_str).unwrap_or_default();
        if !waiting.is_empty() {
            waiting.clone_into(&mut summary.status);
        } else if let Some(terminated) = status.pointer("/state/terminated") {
            summary.status = ending(terminated);
            if terminated["exitCode"].as_i64().unwrap_or_default() != 0 {
                failure = Some(summary.status.clone());
            }
        } else if status["ready"] == true && status.pointer("/state/running").is_some() {
            running = true;
            summary.ready += 1;
        }
    }
    if summary.status == "Completed" {
        if running && pod.condition_is_true("Ready") {
            "Running".clone_into(&mut summary.status);
        } else if let Some(failure) = failure {
            summary.status = failure;
        } else if running {
            "NotReady".clone_into(&mut summary.status);
        }
    }
}

/// How a container ended: the reason, or signal or exit code.
fn ending(terminated: &Value) -> String {
    match terminated["reason"].as_str().unwrap_or_default() {
        "" => match terminated["signal"].as_i64() {
            Some(signal) if signal != 0 => format!("Signal:{signal}"),
            _ => format!("ExitCode:{}", terminated["exitCode"].as_i64().unwrap_or_default()),
        },
        reason => reason.to_owned(),
    }
}

fn shown_status(pod: &Object, status: String) -> String {
    let ended = matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    if pod.is_terminating() && pod.text("/status/reason") == "NodeLost" {
        "Unknown".to_owned()
    } else if pod.is_terminating() && !ended {
        "Terminating".to_owned()
    } else {
        status
    }
}

fn readiness_gates(pod: &Object) -> Value {
    let gates = pod.list("/spec/readinessGates");
    if gates.is_empty() {
        return NONE.into();
    }
    let met = gates
        .iter()
        .filter_map(|gate| gate["conditionType"].as_str())
        .filter(|condition| pod.condition_is_true(condition))
        .count();
    format!("{met}/{}", gates.len()).into()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn cells(value: Value) -> (String, String, String) {
        let pod = Object::from_value(value).unwrap();
        let cells = pod_cells(&pod, "2027-01-15T08:05:00Z".parse().unwrap());
        let text = |index: usize| cells[index].as_str().unwrap_or_default().to_owned();
        (text(1), text(2), text(3))
    }

    #[test]
    fn a_crash_loop_shows_its_reason_and_when_it_last_ended() {
        let pod = json!({
            "spec": {"containers": [{"name": "a"}]},
            "status": {"phase": "Running", "containerStatuses": [{
                "name": "a", "ready": false, "restartCount": 3,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2027-01-15T08:00:00Z"}},
            }]},
        });
        assert_eq!(cells(pod), ("0/1".into(), "CrashLoopBackOff".into(), "3 (5m ago)".into()));
    }

    #[test]
    fn init_containers_are_counted_while_they_work() {
        let pod = json!({
            "spec": {"containers": [{"name": "a"}], "initContainers": [{"name": "i"}, {"name": "j"}]},
            "status": {"phase": "Pending", "initContainerStatuses": [
                {"name": "i", "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                {"name": "j", "restartCount": 0, "state": {"running": {}}},
            ]},
        });
        assert_eq!(cells(pod), ("0/1".into(), "Init:1/2".into(), "0".into()));
    }

    #[test]
    fn a_pod_being_deleted_is_terminating_unless_it_has_ended() {
        let pod = |phase: &str| {
            json!({
                "metadata": {"deletionTimestamp": "2027-01-15T08:00:00Z"},
                "spec": {"containers": [{"name": "a"}]},
                "status": {"phase": phase},
            })
        };
        assert_eq!(cells(pod("Running")).1, "Terminating");
        assert_eq!(cells(pod("Succeeded")).1, "Succeeded");
    }

    #[test]
    fn one_of_two_containers_that_completed_leaves_the_pod_not_ready() {
        let pod = json!({
            "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "a", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                {"name": "b", "ready": true, "restartCount": 0, "state": {"running": {}}},
            ]},
        });
        assert_eq!(cells(pod), ("1/2".into(), "NotReady".into(), "0".into()));
    }
}
