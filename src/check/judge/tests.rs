//! Verdicts over small worlds.

use super::super::probe::Answered;
use super::*;
use crate::base::{Value, json};
use crate::lesson::{Mistake, Source, Text};

/// A step with these checks, read as an author writes them.
fn step(checks: &str) -> Step {
    let chapter = format!(
        "# T\n\n## S {{#s}}\n\n```yaml check\n{checks}\n```\n\n```yaml question\nid: q\nask: Q?\nanswer: a\n```\n"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("01-a")).unwrap();
    std::fs::write(folder.path().join("01-a/en.md"), chapter).unwrap();
    let (course, diagnostics) = crate::lesson::load(&Source::Folder(folder.path().to_owned()));
    let errors =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == crate::lesson::Severity::Error);
    assert_eq!(errors.map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    course.chapters[0].steps[0].clone()
}

fn verdict_of(step: &Step, objects: Vec<Value>) -> Verdict {
    verdict_with(step, objects, &[], &BTreeMap::new(), &[])
}

fn verdict_with(
    step: &Step,
    objects: Vec<Value>,
    commands: &[&str],
    answers: &BTreeMap<String, String>,
    replies: &[(HttpProbe, Reply)],
) -> Verdict {
    let commands: Vec<String> = commands.iter().map(|line| (*line).to_owned()).collect();
    judge(
        step,
        &Facts {
            world: &World::of("default", objects),
            language: Language::En,
            answers,
            commands: &commands,
            answered: None,
            step,
            snap: &Snap::from([("pods".to_owned(), json!(["p-1"]))]),
            replies,
            now: None,
            logs: &BTreeMap::new(),
            explain: true,
        },
    )
}

fn deployment(wanted: i64, available: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "uid": "d-1", "generation": 2},
        "spec": {"replicas": wanted, "template": {}},
        "status": {"observedGeneration": 2, "replicas": wanted, "updatedReplicas": wanted, "availableReplicas": available},
    })
}

fn replica_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": "web-1", "namespace": "default", "uid": "r-1", "ownerReferences": [owner("Deployment", "web", "d-1")]},
        "spec": {"template": {}},
    })
}

fn pod(name: &str, uid: &str, status: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": uid, "labels": {"app": "web"}, "ownerReferences": [owner("ReplicaSet", "web-1", "r-1")]},
        "spec": {"containers": []}, "status": status,
    })
}

fn owner(kind: &str, name: &str, uid: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true})
}

fn differences(verdict: Verdict) -> Vec<(String, String)> {
    let Verdict::NotYet { differences, .. } = verdict else { panic!("{verdict:?}") };
    differences.into_iter().map(|difference| (difference.expected, difference.actual)).collect()
}

/// Whether the reason of a verdict says this.
fn says(verdict: &Verdict, part: &str) -> bool {
    verdict.reason().is_some_and(|reason| reason.text.contains(part))
}

fn pair(expected: &str, actual: &str) -> (String, String) {
    (expected.to_owned(), actual.to_owned())
}

const THREE: &str = "- that: three are wanted\n  object: deployment/web\n  contains: {spec: {replicas: 3}}\n- that: all are there\n  object: deployment/web\n  settled: true";

#[test]
fn nothing_done_is_not_yet_with_the_missing_object() {
    let missing = pair("", "deployment/web does not exist");
    assert_eq!(differences(verdict_of(&step(THREE), vec![])), [missing], "said once for all checks");
}

#[test]
fn a_wrong_spec_is_told_by_its_path_and_hides_what_follows_from_it() {
    assert_eq!(
        differences(verdict_of(&step(THREE), vec![deployment(1, 0)])),
        [pair("spec.replicas: 3", "1")]
    );
}

#[test]
fn a_right_spec_with_its_status_on_the_way_converges() {
    assert_eq!(
        verdict_of(&step(THREE), vec![deployment(3, 1)]),
        Verdict::Converging {
            waiting: vec!["all are there (1 of 3 Pods are available)".to_owned()],
            reason: None
        }
    );
    assert_eq!(verdict_of(&step(THREE), vec![deployment(3, 3)]), Verdict::Passed);
}

