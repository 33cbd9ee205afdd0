//! What a node is by itself: schedulable, of the right name, without repelling taints, with the right labels.

use std::collections::BTreeSet;

use crate::apimachinery::Object;
use crate::base::{Value, json};

use super::super::candidate::Candidate;
use super::{Refusal, View};

/// Where a Pod says which nodes it needs.
const REQUIRED: &str =
    "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// `NodeUnschedulable`.
pub(super) fn unschedulable(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    let taint = || json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    if candidate.unschedulable && !tolerates(view.pod, &taint()) {
        vec![Refusal::for_good("node(s) were unschedulable")]
    } else {
        Vec::new()
    }
}

/// `NodeName`: `spec.nodeName` is the kubelet's business; a Pod of a DaemonSet names its node in its affinity.
pub(super) fn name(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    if view.node_name.is_empty() || view.node_name == candidate.name() {
        Vec::new()
    } else {
        vec![Refusal::for_good("node(s) didn't match the requested node name")]
    }
}

/// `TaintToleration`.
pub(super) fn taints(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    if !candidate.tainted {
        return Vec::new();
    }
    let repelled = candidate.node.list("/spec/taints").iter().any(|taint| {
        matches!(text(taint, "effect"), "NoSchedule" | "NoExecute") && !tolerates(view.pod, taint)
    });
    if repelled { vec![Refusal::for_good("node(s) had untolerated taint(s)")] } else { Vec::new() }
}

/// Whether a Pod tolerates a taint (`Toleration.ToleratesTaint`).
pub(in super::super) fn tolerates(pod: &Object, taint: &Value) -> bool {
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

/// `NodeAffinity`.
pub(super) fn affinity(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    if !view.chooses || selects_node(view.pod, &candidate.node) {
        Vec::new()
    } else {
        vec![Refusal::for_good("node(s) didn't match Pod's node affinity/selector")]
    }
}

/// The only nodes that a Pod can be on because all of its terms name nodes; `None` for any node.
pub(in super::super) fn named_nodes(pod: &Object) -> Option<BTreeSet<String>> {
    let terms = pod.list(REQUIRED);
    if terms.is_empty() {
        return None;
    }
    let mut nodes = BTreeSet::new();
    for term in terms {
        let mut named: Option<BTreeSet<String>> = None;
        let fields = term.get("matchFields").and_then(Value::as_array);
        for field in fields.into_iter().flatten() {
            if text(field, "key") == "metadata.name" && text(field, "operator") == "In" {
                let values = field.get("values").and_then(Value::as_array).into_iter().flatten();
                let values: BTreeSet<String> = values.filter_map(Value::as_str).map(str::to_owned).collect();
                named = Some(named.map_or_else(|| values.clone(), |others| &others & &values));
            }
        }
        nodes.extend(named?);
    }
    Some(nodes)
}

/// Whether a Pod's selector or required affinity asks for certain nodes.
pub(super) fn chooses(pod: &Object) -> bool {
    pod.get("/spec/nodeSelector").is_some() || pod.get("/spec/affinity/nodeAffinity").is_some()
}

/// Whether a node is one that a Pod's selector and required affinity ask for (`RequiredNodeAffinity`).
pub(in super::super) fn selects_node(pod: &Object, node: &Object) -> bool {
    let selected = pod
        .map("/spec/nodeSelector")
        .is_none_or(|selector| selector.iter().all(|(key, value)| node.label(key) == value.as_str()));
    let required = REQUIRED.trim_end_matches("/nodeSelectorTerms");
    let wanted =
        pod.get(required).is_none() || pod.list(REQUIRED).iter().any(|term| term_matches(term, node));
    selected && wanted
}

/// Whether a node meets all of a term; a term that asks for nothing matches nothing.
pub(in super::super) fn term_matches(term: &Value, node: &Object) -> bool {
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
    let numbers = || Some((found.and_then(number)?, values.first().copied().and_then(number)?));
    match text(expression, "operator") {
        "In" => found.is_some_and(|found| values.contains(&found)),
        "NotIn" => found.is_none_or(|found| !values.contains(&found)),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        "Gt" => numbers().is_some_and(|(found, bound)| found > bound),
        "Lt" => numbers().is_some_and(|(found, bound)| found < bound),
        _ => false,
    }
}
