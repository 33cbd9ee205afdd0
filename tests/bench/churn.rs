//! A virtual week in which everything comes and goes: what is left of it must not grow.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use podlings::base::Stopwatch;
use serde_json::json;

use super::time::deployment;
use super::{Report, manual, mebibytes, resident, runtime, seconds};

const HALF_AN_HOUR: Duration = Duration::from_mins(30);

/// Rolling updates, crashes, Jobs that fail, CronJobs, namespaces that go: resident memory after each day.
pub(super) fn churn(report: &mut Report) {
    runtime().block_on(async {
        let cluster = manual(1);
        let client = cluster.client();
        begin(&client).await;
        let watch = Stopwatch::start();
        let mut days = Vec::new();
        for day in 0..7 {
            for hour in 0..24 {
                open_hour(&client, &format!("{day}-{hour}")).await;
                cluster.pass(HALF_AN_HOUR);
                close_hour(&client, &format!("{day}-{hour}")).await;
                cluster.pass(HALF_AN_HOUR);
            }
            days.push(resident());
        }
        report.row("a virtual week of churn", &seconds(&watch), "");
        let all: Vec<String> = days.iter().map(|bytes| (bytes >> 20).to_string()).collect();
        report.row("resident memory after each day, MiB", &all.join(" "), "");
        let growth = days[6].saturating_sub(days[1]);
        report.row("growth from day 2 to day 7", &mebibytes(growth), "none");
    });
}

/// What is there all week: a Deployment that crashes, one that is updated, two CronJobs.
async fn begin(client: &Client) {
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    let mut crash = deployment("crash", 2);
    if let Some(pod) = crash.spec.as_mut().and_then(|spec| spec.template.spec.as_mut()) {
        pod.containers[0].image = Some("busybox:1.36".to_owned());
        pod.containers[0].command = Some(["sh", "-c", "echo at work; exit 1"].map(str::to_owned).to_vec());
    }
    for one in [crash, deployment("steady", 3)] {
        deployments.create(&PostParams::default(), &one).await.unwrap();
    }
    let cron_jobs: Api<CronJob> = Api::default_namespaced(client.clone());
    for (name, command) in [("well", "date"), ("ill", "exit 1")] {
        let one: CronJob = serde_json::from_value(json!({
            "metadata": {"name": name},
            "spec": {"schedule": "*/10 * * * *", "jobTemplate": {"spec": job_spec(command)}},
        }))
        .unwrap();
        cron_jobs.create(&PostParams::default(), &one).await.unwrap();
    }
}

fn job_spec(command: &str) -> serde_json::Value {
    json!({
        "backoffLimit": 1,
        "template": {"spec": {"restartPolicy": "Never", "containers": [
            {"name": "work", "image": "busybox:1.36", "command": ["sh", "-c", command]},
        ]}},
    })
}

/// A Deployment, a Job that fails, a namespace with something in it, and a rolling update.
async fn open_hour(client: &Client, word: &str) {
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    deployments.create(&PostParams::default(), &deployment(&format!("web-{word}"), 3)).await.unwrap();
    let changed = json!({"spec": {"template": {"metadata": {"annotations": {"round": word}}}}});
    deployments.patch("steady", &PatchParams::default(), &Patch::Merge(&changed)).await.unwrap();
    let jobs: Api<Job> = Api::default_namespaced(client.clone());
    let job: Job = serde_json::from_value(json!({
        "metadata": {"name": format!("job-{word}")}, "spec": job_spec("exit 3"),
    }))
    .unwrap();
    jobs.create(&PostParams::default(), &job).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let name = format!("team-{word}");
    let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    namespaces.create(&PostParams::default(), &namespace).await.unwrap();
    let inside: Api<Deployment> = Api::namespaced(client.clone(), &name);
    inside.create(&PostParams::default(), &deployment("web", 1)).await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &name);
    let map: ConfigMap =
        serde_json::from_value(json!({"metadata": {"name": "a"}, "data": {"k": "v"}})).unwrap();
    maps.create(&PostParams::default(), &map).await.unwrap();
}

/// What the hour brought goes again.
async fn close_hour(client: &Client, word: &str) {
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    deployments.delete(&format!("web-{word}"), &DeleteParams::default()).await.unwrap();
    let jobs: Api<Job> = Api::default_namespaced(client.clone());
    jobs.delete(&format!("job-{word}"), &DeleteParams::background()).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.delete(&format!("team-{word}"), &DeleteParams::default()).await.unwrap();
}