#[test]
fn a_pod_that_cannot_pull_its_image_is_not_on_its_way() {
    let waiting = json!({"containerStatuses": [{"image": "nginx:9", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]});
    let objects = vec![deployment(3, 0), replica_set(), pod("web-1-a", "p-1", waiting)];
    let verdict = verdict_of(&step(THREE), objects);
    assert!(says(&verdict, "nginx:9"), "{verdict:?}");
    assert_eq!(differences(verdict), [pair("", "0 of 3 Pods are available")]);
}

#[test]
fn a_crashing_pod_explains_the_wait_and_is_no_accident_after_several_times() {
    let verdict = |restarts: u32| {
        let waiting = json!({"containerStatuses": [{
            "name": "c", "restartCount": restarts, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
        }]});
        verdict_of(&step(THREE), vec![deployment(3, 2), replica_set(), pod("web-1-a", "p-1", waiting)])
    };
    let once = verdict(1);
    assert!(matches!(once, Verdict::Converging { .. }) && says(&once, "exit code 3"), "{once:?}");
    let again = verdict(4);
    assert!(matches!(again, Verdict::NotYet { .. }) && says(&again, "exit code 3"), "{again:?}");
}

#[test]
fn pods_are_selected_by_their_chain_of_owners_without_those_that_go() {
    let one = step("- that: one is left\n  select: pods\n  where: {ownedBy: deployment/web}\n  count: 1");
    let mut leaving = pod("web-1-b", "p-2", json!({}));
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut stranger = pod("bare", "p-3", json!({}));
    stranger["metadata"].as_object_mut().unwrap().remove("ownerReferences");
    let mut objects =
        vec![deployment(1, 1), replica_set(), pod("web-1-a", "p-1", json!({})), leaving, stranger];
    assert_eq!(verdict_of(&one, objects.clone()), Verdict::Passed);
    objects.push(pod("web-1-c", "p-4", json!({})));
    let verdict = verdict_of(&one, objects);
    let Verdict::Converging { waiting, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(waiting, ["one is left (2 pods)"]);
}

#[test]
fn what_only_the_learner_can_bring_about_does_not_converge() {
    let replaced = step(
        "- that: the old one is gone\n  select: pods\n  where: {ownedBy: deployment/web}\n  none: {metadata: {uid: {$oneOf: snap.pods}}}\n  wait: false",
    );
    let objects = vec![deployment(1, 1), replica_set(), pod("web-1-a", "p-1", json!({}))];
    assert_eq!(differences(verdict_of(&replaced, objects)), [pair("0 pods", "1 pod")]);
    let objects = vec![deployment(1, 1), replica_set(), pod("web-1-b", "p-2", json!({}))];
    assert_eq!(verdict_of(&replaced, objects), Verdict::Passed);
}

#[test]
fn a_mistake_speaks_before_differences_and_a_lost_precondition_before_both() {
    let mut step = step(THREE);
    let when =
        super::tests::step("- that: w\n  object: deployment/web\n  contains: {spec: {replicas: 0}}").checks;
    step.mistakes = vec![Mistake { when, say: Text::new("Zero runs nothing."), tries: Vec::new() }];
    assert_eq!(
        verdict_of(&step, vec![deployment(0, 0)]),
        Verdict::Mistake { feedback: "Zero runs nothing.".to_owned() }
    );
    step.checks.push(Expectation {
        needs: true,
        ..super::tests::step("- that: there is a Service\n  object: service/web").checks[0].clone()
    });
    assert_eq!(
        verdict_of(&step, vec![deployment(0, 0)]),
        Verdict::Broken { what: "there is a Service".to_owned() }
    );
}

#[test]
fn an_object_that_is_being_deleted_is_awaited_to_go() {
    let gone = step("- that: it is gone\n  absent: deployment/web");
    assert_eq!(verdict_of(&gone, vec![]), Verdict::Passed);
    let mut object = deployment(1, 1);
    assert_eq!(differences(verdict_of(&gone, vec![object.clone()])), [pair("", "it is still there")]);
    object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert!(matches!(verdict_of(&gone, vec![object]), Verdict::Converging { .. }));
}

#[test]
fn answers_and_commands_are_evidence() {
    let asked = step("- that: answered\n  answer: q\n- that: looked\n  command: kubectl get pods");
    let answers = BTreeMap::from([("q".to_owned(), "a".to_owned())]);
    let verdict = |commands: &[&str], answers| verdict_with(&asked, vec![], commands, answers, &[]);
    assert_eq!(verdict(&["kubectl -n x get pods -o wide"], &answers), Verdict::Passed);
    assert_eq!(differences(verdict(&["kubectl pods get"], &answers)).len(), 1);
    assert_eq!(differences(verdict(&["kubectl get pods"], &BTreeMap::new())).len(), 1);
}

#[test]
fn a_service_that_selects_no_pod_is_told_as_the_broken_link() {
    let probed = step("- that: it answers\n  http: {service: web, port: 80, contains: Hello}");
    let Form::Http(probe) = &probed.checks[0].form else { panic!("no probe") };
    let service = |app: &str| {
        json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "namespace": "default"}, "spec": {"selector": {"app": app}, "ports": [{"port": 80}]},
        })
    };
    let verdict = |service: Value, status: u16, body: &str| {
        let answered = Answered { status, body: body.to_owned(), distinct: 1, by_luck: false };
        let replies = [(probe.clone(), Ok(answered))];
        let objects = vec![service, pod("web-1-a", "p-1", json!({}))];
        verdict_with(&probed, objects, &[], &BTreeMap::new(), &replies)
    };
    assert_eq!(verdict(service("web"), 200, "Hello\n"), Verdict::Passed);
    assert!(matches!(verdict(service("web"), 503, "no endpoints"), Verdict::Converging { .. }));
    assert!(says(&verdict(service("wbe"), 503, "no endpoints"), "app=web"));
    assert_eq!(
        differences(verdict_with(&probed, vec![], &[], &BTreeMap::new(), &[])),
        [pair("", "service/web does not exist")]
    );
}
