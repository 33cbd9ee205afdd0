//! The program as a person meets it: a terminal, keys, a screen.

use super::program::Terminal;

/// A course of one short chapter.
const COURSE: &str = r#"---
summary: The smallest thing that Kubernetes runs.
minutes: 5
---
# Pods

## Run one {#run}

Start a Pod named hello.

```sh solution
kubectl run hello --image=nginx:1.27
```

```yaml check
- that: the Pod hello is ready
  object: pod/hello
  contains:
    status: {phase: Running}
```

## Delete it {#delete}

Delete it again.

```sh solution
kubectl delete pod hello
```

```yaml check
- that: no Pod named hello is left
  absent: pod/hello
```
"#;

fn course() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let chapter = folder.path().join("01-pods");
    std::fs::create_dir(&chapter).unwrap();
    std::fs::write(chapter.join("en.md"), COURSE).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_newcomer_passes_a_step_is_killed_and_stands_where_they_stood() {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let mut terminal = Terminal::start(home.path(), (80, 30), &["--course", &course]);
    terminal.shows("Language");
    terminal.line("en");
    terminal.shows("[1/2] Run one");
    terminal.line("kubectl run hello --image=nginx:1.27");
    // The verdict comes by itself, above the prompt, once the Pod runs.
    terminal.shows("[2/2] Delete it");
    terminal.line("kubectl get pods --no-headers -o custom-columns=U:.metadata.uid");
    let is_uid = |line: &str| line.len() == 36 && line.matches('-').count() == 4;
    terminal.shows_when("a uid", |screen| screen.lines().any(|line| is_uid(line.trim())));
    let screen = terminal.screen();
    let uid = screen.lines().map(str::trim).find(|line| is_uid(line)).unwrap();
    terminal.kill();

    let mut terminal = Terminal::start(home.path(), (80, 30), &["--course", &course]);
    terminal.shows("Welcome back");
    terminal.shows("[2/2] Delete it");
    terminal.line("kubectl get pods --no-headers -o custom-columns=U:.metadata.uid");
    terminal.shows(uid);
    terminal.line("kubectl delete pod hello --now");
    terminal.shows("That was the last step");
    // What is typed before there is a prompt is nobody's.
    terminal.shows_when("a prompt", |screen| screen.trim_end().ends_with('❯'));
    terminal.type_text("\u{4}");
    terminal.shows("Start podlings again");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn ctrl_c_stops_the_command_and_not_the_tutor() {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let mut terminal =
        Terminal::start(home.path(), (80, 30), &["--course", &course, "learn", "--lang", "en"]);
    terminal.shows("[1/2] Run one");
    terminal.shows("pods ❯");
    // A shell loses a Ctrl-C that comes while it starts a program: one that speaks has been started.
    terminal.line("echo star''ted >file; tail -f file; echo never");
    terminal.shows("\nstarted");
    terminal.type_text("\u{3}");
    terminal.line("kubectl get ns -w");
    terminal.shows("kube-system");
    terminal.type_text("\u{3}");
    // The line editor drops what arrives in one read with its Ctrl-C: typed on as one who sees it.
    terminal.shows("[1] ■ kubectl get ns -w");
    // A watch that has said nothing yet ends as well, and is no job.
    terminal.line("kubectl get pods -w");
    terminal.shows("pods ❯ kubectl get pods -w");
    terminal.type_text("\u{3}");
    terminal.shows_when("a prompt after it", |screen| screen.trim_end().ends_with("pods ❯"));
    terminal.line("jobs");
    terminal.shows("No command is running.");
    terminal.line("echo ali''ve");
    terminal.shows("alive");
    assert!(!terminal.screen().lines().any(|line| line.trim() == "never"));
    terminal.line("quit");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn an_attached_shell_gets_every_key_and_the_tutor_gets_them_back() {
    let home = tempfile::tempdir().unwrap();
    let (_course, course) = course();
    let mut terminal =
        Terminal::start(home.path(), (80, 40), &["--course", &course, "learn", "--lang", "en"]);
    terminal.shows("[1/2] Run one");
    terminal.line("kubectl run tmp --image=busybox:1.36 -it --rm -- sh");
    terminal.shows("try pressing enter.");
    terminal.line("");
    terminal.shows("/ #");
    terminal.line("echo from-$((6 * 7))");
    terminal.shows("from-42\n/ #");
    assert_eq!(terminal.screen().matches("echo from-").count(), 1, "typed once, echoed once");
    terminal.line("sleep 600");
    terminal.shows("sleep 600");
    terminal.type_text("\u{3}");
    terminal.shows("^C\n/ #");
    // Ctrl-D ends the shell in the container, and neither the tutor nor the line after it.
    terminal.type_text("\u{4}");
    terminal.shows("pod \"tmp\" deleted");
    terminal.shows_when("the prompt", |screen| screen.trim_end().ends_with("pods ❯"));
    terminal.line("echo ali''ve");
    terminal.shows("\nalive");
    terminal.line("stty -a | grep -o '[-]*icanon'");
    terminal.shows("\nicanon");
    terminal.line("kubectl run web --image=nginx:1.27 && kubectl wait --for=condition=Ready pod/web");
    terminal.shows("condition met");
    terminal.line("kubectl exec -it web -- sh -c 'exit 3'; echo ended-$?");
    terminal.shows("ended-3");
    terminal.line("!kubectl exec -it web -- sh");
    terminal.shows_when("the container's prompt", |screen| screen.trim_end().ends_with("/ #"));
    terminal.line("echo in-$HOSTNAME");
    terminal.shows("in-web\n");
    terminal.line("exit");
    terminal.shows_when("the prompt", |screen| screen.trim_end().ends_with("pods ❯"));
    terminal.line("quit");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn korean_fits_a_terminal_of_forty_columns() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), (40, 60), &["learn", "1", "--lang", "ko"]);
    terminal.shows("1 ❯");
    terminal.line("list");
    terminal.shows("장 목록");
    terminal.line("help");
    terminal.shows("나가기 · quit");
    terminal.line("quit");
    assert_eq!(terminal.ended(), 0);
}
