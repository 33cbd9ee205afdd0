//! nginx' configuration: its directives, the files that they include, and what is wrong with them.

use std::collections::BTreeMap;

use super::super::filesystem::{FileView, Files, join};
use super::super::ownership::Identity;
use super::super::shell::matches;

/// How deep blocks and included files may nest.
const DEPTH_MAX: usize = 8;
/// Directives that one configuration may have.
const DIRECTIVES_MAX: usize = 10_000;
/// The main file.
pub(super) const MAIN: &str = "/etc/nginx/nginx.conf";

/// Directives that change what clients are answered, and are modelled.
const MODELLED: &[&str] = &[
    "add_header",
    "alias",
    "allow",
    "default_type",
    "deny",
    "error_page",
    "events",
    "http",
    "include",
    "index",
    "listen",
    "location",
    "proxy_pass",
    "proxy_set_header",
    "return",
    "root",
    "server",
    "server_name",
    "set",
    "stub_status",
    "try_files",
    "upstream",
];
/// Directives that change nothing that can be seen here.
const UNSEEN: &[&str] = &[
    "access_log",
    "accept_mutex",
    "charset",
    "client_body_buffer_size",
    "client_body_temp_path",
    "client_body_timeout",
    "client_header_buffer_size",
    "client_header_timeout",
    "client_max_body_size",
    "daemon",
    "env",
    "error_log",
    "etag",
    "expires",
    "fastcgi_temp_path",
    "gzip",
    "gzip_comp_level",
    "gzip_disable",
    "gzip_min_length",
    "gzip_proxied",
    "gzip_types",
    "gzip_vary",
    "gzip_http_version",
    "gzip_buffers",
    "gzip_static",
    "keepalive",
    "keepalive_requests",
    "keepalive_timeout",
    "large_client_header_buffers",
    "least_conn",
    "load_module",
    "log_format",
    "log_not_found",
    "lock_file",
    "multi_accept",
    "open_file_cache",
    "pid",
    "port_in_redirect",
    "proxy_buffer_size",
    "proxy_buffering",
    "proxy_buffers",
    "proxy_busy_buffers_size",
    "proxy_connect_timeout",
    "proxy_http_version",
    "proxy_next_upstream",
    "proxy_read_timeout",
    "proxy_redirect",
    "proxy_request_buffering",
    "proxy_send_timeout",
    "proxy_temp_path",
    "resolver",
    "resolver_timeout",
    "rewrite_log",
    "reset_timedout_connection",
    "scgi_temp_path",
    "send_timeout",
    "sendfile",
    "sendfile_max_chunk",
    "server_names_hash_bucket_size",
    "server_names_hash_max_size",
    "server_tokens",
    "tcp_nodelay",
    "tcp_nopush",
    "timer_resolution",
    "types",
    "types_hash_bucket_size",
    "types_hash_max_size",
    "use",
    "user",
    "uwsgi_temp_path",
    "worker_connections",
    "worker_processes",
    "worker_rlimit_nofile",
    "worker_shutdown_timeout",
    "zone",
    "real_ip_header",
    "set_real_ip_from",
];
/// Directives that nginx has and this model has not.
const REFUSED: &[&str] = &[
    "auth_basic",
    "auth_basic_user_file",
    "auth_request",
    "auth_request_set",
    "autoindex",
    "fastcgi_index",
    "fastcgi_param",
    "fastcgi_pass",
    "fastcgi_split_path_info",
    "geo",
    "grpc_pass",
    "hash",
    "if",
    "internal",
    "ip_hash",
    "limit_conn",
    "limit_conn_zone",
    "limit_rate",
    "limit_req",
    "limit_req_zone",
    "map",
    "mirror",
    "proxy_cache",
    "proxy_cache_path",
    "proxy_cache_valid",
    "proxy_hide_header",
    "proxy_intercept_errors",
    "proxy_method",
    "proxy_pass_header",
    "proxy_set_body",
    "proxy_ssl_verify",
    "rewrite",
    "satisfy",
    "split_clients",
    "ssi",
    "ssl",
    "ssl_certificate",
    "ssl_certificate_key",
    "ssl_ciphers",
    "ssl_prefer_server_ciphers",
    "ssl_protocols",
    "ssl_session_cache",
    "ssl_session_timeout",
    "stream",
    "sub_filter",
    "sub_filter_once",
    "uwsgi_pass",
    "break",
];

