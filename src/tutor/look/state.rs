//! The state of an object in a few words, as kubectl's columns have it.

use crate::base::Value;

/// How an object fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// On its way, or at rest on purpose.
    Quiet,
    /// On its way and not there.
    Attention,
    /// Something is wrong.
    Bad,
}

/// An object's state: words and tone. No words where a kind has no state.
pub(super) fn state_of(object: &Value) -> (String, Tone) {
    if object.pointer("/metadata/deletionTimestamp").is_some() && object["kind"] != "Pod" {
        return ("Terminating".to_owned(), Tone::Attention);
    }
    match object["kind"].as_str().unwrap_or_default() {
        "Pod" => pod(object),
        "Deployment" | "StatefulSet" | "ReplicaSet" => replicas(object),
        "DaemonSet" => {
            let wanted = number(object, "/status/desiredNumberScheduled");
            counted(number(object, "/status/numberReady"), wanted)
        }
        "Job" => job(object),
        "CronJob" => (text(object, "/spec/schedule").to_owned(), Tone::Quiet),
        "Service" => (service(object), Tone::Quiet),
        "EndpointSlice" => {
            let (ready, all) = endpoints(object);
            counted(ready, all)
        }
        "PersistentVolumeClaim" | "PersistentVolume" | "Namespace" => {
            let phase = text(object, "/status/phase");
            let tone = match phase {
                "Bound" | "Active" | "Available" => Tone::Good,
                "Lost" | "Failed" => Tone::Bad,
                _ => Tone::Attention,
            };
            (phase.to_owned(), tone)
        }
        "ConfigMap" | "Secret" => {
            let keys = object["data"].as_object().map(|data| data.keys().cloned().collect::<Vec<_>>());
            (keys.unwrap_or_default().join(", "), Tone::Quiet)
        }
        "HorizontalPodAutoscaler" => {
            let (now, most) =
                (number(object, "/status/currentReplicas"), number(object, "/spec/maxReplicas"));
            (format!("{now} ({}-{most})", number(object, "/spec/minReplicas").max(1)), Tone::Quiet)
        }
        _ => (String::new(), Tone::Quiet),
    }
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn counted(ready: i64, wanted: i64) -> (String, Tone) {
    let tone = match (ready, wanted) {
        (0, 0) => Tone::Quiet,
        (ready, wanted) if ready == wanted => Tone::Good,
        _ => Tone::Attention,
    };
    (format!("{ready}/{wanted}"), tone)
}

/// Replicas wanted; one when nothing is said.
pub(super) fn wanted(object: &Value) -> i64 {
    object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

fn replicas(object: &Value) -> (String, Tone) {
    let (state, tone) = counted(number(object, "/status/readyReplicas"), wanted(object));
    let failed = |condition: &Value| {
        condition["type"] == "ReplicaFailure" && condition["status"] == "True"
            || condition["type"] == "Progressing" && condition["status"] == "False"
    };
    match list(object, "/status/conditions").iter().find(|condition| failed(condition)) {
        Some(condition) => (format!("{state} {}", text(condition, "/reason")), Tone::Bad),
        None => (state, tone),
    }
}

fn job(object: &Value) -> (String, Tone) {
    let wanted = object.pointer("/spec/completions").and_then(Value::as_i64).unwrap_or(1);
    let failed = list(object, "/status/conditions")
        .iter()
        .find(|condition| condition["type"] == "Failed" && condition["status"] == "True");
    let (state, tone) = counted(number(object, "/status/succeeded"), wanted);
    match failed {
        Some(condition) => (format!("{state} {}", text(condition, "/reason")), Tone::Bad),
        None => (state, tone),
    }
}

fn service(object: &Value) -> String {
    let ports = list(object, "/spec/ports").iter().map(|port| {
        let mut shown = number(port, "/port").to_string();
        let target = match &port["targetPort"] {
            Value::Null => String::new(),
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        if !target.is_empty() && target != shown {
            shown = format!("{shown}→{target}");
        }
        match number(port, "/nodePort") {
            0 => shown,
            node_port => format!("{shown} ({node_port})"),
        }
    });
    let ports = ports.collect::<Vec<_>>().join(", ");
    format!("{} {ports}", text(object, "/spec/type")).trim().to_owned()
}

/// Ready endpoints of a slice, and all.
pub(super) fn endpoints(slice: &Value) -> (i64, i64) {
    let all = list(slice, "/endpoints");
    let ready =
        all.iter().filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    (count(ready.count()), count(all.len()))
}

/// The words of STATUS, and how many containers are ready.
fn pod(object: &Value) -> (String, Tone) {
    let statuses = list(object, "/status/containerStatuses");
    let ready = statuses.iter().filter(|status| status["ready"] == true).count();
    let all = list(object, "/spec/containers").len();
    let word = pod_status(object);
    let tone = match word.as_str() {
        "Running" if ready == all => Tone::Good,
        "Completed" | "Succeeded" => Tone::Quiet,
        "Running" | "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" => Tone::Attention,
        word if word.starts_with("Init:") && word.contains('/') => Tone::Attention,
        _ => Tone::Bad,
    };
    (format!("{ready}/{all} {word}"), tone)
}

fn pod_status(object: &Value) -> String {
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return "Terminating".to_owned();
    }
    let initial = list(object, "/status/initContainerStatuses");
    let done = |status: &&Value| {
        number(status, "/state/terminated/exitCode") == 0 && status.pointer("/state/terminated").is_some()
    };
    let is_sidecar = |index: usize| {
        list(object, "/spec/initContainers")
            .get(index)
            .is_some_and(|container| container["restartPolicy"] == "Always")
    };
    for (index, status) in initial.iter().enumerate() {
        if done(&status) || is_sidecar(index) && status["started"] == true {
            continue;
        }
        let reason =
            ["/state/waiting/reason", "/state/terminated/reason"].map(|pointer| text(status, pointer));
        let reason = reason.into_iter().find(|reason| !reason.is_empty() && *reason != "PodInitializing");
        return match reason {
            Some(reason) => format!("Init:{reason}"),
            None => format!("Init:{index}/{}", initial.len()),
        };
    }
    let mut word = match text(object, "/status/reason") {
        "" => text(object, "/status/phase").to_owned(),
        reason => reason.to_owned(),
    };
    for status in list(object, "/status/containerStatuses").iter().rev() {
        let waiting = text(status, "/state/waiting/reason");
        let ended = text(status, "/state/terminated/reason");
        if !waiting.is_empty() {
            waiting.clone_into(&mut word);
        } else if !ended.is_empty() {
            ended.clone_into(&mut word);
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn states_read_as_kubectl_prints_them() {
        let cases = [
            (
                json!({"kind": "Pod", "spec": {"containers": [{}, {}]}, "status": {"phase": "Running",
                    "containerStatuses": [{"ready": true, "state": {"running": {}}}, {"ready": true}]}}),
                ("2/2 Running", Tone::Good),
            ),
            (
                json!({"kind": "Pod", "spec": {"containers": [{}]}, "status": {"phase": "Pending",
                    "containerStatuses": [{"ready": false, "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}}),
                ("0/1 ImagePullBackOff", Tone::Bad),
            ),
            (
                json!({"kind": "Pod", "metadata": {"deletionTimestamp": "x"}, "spec": {"containers": [{}]},
                    "status": {"phase": "Running"}}),
                ("0/1 Terminating", Tone::Attention),
            ),
            (
                json!({"kind": "Deployment", "spec": {"replicas": 3}, "status": {"readyReplicas": 1}}),
                ("1/3", Tone::Attention),
            ),
            (
                json!({"kind": "Deployment", "spec": {"replicas": 1}, "status": {"conditions": [
                    {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}}),
                ("0/1 ProgressDeadlineExceeded", Tone::Bad),
            ),
            (
                json!({"kind": "Service", "spec": {"type": "NodePort", "ports": [
                    {"port": 80, "targetPort": 8080, "nodePort": 30080}]}}),
                ("NodePort 80→8080 (30080)", Tone::Quiet),
            ),
        ];
        for (object, (words, tone)) in cases {
            assert_eq!(state_of(&object), (words.to_owned(), tone));
        }
    }
}
