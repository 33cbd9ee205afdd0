//! `pods/proxy` and `services/proxy`: one HTTP request into the cluster.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::apimachinery::{LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::super::driver::Shared;
use super::super::super::network::ConnectError;
use super::super::super::registry::Registry;
use super::super::body::Body;
use super::super::forward;
use super::super::request_info::RequestInfo;
use super::node_proxy;

/// Label of EndpointSlices that names their Service.
const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

/// `scheme:name:port`, `name:port` or `name`.
fn name_and_port(text: &str) -> (&str, &str) {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [_, name, port] | [name, port] => (name, port),
        _ => (text, ""),
    }
}

/// Passes a request on to a Pod or a Service, and its response back.
///
/// # Errors
/// 404 without the object, 400 for unknown ports, 503 when nothing answers.
pub(in super::super) async fn proxy(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    request: Request<Incoming>,
) -> Result<Response<Body>, Status> {
    let (name, port) = name_and_port(&info.name);
    let key = ObjectKey::new(info.namespace.clone().unwrap_or_default(), name);
    let path = if info.rest.is_empty() { "/" } else { &info.rest };
    let path = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if info.kind == &builtin::NODE {
        let node = info.name.split(':').find(|part| !["", "https", "http"].contains(part));
        return node_proxy::answer(shared, node.unwrap_or_default(), &path);
    }
    let request = forward::request_of(request, Some(path)).await?;
    let answered = shared.reach_in(|simulation| {
        let (node, registry) = (&mut simulation.node, &mut simulation.registry);
        let object = registry.get(info.kind, &key)?;
        if info.kind == &builtin::SERVICE {
            let port = service_port(&object, port)?;
            if !has_ready_endpoints(registry, &key) {
                return Err(unavailable(&format!("no endpoints available for service {name:?}")));
            }
            Ok(node.http_to_service(registry, &key, port, &request))
        } else {
            let port = pod_port(&object, port)?;
            Ok(node.http_to_address(registry, &key, port, &request))
        }
    })?;
    answered
        .map(forward::response_of)
        .map_err(|error| unavailable(&format!("error trying to reach service: {}", reason(error))))
}

fn unavailable(message: &str) -> Status {
    Status::failure(503, "ServiceUnavailable", message)
}

fn reason(error: ConnectError) -> &'static str {
    match error {
        ConnectError::Refused => "dial tcp: connect: connection refused",
        ConnectError::UnknownHost => "dial tcp: lookup: no such host",
        ConnectError::EmptyReply => "EOF",
        ConnectError::TimedOut => "dial tcp: i/o timeout",
    }
}

fn number(value: &Value, name: &str) -> Option<u16> {
    value.get(name).and_then(Value::as_u64).and_then(|number| number.try_into().ok())
}

/// The number of a Service's port, given by number or name; the first one when not given.
fn service_port(service: &Object, wanted: &str) -> Result<u16, Status> {
    let ports = service.list("/spec/ports");
    let found = ports.iter().find(|port| {
        wanted.is_empty()
            || port.get("name").and_then(Value::as_str) == Some(wanted)
            || number(port, "port").is_some_and(|number| number.to_string() == wanted)
    });
    found.and_then(|port| number(port, "port")).ok_or_else(|| {
        unavailable(&format!("no service port {wanted:?} found for service {:?}", service.name()))
    })
}

/// The number of a Pod's port; the first container port, else 80, when not given.
fn pod_port(pod: &Object, wanted: &str) -> Result<u16, Status> {
    if !wanted.is_empty() {
        return wanted.parse().map_err(|_| Status::bad_request(format!("invalid port {wanted:?}")));
    }
    let ports = pod.list("/spec/containers").iter().filter_map(|container| container.get("ports"));
    let first = ports.filter_map(Value::as_array).flatten().find_map(|port| number(port, "containerPort"));
    Ok(first.unwrap_or(80))
}

fn has_ready_endpoints(registry: &Registry, service: &ObjectKey) -> bool {
    let wanted = json!({SERVICE_NAME_LABEL: service.name});
    let selector = wanted.as_object().map(LabelSelector::from_map).unwrap_or_default();
    registry
        .list(&builtin::ENDPOINT_SLICE, Some(&service.namespace))
        .iter()
        .filter(|slice| selector.matches(slice.labels()))
        .flat_map(|slice| slice.list("/endpoints").to_vec())
        .any(|endpoint| endpoint.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn ports_are_named_numbered_or_left_out() {
        assert_eq!(name_and_port("web"), ("web", ""));
        assert_eq!(name_and_port("web:http"), ("web", "http"));
        assert_eq!(name_and_port("https:web:443"), ("web", "443"));
        let mut service = Object::new(&builtin::SERVICE, "default", "web");
        service.set("/spec/ports", json!([{"name": "http", "port": 80}, {"name": "admin", "port": 81}]));
        for (wanted, found) in [("", Some(80)), ("admin", Some(81)), ("81", Some(81)), ("82", None)] {
            assert_eq!(service_port(&service, wanted).ok(), found, "{wanted}");
        }
        let mut pod = Object::new(&builtin::POD, "default", "p");
        assert_eq!(pod_port(&pod, "").ok(), Some(80));
        pod.set("/spec/containers", json!([{"name": "a"}, {"ports": [{"containerPort": 8080}]}]));
        assert_eq!(pod_port(&pod, "").ok(), Some(8080));
        assert!(pod_port(&pod, "x").is_err());
    }
}
