//! What minikube asks the cluster, through a `kube::Client` alone.

use std::collections::BTreeMap;

use http::Request;
use http_body_util::BodyExt;

use crate::apimachinery::{LabelSelector, Object};
use crate::base::Value;

use super::printer::Failure;

/// Where an embedded cluster tells of its machines.
const MACHINES: &str = "/podlings/machines";
/// Exit code when the cluster cannot be reached.
const EXIT_UNREACHABLE: i32 = 83;

/// Asks for a path; `None` when there is no such thing.
pub(super) async fn get(client: &kube::Client, path: &str) -> Result<Option<Value>, Failure> {
    let request = Request::get(path).body(Vec::new()).map_err(unreachable)?;
    match client.request::<Value>(request).await {
        Ok(value) => Ok(Some(value)),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(unreachable(error)),
    }
}

/// Creates an object at a collection's path, unless it is there already.
pub(super) async fn create(client: &kube::Client, path: &str, object: &Value) -> Result<(), Failure> {
    let body = object.to_string().into_bytes();
    let request = Request::post(path).header("Content-Type", "application/json").body(body);
    send(client, request.map_err(unreachable)?, 409).await
}

/// Deletes the object at a path, if it is there.
pub(super) async fn delete(client: &kube::Client, path: &str) -> Result<(), Failure> {
    send(client, Request::delete(path).body(Vec::new()).map_err(unreachable)?, 404).await
}

/// Sends a request whose answer does not matter; one code of failure is as good as success.
async fn send(client: &kube::Client, request: Request<Vec<u8>>, pardoned: u16) -> Result<(), Failure> {
    match client.request::<Value>(request).await {
        Err(kube::Error::Api(status)) if status.code == pardoned => Ok(()),
        Err(error) => Err(unreachable(error)),
        Ok(_) => Ok(()),
    }
}

pub(super) fn unreachable(error: impl std::fmt::Display) -> Failure {
    Failure::known(
        EXIT_UNREACHABLE,
        "K8S_APISERVER_UNREACHABLE",
        &format!("the cluster does not answer: {error}"),
    )
}

/// The objects at a list's path.
async fn list(client: &kube::Client, path: &str) -> Result<Vec<Object>, Failure> {
    let mut answer = get(client, path).await?.unwrap_or_default();
    let items = answer.get_mut("items").map(Value::take);
    let Some(Value::Array(items)) = items else { return Ok(Vec::new()) };
    Ok(items.into_iter().filter_map(Object::from_value).collect())
}

pub(super) async fn nodes(client: &kube::Client) -> Result<Vec<Object>, Failure> {
    list(client, "/api/v1/nodes").await
}

/// The Pods of all namespaces.
pub(super) async fn pods(client: &kube::Client) -> Result<Vec<Object>, Failure> {
    list(client, "/api/v1/pods").await
}

/// The Services of a namespace, or of all.
pub(super) async fn services(client: &kube::Client, namespace: Option<&str>) -> Result<Vec<Object>, Failure> {
    match namespace {
        Some(namespace) => list(client, &format!("/api/v1/namespaces/{namespace}/services")).await,
        None => list(client, "/api/v1/services").await,
    }
}

pub(super) async fn service(
    client: &kube::Client,
    namespace: &str,
    name: &str,
) -> Result<Option<Object>, Failure> {
    let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
    Ok(get(client, &path).await?.and_then(Object::from_value))
}

/// Whether any Pod that the Service selects is running.
pub(super) async fn has_running_pod(client: &kube::Client, service: &Object) -> Result<bool, Failure> {
    let Some(labels) = service.map("/spec/selector") else { return Ok(true) };
    let selector = LabelSelector::from_map(labels);
    let pods = list(client, &format!("/api/v1/namespaces/{}/pods", service.namespace())).await?;
    Ok(pods.iter().any(|pod| selector.matches(pod.labels()) && pod.text("/status/phase") == "Running"))
}

/// Node ports and the ports on 127.0.0.1 that serve them; `None` on a cluster that is not embedded.
pub(super) async fn node_ports(client: &kube::Client) -> Result<Option<BTreeMap<i64, i64>>, Failure> {
    let Some(Value::Object(ports)) = get(client, "/podlings/node-ports").await? else { return Ok(None) };
    let pairs = ports.into_iter().filter_map(|(node, local)| Some((node.parse().ok()?, local.as_i64()?)));
    Ok(Some(pairs.collect()))
}

/// The machines beneath the nodes; none on a cluster that is not embedded.
pub(super) async fn machines(client: &kube::Client) -> Result<Vec<Value>, Failure> {
    let Some(Value::Array(machines)) = get(client, MACHINES).await? else { return Ok(Vec::new()) };
    Ok(machines)
}

/// Does something to a machine, or makes one.
pub(super) async fn machine(
    client: &kube::Client,
    method: http::Method,
    path: &str,
) -> Result<Value, Failure> {
    let request = Request::builder().method(method).uri(format!("{MACHINES}{path}")).body(Vec::new());
    match client.request::<Value>(request.map_err(unreachable)?).await {
        Ok(value) => Ok(value),
        Err(kube::Error::Api(status)) => Err(Failure::known(80, "GUEST_NODE_START", &status.message)),
        Err(error) => Err(unreachable(error)),
    }
}

/// The server's version, such as `v1.36.2`.
pub(super) async fn server_version(client: &kube::Client) -> Result<String, Failure> {
    let version = get(client, "/version").await?.unwrap_or_default();
    Ok(version["gitVersion"].as_str().unwrap_or_default().to_owned())
}

/// A node's address within the cluster.
pub(super) fn internal_ip(node: &Object) -> &str {
    let addresses = node.list("/status/addresses").iter();
    let internal = addresses.filter(|address| address["type"] == "InternalIP");
    internal.filter_map(|address| address["address"].as_str()).next().unwrap_or_default()
}

/// Whether a node runs the control plane.
pub(super) fn is_control_plane(node: &Object) -> bool {
    node.label("node-role.kubernetes.io/control-plane").is_some()
}

/// Control plane first, then by name.
pub(super) async fn sorted_nodes(client: &kube::Client) -> Result<Vec<Object>, Failure> {
    let mut nodes = nodes(client).await?;
    nodes.sort_by(|one, two| (!is_control_plane(one), one.name()).cmp(&(!is_control_plane(two), two.name())));
    Ok(nodes)
}

/// Lines that come for as long as somebody reads them.
pub(super) struct Lines {
    body: kube::client::Body,
    bytes: Vec<u8>,
}

impl Lines {
    /// The next line; `None` when there are no more.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.bytes.drain(..=end).collect();
                return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.bytes.extend_from_slice(&data);
            }
        }
    }
}

/// Asks for lines.
pub(super) async fn lines(client: &kube::Client, path: &str) -> Result<Lines, Failure> {
    let request = Request::get(path).body(kube::client::Body::empty()).map_err(unreachable)?;
    let response = client.send(request).await.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(unreachable(format!("{path}: {}", response.status())));
    }
    Ok(Lines { body: response.into_body(), bytes: Vec::new() })
}
