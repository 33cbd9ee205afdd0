//! Required affinity and anti-affinity to Pods (`InterPodAffinity`).

use std::collections::BTreeSet;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, builtin};
use crate::base::Value;

use super::super::super::registry::Registry;
use super::super::candidate::{Candidate, stored};
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
            selector: LabelSelector::from_value(&term["labelSelector"]),
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

/// What affinities come to on the nodes there are. Domains are values of a label of nodes.
pub(super) struct Affinity {
    /// Labels of what the Pod needs near, and the domains where there is a Pod that meets all of its terms.
    near: Vec<(String, BTreeSet<String>)>,
    /// Whether it may begin where nobody is: it is the first of a group that wants to be together.
    begins: bool,
    /// The same for what it must not be near.
    apart: Vec<(String, BTreeSet<String>)>,
    /// Domains where somebody does not want it.
    unwanted: BTreeSet<(String, String)>,
}

impl Affinity {
    /// Looks at the Pods that the terms of `pod` mean, and at those whose terms mean it.
    pub(super) fn worked_out(registry: &Registry, pod: &Object, all: &[Candidate]) -> Self {
        let (store, near) = (registry.store(), terms(pod, "podAffinity", true));
        let meets_all = |other: &Object| near.iter().all(|term| term.means(registry, other));
        let begins = !near.is_empty()
            && meets_all(pod)
            && !all.iter().flat_map(|candidate| candidate.objects(store)).any(|other| meets_all(other));
        let with_all = |candidate: &Candidate| candidate.objects(store).any(|other| meets_all(other));
        let near = near.iter().map(|term| domains(all, &term.topology_key, &with_all)).collect();
        let apart = terms(pod, "podAntiAffinity", true);
        let with = |term: &AffinityTerm, candidate: &Candidate| {
            candidate.objects(store).any(|other| term.means(registry, other))
        };
        let of = |term: &AffinityTerm| domains(all, &term.topology_key, &|candidate| with(term, candidate));
        let apart = apart.iter().map(of).collect();
        Self { near, begins, apart, unwanted: unwanted(registry, pod, all) }
    }
}

/// A label, and its values on the nodes that are so.
fn domains(all: &[Candidate], key: &str, so: &dyn Fn(&Candidate) -> bool) -> (String, BTreeSet<String>) {
    let found = all.iter().filter(|candidate| candidate.node.label(key).is_some() && so(candidate));
    let values = found.filter_map(|candidate| candidate.node.label(key)).map(str::to_owned).collect();
    (key.to_owned(), values)
}

fn unwanted(registry: &Registry, pod: &Object, all: &[Candidate]) -> BTreeSet<(String, String)> {
    let mut domains = BTreeSet::new();
    for candidate in all {
        for other in stored(&candidate.with_affinity, registry.store()) {
            for term in terms(other, "podAntiAffinity", true) {
                let Some(value) = candidate.node.label(&term.topology_key) else { continue };
                if term.means(registry, pod) {
                    let value = value.to_owned();
                    domains.insert((term.topology_key, value));
                }
            }
        }
    }
    domains
}

/// The filter.
pub(super) fn pod_affinity(view: &View<'_>, candidate: &Candidate) -> Vec<Refusal> {
    let Affinity { near, begins, apart, unwanted } = &view.affinity;
    let value = |key: &String| candidate.node.label(key);
    let inside = |(key, values): &(String, BTreeSet<String>)| value(key).is_some_and(|v| values.contains(v));
    let labelled = near.iter().all(|(key, _)| value(key).is_some());
    if !labelled || !(near.iter().all(inside) || *begins) {
        return vec![Refusal::for_good("node(s) didn't match pod affinity rules")];
    }
    if apart.iter().any(inside) {
        return vec![Refusal::for_now("node(s) didn't match pod anti-affinity rules")];
    }
    if unwanted.iter().any(|(key, unwanted)| value(key) == Some(unwanted)) {
        return vec![Refusal::for_now("node(s) didn't satisfy existing pods anti-affinity rules")];
    }
    Vec::new()
}
