//! Pods that keep another from a node, or that it looks for in vain.

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::{Chain, text};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// The terms of a Pod that must hold, of its affinity or anti-affinity.
fn terms<'p>(pod: &'p Object, kind: &str) -> &'p [Value] {
    pod.list(&format!("/spec/affinity/{kind}/{REQUIRED}"))
}

fn selector_of(term: &Value) -> LabelSelector {
    // Unlike an empty one, which means every Pod.
    term.get("labelSelector").map_or_else(LabelSelector::nothing, LabelSelector::from_value)
}

impl Chain<'_> {
    /// The Pods behind what the scheduler says of others.
    pub(super) fn of_others(self, pod: &Object, reasons: &str) -> Aside {
        let says = |words: &str| reasons.contains(words);
        let elsewhere = || self.friends_elsewhere(pod).filter(|_| says("pod affinity rules"));
        let kept_off = || self.kept_off(pod).filter(|_| says("existing pods anti-affinity rules"));
        let held = || self.held_claim(pod).filter(|_| says("ReadWriteOncePod"));
        elsewhere().or_else(kept_off).or_else(held)
    }

    /// Pods that a Pod must stand beside, and that are in another namespace than the one it looks in.
    fn friends_elsewhere(self, pod: &Object) -> Aside {
        terms(pod, "podAffinity").iter().find_map(|term| {
            if term.get("namespaces").is_some() || term.get("namespaceSelector").is_some() {
                return None;
            }
            let selector = selector_of(term);
            let mut friends =
                self.world.everywhere(&builtin::POD).iter().filter(|other| selector.matches(other.labels()));
            let here = friends.clone().any(|other| other.namespace() == pod.namespace());
            let friend = friends.next().filter(|_| !here)?;
            let words = vec![name_of(friend), friend.namespace().to_owned()];
            Some((&sentences::FRIENDS_ELSEWHERE, words))
        })
    }

    /// A Pod on a node whose own rules keep another away.
    fn kept_off(self, pod: &Object) -> Aside {
        let mut others = self
            .world
            .all(&builtin::POD, Some(pod.namespace()))
            .iter()
            .filter(|other| other.uid() != pod.uid() && !other.text("/spec/nodeName").is_empty());
        let keeps = |other: &&Object| {
            let same = self.workload_of(other) == self.workload_of(pod);
            !same
                && terms(other, "podAntiAffinity").iter().any(|term| selector_of(term).matches(pod.labels()))
        };
        others.find(keeps).map(|other| (&sentences::KEPT_OFF, vec![name_of(other)]))
    }

    /// A claim that only one Pod at a time may use, and the one that does.
    fn held_claim(self, pod: &Object) -> Aside {
        let single =
            |claim: &&Object| claim.list("/spec/accessModes").iter().any(|mode| mode == "ReadWriteOncePod");
        let claim = self.claims_of(pod).into_iter().find(single)?;
        let mut users = self.pods_using_claim(claim).into_iter();
        let user = users.find(|user| user.uid() != pod.uid() && !user.text("/spec/nodeName").is_empty())?;
        Some((&sentences::ONE_POD_ONLY, vec![name_of(claim), name_of(user)]))
    }
}

/// The container that asks for what a Pod asks for, where it has several.
pub(super) fn asked_by(pod: &Object, resource: &str, asked: &str) -> Aside {
    let init = pod.list("/spec/initContainers");
    let all = || init.iter().chain(pod.list("/spec/containers"));
    let pointer = format!("/resources/requests/{resource}");
    let container =
        all().find(|container| container.pointer(&pointer).is_some_and(|value| value == asked))?;
    let several = all().count() > 1;
    several.then(|| (&sentences::ASKED_BY, vec![text(container, "/name").to_owned()]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    #[test]
    fn another_pod_is_named_only_where_the_scheduler_speaks_of_such() {
        let anti =
            json!({"podAntiAffinity": {REQUIRED: [{"labelSelector": {"matchLabels": {"app": "web"}}}]}});
        let pod = |name: &str, spec: Value| {
            json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "default", "uid": name, "labels": {"app": "web"}},
                "spec": spec,
            })
        };
        let there = pod("there", json!({"nodeName": "n", "affinity": anti}));
        let (world, logs) = (World::of("default", vec![there]), BTreeMap::new());
        let own = Object::from_value(pod("own", json!({}))).unwrap();
        let told =
            |reasons: &str| Chain::new(&world, &logs).of_others(&own, reasons).map(|(sentence, _)| sentence);
        let kept_off = "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.";
        assert_eq!(told(kept_off), Some(&sentences::KEPT_OFF));
        assert_eq!(told("0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."), None);
    }

    #[test]
    fn a_term_without_a_selector_means_no_pod() {
        assert!(!selector_of(&json!({})).matches(None));
        assert!(selector_of(&json!({"labelSelector": {}})).matches(None));
    }
}
