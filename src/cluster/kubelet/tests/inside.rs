//! Inside containers: exec, attach, HTTP, probes, environment and volumes.

use crate::apimachinery::builtin::POD;
use crate::base::json;

use super::super::super::network::{ConnectError, HttpRequest};
use super::bench::{Bench, key};

/// Runs a command in a Pod to its end: output, errors, exit code.
fn exec(bench: &mut Bench, pod: &str, words: &[&str]) -> (String, String, Option<i32>) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let process = bench.node.exec(&mut bench.registry, &key(pod), None, &words, false, false).unwrap();
    bench.run_for(1_000);
    let output = bench.node.take_output(process);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.exit_code)
}

#[test]
fn commands_run_inside_a_container() {
    let mut bench = Bench::new();
    bench.run_image("web", "nginx:1.27", &[]);
    bench.run_image("box", "busybox", &["sleep", "1000"]);
    bench.run_for(10_000);
    assert_eq!(exec(&mut bench, "web", &["hostname"]), ("web\n".to_owned(), String::new(), Some(0)));
    assert_eq!(exec(&mut bench, "web", &["sh", "-c", "exit 42"]).2, Some(42));
    let address = bench.object("web").text("/status/podIP").to_owned();
    let page = exec(&mut bench, "box", &["wget", "-qO-", &address]).0;
    assert!(page.contains("Welcome to nginx!"), "{page}");
    let log = bench.node.logs(&bench.registry, &key("web"), &Default::default()).unwrap();
    assert!(String::from_utf8(log.bytes).unwrap().contains("\"GET / HTTP/1.1\" 200"));
    assert_eq!(
        exec(&mut bench, "box", &["wget", "-qO-", &format!("{address}:81")]).1,
        format!("wget: can't connect to remote host ({address}): Connection refused\n")
    );
    let missing =
        bench.node.exec(&mut bench.registry, &key("web"), None, &["nope-command".to_owned()], false, false);
    let message = missing.unwrap_err().message;
    assert!(message.starts_with("Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \""), "{message}");
    assert!(message.ends_with("\": OCI runtime exec failed: exec failed: unable to start container process: exec: \"nope-command\": executable file not found in $PATH: unknown"), "{message}");
}

