//! A registry, one node and a kubelet, driven by hand with a fixed clock.

use std::collections::BTreeMap;

use crate::apimachinery::builtin::{EVENT, NODE, POD};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Random, Timestamp, Value, json};

use super::super::super::manager::{Action, ControllerMemory, ReconcileContext, Reconciler};
use super::super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::{KUBELET, NodeState, after};

/// A registry, one node, and the kubelet's timers.
pub(super) struct Bench {
    pub(super) registry: Registry,
    pub(in super::super) node: NodeState,
    timers: BTreeMap<ObjectKey, Timestamp>,
    cursor: u64,
    /// What each Pod showed, one entry for every change: seconds since the start and text.
    pub(super) seen: Vec<(f64, String)>,
    start: Timestamp,
}

impl Bench {
    pub(super) fn new() -> Self {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let mut bench = Self {
            registry: Registry::new(start, Random::seeded(1)),
            node: NodeState::default(),
            timers: BTreeMap::new(),
            cursor: 0,
            seen: Vec::new(),
            start,
        };
        bench.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}));
        bench.create(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}));
        bench.create(
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"},
            "data": {"ca.crt": "certificate"}}),
        );
        bench.create(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "minikube"},
            "spec": {"podCIDR": "10.244.0.0/24"}}));
        let mut node = Object::clone(&bench.registry.get(&NODE, &ObjectKey::new("", "minikube")).unwrap());
        node.set("/status/addresses", json!([{"type": "InternalIP", "address": "192.168.49.2"}]));
        bench.registry.update_status(&NODE, node, "kubelet").unwrap();
        bench
    }

    pub(super) fn create(&mut self, value: Value) {
        let object = Object::from_value(value).unwrap();
        let kind = crate::apimachinery::kind_of(object.api_version(), object.kind()).unwrap();
        let namespace = if kind.namespaced { "default" } else { "" };
        self.registry.create(kind, namespace, object, &WriteOptions::component("test")).unwrap();
    }

    /// A Pod bound to the node.
    pub(super) fn pod(&mut self, name: &str, mut spec: Value) {
        spec["nodeName"] = json!("minikube");
        self.create(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}));
    }

    /// A Pod with one container.
    pub(super) fn run_image(&mut self, name: &str, image: &str, command: &[&str]) {
        let mut container = json!({"name": name, "image": image});
        if !command.is_empty() {
            container["command"] = json!(command);
        }
        self.pod(name, json!({"containers": [container]}));
    }

    pub(super) fn object(&self, name: &str) -> Object {
        Object::clone(&self.registry.get(&POD, &key(name)).unwrap())
    }

    pub(super) fn delete(&mut self, name: &str, grace: Option<i64>) {
        let delete = DeleteOptions { grace_period_seconds: grace, ..DeleteOptions::default() };
        self.registry.delete(&POD, &key(name), &delete, &WriteOptions::component("test")).unwrap();
    }

    fn drain(&mut self) -> bool {
        let changes: Vec<_> = self.registry.store().changes_since(self.cursor).unwrap().cloned().collect();
        self.cursor = self.registry.store().revision();
        for change in &changes {
            for watch in KUBELET.watches().iter().filter(|watch| watch.kind == change.kind) {
                for key in (watch.keys)(change, &self.registry) {
                    self.timers.insert(key, self.registry.now());
                }
            }
        }
        for change in changes.iter().filter(|change| change.kind == &POD) {
            self.timers.insert(change.object.key(), self.registry.now());
            let second = self.registry.now().duration_since(self.start).as_secs_f64();
            self.seen.push((second, shown(&change.object)));
        }
        !changes.is_empty()
    }

    fn step(&mut self) {
        self.drain();
        let now = self.registry.now();
        for changed in self.node.run_due(&mut self.registry) {
            self.timers.insert(changed, now);
        }
        let due: Vec<ObjectKey> =
            self.timers.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect();
        for key in due {
            self.timers.remove(&key);
            let mut memory = ControllerMemory::default();
            let mut context =
                ReconcileContext { registry: &mut self.registry, node: &mut self.node, memory: &mut memory };
            if let Action::RequeueAfter(pause) = KUBELET.reconcile(&mut context, &key).unwrap() {
                self.timers.insert(key, now.checked_add(pause).unwrap());
            }
        }
    }

    /// Lets simulated time pass.
    pub(super) fn run_for(&mut self, milliseconds: i64) {
        let until = after(self.registry.now(), milliseconds);
        for _ in 0..100_000 {
            self.step();
            if self.drain() {
                continue;
            }
            let next = self.timers.values().copied().chain(self.node.next_due()).min();
            match next {
                Some(next) if next <= until => self.registry.set_now(next),
                _ => {
                    self.registry.set_now(until);
                    return;
                }
            }
        }
        panic!("time does not pass");
    }

    /// What the Pod showed, repetitions left out.
    pub(super) fn story(&self) -> Vec<&str> {
        let mut story: Vec<&str> = self.seen.iter().map(|(_, text)| text.as_str()).collect();
        story.dedup();
        story
    }

    /// Type, reason and message of the events about a Pod.
    pub(super) fn events(&self, pod: &str) -> Vec<String> {
        let mut events: Vec<_> = self
            .registry
            .store()
            .list(&EVENT, Some("default"))
            .filter(|event| event.text("/involvedObject/name") == pod)
            .collect();
        events.sort_by_key(|event| event.name().to_owned());
        events
            .iter()
            .map(|event| {
                format!("{} {}: {}", event.text("/type"), event.text("/reason"), event.text("/message"))
            })
            .collect()
    }
}

pub(super) fn key(name: &str) -> ObjectKey {
    ObjectKey::new("default", name)
}

/// Phase, readiness and state of the first container, in the words of `kubectl get pods`.
fn shown(pod: &Object) -> String {
    let status = pod.get("/status/containerStatuses/0").cloned().unwrap_or_default();
    let reason = status
        .pointer("/state/waiting/reason")
        .or_else(|| status.pointer("/state/terminated/reason"))
        .and_then(Value::as_str)
        .unwrap_or(if status.pointer("/state/running").is_some() { "Running" } else { "none" });
    let ready = if status["ready"] == true { "ready" } else { "unready" };
    let restarts = status["restartCount"].as_u64().unwrap_or_default();
    let ending = if pod.is_terminating() { " terminating" } else { "" };
    format!("{} {reason} {ready} {restarts}{ending}", pod.text("/status/phase"))
}
