//! Many objects: Deployments, nodes and Pods.

use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{ListParams, PostParams};
use podlings::base::Stopwatch;
use serde_json::json;

use super::time::deployment;
use super::{Report, manual, mebibytes, resident, runtime, seconds};

const DEPLOYMENTS: usize = 10_000;
const NODES: usize = 5_000;
const PODS: usize = 150_000;

/// Objects that are read at once.
const PAGE: u32 = 500;

/// Requests that are under way at once.
const IN_FLIGHT: usize = 32;

/// Ten thousand Deployments of one replica, from nothing to Running.
pub(super) fn deployments(report: &mut Report) {
    runtime().block_on(async {
        let cluster = manual(100);
        let count = report.size.unwrap_or(DEPLOYMENTS);
        let api: Api<Deployment> = Api::default_namespaced(cluster.client());
        let watch = Stopwatch::start();
        let creates = (0..count).map(|number| {
            let api = api.clone();
            async move {
                let one = deployment(&format!("web-{number}"), 1);
                api.create(&PostParams::default(), &one).await.unwrap();
            }
        });
        futures::stream::iter(creates).buffer_unordered(IN_FLIGHT).collect::<()>().await;
        report.row(&format!("{count} Deployments created through the API"), &seconds(&watch), "");
        cluster.pass(Duration::from_secs(120));
        let running = running(&cluster.client()).await;
        assert!(running >= count, "{running} Pods run");
        report.row("… until all their Pods run", &seconds(&watch), "under 10 s");
        report.row("… resident memory", &mebibytes(resident()), "");
    });
}

/// How many Pods run; asked for in pages, so that what this program holds is the cluster's.
async fn running(client: &kube::Client) -> usize {
    let pods: Api<Pod> = Api::namespaced(client.clone(), "default");
    let mut page = ListParams::default().fields("status.phase=Running").limit(PAGE);
    let mut count = 0;
    loop {
        let list = pods.list_metadata(&page).await.unwrap();
        count += list.items.len();
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return count,
        }
    }
}

/// A hundred and fifty thousand Pods on five thousand nodes.
pub(super) fn nodes(report: &mut Report) {
    runtime().block_on(async {
        let watch = Stopwatch::start();
        let (pods, nodes) = report.size.map_or((PODS, NODES), |pods| (pods, pods.div_ceil(PODS / NODES)));
        let cluster = manual(nodes);
        report.row(&format!("{nodes} nodes started"), &seconds(&watch), "");
        let api: Api<Pod> = Api::default_namespaced(cluster.client());
        let creates = (0..pods).map(|number| {
            let api = api.clone();
            async move {
                let pod: Pod = serde_json::from_value(json!({
                    "metadata": {"name": format!("pod-{number}"), "labels": {"app": "many"}},
                    "spec": {
                        "nodeName": node_name(number % nodes),
                        "containers": [{"name": "nginx", "image": "nginx:1.27"}],
                    },
                }))
                .unwrap();
                api.create(&PostParams::default(), &pod).await.unwrap();
            }
        });
        futures::stream::iter(creates).buffer_unordered(IN_FLIGHT).collect::<()>().await;
        cluster.pass(Duration::from_secs(120));
        let running = running(&cluster.client()).await;
        report.row(&format!("{pods} Pods on them"), &seconds(&watch), "");
        report.row("… of which run", &running.to_string(), "all");
        report.row("… resident memory", &mebibytes(resident()), "under 3 GiB");
    });
}

fn node_name(number: usize) -> String {
    if number == 0 { "minikube".to_owned() } else { format!("minikube-m{:02}", number + 1) }
}