#[test]
fn nginx_says_what_it_does_and_shows_its_processes() {
    let mut bench = Bench::new();
    bench.run_image("new", "nginx:1.27", &[]);
    bench.run_image("old", "nginx:1.14.2", &[]);
    bench.run_for(10_000);
    let log = |bench: &Bench, pod: &str| {
        String::from_utf8(bench.node.logs(&bench.registry, &key(pod), &Default::default()).unwrap().bytes)
            .unwrap()
    };
    assert_eq!(log(&bench, "old"), "");
    let said = log(&bench, "new");
    for line in [
        "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/",
        "10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf",
        "[notice] 1#1: nginx/1.27.5",
        "[notice] 1#1: start worker process 29",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let (shown, _, _) = exec(
        &mut bench,
        "new",
        &[
            "sh",
            "-c",
            "tr '\\0' ' ' < /proc/1/cmdline; cat /proc/1/comm; which nginx; echo $NGINX_VERSION; readlink /var/log/nginx/access.log",
        ],
    );
    assert_eq!(
        shown,
        "nginx: master process nginx -g daemon off; nginx\n/usr/sbin/nginx\n1.27.5\n/dev/stdout\n"
    );
    let (_, said, code) = exec(&mut bench, "new", &["nginx", "-s", "reload"]);
    assert!(said.ends_with(": signal process started\n") && code == Some(0), "{said}");
    let (head, _, _) = exec(&mut bench, "new", &["curl", "-sI", "localhost"]);
    let names: Vec<&str> = head.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(
        names,
        [
            "Server",
            "Date",
            "Content-Type",
            "Content-Length",
            "Last-Modified",
            "Connection",
            "ETag",
            "Accept-Ranges"
        ]
    );
    assert!(log(&bench, "new").contains("\"HEAD / HTTP/1.1\" 200 0 \"-\" \"curl/"));
    let (refused, _, _) = exec(
        &mut bench,
        "new",
        &["sh", "-c", "apt-get update 2>&1; apk add x 2>&1; bash --version; bash -c 'echo $SHLVL'"],
    );
    assert_eq!(
        refused,
        "apt-get: not simulated: installing packages; use an image that brings the tool, such as nicolaka/netshoot or curlimages/curl\nsh: 1: apk: not found\nGNU bash, version 5.2.37(1)-release (x86_64-pc-linux-gnu)\n1\n"
    );
}

#[test]
fn an_image_brings_its_distribution() {
    let mut bench = Bench::new();
    for (name, image) in [
        ("box", "busybox:1.36"),
        ("old", "alpine:3.19"),
        ("web", "nginx:1.27-alpine"),
        ("deb", "nginx:1.27"),
        ("buntu", "ubuntu:jammy"),
    ] {
        bench.run_image(name, image, &["sleep", "1000"]);
    }
    bench.run_for(20_000);
    let mut said = |pod: &str, script: &str| exec(&mut bench, pod, &["sh", "-c", script]).0;
    assert_eq!(
        said("box", "id; ls / | tr '\\n' ' '; grep -c : /etc/passwd"),
        "uid=0(root) gid=0(root) groups=0(root),10(wheel)\nbin dev etc home lib lib64 proc root sys tmp usr var 9\n"
    );
    assert_eq!(
        said("old", "id; cat /etc/alpine-release; . /etc/os-release; echo $PRETTY_NAME"),
        "uid=0(root) gid=0(root) groups=0(root),1(bin),2(daemon),3(sys),4(adm),6(disk),10(wheel),11(floppy),20(dialout),26(tape),27(video)\n3.19.9\nAlpine Linux v3.19\n"
    );
    assert_eq!(
        said("web", "id -un nginx; . /etc/os-release; echo $ID; ls /usr/share/nginx/html"),
        "nginx\nalpine\n50x.html\nindex.html\n"
    );
    assert_eq!(
        said("deb", "id; id www-data; ls -d /srv /opt /boot"),
        "uid=0(root) gid=0(root) groups=0(root)\nuid=33(www-data) gid=33(www-data) groups=33(www-data)\n/boot\n/opt\n/srv\n"
    );
    assert_eq!(said("buntu", "grep PRETTY /etc/os-release"), "PRETTY_NAME=\"Ubuntu 22.04.5 LTS\"\n");
    let bash = ["bash".to_owned()];
    assert!(bench.node.exec(&mut bench.registry, &key("deb"), None, &bash, false, false).is_ok());
    assert!(bench.node.exec(&mut bench.registry, &key("web"), None, &bash, false, false).is_err());
}

#[test]
fn a_shell_at_a_terminal_echoes_and_answers() {
    let mut bench = Bench::new();
    bench.run_image("box", "busybox", &["sleep", "1000"]);
    bench.run_for(10_000);
    let process =
        bench.node.exec(&mut bench.registry, &key("box"), None, &["sh".to_owned()], true, true).unwrap();
    bench.node.write_stdin(&mut bench.registry, process, b"echo $((6*7))\r");
    assert_eq!(bench.node.take_output(process).stdout, b"/ # echo $((6*7))\r\n42\r\n/ # ");
    bench.node.write_stdin(&mut bench.registry, process, b"exit 4\r");
    assert_eq!(bench.node.take_output(process).exit_code, Some(4));
    assert_eq!(bench.node.processes.len(), 1);
}

#[test]
fn an_attached_client_sees_what_the_main_process_prints() {
    let mut bench = Bench::new();
    bench.pod(
        "box",
        json!({"restartPolicy": "Never", "containers":
        [{"name": "c", "image": "busybox", "command": ["sh"], "stdin": true, "tty": true}]}),
    );
    bench.run_for(10_000);
    let client = bench.node.attach(&mut bench.registry, &key("box"), None).unwrap();
    bench.node.write_stdin(&mut bench.registry, client, b"echo hi\rexit\r");
    let output = bench.node.take_output(client);
    assert_eq!(
        (output.stdout.as_slice(), output.exit_code),
        (&b"echo hi\r\nexit\r\nhi\r\n/ # "[..], Some(0))
    );
    bench.run_for(1_000);
    assert_eq!(bench.object("box").text("/status/phase"), "Succeeded");
}

#[test]
fn the_sample_app_greets_and_ends_on_error() {
    let mut bench = Bench::new();
    bench.run_image("app", "codongmin/kub-first-app:2", &[]);
    bench.run_for(10_000);
    let get = |bench: &mut Bench, path: &str, port: u16| {
        bench.node.http_to_pod(&mut bench.registry, &key("app"), port, &HttpRequest::get(path))
    };
    let page = get(&mut bench, "/", 8080).unwrap();
    let body = String::from_utf8(page.body).unwrap();
    assert!(body.contains("\nversion: 2\n") && body.contains("\nhostname: app\n"), "{body}");
    assert_eq!(get(&mut bench, "/nope", 8080).unwrap().status, 404);
    assert_eq!(get(&mut bench, "/", 80), Err(ConnectError::Refused));
    assert_eq!(get(&mut bench, "/error", 8080), Err(ConnectError::EmptyReply));
    bench.run_for(3_000);
    let pod = bench.object("app");
    assert_eq!(pod.number("/status/containerStatuses/0/lastState/terminated/exitCode"), Some(1));
    assert_eq!(pod.number("/status/containerStatuses/0/restartCount"), Some(1));
}

#[test]
fn what_ignores_the_request_to_end_is_killed_after_the_grace_period() {
    let mut bench = Bench::new();
    bench.run_image("box", "busybox", &["sleep", "1000"]);
    bench.run_for(10_000);
    bench.delete("box", Some(5));
    bench.run_for(4_900);
    assert!(bench.object("box").is_terminating());
    bench.run_for(200);
    assert_eq!(
        bench.object("box").number("/status/containerStatuses/0/state/terminated/exitCode"),
        Some(137)
    );
    bench.run_for(200);
    assert!(bench.registry.get(&POD, &key("box")).is_err());
}

#[test]
fn a_probe_of_what_loops_back_asks_the_node() {
    let probe = json!({"httpGet": {"host": "127.0.0.1", "port": 80}, "periodSeconds": 1});
    let container = json!({"name": "c", "image": "nginx:1.27", "readinessProbe": probe});
    let mut bench = Bench::new();
    bench.pod("own", json!({"containers": [container]}));
    bench.run_for(10_000);
    assert!(!bench.object("own").condition_is_true("Ready"));
    let told = bench.events("own").join("");
    assert!(told.contains("dial tcp 127.0.0.1:80: connect: connection refused"), "{told}");
    bench.pod("node-s", json!({"hostNetwork": true, "containers": [container]}));
    bench.run_for(10_000);
    assert!(bench.object("node-s").condition_is_true("Ready"));
    assert!(bench.object("own").condition_is_true("Ready"), "{:?}", bench.events("own"));
}

#[test]
fn a_readiness_probe_decides_about_ready() {
    let mut bench = Bench::new();
    bench.pod(
        "web",
        json!({"containers": [{"name": "c", "image": "nginx:1.27",
        "readinessProbe": {"exec": {"command": ["cat", "/tmp/ready"]}, "periodSeconds": 1}}]}),
    );
    bench.run_for(10_000);
    assert!(!bench.object("web").condition_is_true("Ready"));
    let told = bench.events("web");
    assert!(
        told.contains(
            &"Warning Unhealthy: Readiness probe failed: cat: /tmp/ready: No such file or directory\n"
                .to_owned()
        ),
        "{told:?}"
    );
    exec(&mut bench, "web", &["touch", "/tmp/ready"]);
    bench.run_for(2_000);
    assert!(bench.object("web").condition_is_true("Ready"));
}

#[test]
fn a_liveness_probe_that_fails_restarts_the_container() {
    let mut bench = Bench::new();
    bench.pod(
        "web",
        json!({"containers": [{"name": "c", "image": "nginx:1.27",
        "livenessProbe": {"httpGet": {"path": "/", "port": 8008}, "periodSeconds": 2}}]}),
    );
    bench.run_for(12_000);
    let told = bench.events("web");
    assert!(
        told.contains(&"Normal Killing: Container c failed liveness probe, will be restarted".to_owned()),
        "{told:?}"
    );
    assert!(told.contains(&"Warning Unhealthy: Liveness probe failed: Get \"http://10.244.0.2:8008/\": dial tcp 10.244.0.2:8008: connect: connection refused".to_owned()), "{told:?}");
    assert_eq!(bench.object("web").number("/status/containerStatuses/0/restartCount"), Some(1));
}

#[test]
fn what_a_container_needs_and_is_not_there_is_told() {
    let mut bench = Bench::new();
    bench.pod("env", json!({"containers": [{"name": "c", "image": "busybox", "envFrom": [{"configMapRef": {"name": "settings"}}],
        "command": ["sh", "-c", "echo $MODE; sleep 1000"]}]}));
    bench.pod(
        "volume",
        json!({"volumes": [{"name": "v", "configMap": {"name": "settings"}}],
        "containers": [{"name": "c", "image": "busybox"}]}),
    );
    bench.run_for(5_000);
    let status = bench.object("env");
    assert_eq!(status.text("/status/containerStatuses/0/state/waiting/reason"), "CreateContainerConfigError");
    assert!(
        bench.events("env").contains(&"Warning Failed: Error: configmap \"settings\" not found".to_owned())
    );
    assert_eq!(
        bench.events("volume")[0],
        "Warning FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"settings\" not found"
    );
    bench.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"MODE": "dev"}}));
    bench.run_for(20_000);
    let page = bench.node.logs(&bench.registry, &key("env"), &Default::default()).unwrap();
    assert_eq!(page.bytes, b"dev\n");
}

