//! Wrong states that learners bring about: none passes, and the reason names the cause.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use podlings::base::{Streams, parse_yaml};
use podlings::check::{self, Context, Verdict};
use podlings::cluster::{Cluster, ClusterConfig};
use podlings::environment::{CommandLine, Embedded, Environment, ToolSettings, Workspace};
use podlings::lesson::{Language, Source, Step, load};
use serde_json::Value;

/// How long a wrong state is given to show itself.
const SHOWS: Duration = Duration::from_mins(5);

struct Case {
    name: String,
    step: Step,
    run: Vec<String>,
    manifest: Option<String>,
    apply: String,
    after: Vec<String>,
    says: Vec<String>,
}

fn cases(folder: &Path) -> Vec<Case> {
    let text = include_str!("data/wrong_states.yaml");
    let documents = parse_yaml(text).unwrap();
    let list = documents[0].value.as_array().unwrap();
    list.iter().enumerate().map(|(index, case)| read(case, &folder.join(index.to_string()))).collect()
}

fn read(case: &Value, folder: &Path) -> Case {
    let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    let texts = |key: &str| -> Vec<String> {
        let list = case[key].as_array().into_iter().flatten();
        list.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let chapter = format!("# T\n\n## S {{#s}}\n\n```yaml check\n{}\n```\n", text("check"));
    std::fs::create_dir_all(folder.join("01-a")).unwrap();
    std::fs::write(folder.join("01-a/en.md"), chapter).unwrap();
    let (course, diagnostics) = load(&Source::Folder(folder.to_owned()));
    let step = course.chapters[0].steps[0].clone();
    let name = text("name");
    assert!(!step.checks.is_empty(), "{name}: {diagnostics:?}");
    Case {
        name,
        step,
        run: texts("run"),
        manifest: case["manifest"].as_str().map(str::to_owned),
        apply: text("apply"),
        after: texts("after"),
        says: texts("says"),
    }
}

struct Desk {
    environment: Environment,
    printed: String,
    commands: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
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
            executable: Some(env!("CARGO_BIN_EXE_podlings").into()),
            environment: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            home: Some(folder.path().to_owned()),
            plain: true,
        };
        let environment = Environment::Embedded(Embedded::new(cluster, listener, &settings).unwrap());
        Self { environment, printed: String::new(), commands: Vec::new(), _folder: folder }
    }

    async fn run(&mut self, line: &str) {
        let (mut streams, printed) = Streams::captured("");
        self.environment.run_eagerly(true);
        let code = self.environment.run(&CommandLine::parse(line), &mut streams).await;
        self.environment.run_eagerly(false);
        self.printed += &format!("$ {line}\n{}{}[{code}]\n", printed.out(), printed.err());
        self.commands.push(line.to_owned());
    }

    async fn bring_about(&mut self, case: &Case) {
        self.environment.prepare(&[], true).await.unwrap();
        self.printed.clear();
        self.commands.clear();
        for line in &case.run {
            self.run(line).await;
        }
        if let Some(manifest) = &case.manifest {
            self.environment.workspace().put("wrong.yaml", manifest).unwrap();
            let line = format!("kubectl apply -f wrong.yaml {}", case.apply);
            self.run(line.trim_end()).await;
        }
        assert!(self.environment.pass(SHOWS));
        for line in &case.after {
            self.run(line).await;
        }
    }

    async fn judge(&self, step: &Step, language: Language) -> Verdict {
        let context = Context {
            client: self.environment.client(),
            namespace: self.environment.namespace().to_owned(),
            language,
            answers: BTreeMap::new(),
            commands: self.commands.clone(),
            snap: BTreeMap::new(),
        };
        check::evaluate(step, &context).await.verdict
    }
}

/// What is wrong with how a case is judged, if anything.
async fn complaint(desk: &mut Desk, case: &Case) -> Option<String> {
    desk.bring_about(case).await;
    let verdict = desk.judge(&case.step, Language::En).await;
    let complain = |what: &str| Some(format!("{}: {what}: {verdict:#?}\n{}", case.name, desk.printed));
    if verdict == Verdict::Passed {
        return complain("passed");
    }
    let Some(reason) = verdict.reason() else { return complain("no reason") };
    let told = format!("{}\n{}", reason.text, reason.command.as_deref().unwrap_or_default());
    if let Some(missing) = case.says.iter().find(|part| !told.contains(part.as_str())) {
        return complain(&format!("does not say {missing:?}"));
    }
    let korean = desk.judge(&case.step, Language::Ko).await;
    let hangul = |text: &str| text.chars().any(|letter| ('가'..='힣').contains(&letter));
    match korean.reason() {
        Some(reason) if hangul(&reason.text) && !reason.text.contains('{') => None,
        _ => complain(&format!("not in Korean: {korean:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_state_never_passes_and_its_cause_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cases(folder.path());
    assert!(cases.len() >= 60);
    let (mut one, mut two) = (Desk::new().await, Desk::new().await);
    let (first, second) = cases.split_at(cases.len() / 2);
    let (left, right) = tokio::join!(judge_all(&mut one, first), judge_all(&mut two, second));
    let wrong = [left, right].concat();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

async fn judge_all(desk: &mut Desk, cases: &[Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        wrong.extend(complaint(desk, case).await);
    }
    wrong
}
