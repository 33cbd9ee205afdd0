//! wget and nslookup: the network as seen from inside a Pod.

use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::super::system::CLUSTER_DNS;
use super::{Call, Outcome};

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

pub(super) fn authority(url: &Url) -> String {
    if url.port == url.default_port() { url.host.clone() } else { format!("{}:{}", url.host, url.port) }
}

pub(super) fn split_header(header: &str) -> Option<(String, String)> {
    header.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
}

/// Whether that is the DNS of the cluster.
fn is_cluster_dns(server: &str) -> bool {
    let host = server.split(':').next().unwrap_or_default();
    host == CLUSTER_DNS || host.starts_with("kube-dns.kube-system")
}

/// Nobody else serves names in the cluster; what is outside of it is not there.
fn ask_other_server(call: &mut Call<'_>, server: &str) -> Outcome {
    let Some(address) = call.system.resolve(server).into_iter().next() else {
        call.complain(&format!("bad address '{server}'"));
        return Outcome::Ended(1);
    };
    if call.system.connects(&address, 53) == Err(ConnectError::UnknownHost) {
        call.complain(&format!("not simulated: the world outside of the cluster ({address})"));
        return Outcome::Ended(1);
    }
    call.complain(&format!("write to '{address}': Connection refused"));
    call.say(";; connection timed out; no servers could be reached\n");
    Outcome::Ended(1)
}

/// Whether the image has a busybox from before 1.29, which has the older nslookup.
fn is_old_busybox(call: &Call<'_>) -> bool {
    let tag = call.system.tag();
    let minor = tag.split(['.', '-']).nth(1).and_then(|minor| minor.parse::<u32>().ok());
    let is_busybox = call.system.image().is_some_and(|image| image.repository.ends_with("/busybox"));
    is_busybox && tag.starts_with("1.") && minor.is_some_and(|minor| minor < 29)
}

/// The older nslookup: asks as every program does, and for the names of the addresses, too.
fn old_nslookup(call: &mut Call<'_>, name: &str) -> Outcome {
    let named = |call: &mut Call<'_>, address: &str| {
        let names = call.system.query(address, "PTR").unwrap_or_default();
        let known = names.first().map(|record| format!(" {}", record.data.trim_end_matches('.')));
        format!("{address}{}", known.unwrap_or_default())
    };
    let server = named(call, CLUSTER_DNS);
    call.say(&format!("Server:    {CLUSTER_DNS}\nAddress 1: {server}\n"));
    let addresses = match name.parse::<std::net::Ipv4Addr>() {
        Ok(_) => vec![name.to_owned()],
        Err(_) => call.system.resolve(name),
    };
    if addresses.is_empty() {
        call.complain(&format!("can't resolve '{name}'"));
        return Outcome::Ended(1);
    }
    call.say(&format!("Name:      {name}"));
    for (index, address) in addresses.iter().enumerate() {
        let told = named(call, address);
        call.say(&format!("Address {}: {told}", index + 1));
    }
    Outcome::Ended(0)
}

/// Asks the cluster's DNS: busybox' `nslookup [-type=TYPE] NAME`.
pub(super) fn nslookup(call: &mut Call<'_>) -> Outcome {
    let mut kind = "A".to_owned();
    let mut names = Vec::new();
    for argument in &call.arguments[1..] {
        match argument.strip_prefix("-type=").or_else(|| argument.strip_prefix("-query=")) {
            Some(wanted) => kind = wanted.to_uppercase(),
            None if argument == "-debug" => {}
            None if argument.starts_with('-') => {
                let why = format!("not simulated: option {argument}");
                call.complain(&why);
                return Outcome::Ended(1);
            }
            None => names.push(argument.clone()),
        }
    }
    let Some(name) = names.first().cloned() else { return call.fail_usage("missing host") };
    if let Some(server) = names.get(1).filter(|server| !is_cluster_dns(server)).cloned() {
        return ask_other_server(call, &server);
    }
    if kind == "A" && is_old_busybox(call) {
        return old_nslookup(call, &name);
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        "PTR".clone_into(&mut kind);
    }
    let Some(records) = call.system.query(&name, &kind) else {
        call.say(";; connection timed out; no servers could be reached\n");
        return Outcome::Ended(1);
    };
    call.say(&format!("Server:\t\t{CLUSTER_DNS}\nAddress:\t{CLUSTER_DNS}:53\n"));
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
