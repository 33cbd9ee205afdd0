//! A lesson on a real cluster that is interrupted: credentials that expire, clusters made anew, random kills.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::program::{Served, Terminal};
use super::proxy::Proxy;
use super::real_clusters::{course, objects, says};

/// A learner's machine: a served cluster behind a proxy that the own kubeconfig names.
struct Machine {
    home: tempfile::TempDir,
    served: Served,
    proxy: Proxy,
    course: String,
}

impl Machine {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let served = Served::start_at_speed(home.path(), "20");
        let proxy = Proxy::start(&served.kubeconfig, home.path());
        std::fs::create_dir(home.path().join(".kube")).unwrap();
        std::fs::copy(&proxy.kubeconfig, home.path().join(".kube/config")).unwrap();
        let course = course(&home.path().join("course"));
        Self { home, served, proxy, course }
    }

    fn objects(&self) -> String {
        objects(self.home.path(), &self.served.kubeconfig)
    }

    fn learn(&self) -> Terminal {
        let arguments =
            ["learn", "--course", &self.course, "--lang", "en", "--environment", "kubeconfig", "--context"];
        Terminal::start(self.home.path(), (100, 50), &[&arguments[..], &["class"]].concat())
    }

    /// The first session: the context is confirmed, and the image of the lessons kept as it is.
    fn learn_first(&self) -> Terminal {
        let mut terminal = self.learn();
        says(&terminal, "Type the context's name to confirm:");
        terminal.line("class");
        says(&terminal, "Enter keeps it:");
        terminal.line("");
        prompt(&terminal);
        terminal
    }

    fn journal(&self) -> String {
        let path: PathBuf = self.home.path().join(".local/state/podlings/external/journal.jsonl");
        std::fs::read_to_string(path).unwrap()
    }
}

fn prompt(terminal: &Terminal) {
    terminal.shows_when("the prompt", |screen| screen.trim_end().ends_with("doors ❯"));
}

/// Types a line and waits until what it led to is over.
fn run(terminal: &mut Terminal, line: &str) {
    terminal.line(line);
    let typed = format!("doors ❯ {line}");
    terminal.shows_when(line, |screen| {
        let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        screen.rsplit_once(&typed).is_some_and(|(_, after)| after.ends_with("doors ❯"))
    });
}

/// Leaves, and lets everything be removed.
fn leave(mut terminal: Terminal) {
    terminal.line("quit");
    says(&terminal, "Remove what the lessons made");
    terminal.line("y");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn expired_credentials_pause_the_lesson_until_they_are_renewed() {
    let machine = Machine::new();
    let before = machine.objects();
    let mut terminal = machine.learn_first();
    machine.proxy.accept("renewed");
    terminal.line("check");
    says(&terminal, "does not accept your credentials any more");
    terminal.line("kubectl get pods");
    says(&terminal, "You must be logged in to the server");
    // Signing in again writes new ones where the learner's own kubeconfig is.
    let file = machine.home.path().join(".kube/config");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("token: x", "token: renewed")).unwrap();
    says(&terminal, "The cluster is back");
    terminal.line("kubectl run web --image=codongmin/kub-first-app --labels=app=nobody");
    says(&terminal, "Passed: Repair");
    prompt(&terminal);
    leave(terminal);
    assert_eq!(machine.objects(), before);
}

