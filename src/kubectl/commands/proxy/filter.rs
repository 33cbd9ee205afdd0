//! Which requests the proxy lets through.

use regex::Regex;

use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::klog::{self, Severity};

/// Expressions over path, host and method.
#[derive(Debug)]
pub(super) struct Filter {
    accept_paths: Vec<Regex>,
    reject_paths: Vec<Regex>,
    accept_hosts: Vec<Regex>,
    reject_methods: Vec<Regex>,
}

impl Filter {
    /// Reads the expressions of the flags; nothing is refused with `--disable-filter`.
    pub(super) fn new(call: &Call<'_>) -> Outcome<Self> {
        if call.flags.on("disable-filter") {
            return Self::of("^.*", "", "^.*", "");
        }
        let text = |flag: &str| call.flags.text(flag);
        Self::of(text("accept-paths"), text("reject-paths"), text("accept-hosts"), text("reject-methods"))
    }

    fn of(accept_paths: &str, reject_paths: &str, accept_hosts: &str, reject_methods: &str) -> Outcome<Self> {
        Ok(Self {
            accept_paths: expressions(accept_paths)?,
            reject_paths: expressions(reject_paths)?,
            accept_hosts: expressions(accept_hosts)?,
            reject_methods: expressions(reject_methods)?,
        })
    }

    /// Whether a request may pass.
    pub(super) fn accepts(&self, method: &str, path: &str, host: &str) -> bool {
        let any = |list: &[Regex], text: &str| list.iter().any(|expression| expression.is_match(text));
        let host = without_port(host);
        !any(&self.reject_paths, path)
            && !any(&self.reject_methods, method)
            && any(&self.accept_hosts, host)
            && any(&self.accept_paths, path)
    }
}

/// A host without its port, and then without brackets, as Go splits them; what cannot be split stays.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, _)) if name.starts_with('[') && name.ends_with(']') => &name[1..name.len() - 1],
        Some((name, _)) if !name.contains([':', '[', ']']) => name,
        _ => host,
    }
}

fn expressions(list: &str) -> Outcome<Vec<Regex>> {
    list.split(',')
        .filter(|text| !text.is_empty())
        .map(|text| {
            Regex::new(text).map_err(|error| {
                let why = format!("Error compiling re: error parsing regexp: {}", in_go(text, &error));
                // Upstream ends as it does where it cannot go on at all.
                Failure::WithCode(klog::line(Severity::Fatal, "proxy_server.go:83", &why), 255)
            })
        })
        .collect()
}

/// What is wrong with an expression, in Go's words where they are known.
fn in_go(text: &str, error: &regex::Error) -> String {
    let full = error.to_string();
    let known = [
        ("unclosed group", format!("missing closing ): `{text}`")),
        ("unclosed character class", format!("missing closing ]: `{text}`")),
        ("repetition operator missing expression", "missing argument to repetition operator: `*`".to_owned()),
    ];
    let found = known.into_iter().find(|(sign, _)| full.contains(sign));
    found.map_or_else(|| full.lines().last().unwrap_or_default().to_owned(), |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_hosts_and_exec_are_refused() {
        let filter = Filter::of(
            "^.*",
            "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
            "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
            "^$",
        )
        .unwrap();
        assert!(filter.accepts("GET", "/api/v1/pods", "127.0.0.1:8001"));
        assert!(filter.accepts("GET", "/api/v1/pods", "[::1]"));
        // Upstream's expression has brackets that the host has not when a port follows.
        assert!(!filter.accepts("GET", "/api/v1/pods", "[::1]:8001"));
        assert!(!filter.accepts("GET", "/api/v1/pods", "evil.example:8001"));
        assert!(!filter.accepts("POST", "/api/v1/namespaces/a/pods/b/exec", "localhost"));
        assert!(!Filter::of("^/api", "", "^.*", "POST").unwrap().accepts("POST", "/api", "x"));
    }
}
