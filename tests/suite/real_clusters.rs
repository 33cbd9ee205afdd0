//! Real clusters: a stand-in minikube, and a served cluster behind a proxy that misbehaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::Method;

use super::program::{Served, Terminal, piped, piped_with};
use super::proxy::{Proxy, Rule};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the messages say, however they were wrapped.
fn flat(bytes: &[u8]) -> String {
    text(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A home with the stand-in's folder.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("stand_in")).unwrap();
        Self { home }
    }

    fn stand_in(&self, file: &str) -> PathBuf {
        self.home.path().join("stand_in").join(file)
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.stand_in("calls")).unwrap_or_default()
    }

    /// Learns on minikube, which the stand-in plays.
    fn learn(&self, arguments: &[&str], input: &str) -> std::process::Output {
        let path = format!("{}/tests/stand_in:/usr/bin:/bin", env!("CARGO_MANIFEST_DIR"));
        let all = [&["learn", "--environment", "minikube"], arguments].concat();
        let folder = self.stand_in("");
        piped_with(self.home.path(), &all, input, &[("PATH", Path::new(&path)), ("STAND_IN", &folder)])
    }
}

/// A course of one chapter with one step, whose start state is a Service that nobody serves.
pub(super) fn course(folder: &Path) -> String {
    let chapter = folder.join("01-doors");
    fs::create_dir_all(&chapter).unwrap();
    let lesson = "---\nsummary: x\nminutes: 5\n---\n# Doors\n\n## Repair {#repair}\n\nRepair it.\n\n\
        ```yaml start\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\n\
        spec: {selector: {app: nobody}, ports: [{port: 8080}]}\n```\n\n\
        ```yaml check\n- that: it answers\n  http: {service: shop, port: 8080, path: /, contains: Hello}\n```\n\n\
        ```sh solution\nkubectl run web --image=codongmin/kub-first-app --labels=app=nobody\n```\n\n\
        ## Open {#open}\n\nOpen it.\n\n\
        ```yaml start\napiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n```\n\n\
        ```yaml check\n- that: it is there\n  object: configmap/key\n```\n\n\
        ```sh solution\nkubectl create configmap key\n```\n";
    fs::write(chapter.join("en.md"), lesson).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// A definition of a kind, Widget.
const DEFINITION: &str = r#"{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
    "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
    "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]}}"#;

/// Every object that matters, by name.
pub(super) fn objects(home: &Path, kubeconfig: &Path) -> String {
    let kubeconfig = kubeconfig.to_str().unwrap();
    let what = "namespaces,services,pods,deployments,configmaps,secrets,serviceaccounts";
    let arguments = ["kubectl", "--kubeconfig", kubeconfig, "get", what, "-A", "-o", "name"];
    text(&piped(home, &arguments, "").stdout)
}

/// Waits until the screen says something, however it is wrapped.
pub(super) fn says(terminal: &Terminal, wanted: &str) {
    let flat = |screen: &str| screen.split_whitespace().collect::<Vec<_>>().join(" ");
    terminal.shows_when(wanted, |screen| flat(screen).contains(wanted));
}

#[test]
fn every_failure_of_minikube_is_told_with_cause_and_remedy() {
    let desk = Desk::new();
    let without = piped(desk.home.path(), &["learn", "--environment", "minikube"], "");
    assert_eq!(without.status.code(), Some(2));
    assert!(flat(&without.stderr).contains("hint: install it:"), "{}", text(&without.stderr));
    let unasked = desk.learn(&["pods"], "");
    assert_eq!(unasked.status.code(), Some(2));
    assert!(flat(&unasked.stderr).contains("--start starts it without asking"), "{}", text(&unasked.stderr));
    assert!(!desk.calls().contains("start"), "{}", desk.calls());
    for (failure, language, cause, remedy) in [
        ("DRV_NOT_DETECTED 55", "en", "finds nothing to run a node in", "install Docker"),
        ("DRV_NOT_FOUND 55", "ko", "드라이버", "Docker를 설치하세요"),
        ("PROVIDER_DOCKER_NOT_FOUND 65", "en", "Docker is not installed", "install Docker"),
        ("PROVIDER_DOCKER_NOT_RUNNING 63", "en", "Docker is not running", "start it"),
        ("PROVIDER_DOCKER_NOT_RUNNING 63", "ko", "실행되고 있지", "시작하세요"),
        ("DRV_DOCKER_NOT_RUNNING 55", "en", "Docker is not running", "start it"),
        ("PROVIDER_DOCKER_NEWGRP 69", "en", "you may not talk to Docker", "usermod -aG docker"),
        ("PROVIDER_DOCKER_WINDOWS_CONTAINERS 69", "en", "Windows containers", "Switch to Linux containers"),
        ("PR_DOCKER_VER_UNSUPPORTED 60", "en", "Docker answers with an error", "docker info"),
        ("DRV_AS_ROOT 57", "en", "does not run as root", "ordinary user"),
        ("RSRC_INSUFFICIENT_SYS_MEMORY 23", "en", "too little memory", "3 GB"),
        ("RSRC_DOCKER_MEMORY 23", "ko", "메모리가 부족", "3GB"),
        ("RSRC_INSUFFICIENT_CORES 29", "en", "two processors", "Settings > Resources"),
        ("RSRC_DOCKER_STORAGE 26", "en", "the disk is full", "docker system prune"),
        ("GUEST_INCORRECT_ARCH 86", "en", "another kind of machine", "install the minikube for this machine"),
        ("INET_LOOKUP_HOST 48", "en", "a proxy or a firewall", "HTTPS_PROXY"),
        ("INET_DOWNLOAD_TIMEOUT 42", "ko", "프록시", "HTTPS_PROXY"),
        ("DRV_CREATE_TIMEOUT 52", "en", "not in order", "do what minikube says"),
        ("INET_CACHE_TAR 40", "en", "cannot fetch", "internet connection"),
        ("K8S_DOWNGRADE_UNSUPPORTED 106", "en", "that version of Kubernetes", "minikube delete -p podlings"),
        ("K8S_APISERVER_MISSING 105", "en", "the profile is damaged", "minikube delete -p podlings"),
        ("GUEST_PROVISION 80", "ko", "프로필이 손상", "minikube delete -p podlings"),
        ("GUEST_DRIVER_MISMATCH 81", "en", "another driver", "minikube delete -p podlings"),
        ("HOST_HOME_PERMISSION 37", "en", "folder cannot be written", "chown"),
        ("SOMETHING_NEW 26", "en", "the disk is full", "make room"),
        ("- 29", "en", "two processors", "Settings > Resources"),
        ("BUG 1", "en", "did not start", "do what minikube says"),
    ] {
        fs::write(desk.stand_in("fail"), format!("{failure}\n")).unwrap();
        let output = desk.learn(&["pods", "--start", "--lang", language], "");
        let error = flat(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{failure}: {error}");
        assert!(error.contains(cause) && error.contains(remedy), "{failure}: {error}");
    }
}

#[test]
fn a_profile_of_our_own_is_started_used_and_found_again() {
    let desk = Desk::new();
    let served = Served::start_at_speed(desk.home.path(), "10");
    fs::copy(&served.kubeconfig, desk.stand_in("kubeconfig")).unwrap();
    let own = desk.home.path().join(".kube/config");
    fs::create_dir(own.parent().unwrap()).unwrap();
    fs::write(&own, "the learner's").unwrap();
    let course = course(&desk.home.path().join("course"));
    // Somebody's definition, of which the learner makes an object.
    let kubectl = |arguments: &[&str]| {
        let kubeconfig = served.kubeconfig.to_str().unwrap();
        let output =
            piped(desk.home.path(), &[&["kubectl", "--kubeconfig", kubeconfig], arguments].concat(), "");
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    };
    fs::write(desk.home.path().join("crd.json"), DEFINITION).unwrap();
    kubectl(&["apply", "-f", desk.home.path().join("crd.json").to_str().unwrap()]);
    kubectl(&["wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=60s"]);
    let before = objects(desk.home.path(), &served.kubeconfig);
    let state = desk.home.path().join("state");
    let arguments = ["--course", &course, "--start", "--state", state.to_str().unwrap(), "doors"];
    let widget = r#"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"mine"}}"#;
    let input = format!(
        "minikube profile\nminikube profile | tr a-z A-Z\necho '{widget}' | kubectl apply -f -\nsolve\nsolve\n"
    );
    let done = desk.learn(&arguments, &input);
    let printed = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{printed}\n{}", text(&done.stderr));
    assert!(printed.contains("Creating Container"), "{printed}");
    assert!(printed.contains("profile=podlings") && printed.contains("PROFILE=PODLINGS"), "{printed}");
    assert_eq!(fs::read_to_string(&own).unwrap(), "the learner's");
    // In our own profile lessons live where `minikube service` looks.
    let now = objects(desk.home.path(), &served.kubeconfig);
    assert_eq!(kubectl(&["get", "widgets", "-o", "name"]).trim(), "widget.example.com/mine", "{printed}");
    assert!(now.contains("pod/web") && now.contains("namespace/elsewhere"), "{now}");
    // Stopped, it is resumed; beginning anew removes what the lessons and the learner made.
    fs::write(desk.stand_in("state"), "stopped").unwrap();
    let again = desk.learn(&arguments, "kubectl get services,pods -o name\n");
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
    assert!(
        text(&again.stdout).contains("Removing what this course and you made here"),
        "{}",
        text(&again.stdout)
    );
    let after = objects(desk.home.path(), &served.kubeconfig);
    assert_eq!(kubectl(&["get", "widgets", "-A"]).trim(), "No resources found");
    assert_eq!(after.replace("service/shop\n", ""), before, "only the start of the step is there");
    assert_eq!(desk.calls().matches("start -p podlings").count(), 2, "{}", desk.calls());
}

#[test]
fn a_guest_on_a_slow_and_busy_cluster_leaves_it_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start_at_speed(home.path(), "10");
    let direct = |arguments: &[&str]| {
        let kubeconfig = served.kubeconfig.to_str().unwrap();
        let output = piped(home.path(), &[&["kubectl", "--kubeconfig", kubeconfig], arguments].concat(), "");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    };
    // Somebody else's, in the very namespace of the lessons.
    direct(&["create", "namespace", "podlings"]);
    direct(&["label", "namespace", "podlings", "podlings.dev/course=podlings"]);
    direct(&["create", "configmap", "others", "-n", "podlings"]);
    let before = objects(home.path(), &served.kubeconfig);
    let proxy = Proxy::start(&served.kubeconfig, home.path());
    proxy.latency(Duration::from_millis(15));
    let busy = Rule { method: None, path: "/namespaces/podlings/", status: 429, body: "", times: 2 };
    proxy.rule(busy);
    // It says that it is older than what lessons were written for.
    let old = r#"{"major":"1","minor":"30","gitVersion":"v1.30.4"}"#;
    let older =
        Rule { method: Some(Method::GET), path: "/version", status: 200, body: old, times: usize::MAX };
    proxy.rule(older);
    let course = course(&home.path().join("course"));
    let arguments =
        ["learn", "doors", "--course", &course, "--environment", "kubeconfig", "--context", "class"];
    // Somebody makes something in the middle of our command, and we something outside of the lessons.
    let elsewhere = served.kubeconfig.to_str().unwrap();
    let input = format!(
        "env -u PODLINGS_DEEDS kubectl --kubeconfig {elsewhere} create configmap meanwhile -n podlings\n\
         kubectl create namespace mine; kubectl create configmap mine -n mine\nsolve\n"
    );
    let done = piped_with(home.path(), &arguments, &input, &[("KUBECONFIG", &proxy.kubeconfig)]);
    let printed = flat(&done.stdout);
    assert!(printed.contains("Passed: Repair"), "{printed}\n{}", text(&done.stderr));
    assert!(printed.contains("runs Kubernetes v1.30.4; the lessons were written for v1.36"), "{printed}");
    // The next step makes a namespace: not on a cluster that others use.
    assert!(printed.contains("this step changes more than a namespace (Namespace elsewhere)"), "{printed}");
    assert!(printed.contains("Somebody else's, and left alone: configmap/others"), "{printed}");
    let after = objects(home.path(), &served.kubeconfig);
    assert_eq!(after.replace("configmap/meanwhile\n", ""), before);
    assert!(after.contains("configmap/meanwhile"), "{after}");
    // Waits are watches: nothing is asked for again and again.
    let seen = proxy.seen();
    let gets = seen.iter().filter(|line| line.ends_with("/services/shop")).count();
    assert!(gets < 10, "{seen:#?}");
}

#[test]
fn learners_of_a_class_do_not_meet_in_one_namespace() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start_at_speed(home.path(), "10");
    let theirs = r#"{"kind":"List","apiVersion":"v1","items":[
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"podlings","labels":{"podlings.dev/course":"podlings"},
         "annotations":{"podlings.dev/learner":"another"}}},
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop","namespace":"podlings",
         "labels":{"podlings.dev/course":"podlings"}}}]}"#;
    let made = served.piped(home.path(), &["kubectl", "apply", "-f", "-"], theirs);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let before = objects(home.path(), &served.kubeconfig);
    let course = course(&home.path().join("course"));
    let arguments =
        ["learn", "doors", "--course", &course, "--environment", "kubeconfig", "--context", "minikube"];
    let done = served.piped(
        home.path(),
        &arguments,
        "kubectl get services -o name -A\nkubectl config view\nsolve\n",
    );
    let printed = flat(&done.stdout);
    assert!(printed.contains("Passed: Repair"), "{printed}\n{}", text(&done.stderr));
    assert!(printed.contains("namespace: podlings-"), "{printed}");
    assert_eq!(objects(home.path(), &served.kubeconfig), before);
}

