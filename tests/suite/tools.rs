//! The learner's tools as a person meets them: jobs, time, looks at the world, notes.

use super::program::{Terminal, piped};

/// A course of one step that takes a Deployment.
const COURSE: &str = r"---
summary: One order.
minutes: 5
---
# Orders

## Order it {#order}

Create a Deployment named web with two replicas.

```yaml check
- that: Two Pods are available
  object: deployment/web
  contains: {status: {availableReplicas: 2}}
```

```sh solution
kubectl create deployment web --image=nginx:1.27 --replicas=2
```

## Look {#look}

Look around.

```yaml check
- that: The Deployment is gone
  absent: deployment/web
```

```sh solution
kubectl delete deployment web
```
";

fn course() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let chapter = folder.path().join("01-orders");
    std::fs::create_dir(&chapter).unwrap();
    std::fs::write(chapter.join("en.md"), COURSE).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn learned(lines: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let arguments = ["--course", &course, "learn", "1", "--lang", "en", "--seed", "1"];
    let output = piped(home.path(), &arguments, &(lines.join("\n") + "\n"));
    String::from_utf8(output.stdout).unwrap()
}

/// What was printed for a line.
fn answer<'a>(printed: &'a str, line: &str) -> &'a str {
    let start = printed.find(&format!("$ {line}\n")).unwrap_or_else(|| panic!("no {line} in {printed}"));
    // From the line break on, so that nothing is an answer as well.
    let rest = &printed[start + line.len() + 2..];
    rest[..rest.find("\n$ ").unwrap_or(rest.len())].trim_start_matches('\n')
}

#[test]
fn a_timeline_tells_how_an_order_becomes_containers_and_undo_takes_it_back() {
    let printed = learned(&[
        "kubectl create deployment web --image=nginx:1.27",
        "timeline",
        "map",
        "diff",
        "undo",
        "kubectl get deployments,pods",
        "undo",
        "explain replicas",
    ]);
    let told = answer(&printed, "timeline");
    let order = [
        "API server             stores Deployment web, written by kubectl-create",
        "deployment controller  makes ReplicaSet web-",
        "replicaset controller  makes Pod web-",
        "scheduler              binds Pod web-",
        "kubelet                event Pulled",
        "→ 1/1 Running",
        "deployment controller  Deployment web: 0/1 → 1/1",
    ];
    let mut rest = told.replace("\n                           ", " ");
    for part in order {
        let index = rest.find(part).unwrap_or_else(|| panic!("{part:?} in its turn in:\n{told}"));
        rest = rest[index..].to_owned();
    }
    let drawn = answer(&printed, "map");
    assert!(drawn.contains("\nDeployment web ") && drawn.contains("\n└─ ReplicaSet web-"), "{drawn}");
    assert!(drawn.contains("\n   └─ Pod web-") && drawn.contains("1/1 Running"), "{drawn}");
    assert!(answer(&printed, "diff").contains("+ Deployment web"), "{printed}");
    let listed = answer(&printed, "kubectl get deployments,pods");
    assert!(!listed.contains("NAME") && !listed.contains("did not make it"), "{printed}");
    assert!(printed.contains("There is no command to take back"), "{printed}");
    // Nothing has replicas any more: the word alone is no kind.
    assert!(answer(&printed, "explain replicas").contains("None of your objects has a field"), "{printed}");
}

