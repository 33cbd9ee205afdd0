//! agnhost, the test program of Kubernetes' own suites: the subcommands that documentation uses.

use jiff::SignedDuration;

use crate::base::{Map, Value};

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{GrpcHealth, Program, Sigterm};
use super::super::system::System;
use super::{agnhost_converter, agnhost_guestbook, agnhost_issuer, agnhost_porter, agnhost_tools};

/// `agnhost`.
pub(in super::super) struct Agnhost;

/// From its start on, `liveness` is healthy for so long.
const HEALTHY: SignedDuration = SignedDuration::from_secs(10);
/// Where a process remembers when it started.
const STARTED_AT: &str = "started at";
/// Where it remembers that it does not serve any more.
const NOT_SERVING: &str = "not serving";

/// A second name of the program in its image.
pub(in super::super) const SECOND_NAME: &str = "/agnhost-2";

/// Requests that one call of `/dial` makes at most.
const TRIES_MAX: usize = 100;

/// Images from before agnhost that do what one of its subcommands does.
const OLD_IMAGES: &[(&str, &str)] = &[
    ("registry.k8s.io/liveness", "liveness"),
    ("registry.k8s.io/serve_hostname", "serve-hostname"),
    ("registry.k8s.io/test-webserver", "test-webserver"),
    ("registry.k8s.io/e2e-test-images/kitten", "test-webserver"),
    ("registry.k8s.io/e2e-test-images/nautilus", "test-webserver"),
    ("registry.k8s.io/e2e-test-images/nonewprivs", "nonewprivs"),
];

/// Files of those images, which their web server shows.
const OLD_FILES: &[(&str, &str, &str)] = &[
    ("registry.k8s.io/e2e-test-images/kitten", "/data.json", "{\"image\": \"kitten.jpg\"}\n"),
    ("registry.k8s.io/e2e-test-images/nautilus", "/data.json", "{\"image\": \"nautilus.jpg\"}\n"),
];

fn subcommand(process: &Process) -> String {
    let repository = process.memory.get("repository").map(String::as_str);
    if let Some((_, subcommand)) = OLD_IMAGES.iter().find(|(image, _)| Some(*image) == repository) {
        return (*subcommand).to_owned();
    }
    subcommand_of(&process.command()).to_owned()
}

/// The subcommand in a command line.
pub(super) fn subcommand_of(words: &[String]) -> &str {
    let words = words.iter().skip_while(|word| !word.ends_with("agnhost") && *word != SECOND_NAME).skip(1);
    words.map(String::as_str).find(|word| !word.starts_with('-')).unwrap_or("pause")
}

/// What follows `--name=` or `--name`.
pub(super) fn flag(words: &[String], name: &str) -> Option<String> {
    let joined = words.iter().find_map(|word| word.strip_prefix(&format!("--{name}=")).map(str::to_owned));
    let apart = words.iter().position(|word| *word == format!("--{name}"));
    joined.or_else(|| apart.and_then(|index| words.get(index + 1).cloned()))
}

/// The number after `--name=` or `--name`.
pub(super) fn number(process: &Process, name: &str, default: u16) -> u16 {
    flag(&process.command(), name).and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The value of a parameter of a query.
pub(super) fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    let (_, query) = request.path.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| unescaped(value))
}

/// A part of a query as it was before it was escaped.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped =
            after.get(..2).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn set_serving(process: &mut Process, serves: bool) {
    if serves {
        process.memory.remove(NOT_SERVING);
    } else {
        process.memory.insert(NOT_SERVING.to_owned(), String::new());
    }
}

