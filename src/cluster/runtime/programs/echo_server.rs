//! Echo servers: answer with the request that came in, each in the way of its image.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;

/// `echo-server`.
pub(in super::super) struct EchoServer;

const PORT: u16 = 8080;
/// The header that tells a program who asks, which is not part of the request.
const CLIENT: &str = "X-Client-Address";
/// Versions of Kubernetes' own image that still told less.
const OLD_TAGS: &[&str] = &["1.3", "1.4", "1.5"];

impl Program for EchoServer {
    fn name(&self) -> &'static str {
        "echo-server"
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        if !of_kubernetes(process) {
            process.print_line(&format!("Echo server listening on port {PORT}."));
        }
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![PORT]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let client = request.header(CLIENT).unwrap_or("10.244.0.1");
        if of_kubernetes(process) {
            let old = process.memory.get("tag").is_some_and(|tag| OLD_TAGS.contains(&tag.as_str()));
            let body =
                if old { told_long_ago(request, client) } else { told(process, request, client, system) };
            let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
            let agent = request.header("User-Agent").unwrap_or("-");
            process.print_line(&format!(
                "{client} - - [{at}] \"{} {} HTTP/1.1\" 200 {} \"-\" \"{agent}\"",
                request.method,
                request.path,
                body.len()
            ));
            return Some(HttpResponse::text(200, "text/plain", body));
        }
        let (method, path) = (&request.method, &request.path);
        let line = match memory(process, "repository") {
            "docker.io/kicbase/echo-server" => format!("HTTP/1.1 {method} {path}"),
            _ => format!("{method} {path} HTTP/1.1"),
        };
        let mut body = format!("Request served by {}\n\n{line}\n\n", system.hostname());
        for (name, value) in request.headers.iter().filter(|(name, _)| name != CLIENT) {
            body.push_str(&format!("{name}: {value}\n"));
        }
        process.print_line(&format!("{client}:40000 | {method} {path}"));
        Some(HttpResponse::text(200, "text/plain", body))
    }
}

fn memory<'a>(process: &'a Process, name: &str) -> &'a str {
    process.memory.get(name).map(String::as_str).unwrap_or_default()
}

/// Whether it is Kubernetes' own echo server, which is nginx with a page in Lua.
fn of_kubernetes(process: &Process) -> bool {
    memory(process, "repository").ends_with("/echoserver")
}

/// The headers by their small names, in order.
fn headers(request: &HttpRequest) -> Vec<(String, &str)> {
    let mut headers: Vec<(String, &str)> = request
        .headers
        .iter()
        .filter(|(name, _)| name != CLIENT)
        .map(|(name, value)| (name.to_lowercase(), value.as_str()))
        .collect();
    headers.sort();
    headers
}

/// The address that was asked for, as the server itself sees it.
fn address(request: &HttpRequest) -> String {
    let host = request.header("Host").unwrap_or("localhost");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    format!("http://{name}:{PORT}{}", request.path)
}

fn body_of(request: &HttpRequest) -> String {
    match request.body.as_slice() {
        [] => "-no body in request-".to_owned(),
        body => String::from_utf8_lossy(body).into_owned(),
    }
}

fn told(process: &Process, request: &HttpRequest, client: &str, system: &dyn System) -> String {
    let variable = |name: &str| process.environment.get(name).map(String::as_str).unwrap_or_default();
    let pod = if variable("POD_NAME").is_empty() {
        "\t-no pod information available-".to_owned()
    } else {
        format!(
            "\tnode name:\t{}\n\tpod name:\t{}\n\tpod namespace:\t{}\n\tpod IP:\t{}",
            variable("NODE_NAME"),
            variable("POD_NAME"),
            variable("POD_NAMESPACE"),
            variable("POD_IP")
        )
    };
    let query = request.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let headers: String =
        headers(request).iter().map(|(name, value)| format!("\t{name}={value}  \n")).collect();
    format!(
        "\n\nHostname: {}\n\nPod Information:\n{pod}\n\nServer values:\n\tserver_version=nginx: 1.13.3 - lua: 10008\n\n\
         Request Information:\n\tclient_address={client}\n\tmethod={}\n\treal path={}\n\tquery={query}\n\
         \trequest_version=1.1\n\trequest_scheme=http\n\trequest_uri={}\n\nRequest Headers:\n{headers}\n\
         Request Body:\n\t{}\n\n",
        system.hostname(),
        request.method,
        request.path,
        address(request),
        body_of(request)
    )
}

fn told_long_ago(request: &HttpRequest, client: &str) -> String {
    let query = request.path.split_once('?').map_or("nil", |(_, query)| query);
    let headers: String = headers(request).iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    format!(
        "CLIENT VALUES:\nclient_address={client}\ncommand={}\nreal path={}\nquery={query}\nrequest_version=1.1\n\
         request_uri={}\n\nSERVER VALUES:\nserver_version=nginx: 1.10.0 - lua: 10001\n\nHEADERS RECEIVED:\n{headers}\
         BODY:\n{}",
        request.method,
        request.path,
        address(request),
        body_of(request)
    )
}