#[test]
fn kinds_that_a_learner_defines_are_seen_as_others_are() {
    let define = r#"echo '{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "menus.shop.example"}, "spec": {"group": "shop.example", "scope": "Namespaced",
        "names": {"plural": "menus", "singular": "menu", "kind": "Menu"}, "versions": [{"name": "v1", "served": true,
        "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]}}' | kubectl apply -f -"#;
    let define = define.replace('\n', " ");
    let make = r#"echo '{"apiVersion": "shop.example/v1", "kind": "Menu", "metadata": {"name": "today"}}' | kubectl apply -f -"#;
    let printed =
        learned(&[&define, make, "timeline", "map", "kubectl delete crd menus.shop.example", "diff"]);
    assert!(answer(&printed, "timeline").contains("stores Menu today"), "{printed}");
    let drawn = answer(&printed, "map");
    assert!(
        drawn.contains("Menu today") && drawn.contains("CustomResourceDefinition menus.shop.example"),
        "{printed}"
    );
    let gone = answer(&printed, "diff");
    assert!(gone.contains("- Menu today"), "{printed}");
}

#[test]
fn running_commands_are_heard_between_lines_and_end_with_the_session() {
    let printed = learned(&[
        "kubectl get pods -w",
        "kubectl run hello --image=nginx:1.27",
        "jobs",
        "stop 1",
        "stop",
        "kubectl port-forward pod/nobody 8080:80",
        "kubectl proxy --port=0 &",
    ]);
    assert!(answer(&printed, "kubectl get pods -w").contains("Running as [1]"), "{printed}");
    assert!(
        answer(&printed, "kubectl run hello --image=nginx:1.27").contains("hello   0/1     Pending"),
        "{printed}"
    );
    assert!(answer(&printed, "jobs").contains("[1] kubectl get pods -w"), "{printed}");
    assert!(answer(&printed, "stop 1").contains("[1] ■ kubectl get pods -w"), "{printed}");
    assert!(answer(&printed, "stop").contains("No command is running."), "{printed}");
    // What fails at once is no job.
    let failed = answer(&printed, "kubectl port-forward pod/nobody 8080:80");
    assert!(failed.contains("pods \"nobody\" not found") && !failed.contains("Running as"), "{printed}");
    assert!(answer(&printed, "kubectl proxy --port=0 &").contains("in the background as [1]"), "{printed}");
}

#[test]
fn a_watch_leaves_the_prompt_free_and_the_verdict_still_comes() {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let mut terminal =
        Terminal::start(home.path(), (80, 50), &["--course", &course, "learn", "--lang", "en"]);
    terminal.shows("[1/2] Order it");
    terminal.shows("orders ❯");
    terminal.line("kubectl get deployments -w");
    terminal.shows("Running as [1]");
    terminal.line("kubectl create deployment web --image=nginx:1.27 --replicas=2");
    terminal.shows("web    0/2");
    // A line that is being typed stays whole while the cluster churns.
    terminal.type_text("echo half a li");
    terminal.shows("[2/2] Look");
    terminal.shows_when("the typed line", |screen| screen.trim_end().ends_with("orders ❯ echo half a li"));
    terminal.line("ne");
    terminal.shows_when("a prompt after it", |screen| {
        screen.contains("\nhalf a line") && screen.trim_end().ends_with("orders ❯")
    });
    // The first Ctrl-C takes away what is typed, the second ends the watch.
    terminal.type_text("abc\u{3}");
    terminal.shows_when("an empty prompt", |screen| screen.trim_end().ends_with("orders ❯"));
    terminal.type_text("\u{3}");
    terminal.shows("[1] ■ kubectl get deployments -w");
    terminal.line("jobs");
    terminal.shows("No command is running.");
    terminal.line("quit");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_screen_reader_hears_lines_and_no_pictures() {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let arguments = ["--course", &course, "--screen-reader", "learn", "--lang", "en"];
    let mut terminal = Terminal::start(home.path(), (80, 60), &arguments);
    terminal.shows("[1/2] Order it");
    terminal.line("kubectl create deployment web --image=nginx:1.27 --replicas=2");
    terminal.shows("[2/2] Look");
    terminal.line("map");
    terminal.shows("1. Deployment web: 2/2");
    terminal.shows("1.1. ReplicaSet web-");
    let pictures = |character: char| ('\u{2500}'..='\u{28ff}').contains(&character) || character == '❯';
    let screen = terminal.screen();
    assert!(!screen.contains(pictures), "{screen}");
    terminal.line("quit");
    assert_eq!(terminal.ended(), 0);
}
