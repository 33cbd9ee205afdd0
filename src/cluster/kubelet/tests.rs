//! The kubelet driven by hand on a registry with a fixed clock.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::apimachinery::builtin::{EVENT, NAMESPACE, NODE, POD};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Random, Timestamp};

use super::super::manager::{Action, ReconcileContext, Reconciler};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::{KUBELET, NodeState, after};

/// A registry, one node, and the kubelet's timers.
pub(super) struct Bench {
    pub(super) registry: Registry,
    pub(super) node: NodeState,
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
        bench.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"},
            "data": {"ca.crt": "certificate"}}));
        bench.create(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "minikube"},
            "spec": {"podCIDR": "10.244.0.0/24"}}));
        let mut node = Object::clone(&bench.registry.get(&NODE, &ObjectKey::new("", "minikube")).unwrap());
        node.set("/status/addresses", json!([{"type": "InternalIP", "address": "192.168.49.2"}]));
        bench.registry.update(&NODE, &node.key(), node, &WriteOptions::component_status("kubelet")).unwrap();
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
            let mut context = ReconcileContext { registry: &mut self.registry, node: &mut self.node };
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
            .map(|event| format!("{} {}: {}", event.text("/type"), event.text("/reason"), event.text("/message")))
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

#[test]
fn a_pod_starts_and_stops() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:1.25", &[]);
    bench.run_for(10_000);
    let pod = bench.object("web");
    assert_eq!(pod.text("/status/podIP"), "10.244.0.2");
    assert_eq!(pod.text("/status/hostIP"), "192.168.49.2");
    assert_eq!(pod.text("/status/containerStatuses/0/image"), "docker.io/library/nginx:1.25");
    let conditions: Vec<&str> =
        pod.list("/status/conditions").iter().filter_map(|condition| condition["type"].as_str()).collect();
    assert_eq!(
        conditions,
        ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
    );
    bench.delete("web", None);
    bench.run_for(5_000);
    assert_eq!(
        bench.story(),
        [
            "Pending none unready 0",
            "Pending ContainerCreating unready 0",
            "Running Running ready 0",
            "Running Running ready 0 terminating",
            "Succeeded Completed unready 0 terminating",
        ]
    );
    assert!(bench.registry.get(&POD, &key("web")).is_err());
    assert!(bench.node.next_due().is_none());
}

#[test]
fn an_image_that_cannot_be_pulled_backs_off() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:nope", &[]);
    bench.run_for(30_000);
    assert_eq!(
        bench.story()[1..4],
        ["Pending ContainerCreating unready 0", "Pending ErrImagePull unready 0", "Pending ImagePullBackOff unready 0"]
    );
    let waiting = bench.object("web").text("/status/containerStatuses/0/state/waiting/message").to_owned();
    assert!(waiting.contains("docker.io/library/nginx:nope: not found"), "{waiting}");
}

#[test]
fn a_force_deleted_pod_leaves_nothing_behind() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:1.25", &[]);
    bench.run_for(10_000);
    bench.delete("web", Some(0));
    bench.run_for(1_000);
    assert!(bench.node.pods.is_empty() && bench.node.processes.is_empty() && bench.node.by_address.is_empty());
}

#[test]
fn the_state_of_a_node_survives_a_snapshot() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:1.25", &[]);
    bench.run_for(10_000);
    let text = serde_json::to_string(&bench.node).unwrap();
    let node: NodeState = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&node).unwrap(), text);
    bench.node = NodeState::default();
    let before = bench.object("web");
    let mut context = ReconcileContext { registry: &mut bench.registry, node: &mut bench.node };
    KUBELET.reconcile(&mut context, &key("web")).unwrap();
    assert_eq!(bench.object("web"), before, "a Pod that was running goes on running");
    assert_eq!(bench.node.pods.len(), 1);
}

#[test]
fn a_start_is_told_in_upstreams_words() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:1.25", &[]);
    bench.run_for(10_000);
    let events = bench.events("web");
    assert_eq!(events[0], "Normal Pulling: Pulling image \"nginx:1.25\"");
    let (begin, end) = ("Normal Pulled: Successfully pulled image \"nginx:1.25\" in ", " including waiting). Image size: 70479485 bytes.");
    assert!(events[1].starts_with(begin) && events[1].ends_with(end), "{}", events[1]);
    assert_eq!(events[2..], ["Normal Created: Container created", "Normal Started: Container started"]);
    bench.run_image("more", "nginx:1.25", &[]);
    bench.run_for(10_000);
    assert_eq!(
        bench.events("more")[0],
        "Normal Pulled: Container image \"nginx:1.25\" already present on machine and can be accessed by the pod"
    );
    bench.delete("more", None);
    bench.run_for(1);
    assert_eq!(bench.events("more").last().unwrap(), "Normal Killing: Stopping container more");
}