/// A directive with its words and what its braces hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Its name.
    pub name: String,
    /// The words behind the name.
    pub words: Vec<String>,
    /// What stands between its braces.
    pub block: Vec<Directive>,
    /// Where it stands: file and line.
    pub place: String,
}

impl Directive {
    /// The first word.
    pub(super) fn word(&self) -> &str {
        self.words.first().map(String::as_str).unwrap_or_default()
    }
}

/// A configuration and what it asks for that is not modelled.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// The directives outside of all blocks.
    pub directives: Vec<Directive>,
    /// `directive in file:line`.
    pub refused: Vec<String>,
    count: usize,
}

/// Reads a configuration with all that it includes.
///
/// # Errors
/// What nginx says behind `nginx: [emerg]`.
pub(super) fn load(files: &FileView<'_>, main: &str) -> Result<Config, String> {
    let mut config = Config::default();
    config.directives = config.file(files, main, 0)?;
    if !config.directives.iter().any(|directive| directive.name == "events") {
        return Err("no \"events\" section in configuration".to_owned());
    }
    Ok(config)
}

/// Reads directives that were written out by whoever read them before.
///
/// # Errors
/// When they are none.
pub(super) fn parse(text: &str) -> Result<Vec<Directive>, String> {
    let mut reader = Reader { text, at: 0, line: 1, path: MAIN };
    let nowhere = FileView {
        image: None,
        layer: &mut Files::default(),
        mounts: &[],
        volumes: &mut BTreeMap::new(),
        disk: &mut Files::default(),
        read_only_root: false,
        who: Identity::default(),
        now: 0,
        born: 0,
    };
    Config::default().block(&nowhere, &mut reader, 0, false)
}

/// Whether a word may stand behind the address of `listen`.
fn is_parameter(word: &str) -> bool {
    const PLAIN: &[&str] = &[
        "default_server",
        "default",
        "bind",
        "deferred",
        "reuseport",
        "ssl",
        "http2",
        "quic",
        "proxy_protocol",
        "multipath",
    ];
    const WITH_VALUE: &[&str] =
        &["setfib", "fastopen", "backlog", "rcvbuf", "sndbuf", "accept_filter", "ipv6only", "so_keepalive"];
    PLAIN.contains(&word) || word.split_once('=').is_some_and(|(name, _)| WITH_VALUE.contains(&name))
}

impl Config {
    fn file(&mut self, files: &FileView<'_>, path: &str, depth: usize) -> Result<Vec<Directive>, String> {
        let text =
            files.read(path).map_err(|_| format!("open() {path:?} failed (2: No such file or directory)"))?;
        let text = String::from_utf8_lossy(&text);
        let mut reader = Reader { text: &text, at: 0, line: 1, path };
        let directives = self.block(files, &mut reader, depth, false)?;
        Ok(directives)
    }

    fn block(
        &mut self,
        files: &FileView<'_>,
        reader: &mut Reader<'_>,
        depth: usize,
        inside: bool,
    ) -> Result<Vec<Directive>, String> {
        if depth > DEPTH_MAX {
            return Err(format!("too deep nesting in {}:{}", reader.path, reader.line));
        }
        let mut found = Vec::new();
        let mut words: Vec<String> = Vec::new();
        loop {
            let (path, line) = (reader.path, reader.line);
            let place = || format!("{path}:{line}");
            match reader.token()? {
                Token::Word(word) => words.push(word),
                Token::End if inside || !words.is_empty() => {
                    let wanted = if words.is_empty() { "\"}\"" } else { "\";\" or \"}\"" };
                    return Err(format!("unexpected end of file, expecting {wanted} in {}", place()));
                }
                Token::End => return Ok(found),
                Token::Close if !words.is_empty() || !inside => {
                    return Err(format!("unexpected \"}}\" in {}", place()));
                }
                Token::Close => return Ok(found),
                Token::Semicolon | Token::Open if words.is_empty() => {
                    return Err(format!("unexpected \";\" in {}", place()));
                }
                token => {
                    let (place, mut words) = (place(), std::mem::take(&mut words));
                    let name = words.remove(0);
                    self.count += 1;
                    if self.count > DIRECTIVES_MAX {
                        return Err(format!("too many directives in {place}"));
                    }
                    self.check(&name, &place)?;
                    if let Some(odd) =
                        words.iter().skip(1).find(|word| name == "listen" && !is_parameter(word))
                    {
                        return Err(format!("invalid parameter {odd:?} in {place}"));
                    }
                    let block = match token {
                        Token::Open if name == "types" => {
                            reader.skip_block()?;
                            Vec::new()
                        }
                        Token::Open => self.block(files, reader, depth + 1, true)?,
                        _ => Vec::new(),
                    };
                    if name == "include" {
                        let pattern = words.first().cloned().unwrap_or_default();
                        found.extend(self.include(files, &pattern, &place, depth)?);
                    } else {
                        found.push(Directive { name, words, block, place });
                    }
                }
            }
        }
    }

