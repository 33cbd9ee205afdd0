//! Wrong states that learners bring about: none passes, and the reason names the cause.

use std::time::Duration;

use podlings::base::Value;
use podlings::base::parse_yaml;
use podlings::check::{self, Verdict};
use podlings::lesson::{Course, Source, Step, load};

use crate::desk::{Desk, step_of};

/// How long a wrong state is given to show itself.
const SHOWS: Duration = Duration::from_mins(3);

struct Case {
    name: String,
    step: Step,
    run: Vec<String>,
    manifest: Option<String>,
    apply: String,
    after: Vec<String>,
    says: Vec<String>,
}

/// The cases of one list.
fn cases(list: &str) -> Vec<Case> {
    let (course, _) = load(&Source::Embedded);
    let documents = parse_yaml(list).unwrap().into_iter();
    let cases = documents.flat_map(|document| document.value.as_array().unwrap().clone());
    cases.map(|case| read(&case, &course)).collect()
}

fn read(case: &Value, course: &Course) -> Case {
    let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    let texts = |key: &str| -> Vec<String> {
        let list = case[key].as_array().into_iter().flatten();
        list.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let step = match case["step"].as_str() {
        Some(place) => {
            let (chapter, step) = course.find(place).unwrap();
            course.chapters[chapter].steps[step].clone()
        }
        None => step_of(&text("check")),
    };
    Case {
        name: text("name"),
        step,
        run: texts("run"),
        manifest: case["manifest"].as_str().map(str::to_owned),
        apply: text("apply"),
        after: texts("after"),
        says: texts("says"),
    }
}

async fn bring_about(desk: &mut Desk, case: &Case) {
    desk.environment.prepare(&case.step.start, true).await.unwrap();
    assert!(case.step.start.is_empty() || desk.environment.pass(SHOWS));
    for file in &case.step.files {
        desk.environment.workspace().put(&file.name, &file.content).unwrap();
    }
    desk.printed.clear();
    desk.context.commands.clear();
    desk.context.snap = check::remember(&case.step, &desk.context).await.unwrap();
    for line in &case.run {
        desk.run(line).await;
    }
    if let Some(manifest) = &case.manifest {
        desk.environment.workspace().put("wrong.yaml", manifest).unwrap();
        let line = format!("kubectl apply -f wrong.yaml {}", case.apply);
        desk.run(line.trim_end()).await;
    }
    assert!(desk.environment.pass(SHOWS));
    for line in &case.after {
        desk.run(line).await;
    }
}

/// What is wrong with how a case is judged, if anything.
async fn complaint(desk: &mut Desk, case: &Case) -> Option<String> {
    bring_about(desk, case).await;
    let verdict = desk.judge(&case.step).await;
    let printed = &desk.printed;
    let complain = |what: &str| Some(format!("{}: {what}: {verdict:#?}\n{printed}", case.name));
    if verdict == Verdict::Passed {
        return complain("passed");
    }
    let told = match (&verdict, verdict.reason()) {
        (Verdict::Mistake { feedback }, _) => feedback.clone(),
        (_, Some(reason)) => format!("{}\n{}", reason.text, reason.command.as_deref().unwrap_or_default()),
        _ => return complain("no reason"),
    };
    if let Some(missing) = case.says.iter().find(|part| !told.contains(part.as_str())) {
        return complain(&format!("does not say {missing:?}"));
    }
    None
}

/// One test a list: they run beside each other.
macro_rules! lists {
    ($($name:ident: $file:literal holds $count:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                no_state_passes_and_each_cause_is_named(include_str!(concat!("data/", $file)), $count).await;
            }
        )*
    };
}

lists! {
    wrong_states: "wrong_states.yaml" holds 90;
    forum_states: "forum_states.yaml" holds 123;
    asked_states: "asked_states.yaml" holds 70;
    support_states: "support_states.yaml" holds 38;
    board_states: "board_states.yaml" holds 49;
    thread_states: "thread_states.yaml" holds 41;
    exam_states: "exam_states.yaml" holds 38;
    behind_states: "behind_states.yaml" holds 72;
    usage_states: "usage_states.yaml" holds 68;
    shadow_states: "shadow_states.yaml" holds 60;
    counter_states: "counter_states.yaml" holds 63;
}

async fn no_state_passes_and_each_cause_is_named(list: &str, count: usize) {
    let cases = cases(list);
    assert_eq!(cases.len(), count);
    let mut desk = Desk::new().await;
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(complaint(&mut desk, case).await);
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_beside_the_step_is_told_to_whoever_asks() {
    let mut desk = Desk::new().await;
    let step = step_of("- that: notes are there\n  object: configmap/notes");
    desk.enter(&step, &["kubectl create deployment web --image=nginx"]).await;
    let reasons = check::why_step(&step, &desk.context).await.reasons;
    assert!(!reasons.iter().any(|reason| reason.text.contains("deployment/web")), "{reasons:?}");
    // Nothing but a request tells that nobody listens.
    desk.run("kubectl expose deployment web --port=81").await;
    assert!(desk.environment.pass(SHOWS));
    let reasons = check::why("service web", &desk.context).await.reasons;
    assert!(reasons.iter().any(|reason| reason.text.contains("port 81")), "{reasons:?}");
    desk.run("kubectl set image deployment/web nginx=nginx:no-such-tag").await;
    assert!(desk.environment.pass(SHOWS));
    // The Deployment is still available: its old Pod goes on.
    let passed = step_of("- that: web is there\n  object: deployment/web");
    let reasons = check::why_step(&passed, &desk.context).await.reasons;
    assert!(reasons.iter().any(|reason| reason.text.contains("nginx:no-such-tag")), "{reasons:?}");
}