#[test]
fn what_may_not_be_done_is_known_before_anything_is_done() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path());
    let proxy = Proxy::start(&served.kubeconfig, home.path());
    let learn = |more: &[&str]| {
        let arguments =
            [&["learn", "pods", "--environment", "kubeconfig", "--context", "class"], more].concat();
        piped_with(home.path(), &arguments, "", &[("KUBECONFIG", &proxy.kubeconfig)])
    };
    proxy.rule(Rule {
        method: Some(Method::POST),
        path: "/selfsubjectaccessreviews",
        status: 201,
        body: r#"{"status":{"allowed":false}}"#,
        times: usize::MAX,
    });
    let refused = learn(&[]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stdout));
    let error = flat(&refused.stderr);
    assert!(
        error.contains("rights that you do not have")
            && error.contains("create pods in the namespace podlings"),
        "{error}"
    );
    let writes =
        proxy.seen().into_iter().filter(|line| !line.starts_with("GET ") && !line.ends_with("reviews"));
    assert_eq!(writes.collect::<Vec<_>>(), [""; 0]);
    let text_of = fs::read_to_string(&proxy.kubeconfig).unwrap();
    fs::write(&proxy.kubeconfig, text_of.replace("class", "shop-prod")).unwrap();
    let production = piped_with(
        home.path(),
        &["learn", "pods", "--environment", "kubeconfig", "--context", "shop-prod"],
        "",
        &[("KUBECONFIG", &proxy.kubeconfig)],
    );
    let error = flat(&production.stderr);
    assert!(error.contains("looks like production: its name says") && error.contains("--i-know"), "{error}");
    let doctor = piped_with(home.path(), &["doctor", "--json"], "", &[("KUBECONFIG", &proxy.kubeconfig)]);
    let report: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let area = |area: &str| {
        let found = report["checks"].as_array().unwrap().iter().find(|check| check["area"] == area);
        found.unwrap_or_else(|| panic!("no {area} in {report:#}")).clone()
    };
    assert_eq!(area("context")["data"]["version"].as_str().map(|version| &version[..5]), Some("v1.36"));
    assert!(area("rights")["remedy"].is_string());
    assert_eq!(area("production")["data"]["signs"][0], "its name says \"prod\"");
    proxy.away(true);
    let doctor = piped_with(home.path(), &["doctor"], "", &[("KUBECONFIG", &proxy.kubeconfig)]);
    assert_eq!(doctor.status.code(), Some(1), "{}", text(&doctor.stdout));
    assert!(flat(&doctor.stdout).contains("does not answer"), "{}", text(&doctor.stdout));
}

