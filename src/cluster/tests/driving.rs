//! The driver: single steps, and ending while there is much to catch up with.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::PostParams;

use crate::base::{Stopwatch, from_value, json, sleep};
use crate::cluster::{Cluster, ClusterConfig};

/// A cluster in which a program never waits.
async fn spinning() -> Cluster {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let pods: kube::Api<Pod> = kube::Api::namespaced(cluster.client(), "default");
    let spec = json!({"containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "while true; do :; done"]}]});
    let pod = from_value(json!({"metadata": {"name": "p"}, "spec": spec})).unwrap();
    pods.create(&PostParams::default(), &pod).await.unwrap();
    cluster
}

#[tokio::test]
async fn steps_without_time_come_to_an_end_though_a_program_never_waits() {
    let cluster = spinning().await;
    cluster.pass(Duration::from_secs(10));
    let steps = (0..1_000).take_while(|_| cluster.step(Duration::ZERO).is_some()).count();
    assert!(steps < 1_000, "something is due now for ever");
    assert!(cluster.step(Duration::from_secs(1)).is_some(), "with time it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_not_kept_waiting_by_years_to_catch_up_with() {
    let cluster = spinning().await;
    let busy = cluster.clone();
    let catching_up = tokio::task::spawn_blocking(move || busy.pass(Duration::from_secs(3_600 * 24 * 365)));
    sleep(Duration::from_millis(100)).await;
    assert!(!catching_up.is_finished());
    let asked = Stopwatch::start();
    cluster.end();
    catching_up.await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2));
}
