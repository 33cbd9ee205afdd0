//! What is read to explain: the kinds that chains lead through, and the last lines of containers that ended.

use std::collections::{BTreeMap, BTreeSet};

use http::Request;

use crate::apimachinery::{Kind, Object, builtin};
use crate::base::Value;
use crate::lesson::Step;

use super::super::Context;
use super::super::world::{Place, World, places as places_of_step};
use super::chain::{misses_program, text, unknown_name};
use super::near::taken_for;

/// Kinds in the namespace of the lessons.
const NAMESPACED: &[&Kind] = &[
    &builtin::POD,
    &builtin::REPLICA_SET,
    &builtin::DEPLOYMENT,
    &builtin::STATEFUL_SET,
    &builtin::DAEMON_SET,
    &builtin::JOB,
    &builtin::CRON_JOB,
    &builtin::SERVICE,
    &builtin::ENDPOINT_SLICE,
    &builtin::PERSISTENT_VOLUME_CLAIM,
    &builtin::CONFIG_MAP,
    &builtin::SECRET,
    &builtin::SERVICE_ACCOUNT,
    &builtin::EVENT,
    &builtin::RESOURCE_QUOTA,
    &builtin::HORIZONTAL_POD_AUTOSCALER,
    &builtin::INGRESS,
    &builtin::NETWORK_POLICY,
    &builtin::LIMIT_RANGE,
    &builtin::POD_DISRUPTION_BUDGET,
];

/// Kinds outside of namespaces.
const OF_CLUSTER: &[&Kind] = &[
    &builtin::NODE,
    &builtin::PERSISTENT_VOLUME,
    &builtin::STORAGE_CLASS,
    &builtin::INGRESS_CLASS,
    &builtin::NAMESPACE,
];

/// Kinds that are looked for in every namespace: what a learner makes may land in another.
/// Secrets are not among them: those of others are not ours to read.
const EVERYWHERE: &[&Kind] = &[
    &builtin::POD,
    &builtin::SERVICE_ACCOUNT,
    &builtin::CONFIG_MAP,
    &builtin::SERVICE,
    &builtin::PERSISTENT_VOLUME_CLAIM,
];

/// Namespaces beside the lessons' own that are looked through.
const OTHERS_MAX: usize = 4;

/// Containers whose last line is told.
const LOGS_MAX: usize = 4;

/// Containers that are asked for it: some ended without a word.
const ASKED_MAX: usize = 12;

/// Everything that may explain why a step is not passed.
pub(in crate::check) fn places(step: &Step, namespace: &str) -> Vec<Place> {
    let mut places = chain_places(namespace);
    let of_step = places_of_step(step, namespace);
    let others: BTreeSet<&str> = of_step.iter().filter_map(|place| place.namespace.as_deref()).collect();
    let others = others.into_iter().filter(|other| *other != namespace).take(OTHERS_MAX);
    places.extend(others.flat_map(|other| NAMESPACED.iter().map(|kind| Place::new(kind, other))));
    let asked = || of_step.iter().map(|place| place.kind);
    if asked().any(is_binding) {
        places.extend(roles(namespace));
    }
    let of_namespaces = asked().filter(|kind| kind.namespaced && kind.kind != "Event");
    places.extend(of_namespaces.map(Place::everywhere));
    places.extend(asked().flat_map(taken_for).map(|kind| Place::new(kind, namespace)));
    places
}

/// What a binding refers to: many objects, of which little else needs to know.
pub(super) fn roles(namespace: &str) -> [Place; 2] {
    [Place::new(&builtin::ROLE, namespace), Place::everywhere(&builtin::CLUSTER_ROLE)]
}

/// Whether objects of a kind refer to roles.
pub(super) fn is_binding(kind: &Kind) -> bool {
    matches!(kind.kind, "RoleBinding" | "ClusterRoleBinding")
}

/// The kinds that chains lead through.
pub(super) fn chain_places(namespace: &str) -> Vec<Place> {
    let mut places: Vec<Place> = NAMESPACED.iter().map(|kind| Place::new(kind, namespace)).collect();
    places.extend(OF_CLUSTER.iter().chain(EVERYWHERE).map(|kind| Place::everywhere(kind)));
    places
}

/// The last line that each container wrote which ended, by [`log_key`].
pub(in crate::check) async fn logs(world: &World, context: &Context) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    let pods = world.read_of(&builtin::POD).into_iter();
    let ended = pods.flat_map(|pod| {
        let of_init = pod.list("/status/initContainerStatuses").iter();
        let statuses = of_init.chain(pod.list("/status/containerStatuses"));
        statuses.filter_map(move |status| Some((pod, text(status, "/name"), ended(status)?)))
    });
    let pods = world.read_of(&builtin::POD).into_iter();
    let waiting = pods.flat_map(|pod| waiting(pod).map(move |container| (pod, container, false)));
    let asked: Vec<_> = ended.chain(waiting).take(ASKED_MAX).collect();
    for (pod, container, previous) in asked {
        if lines.len() >= LOGS_MAX {
            break;
        }
        if let Some(line) = last_line(pod, container, previous, context).await {
            lines.insert(log_key(pod, container), line);
        }
    }
    lines
}

/// How the last line of a container is found: Pods of several namespaces may have one name.
pub(super) fn log_key(pod: &Object, container: &str) -> String {
    format!("{}/{}/{container}", pod.namespace(), pod.name())
}

/// The containers of a Pod that run on and keep it from being ready.
fn waiting(pod: &Object) -> impl Iterator<Item = &str> {
    let of_init = pod.list("/status/initContainerStatuses").iter();
    let statuses = of_init.chain(pod.list("/status/containerStatuses"));
    let waits = |status: &&Value| {
        let first = status.pointer("/lastState/terminated").is_none();
        first && status.pointer("/state/running").is_some() && status["ready"] == false
    };
    statuses.filter(waits).map(|status| text(status, "/name"))
}

/// Whether a container ended, and whether another one runs in its place already.
fn ended(status: &Value) -> Option<bool> {
    if status.pointer("/state/terminated").is_some() {
        let code = status.pointer("/state/terminated/exitCode").and_then(Value::as_i64);
        return (code != Some(0)).then_some(false);
    }
    status.pointer("/lastState/terminated").map(|_| true)
}

async fn last_line(pod: &Object, container: &str, previous: bool, context: &Context) -> Option<String> {
    let uri = format!(
        "/api/v1/namespaces/{}/pods/{}/log?container={container}&tailLines=10&previous={previous}",
        pod.namespace(),
        pod.name()
    );
    let request = Request::get(uri).body(Vec::new()).ok()?;
    let text = context.client.request_text(request).await.ok()?;
    telling(&text).map(str::to_owned)
}

/// What programs write at their end, after they have said why.
const SAYS_NOTHING: &[&str] = &["tail: no files", "exiting with failure status", "See --help", "Try --help"];

/// The last line, or one before it that says more.
fn telling(text: &str) -> Option<&str> {
    let says_nothing = |line: &str| line.is_empty() || SAYS_NOTHING.iter().any(|words| line.contains(words));
    let lines = || text.lines().rev().map(str::trim).filter(|line| !says_nothing(line));
    let says_more = |line: &&str| {
        line.contains("ddress already in use") || unknown_name(line).is_some() || misses_program(line)
    };
    lines().find(says_more).or_else(|| lines().next())
}
