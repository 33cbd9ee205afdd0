//! A learner's desk: the embedded cluster in virtual time, commands, and a step read from its checks.

use std::collections::BTreeMap;
use std::time::Duration;

use podlings::base::Streams;
use podlings::base::Value;
use podlings::check::{self, Context, LastAnswer, Verdict};
use podlings::cluster::{Cluster, ClusterConfig};
use podlings::environment::{CommandLine, Embedded, Environment, Heard, ToolSettings, Workspace};
use podlings::lesson::{Language, Severity, Source, Step, load};

/// How long something may take to come about.
const ARRIVES: Duration = Duration::from_mins(3);

/// Words of commands that wait for the cluster.
const WAITS: &[&str] = &[
    "delete",
    "wait",
    "rollout status",
    "exec",
    "drain",
    "replace",
    "logs",
    "run -",
    "--rm",
    "attach",
    "debug",
    "minikube",
];

/// How long another command may take before time passes for it, too.
const PATIENCE: Duration = Duration::from_secs(3);

/// A step with these checks, read as an author writes them.
pub(crate) fn step_of(checks: &str) -> Step {
    let folder = tempfile::tempdir().unwrap();
    let chapter = format!("# T\n\n## S {{#s}}\n\n```yaml check\n{}\n```\n", checks.trim());
    std::fs::create_dir_all(folder.path().join("01-a")).unwrap();
    std::fs::write(folder.path().join("01-a/en.md"), chapter).unwrap();
    let (course, diagnostics) = load(&Source::Folder(folder.path().to_owned()));
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(errors.map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    course.chapters[0].steps[0].clone()
}

pub(crate) struct Desk {
    pub(crate) environment: Environment,
    pub(crate) context: Context,
    pub(crate) printed: String,
    again: Option<Duration>,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = ClusterConfig { manual_time: true, ..ClusterConfig::default() };
        let cluster = Cluster::start(config).unwrap();
        let listener = cluster.listen(0).await.unwrap();
        let kubeconfig = folder.path().join("kubeconfig");
        std::fs::write(&kubeconfig, listener.kubeconfig()).unwrap();
        let settings = ToolSettings {
            workspace: Workspace::open(&folder.path().join("workspace")).unwrap(),
            shims: folder.path().join("bin"),
            kubeconfig,
            deeds: folder.path().join("deeds"),
            executable: Some(env!("CARGO_BIN_EXE_podlings").into()),
            environment: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            home: Some(folder.path().to_owned()),
            plain: true,
        };
        let environment = Environment::Embedded(Embedded::new(cluster, listener, &settings).unwrap());
        let context = Context {
            client: environment.client(),
            namespace: environment.namespace().to_owned(),
            language: Language::En,
            answers: BTreeMap::new(),
            commands: Vec::new(),
            answered: None,
            snap: BTreeMap::new(),
        };
        Self { environment, context, printed: String::new(), again: None, _folder: folder }
    }

    /// An empty cluster, in which these commands make the step's start.
    pub(crate) async fn enter(&mut self, step: &Step, start: &[&str]) {
        self.environment.prepare(&[], true).await.unwrap();
        self.printed.clear();
        for line in start {
            self.run(line).await;
        }
        assert!(self.environment.pass(Duration::from_secs(40)));
        self.context.commands.clear();
        self.context.snap = check::remember(step, &self.context).await.unwrap();
    }

    /// Runs a command; time passes as far as it waits.
    pub(crate) async fn run(&mut self, line: &str) {
        // Of one that does not wait time must not pass while the machine is busy.
        let patience = if WAITS.iter().any(|word| line.contains(word)) { Duration::ZERO } else { PATIENCE };
        self.run_with(line, Some(patience)).await;
        self.environment.run_eagerly(false);
    }

    /// Runs a command that waits for nothing.
    pub(crate) async fn run_without_time(&mut self, line: &str) {
        self.run_with(line, None).await;
    }

    /// Runs a command that time passes for once it has taken so long.
    async fn run_with(&mut self, line: &str, patience: Option<Duration>) {
        let (mut streams, printed) = Streams::captured("");
        let line_read = CommandLine::parse(line);
        let mut running = std::pin::pin!(self.environment.run(&line_read, &mut streams));
        let early = match patience {
            Some(patience) => podlings::base::timeout(patience, &mut running).await,
            None => None,
        };
        let code = match early {
            Some(code) => code,
            None => {
                self.environment.run_eagerly(patience.is_some());
                running.await
            }
        };
        let Heard { failed, out, err } =
            self.environment.heard().unwrap_or_else(|| Heard::of(&printed, code));
        self.printed += &format!("$ {line}\n{out}{err}[{code}]\n");
        self.context.commands.push(line.to_owned());
        self.context.answered = Some(LastAnswer { failed, out, err });
    }

    /// The verdict now; what the step has to remember is remembered.
    pub(crate) async fn judge(&mut self, step: &Step) -> Verdict {
        let judgement = check::evaluate(step, &self.context).await;
        self.again = judgement.again;
        if let Some(remembered) = judgement.remembered {
            self.context.snap = remembered;
        }
        judgement.verdict
    }

    /// The verdict once nothing happens any more, or the step is passed.
    pub(crate) async fn settled_verdict(&mut self, step: &Step) -> Verdict {
        self.verdicts(step, &mut Vec::new()).await
    }

    /// As `settled_verdict`, with every verdict on the way.
    pub(crate) async fn verdicts(&mut self, step: &Step, seen: &mut Vec<Verdict>) -> Verdict {
        let mut waited = Duration::ZERO;
        loop {
            let verdict = self.judge(step).await;
            if verdict == Verdict::Passed || waited > ARRIVES {
                return verdict;
            }
            seen.push(verdict.clone());
            let lasts = self.again;
            let stepped = self.environment.step(lasts.unwrap_or(ARRIVES));
            match stepped.or_else(|| lasts.filter(|lasts| self.environment.pass(*lasts))) {
                Some(passed) => waited += passed,
                None => return verdict,
            }
        }
    }

    /// The uids of the Pods with these labels.
    pub(crate) async fn uids(&self, selector: &str) -> Vec<String> {
        let uri = format!("/api/v1/namespaces/default/pods?labelSelector={selector}");
        let request = http::Request::get(uri).body(Vec::new()).unwrap();
        let list: Value = self.context.client.request(request).await.unwrap();
        let items = list["items"].as_array().unwrap().iter();
        let mut uids: Vec<String> =
            items.map(|item| item["metadata"]["uid"].as_str().unwrap().to_owned()).collect();
        uids.sort();
        uids
    }

    /// Ends without a word and begins anew: what the journal holds is read back from its text.
    pub(crate) fn forget_all_but_the_journal(&mut self) {
        let values = std::mem::take(&mut self.context.snap);
        let line = serde_json::to_string(&podlings::progress::Event::StepRemembered { values }).unwrap();
        let event: podlings::progress::Event = serde_json::from_str(&line).unwrap();
        let mut learner = podlings::progress::Learner::default();
        learner.apply(&event);
        self.context.snap = learner.remembered;
    }
}
