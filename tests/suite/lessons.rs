//! Proves every step of the course on the embedded cluster: not yet at its start, passed by each solution.

use std::collections::BTreeMap;
use std::time::Duration;

use podlings::base::Streams;
use podlings::check::{self, Context, Observer, Verdict};
use podlings::cluster::{Cluster, ClusterConfig};
use podlings::environment::{CommandLine, Embedded, Environment, ToolSettings, Workspace};
use podlings::lesson::{Chapter, Language, Severity, Source, Step, load};

/// Simulated time that a state is given to arrive.
const ARRIVES: Duration = Duration::from_secs(120);

/// A learner on an embedded cluster of their own, where time does not wait.
struct Desk {
    environment: Environment,
    context: Context,
    /// What the commands printed.
    printed: String,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cluster =
            Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
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
        let embedded = Embedded::new(cluster, listener, &settings).unwrap();
        let environment = Environment::Embedded(embedded);
        let context = Context {
            client: environment.client(),
            namespace: environment.namespace().to_owned(),
            language: Language::En,
            answers: BTreeMap::new(),
            commands: Vec::new(),
            snap: BTreeMap::new(),
        };
        Self { environment, context, printed: String::new(), _folder: folder }
    }

    /// Stands at a step: by `goto` (fresh) or by arriving from the step before.
    async fn enter(&mut self, step: &Step, fresh: bool) {
        self.environment.run_eagerly(true);
        self.environment.prepare(&step.start, fresh).await.unwrap();
        self.environment.run_eagerly(false);
        for file in &step.files {
            self.environment.workspace().put(&file.name, &file.content).unwrap();
        }
        self.context.answers.clear();
        self.context.commands.clear();
        self.printed.clear();
        self.context.snap = check::remember(step, &self.context).await.unwrap();
    }

    async fn solve(&mut self, step: &Step, solution: &[String]) {
        for line in solution {
            let (mut streams, printed) = Streams::captured("");
            self.environment.run_eagerly(true);
            let code = self.environment.run(&CommandLine::parse(line), &mut streams).await;
            self.environment.run_eagerly(false);
            self.printed += &format!("$ {line}\n{}{}[{code}]\n", printed.out(), printed.err());
            self.context.commands.push(line.clone());
        }
        self.settled_verdict(step).await;
        for question in &step.questions {
            let Some(answer) = check::right_answer(question, &self.context).await else { continue };
            assert_eq!(check::judge_answer(question, &answer, &self.context).await, Ok(()));
            self.context.answers.insert(question.id.clone(), answer);
        }
    }

    async fn judge(&mut self, step: &Step) -> Verdict {
        let judgement = check::evaluate(step, &self.context).await;
        if let Some(remembered) = judgement.remembered {
            self.context.snap = remembered;
        }
        judgement.verdict
    }

    /// The verdict once nothing changes any more, or the step passed.
    async fn settled_verdict(&mut self, step: &Step) -> Verdict {
        let mut waited = Duration::ZERO;
        loop {
            let verdict = self.judge(step).await;
            if verdict == Verdict::Passed || waited > ARRIVES {
                return verdict;
            }
            match self.environment.step(ARRIVES) {
                Some(passed) => waited += passed,
                None => return verdict,
            }
        }
    }
}

