//! Jobs, their Pods and how they end.

use crate::base::json;

use super::*;

fn job(script: &str, spec: Value) -> Value {
    let container = json!({"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", script]});
    let mut fields = json!({"spec": {
        "template": {"spec": {"restartPolicy": "Never", "containers": [container]}},
    }});
    for (field, value) in spec.as_object().into_iter().flatten() {
        fields["spec"][field] = value.clone();
    }
    fields
}

fn started(script: &str, spec: Value) -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::JOB, "work", job(script, spec));
    run(&mut simulation, 30);
    simulation
}

fn count(simulation: &Simulation, field: &str) -> i64 {
    get(simulation, &builtin::JOB, "work").number(&format!("/status/{field}")).unwrap_or_default()
}

fn reason(simulation: &Simulation, condition: &str) -> String {
    let work = get(simulation, &builtin::JOB, "work");
    let reason = work.condition(condition).and_then(|condition| condition["reason"].as_str());
    reason.unwrap_or_default().to_owned()
}

#[test]
fn a_job_ends_when_its_pod_has_succeeded() {
    let simulation = started("echo hello", json!({}));
    let work = get(&simulation, &builtin::JOB, "work");
    assert!(work.condition_is_true("Complete") && work.condition_is_true("SuccessCriteriaMet"));
    assert_eq!(reason(&simulation, "Complete"), "CompletionsReached");
    assert_eq!((count(&simulation, "succeeded"), count(&simulation, "active")), (1, 0));
    assert!(work.time("/status/completionTime").is_some());
    assert_eq!(messages(&simulation, "Completed"), ["Job completed"]);
    assert_eq!(pods(&simulation)[0].finalizers().count(), 0);
}

