//! The subcommand of agnhost that answers on the ports which variables of the environment name.

use std::collections::BTreeMap;

use crate::base::Value;

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::nginx::ASKED_PORT;

/// The subcommand.
pub(super) const NAME: &str = "porter";
/// What the names of those variables begin with.
const VARIABLES: &[&str] = &["SERVE_PORT_", "SERVE_TCP_PORT_"];
/// The same for datagrams.
const UDP_VARIABLES: &[&str] = &["SERVE_UDP_PORT_"];

fn named(process: &Process, variables: &[&str]) -> BTreeMap<u16, String> {
    let port = |name: &str| variables.iter().find_map(|begin| name.strip_prefix(begin)?.parse().ok());
    process.environment.iter().filter_map(|(name, text)| Some((port(name)?, text.clone()))).collect()
}

/// The ports, and what is answered there.
pub(super) fn ports(process: &Process) -> BTreeMap<u16, String> {
    named(process, VARIABLES)
}

/// The ports for datagrams.
pub(super) fn udp_ports(process: &Process) -> BTreeMap<u16, String> {
    named(process, UDP_VARIABLES)
}

/// Answers with the text of the port; as JSON together with the method, if so told.
pub(super) fn serve(process: &Process, request: &HttpRequest) -> Option<HttpResponse> {
    let ports = ports(process);
    let asked = process.memory.get(ASKED_PORT).and_then(|port| port.parse::<u16>().ok());
    let text = asked.and_then(|port| ports.get(&port)).or_else(|| ports.values().next())?;
    if !process.command().iter().any(|word| word == "--json-response") {
        return Some(HttpResponse::text(200, "text/plain; charset=utf-8", text.clone()));
    }
    let [method, body] = [request.method.as_str(), text].map(|text| Value::from(text).to_string());
    Some(HttpResponse::text(200, "application/json", format!("{{\"Method\":{method},\"Body\":{body}}}")))
}
