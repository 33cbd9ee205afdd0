//! curl: HTTP as people ask for it from inside a Pod.

mod command;
mod report;

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::network::{EXCHANGE, Url, after_exchange, authority, fetch, parse_url};
use super::options::or_end;
use super::{Call, Outcome, tls};
use command::{Command, tell};
use report::Told;

/// Milliseconds after which a connection that nobody answers is given up.
const CONNECT_MAX: i64 = 134_999;

/// A transfer that failed.
struct Failure {
    code: i32,
    message: String,
    /// Whether the host had been found.
    resolved: bool,
}

impl Failure {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), resolved: true }
    }
}

/// Fetches addresses, one after the other.
pub(super) fn curl(call: &mut Call<'_>) -> Outcome {
    let command = or_end!(Command::read(call));
    let mut last = Outcome::Ended(0);
    for (at, address) in command.addresses.iter().enumerate() {
        match one(call, &command, at, address) {
            Some(outcome) => last = outcome,
            // Nobody answers: all of it begins again when the time is over.
            None => {
                *call.memory = 1;
                (call.stdout, call.stderr) = (Vec::new(), Vec::new());
                return Outcome::Again(patience(&command));
            }
        }
    }
    last
}

/// Milliseconds that it waits for somebody to answer.
fn patience(command: &Command) -> i64 {
    let limit = [command.limit, command.connect_limit].into_iter().flatten().filter(|limit| *limit > 0.0);
    limit.map(|seconds| (seconds * 1_000.0) as i64).min().unwrap_or(CONNECT_MAX).min(CONNECT_MAX)
}

/// One address; `None` when time has to pass first.
fn one(call: &mut Call<'_>, command: &Command, at: usize, address: &str) -> Option<Outcome> {
    let mut url = match read_address(command, address) {
        Ok(url) => url,
        Err(failure) => {
            if command.tells_errors() {
                tell(call, &format!("({}) {}", failure.code, failure.message));
            }
            return Some(Outcome::Ended(failure.code));
        }
    };
    let to_file = command.output(at).is_some_and(|name| name != "-") || command.has('O');
    let mut redirects = 0;
    loop {
        let mut answer = exchange(call, command, &url);
        for _ in 0..command.retries {
            if !matches!(&answer, Ok((_, Err(failure))) if matches!(failure.code, 7 | 28)) {
                break;
            }
            answer = exchange(call, command, &url);
        }
        let (server, answer) = match answer {
            Ok(answered) => answered,
            Err(Waits) => return None,
        };
        let response = match answer {
            Ok(response) => response,
            Err(failure) => return Some(fail(call, command, &url, to_file, &failure)),
        };
        let place = response.location().filter(|_| command.has('L') && response.status / 100 == 3);
        let Some(next) = place.and_then(|place| redirected(&url, place)) else {
            let told = Told {
                url: &url,
                response: Some(&response),
                address: &server,
                redirects,
                took: EXCHANGE,
                failure: None,
            };
            return Some(finish(call, command, at, &told, &response));
        };
        redirects += 1;
        if redirects > command.redirects {
            let failure = Failure::new(47, format!("Maximum ({}) redirects followed", command.redirects));
            return Some(fail(call, command, &url, to_file, &failure));
        }
        report::head(call, command, &url, &response);
        url = next;
    }
}

fn read_address(command: &Command, address: &str) -> Result<Url, Failure> {
    if let Some((scheme, _)) =
        address.split_once("://").filter(|(scheme, _)| !matches!(*scheme, "http" | "https"))
    {
        let modelled =
            ["ftp", "ftps", "file", "ws", "wss", "telnet", "gopher", "dict", "mqtt", "scp", "sftp"];
        return Err(Failure::new(
            1,
            match modelled.contains(&scheme) {
                true => format!("not simulated: {scheme}"),
                false => format!("Protocol \"{scheme}\" not supported"),
            },
        ));
    }
    let mut url = parse_url(address)
        .ok_or_else(|| Failure::new(3, "URL rejected: Malformed input to a URL function"))?;
    if let Some(body) = command.body.as_ref().filter(|_| command.has('G')) {
        let sign = if url.path.contains('?') { '&' } else { '?' };
        url.path = format!("{}{sign}{}", url.path, String::from_utf8_lossy(body));
    }
    Ok(url)
}

/// Where a redirect leads.
fn redirected(url: &Url, place: &str) -> Option<Url> {
    if place.starts_with('/') {
        let scheme = if url.secure { "https" } else { "http" };
        return parse_url(&format!("{scheme}://{}{place}", authority(url)));
    }
    parse_url(place)
}

/// Nobody answered yet, and not all of the time is over.
struct Waits;

