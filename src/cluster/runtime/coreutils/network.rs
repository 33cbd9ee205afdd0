//! wget, curl, nslookup, nc, ping: the network as seen from inside a Pod.

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::{Call, Outcome};

/// Milliseconds that starting a client, connecting and answering take at least.
const EXCHANGE: i64 = 4;

/// What is said to whoever asks for TLS where nobody speaks it.
const NO_TLS: &str = "not simulated: TLS inside the embedded cluster but for the API server; use http://";
/// What curl says of a certificate that it does not know.
const UNTRUSTED: &str = "SSL certificate problem: unable to get local issuer certificate
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.";

/// A web address in parts.
struct Url {
    host: String,
    port: u16,
    path: String,
    secure: bool,
}

impl Url {
    fn default_port(&self) -> u16 {
        if self.secure { 443 } else { 80 }
    }
}

fn parse_url(text: &str) -> Option<Url> {
    let (secure, rest) = match text.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        Some(_) => return None,
        None => (false, text),
    };
    let cut = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(cut);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    (!host.is_empty()).then(|| Url { host: host.to_owned(), port, path, secure })
}

/// What a request came to: the address that was tried, and the answer.
fn fetch(
    call: &mut Call<'_>,
    url: &Url,
    mut request: HttpRequest,
) -> (String, Result<HttpResponse, ConnectError>) {
    let address = call.system.resolve(&url.host).into_iter().next().unwrap_or_default();
    let host =
        if url.port == url.default_port() { url.host.clone() } else { format!("{}:{}", url.host, url.port) };
    request.secure = url.secure;
    if request.header("Host").is_none() {
        request.headers.insert(0, ("Host".to_owned(), host));
    }
    let answer = call.system.http(&url.host, url.port, &request);
    (address, answer)
}

/// Ends well once the exchange has taken its time: a loop of requests is as fast as who answers them.
fn after_exchange(call: &Call<'_>) -> Outcome {
    Outcome::Sleep(call.system.latency().max(EXCHANGE))
}

/// busybox' wget.
pub(super) fn wget(call: &mut Call<'_>) -> Outcome {
    let mut arguments = call.arguments[1..].iter().cloned();
    let (mut quiet, mut output, mut address, mut spider) = (false, None, None, false);
    let (mut body, mut headers) = (None, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-O" => output = arguments.next(),
            "-T" | "-t" | "-U" | "-P" => drop(arguments.next()),
            "--spider" => spider = true,
            "--header" => headers.extend(arguments.next()),
            "--post-data" => body = arguments.next(),
            long if long.starts_with("--") => match long.split_once('=') {
                Some(("--post-data", data)) => body = Some(data.to_owned()),
                Some(("--header", header)) => headers.push(header.to_owned()),
                _ => {}
            },
            short if short.starts_with('-') && short.len() > 1 => {
                quiet |= short.contains('q');
                if let Some(index) = short.find('O') {
                    let rest = &short[index + 1..];
                    output = if rest.is_empty() { arguments.next() } else { Some(rest.to_owned()) };
                }
            }
            _ => address = Some(argument),
        }
    }
    let Some(url) = address.as_deref().and_then(parse_url) else {
        call.complain("bad address");
        return Outcome::Ended(1);
    };
    let mut request = HttpRequest::get(&url.path);
    request.headers.push(("User-Agent".to_owned(), "Wget".to_owned()));
    request.headers.extend(headers.iter().filter_map(|header| split_header(header)));
    if let Some(body) = body {
        request.method = "POST".to_owned();
        request.body = body.into_bytes();
    }
    wget_answer(call, &url, request, output, quiet, spider)
}

fn wget_answer(
    call: &mut Call<'_>,
    url: &Url,
    request: HttpRequest,
    output: Option<String>,
    quiet: bool,
    spider: bool,
) -> Outcome {
    if url.secure && !call.system.resolve(&url.host).is_empty() {
        if call.system.tls_authority(&url.host, url.port).is_none() {
            call.complain(NO_TLS);
            return Outcome::Ended(1);
        }
        call.complain("note: TLS certificate validation not implemented");
    }
    let (address, answer) = fetch(call, url, request);
    if !quiet && !address.is_empty() {
        let text = format!("Connecting to {} ({address}:{})\n", authority(url), url.port);
        call.stderr.extend_from_slice(text.as_bytes());
    }
    match answer {
        Ok(response) if response.status >= 400 => {
            let message =
                format!("server returned error: HTTP/1.1 {} {}", response.status, response.reason());
            call.complain(&message);
            Outcome::Ended(1)
        }
        Ok(_) if spider => Outcome::Ended(0),
        Ok(response) => match output.as_deref() {
            Some("-") => {
                call.stdout.extend(response.body);
                after_exchange(call)
            }
            Some("/dev/null") => after_exchange(call),
            name => {
                save(call, name.map_or_else(|| file_name(&url.path), str::to_owned), response.body, quiet)
            }
        },
        Err(error) => {
            let message = match error {
                ConnectError::UnknownHost => format!("bad address '{}'", authority(url)),
                ConnectError::Refused => {
                    format!("can't connect to remote host ({address}): Connection refused")
                }
                ConnectError::EmptyReply => "error getting response: Connection reset by peer".to_owned(),
                ConnectError::TimedOut => "download timed out".to_owned(),
            };
            call.complain(&message);
            Outcome::Ended(1)
        }
    }
}

