//! Lives of Pods: starting, pulling, crashing, ending.

use crate::apimachinery::builtin::POD;
use crate::base::json;

use super::super::super::manager::{ControllerMemory, ReconcileContext, Reconciler};
use super::super::{KUBELET, NodeState};
use super::bench::{Bench, key};

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
        [
            "Pending ContainerCreating unready 0",
            "Pending ErrImagePull unready 0",
            "Pending ImagePullBackOff unready 0"
        ]
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
    assert!(
        bench.node.pods.is_empty() && bench.node.processes.is_empty() && bench.node.by_address.is_empty()
    );
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
    let mut memory = ControllerMemory::default();
    let mut context =
        ReconcileContext { registry: &mut bench.registry, node: &mut bench.node, memory: &mut memory };
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
    let (begin, end) = (
        "Normal Pulled: Successfully pulled image \"nginx:1.25\" in ",
        " including waiting). Image size: 70479485 bytes.",
    );
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
fn an_image_crosses_the_network_once_however_many_ask_for_it() {
    let mut bench = Bench::new();
    for name in ["first", "second"] {
        bench.run_image(name, "nginx:1.25", &[]);
    }
    bench.run_for(20_000);
    let told = |name: &str| bench.events(name).into_iter().find(|event| event.contains("in ")).unwrap();
    let (first, second) = (told("first"), told("second"));
    let own = |text: &str| text.split(" in ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(own(&first).starts_with('2'), "{first}");
    assert!(own(&second).ends_with("ms") && second.contains("(3"), "{second}");
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
    let expected =
        format!("Warning BackOff: Back-off restarting failed container crash in pod crash_default({uid})");
    assert!(bench.events("crash").contains(&expected), "{:?}", bench.events("crash"));
    assert_eq!(pod.number("/status/containerStatuses/0/lastState/terminated/exitCode"), Some(3));
}

#[test]
fn a_failing_pull_is_told_in_upstreams_words() {
    let mut bench = Bench::new();
    bench.run_image("web", "nobody/nothing", &[]);
    bench.run_for(5_000);
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
    let options = super::super::super::runtime::LogOptions::default();
    assert_eq!(
        bench.node.logs(&bench.registry, &key("web"), &options).unwrap_err().message,
        "container \"web\" in pod \"web\" is waiting to start: trying and failing to pull image"
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
    let init = |name: &str| {
        json!({"name": name, "image": "busybox:1.36", "command": ["sh", "-c", "sleep 2; echo x > /work/done"],
        "volumeMounts": [{"name": "work", "mountPath": "/work"}]})
    };
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
