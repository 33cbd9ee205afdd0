//! Requests over loopback TLS from many clients at once.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::PostParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use podlings::base::{Stopwatch, sleep};
use podlings::cluster::{Cluster, ClusterConfig};
use serde_json::json;

use super::{Report, runtime};

const CLIENTS: usize = 50;
const ROUNDS: usize = 40;

/// Creates and gets of 50 clients: at a steady pace, and as fast as they can.
pub(super) fn latency(report: &mut Report) {
    runtime().block_on(async {
        let cluster = Cluster::start(ClusterConfig::default()).unwrap();
        let listener = cluster.listen(0).await.unwrap();
        for (pace, what) in
            [(Some(Duration::from_millis(100)), "10 requests a second each"), (None, "as fast as they can")]
        {
            let watch = Stopwatch::start();
            let clients = (0..CLIENTS).map(|number| {
                let kubeconfig = listener.kubeconfig().to_owned();
                tokio::spawn(async move { client(&kubeconfig, number, pace).await })
            });
            let (mut creates, mut gets) = (Vec::new(), Vec::new());
            for task in clients.collect::<Vec<_>>() {
                let (one, other) = task.await.unwrap();
                creates.extend(one);
                gets.extend(other);
            }
            let rate = (creates.len() + gets.len()) as f64 / watch.elapsed().as_secs_f64();
            for (verb, times) in [("create", &mut creates), ("get", &mut gets)] {
                times.sort();
                let percentile = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
                let figure = format!("{:.2} / {:.2} ms", percentile(50), percentile(99));
                let target = if pace.is_some() { "p99 under 2 ms" } else { "" };
                report.row(&format!("{verb} p50 / p99, 50 clients, {what}"), &figure, target);
            }
            report.row("… requests a second", &format!("{rate:.0}"), "");
        }
    });
}

/// What one client measured: its creates and its gets.
async fn client(kubeconfig: &str, number: usize, pace: Option<Duration>) -> (Vec<Duration>, Vec<Duration>) {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let api: Api<ConfigMap> = Api::default_namespaced(Client::try_from(config).unwrap());
    let word = if pace.is_some() { "paced" } else { "fast" };
    // The first request shakes hands.
    let _ = api.get_opt("nothing").await.unwrap();
    if let Some(pace) = pace {
        sleep(pace * u32::try_from(number).unwrap_or_default() / u32::try_from(CLIENTS).unwrap_or(1)).await;
    }
    let (mut creates, mut gets) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let name = format!("{word}-{number}-{round}");
        let object: ConfigMap =
            serde_json::from_value(json!({"metadata": {"name": name}, "data": {"key": "value"}})).unwrap();
        let watch = Stopwatch::start();
        api.create(&PostParams::default(), &object).await.unwrap();
        creates.push(watch.elapsed());
        rest(pace, watch.elapsed()).await;
        let watch = Stopwatch::start();
        api.get(&name).await.unwrap();
        gets.push(watch.elapsed());
        rest(pace, watch.elapsed()).await;
    }
    (creates, gets)
}

async fn rest(pace: Option<Duration>, passed: Duration) {
    if let Some(left) = pace.and_then(|pace| pace.checked_sub(passed)) {
        sleep(left).await;
    }
}
