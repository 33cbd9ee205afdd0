//! Hooks, sidecars, deadlines, limits: how containers end, and in which order.

use crate::apimachinery::builtin::{CONFIG_MAP, EVENT, NODE, POD};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Value, json};

use super::super::super::registry::WriteOptions;
use super::bench::{Bench, key};

fn pod(spec: Value) -> Bench {
    let mut bench = Bench::new();
    bench.pod("p", spec);
    bench
}

fn container(script: &str) -> Value {
    json!({"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", script]})
}

fn log(bench: &Bench, container: &str) -> String {
    let options = super::super::super::runtime::LogOptions {
        container: Some(container.to_owned()),
        ..Default::default()
    };
    let page = bench.node.logs(&bench.registry, &key("p"), &options).unwrap();
    String::from_utf8(page.bytes).unwrap()
}

#[test]
fn a_sidecar_starts_before_and_ends_after_the_work() {
    let sidecar = json!({"name": "side", "image": "busybox:1.36", "restartPolicy": "Always",
        "command": ["sh", "-c", "trap 'echo bye; exit 0' TERM; echo hi; while true; do sleep 1; done"]});
    let mut bench = pod(json!({"restartPolicy": "Never", "initContainers": [sidecar],
        "containers": [container("sleep 5; echo done")]}));
    bench.run_for(6_000);
    let running = bench.object("p");
    assert_eq!(running.text("/status/phase"), "Running");
    assert!(running.get("/status/initContainerStatuses/0/started").unwrap().as_bool().unwrap());
    bench.run_for(8_000);
    let done = bench.object("p");
    assert_eq!(done.text("/status/phase"), "Succeeded");
    assert_eq!(log(&bench, "side"), "hi\nbye\n");
    assert!(bench.events("p").contains(&"Normal Killing: Stopping container side".to_owned()));
    assert!(!bench.story().iter().any(|text| text.starts_with("Succeeded Running")), "{:?}", bench.story());
}

