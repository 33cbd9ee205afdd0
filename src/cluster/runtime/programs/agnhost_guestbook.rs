//! The subcommand of agnhost that is a guestbook: a primary that keeps entries, replicas, and a front end.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::base::{Timestamp, Value, json};

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::system::{CLUSTER_DNS, System};
use super::agnhost::{flag, number, parameter};

/// The subcommand.
pub(super) const NAME: &str = "guestbook";
/// Where the process keeps its entries.
const STORE: &str = "store";
/// Where it keeps the addresses of its replicas.
const REPLICAS: &str = "replicas";
/// Until when a replica tries to register.
const UNTIL: &str = "until";
/// How long it tries.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
/// Between two tries.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// Replicas and entries that one process keeps at most.
const KEPT_MAX: usize = 1_000;

/// The port on which it listens.
pub(super) fn port(process: &Process) -> u16 {
    number(process, "http-port", 80)
}

fn backend_port(process: &Process) -> u16 {
    number(process, "backend-port", 6379)
}

/// A replica begins with asking its primary for all that there is.
pub(super) fn start(process: &mut Process, system: &mut dyn System) {
    let until = system.now().checked_add(PATIENCE).unwrap_or(system.now());
    process.memory.insert(UNTIL.to_owned(), until.to_string());
    register(process, system);
}

/// Tries to register at the primary, again and again for a while.
pub(super) fn register(process: &mut Process, system: &mut dyn System) {
    let primary = flag(&process.command(), "replicaof").unwrap_or_default();
    if primary.is_empty() {
        return;
    }
    let path = format!("register?host={}", system.address());
    let port = backend_port(process);
    note(process, system, &format!("Registering to primary: {primary}:{port}/{path}"));
    match ask(process, system, &primary, &path) {
        Ok(body) => {
            let answer: Value = serde_json::from_str(&body).unwrap_or_default();
            process.memory.insert(STORE.to_owned(), answer["data"].to_string());
            note(process, system, &format!("Registered to node: {primary}"));
        }
        Err(why) if is_patient(process, system) => {
            let text = format!("encountered error while registering to primary: {why}. Retrying in 1s.");
            note(process, system, &text);
            process.wake = system.now().checked_add(PAUSE).ok();
        }
        Err(_) => {
            note(process, system, "Timed out while registering to primary.");
            process.exit_code = Some(1);
        }
    }
}

fn is_patient(process: &Process, system: &dyn System) -> bool {
    let until: Option<Timestamp> = process.memory.get(UNTIL).and_then(|until| until.parse().ok());
    until.is_some_and(|until| system.now() < until)
}

/// Answers a request.
pub(super) fn serve(process: &mut Process, request: &HttpRequest, system: &mut dyn System) -> HttpResponse {
    let [key, value, host, command] =
        ["key", "value", "host", "cmd"].map(|name| parameter(request, name).unwrap_or_default());
    let kept: BTreeMap<String, Value> =
        process.memory.get(STORE).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match request.path_only() {
        "/register" => {
            note(process, system, &format!("GET /register?host={host}"));
            let mut replicas = replicas(process);
            if replicas.len() < KEPT_MAX {
                replicas.push(host.clone());
            }
            process.memory.insert(REPLICAS.to_owned(), replicas.join(","));
            note(process, system, &format!("Node '{host}' registered."));
            text(200, json!({"data": kept}).to_string())
        }
        "/get" => {
            note(process, system, &format!("GET /get?key={key}"));
            let found = kept.get(&key).cloned().unwrap_or_else(|| "".into());
            text(200, if key.is_empty() { json!({"data": kept}) } else { json!({"data": found}) }.to_string())
        }
        "/set" => set(process, system, kept, (&key, &value)),
        "/guestbook" => {
            let command = command.to_lowercase();
            note(process, system, &format!("GET /guestbook?cmd={command}&key={key}&value={value}"));
            let host = match command.as_str() {
                "get" => "agnhost-replica",
                "set" if key.is_empty() => return text(400, "cannot set with empty key.\n".to_owned()),
                "set" => "agnhost-primary",
                _ => return text(400, format!("unsupported cmd: '{command}'\n")),
            };
            if system.resolve(host).is_empty() {
                let why = format!("lookup {host} on {CLUSTER_DNS}:53: no such host");
                return text(400, format!("host and/or port param are invalid. {why}\n"));
            }
            match ask(process, system, host, &format!("{command}?key={key}&value={value}")) {
                Ok(body) => text(200, body),
                Err(why) => text(417, format!("encountered error: {why}\n")),
            }
        }
        _ => text(404, "404 page not found\n".to_owned()),
    }
}

/// Keeps an entry, here and at the replicas.
fn set(
    process: &mut Process,
    system: &mut dyn System,
    mut kept: BTreeMap<String, Value>,
    (key, value): (&str, &str),
) -> HttpResponse {
    note(process, system, &format!("GET /set?key={key}&value={value}"));
    if key.is_empty() {
        return text(400, "cannot set with empty key.\n".to_owned());
    }
    if kept.len() < KEPT_MAX {
        kept.insert(key.to_owned(), value.into());
    }
    process.memory.insert(STORE.to_owned(), json!(kept).to_string());
    for replica in replicas(process) {
        if let Err(why) = ask(process, system, &replica, &format!("set?key={key}&value={value}")) {
            let why = format!("encountered error while propagating to replica '{replica}': {why}\n");
            return text(417, why);
        }
    }
    text(200, json!({"message": "Updated"}).to_string())
}

fn replicas(process: &Process) -> Vec<String> {
    let all = process.memory.get(REPLICAS).map(String::as_str).unwrap_or_default();
    all.split(',').filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// Asks another one of the guestbook's programs.
fn ask(process: &Process, system: &mut dyn System, host: &str, path: &str) -> Result<String, String> {
    let port = backend_port(process);
    let mut request = HttpRequest::get(&format!("/{path}"));
    request.headers.push(("Host".to_owned(), format!("{host}:{port}")));
    let answer = system.http(host, port, &request).map_err(|why| {
        let why = match why {
            ConnectError::UnknownHost => format!("dial tcp: lookup {host}: no such host"),
            ConnectError::EmptyReply => "EOF".to_owned(),
            ConnectError::TimedOut => format!("dial tcp {host}:{port}: i/o timeout"),
            _ => format!("dial tcp {host}:{port}: connect: connection refused"),
        };
        format!("Get \"http://{host}:{port}/{path}\": {why}")
    })?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

fn note(process: &mut Process, system: &dyn System, what: &str) {
    let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
    process.print_error(format!("{at} {what}\n").as_bytes());
}

fn text(status: u16, body: String) -> HttpResponse {
    HttpResponse::text(status, "text/plain; charset=utf-8", body)
}
