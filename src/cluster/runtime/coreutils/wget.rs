//! busybox' wget.

use super::super::filesystem::absolute;
use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::network::{Url, after_exchange, authority, fetch, parse_url, split_header};
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome, tls};

/// Options that have no letter.
const SPIDER: char = '\u{1}';
const HEADER: char = '\u{2}';
const POST: char = '\u{3}';
const POST_FILE: char = '\u{4}';
const UNCHECKED: char = '\u{5}';

const WGET: Taken = Taken {
    letters: "cqSO:o:P:U:T:t:Y:n:\u{1}\u{2}:\u{3}:\u{4}:\u{5}",
    refused: "",
    long: &[
        ("continue", 'c'),
        ("header", HEADER),
        ("no-check-certificate", UNCHECKED),
        ("output-document", 'O'),
        ("post-data", POST),
        ("post-file", POST_FILE),
        ("quiet", 'q'),
        ("server-response", 'S'),
        ("spider", SPIDER),
        ("timeout", 'T'),
        ("tries", 't'),
        ("user-agent", 'U'),
    ],
};

/// wget.
pub(super) fn wget(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&WGET));
    if options.operands.is_empty() {
        return call.fail_usage("missing URL");
    }
    let mut last = Outcome::Ended(0);
    for address in &options.operands {
        last = one(call, &options, address);
        if matches!(last, Outcome::Ended(code) if code != 0) {
            break;
        }
    }
    log(call, &options);
    last
}

/// `-o`: what would be told goes into a file.
fn log(call: &mut Call<'_>, options: &Options) {
    let Some(name) = options.value('o') else { return };
    let text = std::mem::take(&mut call.stderr);
    let path = call.path(name);
    if let Err(why) = call.system.files().write(&path, text) {
        let why = format!("can't open '{name}': {why}");
        call.complain(&why);
    }
}

fn one(call: &mut Call<'_>, options: &Options, address: &str) -> Outcome {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = bare.split('/').next().unwrap_or_default().to_owned();
    let Some(url) = parse_url(address) else {
        let why = match address.split_once("://") {
            Some((scheme, _)) if !matches!(scheme, "http" | "https" | "ftp") => {
                format!("not an http or ftp url: {address}")
            }
            Some(("ftp", _)) if !call.system.resolve(&host).is_empty() => "not simulated: FTP".to_owned(),
            _ => format!("bad address '{host}'"),
        };
        call.complain(&why);
        return Outcome::Ended(1);
    };
    let mut request = HttpRequest::get(&url.path);
    let agent = options.value('U').unwrap_or("Wget");
    request.headers.push(("User-Agent".to_owned(), agent.to_owned()));
    request.headers.extend(options.values(HEADER).filter_map(split_header));
    let mut body = options.value(POST).map(|data| data.as_bytes().to_vec());
    if let Some(name) = options.value(POST_FILE) {
        let path = call.path(name);
        match call.system.files().read(&path) {
            Ok(bytes) => body = Some(bytes),
            Err(why) => {
                call.complain(&format!("can't open '{name}': {why}"));
                return Outcome::Ended(1);
            }
        }
    }
    if let Some(body) = body {
        request.method = "POST".to_owned();
        if request.header("Content-Type").is_none() {
            request.headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        request.body = body;
    }
    exchange(call, options, &url, &host, request)
}

fn tell(call: &mut Call<'_>, options: &Options, line: &str) {
    if !options.has('q') {
        call.stderr.extend_from_slice(format!("{line}\n").as_bytes());
    }
}

fn exchange(call: &mut Call<'_>, options: &Options, url: &Url, host: &str, request: HttpRequest) -> Outcome {
    if url.secure && !call.system.resolve(&url.host).is_empty() {
        let server = call.system.tls_server(&url.host, url.port, &url.host).is_some();
        if !server && !tls::nobody_listens(call, &url.host, url.port) {
            call.complain(tls::NO_TLS);
            return Outcome::Ended(1);
        }
        if server && !options.has(UNCHECKED) {
            call.complain("note: TLS certificate validation not implemented");
        }
    }
    let (address, answer) = fetch(call, url, &url.host, request);
    if !address.is_empty() {
        tell(call, options, &format!("Connecting to {host} ({address}:{})", url.port));
    }
    let response = match answer {
        Ok(response) => response,
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
            return Outcome::Ended(1);
        }
    };
    if options.has('S') {
        let status = format!("  HTTP/1.1 {} {}", response.status, response.reason());
        call.stderr.extend_from_slice(format!("{status}\n").as_bytes());
        for (name, value) in &response.headers {
            call.stderr.extend_from_slice(format!("  {name}: {value}\n").as_bytes());
        }
        call.stderr.extend_from_slice(b"  \n");
    }
    if response.status >= 400 {
        call.complain(&format!("server returned error: HTTP/1.1 {} {}", response.status, response.reason()));
        return Outcome::Ended(1);
    }
    if options.has(SPIDER) {
        tell(call, options, "remote file exists");
        return after_exchange(call);
    }
    deliver(call, options, url, response)
}

/// Puts the body where it was asked for.
fn deliver(call: &mut Call<'_>, options: &Options, url: &Url, response: HttpResponse) -> Outcome {
    let size = response.body.len();
    let progress = |name: &str| {
        let shown: String = name.rsplit('/').next().unwrap_or_default().chars().take(20).collect();
        let size = if size < 100_000 { format!("{size:>6}") } else { format!("{:>5}k", size / 1_024) };
        format!("{shown:<20} 100% |********************************|{size}  0:00:00 ETA")
    };
    if options.value('O') == Some("-") {
        tell(call, options, "writing to stdout");
        call.stdout.extend(response.body);
        if options.value('o').is_none() {
            tell(call, options, &progress("-"));
        }
        tell(call, options, "written to stdout");
        return after_exchange(call);
    }
    let own = options.value('O').map(str::to_owned);
    let name = own.clone().unwrap_or_else(|| match options.value('P') {
        Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), file_name(&url.path)),
        None => file_name(&url.path),
    });
    let path = absolute(call.directory, &name);
    let exists = call.system.files().exists(&path) && own.is_none() && !options.has('c');
    let written = match exists {
        true => Err("File exists".to_owned()),
        false => call.system.files().write(&path, response.body).map_err(|why| why.to_string()),
    };
    if let Err(why) = written {
        call.complain(&format!("can't open '{name}': {why}"));
        return Outcome::Ended(1);
    }
    tell(call, options, &format!("saving to '{name}'"));
    tell(call, options, &progress(&name));
    tell(call, options, &format!("'{name}' saved"));
    after_exchange(call)
}

fn file_name(path: &str) -> String {
    match path.split('?').next().unwrap_or_default().rsplit('/').next() {
        Some("") | None => "index.html".to_owned(),
        Some(name) => name.to_owned(),
    }
}
