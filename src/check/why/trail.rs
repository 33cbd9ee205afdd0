//! The links of a chain as a learner reads them: each object with its state, down to the container.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;
use crate::lesson::Language;

use super::super::partial::show;
use super::super::state;
use super::super::words::{Phrase, say};
use super::super::world::World;
use super::finding::name_of;

/// Objects of one kind that a trail shows below another.
const SHOWN_MAX: usize = 5;

/// Links that a trail has at most.
const LINKS_MAX: usize = 24;

/// A line for an object and for each that it leads to.
pub(super) fn trail(world: &World, object: &Object, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    follow(world, object, language, 0, &mut lines);
    lines
}

fn follow(world: &World, object: &Object, language: Language, depth: usize, lines: &mut Vec<String>) {
    if lines.len() >= LINKS_MAX {
        return;
    }
    let indent = if depth == 0 { String::new() } else { format!("{}└ ", "  ".repeat(depth - 1)) };
    lines.push(format!("{indent}{}: {}", name_of(object), state_of(object, language)));
    let next = below(world, object);
    let more = next.len().saturating_sub(SHOWN_MAX);
    for child in next.into_iter().take(SHOWN_MAX) {
        follow(world, child, language, depth + 1, lines);
    }
    if more > 0 {
        lines.push(format!("{}└ … +{more}", "  ".repeat(depth)));
    }
}

/// The objects that an object leads to.
fn below<'w>(world: &'w World, object: &Object) -> Vec<&'w Object> {
    match object.kind() {
        "Deployment" => world.current_replica_set(object).into_iter().collect(),
        "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job" => {
            world.children(&builtin::POD, object)
        }
        "CronJob" => world.children(&builtin::JOB, object).into_iter().take(1).collect(),
        "Service" => {
            let slices = world.all(&builtin::ENDPOINT_SLICE, Some(object.namespace())).iter();
            slices.filter(|slice| slice.label("kubernetes.io/service-name") == Some(object.name())).collect()
        }
        "Ingress" => {
            let rules = object.list("/spec/rules").iter().filter_map(|rule| rule.pointer("/http/paths"));
            let paths = rules.filter_map(Value::as_array).flatten();
            let names =
                paths.filter_map(|path| path.pointer("/backend/service/name")).filter_map(Value::as_str);
            names.filter_map(|name| world.named(&builtin::SERVICE, Some(object.namespace()), name)).collect()
        }
        "Pod" => {
            let names = object.list("/spec/volumes").iter();
            let names = names.filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName"));
            let claims = names.filter_map(Value::as_str).filter_map(|name| {
                world.named(&builtin::PERSISTENT_VOLUME_CLAIM, Some(object.namespace()), name)
            });
            claims.collect()
        }
        _ => Vec::new(),
    }
}

/// The state of one object in few words.
fn state_of(object: &Object, language: Language) -> String {
    if object.is_terminating() {
        return say(language, Phrase::Terminating);
    }
    let status = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    match object.kind() {
        "Pod" => pod_state(object),
        "EndpointSlice" => {
            let ready = |endpoint: &&Value| {
                endpoint.pointer("/conditions/ready").and_then(Value::as_bool) != Some(false)
            };
            let all = object.list("/endpoints");
            let addresses = all.iter().filter(ready).filter_map(|one| one.pointer("/addresses/0")?.as_str());
            let addresses = addresses.collect::<Vec<_>>();
            if addresses.is_empty() { "<none>".to_owned() } else { addresses.join(", ") }
        }
        "Service" => {
            let ports = object.list("/spec/ports").iter();
            let ports = ports.map(|port| {
                let target = port.get("targetPort").unwrap_or(&port["port"]);
                format!("{} → {}", port["port"], show(target))
            });
            format!("{} {}", object.text("/spec/type"), ports.collect::<Vec<_>>().join(", "))
        }
        "PersistentVolumeClaim" | "PersistentVolume" | "Namespace" => object.text("/status/phase").to_owned(),
        "StatefulSet" | "ReplicaSet" | "ReplicationController" => say(
            language,
            Phrase::Available(status("readyReplicas"), object.number("/spec/replicas").unwrap_or(1)),
        ),
        "Deployment" => say(
            language,
            Phrase::Available(status("availableReplicas"), object.number("/spec/replicas").unwrap_or(1)),
        ),
        _ => state::unsettled(object)
            .map_or_else(|| say(language, Phrase::There), |phrase| say(language, phrase)),
    }
}

/// As the column STATUS has it.
fn pod_state(pod: &Object) -> String {
    let statuses =
        pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses"));
    let trouble = statuses.into_iter().find_map(|status| {
        let reason =
            status.pointer("/state/waiting/reason").or_else(|| status.pointer("/state/terminated/reason"));
        reason.and_then(Value::as_str).filter(|reason| *reason != "Completed" && *reason != "PodInitializing")
    });
    let phase = pod.text("/status/phase");
    let ready = if pod.condition_is_true("Ready") || phase != "Running" { "" } else { ", not ready" };
    format!("{}{ready}", trouble.unwrap_or(phase))
}
