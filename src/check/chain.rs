//! The chain from a Deployment to its Pods: whether it has arrived, and the first link that keeps it.

use serde_json::Value;

use crate::apimachinery::{Object, builtin};

use super::words::Phrase;
use super::world::World;

/// Reasons of a waiting container that need somebody to act.
const LASTING: &[&str] = &[
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
];

/// Reasons that pass by themselves or not, but explain a wait.
const EXPLAINING: &[&str] = &["CrashLoopBackOff"];

/// What keeps an object from its desired state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// The object and the reason, in the cluster's words.
    pub text: String,
    /// Whether waiting does not help.
    pub lasts: bool,
}

/// What is wrong below an object, if anything is.
pub(super) fn trouble_of(world: &World, object: &Object) -> Option<Trouble> {
    match object.kind() {
        "Pod" => trouble_of_pod(object),
        "Deployment" => world.current_pods(object).into_iter().find_map(trouble_of_pod),
        // Items of a list do not name their kind; a Pod and a Deployment are told apart by their spec.
        "" if object.get("/spec/containers").is_some() => trouble_of_pod(object),
        "" if object.get("/spec/template").is_some() => {
            world.current_pods(object).into_iter().find_map(trouble_of_pod)
        }
        _ => None,
    }
}

fn trouble_of_pod(pod: &Object) -> Option<Trouble> {
    let statuses = pod.list("/status/containerStatuses").iter();
    statuses.filter_map(|status| status.pointer("/state/waiting")).find_map(|waiting| {
        let reason = waiting.get("reason").and_then(Value::as_str)?;
        let lasts = LASTING.contains(&reason);
        let known = lasts || EXPLAINING.contains(&reason);
        known.then(|| Trouble { text: format!("{} {}: {reason}", builtin::POD.singular, pod.name()), lasts })
    })
}

/// The state of an object that has not arrived where its spec leads; `None` when it has.
pub(super) fn unsettled(object: &Object) -> Option<Phrase<'static>> {
    if object.get("/spec/template").is_none() {
        return (!object.condition_is_true("Ready")).then_some(Phrase::NotReady);
    }
    let status = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    let wanted = object.number("/spec/replicas").unwrap_or(1);
    let actual = if status("observedGeneration") < object.generation() {
        Phrase::NotObserved
    } else if status("updatedReplicas") < wanted {
        Phrase::Updated(status("updatedReplicas"), wanted)
    } else if status("replicas") > status("updatedReplicas") {
        Phrase::OldLeft(status("replicas") - status("updatedReplicas"))
    } else if status("availableReplicas") < wanted || status("replicas") != wanted {
        Phrase::Available(status("availableReplicas"), wanted)
    } else {
        return None;
    };
    Some(actual)
}