#[test]
fn a_lost_cluster_pauses_the_lesson_and_a_switched_context_stops_it() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start_at_speed(home.path(), "10");
    let proxy = Proxy::start(&served.kubeconfig, home.path());
    fs::create_dir(home.path().join(".kube")).unwrap();
    fs::copy(&proxy.kubeconfig, home.path().join(".kube/config")).unwrap();
    let course = course(&home.path().join("course"));
    let before = objects(home.path(), &served.kubeconfig);
    let arguments = ["learn", "--course", &course, "--lang", "en", "--environment", "kubeconfig"];
    let mut terminal = Terminal::start(home.path(), (100, 50), &arguments);
    terminal.shows("CONTEXT");
    terminal.shows("Which context?");
    terminal.line("class");
    says(&terminal, "in a namespace of their own");
    says(&terminal, "Enter keeps it:");
    terminal.line("me/App");
    says(&terminal, "is no name of an image without a tag");
    terminal.line("");
    terminal.shows("[1/2] Repair");
    terminal.shows("doors ❯");
    proxy.away(true);
    says(&terminal, "The lesson pauses");
    proxy.away(false);
    says(&terminal, "The cluster is back");
    terminal.line("sed -i 's/current-context: class/current-context: other/' $KUBECONFIG");
    says(&terminal, "the lesson stands still");
    terminal.shows_when("the prompt", |screen| screen.trim_end().ends_with("doors ❯"));
    terminal.line("kubectl delete service shop");
    terminal.shows_when("a second refusal", |screen| {
        screen.matches("goes on with it").count() == 2 && screen.trim_end().ends_with("doors ❯")
    });
    terminal.line("kubectl config use-context class");
    terminal.shows_when("the switch", |screen| {
        screen.contains("Switched to context") && screen.trim_end().ends_with("doors ❯")
    });
    terminal.line("kubectl run web --image=codongmin/kub-first-app --labels=app=nobody");
    terminal.shows("Passed: Repair");
    // Killed in the middle: nothing is lost, and what was made is still known to be ours.
    terminal.kill();
    let mut terminal =
        Terminal::start(home.path(), (100, 50), &[&arguments[..], &["--context", "class"]].concat());
    terminal.shows("doors ❯");
    let asked_again = terminal.screen().contains("to confirm");
    assert!(!asked_again, "{}", terminal.screen());
    terminal.line("goto 1/1");
    terminal.shows("pod/web");
    terminal.line("quit");
    says(&terminal, "Remove what the lessons made");
    terminal.line("y");
    says(&terminal, "Removed: service/shop");
    assert_eq!(terminal.ended(), 0);
    assert_eq!(objects(home.path(), &served.kubeconfig), before);
    let journal =
        fs::read_to_string(home.path().join(".local/state/podlings/external/journal.jsonl")).unwrap();
    for event in ["contextConfirmed", "engineWrote", "objectMade"] {
        assert!(journal.contains(event), "no {event} in {journal}");
    }
}
