//! What the test program of Kubernetes' own suites tells of volumes.

use super::super::super::registry::WriteOptions;
use super::bench::{Bench, key};
use crate::apimachinery::Object;
use crate::apimachinery::builtin::{CSI_DRIVER, EVENT, POD};
use crate::base::{Value, json};

/// The log of a Pod whose only container runs agnhost with one volume at `/v`.
fn told(bench: &mut Bench, name: &str, volume: Value, words: &[&str]) -> String {
    let mut volume = volume;
    volume["name"] = json!("v");
    bench.pod(
        name,
        json!({"restartPolicy": "Never", "volumes": [volume], "containers": [{"name": "c",
            "image": "registry.k8s.io/e2e-test-images/agnhost:2.56", "args": words,
            "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
    );
    bench.run_for(30_000);
    let log = bench.node.logs(&bench.registry, &key(name), &Default::default()).unwrap();
    format!("{} {}", bench.object(name).text("/status/phase"), String::from_utf8(log.bytes).unwrap())
}

#[test]
fn mounttest_finds_volumes_as_it_should() {
    let mut bench = Bench::new();
    bench.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"data-1": "value-1\n"}}));
    let items = json!({"name": "m", "items": [{"key": "data-1", "path": "path/to/data-2", "mode": 256}]});
    assert_eq!(
        told(
            &mut bench,
            "mapped",
            json!({"configMap": items}),
            &["mounttest", "--file_content=/v/path/to/data-2", "--file_mode=/v/path/to/data-2"]
        ),
        "Succeeded mode of file \"/v/path/to/data-2\": -r--------\ncontent of file \"/v/path/to/data-2\": value-1\n\n"
    );
    assert_eq!(
        told(
            &mut bench,
            "memory",
            json!({"emptyDir": {"medium": "Memory"}}),
            &["mounttest", "--fs_type=/v", "--new_file_0666=/v/f", "--file_perm=/v/f", "--file_content=/v/f"]
        ),
        "Succeeded mount type of \"/v\": tmpfs\nperms of file \"/v/f\": -rw-rw-rw-\ncontent of file \"/v/f\": mount-tester new file\n\n"
    );
    let failed = told(
        &mut bench,
        "missing",
        json!({"emptyDir": {}}),
        &["mounttest", "--fs_type=/v", "--file_perm=/v", "--file_content=/v/none"],
    );
    assert_eq!(
        failed,
        "Failed mount type of \"/v\": 61267\nperms of file \"/v\": -rwxrwxrwx\nerror reading file content for \"/v/none\": open /v/none: no such file or directory\n"
    );
    let looping = told(
        &mut bench,
        "looping",
        json!({"configMap": {"name": "m"}}),
        &[
            "mounttest",
            "--break_on_expected_content=false",
            "--retry_time=6",
            "--file_content_in_loop=/v/data-1",
        ],
    );
    assert_eq!(looping, format!("Succeeded {}", "content of file \"/v/data-1\": value-1\n\n".repeat(3)));
}

