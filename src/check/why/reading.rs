//! What is read to explain: the kinds that chains lead through, and the last lines of containers that ended.

use std::collections::{BTreeMap, BTreeSet};

use http::Request;
use serde_json::Value;

use crate::apimachinery::{Kind, Object, builtin};
use crate::lesson::Step;

use super::super::Context;
use super::super::world::{Place, World, kinds, places as places_of_step};
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

/// Containers whose last line is read.
const LOGS_MAX: usize = 4;

/// Everything that may explain why a step is not passed.
pub(in crate::check) fn places(step: &Step, namespace: &str) -> Vec<Place> {
    let mut places = chain_places(namespace);
    let others: BTreeSet<String> =
        places_of_step(step, namespace).into_iter().filter_map(|place| place.namespace).collect();
    let others = others.iter().filter(|other| *other != namespace).take(OTHERS_MAX);
    places.extend(others.flat_map(|other| NAMESPACED.iter().map(|kind| Place::new(kind, other))));
    if kinds(step).into_iter().any(is_binding) {
        places.extend(roles(namespace));
    }
    let asked = kinds(step).into_iter().filter(|kind| kind.namespaced && kind.kind != "Event");
    places.extend(asked.map(Place::everywhere));
    places.extend(kinds(step).into_iter().flat_map(taken_for).map(|kind| Place::new(kind, namespace)));
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

/// The last line that each container wrote which ended: `pod/container` → line.
pub(in crate::check) async fn logs(world: &World, context: &Context) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for pod in world.read_of(&builtin::POD) {
        let statuses =
            pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses"));
        for status in statuses {
            let Some(previous) = ended(status) else { continue };
            if lines.len() >= LOGS_MAX {
                return lines;
            }
            let container = status["name"].as_str().unwrap_or_default();
            if let Some(line) = last_line(pod, container, previous, context).await {
                lines.insert(format!("{}/{container}", pod.name()), line);
            }
        }
    }
    lines
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
        "/api/v1/namespaces/{}/pods/{}/log?container={container}&tailLines=5&previous={previous}",
        pod.namespace(),
        pod.name()
    );
    let request = Request::get(uri).body(Vec::new()).ok()?;
    let text = context.client.request_text(request).await.ok()?;
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.to_owned())
}
