//! The chains by which one object leads to another, and the first link that is broken.

mod address;
mod container;
mod covered;
mod creation;
mod far_end;
mod files;
mod image;
mod ingress;
mod itself;
mod names;
mod neighbours;
mod others;
mod pages;
mod peers;
mod pod;
mod policy;
mod probe;
mod program;
mod roles;
mod scheduling;
mod service;
mod stale;
mod storage;
mod variables;
mod workload;

pub(super) use creation::is_limit_range;
pub(super) use image::at_digest;
pub(super) use names::unknown_name;
pub(super) use others::full_resources;
pub(super) use pages::server_of;
pub(super) use pod::tiny_memory;
pub(super) use program::misses_program;
pub(super) use service::near_label;

use std::collections::BTreeMap;

use crate::apimachinery::{Kind, Object, builtin};
use crate::base::{Key, Value, nearest};

use super::super::world::World;
use super::finding::{Aside, Finding, describe, get_yaml, name_of};
use super::sentences;

/// How many objects are followed from one to the next, at most: references may run in circles.
const LINKS_MAX: usize = 12;

/// Keys that are named, at most.
const KEYS_MAX: usize = 6;

/// What is looked at while a chain is followed.
#[derive(Clone, Copy)]
pub(in crate::check) struct Chain<'a> {
    pub world: &'a World,
    /// What ended containers wrote last.
    pub logs: &'a BTreeMap<String, String>,
    links: usize,
}

impl<'a> Chain<'a> {
    pub(in crate::check) fn new(world: &'a World, logs: &'a BTreeMap<String, String>) -> Self {
        Self { world, logs, links: LINKS_MAX }
    }

    /// The first broken link below an object; `None` when nothing is known to be wrong.
    pub(in crate::check) fn broken_link(self, object: &Object) -> Option<Finding> {
        let links = self.links.checked_sub(1)?;
        let next = Self { links, ..self };
        if object.is_terminating() {
            return next.terminating(object);
        }
        match object.kind() {
            "Deployment" => next.deployment(object),
            "ReplicaSet" | "ReplicationController" => next.replica_set(object),
            "StatefulSet" => next.stateful_set(object),
            "DaemonSet" => next.daemon_set(object),
            "Job" => next.job(object),
            "CronJob" => next.cron_job(object),
            "Pod" => next.pod(object),
            "Service" => next.service(object),
            "EndpointSlice" | "Endpoints" => next.endpoints(object),
            "Ingress" => next.ingress(object),
            "PersistentVolumeClaim" => next.claim(object),
            "PersistentVolume" => next.volume(object),
            "HorizontalPodAutoscaler" => next.autoscaler(object),
            "NetworkPolicy" => next.network_policy(object),
            "RoleBinding" | "ClusterRoleBinding" => next.role_binding(object),
            "Role" | "ClusterRole" => next.role(object),
            "ResourceQuota" => next.quota(object),
            "PodDisruptionBudget" => next.disruption_budget(object),
            "Node" => next.node(object),
            _ => None,
        }
    }

    /// What keeps an object that is being deleted.
    fn terminating(self, object: &Object) -> Option<Finding> {
        let name = name_of(object);
        let show = get_yaml(object, self.world.namespace());
        let finalizers: Vec<&str> = object.finalizers().collect();
        if object.kind() == "PersistentVolumeClaim" && finalizers.contains(&"kubernetes.io/pvc-protection") {
            let users = self.pods_using_claim(object);
            // Who has no node yet holds nothing.
            let holds = users.iter().find(|pod| !pod.text("/spec/nodeName").is_empty());
            let user = holds.or(users.first()).map(|pod| name_of(pod))?;
            let show = describe(object, self.world.namespace());
            return Some(Finding::lasting(&sentences::CLAIM_IN_USE, [&name, &user]).shown_by(show));
        }
        let claim = ["name", "namespace"].map(|part| object.text(&format!("/spec/claimRef/{part}")));
        let claimed = object.text("/status/phase") == "Bound" && !claim[0].is_empty();
        if object.kind() == "PersistentVolume" && claimed {
            let user = format!("persistentvolumeclaim/{}", claim[0]);
            let words = [name.as_str(), &user, claim[1]];
            return Some(Finding::lasting(&sentences::VOLUME_CLAIMED, words).shown_by(show));
        }
        if object.kind() == "Namespace" {
            let conditions = object.list("/status/conditions").iter();
            let waiting = conditions
                .filter(|condition| condition["status"] == "True")
                .filter_map(|condition| condition["message"].as_str());
            let left = waiting.collect::<Vec<_>>().join(" ");
            return Some(Finding::new(&sentences::NAMESPACE_GOES, [&name, &left]).shown_by(show));
        }
        let by_the_cluster = ["foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"];
        let foreign: Vec<&str> =
            finalizers.iter().copied().filter(|finalizer| !by_the_cluster.contains(finalizer)).collect();
        if !foreign.is_empty() {
            let finding = Finding::lasting(&sentences::FINALIZERS, [&name, &foreign.join(", ")]);
            return Some(finding.shown_by(show));
        }
        let grace = object.number("/metadata/deletionGracePeriodSeconds").unwrap_or(0).to_string();
        let hook =
            object.list("/spec/containers").iter().find(|one| one.pointer("/lifecycle/preStop").is_some());
        let hook: Aside = hook.map(|one| (&sentences::ITS_HOOK, vec![text(one, "/name").to_owned()]));
        Some(Finding::new(&sentences::GRACE, [&name, &grace]).aside(hook).shown_by(show))
    }

