//! Which server and location of an nginx answers a request, and how.

use super::super::filesystem::{absolute, join};
use super::super::http::{ConnectError, HttpRequest, HttpResponse};
use super::super::system::System;
use super::nginx::{error_page, file_below};
use super::nginx_config::Directive;

/// How often one request may be sent on inside one server.
const REDIRECTS_MAX: usize = 10;

/// The directives of a `server`.
pub(super) struct Server<'a>(pub &'a [Directive]);

impl Server<'_> {
    /// The ports on which it listens.
    pub(super) fn ports(&self) -> Vec<u16> {
        let listens = self.0.iter().filter(|directive| directive.name == "listen");
        let ports: Vec<u16> = listens
            .filter_map(|listen| {
                let address = listen.word();
                let port = address.rsplit_once(':').map_or(address, |(_, port)| port);
                port.parse().ok().or_else(|| address.contains('.').then_some(80))
            })
            .collect();
        if ports.is_empty() { vec![80] } else { ports }
    }

    fn is_default(&self) -> bool {
        let mut listens = self.0.iter().filter(|directive| directive.name == "listen");
        listens.any(|listen| listen.words.iter().any(|word| word == "default_server" || word == "default"))
    }

    fn has_name(&self, host: &str) -> bool {
        let names = self.0.iter().filter(|directive| directive.name == "server_name");
        names.flat_map(|names| &names.words).any(|name| match name.strip_prefix('*') {
            Some(end) => host.ends_with(end),
            None => name == host || name.strip_prefix('.').is_some_and(|name| host.ends_with(name)),
        })
    }
}

/// The servers of a configuration.
pub(super) fn servers(directives: &[Directive]) -> Vec<Server<'_>> {
    let http = directives.iter().filter(|directive| directive.name == "http");
    let inside = http.flat_map(|http| &http.block).filter(|directive| directive.name == "server");
    inside.map(|server| Server(&server.block)).collect()
}

/// The hosts that nginx looks up when it starts, and where they are named.
pub(super) fn upstreams(directives: &[Directive]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut groups = Vec::new();
    collect(directives, &mut |directive| {
        if directive.name == "upstream" {
            groups.push(directive.word().to_owned());
            for server in directive.block.iter().filter(|inside| inside.name == "server") {
                found.push((host_of(server.word()), server.place.clone()));
            }
        }
    });
    collect(directives, &mut |directive| {
        if directive.name == "proxy_pass" && !directive.word().contains('$') {
            let (_, authority, _) = address(directive.word());
            if !groups.contains(&authority) {
                found.push((host_of(&authority), directive.place.clone()));
            }
        }
    });
    found
}

fn collect<'a>(directives: &'a [Directive], look: &mut impl FnMut(&'a Directive)) {
    for directive in directives {
        look(directive);
        collect(&directive.block, look);
    }
}

fn host_of(authority: &str) -> String {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_owned()
}

/// Scheme, authority and path of a web address.
fn address(text: &str) -> (bool, String, Option<String>) {
    let (secure, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme == "https", rest),
        None => (false, text),
    };
    match rest.find('/') {
        Some(at) => (secure, rest[..at].to_owned(), Some(rest[at..].to_owned())),
        None => (secure, rest.to_owned(), None),
    }
}

/// A request on its way through a configuration.
struct Visit<'a> {
    config: &'a [Directive],
    server: &'a [Directive],
    request: &'a HttpRequest,
    port: u16,
    /// The path that is looked for now.
    uri: String,
    /// Variables that `set` gave a value.
    set: Vec<(String, String)>,
    left: usize,
}

/// What the server behind a port answers; `None` closes the connection (`return 444`).
pub(super) fn answer(
    config: &[Directive],
    port: u16,
    request: &HttpRequest,
    system: &mut dyn System,
) -> Option<HttpResponse> {
    let host = request.header("Host").map(host_of).unwrap_or_default();
    let all: Vec<Server<'_>> =
        servers(config).into_iter().filter(|server| server.ports().contains(&port)).collect();
    let server = all
        .iter()
        .find(|server| server.has_name(&host))
        .or_else(|| all.iter().find(|server| server.is_default()))
        .or_else(|| all.first())?;
    let uri = request.path_only().to_owned();
    let mut visit =
        Visit { config, server: server.0, request, port, uri, set: Vec::new(), left: REDIRECTS_MAX };
    visit.serve(system)
}