#[test]
fn variables_stand_in_a_file_that_an_init_container_wrote() {
    let mut bench = Bench::new();
    let reference = |key: &str| json!({"name": key, "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "a.env", "key": key}}});
    let spec = |key: &str| {
        let written = "echo \"A='one'\" > /data/a.env";
        json!({"restartPolicy": "Never", "volumes": [{"name": "v", "emptyDir": {}}],
            "initContainers": [{"name": "i", "image": "busybox:1.36", "command": ["sh", "-c", written],
                "volumeMounts": [{"name": "v", "mountPath": "/data"}]}],
            "containers": [{"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", "echo $A"],
                "env": [reference(key)]}]})
    };
    bench.pod("has", spec("A"));
    bench.pod("lacks", spec("B"));
    bench.run_for(15_000);
    assert_eq!(
        bench.object("has").get("/spec/containers/0/env/0/valueFrom/fileKeyRef/optional"),
        Some(&json!(false))
    );
    let options =
        crate::cluster::runtime::LogOptions { container: Some("c".to_owned()), ..Default::default() };
    let log = bench.node.logs(&bench.registry, &key("has"), &options).unwrap();
    assert_eq!(String::from_utf8(log.bytes).unwrap(), "one\n");
    let lacks = bench.object("lacks");
    let waiting = lacks.get("/status/containerStatuses/0/state/waiting").cloned().unwrap_or_default();
    assert_eq!(waiting["reason"], "CreateContainerConfigError");
    assert!(
        waiting["message"].as_str().unwrap().starts_with("environment variable key \"B\" not found"),
        "{waiting}"
    );
}