#[test]
fn pre_stop_comes_before_the_signal() {
    let mut bench = pod(json!({"containers": [{"name": "c", "image": "nginx:1.27",
        "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "echo stopping > /proc/1/fd/1; sleep 3"]}}}}]}));
    bench.run_for(10_000);
    bench.delete("p", None);
    bench.run_for(2_900);
    assert!(bench.object("p").is_terminating());
    bench.run_for(1_000);
    assert!(bench.registry.get(&POD, &key("p")).is_err());
}

#[test]
fn a_failing_post_start_hook_ends_the_container() {
    let mut bench =
        pod(json!({"terminationGracePeriodSeconds": 2, "containers": [{"name": "c", "image": "nginx:1.27",
        "lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "echo no >&2; exit 3"]}}}}]}));
    let reason = "/status/containerStatuses/0/state/waiting/reason";
    for _ in 0..200 {
        if bench.object("p").text(reason) == "PostStartHookError" {
            break;
        }
        bench.run_for(100);
    }
    let place = format!("p_default({})", bench.object("p").uid());
    assert_eq!(
        bench.object("p").text("/status/containerStatuses/0/state/waiting/message"),
        format!(
            "Exec lifecycle hook ([sh -c echo no >&2; exit 3]) for Container \"c\" in Pod {place:?} failed - error: command 'sh -c echo no >&2; exit 3' exited with 3: no\n, message: \"no\\n\""
        )
    );
    bench.run_for(20_000);
    let told = bench.events("p");
    assert!(told.contains(&"Warning FailedPostStartHook: PostStartHook failed".to_owned()), "{told:?}");
    assert!(told.contains(&"Normal Killing: FailedPostStartHook".to_owned()), "{told:?}");
    let story = bench.story().join("\n");
    assert!(story.contains("PostStartHookError") && story.contains("CrashLoopBackOff"), "{story}");
}

#[test]
fn a_container_is_not_running_before_its_post_start_hook_is_over() {
    let mut bench = pod(json!({"containers": [{"name": "c", "image": "nginx:1.27",
        "lifecycle": {"postStart": {"exec": {"command": ["sleep", "20"]}}}}]}));
    bench.run_for(15_000);
    let waiting = bench.object("p").text("/status/containerStatuses/0/state/waiting/reason").to_owned();
    assert_eq!((waiting.as_str(), bench.object("p").text("/status/phase")), ("ContainerCreating", "Pending"));
    bench.run_for(15_000);
    assert!(bench.object("p").condition_is_true("Ready"));
}

#[test]
fn a_pod_may_be_active_only_for_so_long() {
    let mut bench = pod(json!({"activeDeadlineSeconds": 10, "terminationGracePeriodSeconds": 3,
        "containers": [container("sleep 1000")]}));
    bench.run_for(20_000);
    let failed = bench.object("p");
    let shown =
        ["phase", "reason", "message"].map(|field| failed.text(&format!("/status/{field}")).to_owned());
    assert_eq!(
        shown,
        ["Failed", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"]
    );
    assert_eq!(failed.number("/status/containerStatuses/0/state/terminated/exitCode"), Some(137));
}

#[test]
fn who_takes_more_memory_than_allowed_is_killed() {
    let mut bench =
        pod(json!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "polinux/stress",
        "command": ["stress"], "args": ["--vm", "1", "--vm-bytes", "250M", "--vm-hang", "1"],
        "resources": {"limits": {"memory": "100Mi"}}}]}));
    bench.run_for(10_000);
    let ended = bench.object("p").get("/status/containerStatuses/0/state/terminated").cloned().unwrap();
    assert_eq!((&ended["reason"], &ended["exitCode"]), (&json!("OOMKilled"), &json!(137)));
    let mut bench = pod(json!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox",
        "command": ["tail", "/dev/zero"], "resources": {"limits": {"memory": "64Mi"}}}]}));
    bench.run_for(10_000);
    assert_eq!(bench.object("p").text("/status/containerStatuses/0/state/terminated/reason"), "OOMKilled");
}

#[test]
fn root_is_refused_where_it_must_not_run() {
    let mut bench = pod(json!({"securityContext": {"runAsNonRoot": true}, "containers": [container("id")]}));
    bench.run_for(5_000);
    let pod = bench.object("p");
    assert_eq!(pod.text("/status/containerStatuses/0/state/waiting/reason"), "CreateContainerConfigError");
    assert_eq!(
        pod.text("/status/containerStatuses/0/state/waiting/message"),
        format!(
            "container has runAsNonRoot and image will run as root (pod: \"p_default({})\", container: c)",
            pod.uid()
        )
    );
    let mut bench = self::pod(json!({"restartPolicy": "Never",
        "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000},
        "containers": [container("id")]}));
    bench.run_for(10_000);
    assert_eq!(log(&bench, "c"), "uid=1000 gid=3000 groups=2000,3000\n");
}

#[test]
fn changed_settings_reach_running_containers() {
    let mut bench = Bench::new();
    bench.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}));
    let mount = |path: &str, sub: &str| json!({"name": "v", "mountPath": path, "subPath": sub});
    bench.pod(
        "p",
        json!({"volumes": [{"name": "v", "configMap": {"name": "settings"}}], "containers": [
        {"name": "c", "image": "busybox:1.36", "volumeMounts": [mount("/all", ""), mount("/one", "a")],
         "command": ["sh", "-c", "while true; do echo $(cat /all/a) $(cat /one) $(readlink /all/a) $(readlink /all/..data | cut -c 1-6); sleep 10; done"]}]}),
    );
    bench.run_for(15_000);
    let mut settings = Object::clone(&bench.registry.get(&CONFIG_MAP, &key("settings")).unwrap());
    settings.set("/data/a", "2");
    bench.registry.update(&CONFIG_MAP, &key("settings"), settings, &WriteOptions::component("test")).unwrap();
    bench.run_for(120_000);
    let log = log(&bench, "c");
    assert!(log.starts_with("1 1 ..data/a ..2026\n") && log.ends_with("2 1 ..data/a ..2026\n"), "{log}");
}