impl<'a> Visit<'a> {
    fn serve(&mut self, system: &mut dyn System) -> Option<HttpResponse> {
        let server = self.server;
        if let Some(answer) = self.rewrites(server, system) {
            return answer;
        }
        let Some(location) = self.location() else {
            return Some(self.files(&[], system));
        };
        if let Some(answer) = self.rewrites(&location.block, system) {
            return answer.map(|answer| self.finished(answer, &location.block, system));
        }
        let block = &location.block;
        let directive = |name: &str| block.iter().find(|directive| directive.name == name);
        let first_rule = block.iter().find(|directive| matches!(directive.name.as_str(), "allow" | "deny"));
        let response = if first_rule.is_some_and(|rule| rule.name == "deny" && rule.word() == "all") {
            error_page(403, "Forbidden")
        } else if directive("stub_status").is_some() {
            let text = "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n";
            HttpResponse::text(200, "text/plain", text)
        } else if let Some(pass) = directive("proxy_pass") {
            self.pass(pass, location, system)
        } else if let Some(alias) = directive("alias") {
            let rest = self.uri.strip_prefix(location_path(location)).unwrap_or_default().to_owned();
            file_below(
                alias.word(),
                &format!("/{}", rest.trim_start_matches('/')),
                &self.index(block),
                system,
            )
        } else if let Some(tries) = directive("try_files") {
            return self.try_files(&tries.words, block, system);
        } else {
            self.files(block, system)
        };
        Some(self.finished(response, block, system))
    }

    /// `set` and `return`, in their order; the outer `None` when the request goes on.
    fn rewrites(&mut self, block: &[Directive], system: &mut dyn System) -> Option<Option<HttpResponse>> {
        for directive in block {
            match directive.name.as_str() {
                "set" => {
                    let value = self.expand(directive.words.get(1).map_or("", String::as_str), system);
                    self.set.push((directive.word().trim_start_matches('$').to_owned(), value));
                }
                "return" => return Some(self.returned(directive, block, system)),
                _ => {}
            }
        }
        None
    }

    fn returned(
        &self,
        directive: &Directive,
        block: &[Directive],
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let text = directive.words.get(1).map(|text| self.expand(text, system));
        let status = match directive.word().parse::<u16>() {
            Ok(444) => return None,
            Ok(status) => status,
            Err(_) => {
                let target = self.expand(directive.word(), system);
                return Some(error_page(302, "Found").with_header("Location", &target));
            }
        };
        let plain = HttpResponse::text(status, "", "");
        Some(match text {
            Some(target) if matches!(status, 301 | 302 | 303 | 307 | 308) => {
                error_page(status, plain.reason()).with_header("Location", &target)
            }
            Some(text) => {
                let default = self.inherited("default_type", block);
                HttpResponse::text(status, default.first().map_or("text/plain", |kind| kind.word()), text)
            }
            None if status == 200 || status == 204 => HttpResponse::text(status, "text/plain", ""),
            None => error_page(status, plain.reason()),
        })
    }