#[test]
fn a_crashing_container_restarts_ever_later() {
    let mut bench = Bench::new();
    bench.run_image("crash", "busybox:1.36", &["sh", "-c", "echo boom; exit 3"]);
    bench.run_for(1_300_000);
    let story = bench.story();
    let from = story.iter().position(|text| text.contains("Error")).unwrap();
    assert_eq!(
        story[from..from + 5],
        [
            "Running Error unready 0",
            "Running Error unready 1",
            "Running CrashLoopBackOff unready 1",
            "Running Error unready 2",
            "Running CrashLoopBackOff unready 2",
        ]
    );
    let mut ends: Vec<f64> = Vec::new();
    for restart in 0..8 {
        let text = format!("Running Error unready {restart}");
        ends.push(bench.seen.iter().find(|(_, seen)| *seen == text).unwrap().0);
    }
    let waits: Vec<i64> = ends.windows(2).map(|pair| (pair[1] - pair[0]) as i64).collect();
    assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300]);
    let pod = bench.object("crash");
    let uid = pod.uid();
    assert_eq!(
        pod.text("/status/containerStatuses/0/state/waiting/message"),
        format!("back-off 5m0s restarting failed container=crash pod=crash_default({uid})")
    );
    let expected = format!("Warning BackOff: Back-off restarting failed container crash in pod crash_default({uid})");
    assert!(bench.events("crash").contains(&expected), "{:?}", bench.events("crash"));
    assert_eq!(pod.number("/status/containerStatuses/0/lastState/terminated/exitCode"), Some(3));
}

#[test]
fn a_failing_pull_is_told_in_upstreams_words() {
    let mut bench = Bench::new();
    bench.run_image("web", "nobody/nothing", &[]);
    bench.run_for(3_000);
    let why = "failed to pull and unpack image \"docker.io/nobody/nothing:latest\": failed to resolve reference \"docker.io/nobody/nothing:latest\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed";
    assert_eq!(
        bench.events("web"),
        [
            "Normal Pulling: Pulling image \"nobody/nothing\"".to_owned(),
            format!("Warning Failed: Failed to pull image \"nobody/nothing\": {why}"),
            "Warning Failed: Error: ErrImagePull".to_owned(),
            "Normal BackOff: Back-off pulling image \"nobody/nothing\"".to_owned(),
            "Warning Failed: Error: ImagePullBackOff".to_owned(),
        ]
    );
    let options = super::super::runtime::LogOptions::default();
    assert_eq!(
        bench.node.logs(&bench.registry, &key("web"), &options).unwrap_err().message,
        "container \"web\" in pod \"web\" is waiting to start: image can't be pulled"
    );
}

#[test]
fn a_command_that_is_not_there_cannot_start() {
    let mut bench = Bench::new();
    bench.run_image("nocmd", "busybox:1.36", &["/no/such/binary"]);
    bench.run_for(6_000);
    let pod = bench.object("nocmd");
    assert_eq!(pod.text("/status/containerStatuses/0/lastState/terminated/reason"), "StartError");
    assert_eq!(pod.number("/status/containerStatuses/0/lastState/terminated/exitCode"), Some(128));
    let failed = "Warning Failed: Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"/no/such/binary\": stat /no/such/binary: no such file or directory: unknown";
    assert!(bench.events("nocmd").contains(&failed.to_owned()), "{:?}", bench.events("nocmd"));
}

#[test]
fn a_pod_that_is_not_restarted_comes_to_its_end() {
    for (command, phase) in [("echo done", "Succeeded"), ("exit 2", "Failed")] {
        let mut bench = Bench::new();
        bench.pod(
            "once",
            json!({"restartPolicy": "Never",
                "containers": [{"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", command]}]}),
        );
        bench.run_for(20_000);
        assert_eq!(bench.object("once").text("/status/phase"), phase);
        bench.delete("once", None);
        bench.run_for(2_000);
        assert!(bench.registry.get(&POD, &key("once")).is_err());
    }
}

#[test]
fn init_containers_run_one_after_the_other_and_first() {
    let mut bench = Bench::new();
    let init = |name: &str| json!({"name": name, "image": "busybox:1.36", "command": ["sh", "-c", "sleep 2; echo x > /work/done"],
        "volumeMounts": [{"name": "work", "mountPath": "/work"}]});
    bench.pod(
        "web",
        json!({"volumes": [{"name": "work", "emptyDir": {}}], "initContainers": [init("one"), init("two")],
            "containers": [{"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", "cat /work/done; sleep 1000"],
                "volumeMounts": [{"name": "work", "mountPath": "/work"}]}]}),
    );
    bench.run_for(3_000);
    let pod = bench.object("web");
    assert_eq!(pod.text("/status/containerStatuses/0/state/waiting/reason"), "PodInitializing");
    assert_eq!(
        pod.condition("Initialized").unwrap()["message"],
        "containers with incomplete status: [one two]"
    );
    bench.run_for(10_000);
    assert_eq!(bench.object("web").text("/status/phase"), "Running");
    let page = bench.node.logs(&bench.registry, &key("web"), &Default::default()).unwrap();
    assert_eq!(page.bytes, b"x\n");
}
