//! Whether an object has arrived where its spec leads.

use crate::apimachinery::Object;

use super::words::Phrase;

/// What an object still waits for; `None` when it has arrived.
pub(super) fn unsettled(object: &Object) -> Option<Phrase<'static>> {
    match object.kind() {
        "Deployment" => deployment(object),
        "StatefulSet" => stateful_set(object),
        "DaemonSet" => daemon_set(object),
        "ReplicaSet" | "ReplicationController" => {
            let wanted = object.number("/spec/replicas").unwrap_or(1);
            let ready = status(object, "readyReplicas");
            (ready < wanted || status(object, "replicas") != wanted)
                .then_some(Phrase::Available(ready, wanted))
        }
        "Job" => {
            let wanted = object.number("/spec/completions").unwrap_or(1);
            let done = status(object, "succeeded");
            (!object.condition_is_true("Complete")).then_some(Phrase::Completed(done, wanted))
        }
        "CronJob" => object.text("/status/lastSuccessfulTime").is_empty().then_some(Phrase::NeverRan),
        "Pod" => (!object.condition_is_true("Ready")).then_some(Phrase::NotReady),
        "PersistentVolumeClaim" => (object.text("/status/phase") != "Bound").then_some(Phrase::NotBound),
        "HorizontalPodAutoscaler" => {
            (!object.condition_is_true("ScalingActive")).then_some(Phrase::NotScaling)
        }
        _ => {
            let unready = object.condition("Ready").is_some() && !object.condition_is_true("Ready");
            unready.then_some(Phrase::NotReady)
        }
    }
}

/// What tells one rollout of a workload from the next.
pub(super) fn revision(workload: &Object) -> String {
    match workload.kind() {
        "StatefulSet" => workload.text("/status/updateRevision").to_owned(),
        "Deployment" => {
            workload.annotation("deployment.kubernetes.io/revision").unwrap_or_default().to_owned()
        }
        _ => workload.generation().to_string(),
    }
}

fn deployment(object: &Object) -> Option<Phrase<'static>> {
    let wanted = object.number("/spec/replicas").unwrap_or(1);
    let updated = status(object, "updatedReplicas");
    if status(object, "observedGeneration") < object.generation() {
        Some(Phrase::NotObserved)
    } else if updated < wanted {
        Some(Phrase::Updated(updated, wanted))
    } else if status(object, "replicas") > updated {
        Some(Phrase::OldLeft(status(object, "replicas") - updated))
    } else if status(object, "availableReplicas") < wanted || status(object, "replicas") != wanted {
        Some(Phrase::Available(status(object, "availableReplicas"), wanted))
    } else {
        None
    }
}

fn stateful_set(object: &Object) -> Option<Phrase<'static>> {
    let wanted = object.number("/spec/replicas").unwrap_or(1);
    let rolls = object.text("/spec/updateStrategy/type") != "OnDelete"
        && object.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0) == 0;
    if status(object, "observedGeneration") < object.generation() {
        Some(Phrase::NotObserved)
    } else if status(object, "readyReplicas") < wanted || status(object, "replicas") != wanted {
        Some(Phrase::Available(status(object, "readyReplicas"), wanted))
    } else if rolls && object.text("/status/updateRevision") != object.text("/status/currentRevision") {
        Some(Phrase::Updated(status(object, "updatedReplicas"), wanted))
    } else {
        None
    }
}

fn daemon_set(object: &Object) -> Option<Phrase<'static>> {
    let wanted = status(object, "desiredNumberScheduled");
    if status(object, "observedGeneration") < object.generation() {
        Some(Phrase::NotObserved)
    } else if status(object, "updatedNumberScheduled") < wanted {
        Some(Phrase::Updated(status(object, "updatedNumberScheduled"), wanted))
    } else if status(object, "numberAvailable") < wanted {
        Some(Phrase::Available(status(object, "numberAvailable"), wanted))
    } else {
        None
    }
}

fn status(object: &Object, field: &str) -> i64 {
    object.number(&format!("/status/{field}")).unwrap_or(0)
}
