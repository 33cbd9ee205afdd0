//! Why a node does not suit a Pod: one function a filter, with upstream's words.

use std::sync::Arc;

use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object};

use super::resources::{Amounts, allocatable, pod_requests};

/// A node, and the Pods on it that have not ended.
pub(super) struct Candidate {
    /// The node.
    pub node: Arc<Object>,
    /// Its Pods.
    pub pods: Vec<Arc<Object>>,
    used: Amounts,
    room: Amounts,
}

impl Candidate {
    /// A node with the Pods on it.
    pub(super) fn new(node: Arc<Object>, pods: Vec<Arc<Object>>) -> Self {
        let mut used = Amounts::new();
        for (name, amount) in pods.iter().flat_map(|pod| pod_requests(pod)) {
            *used.entry(name).or_default() += amount;
        }
        let room = allocatable(&node);
        Self { node, pods, used, room }
    }
}

/// Why a node was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Upstream's words.
    pub reason: String,
    /// Whether it would not help to remove Pods (`UnschedulableAndUnresolvable`).
    pub for_good: bool,
}

impl Refusal {
    /// A refusal that removing Pods cannot change.
    pub(super) fn for_good(reason: &str) -> Self {
        Self { reason: reason.to_owned(), for_good: true }
    }

    fn for_now(reason: &str) -> Self {
        Self { reason: reason.to_owned(), for_good: false }
    }
}

/// A filter: the reasons for which a node does not suit.
type Filter = fn(&Object, &Candidate, &[Candidate]) -> Vec<Refusal>;

/// In the order of the default profile; the first filter that refuses a node has the word.
const FILTERS: &[Filter] =
    &[unschedulable, node_name, taints, node_affinity, host_ports, resources, pod_affinity];