#[test]
fn parameters_of_the_kernel_and_images_as_volumes_are_there_to_be_read() {
    let mut bench = Bench::new();
    let script = "sysctl kernel.shm_rmid_forced net.ipv4.tcp_syncookies none; head -1 /v/usr/share/nginx/html/index.html; touch /v/x";
    bench.pod(
        "p",
        json!({"restartPolicy": "Never", "securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]},
            "volumes": [{"name": "v", "image": {"reference": "nginx:1.27", "pullPolicy": "IfNotPresent"}}],
            "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", script],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
    );
    bench.run_for(10_000);
    let log = bench.node.logs(&bench.registry, &key("p"), &Default::default()).unwrap();
    assert_eq!(
        String::from_utf8(log.bytes).unwrap(),
        "sysctl: error: 'none' is an unknown key\nkernel.shm_rmid_forced = 1\nnet.ipv4.tcp_syncookies = 1\n<!DOCTYPE html>\ntouch: /v/x: Read-only file system\n"
    );
}

/// The phase and the log of a Pod with one container of agnhost.
fn ran(bench: &mut Bench, name: &str, container: Value, volumes: Value) -> String {
    let mut container = container;
    container["name"] = json!("c");
    container["image"] = json!("registry.k8s.io/e2e-test-images/agnhost:2.56");
    bench.pod(name, json!({"restartPolicy": "Never", "volumes": volumes, "containers": [container]}));
    bench.run_for(15_000);
    let log = bench.node.logs(&bench.registry, &key(name), &Default::default()).unwrap();
    format!("{} {}", bench.object(name).text("/status/phase"), String::from_utf8(log.bytes).unwrap())
}

#[test]
fn further_subcommands_answer_as_suites_expect() {
    let mut bench = Bench::new();
    let told = ran(
        &mut bench,
        "second",
        json!({"command": ["/agnhost-2", "entrypoint-tester"], "args": ["x"]}),
        json!([]),
    );
    assert_eq!(told, "Succeeded [/agnhost-2 entrypoint-tester x]\n");
    let porter = json!({"args": ["porter", "--json-response"], "env": [
        {"name": "SERVE_PORT_80", "value": "foo"}, {"name": "SERVE_PORT_81", "value": "bar"}]});
    assert_eq!(ran(&mut bench, "porter", porter, json!([])), "Running ");
    let address = bench.object("porter").text("/status/podIP").to_owned();
    let script =
        format!("curl -s {address}:81 -X PUT; echo; echo hello | nc -v -t -w 2 {address} 80; hostname -f");
    let told = ran(&mut bench, "client", json!({"command": ["sh", "-c", script]}), json!([]));
    assert!(told.contains("{\"Method\":\"PUT\",\"Body\":\"bar\"}\n"), "{told}");
    assert!(
        told.contains("80 port [tcp/*] succeeded!") && told.contains("HTTP/1.1 400 Bad Request"),
        "{told}"
    );
    assert!(
        told.ends_with("400 Bad Request\nclient\n") || told.ends_with("400 Bad Requestclient\n"),
        "{told}"
    );
}

#[test]
fn a_sandbox_needs_a_handler_that_the_node_has() {
    let mut bench = Bench::new();
    bench.create(json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "gvisor"}, "handler": "runsc"}));
    bench.pod("p", json!({"runtimeClassName": "gvisor", "containers": [{"name": "c", "image": "busybox", "command": ["sleep", "9"]}]}));
    bench.run_for(5_000);
    assert_eq!(bench.object("p").text("/status/phase"), "Pending");
    let told = bench.events("p");
    assert!(told.iter().any(|event| event.contains("no runtime for \"runsc\" is configured")), "{told:?}");
}

#[test]
fn a_container_needs_the_profiles_that_it_names() {
    let mut bench = Bench::new();
    let profiles = [
        (
            "armor",
            "appArmorProfile",
            "failed to generate apparmor spec opts: apparmor profile not found none",
        ),
        (
            "calls",
            "seccompProfile",
            "cannot load seccomp profile \"/var/lib/kubelet/seccomp/none\": open /var/lib/kubelet/seccomp/none: no such file or directory",
        ),
    ];
    for (name, field, why) in profiles {
        let context = json!({field: {"type": "Localhost", "localhostProfile": "none"}});
        bench.pod(name, json!({"securityContext": context, "containers": [{"name": "c", "image": "busybox", "command": ["sleep", "9"]}]}));
        bench.run_for(8_000);
        let waiting = bench.object(name).get("/status/containerStatuses/0/state/waiting").cloned().unwrap();
        assert_eq!(waiting["reason"], "CreateContainerError");
        assert!(waiting["message"].as_str().unwrap().ends_with(why), "{waiting}");
    }
}

#[test]
fn the_nodes_hosts_file_is_there_to_be_mounted() {
    let mut bench = Bench::new();
    let volume = json!([{"name": "h", "hostPath": {"path": "/etc/hosts", "type": "File"}}]);
    let container =
        json!({"args": ["etc-hosts"], "volumeMounts": [{"name": "h", "mountPath": "/etc/hosts"}]});
    let told = ran(&mut bench, "p", container, volume);
    assert!(
        told.contains("control-plane.minikube.internal") && !told.contains("Kubernetes-managed"),
        "{told}"
    );
}