#[test]
fn probes_of_all_kinds_decide() {
    let mut bench = Bench::new();
    let agnhost = |args: Value, probe: Value| {
        json!({"containers": [{"name": "c", "image": "registry.k8s.io/e2e-test-images/agnhost:2.40", "args": args,
            "livenessProbe": probe}]})
    };
    let http =
        json!({"httpGet": {"path": "/healthz", "port": 8080}, "initialDelaySeconds": 3, "periodSeconds": 3});
    bench.pod("http", agnhost(json!(["liveness"]), http));
    bench.pod("grpc", agnhost(json!(["grpc-health-checking"]), json!({"grpc": {"port": 5000}})));
    bench.pod(
        "none",
        agnhost(json!(["pause"]), json!({"grpc": {"port": 5000}, "periodSeconds": 1, "failureThreshold": 1})),
    );
    let slow = json!({"exec": {"command": ["sleep", "3"]}, "timeoutSeconds": 1, "periodSeconds": 5, "failureThreshold": 1});
    bench.pod("exec", agnhost(json!(["pause"]), slow));
    bench.run_for(40_000);
    let restarts = |bench: &Bench, name: &str| {
        bench.object(name).number("/status/containerStatuses/0/restartCount").unwrap()
    };
    assert!(restarts(&bench, "http") >= 1 && restarts(&bench, "none") >= 1);
    assert_eq!(restarts(&bench, "grpc"), 0, "{:?}", bench.events("grpc"));
    let told = bench.events("http");
    assert!(
        told.contains(
            &"Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500".to_owned()
        ),
        "{told:?}"
    );
    let told = bench.events("exec");
    let late = "Warning Unhealthy: Liveness probe failed: command timed out: \"sleep 3\" timed out after 1s";
    assert!(told.contains(&late.to_owned()), "{told:?}");
}

#[test]
fn a_container_may_have_rules_of_its_own() {
    let rule = |code: i32| json!({"action": "Restart", "exitCodes": {"operator": "In", "values": [code]}});
    let mut with_rule = container("exit 42");
    with_rule["restartPolicy"] = json!("Never");
    with_rule["restartPolicyRules"] = json!([rule(42)]);
    let mut bench = pod(json!({"restartPolicy": "Never", "containers": [with_rule]}));
    bench.run_for(15_000);
    assert!(bench.object("p").number("/status/containerStatuses/0/restartCount").unwrap() >= 1);
}

#[test]
fn an_ephemeral_container_joins_a_running_pod() {
    let mut bench =
        pod(json!({"shareProcessNamespace": true, "containers": [{"name": "c", "image": "nginx:1.27"}]}));
    bench.run_for(10_000);
    let mut object = bench.object("p");
    object.set(
        "/spec/ephemeralContainers",
        json!([{"name": "debug", "image": "busybox", "command": ["sh", "-c", "ps"]}]),
    );
    let options = WriteOptions { subresource: "ephemeralcontainers", ..WriteOptions::component("test") };
    bench.registry.update(&POD, &key("p"), object, &options).unwrap();
    bench.run_for(10_000);
    let status = bench.object("p").get("/status/ephemeralContainerStatuses/0").cloned().unwrap();
    assert_eq!(status.pointer("/state/terminated/exitCode"), Some(&json!(0)), "{status}");
    let processes = log(&bench, "debug");
    assert!(processes.contains("/pause") && processes.contains("nginx"), "{processes}");
}