    fn check(&mut self, name: &str, place: &str) -> Result<(), String> {
        if REFUSED.contains(&name) {
            self.refused.push(format!("{name} in {place}"));
        } else if !MODELLED.contains(&name) && !UNSEEN.contains(&name) {
            return Err(format!("unknown directive {name:?} in {place}"));
        }
        Ok(())
    }

    fn include(
        &mut self,
        files: &FileView<'_>,
        pattern: &str,
        place: &str,
        depth: usize,
    ) -> Result<Vec<Directive>, String> {
        let pattern = if pattern.starts_with('/') { pattern.to_owned() } else { join("/etc/nginx", pattern) };
        if pattern.ends_with("/mime.types") {
            return Ok(Vec::new());
        }
        if !pattern.contains(['*', '?', '[']) {
            return self.file(files, &pattern, depth + 1).map_err(|why| match why.strip_prefix("open()") {
                Some(_) => format!("{why} in {place}"),
                None => why,
            });
        }
        let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
        let mut found = Vec::new();
        for file in files.list(folder).unwrap_or_default() {
            if matches(name, &file) && !file.starts_with('.') {
                found.extend(self.file(files, &join(folder, &file), depth + 1)?);
            }
        }
        Ok(found)
    }
}

enum Token {
    Word(String),
    Semicolon,
    Open,
    Close,
    End,
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes that were read.
    at: usize,
    line: usize,
    path: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn token(&mut self) -> Result<Token, String> {
        loop {
            match self.next() {
                None => return Ok(Token::End),
                Some('#') => while self.next().is_some_and(|next| next != '\n') {},
                Some(next) if next.is_whitespace() => {}
                Some(';') => return Ok(Token::Semicolon),
                Some('{') => return Ok(Token::Open),
                Some('}') => return Ok(Token::Close),
                Some(quote @ ('"' | '\'')) => return self.quoted(quote),
                Some(first) => return Ok(Token::Word(self.bare(first))),
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Token, String> {
        let mut word = String::new();
        loop {
            match self.next() {
                None => {
                    return Err(format!(
                        "unexpected end of file, expecting \";\" or \"}}\" in {}:{}",
                        self.path, self.line
                    ));
                }
                Some('\\') => match self.next() {
                    Some('n') => word.push('\n'),
                    Some('t') => word.push('\t'),
                    Some('r') => word.push('\r'),
                    Some(next @ ('"' | '\'' | '\\')) => word.push(next),
                    Some(next) => word.extend(['\\', next]),
                    None => {}
                },
                Some(next) if next == quote => return Ok(Token::Word(word)),
                Some(next) => word.push(next),
            }
        }
    }

    fn bare(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(next) = self.peek() {
            let of_variable = next == '{' && word.ends_with('$');
            if next.is_whitespace() || next == ';' || next == '{' && !of_variable {
                break;
            }
            self.at += next.len_utf8();
            word.push(next);
            if of_variable {
                while let Some(next) = self.next() {
                    word.push(next);
                    if next == '}' {
                        break;
                    }
                }
            }
        }
        word
    }

    fn skip_block(&mut self) -> Result<(), String> {
        loop {
            match self.token()? {
                Token::Close | Token::End => return Ok(()),
                _ => {}
            }
        }
    }
}