impl Agnhost {
    /// Asks others as often as told, and lists who answered and who did not.
    fn dial(&self, process: &mut Process, request: &HttpRequest, system: &mut dyn System) -> HttpResponse {
        let given = |name: &str| parameter(request, name).unwrap_or_default();
        let port = given("port").parse().unwrap_or_default();
        let (mut responses, mut errors) = (Vec::new(), Vec::new());
        for _ in 0..given("tries").parse().unwrap_or(1).min(TRIES_MAX) {
            match given("protocol").as_str() {
                "http" => {}
                "udp" => {
                    match self.dial_udp(process, (&given("host"), port), &given("request"), system) {
                        Ok(answer) => responses.push(answer),
                        Err(why) => errors.push(why),
                    }
                    continue;
                }
                other => {
                    errors.push(format!("not simulated: dialling by {other}; http and udp are"));
                    continue;
                }
            }
            let mut asked = HttpRequest::get(&format!("/{}", given("request")));
            asked.headers.push(("Host".to_owned(), format!("{}:{port}", given("host"))));
            let own = given("host") == system.address() && self.ports(process).contains(&port);
            let answer = if own {
                self.serve(process, &asked, system).ok_or(ConnectError::EmptyReply)
            } else {
                system.http(&given("host"), port, &asked)
            };
            match answer {
                Ok(answer) => responses.push(String::from_utf8_lossy(&answer.body).into_owned()),
                Err(why) => errors.push(format!("{why:?}")),
            }
        }
        let mut answer = Map::new();
        for (name, list) in [("responses", responses), ("errors", errors)] {
            if !list.is_empty() {
                answer.insert(name.to_owned(), list.into());
            }
        }
        HttpResponse::text(200, "text/plain; charset=utf-8", Value::from(answer).to_string())
    }
}

