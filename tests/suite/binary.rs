//! The executable's edges: exit codes, names it is called by, what it says about bad input.

use std::fs;
use std::path::Path;

use super::program::{Served, executable, piped};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_state_folder_may_be_named_from_where_one_stands() {
    let home = tempfile::tempdir().unwrap();
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let state = format!("{up}{}/state", home.path().display().to_string().trim_start_matches('/'));
    let output =
        piped(home.path(), &["learn", "pods", "--lang", "en", "--state", &state], "kubectl get ns | cat\n");
    let (printed, home) = (text(&output.stdout), home.path());
    assert!(printed.contains("kube-system "), "{printed}");
    assert!(home.join("state/workspace").is_dir());
}

#[test]
fn a_chapter_completed_through_a_pipe_exits_0_and_an_unfinished_one_1() {
    let home = tempfile::tempdir().unwrap();
    let done = piped(home.path(), &["learn", "pods", "--lang", "en"], &"solve\n".repeat(12));
    assert_eq!(done.status.code(), Some(0), "{}\n{}", text(&done.stdout), text(&done.stderr));
    let left = piped(home.path(), &["learn", "pods", "--lang", "en"], "kubectl get pods\n");
    assert_eq!(left.status.code(), Some(1));
    assert!(!text(&left.stdout).contains('\u{1b}'), "plain text");
    assert!(!home.path().join(".local").exists(), "a piped session leaves a learner's progress alone");
}

#[test]
fn bad_usage_exits_2_with_a_hint() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (&["learn", "deploymnts"][..], "deployments"),
        (&["learn", "--lang", "fr"], "--lang"),
        (&["lern"], "learn"),
        (&["learn", "--environment", "kubeconfig"], "kubeconfig"),
    ] {
        let output = piped(home.path(), arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains(message), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_broken_lesson_is_refused_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let course = tempfile::tempdir().unwrap();
    let chapter = course.path().join("01-broken");
    fs::create_dir(&chapter).unwrap();
    let lesson = "---\nsummary: x\nminutes: 5\n---\n# Broken\n\n## One {#one}\n\nDo it.\n\n```yaml check\n- that: x\n  objct: pod/a\n```\n";
    fs::write(chapter.join("en.md"), lesson).unwrap();
    let output = piped(home.path(), &["learn", "--course", course.path().to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("en.md:13:3"), "{error}");
    assert!(error.contains("object"), "the nearest name is proposed: {error}");
}

#[test]
fn a_cluster_that_cannot_be_reached_is_said_so() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".kube")).unwrap();
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: gone\n\
        clusters:\n- {name: gone, cluster: {server: 'https://127.0.0.1:1'}}\n\
        users:\n- {name: me, user: {token: x}}\n\
        contexts:\n- {name: gone, context: {cluster: gone, user: me}}\n";
    fs::write(home.path().join(".kube/config"), kubeconfig).unwrap();
    let arguments = ["learn", "pods", "--environment", "kubeconfig", "--context", "gone"];
    let output = piped(home.path(), &arguments, "");
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("does not answer") && error.contains("hint:"), "{error}");
}

#[test]
fn a_chapter_runs_on_a_cluster_of_a_kubeconfig_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path());
    let course = tempfile::tempdir().unwrap();
    let chapter = course.path().join("01-doors");
    fs::create_dir(&chapter).unwrap();
    let lesson = "---\nsummary: x\nminutes: 5\n---\n# Doors\n\n## Repair {#repair}\n\nRepair it.\n\n\
        ```yaml start\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\n\
        spec: {selector: {app: nobody}, ports: [{port: 8080}]}\n```\n\n\
        ```yaml check\n- that: it answers\n  http: {service: shop, port: 8080, path: /, contains: Hello}\n```\n\n\
        ```sh solution\nkubectl run web --image=codongmin/kub-first-app --labels=app=nobody\n```\n";
    fs::write(chapter.join("en.md"), lesson).unwrap();
    let kubeconfig = served.kubeconfig.to_str().unwrap();
    let objects = |what: &str| {
        let arguments = ["kubectl", "--kubeconfig", kubeconfig, "get", what, "-A", "-o", "name"];
        text(&piped(home.path(), &arguments, "").stdout)
    };
    let before = (objects("namespaces"), objects("services"));
    let arguments =
        ["learn", "doors", "--course", course.path().to_str().unwrap(), "--environment", "kubeconfig"];
    let unconfirmed = served.piped(home.path(), &arguments, "solve\n");
    assert_eq!(unconfirmed.status.code(), Some(2), "{}", text(&unconfirmed.stdout));
    let confirmed = [&arguments[..], &["--context", "minikube"]].concat();
    let done = served.piped(home.path(), &confirmed, "solve\n");
    assert_eq!(done.status.code(), Some(0), "{}\n{}", text(&done.stdout), text(&done.stderr));
    assert_eq!((objects("namespaces"), objects("services")), before);
}

#[test]
fn list_names_the_chapters() {
    let home = tempfile::tempdir().unwrap();
    let output = piped(home.path(), &["list", "--lang", "ko"], "");
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("(rollouts)"), "{}", text(&output.stdout));
}

#[test]
fn list_shows_what_was_passed() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    let state = state.to_str().unwrap();
    let list = || text(&piped(home.path(), &["list", "--lang", "en", "--state", state], "").stdout);
    let before = list();
    piped(home.path(), &["learn", "pods", "--lang", "en", "--state", state], "solve\n");
    assert_ne!(list(), before);
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the program")]
fn called_kubectl_it_is_kubectl() {
    let home = tempfile::tempdir().unwrap();
    let link = home.path().join("kubectl");
    std::os::unix::fs::symlink(executable(), &link).unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        std::process::Command::new(program)
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .output()
            .unwrap()
    };
    let version = run(&link, &["version", "--client"]);
    assert!(text(&version.stdout).starts_with("Client Version: v1.36"), "{}", text(&version.stdout));
    let refused = run(&link, &["get", "pods"]);
    assert_eq!(refused.status.code(), Some(1));
    let expected =
        "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n";
    let said = text(&refused.stderr);
    let (complaints, last) = said.split_at(said.len().saturating_sub(expected.len()));
    assert_eq!(last, expected);
    let complaints: Vec<&str> = complaints.lines().collect();
    assert_eq!(complaints.len(), 5, "{said}");
    assert!(
        complaints.iter().all(|line| line.contains("dial tcp 127.0.0.1:8080: connect: connection refused"))
    );
}

#[test]
fn without_a_home_or_a_place_to_write_it_still_teaches() {
    let nowhere = Path::new("/proc/nowhere");
    let output = piped(nowhere, &["learn", "pods", "--lang", "en", "--state", "/proc/nowhere"], "status\n");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("nothing is kept"), "{}", text(&output.stdout));
}
