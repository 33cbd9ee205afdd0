//! wget and nslookup: the network as seen from inside a Pod.

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::{Call, Outcome, tls};

/// Milliseconds that starting a client, connecting and answering take at least.
pub(super) const EXCHANGE: i64 = 4;

/// A web address in parts.
pub(super) struct Url {
    pub host: String,
    pub port: u16,
    pub path: String,
    pub secure: bool,
}

impl Url {
    fn default_port(&self) -> u16 {
        if self.secure { 443 } else { 80 }
    }
}

pub(super) fn parse_url(text: &str) -> Option<Url> {
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
pub(super) fn fetch(
    call: &mut Call<'_>,
    url: &Url,
    place: &str,
    mut request: HttpRequest,
) -> (String, Result<HttpResponse, ConnectError>) {
    let address = call.system.resolve(place).into_iter().next().unwrap_or_default();
    let host =
        if url.port == url.default_port() { url.host.clone() } else { format!("{}:{}", url.host, url.port) };
    request.secure = url.secure;
    if request.header("Host").is_none() {
        request.headers.insert(0, ("Host".to_owned(), host));
    }
    let answer = call.system.http(place, url.port, &request);
    (address, answer)
}

/// Ends well once the exchange has taken its time: a loop of requests is as fast as who answers them.
pub(super) fn after_exchange(call: &Call<'_>) -> Outcome {
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
        if call.system.tls_server(&url.host, url.port, &url.host).is_none() {
            call.complain(tls::NO_TLS);
            return Outcome::Ended(1);
        }
        call.complain("note: TLS certificate validation not implemented");
    }
    let (address, answer) = fetch(call, url, &url.host, request);
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

pub(super) fn authority(url: &Url) -> String {
    if url.port == url.default_port() { url.host.clone() } else { format!("{}:{}", url.host, url.port) }
}

pub(super) fn split_header(header: &str) -> Option<(String, String)> {
    header.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
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
