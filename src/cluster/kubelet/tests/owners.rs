//! Who owns what inside containers, what nginx' configuration does, and containers whose image changed.

use crate::apimachinery::builtin::POD;
use crate::base::json;

use super::super::super::network::HttpRequest;
use super::super::super::registry::WriteOptions;
use super::bench::{Bench, key};

fn log(bench: &Bench, pod: &str) -> String {
    let log = bench.node.logs(&bench.registry, &key(pod), &Default::default()).unwrap();
    String::from_utf8(log.bytes).unwrap()
}

#[test]
fn files_belong_to_who_makes_them_and_volumes_to_their_group() {
    let mut bench = Bench::new();
    bench.create(
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "eA=="}}),
    );
    let script = "cd /data && echo hi > f && ls -l . && ls -ld /data; touch /etc/x; cat /s/k; echo; \
                  touch /s/new; mkdir /tmp/d && chmod 700 /tmp/d && ls -ld /tmp/d; chown 5 /tmp/d; \
                  touch /part/x && ls -l /part; grep -E '^(Uid|Groups|CapEff)' /proc/1/status";
    bench.pod(
        "p",
        json!({"restartPolicy": "Never", "securityContext": {"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000},
            "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", script], "volumeMounts": [
                {"name": "v", "mountPath": "/data"}, {"name": "s", "mountPath": "/s"},
                {"name": "v", "mountPath": "/part", "subPath": "a/b"}]}],
            "volumes": [{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"secretName": "s", "defaultMode": 0o400}}]}),
    );
    bench.run_for(10_000);
    let log = log(&bench, "p");
    for expected in [
        "-rw-r--r--    1 1000     2000             3",
        "drwxrwsrwx    3 root     2000          4096",
        "touch: /etc/x: Permission denied",
        "touch: /s/new: Read-only file system",
        "drwx------    2 1000     3000          4096",
        "chown: /tmp/d: Operation not permitted",
        "-rw-r--r--    1 1000     2000             0",
        "Uid:\t1000\t1000\t1000\t1000\nGroups:\t2000 3000 \nCapEff:\t0000000000000000\n",
    ] {
        assert!(log.contains(expected), "{expected} in\n{log}");
    }
}

#[test]
fn nginx_serves_what_its_configuration_says() {
    let mut bench = Bench::new();
    let config = "upstream all { server 10.0.0.9:1; } \
        server { listen 8080; root /usr/share/nginx/html; \
        location = /health { add_header X-A b; return 200 \"ok $uri\\n\"; } \
        location ~ \\.old$ { return 301 /new; } \
        location /api/ { proxy_pass http://all/v1/; } \
        location / { try_files $uri /index.html; } }";
    let map = |name: &str, text: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"default.conf": text}});
    bench.create(map("good", config));
    bench.create(map("bad", "server { listen 80; locatoin / { } }"));
    bench.create(map("lost", "server { location / { proxy_pass http://nobody; } }"));
    for name in ["good", "bad", "lost"] {
        bench.pod(
            name,
            json!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx",
                "volumeMounts": [{"name": "v", "mountPath": "/etc/nginx/conf.d"}]}],
                "volumes": [{"name": "v", "configMap": {"name": name}}]}),
        );
    }
    bench.pod(
        "user",
        json!({"restartPolicy": "Never", "securityContext": {"runAsUser": 1000},
            "containers": [{"name": "c", "image": "nginx"}]}),
    );
    bench.run_for(10_000);
    let mut get = |path: &str| {
        let answer =
            bench.node.http_to_pod(&mut bench.registry, &key("good"), 8080, &HttpRequest::get(path)).unwrap();
        (answer.status, String::from_utf8(answer.body.clone()).unwrap(), answer)
    };
    let (status, body, answer) = get("/health");
    assert_eq!((status, body.as_str()), (200, "ok /health\n"));
    assert!(answer.headers.contains(&("X-A".to_owned(), "b".to_owned())));
    assert!(get("/x.old").2.headers.contains(&("Location".to_owned(), "/new".to_owned())));
    assert_eq!(get("/api/x").0, 504);
    assert!(get("/anything").1.contains("Welcome to nginx!"));
    for (pod, expected) in [
        ("bad", "nginx: [emerg] unknown directive \"locatoin\" in /etc/nginx/conf.d/default.conf:1\n"),
        (
            "lost",
            "nginx: [emerg] host not found in upstream \"nobody\" in /etc/nginx/conf.d/default.conf:1\n",
        ),
        ("user", "nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (13: Permission denied)\n"),
    ] {
        let log = log(&bench, pod);
        assert!(log.ends_with(expected), "{log}");
        assert_eq!(bench.object(pod).text("/status/phase"), "Failed");
    }
}

