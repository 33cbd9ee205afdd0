//! Pods that keep another from a node, or that it looks for in vain.

use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object, builtin};

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::{Chain, text};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// The terms of a Pod that must hold, of its affinity or anti-affinity.
fn terms<'p>(pod: &'p Object, kind: &str) -> &'p [Value] {
    pod.list(&format!("/spec/affinity/{kind}/{REQUIRED}"))
}

fn selector_of(term: &Value) -> LabelSelector {
    term.get("labelSelector").map(LabelSelector::from_value).unwrap_or_default()
}

impl Chain<'_> {
    /// Pods that a Pod must stand beside, and that are in another namespace than the one it looks in.
    pub(super) fn friends_elsewhere(self, pod: &Object) -> Aside {
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
    pub(super) fn kept_off(self, pod: &Object) -> Aside {
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
    pub(super) fn held_claim(self, pod: &Object) -> Aside {
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
