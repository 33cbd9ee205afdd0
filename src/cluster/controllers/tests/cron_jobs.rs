//! CronJobs and the Jobs that they make.

use crate::base::json;

use super::*;

fn started(script: &str, spec: Value) -> Simulation {
    let container = json!({"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", script]});
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [container]}});
    let mut fields =
        json!({"spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": template}}}});
    for (field, value) in spec.as_object().into_iter().flatten() {
        fields["spec"][field] = value.clone();
    }
    let mut simulation = cluster();
    create(&mut simulation, &builtin::CRON_JOB, "tick", fields);
    simulation
}

fn jobs(simulation: &Simulation) -> Vec<Arc<Object>> {
    simulation.registry.list(&builtin::JOB, Some("default"))
}

#[test]
fn a_job_is_made_whenever_the_schedule_says_so() {
    let mut simulation = started("date", json!({}));
    run(&mut simulation, 299);
    assert_eq!(jobs(&simulation).len(), 0);
    run(&mut simulation, 1);
    let minutes = simulation.registry.now().as_second() / 60;
    assert_eq!(jobs(&simulation)[0].name(), format!("tick-{minutes}"));
    let tick = get(&simulation, &builtin::CRON_JOB, "tick");
    assert_eq!(tick.list("/status/active").len(), 1);
    assert_eq!(tick.text("/status/lastScheduleTime"), "2026-01-01T00:05:00Z");
    run(&mut simulation, 60);
    let tick = get(&simulation, &builtin::CRON_JOB, "tick");
    assert_eq!(tick.list("/status/active").len(), 0);
    assert!(tick.time("/status/lastSuccessfulTime").is_some());
    assert_eq!(
        messages(&simulation, "SawCompletedJob"),
        [format!("Saw completed job: tick-{minutes}, condition: Complete")]
    );
}

#[test]
fn a_job_tells_its_moment_on_the_clocks_of_its_zone() {
    for (zone, moment) in [("Asia/Seoul", "2026-01-01T09:05:00+09:00"), ("Etc/UTC", "2026-01-01T00:05:00Z")] {
        let mut simulation = started("date", json!({"timeZone": zone}));
        run(&mut simulation, 300);
        let told = jobs(&simulation)[0]
            .annotation("batch.kubernetes.io/cronjob-scheduled-timestamp")
            .map(str::to_owned);
        assert_eq!(told.as_deref(), Some(moment));
    }
}

#[test]
fn only_the_last_jobs_are_kept() {
    let mut simulation = started("date", json!({"successfulJobsHistoryLimit": 2}));
    run(&mut simulation, 5 * 300 + 60);
    assert_eq!(jobs(&simulation).len(), 2);
}

#[test]
fn a_run_that_takes_too_long_hinders_the_next_one_or_gives_way_to_it() {
    let mut forbidding = started("sleep 2000", json!({"concurrencyPolicy": "Forbid"}));
    run(&mut forbidding, 660);
    assert_eq!(jobs(&forbidding).len(), 1);
    assert_eq!(messages(&forbidding, "JobAlreadyActive").len(), 1);
    let mut replacing = started("sleep 2000", json!({"concurrencyPolicy": "Replace"}));
    run(&mut replacing, 660);
    let names: Vec<String> = jobs(&replacing).iter().map(|job| job.name().to_owned()).collect();
    assert_eq!(names.len(), 1);
    assert_eq!(get(&replacing, &builtin::CRON_JOB, "tick").list("/status/active").len(), 1);
}

#[test]
fn a_suspended_cron_job_makes_none() {
    let mut simulation = started("date", json!({"suspend": true}));
    run(&mut simulation, 660);
    assert_eq!(jobs(&simulation).len(), 0);
}

#[test]
fn a_job_that_somebody_else_made_in_its_name_is_told_of() {
    let mut simulation = started("sleep 100", json!({"suspend": true}));
    let tick = get(&simulation, &builtin::CRON_JOB, "tick");
    let mut job = tick.get("/spec/jobTemplate").cloned().unwrap_or_default();
    let owner = crate::apimachinery::OwnerReference::controller(&tick);
    job["metadata"] = json!({"name": "manual", "namespace": "default", "ownerReferences": [owner]});
    create(&mut simulation, &builtin::JOB, "manual", job);
    run(&mut simulation, 5);
    let told = messages(&simulation, "UnexpectedJob");
    assert_eq!(told[0], "Saw a job that the controller did not create or forgot: manual");
}