#[test]
fn a_private_registry_lets_in_who_has_its_password() {
    let mut bench = Bench::new();
    for (name, auth) in [("right", "bGVhcm5lcjpwb2RsaW5ncw=="), ("wrong", "bGVhcm5lcjpub3Bl")] {
        let config = json!({"auths": {"https://registry.example.com": {"auth": auth}}}).to_string();
        bench.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
            "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": config}}));
    }
    for (name, secrets) in
        [("right", json!([{"name": "right"}])), ("wrong", json!([{"name": "wrong"}])), ("none", json!([]))]
    {
        bench.pod(
            name,
            json!({"imagePullSecrets": secrets, "containers": [{"name": "c", "image": "registry.example.com/team/nginx:1.29"}]}),
        );
        bench.pod(
            &format!("{name}-library"),
            json!({"imagePullSecrets": secrets, "containers": [{"name": "c", "image": "registry.example.com/nginx:1.29"}]}),
        );
        bench.run_for(10_000);
    }
    assert_eq!(bench.object("right-library").text("/status/phase"), "Running");
    let why = |bench: &Bench, pod: &str| {
        let event = bench.events(pod).into_iter().find(|event| event.contains("Failed to pull image"));
        event.unwrap_or_default()
    };
    assert!(why(&bench, "right").ends_with(": registry.example.com/team/nginx:1.29: not found"));
    assert!(why(&bench, "wrong-library").ends_with(
        "unexpected status from HEAD request to https://registry.example.com/v2/nginx/manifests/1.29: 401 Unauthorized"
    ));
    assert!(why(&bench, "none-library").ends_with("authorization failed: no basic auth credentials"));
}

#[test]
fn a_container_whose_image_changed_starts_anew_whatever_the_policy() {
    let mut bench = Bench::new();
    bench.pod("p", json!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx:1.28"}]}));
    bench.run_for(5_000);
    let mut changed = bench.object("p");
    changed.set("/spec/containers/0/image", "nginx:1.29");
    bench.registry.update(&POD, &key("p"), changed, &WriteOptions::component("test")).unwrap();
    bench.run_for(10_000);
    let pod = bench.object("p");
    assert_eq!(pod.text("/status/phase"), "Running");
    assert_eq!(pod.number("/status/containerStatuses/0/restartCount"), Some(1));
    assert_eq!(pod.text("/status/containerStatuses/0/image"), "docker.io/library/nginx:1.29");
    let told = bench
        .events("p")
        .into_iter()
        .any(|event| event.contains("Container c definition changed, will be restarted"));
    assert!(told);
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    let mut bench = Bench::new();
    bench.run_image("p", "busybox", &["sleep", "100000"]);
    let token = |bench: &mut Bench, pause: i64| {
        bench.run_for(pause);
        let words = ["cat".to_owned(), "/var/run/secrets/kubernetes.io/serviceaccount/token".to_owned()];
        let process = bench.node.exec(&mut bench.registry, &key("p"), None, &words, false, false).unwrap();
        bench.run_for(100);
        String::from_utf8(bench.node.take_output(process).stdout).unwrap()
    };
    let first = token(&mut bench, 10_000);
    assert!(first.split('.').count() == 3, "{first}");
    assert_eq!(token(&mut bench, 2_000_000), first);
    assert_ne!(token(&mut bench, 1_000_000), first);
}

#[test]
fn a_log_keeps_the_order_of_output_and_errors() {
    let mut bench = Bench::new();
    bench.run_image("p", "busybox", &["sh", "-c", "echo a; ls /nowhere; echo b; cat /no; echo c"]);
    bench.run_for(5_000);
    assert_eq!(
        log(&bench, "p"),
        "a\nls: /nowhere: No such file or directory\nb\ncat: can't open '/no': No such file or directory\nc\n"
    );
}

#[test]
fn a_program_that_is_not_there_is_the_end_of_a_pod_that_never_restarts() {
    let mut bench = Bench::new();
    let container = json!([{"name": "c", "image": "busybox", "command": ["notexist"]}]);
    bench.pod("p", json!({"restartPolicy": "Never", "containers": container}));
    bench.run_for(5_000);
    let pod = bench.object("p");
    assert_eq!(pod.text("/status/phase"), "Failed");
    let state = "/status/containerStatuses/0/state/terminated";
    assert_eq!(pod.text(&format!("{state}/reason")), "StartError");
    assert_eq!(pod.number(&format!("{state}/exitCode")), Some(128));
}
