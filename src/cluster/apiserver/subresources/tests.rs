//! Logs, streams and proxies as clients meet them, over the in-memory transport.

use std::time::Duration;

use futures::{AsyncBufReadExt, StreamExt, TryStreamExt};
use http::Request;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, AttachParams, EvictParams, LogParams, PostParams, WatchEvent, WatchParams};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::base::{Value, from_value, json};

use super::super::super::config::ClusterConfig;
use super::super::super::running_cluster::Cluster;

/// A cluster whose time runs as fast as it can, with one Pod that serves HTTP.
async fn with_web_pod() -> (Cluster, Api<Pod>) {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    cluster.run_eagerly(true);
    let pods: Api<Pod> = Api::namespaced(cluster.client(), "default");
    let pod = json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    pods.create(&PostParams::default(), &from_value(pod).unwrap()).await.unwrap();
    let named = WatchParams::default().fields("metadata.name=web");
    let mut events = pods.watch(&named, "0").await.unwrap().boxed();
    while let Some(event) = events.try_next().await.unwrap() {
        if let WatchEvent::Added(pod) | WatchEvent::Modified(pod) = event
            && pod.status.unwrap_or_default().phase.as_deref() == Some("Running")
        {
            return (cluster, pods);
        }
    }
    panic!("the watch ended before the Pod ran");
}

#[tokio::test]
async fn logs_are_read_whole_cut_and_followed() {
    let (cluster, pods) = with_web_pod().await;
    let whole = pods.logs("web", &LogParams::default()).await.unwrap();
    assert!(whole.contains("start worker processes"), "{whole}");
    let last = LogParams { tail_lines: Some(1), ..LogParams::default() };
    assert_eq!(pods.logs("web", &last).await.unwrap().lines().count(), 1);
    let cut = LogParams { limit_bytes: Some(5), ..LogParams::default() };
    assert_eq!(pods.logs("web", &cut).await.unwrap(), whole[..5]);
    let wrong = LogParams { container: Some("x".to_owned()), ..LogParams::default() };
    let error = pods.logs("web", &wrong).await.unwrap_err();
    assert!(error.to_string().contains("container x is not valid for pod web"), "{error}");
    let follow = LogParams { follow: true, tail_lines: Some(0), ..LogParams::default() };
    let mut lines = pods.log_stream("web", &follow).await.unwrap().lines();
    let proxied =
        Request::get("/api/v1/namespaces/default/pods/web:80/proxy/hidden").body(Vec::new()).unwrap();
    let missing = cluster.client().request_text(proxied).await.unwrap_err();
    assert!(missing.to_string().contains("404"), "{missing}");
    let line = lines.try_next().await.unwrap().unwrap();
    assert!(line.contains("/hidden"), "{line}");
}

#[tokio::test]
async fn a_forwarded_port_speaks_http_and_says_when_nobody_listens() {
    let (_cluster, pods) = with_web_pod().await;
    let mut forwarder = pods.portforward("web", &[80]).await.unwrap();
    let mut stream = forwarder.take_stream(80).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200");
    let mut forwarder = pods.portforward("web", &[81]).await.unwrap();
    let mut stream = forwarder.take_stream(81).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let error = forwarder.take_error(81).unwrap().await.unwrap();
    assert!(error.contains("connection refused"), "{error}");
}

#[tokio::test]
async fn a_command_that_cannot_start_is_told_on_the_open_stream() {
    let (_cluster, pods) = with_web_pod().await;
    let mut attached = pods.exec("web", ["nope-command"], &AttachParams::default()).await.unwrap();
    let status = attached.take_status().unwrap().await.unwrap();
    assert_eq!(status.status.as_deref(), Some("Failure"));
    assert!(!status.message.unwrap().is_empty());
}

#[tokio::test]
async fn an_eviction_deletes_and_a_plain_request_is_no_stream() {
    let (cluster, pods) = with_web_pod().await;
    let client = cluster.client();
    let plain = Request::get("/api/v1/namespaces/default/pods/web/exec?command=ls&stdout=true")
        .body(Vec::new())
        .unwrap();
    let error = client.request::<Value>(plain).await.unwrap_err();
    assert!(error.to_string().contains("Upgrade request required"), "{error}");
    pods.evict("web", &EvictParams::default()).await.unwrap();
    let gone = async {
        while pods.get_opt("web").await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    crate::base::timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn a_service_without_endpoints_is_unavailable() {
    let (cluster, _pods) = with_web_pod().await;
    let service = json!({"kind": "Service", "apiVersion": "v1", "metadata": {"name": "none"},
        "spec": {"selector": {"app": "none"}, "ports": [{"port": 80}]}});
    let url = "/api/v1/namespaces/default/services";
    let post = Request::post(url).body(serde_json::to_vec(&service).unwrap()).unwrap();
    cluster.client().request::<Value>(post).await.unwrap();
    let get = Request::get(format!("{url}/none:80/proxy/")).body(Vec::new()).unwrap();
    let error = cluster.client().request_text(get).await.unwrap_err();
    assert!(error.to_string().contains("no endpoints available for service \"none\""), "{error}");
}