/// Why the Pod does not fit on the candidate; empty when it does.
pub(super) fn refusals(pod: &Object, candidate: &Candidate, all: &[Candidate]) -> Vec<Refusal> {
    FILTERS
        .iter()
        .map(|filter| filter(pod, candidate, all))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn unschedulable(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    let taint = serde_json::json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    if candidate.node.flag("/spec/unschedulable") && !tolerates(pod, &taint) {
        vec![Refusal::for_good("node(s) were unschedulable")]
    } else {
        Vec::new()
    }
}

/// `spec.nodeName` is the kubelet's business; a Pod of a DaemonSet names its node in its affinity.
fn node_name(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    let wanted = pod.text("/spec/nodeName");
    if wanted.is_empty() || wanted == candidate.node.name() {
        Vec::new()
    } else {
        vec![Refusal::for_good("node(s) didn't match the requested node name")]
    }
}

fn taints(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    let repelled =
        candidate.node.list("/spec/taints").iter().any(|taint| {
            matches!(text(taint, "effect"), "NoSchedule" | "NoExecute") && !tolerates(pod, taint)
        });
    if repelled { vec![Refusal::for_good("node(s) had untolerated taint(s)")] } else { Vec::new() }
}

/// Whether a Pod tolerates a taint (`Toleration.ToleratesTaint`).
pub(super) fn tolerates(pod: &Object, taint: &Value) -> bool {
    pod.list("/spec/tolerations").iter().any(|toleration| {
        let (key, effect) = (text(toleration, "key"), text(toleration, "effect"));
        let about = (key.is_empty() || key == text(taint, "key"))
            && (effect.is_empty() || effect == text(taint, "effect"));
        about
            && match text(toleration, "operator") {
                "Exists" => true,
                "" | "Equal" => !key.is_empty() && text(toleration, "value") == text(taint, "value"),
                _ => false,
            }
    })
}

fn node_affinity(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    if selects_node(pod, &candidate.node) {
        Vec::new()
    } else {
        vec![Refusal::for_good("node(s) didn't match Pod's node affinity/selector")]
    }
}

/// Whether a node is one that a Pod's selector and required affinity ask for (`RequiredNodeAffinity`).
pub(super) fn selects_node(pod: &Object, node: &Object) -> bool {
    let selected = pod
        .map("/spec/nodeSelector")
        .is_none_or(|selector| selector.iter().all(|(key, value)| node.label(key) == value.as_str()));
    let required = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    let wanted = match pod.get(required) {
        None => true,
        Some(selector) => selector
            .get("nodeSelectorTerms")
            .and_then(Value::as_array)
            .is_some_and(|terms| terms.iter().any(|term| term_matches(term, node))),
    };
    selected && wanted
}

/// Whether a node meets all of a term; a term that asks for nothing matches nothing.
pub(super) fn term_matches(term: &Value, node: &Object) -> bool {
    let expressions = term.get("matchExpressions").and_then(Value::as_array);
    let fields = term.get("matchFields").and_then(Value::as_array);
    let asks = [expressions, fields].into_iter().flatten().any(|list| !list.is_empty());
    asks && expressions
        .into_iter()
        .flatten()
        .all(|expression| expression_matches(expression, node.label(text(expression, "key"))))
        && fields.into_iter().flatten().all(|expression| expression_matches(expression, Some(node.name())))
}

fn expression_matches(expression: &Value, found: Option<&str>) -> bool {
    let values: Vec<&str> = expression
        .get("values")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let compare = |above: bool| {
        let bound = values.first().copied().and_then(number);
        match (found.and_then(number), bound) {
            (Some(found), Some(bound)) => {
                if above {
                    found > bound
                } else {
                    found < bound
                }
            }
            _ => false,
        }
    };
    match text(expression, "operator") {
        "In" => found.is_some_and(|found| values.contains(&found)),
        "NotIn" => found.is_none_or(|found| !values.contains(&found)),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        "Gt" => compare(true),
        "Lt" => compare(false),
        _ => false,
    }
}

/// Host ports of a Pod: protocol, address and number.
fn host_ports_of(pod: &Object) -> Vec<(&str, &str, i64)> {
    let containers = pod.list("/spec/containers").iter();
    containers
        .flat_map(|container| container.get("ports").and_then(Value::as_array).into_iter().flatten())
        .filter_map(|port| {
            let number = port.get("hostPort")?.as_i64().filter(|number| *number > 0)?;
            let protocol = if text(port, "protocol").is_empty() { "TCP" } else { text(port, "protocol") };
            Some((protocol, text(port, "hostIP"), number))
        })
        .collect()
}

fn host_ports(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    let wanted = host_ports_of(pod);
    if wanted.is_empty() {
        return Vec::new();
    }
    let any = |address: &str| matches!(address, "" | "0.0.0.0");
    let taken =
        candidate.pods.iter().flat_map(|other| host_ports_of(other)).any(|(protocol, address, number)| {
            wanted.iter().any(|(own_protocol, own_address, own_number)| {
                *own_protocol == protocol
                    && *own_number == number
                    && (any(address) || any(own_address) || address == *own_address)
            })
        });
    if taken {
        vec![Refusal::for_now("node(s) didn't have free ports for the requested pod ports")]
    } else {
        Vec::new()
    }
}

/// All resources that are short, not only the first (`fitsRequest`).
fn resources(pod: &Object, candidate: &Candidate, _all: &[Candidate]) -> Vec<Refusal> {
    let mut short = Vec::new();
    let pods_max = candidate.room.get("pods").copied().unwrap_or_default() / 1000;
    if i64::try_from(candidate.pods.len() + 1).unwrap_or(i64::MAX) > pods_max {
        short.push(Refusal::for_now("Too many pods"));
    }
    for (name, wanted) in pod_requests(pod) {
        let room = candidate.room.get(&name).copied().unwrap_or_default();
        let used = candidate.used.get(&name).copied().unwrap_or_default();
        if wanted > 0 && wanted > room - used {
            short.push(Refusal { reason: format!("Insufficient {name}"), for_good: wanted > room });
        }
    }
    short
}

/// Required affinity and anti-affinity to Pods (`InterPodAffinity`).
fn pod_affinity(pod: &Object, candidate: &Candidate, all: &[Candidate]) -> Vec<Refusal> {
    let required =
        |kind: &str| format!("/spec/affinity/{kind}/requiredDuringSchedulingIgnoredDuringExecution");
    let (near, apart) = (required("podAffinity"), required("podAntiAffinity"));
    let meets_own = |term: &Value| term_selects(term, pod, pod);
    let alone =
        |term: &Value| !all.iter().flat_map(|other| &other.pods).any(|other| term_selects(term, pod, other));
    for term in pod.list(&near) {
        let found = in_domain(term, candidate, all).any(|other| term_selects(term, pod, other));
        // The first of a group that wants to be together has to be allowed to begin.
        let begins = meets_own(term) && alone(term);
        if !found && !begins {
            return vec![Refusal::for_good("node(s) didn't match pod affinity rules")];
        }
    }
    for term in pod.list(&apart) {
        if in_domain(term, candidate, all).any(|other| term_selects(term, pod, other)) {
            return vec![Refusal::for_now("node(s) didn't match pod anti-affinity rules")];
        }
    }
    let disturbs = all.iter().flat_map(|other| other.pods.iter().map(move |there| (other, there))).any(
        |(other, there)| {
            there
                .list(&apart)
                .iter()
                .any(|term| same_domain(term, &candidate.node, &other.node) && term_selects(term, there, pod))
        },
    );
    if disturbs {
        return vec![Refusal::for_now("node(s) didn't satisfy existing pods anti-affinity rules")];
    }
    Vec::new()
}

fn same_domain(term: &Value, one: &Object, other: &Object) -> bool {
    let key = text(term, "topologyKey");
    one.label(key).is_some() && one.label(key) == other.label(key)
}

fn in_domain<'a>(
    term: &'a Value,
    candidate: &'a Candidate,
    all: &'a [Candidate],
) -> impl Iterator<Item = &'a Arc<Object>> {
    all.iter()
        .filter(move |other| same_domain(term, &candidate.node, &other.node))
        .flat_map(|other| &other.pods)
}

/// Whether a term of the Pod `of` means the Pod `other`.
fn term_selects(term: &Value, of: &Object, other: &Object) -> bool {
    let namespaces: Vec<&str> = term
        .get("namespaces")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let there = if namespaces.is_empty() && term.get("namespaceSelector").is_none() {
        other.namespace() == of.namespace()
    } else {
        namespaces.contains(&other.namespace()) || term.get("namespaceSelector").is_some()
    };
    let selector = LabelSelector::from_value(term.get("labelSelector").unwrap_or(&Value::Null));
    there && selector.matches(other.labels())
}