fn save(call: &mut Call<'_>, name: String, body: Vec<u8>, quiet: bool) -> Outcome {
    let path = call.path(&name);
    if !quiet {
        let text = format!("saving to '{name}'\n'{name}' saved\n");
        call.stderr.extend_from_slice(text.as_bytes());
    }
    match call.system.files().write(&path, body) {
        Ok(()) => after_exchange(call),
        Err(why) => {
            call.complain(&format!("can't open '{name}': {why}"));
            Outcome::Ended(1)
        }
    }
}

fn file_name(path: &str) -> String {
    match path.split('?').next().unwrap_or_default().rsplit('/').next() {
        Some("") | None => "index.html".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn authority(url: &Url) -> String {
    if url.port == url.default_port() { url.host.clone() } else { format!("{}:{}", url.host, url.port) }
}

fn split_header(header: &str) -> Option<(String, String)> {
    header.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
}

/// What curl was asked for.
#[derive(Default)]
struct Curl {
    address: Option<String>,
    method: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<String>,
    output: Option<String>,
    format: Option<String>,
    /// File with the certificates to believe.
    authority: Option<String>,
    insecure: bool,
    silent: bool,
    shows_errors: bool,
    fails: bool,
    include: bool,
    head: bool,
    verbose: bool,
}

/// curl.
pub(super) fn curl(call: &mut Call<'_>) -> Outcome {
    let options = curl_options(&call.arguments[1..]);
    let Some(url) = options.address.as_deref().and_then(parse_url) else {
        call.stderr.extend_from_slice(b"curl: try 'curl --help' or 'curl --manual' for more information\n");
        return Outcome::Ended(2);
    };
    if let Some((code, message)) = tls_problem(call, &url, &options) {
        if !options.silent || options.shows_errors {
            call.stderr.extend_from_slice(format!("curl: ({code}) {message}\n").as_bytes());
        }
        return Outcome::Ended(code);
    }
    let default = if options.head {
        "HEAD"
    } else if options.body.is_empty() {
        "GET"
    } else {
        "POST"
    };
    let mut request = HttpRequest::get(&url.path);
    request.method = options.method.clone().unwrap_or_else(|| default.to_owned());
    request.headers.push(("User-Agent".to_owned(), "curl/8.17.0".to_owned()));
    request.headers.push(("Accept".to_owned(), "*/*".to_owned()));
    request.headers.extend(options.headers.clone());
    request.body = options.body.join("&").into_bytes();
    let (_, answer) = fetch(call, &url, request);
    match answer {
        Ok(response) => curl_answer(call, &options, &response),
        Err(error) => {
            let (code, message) = match error {
                ConnectError::UnknownHost => (6, format!("Could not resolve host: {}", url.host)),
                ConnectError::Refused => (
                    7,
                    format!(
                        "Failed to connect to {} port {} after 0 ms: Could not connect to server",
                        url.host, url.port
                    ),
                ),
                ConnectError::EmptyReply => (52, "Empty reply from server".to_owned()),
                ConnectError::TimedOut => (
                    28,
                    format!(
                        "Failed to connect to {} port {} after 134999 ms: Couldn't connect to server",
                        url.host, url.port
                    ),
                ),
            };
            if !options.silent || options.shows_errors {
                call.stderr.extend_from_slice(format!("curl: ({code}) {message}\n").as_bytes());
            }
            Outcome::Ended(code)
        }
    }
}

/// Why curl makes no secure connection, with its exit code.
fn tls_problem(call: &mut Call<'_>, url: &Url, options: &Curl) -> Option<(i32, String)> {
    if !url.secure || call.system.resolve(&url.host).is_empty() {
        return None;
    }
    let Some(authority) = call.system.tls_authority(&url.host, url.port) else {
        return Some((35, NO_TLS.to_owned()));
    };
    if options.insecure {
        return None;
    }
    let path = options.authority.as_ref().map(|name| call.path(name));
    let trusted = match path {
        Some(path) => match call.system.files().read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).contains(authority.trim()),
            Err(_) => return Some((77, format!("error adding trust anchors from file: {path}"))),
        },
        None => false,
    };
    (!trusted).then(|| (60, UNTRUSTED.to_owned()))
}

