//! What policies and webhooks hold against a connection (`rest.Connecter` and its admission).

use std::sync::Arc;

use crate::apimachinery::{Kind, Object, Status};
use crate::base::{Map, Value, json};

use super::super::super::authorization::User;
use super::super::super::driver::Shared;
use super::super::super::registry::WriteOptions;
use super::super::query::Query;
use super::super::request_info::RequestInfo;

/// The flags of exec and attach.
const STREAMS: &[&str] = &["stdin", "stdout", "stderr", "tty"];

/// Asks policies and webhooks when the request is for a connection.
///
/// # Errors
/// What one of them holds against it.
pub(in super::super) fn admit_connection(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    user: &Arc<User>,
) -> Result<(), Status> {
    let (kind, query) = (info.kind, &info.query);
    let connection = match info.subresource_name() {
        "exec" => streams("PodExecOptions", kind, query),
        "attach" => streams("PodAttachOptions", kind, query),
        "portforward" => {
            let ports = query.all("ports").flat_map(|ports| ports.split(','));
            let ports: Vec<u16> = ports.filter_map(|port| port.parse().ok()).collect();
            options("PodPortForwardOptions", kind, json!({"ports": ports}))
        }
        "proxy" => options(&format!("{}ProxyOptions", kind.kind), kind, json!({"path": info.rest})),
        _ => return Ok(()),
    };
    let Some(connection) = Object::from_value(connection) else { return Ok(()) };
    shared.with(|simulation| {
        let subresource = info.subresource_name();
        let write = WriteOptions { user: Arc::clone(user), subresource, ..WriteOptions::component("") };
        simulation.registry.admit_connection(info.kind, &info.key(), &connection, &write)
    })
}

fn options(name: &str, kind: &Kind, fields: Value) -> Value {
    let mut all = json!({"kind": name, "apiVersion": kind.api_version()});
    if let (Some(all), Value::Object(fields)) = (all.as_object_mut(), fields) {
        all.extend(fields);
    }
    all
}

fn streams(name: &str, kind: &Kind, query: &Query) -> Value {
    let mut fields = Map::new();
    for flag in STREAMS.iter().filter(|flag| query.flag(flag)) {
        fields.insert((*flag).to_owned(), true.into());
    }
    if let Some(container) = query.get("container").filter(|name| !name.is_empty()) {
        fields.insert("container", container.into());
    }
    let command: Vec<&str> = query.all("command").collect();
    if !command.is_empty() {
        fields.insert("command", command.into());
    }
    options(name, kind, fields.into())
}