impl Agnhost {
    /// Sends a text by UDP, to itself, too, and waits for the answer.
    fn dial_udp(
        &self,
        process: &mut Process,
        (host, port): (&str, u16),
        text: &str,
        system: &mut dyn System,
    ) -> Result<String, String> {
        let own = host == system.address() && self.udp_ports(process).contains(&port);
        let answer = if own {
            self.take_datagram(process, text.as_bytes(), host, system)
        } else {
            let sent = system.send_datagram(host, port, text.as_bytes());
            sent.map_err(|why| match why {
                ConnectError::Refused => {
                    format!("reading from udp connection failed. err:'read udp {}:40000->{host}:{port}: read: connection refused'", system.address())
                }
                _ => no_answer(&system.address(), host, port),
            })?
        };
        let answer = answer.ok_or_else(|| no_answer(&system.address(), host, port))?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// Answers as a program that is well only in the beginning.
fn liveness(process: &Process, request: &HttpRequest, path: &str, system: &dyn System) -> HttpResponse {
    let text = |status: u16, body: String| HttpResponse::text(status, "text/plain; charset=utf-8", body);
    let since = process.memory.get(STARTED_AT).cloned().unwrap_or_default();
    match path {
        "/healthz" => {
            let started_at: Option<crate::base::Timestamp> = since.parse().ok();
            let age = started_at.map(|at| system.now().duration_since(at)).unwrap_or_default();
            if age > HEALTHY {
                return text(500, format!("error: {:.6}", age.as_secs_f64()));
            }
            text(200, "ok".to_owned())
        }
        "/redirect" => {
            let place = parameter(request, "loc").unwrap_or_default();
            HttpResponse::text(302, "text/html", "").with_header("Location", &place)
        }
        _ => text(200, since),
    }
}

/// What Go's servers answer to something that is no request.
fn no_request() -> HttpResponse {
    let answer = HttpResponse::text(400, "text/plain; charset=utf-8", "400 Bad Request");
    answer.with_header("Connection", "close")
}

/// Logs a request.
fn note(process: &mut Process, request: &HttpRequest, system: &dyn System) {
    let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
    process.print_line(&format!("{at} {} {}", request.method, request.path));
}

fn no_answer(own: &str, host: &str, port: u16) -> String {
    format!("reading from udp connection failed. err:'read udp {own}:40000->{host}:{port}: i/o timeout'")
}

impl Program for Agnhost {
    fn name(&self) -> &'static str {
        "agnhost"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        process.memory.insert(STARTED_AT.to_owned(), system.now().to_string());
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        let subcommand = subcommand(process);
        if agnhost_tools::start(&subcommand, process, system) {
            return;
        }
        match subcommand.as_str() {
            "pause" => process.print_line("Paused"),
            agnhost_guestbook::NAME => agnhost_guestbook::start(process, system),
            "netexec" => {
                let port = number(process, "http-port", 8080);
                process.print_line(&format!("{at} Started HTTP server on port {port}"));
                let port = number(process, "udp-port", 8081);
                process.print_line(&format!("{at} Started UDP server on port  {port}"));
            }
            "serve-hostname" => process.print_line(&format!("{at} Serving on port 9376.")),
            "grpc-health-checking" => {
                let (grpc, http) = (number(process, "port", 5000), number(process, "http-port", 8080));
                process.print_line(&format!("{at} Http server starting to listen on :{http}"));
                process.print_line(&format!("{at} gRPC server starting to listen on :{grpc}"));
            }
            "liveness" | "test-webserver" | agnhost_porter::NAME => {}
            agnhost_issuer::NAME => agnhost_issuer::run(process, system),
            "webhook" | agnhost_converter::NAME => {
                let file = flag(&process.command(), "tls-cert-file").unwrap_or_default();
                if system.files().read(&file).is_err() {
                    let at = system.now().strftime("F%m%d %H:%M:%S%.6f").to_string();
                    let why = format!("open {file}: no such file or directory");
                    process.print_error(format!("{at}       1 config.go:34] {why}\n").as_bytes());
                    process.exit_code = Some(255);
                }
            }
            "entrypoint-tester" => {
                let words = process.command().join(" ");
                process.print_line(&format!("[{words}]"));
                process.exit_code = Some(0);
            }
            other => {
                let text = format!("not simulated: agnhost {other}\n");
                process.print_error(text.as_bytes());
                process.exit_code = Some(127);
            }
        }
    }

    fn wake(&self, process: &mut Process, system: &mut dyn System) {
        match subcommand(process).as_str() {
            agnhost_guestbook::NAME => agnhost_guestbook::register(process, system),
            subcommand => agnhost_tools::wake(subcommand, process, system),
        }
    }

    fn speaks_tls(&self, process: &Process) -> bool {
        matches!(subcommand(process).as_str(), "webhook" | agnhost_converter::NAME)
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        match subcommand(process).as_str() {
            "webhook" | agnhost_converter::NAME => vec![number(process, "port", 443)],
            "netexec" => vec![number(process, "http-port", 8080)],
            "liveness" => vec![8080],
            agnhost_guestbook::NAME => vec![agnhost_guestbook::port(process)],
            "serve-hostname" => vec![number(process, "port", 9376)],
            "test-webserver" => vec![number(process, "port", 80)],
            agnhost_porter::NAME => agnhost_porter::ports(process).into_keys().collect(),
            "grpc-health-checking" => {
                vec![number(process, "port", 5000), number(process, "http-port", 8080)]
            }
            _ => Vec::new(),
        }
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let text =
            |status: u16, body: String| Some(HttpResponse::text(status, "text/plain; charset=utf-8", body));
        let subcommand = subcommand(process);
        if request.method.is_empty() {
            return Some(no_request());
        }
        if subcommand == "netexec" {
            note(process, request, system);
        }
        match (subcommand.as_str(), request.path_only()) {
            ("liveness", path) => Some(liveness(process, request, path, system)),
            (agnhost_guestbook::NAME, _) => Some(agnhost_guestbook::serve(process, request, system)),
            ("grpc-health-checking", path @ ("/make-not-serving" | "/make-serving")) => {
                set_serving(process, path == "/make-serving");
                text(200, String::new())
            }
            (agnhost_porter::NAME, _) => agnhost_porter::serve(process, request),
            ("webhook" | agnhost_converter::NAME, "/readyz") => text(200, "ok".to_owned()),
            ("serve-hostname", _) | ("netexec", "/hostname" | "/hostName") => text(200, system.hostname()),
            ("netexec", "/clientip") => {
                let client = request.header("X-Client-Address").unwrap_or("10.244.0.1");
                text(200, format!("{client}:40000"))
            }
            ("netexec", "/echo") => text(200, parameter(request, "msg").unwrap_or_default()),
            ("netexec", "/healthz") => text(200, String::new()),
            ("netexec", "/header") => {
                let name = parameter(request, "key").unwrap_or_default();
                text(200, request.header(&name).unwrap_or_default().to_owned())
            }
            ("netexec", "/redirect") => {
                let code = parameter(request, "code").and_then(|code| code.parse().ok()).unwrap_or(301);
                let place = parameter(request, "location").unwrap_or_else(|| "/".to_owned());
                Some(HttpResponse::text(code, "text/html", "").with_header("Location", &place))
            }
            ("netexec", "/dial") => Some(self.dial(process, request, system)),
            ("netexec", "/exit") => {
                let code = parameter(request, "code").and_then(|code| code.parse().ok()).unwrap_or(0);
                process.exit_code = Some(code);
                None
            }
            ("test-webserver", "/") => {
                let names = system.files().list("/").unwrap_or_default();
                let links: Vec<String> =
                    names.iter().map(|name| format!("<a href=\"{name}/\">{name}/</a>\n")).collect();
                Some(HttpResponse::text(
                    200,
                    "text/html; charset=utf-8",
                    format!("<pre>\n{}</pre>\n", links.concat()),
                ))
            }
            ("netexec", "/") => {
                text(200, format!("NOW: {}", system.now().strftime("%Y-%m-%d %H:%M:%S%.9f +0000 UTC")))
            }
            ("netexec" | "test-webserver", path) => {
                let repository = process.memory.get("repository").map(String::as_str).unwrap_or_default();
                let own = OLD_FILES.iter().find(|(image, name, _)| *image == repository && *name == path);
                let file = system.files().read(path);
                let file = own.map_or(file, |(_, _, content)| Ok(content.as_bytes().to_vec()));
                file.map_or_else(
                    |_| text(404, "404 page not found\n".to_owned()),
                    |bytes| text(200, String::from_utf8_lossy(&bytes).into_owned()),
                )
            }
            _ => text(404, "404 page not found\n".to_owned()),
        }
    }

    fn udp_ports(&self, process: &Process) -> Vec<u16> {
        match subcommand(process).as_str() {
            "netexec" => vec![number(process, "udp-port", 8081)],
            agnhost_porter::NAME => agnhost_porter::udp_ports(process).into_keys().collect(),
            _ => Vec::new(),
        }
    }

    fn take_datagram(
        &self,
        process: &mut Process,
        content: &[u8],
        client: &str,
        system: &mut dyn System,
    ) -> Option<Vec<u8>> {
        if subcommand(process) == agnhost_porter::NAME {
            return agnhost_porter::udp_ports(process).into_values().next().map(String::into_bytes);
        }
        let text = String::from_utf8_lossy(content).trim().to_lowercase();
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        let client = format!("{client}:40000");
        let (said, answer) = match text.as_str() {
            "" => return None,
            "hostname" => ("Sending udp hostName response".to_owned(), Some(system.hostname())),
            "clientip" => (format!("Sending back clientip to {client}"), Some(client)),
            text => match text.strip_prefix("echo ") {
                Some(text) => (format!("Echoing {text} to UDP client {client}"), Some(text.to_owned())),
                None => (format!("Unknown udp command received from {client}: {text}"), None),
            },
        };
        process.print_line(&format!("{at} {said}"));
        answer.map(String::into_bytes)
    }

    fn grpc_health(&self, process: &Process, port: u16) -> Option<GrpcHealth> {
        if subcommand(process) != "grpc-health-checking" || port != number(process, "port", 5000) {
            return None;
        }
        Some(if process.memory.contains_key(NOT_SERVING) {
            GrpcHealth::NotServing
        } else {
            GrpcHealth::Serving
        })
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 100 }
    }
}
