//! Required affinity and anti-affinity to Pods (`InterPodAffinity`).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::apimachinery::{LabelSelector, Object, ObjectKey, builtin};

use super::super::super::registry::Registry;
use super::super::candidate::Candidate;
use super::{Refusal, View};

/// One term of a Pod's affinity, ready to be asked.
pub(in super::super) struct AffinityTerm {
    /// The label that makes nodes one domain.
    pub topology_key: String,
    /// How much it counts; 0 for a required one.
    pub weight: i64,
    namespaces: Vec<String>,
    namespace_selector: LabelSelector,
    selector: LabelSelector,
}

impl AffinityTerm {
    fn of(pod: &Object, term: &Value, weight: i64) -> Self {
        let mut namespaces: Vec<String> = term["namespaces"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if namespaces.is_empty() && term["namespaceSelector"].is_null() {
            namespaces.push(pod.namespace().to_owned());
        }
        Self {
            topology_key: term["topologyKey"].as_str().unwrap_or_default().to_owned(),
            weight,
            namespaces,
            namespace_selector: LabelSelector::from_value(&term["namespaceSelector"]),
            selector: LabelSelector::from_value(&with_label_keys(pod, term)),
        }
    }

    /// Whether the term means a Pod.
    pub(in super::super) fn means(&self, registry: &Registry, other: &Object) -> bool {
        let namespace = other.namespace();
        let there = self.namespaces.iter().any(|name| name == namespace)
            || registry
                .get(&builtin::NAMESPACE, &ObjectKey::new("", namespace))
                .is_ok_and(|namespace| self.namespace_selector.matches(namespace.labels()));
        there && self.selector.matches(other.labels())
    }
}

/// The selector of a term with what `matchLabelKeys` and `mismatchLabelKeys` add from the Pod's own labels.
pub(super) fn with_label_keys(pod: &Object, term: &Value) -> Value {
    let mut selector = term["labelSelector"].clone();
    if !selector.is_object() {
        return selector;
    }
    for (field, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        let keys = term[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        for (key, value) in keys.filter_map(|key| Some((key, pod.label(key)?))) {
            let expression = json!({"key": key, "operator": operator, "values": [value]});
            match &mut selector["matchExpressions"] {
                Value::Array(expressions) => expressions.push(expression),
                empty => *empty = json!([expression]),
            }
        }
    }
    selector
}

/// The terms of a Pod of one kind (`podAffinity`, `podAntiAffinity`), required or preferred ones.
pub(in super::super) fn terms(pod: &Object, kind: &str, required: bool) -> Vec<AffinityTerm> {
    let when = if required { "required" } else { "preferred" };
    let list = pod.list(&format!("/spec/affinity/{kind}/{when}DuringSchedulingIgnoredDuringExecution"));
    list.iter()
        .map(|term| {
            if required {
                AffinityTerm::of(pod, term, 0)
            } else {
                AffinityTerm::of(pod, &term["podAffinityTerm"], term["weight"].as_i64().unwrap_or_default())
            }
        })
        .collect()
}

/// The filter.
pub(super) fn pod_affinity(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    let near = terms(view.pod, "podAffinity", true);
    let meets_all = |other: &Object| near.iter().all(|term| term.means(view.registry, other));
    if !near.is_empty() {
        let labelled = near.iter().all(|term| candidate.node.label(&term.topology_key).is_some());
        let found =
            near.iter().all(|term| in_domain(view, candidate, &term.topology_key).any(|pod| meets_all(pod)));
        // The first of a group that wants to be together has to be allowed to begin.
        let alone = || !view.all.iter().flat_map(|other| &other.pods).any(|other| meets_all(other));
        let may_begin = || meets_all(view.pod) && alone();
        if !labelled || !(found || may_begin()) {
            return vec![Refusal::for_good("node(s) didn't match pod affinity rules")];
        }
    }
    for term in terms(view.pod, "podAntiAffinity", true) {
        let mut there = in_domain(view, candidate, &term.topology_key);
        if there.any(|other| term.means(view.registry, other)) {
            return vec![Refusal::for_now("node(s) didn't match pod anti-affinity rules")];
        }
    }
    let disturbed = view.all.iter().any(|other| {
        other.pods.iter().filter(|pod| pod.get("/spec/affinity/podAntiAffinity").is_some()).any(|there| {
            terms(there, "podAntiAffinity", true).iter().any(|term| {
                same_domain(&term.topology_key, &candidate.node, &other.node)
                    && term.means(view.registry, view.pod)
            })
        })
    });
    if disturbed {
        return vec![Refusal::for_now("node(s) didn't satisfy existing pods anti-affinity rules")];
    }
    Vec::new()
}

fn same_domain(key: &str, one: &Object, other: &Object) -> bool {
    one.label(key).is_some() && one.label(key) == other.label(key)
}

fn in_domain<'a>(
    view: &'a View<'_>,
    candidate: &'a Candidate,
    key: &'a str,
) -> impl Iterator<Item = &'a Arc<Object>> {
    view.all
        .iter()
        .filter(move |other| same_domain(key, &candidate.node, &other.node))
        .flat_map(|other| &other.pods)
}