    /// The events about an object, the newest first.
    pub(super) fn events(self, object: &Object) -> Vec<&'a Object> {
        let all = self.world.all(&builtin::EVENT, Some(event_namespace(object))).iter();
        let mut events: Vec<&Object> = all
            .filter(|event| event.text("/involvedObject/uid") == object.uid() && !object.uid().is_empty())
            .collect();
        events
            .sort_by_key(|event| std::cmp::Reverse((event_time(event).to_owned(), event.resource_version())));
        events
    }

    /// The newest event about an object with one of these reasons.
    pub(super) fn event(self, object: &Object, reasons: &[&str]) -> Option<&'a Object> {
        self.events(object).into_iter().find(|event| reasons.contains(&event.text("/reason")))
    }

    fn describe(self, object: &Object) -> String {
        describe(object, self.world.namespace())
    }

    /// As `near_name`, or where an object of the very name is instead.
    pub(in crate::check::why) fn near_or_elsewhere(
        self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
    ) -> Aside {
        let mut everywhere = self.world.everywhere(kind).iter().chain(self.world.all(kind, None));
        let other = everywhere
            .find(|object| kind.namespaced && object.name() == name && object.namespace() != namespace);
        let elsewhere = other.map(|object| {
            let words = vec![name.to_owned(), object.namespace().to_owned()];
            (&sentences::IS_ELSEWHERE, words)
        });
        let of_other_kind = || {
            let mut others = super::near::taken_for(kind);
            let other = others.find(|other| self.world.named(other, Some(namespace), name).is_some())?;
            Some((&sentences::OTHER_KIND_THERE, vec![name.to_owned(), other.kind.to_owned()]))
        };
        let near = || self.near_name(kind, namespace, name);
        elsewhere.or_else(of_other_kind).or_else(near).or_else(|| self.affixed(kind, namespace, name))
    }

    /// An object whose name is the one that is meant with something before or after it: perhaps a kustomization's
    /// hash.
    fn affixed(self, kind: &'static Kind, namespace: &str, name: &str) -> Aside {
        let after = |other: &'a str| other.strip_prefix(name)?.strip_prefix('-');
        let before = |other: &'a str| other.strip_suffix(name)?.strip_suffix('-');
        let names = || self.world.all(kind, Some(namespace)).iter().map(Object::name);
        let hashed = names().find(|other| after(other).is_some_and(is_hash));
        if let Some(hashed) = hashed {
            return Some((&sentences::AFFIXED, vec![hashed.to_owned()]));
        }
        let longer =
            names().find(|other| after(other).or_else(|| before(other)).is_some_and(|rest| !rest.is_empty()));
        longer.map(|other| (&sentences::NEAREST, vec![other.to_owned()]))
    }

    /// The key of a ConfigMap or Secret that comes near to one that is not in it, or all that are.
    fn near_key(self, kind: &'static Kind, namespace: &str, name: &str, key: &str) -> Aside {
        let found = self.world.named(kind, Some(namespace), name)?;
        let keys: Vec<&str> = ["/data", "/binaryData"]
            .into_iter()
            .filter_map(|map| found.map(map))
            .flat_map(|map| map.keys().map(Key::as_str))
            .collect();
        let listed = || {
            let some = keys.iter().take(KEYS_MAX).copied().collect::<Vec<_>>().join(", ");
            (!some.is_empty()).then(|| (&sentences::KEYS, vec![some]))
        };
        near(key, keys.iter().copied()).or_else(listed)
    }

    /// The object whose name comes near to one that does not exist.
    fn near_name(self, kind: &'static Kind, namespace: &str, name: &str) -> Aside {
        let names = self.world.all(kind, Some(namespace)).iter().map(Object::name);
        near(name, names)
    }
}

/// The one of the names that comes near.
pub(in crate::check::why) fn near<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Aside {
    nearest(name, names).map(|found| (&sentences::NEAREST, vec![found.to_owned()]))
}

/// Whether this is what kustomize adds to a name: ten letters of a hash, of which some stand for digits.
fn is_hash(text: &str) -> bool {
    text.len() == 10 && text.chars().all(|letter| "bcdfghkmt2456789".contains(letter))
}

fn event_namespace(object: &Object) -> &str {
    if object.namespace().is_empty() { "default" } else { object.namespace() }
}

/// When an event happened last.
fn event_time(event: &Object) -> &str {
    let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    times.into_iter().map(|time| event.text(time)).find(|time| !time.is_empty()).unwrap_or_default()
}

/// How often an event happened.
pub(super) fn event_count(event: &Object) -> i64 {
    event.number("/series/count").or_else(|| event.number("/count")).unwrap_or(1)
}

/// A text field of a JSON value.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The text between two marks.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    Some(found)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn only_a_name_with_a_hash_is_one_of_a_kustomization() {
        let told = |there: &str| {
            let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": there, "namespace": "default"}});
            let (world, logs) = (World::of("default", vec![object]), BTreeMap::new());
            Chain::new(&world, &logs).near_or_elsewhere(&builtin::CONFIG_MAP, "default", "settings")
        };
        for (there, sentence) in [
            ("settings-4f7h2ck5tm", Some(&sentences::AFFIXED)),
            ("settings-production", Some(&sentences::NEAREST)),
            ("shop-frontend-settings", Some(&sentences::NEAREST)),
            ("unrelated", None),
        ] {
            assert_eq!(told(there).map(|(sentence, _)| sentence), sentence, "{there}");
        }
    }
}
