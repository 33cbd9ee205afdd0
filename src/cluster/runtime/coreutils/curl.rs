//! curl.

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::network::{Url, after_exchange, authority, fetch, parse_url, split_header};
use super::{Call, Outcome, tls};

/// Redirects that are followed at most.
const REDIRECTS_MAX: usize = 50;

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
    /// Hosts and the addresses to use for them.
    resolved: Vec<(String, String)>,
    follows: bool,
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
    let Some(mut url) = options.address.as_deref().and_then(parse_url) else {
        call.stderr.extend_from_slice(b"curl: try 'curl --help' or 'curl --manual' for more information\n");
        return Outcome::Ended(2);
    };
    for _ in 0..REDIRECTS_MAX {
        let response = match exchange(call, &options, &url) {
            Ok(response) => response,
            Err((code, message)) => {
                if !options.silent || options.shows_errors {
                    call.stderr.extend_from_slice(format!("curl: ({code}) {message}\n").as_bytes());
                }
                return Outcome::Ended(code);
            }
        };
        let place = response.location().filter(|_| options.follows && response.status / 100 == 3);
        let Some(next) = place.and_then(|place| redirected(&url, place)) else {
            return finish(call, &options, &url, &response);
        };
        show_head(call, &options, &url, &response);
        url = next;
    }
    let message = format!("curl: (47) Maximum ({REDIRECTS_MAX}) redirects followed\n");
    call.stderr.extend_from_slice(message.as_bytes());
    Outcome::Ended(47)
}

/// Where a redirect leads.
fn redirected(url: &Url, place: &str) -> Option<Url> {
    if place.starts_with('/') {
        let scheme = if url.secure { "https" } else { "http" };
        return parse_url(&format!("{scheme}://{}{place}", authority(url)));
    }
    parse_url(place)
}

/// One request and its answer, or exit code and message.
fn exchange(call: &mut Call<'_>, options: &Curl, url: &Url) -> Result<HttpResponse, (i32, String)> {
    let given = options.resolved.iter().find(|(host, _)| *host == url.host);
    let place = given.map_or_else(|| url.host.clone(), |(_, address)| address.clone());
    if call.system.resolve(&place).is_empty() {
        return Err((6, format!("Could not resolve host: {}", url.host)));
    }
    if url.secure {
        let shown = tls::connect(
            call,
            &url.host,
            (&place, url.port),
            options.authority.as_deref(),
            options.insecure,
        )?;
        if options.verbose {
            call.stderr.extend_from_slice(tls::told(&shown, options.insecure).as_bytes());
        }
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
    if options.verbose {
        let host = request.header("Host").map_or_else(|| authority(url), str::to_owned);
        let mut head = format!("> {} {} HTTP/1.1\n> Host: {host}\n", request.method, request.path);
        for (name, value) in request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Host")) {
            head.push_str(&format!("> {name}: {value}\n"));
        }
        call.stderr.extend_from_slice(format!("{head}> \n").as_bytes());
    }
    let (_, answer) = fetch(call, url, &place, request);
    let (host, port) = (&url.host, url.port);
    answer.map_err(|error| match error {
        ConnectError::UnknownHost => (6, format!("Could not resolve host: {host}")),
        ConnectError::Refused => {
            (7, format!("Failed to connect to {host} port {port} after 0 ms: Could not connect to server"))
        }
        ConnectError::EmptyReply => (52, "Empty reply from server".to_owned()),
        ConnectError::TimedOut => (
            28,
            format!("Failed to connect to {host} port {port} after 134999 ms: Couldn't connect to server"),
        ),
    })
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
            "--resolve" => {
                let value = value();
                let mut parts = value.splitn(3, ':').map(str::to_owned);
                if let (Some(host), Some(_), Some(address)) = (parts.next(), parts.next(), parts.next()) {
                    options.resolved.push((host, address));
                }
            }
            "--location" => options.follows = true,
            "--include" => options.include = true,
            "--verbose" => options.verbose = true,
            "--show-error" => options.shows_errors = true,
            "--max-redirs" | "--capath" | "--cert" | "-E" | "--key" => drop(value()),
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
                options.follows |= short.contains('L');
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

/// Shows the status line and headers to whom asked for them: HTTP/2 is what ingress-nginx speaks over TLS.
fn show_head(call: &mut Call<'_>, options: &Curl, url: &Url, response: &HttpResponse) {
    let (status, reason) = (response.status, response.reason());
    let newer = url.secure && response.header("Strict-Transport-Security").is_some();
    let mut lines =
        vec![if newer { format!("HTTP/2 {status} ") } else { format!("HTTP/1.1 {status} {reason}") }];
    for (name, value) in &response.headers {
        let name = if newer { name.to_ascii_lowercase() } else { name.clone() };
        lines.push(format!("{name}: {value}"));
    }
    lines.push(String::new());
    if options.include || options.head {
        lines.iter().for_each(|line| call.stdout.extend_from_slice(format!("{line}\r\n").as_bytes()));
    }
    if options.verbose {
        lines.iter().for_each(|line| call.stderr.extend_from_slice(format!("< {line}\n").as_bytes()));
    }
}

fn finish(call: &mut Call<'_>, options: &Curl, url: &Url, response: &HttpResponse) -> Outcome {
    if options.fails && response.status >= 400 {
        if !options.silent || options.shows_errors {
            let text = format!("curl: (22) The requested URL returned error: {}\n", response.status);
            call.stderr.extend_from_slice(text.as_bytes());
        }
        return Outcome::Ended(22);
    }
    show_head(call, options, url, response);
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
        let scheme = if url.secure { "https" } else { "http" };
        let text = format
            .replace("%{http_code}", &response.status.to_string())
            .replace("%{response_code}", &response.status.to_string())
            .replace("%{redirect_url}", response.location().unwrap_or_default())
            .replace("%{url_effective}", &format!("{scheme}://{}{}", authority(url), url.path))
            .replace("\\n", "\n");
        call.stdout.extend_from_slice(text.as_bytes());
    }
    after_exchange(call)
}