fn chapters() -> Vec<Chapter> {
    let (course, diagnostics) = load(&Source::Embedded);
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(errors.map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    course.chapters
}

/// The ways to pass a step; a step of reading alone has one without commands.
fn ways(step: &Step) -> Vec<Vec<String>> {
    if step.solutions.is_empty() { vec![Vec::new()] } else { step.solutions.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_fails_at_its_start_and_passes_by_each_solution() {
    let mut desk = Desk::new().await;
    let mut wrong = Vec::new();
    for chapter in chapters() {
        for step in &chapter.steps {
            for (number, solution) in ways(step).iter().enumerate() {
                let name = format!("{}/{} solution {}", chapter.id, step.id, number + 1);
                desk.enter(step, true).await;
                let before = desk.settled_verdict(step).await;
                if !matches!(before, Verdict::NotYet { .. }) {
                    wrong.push(format!("{name}: {before:?} before anything was done"));
                }
                desk.solve(step, solution).await;
                let after = desk.settled_verdict(step).await;
                if after != Verdict::Passed {
                    wrong.push(format!("{name}: {after:?}\n{}", desk.printed));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chapter_can_be_walked_from_step_to_step() {
    let mut desk = Desk::new().await;
    let mut wrong = Vec::new();
    for chapter in chapters() {
        for (index, step) in chapter.steps.iter().enumerate() {
            let name = format!("{}/{}", chapter.id, step.id);
            desk.enter(step, index == 0).await;
            let before = desk.judge(step).await;
            if !matches!(before, Verdict::NotYet { .. }) {
                wrong.push(format!("{name}: {before:?} on arrival"));
            }
            desk.solve(step, &ways(step)[0]).await;
            let after = desk.settled_verdict(step).await;
            if after != Verdict::Passed {
                wrong.push(format!("{name}: {after:?}\n{}", desk.printed));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_step_has_what_a_learner_needs() {
    let mut wrong = Vec::new();
    for chapter in chapters() {
        for step in &chapter.steps {
            let name = format!("{}/{}", chapter.id, step.id);
            if step.hints.len() != 3 {
                wrong.push(format!("{name}: {} hints", step.hints.len()));
            }
            for language in [Language::En, Language::Ko] {
                let blank = step.hints.last().is_some_and(|hint| hint.get(language).contains('_'));
                if !blank {
                    wrong.push(format!("{name}: the last hint has no blank in {language}"));
                }
                let lines = step.prose.get(language).split("```").step_by(2).flat_map(str::lines);
                let lines = lines.filter(|line| !line.trim().is_empty()).count();
                if lines > 10 {
                    wrong.push(format!("{name}: {lines} lines of prose in {language}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_tells_of_a_change_and_is_silent_without_one() {
    let mut desk = Desk::new().await;
    let chapters = chapters();
    let deployments = chapters.iter().find(|chapter| chapter.id == "deployments").unwrap();
    let step = deployments.steps.iter().find(|step| step.id == "scale-up").unwrap();
    desk.enter(step, true).await;
    let mut observer = Observer::start(desk.environment.client(), desk.environment.namespace(), step);
    let silence = podlings::base::timeout(Duration::from_millis(300), observer.changed()).await;
    assert!(silence.is_none(), "nothing changed");
    desk.solve(step, &step.solutions[0]).await;
    let change = podlings::base::timeout(Duration::from_secs(10), observer.changed()).await;
    assert!(change.is_some(), "the Deployment was scaled");
}

/// Chapter, step, number of the mistake, and what a learner typed to make it.
const MISTAKES: &[(&str, &str, usize, &[&str])] = &[
    ("pods", "run", 0, &["kubectl create deployment hello --image=codongmin/kub-first-app"]),
    ("pods", "run", 1, &["kubectl run hello --image=codongmin/kub-frist-app"]),
    ("deployments", "create", 0, &["kubectl run first-app --image=kub-first-app"]),
    ("deployments", "create", 1, &["kubectl create deployment first-app --image=codongmin/kub-first-app"]),
    ("deployments", "repair", 0, &["kubectl create deployment app --image=codongmin/kub-first-app"]),
    (
        "deployments",
        "repair",
        1,
        &["kubectl set image deployment/first-app kub-first-app=codongmin/kub-first-app:3"],
    ),
    ("deployments", "heal", 0, &["kubectl scale deployment/first-app --replicas=0"]),
    ("deployments", "scale-up", 0, &["kubectl create deployment two --image=codongmin/kub-first-app"]),
    ("deployments", "scale-up", 1, &["kubectl run two --image=codongmin/kub-first-app"]),
    ("deployments", "scale-down", 0, &["kubectl scale deployment/first-app --replicas=0"]),
    ("services", "expose", 0, &["kubectl expose deployment first-app --port=8080"]),
    ("services", "expose", 1, &["kubectl expose deployment first-app --type=LoadBalancer --port=80"]),
    ("services", "spread", 0, &["kubectl expose deployment first-app --name=two --port=8080"]),
    (
        "services",
        "repair",
        0,
        &["kubectl delete service shop", "kubectl expose deployment first-app --name=shop --port=80"],
    ),
    (
        "rollouts",
        "update",
        0,
        &["kubectl set image deployment/first-app kub-first-app=codongmin/kub-first-app:3"],
    ),
    ("rollouts", "stuck", 0, &["kubectl scale deployment/first-app --replicas=0"]),
    ("rollouts", "undo", 0, &["kubectl rollout undo deployment/first-app --to-revision=1"]),
    ("rollouts", "revision", 0, &["kubectl rollout undo deployment/first-app"]),
    ("rollouts", "delete", 0, &["kubectl delete pod -l app=first-app"]),
    (
        "declarative",
        "finish",
        0,
        &["kubectl create deployment second-app-deployment --image=codongmin/kub-first-app:2"],
    ),
    (
        "declarative",
        "service",
        0,
        &["kubectl expose deployment second-app-deployment --name=backend --port=8080"],
    ),
    ("declarative", "service", 1, &["kubectl create service loadbalancer backend --tcp=80:8080"]),
    (
        "declarative",
        "change",
        0,
        &["kubectl apply -f config.yaml", "kubectl scale deployment/second-app-deployment --replicas=3"],
    ),
    ("declarative", "delete", 0, &["kubectl delete deployment second-app-deployment"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_mistakes_are_answered_with_their_feedback() {
    let mut desk = Desk::new().await;
    let chapters = chapters();
    let mut wrong = Vec::new();
    for (chapter, id, number, lines) in MISTAKES {
        let chapter = chapters.iter().find(|candidate| candidate.id == *chapter).unwrap();
        let step = chapter.steps.iter().find(|step| step.id == *id).unwrap();
        let feedback = step.mistakes[*number].say.get(Language::En).to_owned();
        desk.enter(step, true).await;
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        desk.solve(step, &lines).await;
        let verdict = desk.judge(step).await;
        if verdict != (Verdict::Mistake { feedback }) {
            wrong.push(format!("{}/{id} mistake {number}: {verdict:?}\n{}", chapter.id, desk.printed));
        }
    }
    let written: usize =
        chapters.iter().flat_map(|chapter| &chapter.steps).map(|step| step.mistakes.len()).sum();
    assert_eq!(written, MISTAKES.len(), "every mistake is made once");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