#[test]
fn volumes_from_elsewhere_are_refused() {
    let mut bench = Bench::new();
    for (driver, modes) in [("e.x", json!(["Ephemeral"])), ("p.x", json!(["Persistent"]))] {
        let mut object = Object::new(&CSI_DRIVER, "", driver);
        object.set("/spec/volumeLifecycleModes", modes);
        bench.registry.create(&CSI_DRIVER, "", object, &WriteOptions::component("test")).unwrap();
    }
    let unsupported = "MountVolume.NewMounter initialization failed for volume \"v\" : volume mode \"Ephemeral\" not supported by driver";
    let unknown = format!("{unsupported} d.x (no CSIDriver object)");
    let lasting = format!("{unsupported} p.x (only supports [\"Persistent\"])");
    let absent = "MountVolume.SetUp failed for volume \"v\" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name e.x not found in the list of registered CSI drivers";
    let nfs = "MountVolume.SetUp failed for volume \"v\" : not simulated: volumes of kind nfs; ";
    for (name, source, told) in [
        ("one", json!({"csi": {"driver": "d.x"}}), unknown.as_str()),
        ("lasting", json!({"csi": {"driver": "p.x"}}), &lasting),
        ("absent", json!({"csi": {"driver": "e.x"}}), absent),
        ("two", json!({"nfs": {"server": "s", "path": "/"}}), nfs),
    ] {
        let mut volume = source;
        volume["name"] = json!("v");
        bench.pod(
            name,
            json!({"volumes": [volume], "containers": [{"name": "c", "image": "nginx:1.27",
            "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
        );
        bench.run_for(10_000);
        assert_eq!(bench.object(name).text("/status/phase"), "Pending");
        let events = bench.registry.list(&EVENT, None);
        let failed = events
            .iter()
            .any(|event| event.text("/reason") == "FailedMount" && event.text("/message").starts_with(told));
        assert!(failed, "{name}");
    }
}

#[test]
fn tokens_are_for_who_the_pod_runs_as() {
    let mut bench = Bench::new();
    let token = json!({"serviceAccountToken": {"path": "t/token", "audience": "a"}});
    for (name, context, told) in [
        ("nobody", json!({}), "-rw-r--r--"),
        ("user", json!({"runAsUser": 1000}), "-rw-------"),
        ("group", json!({"runAsUser": 1000, "fsGroup": 2000}), "-rw-r-----"),
    ] {
        bench.pod(
            name,
            json!({"restartPolicy": "Never", "securityContext": context, "volumes": [{"name": "v", "projected": {"sources": [token]}}],
                "containers": [{"name": "c", "image": "registry.k8s.io/e2e-test-images/agnhost:2.56",
                    "args": ["mounttest", "--file_mode=/v/t/token"], "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}),
        );
        bench.run_for(10_000);
        let log = bench.node.logs(&bench.registry, &key(name), &Default::default()).unwrap();
        let line = format!("mode of file \"/v/t/token\": {told}\n");
        assert_eq!(String::from_utf8(log.bytes).unwrap(), line, "{name}");
    }
}

#[test]
fn a_probe_follows_redirections_that_stay_with_the_pod() {
    let mut bench = Bench::new();
    for (name, place) in [("stays", "%2Fhealthz"), ("leaves", "http%3A%2F%2F0.0.0.0%2F")] {
        let get = json!({"path": format!("/redirect?loc={place}"), "port": 8080});
        let probe = json!({"httpGet": get, "initialDelaySeconds": 15, "failureThreshold": 1});
        bench.pod(
            name,
            json!({"terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "args": ["liveness"],
                "image": "registry.k8s.io/e2e-test-images/agnhost:2.56", "livenessProbe": probe}]}),
        );
    }
    bench.run_for(45_000);
    let restarts =
        |name: &str| bench.object(name).number("/status/containerStatuses/0/restartCount").unwrap();
    assert!(restarts("stays") > 0 && restarts("leaves") == 0);
    let warned = bench.registry.list(&EVENT, None).iter().any(|event| {
        event.text("/reason") == "ProbeWarning"
            && event
                .text("/message")
                .starts_with("Liveness probe warning: Probe terminated redirects, Response body: ")
    });
    assert!(warned);
}

#[test]
fn a_probe_that_is_sent_in_circles_fails() {
    let mut bench = Bench::new();
    // The web server of nginx sends whoever asks for a folder without its slash to the folder.
    let site = "server { listen 80; location = /round { return 302 round; } location /up { return 304; } }";
    for (name, path) in [("circles", "/round"), ("stays", "/up")] {
        let script = format!("echo '{site}' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'");
        let probe =
            json!({"httpGet": {"path": path, "port": 80}, "failureThreshold": 1, "initialDelaySeconds": 5});
        bench.pod(
            name,
            json!({"containers": [{"name": "c", "image": "nginx:1.27", "command": ["sh", "-c", script],
                "readinessProbe": probe}]}),
        );
    }
    bench.run_for(20_000);
    let events = bench.registry.list(&EVENT, None);
    let told = |pod: &str, reason: &str| {
        let mut found = events
            .iter()
            .filter(|event| event.text("/involvedObject/name") == pod && event.text("/reason") == reason);
        found.next().map(|event| event.text("/message").to_owned())
    };
    assert_eq!(
        told("circles", "Unhealthy").as_deref(),
        Some("Readiness probe failed: Get \"round\": stopped after 10 redirects")
    );
    let log = bench.node.logs(&bench.registry, &key("circles"), &Default::default()).unwrap();
    let asked = String::from_utf8(log.bytes).unwrap().matches("GET /round").count();
    assert!(asked > 0 && asked.is_multiple_of(10), "{asked}");
    let warning = told("stays", "ProbeWarning").unwrap();
    assert!(warning.starts_with("Readiness probe warning: Probe terminated redirects, Response body: "));
}

#[test]
fn a_path_in_a_volume_waits_for_its_variables() {
    let mut bench = Bench::new();
    let variable =
        json!({"name": "P", "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['path']"}}});
    bench.pod(
        "p",
        json!({"volumes": [{"name": "v", "emptyDir": {}}], "containers": [{"name": "c", "image": "nginx:1.27",
            "env": [variable], "volumeMounts": [{"name": "v", "mountPath": "/v", "subPathExpr": "$(P)"}]}]}),
    );
    bench.run_for(10_000);
    let waiting = |bench: &Bench, field: &str| {
        bench.object("p").text(&format!("/status/containerStatuses/0/state/waiting/{field}")).to_owned()
    };
    assert_eq!(
        (waiting(&bench, "reason").as_str(), waiting(&bench, "message").as_str()),
        ("CreateContainerConfigError", "missing value for P")
    );
    let annotated = |bench: &mut Bench, path: &str| {
        let mut pod = bench.object("p");
        pod.set_annotation("path", path);
        bench.registry.update(&POD, &key("p"), pod, &WriteOptions::component("test")).unwrap();
        bench.run_for(30_000);
    };
    annotated(&mut bench, "/tmp");
    assert_eq!(waiting(&bench, "message"), "error SubPath `/tmp` must not be an absolute path");
    annotated(&mut bench, "mine");
    assert_eq!(bench.object("p").text("/status/phase"), "Running");
}

#[test]
fn a_guestbook_keeps_what_is_written_at_all_its_replicas() {
    let mut bench = Bench::new();
    let part = |words: &[&str]| json!({"containers": [{"name": "c", "args": words, "image": "registry.k8s.io/e2e-test-images/agnhost:2.56"}]});
    bench.pod("primary", part(&["guestbook", "--http-port", "6379"]));
    bench.run_for(10_000);
    let primary = bench.object("primary").text("/status/podIP").to_owned();
    bench.pod("replica", part(&["guestbook", "--replicaof", &primary, "--http-port", "6379"]));
    bench.run_for(10_000);
    let replica = bench.object("replica").text("/status/podIP").to_owned();
    let script = format!(
        "curl -s '{replica}:6379/get?key=messages'; curl -s '{primary}:6379/set?key=messages&value=hello'; \
         curl -s '{replica}:6379/get?key=messages'; curl -s '{primary}:6379/guestbook?cmd=set'; \
         curl -s '{primary}:6379/guestbook?cmd=get&key=messages'"
    );
    bench.pod(
        "asker",
        json!({"restartPolicy": "Never", "containers": [{"name": "c", "command": ["sh", "-c", script],
        "image": "registry.k8s.io/e2e-test-images/agnhost:2.56"}]}),
    );
    bench.run_for(10_000);
    let log = bench.node.logs(&bench.registry, &key("asker"), &Default::default()).unwrap();
    let expected = "{\"data\":\"\"}{\"message\":\"Updated\"}{\"data\":\"hello\"}cannot set with empty key.\n\
        host and/or port param are invalid. lookup agnhost-replica on 10.96.0.10:53: no such host\n";
    assert_eq!(String::from_utf8(log.bytes).unwrap(), expected);
}

#[test]
fn privileges_grow_unless_they_are_locked() {
    let mut bench = Bench::new();
    for (name, may_grow, told) in
        [("locked", false, "Effective uid: 1000\n"), ("free", true, "Effective uid: 0\n")]
    {
        let context = json!({"runAsUser": 1000, "allowPrivilegeEscalation": may_grow});
        let (program, changes) =
            ("registry.k8s.io/e2e-test-images/nonewprivs:1.3", ["sh", "-c", "ip link add d type dummy"]);
        bench.pod(
            name,
            json!({"restartPolicy": "Never", "containers": [
            {"name": "c", "image": program, "securityContext": context},
            {"name": "d", "image": "busybox:1.36", "command": changes, "securityContext": context}]}),
        );
        bench.run_for(10_000);
        let log = |container: &str| {
            let options = super::super::super::runtime::LogOptions {
                container: Some(container.to_owned()),
                ..Default::default()
            };
            String::from_utf8(bench.node.logs(&bench.registry, &key(name), &options).unwrap().bytes).unwrap()
        };
        assert_eq!(
            (log("c").as_str(), log("d").as_str()),
            (told, "ip: RTNETLINK answers: Operation not permitted\n")
        );
    }
}
