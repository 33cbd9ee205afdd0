//! Jobs, their Pods and how they end.

use serde_json::json;

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
fn a_suspended_job_has_no_pods_until_it_goes_on() {
    let mut simulation = started("echo hello", json!({"suspend": true}));
    assert_eq!((pods(&simulation).len(), reason(&simulation, "Suspended").as_str()), (0, "JobSuspended"));
    change(&mut simulation, &builtin::JOB, "work", |work| work.set("/spec/suspend", false));
    run(&mut simulation, 30);
    assert_eq!(count(&simulation, "succeeded"), 1);
    assert_eq!(messages(&simulation, "Resumed"), ["Job resumed"]);
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