/// As in the task "Job with Pod-to-Pod Communication": whoever comes last finds all others and ends at once.
#[test]
fn pods_of_a_job_that_wait_for_each_other_find_each_other() {
    let mut simulation = cluster();
    let selector = json!({"job-name": "work"});
    create(
        &mut simulation,
        &builtin::SERVICE,
        "far",
        json!({"spec": {"clusterIP": "None", "selector": selector}}),
    );
    let script = "for i in 0 1 2; do while ! ping -c 1 work-$i.far; do sleep 1; done; done";
    let mut fields = job(script, json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed"}));
    fields["spec"]["template"]["spec"]["subdomain"] = json!("far");
    create(&mut simulation, &builtin::JOB, "work", fields);
    run(&mut simulation, 30);
    assert_eq!((count(&simulation, "succeeded"), count(&simulation, "active")), (3, 0));
    let late = super::super::super::network::lookup(&simulation.registry, "default", "work-0.far");
    assert_eq!(late, [] as [String; 0], "an end is known after some seconds");
}

#[test]
fn a_pod_that_matches_no_longer_is_let_go_of() {
    let mut simulation = started("sleep 1000", json!({}));
    let name = pods(&simulation)[0].name().to_owned();
    change(&mut simulation, &builtin::POD, &name, |pod| {
        pod.remove("/metadata/labels");
    });
    run(&mut simulation, 5);
    let stranger = get(&simulation, &builtin::POD, &name);
    assert_eq!((stranger.list("/metadata/ownerReferences").len(), stranger.finalizers().count()), (0, 0));
    assert_eq!((pods(&simulation).len(), count(&simulation, "active")), (2, 1));
}

#[test]
fn a_pod_that_is_adopted_is_counted_like_others() {
    let mut simulation = cluster();
    let mut work =
        job("sleep 20", json!({"manualSelector": true, "selector": {"matchLabels": {"app": "x"}}}));
    work["spec"]["template"]["metadata"] = json!({"labels": {"app": "x"}});
    let spec = work["spec"]["template"]["spec"].clone();
    create(&mut simulation, &builtin::POD, "own", json!({"labels": {"app": "x"}, "spec": spec}));
    create(&mut simulation, &builtin::JOB, "work", work);
    run(&mut simulation, 1);
    let adopted = get(&simulation, &builtin::POD, "own");
    assert_eq!((adopted.list("/metadata/ownerReferences").len(), adopted.finalizers().count()), (1, 1));
    run(&mut simulation, 60);
    assert_eq!((pods(&simulation).len(), count(&simulation, "succeeded")), (1, 1));
    assert_eq!(get(&simulation, &builtin::POD, "own").finalizers().count(), 0);
}

#[test]
fn several_completions_run_so_many_at_a_time() {
    let mut simulation = cluster();
    create(
        &mut simulation,
        &builtin::JOB,
        "work",
        job("sleep 5", json!({"completions": 4, "parallelism": 2})),
    );
    for _ in 0..60 {
        run(&mut simulation, 1);
        assert!(count(&simulation, "active") <= 2);
    }
    assert_eq!(count(&simulation, "succeeded"), 4);
    assert_eq!(pods(&simulation).len(), 4);
}

#[test]
fn failures_are_tried_again_later_and_later_until_the_limit() {
    let mut simulation = started("exit 1", json!({"backoffLimit": 2}));
    run(&mut simulation, 120);
    assert_eq!(count(&simulation, "failed"), 3);
    assert_eq!(reason(&simulation, "Failed"), "BackoffLimitExceeded");
    let mut moments: Vec<_> = pods(&simulation).iter().filter_map(|pod| pod.creation_timestamp()).collect();
    moments.sort();
    assert!(moments[1].duration_since(moments[0]).as_secs() >= 10);
    assert!(moments[2].duration_since(moments[1]).as_secs() >= 20);
}

#[test]
fn a_job_that_takes_too_long_is_stopped() {
    let mut simulation = started("sleep 1000", json!({"activeDeadlineSeconds": 20}));
    run(&mut simulation, 60);
    assert_eq!(reason(&simulation, "Failed"), "DeadlineExceeded");
    assert_eq!(pods(&simulation).len(), 0);
}

#[test]
fn a_job_whose_pods_never_ran_comes_to_its_end_too() {
    let mut simulation = cluster();
    let mut work = job("", json!({"activeDeadlineSeconds": 20}));
    work["spec"]["template"]["spec"]["containers"][0]["image"] = "nowhere.example.com/none:1".into();
    create(&mut simulation, &builtin::JOB, "work", work);
    run(&mut simulation, 90);
    assert_eq!(reason(&simulation, "Failed"), "DeadlineExceeded");
    assert_eq!(pods(&simulation).len(), 0);
}

#[test]
fn a_suspended_job_has_no_pods_until_it_goes_on() {
    let mut simulation = started("echo hello", json!({"suspend": true}));
    assert_eq!((pods(&simulation).len(), reason(&simulation, "Suspended").as_str()), (0, "JobSuspended"));
    change(&mut simulation, &builtin::JOB, "work", |work| work.set("/spec/suspend", false));
    run(&mut simulation, 30);
    assert_eq!(count(&simulation, "succeeded"), 1);
    assert_eq!(messages(&simulation, "Resumed"), ["Job resumed"]);
}

#[test]
fn what_the_pods_of_a_suspended_job_ask_for_may_change() {
    let mut simulation = started("echo hello", json!({"suspend": true}));
    let ask = |work: &mut Object, cpu: &str| {
        work.set("/spec/template/spec/containers/0/resources/requests/cpu", cpu);
    };
    change(&mut simulation, &builtin::JOB, "work", |work| ask(work, "20m"));
    change(&mut simulation, &builtin::JOB, "work", |work| work.set("/spec/suspend", false));
    run(&mut simulation, 30);
    assert_eq!(pods(&simulation)[0].text("/spec/containers/0/resources/requests/cpu"), "20m");
    let mut work = Object::clone(&get(&simulation, &builtin::JOB, "work"));
    ask(&mut work, "30m");
    let key = work.key();
    let refused = simulation.registry.update(&builtin::JOB, &key, work, &WriteOptions::component("test"));
    assert!(refused.unwrap_err().message.contains("spec.template: Invalid value"));
}

#[test]
fn a_job_is_deleted_some_time_after_its_end() {
    let mut simulation = started("echo hello", json!({"ttlSecondsAfterFinished": 60}));
    assert_eq!(count(&simulation, "succeeded"), 1);
    run(&mut simulation, 90);
    assert_eq!(simulation.registry.list(&builtin::JOB, Some("default")).len(), 0);
    assert_eq!(pods(&simulation).len(), 0);
}

#[test]
fn running_pods_go_with_their_job() {
    let mut simulation = started("sleep 1000", json!({}));
    assert_eq!(count(&simulation, "active"), 1);
    delete(&mut simulation, &builtin::JOB, "work");
    run(&mut simulation, 60);
    assert_eq!(pods(&simulation).len(), 0);
}

fn indexed(script: &str, spec: Value) -> Simulation {
    let mut fields = json!({"completionMode": "Indexed", "completions": 3, "parallelism": 3});
    for (field, value) in spec.as_object().into_iter().flatten() {
        fields[field] = value.clone();
    }
    started(script, fields)
}

#[test]
fn each_index_is_done_once() {
    let simulation = indexed("echo $JOB_COMPLETION_INDEX on $(hostname)", json!({}));
    let work = get(&simulation, &builtin::JOB, "work");
    assert_eq!(
        (work.text("/status/completedIndexes"), reason(&simulation, "Complete").as_str()),
        ("0-2", "CompletionsReached")
    );
    let mut names: Vec<String> = pods(&simulation).iter().map(|pod| pod.name()[..7].to_owned()).collect();
    names.sort();
    assert_eq!(names, ["work-0-", "work-1-", "work-2-"]);
    let hosts: Vec<bool> =
        pods(&simulation).iter().map(|pod| pod.name().starts_with(pod.text("/spec/hostname"))).collect();
    assert_eq!(hosts, [true; 3]);
}

#[test]
fn an_index_may_fail_for_itself() {
    let mut simulation =
        indexed("[ $JOB_COMPLETION_INDEX != 1 ]", json!({"backoffLimitPerIndex": 1, "completions": 4}));
    run(&mut simulation, 90);
    let work = get(&simulation, &builtin::JOB, "work");
    let indexes =
        ["completedIndexes", "failedIndexes"].map(|field| work.text(&format!("/status/{field}")).to_owned());
    assert_eq!(indexes, ["0,2,3", "1"]);
    assert_eq!((count(&simulation, "failed"), reason(&simulation, "Failed").as_str()), (2, "FailedIndexes"));
    assert_eq!(reason(&simulation, "FailureTarget"), "FailedIndexes");
}

#[test]
fn a_policy_decides_what_a_failure_means() {
    let rules = json!({"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}]});
    let simulation = started("exit 42", json!({"podFailurePolicy": rules}));
    assert_eq!(
        (count(&simulation, "failed"), reason(&simulation, "Failed").as_str()),
        (1, "PodFailurePolicy")
    );
    let told = messages(&simulation, "PodFailurePolicy");
    assert!(told[0].starts_with("Container c for pod default/work-"), "{told:?}");
    assert!(told[0].ends_with(" failed with exit code 42 matching FailJob rule at index 0"), "{told:?}");
}

#[test]
fn a_policy_decides_what_success_means() {
    let policy = json!({"rules": [{"succeededIndexes": "0"}]});
    let script = "[ $JOB_COMPLETION_INDEX = 0 ] || sleep 1000";
    let mut simulation = indexed(script, json!({"successPolicy": policy}));
    run(&mut simulation, 60);
    assert_eq!(reason(&simulation, "SuccessCriteriaMet"), "SuccessPolicy");
    assert_eq!(reason(&simulation, "Complete"), "SuccessPolicy");
    assert_eq!(count(&simulation, "active"), 0);
}

#[test]
fn the_end_waits_for_the_last_pod() {
    let mut simulation = started("sleep 1000", json!({"activeDeadlineSeconds": 20}));
    assert_eq!(reason(&simulation, "FailureTarget"), "DeadlineExceeded");
    assert_eq!(reason(&simulation, "Failed"), "");
    assert_eq!(count(&simulation, "terminating"), 1);
    run(&mut simulation, 40);
    assert_eq!(
        (count(&simulation, "failed"), reason(&simulation, "Failed").as_str()),
        (1, "DeadlineExceeded")
    );
}