/// One request: the server's address and its answer.
fn exchange(
    call: &mut Call<'_>,
    command: &Command,
    url: &Url,
) -> Result<(String, Result<HttpResponse, Failure>), Waits> {
    let place = command.resolved(&url.host, url.port).unwrap_or_else(|| url.host.clone());
    let Some(address) = call.system.resolve(&place).into_iter().next() else {
        let message = format!("Could not resolve host: {}", url.host);
        return Ok((String::new(), Err(Failure { code: 6, message, resolved: false })));
    };
    if url.secure {
        match tls::connect(call, &url.host, (&place, url.port), command.authority(), command.has('k')) {
            Err((code, message)) => return Ok((address, Err(Failure::new(code, message)))),
            Ok(shown) if command.has('v') => {
                call.stderr.extend_from_slice(tls::told(&shown, command.has('k')).as_bytes());
            }
            Ok(_) => {}
        }
    }
    let mut request = HttpRequest::get(&url.path);
    command.method().clone_into(&mut request.method);
    request.headers.clone_from(&command.headers);
    request.body = command.body.clone().filter(|_| !command.has('G')).unwrap_or_default();
    let head = request_head(&request, url);
    let (_, answer) = fetch(call, url, &place, request);
    let silent = matches!(answer, Err(ConnectError::TimedOut));
    if silent && *call.memory == 0 {
        return Err(Waits);
    }
    if command.has('v') && !matches!(answer, Err(ConnectError::Refused | ConnectError::TimedOut)) {
        report::connected(call, url, &address);
        call.stderr.extend_from_slice(head.as_bytes());
    }
    let answer = answer.map_err(|error| failure_of(command, url, &error));
    Ok((address, answer))
}

fn request_head(request: &HttpRequest, url: &Url) -> String {
    let host = request.header("Host").map_or_else(|| authority(url), str::to_owned);
    let mut head = format!("> {} {} HTTP/1.1\n> Host: {host}\n", request.method, request.path);
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Host")) {
        head.push_str(&format!("> {name}: {value}\n"));
    }
    format!("{head}> \n* Request completely sent off\n")
}

fn failure_of(command: &Command, url: &Url, error: &ConnectError) -> Failure {
    let (host, port) = (&url.host, url.port);
    match error {
        ConnectError::UnknownHost => {
            Failure { code: 6, message: format!("Could not resolve host: {host}"), resolved: false }
        }
        ConnectError::Refused => Failure::new(
            7,
            format!("Failed to connect to {host} port {port} after 0 ms: Could not connect to server"),
        ),
        ConnectError::EmptyReply => Failure::new(52, "Empty reply from server"),
        ConnectError::TimedOut if command.limit.or(command.connect_limit).is_some() => {
            Failure::new(28, format!("Connection timed out after {} milliseconds", patience(command) + 1))
        }
        ConnectError::TimedOut => Failure::new(
            28,
            format!(
                "Failed to connect to {host} port {port} after {CONNECT_MAX} ms: Could not connect to server"
            ),
        ),
    }
}

fn fail(call: &mut Call<'_>, command: &Command, url: &Url, to_file: bool, failure: &Failure) -> Outcome {
    report::meter_of_failure(call, command, to_file, failure.resolved);
    let told = Told {
        url,
        response: None,
        address: "",
        redirects: 0,
        took: 0,
        failure: Some((failure.code, &failure.message)),
    };
    if command.tells_errors() {
        tell(call, &format!("({}) {}", failure.code, failure.message));
    }
    report::write_out(call, command, &told);
    Outcome::Ended(failure.code)
}

fn finish(
    call: &mut Call<'_>,
    command: &Command,
    at: usize,
    told: &Told<'_>,
    response: &HttpResponse,
) -> Outcome {
    let (fails, shows) = command.fails();
    let failed = fails && response.status >= 400;
    report::head(call, command, told.url, response);
    let body = if command.has('I') || failed && !shows { Vec::new() } else { response.body.clone() };
    let sent = command.body.as_ref().map_or(0, Vec::len);
    let name = match command.output(at) {
        Some("-") => None,
        Some(name) => Some(name.to_owned()),
        None if command.has('O') => {
            let name =
                told.url.path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            if name.is_empty() {
                tell(call, "Remote file name has no length!");
                tell(call, "(23) Failed writing received data to disk/application");
                return Outcome::Ended(23);
            }
            Some(name.to_owned())
        }
        None => None,
    };
    report::meter(call, command, name.is_some(), (sent, body.len()), told.took);
    if command.has('v') {
        let text = format!("* Connection #0 to host {} left intact\n", told.url.host);
        call.stderr.extend_from_slice(text.as_bytes());
    }
    match name.as_deref() {
        None => call.stdout.extend(body),
        Some("/dev/null") => {}
        Some(name) => {
            let path = call.path(name);
            let written = call.system.files().write(&path, body);
            if written.is_err() {
                tell(call, "(23) client returned ERROR on write");
                return Outcome::Ended(23);
            }
        }
    }
    report::write_out(call, command, told);
    if failed {
        if command.tells_errors() {
            tell(call, &format!("(22) The requested URL returned error: {}", response.status));
        }
        return Outcome::Ended(22);
    }
    after_exchange(call)
}