fn curl_options(arguments: &[String]) -> Curl {
    let mut options = Curl::default();
    let mut arguments = arguments.iter().cloned();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_default();
        match argument.as_str() {
            "-X" | "--request" => options.method = Some(value()),
            "-H" | "--header" => options.headers.extend(split_header(&value())),
            "-d" | "--data" | "--data-raw" => options.body.push(value()),
            "-o" | "--output" => options.output = Some(value()),
            "-w" | "--write-out" => options.format = Some(value()),
            "-m" | "--max-time" | "--connect-timeout" | "--retry" | "-u" | "-A" => drop(value()),
            "--cacert" => options.authority = Some(value()),
            "-k" | "--insecure" => options.insecure = true,
            "--capath" | "--cert" | "-E" | "--key" => drop(value()),
            "--silent" => options.silent = true,
            "--fail" => options.fails = true,
            "--head" => options.head = true,
            long if long.starts_with("--") => {}
            short if short.starts_with('-') => {
                options.insecure |= short.contains('k');
                options.silent |= short.contains('s');
                options.shows_errors |= short.contains('S');
                options.fails |= short.contains('f');
                options.include |= short.contains('i');
                options.head |= short.contains('I');
                options.verbose |= short.contains('v');
                match short.chars().last() {
                    Some('o') => options.output = Some(value()),
                    Some('w') => options.format = Some(value()),
                    Some('m') => drop(value()),
                    Some('H') => options.headers.extend(split_header(&value())),
                    Some('X') => options.method = Some(value()),
                    Some('d') => options.body.push(value()),
                    _ => {}
                }
            }
            _ => options.address = Some(argument),
        }
    }
    options
}

fn curl_answer(call: &mut Call<'_>, options: &Curl, response: &HttpResponse) -> Outcome {
    if options.fails && response.status >= 400 {
        if !options.silent || options.shows_errors {
            let text = format!("curl: (22) The requested URL returned error: {}\n", response.status);
            call.stderr.extend_from_slice(text.as_bytes());
        }
        return Outcome::Ended(22);
    }
    if options.include || options.head || options.verbose {
        let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, response.reason());
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        call.stdout.extend_from_slice(head.as_bytes());
    }
    let body = if options.head { Vec::new() } else { response.body.clone() };
    match options.output.as_deref() {
        None | Some("-") => call.stdout.extend(body),
        Some("/dev/null") => {}
        Some(name) => {
            let path = call.path(name);
            if let Err(why) = call.system.files().write(&path, body) {
                call.stderr.extend_from_slice(format!("curl: (23) {name}: {why}\n").as_bytes());
                return Outcome::Ended(23);
            }
        }
    }
    if let Some(format) = &options.format {
        let text = format
            .replace("%{http_code}", &response.status.to_string())
            .replace("%{response_code}", &response.status.to_string())
            .replace("\\n", "\n");
        call.stdout.extend_from_slice(text.as_bytes());
    }
    after_exchange(call)
}

/// Asks the cluster's DNS: busybox' `nslookup [-type=TYPE] NAME`.
pub(super) fn nslookup(call: &mut Call<'_>) -> Outcome {
    let mut kind = "A".to_owned();
    let mut names = Vec::new();
    for argument in &call.arguments[1..] {
        match argument.strip_prefix("-type=").or_else(|| argument.strip_prefix("-query=")) {
            Some(wanted) => kind = wanted.to_uppercase(),
            None if argument.starts_with('-') => {}
            None => names.push(argument.clone()),
        }
    }
    let Some(name) = names.first().cloned() else {
        call.complain("missing host");
        return Outcome::Ended(1);
    };
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        "PTR".clone_into(&mut kind);
    }
    let Some(records) = call.system.query(&name, &kind) else {
        call.say(";; connection timed out; no servers could be reached\n");
        return Outcome::Ended(1);
    };
    call.say("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n");
    if records.is_empty() {
        call.say(&format!("** server can't find {name}: NXDOMAIN\n"));
        return Outcome::Ended(1);
    }
    for record in records {
        call.say(&match record.kind {
            "CNAME" => format!("{}\tcanonical name = {}", record.name, record.data),
            "SRV" => format!("{}\tservice = {}", record.name, record.data),
            "PTR" => format!("{}\tname = {}", record.name, record.data),
            _ => format!("Name:\t{}\nAddress: {}", record.name, record.data),
        });
    }
    call.say("");
    Outcome::Ended(0)
}