#[test]
fn a_cluster_made_anew_is_told_and_the_step_begins_anew_on_it() {
    let machine = Machine::new();
    let mut terminal = machine.learn_first();
    // While the lesson runs.
    let folder = tempfile::tempdir().unwrap();
    let second = Served::start_with_seed(folder.path(), "20", "2");
    let before = objects(folder.path(), &second.kubeconfig);
    machine.proxy.away(true);
    says(&terminal, "The lesson pauses");
    machine.proxy.lead_to(&second.kubeconfig);
    machine.proxy.away(false);
    says(&terminal, "It is a new cluster under the same name");
    prompt(&terminal);
    run(&mut terminal, "reset");
    terminal.line("kubectl get services");
    says(&terminal, "shop ClusterIP");
    terminal.kill();
    // Between two sessions.
    machine.proxy.lead_to(&machine.served.kubeconfig);
    let mut terminal = machine.learn();
    says(&terminal, "this is a new cluster under the same name");
    says(&terminal, "Begin the step anew on it?");
    terminal.line("y");
    prompt(&terminal);
    terminal.line("kubectl get services");
    says(&terminal, "shop ClusterIP");
    leave(terminal);
    // The first one was left as a killed session leaves it: with the lessons' namespace and nothing else.
    machine.proxy.lead_to(&second.kubeconfig);
    let mut terminal = machine.learn();
    says(&terminal, "Begin the step anew on it?");
    terminal.line("");
    prompt(&terminal);
    leave(terminal);
    assert_eq!(objects(folder.path(), &second.kubeconfig), before);
}

/// A number from a seed, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn wait(&mut self, at_most: u64) {
        pause(Duration::from_millis(self.below(at_most)));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test waits for the program")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// What a learner types in the middle of which something ends.
const LINES: &[&str] = &[
    "kubectl run web --image=codongmin/kub-first-app --labels=app=nobody",
    "kubectl create configmap one --from-literal=a=b",
    "kubectl create deployment two --image=nginx --replicas=2",
    "kubectl create secret generic three --from-literal=a=b; sleep 1",
    "kubectl delete service shop",
    "reset",
    "solve",
    "kubectl create configmap four --from-literal=a=b &",
];

fn a_bad_hour(seed: u64) {
    let machine = Machine::new();
    let before = machine.objects();
    let mut dice = Dice(seed);
    let mut terminal = machine.learn_first();
    for _ in 0..4 {
        let line = LINES[usize::try_from(dice.below(LINES.len() as u64)).unwrap()];
        terminal.line(line);
        dice.wait(400);
        if dice.below(3) == 0 {
            machine.proxy.away(true);
            dice.wait(300);
            machine.proxy.away(false);
        } else {
            let passed = machine.journal().matches("stepPassed").count();
            terminal.kill();
            terminal = machine.learn();
            assert!(machine.journal().matches("stepPassed").count() >= passed);
        }
        prompt(&terminal);
    }
    run(&mut terminal, "goto 1/1");
    run(&mut terminal, "reset");
    terminal.line("kubectl get all,configmaps,secrets -o name | sort | tr '\\n' ' '");
    says(&terminal, "configmap/kube-root-ca.crt service/shop");
    prompt(&terminal);
    leave(terminal);
    assert_eq!(machine.objects(), before, "seed {seed}");
}

#[test]
fn whatever_is_killed_nothing_is_lost_and_nothing_is_left() {
    let seeds = [[1, 2], [3, 101]];
    std::thread::scope(|scope| {
        for seeds in seeds {
            scope.spawn(move || seeds.into_iter().for_each(a_bad_hour));
        }
    });
}

/// Whether a process of that id is there.
fn runs(id: &str) -> bool {
    let status = std::fs::read_to_string(Path::new("/proc").join(id).join("stat"));
    status.is_ok_and(|status| !status.contains(") Z "))
}

#[test]
#[cfg(target_os = "linux")]
fn jobs_of_the_shell_end_with_the_program_however_it_ends() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), (80, 30), &["learn", "1", "--lang", "en"]);
    terminal.shows("pods ❯");
    terminal.line("sh -c 'echo $$ > own; sleep 4321 & echo $! > child; trap \"\" TERM; wait; sleep 4321' &");
    terminal.shows("[1]");
    let workspace = home.path().join(".local/state/podlings/workspace");
    let read =
        |name: &str| std::fs::read_to_string(workspace.join(name)).unwrap_or_default().trim().to_owned();
    terminal.shows_when("the processes", |_| !read("own").is_empty() && !read("child").is_empty());
    let (own, child) = (read("own"), read("child"));
    assert!(runs(&own) && runs(&child));
    terminal.kill();
    for _ in 0..60 {
        if !runs(&own) && !runs(&child) {
            return;
        }
        pause(Duration::from_millis(100));
    }
    panic!("the job is still there");
}