#[test]
fn all_containers_start_anew_when_a_rule_says_so() {
    let rule = json!({"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [1]}});
    let mut trigger = container("sleep 5; exit 1");
    (trigger["restartPolicy"], trigger["restartPolicyRules"]) = (json!("Never"), json!([rule]));
    let first = json!({"name": "first", "image": "busybox:1.36", "command": ["true"]});
    let other = json!({"name": "other", "image": "nginx:1.27"});
    let mut bench =
        pod(json!({"restartPolicy": "Never", "initContainers": [first], "containers": [other, trigger]}));
    let seen = |bench: &Bench| {
        let pod = bench.object("p");
        let container = |index: u8, field: &str| {
            pod.get(&format!("/status/containerStatuses/{index}/{field}")).cloned().unwrap_or_default()
        };
        let reasons = [container(0, "state/waiting/reason"), container(0, "lastState/terminated/reason")];
        let restarts = [
            container(0, "restartCount"),
            container(1, "restartCount"),
            pod.get("/status/initContainerStatuses/0/restartCount").cloned().unwrap(),
        ];
        (
            reasons,
            restarts,
            pod.condition_is_true("AllContainersRestarting"),
            pod.text("/status/phase").to_owned(),
        )
    };
    let mut away = None;
    for _ in 0..200 {
        bench.run_for(100);
        let now = seen(&bench);
        if now.2 {
            away = Some(now);
            break;
        }
    }
    let reason = json!("RestartingAllContainers");
    assert_eq!(
        away.unwrap(),
        ([reason.clone(), reason.clone()], [json!(1), json!(1), json!(1)], true, "Running".to_owned())
    );
    bench.run_for(4_000);
    let (reasons, _, restarting, phase) = seen(&bench);
    assert_eq!((reasons, restarting, phase.as_str()), ([Value::Null, reason], false, "Running"));
    bench.run_for(60_000);
    assert!(seen(&bench).1[0].as_i64().unwrap() >= 3);
}

#[test]
fn a_pod_that_starts_anew_tells_of_it_and_stays_initialized() {
    let rule = json!({"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [1]}});
    let mut trigger = container("sleep 5; exit 1");
    (trigger["restartPolicy"], trigger["restartPolicyRules"]) = (json!("Never"), json!([rule]));
    let first = json!({"name": "first", "image": "busybox:1.36", "command": ["true"]});
    let mut bench = pod(json!({"initContainers": [first], "containers": [trigger]}));
    let mut restarting = None;
    for _ in 0..200 {
        bench.run_for(100);
        let pod = bench.object("p");
        if pod.condition_is_true("AllContainersRestarting") {
            restarting = Some(pod);
            break;
        }
    }
    let pod = restarting.unwrap();
    let told = pod.condition("AllContainersRestarting").unwrap();
    assert_eq!(
        (told.get("reason"), told.get("message"), told.get("observedGeneration")),
        (
            Some(&json!("RestartAllContainersStarted")),
            Some(&json!("container exited with restart policy rule")),
            None
        )
    );
    assert!(pod.condition_is_true("Initialized"));
    let last = pod.get("/status/containerStatuses/0/lastState/terminated").unwrap();
    let message = "The container is removed because RestartAllContainers in place";
    let expected = json!({"exitCode": 137, "reason": "RestartingAllContainers", "message": message,
        "startedAt": null, "finishedAt": null});
    assert_eq!(last, &expected, "nobody knows when the run ended, so no column tells how long ago");
}

#[test]
fn resources_follow_in_place() {
    let mut bench = pod(json!({"containers": [{"name": "c", "image": "nginx:1.27",
        "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}}]}));
    bench.run_for(10_000);
    let mut object = bench.object("p");
    object.set("/spec/containers/0/resources/limits/cpu", "400m");
    let options = WriteOptions { subresource: "resize", ..WriteOptions::component("test") };
    bench.registry.update(&POD, &key("p"), object, &options).unwrap();
    bench.run_for(2_000);
    let status = bench.object("p");
    assert_eq!(status.text("/status/containerStatuses/0/resources/limits/cpu"), "400m");
    assert_eq!(status.number("/status/containerStatuses/0/restartCount"), Some(0));
    let mut node = Object::clone(&bench.registry.get(&NODE, &ObjectKey::new("", "minikube")).unwrap());
    node.set("/status/allocatable", json!({"cpu": "2"}));
    bench.registry.update_status(&NODE, node, "kubelet").unwrap();
    let mut resize = |amount: &str| {
        let mut object = bench.object("p");
        object.set("/spec/containers/0/resources/requests/cpu", amount);
        object.set("/spec/containers/0/resources/limits/cpu", "4");
        bench.registry.update(&POD, &key("p"), object, &options).unwrap();
        bench.run_for(12_000);
        let pod = bench.object("p");
        let told = pod.condition("PodResizePending").map(|pending| pending["message"].clone());
        (pod.text("/status/containerStatuses/0/resources/requests/cpu").to_owned(), told)
    };
    let message = "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000";
    assert_eq!(resize("3"), ("100m".to_owned(), Some(json!(message))));
    assert_eq!(resize("1"), ("1".to_owned(), None));
    let events = bench.registry.list(&EVENT, None);
    let told = |reason: &str| {
        events.iter().rfind(|event| event.text("/reason") == reason).map(|event| event.text("/message"))
    };
    let resources = |cpu: &str| {
        format!(
            r#"{{"containers":[{{"name":"c","resources":{{"limits":{{"cpu":"4"}},"requests":{{"cpu":"{cpu}"}}}}}}]"#
        )
    };
    let infeasible =
        format!(r#"Pod resize Infeasible: {},"generation":3,"error":"{message}"}}"#, resources("3"));
    assert_eq!(told("ResizeInfeasible"), Some(infeasible.as_str()));
    let completed = format!(r#"Pod resize completed: {},"generation":4}}"#, resources("1"));
    assert_eq!(told("ResizeCompleted"), Some(completed.as_str()));
}

#[test]
fn a_resize_ends_with_the_containers_that_run() {
    let mut lasting = container("trap '' TERM; while true; do sleep 1; done");
    lasting["resources"] = json!({"requests": {"memory": "100Mi"}});
    lasting["resizePolicy"] = json!([{"resourceName": "memory", "restartPolicy": "RestartContainer"}]);
    let mut brief = container("true");
    brief["name"] = json!("brief");
    let mut bench = pod(json!({"restartPolicy": "OnFailure", "containers": [lasting, brief]}));
    bench.run_for(10_000);
    let resize = |bench: &mut Bench, memory: &str| {
        let mut object = bench.object("p");
        object.set("/spec/containers/0/resources/requests/memory", memory);
        let options = WriteOptions { subresource: "resize", ..WriteOptions::component("test") };
        bench.registry.update(&POD, &key("p"), object, &options).unwrap();
        bench.run_for(5_000);
        bench.object("p").condition_is_true("PodResizeInProgress")
    };
    assert!(resize(&mut bench, "200Mi") && resize(&mut bench, "300Mi"), "the old run takes its time");
    bench.run_for(60_000);
    let seen = bench.object("p");
    assert!(seen.condition("PodResizeInProgress").is_none());
    assert_eq!(seen.text("/status/containerStatuses/1/resources/requests/memory"), "300Mi", "by name");
    let events = bench.registry.list(&EVENT, None);
    let count = |reason: &str| -> i64 {
        let of_reason = events.iter().filter(|event| event.text("/reason") == reason);
        of_reason.map(|event| event.number("/count").unwrap_or(1)).sum()
    };
    assert_eq!((count("ResizeStarted"), count("ResizeCompleted")), (2, 1));
}

#[test]
fn a_pod_that_takes_too_much_of_the_disk_is_evicted() {
    let fill = |file: &str, mebibytes: u32| {
        format!("sleep 3; dd if=/dev/zero of={file} bs=1M count={mebibytes}; sleep 1000")
    };
    let pod_of = |script: String, limit: Value, size: Value| {
        let mut container = container(&script);
        container["resources"] = limit;
        container["volumeMounts"] = json!([{"name": "v", "mountPath": "/v"}]);
        json!({"containers": [container], "volumes": [{"name": "v", "emptyDir": size}]})
    };
    for (script, limit, size, message) in [
        (
            fill("/v/x", 200),
            json!({}),
            json!({"sizeLimit": "100Mi"}),
            "Usage of EmptyDir volume \"v\" exceeds the limit \"100Mi\". ",
        ),
        (
            fill("/tmp/x", 60),
            json!({"limits": {"ephemeral-storage": "50Mi"}}),
            json!({}),
            "Pod ephemeral local storage usage exceeds the total limit of containers 50Mi. ",
        ),
    ] {
        let mut bench = pod(pod_of(script, limit, size));
        bench.run_for(5_000);
        assert_eq!(bench.object("p").text("/status/phase"), "Running");
        bench.run_for(20_000);
        let ended = bench.object("p");
        assert_eq!(
            (ended.text("/status/phase"), ended.text("/status/reason"), ended.text("/status/message")),
            ("Failed", "Evicted", message)
        );
        assert_eq!(ended.condition("DisruptionTarget").unwrap()["reason"], "TerminationByKubelet");
        assert!(
            bench.events("p").contains(&format!("Warning Evicted: {message}")),
            "{:?}",
            bench.events("p")
        );
    }
    let mut bench = pod(pod_of(fill("/v/x", 90), json!({}), json!({"sizeLimit": "100Mi"})));
    bench.run_for(30_000);
    assert_eq!(bench.object("p").text("/status/phase"), "Running");
}

#[test]
fn documentation_runs_what_it_runs() {
    let run = |image: &str, command: &[&str]| {
        let mut bench = Bench::new();
        bench.pod(
            "p",
            json!({"restartPolicy": "Never",
            "containers": [{"name": "c", "image": image, "command": command}]}),
        );
        bench.run_for(60_000);
        (bench.object("p").text("/status/phase").to_owned(), log(&bench, "c"))
    };
    let (phase, pi) = run("perl:5.34.0", &["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]);
    assert!(phase == "Succeeded" && pi.starts_with("3.14159265358979") && pi.len() == 2_002, "{phase} {pi}");
    let (_, text) = run("python:3.12-slim", &["python", "-c", "print('hello')"]);
    assert_eq!(text, "hello\n");
    let (phase, text) = run("python:3.12", &["python3", "-c", "import os; print(os)"]);
    assert!(phase == "Failed" && text.contains("not simulated"), "{text}");
}
