//! Start, snapshots, idleness and virtual time.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use podlings::base::{Stopwatch, sleep};
use podlings::cluster::{Cluster, ClusterConfig};
use serde_json::json;

use super::{Report, manual, milliseconds, runtime, seconds};

const DAY: Duration = Duration::from_secs(86_400);

/// From nothing to the first answer.
pub(super) fn ready(report: &mut Report) {
    runtime().block_on(async {
        let watch = Stopwatch::start();
        let cluster = Cluster::start(ClusterConfig::default()).unwrap();
        let pods: Api<k8s_openapi::api::core::v1::Pod> = Api::all(cluster.client());
        assert!(!pods.list(&ListParams::default()).await.unwrap().items.is_empty());
        report.row("ready: first list of Pods answered", &milliseconds(&watch), "under 50 ms");
    });
}

/// Deployments as `kubectl create deployment` makes them.
pub(super) fn deployment(name: &str, replicas: u32) -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "nginx", "image": "nginx:1.27"}]},
            },
        },
    }))
    .unwrap()
}

/// A world as large as a lesson's: taken, changed, brought back.
pub(super) fn snapshot(report: &mut Report) {
    runtime().block_on(async {
        let cluster = manual(1);
        let deployments: Api<Deployment> = Api::default_namespaced(cluster.client());
        for number in 0..10 {
            let one = deployment(&format!("web-{number}"), 3);
            deployments.create(&PostParams::default(), &one).await.unwrap();
        }
        cluster.pass(Duration::from_secs(60));
        let (mut taking, mut restoring) = (Duration::ZERO, Duration::ZERO);
        let rounds = 20;
        for _ in 0..rounds {
            let watch = Stopwatch::start();
            let snapshot = cluster.snapshot();
            taking += watch.elapsed();
            deployments.delete("web-0", &DeleteParams::default()).await.unwrap();
            cluster.pass(Duration::from_secs(60));
            let watch = Stopwatch::start();
            cluster.restore(&snapshot);
            restoring += watch.elapsed();
            assert!(deployments.get_opt("web-0").await.unwrap().is_some());
        }
        for (what, time) in [("snapshot", taking), ("restore", restoring)] {
            let figure = format!("{:.3} ms", time.as_secs_f64() * 1e3 / f64::from(rounds));
            report.row(&format!("{what} of 10 Deployments, 30 Pods"), &figure, "under 5 ms");
        }
    });
}

/// A day in which nobody does anything.
pub(super) fn idle_day(report: &mut Report) {
    runtime().block_on(async {
        let cluster = manual(1);
        let watch = Stopwatch::start();
        cluster.pass(DAY);
        report.row("a virtual day of an idle cluster", &seconds(&watch), "under 1 s");
    });
}

/// Processor time of a cluster that runs in real time and is left alone.
pub(super) fn idle_cpu(report: &mut Report) {
    runtime().block_on(async {
        let _cluster = Cluster::start(ClusterConfig::default()).unwrap();
        sleep(Duration::from_secs(1)).await;
        let before = ticks();
        sleep(Duration::from_secs(10)).await;
        report.row("processor ticks (10 ms) in 10 s idle", &(ticks() - before).to_string(), "0");
    });
}

/// User and system time of this process in ticks of the system.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<u64>().ok()).sum()
}