    fn location(&self) -> Option<&'a Directive> {
        let locations = || self.server.iter().filter(|directive| directive.name == "location");
        let exact = locations().find(|one| one.word() == "=" && location_path(one) == self.uri);
        if exact.is_some() {
            return exact;
        }
        let prefix = locations()
            .filter(|one| matches!(one.words.as_slice(), [_]) || one.word() == "^~")
            .filter(|one| self.uri.starts_with(location_path(one)))
            .max_by_key(|one| location_path(one).len());
        if prefix.is_some_and(|one| one.word() == "^~") {
            return prefix;
        }
        let pattern = locations().find(|one| {
            let pattern = match one.word() {
                "~" => location_path(one).to_owned(),
                "~*" => format!("(?i){}", location_path(one)),
                _ => return false,
            };
            regex::Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(&self.uri))
        });
        pattern.or(prefix)
    }

    /// The directives of that name from the innermost block that has one.
    fn inherited(&self, name: &str, block: &'a [Directive]) -> Vec<&'a Directive>
    where
        'a: 'a,
    {
        let config: &'a [Directive] = self.config;
        let http = config.iter().find(|directive| directive.name == "http");
        let outer: &'a [Directive] = http.map(|http| http.block.as_slice()).unwrap_or_default();
        let server: &'a [Directive] = self.server;
        let found = |block: &'a [Directive]| -> Vec<&'a Directive> {
            block.iter().filter(|directive| directive.name == name).collect()
        };
        [block, server, outer].into_iter().map(found).find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn index(&self, block: &'a [Directive]) -> Vec<&'a str> {
        match self.inherited("index", block).first() {
            Some(index) => index.words.iter().map(String::as_str).collect(),
            None => vec!["index.html"],
        }
    }

    fn root(&self, block: &'a [Directive]) -> String {
        self.inherited("root", block).first().map_or("/etc/nginx/html", |root| root.word()).to_owned()
    }

    fn files(&self, block: &'a [Directive], system: &mut dyn System) -> HttpResponse {
        if !matches!(self.request.method.as_str(), "GET" | "HEAD") {
            return error_page(405, "Not Allowed");
        }
        file_below(&self.root(block), &self.uri, &self.index(block), system)
    }

    fn try_files(
        &mut self,
        words: &[String],
        block: &'a [Directive],
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let root = self.root(block);
        let (last, tried) = words.split_last()?;
        for candidate in tried {
            let path = self.expand(candidate, system);
            let place = absolute(&root, &join(&root, &path));
            let files = system.files();
            let is_there = match path.ends_with('/') {
                true => files.is_directory(&place),
                false => files.exists(&place) && !files.is_directory(&place),
            };
            if is_there {
                self.uri = path;
                let response = self.files(block, system);
                return Some(self.finished(response, block, system));
            }
        }
        if let Some(status) = last.strip_prefix('=').and_then(|status| status.parse().ok()) {
            let words = HttpResponse::text(status, "", "");
            let response = error_page(status, words.reason());
            return Some(self.finished(response, block, system));
        }
        let next = self.expand(last, system);
        self.again(&next, system)
    }

    /// Looks for another path in the same server.
    fn again(&mut self, uri: &str, system: &mut dyn System) -> Option<HttpResponse> {
        if self.left == 0 {
            return Some(error_page(500, "Internal Server Error"));
        }
        self.left -= 1;
        self.uri = uri.split('?').next().unwrap_or_default().to_owned();
        self.serve(system)
    }

    /// `error_page` and `add_header`.
    fn finished(
        &mut self,
        mut response: HttpResponse,
        block: &'a [Directive],
        system: &mut dyn System,
    ) -> HttpResponse {
        let status = response.status.to_string();
        let pages = self.inherited("error_page", block);
        let page = pages.iter().find(|page| page.words.contains(&status)).and_then(|page| page.words.last());
        if let Some(page) = page.filter(|page| page.starts_with('/') && **page != self.uri && self.left > 0) {
            let page = page.clone();
            if let Some(other) = self.again(&page, system).filter(|other| other.status == 200) {
                response = HttpResponse { status: response.status, ..other };
            }
        }
        for header in self.inherited("add_header", block) {
            let fits = header.words.iter().any(|word| word == "always")
                || matches!(response.status, 200 | 201 | 204 | 206 | 301 | 302 | 303 | 304 | 307 | 308);
            if let (true, Some(value)) = (fits, header.words.get(1)) {
                response = response.with_header(header.word(), &self.expand(value, system));
            }
        }
        response
    }

    fn pass(&self, pass: &Directive, location: &Directive, system: &mut dyn System) -> HttpResponse {
        let target = self.expand(pass.word(), system);
        let (secure, authority, path) = address(&target);
        let server = self.member(&authority, system);
        let (host, port) = match server.rsplit_once(':') {
            Some((host, port)) => (host.to_owned(), port.parse().unwrap_or(80)),
            None => (server, if secure { 443 } else { 80 }),
        };
        let mut request = self.request.clone();
        request.secure = secure;
        if let Some(path) = path {
            let rest = self.uri.strip_prefix(location_path(location)).unwrap_or(&self.uri).to_owned();
            let query =
                request.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
            request.path = format!("{path}{rest}{query}");
        }
        request.headers.retain(|(name, _)| {
            !["host", "connection", "x-client-address"].contains(&name.to_ascii_lowercase().as_str())
        });
        let mut given: Vec<(String, String)> = vec![("Host".to_owned(), authority)];
        for header in self.inherited_of("proxy_set_header", location) {
            let value = self.expand(header.words.get(1).map_or("", String::as_str), system);
            given.retain(|(name, _)| !name.eq_ignore_ascii_case(header.word()));
            if !value.is_empty() {
                given.push((header.word().to_owned(), value));
            }
        }
        request.headers.retain(|(name, _)| !given.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
        request.headers.splice(0..0, given);
        match system.http(&host, port, &request) {
            Ok(mut response) => {
                response.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Server"));
                response
            }
            Err(ConnectError::TimedOut) => error_page(504, "Gateway Time-out"),
            Err(_) => error_page(502, "Bad Gateway"),
        }
    }

    fn inherited_of(&self, name: &str, location: &Directive) -> Vec<Directive> {
        let own: Vec<Directive> =
            location.block.iter().filter(|directive| directive.name == name).cloned().collect();
        if own.is_empty() { self.inherited(name, &[]).into_iter().cloned().collect() } else { own }
    }

    /// A server of an `upstream`, or the authority itself.
    fn member(&self, authority: &str, system: &mut dyn System) -> String {
        let mut members = Vec::new();
        collect(self.config, &mut |directive| {
            if directive.name == "upstream" && directive.word() == authority {
                let servers = directive.block.iter().filter(|inside| inside.name == "server");
                members.extend(servers.map(|server| server.word().to_owned()));
            }
        });
        if members.is_empty() {
            return authority.to_owned();
        }
        let drawn = usize::try_from(system.random(members.len() as u64)).unwrap_or_default();
        members.swap_remove(drawn.min(members.len() - 1))
    }

    /// A text with its variables replaced.
    fn expand(&self, text: &str, system: &mut dyn System) -> String {
        let mut done = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            done.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let braced = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let (name, after) = braced.unwrap_or_else(|| {
                let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
                rest.split_at(end.unwrap_or(rest.len()))
            });
            done.push_str(&self.variable(name, system));
            rest = after;
        }
        done + rest
    }

    fn variable(&self, name: &str, system: &mut dyn System) -> String {
        if let Some((_, value)) = self.set.iter().rev().find(|(other, _)| other == name) {
            return value.clone();
        }
        let query = self.request.path.split_once('?').map_or("", |(_, query)| query);
        let client = self.request.header("X-Client-Address").unwrap_or("10.244.0.1");
        let header = |name: &str| self.request.header(name).unwrap_or_default().to_owned();
        match name {
            "host" => host_of(&header("Host")),
            "http_host" => header("Host"),
            "hostname" => system.hostname(),
            "uri" | "document_uri" => self.uri.clone(),
            "request_uri" => self.request.path.clone(),
            "args" | "query_string" => query.to_owned(),
            "is_args" => if query.is_empty() { "" } else { "?" }.to_owned(),
            "request_method" => self.request.method.clone(),
            "scheme" => if self.request.secure { "https" } else { "http" }.to_owned(),
            "remote_addr" => client.to_owned(),
            "proxy_add_x_forwarded_for" => match header("X-Forwarded-For") {
                before if before.is_empty() => client.to_owned(),
                before => format!("{before}, {client}"),
            },
            "server_addr" => system.address(),
            "server_port" => self.port.to_string(),
            "nginx_version" => "1.29.3".to_owned(),
            "time_iso8601" => system.now().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            "time_local" => system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            _ => match (name.strip_prefix("http_"), name.strip_prefix("arg_")) {
                (Some(name), _) => header(&name.replace('_', "-")),
                (_, Some(name)) => {
                    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                    pairs.into_iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value).to_owned()
                }
                _ => String::new(),
            },
        }
    }
}

/// The path or pattern of a location.
fn location_path(location: &Directive) -> &str {
    location.words.last().map(String::as_str).unwrap_or_default()
}
