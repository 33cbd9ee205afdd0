//! `/healthz`, `/livez` and `/readyz`: whether the server is well, check by check.

use std::fmt::Write;

use http::Response;

use super::super::driver::Shared;
use super::body::{self, Body};
use super::query::Query;

/// The checks of `/healthz` and `/livez`.
const CHECKS: &[&str] = &["ping", "log", "etcd"];
/// Further checks of `/readyz`.
const READY_CHECKS: &[&str] = &["etcd-readiness", "informer-sync", "shutdown"];

/// Answers a health endpoint or one of its checks; `None` when the path is neither.
pub(super) fn answer(shared: &Shared, path: &str, query: &Query) -> Option<Response<Body>> {
    let mut parts = path.trim_matches('/').split('/');
    let endpoint = parts.next().filter(|name| ["healthz", "livez", "readyz"].contains(name))?;
    let more = if endpoint == "readyz" { READY_CHECKS } else { &[] };
    let mut checks = CHECKS.iter().chain(more).copied();
    if let Some(check) = parts.next() {
        if parts.next().is_some() || !checks.any(|name| name == check) {
            return None;
        }
        let passes = passes(shared, check);
        return Some(if passes { text(200, "ok".to_owned()) } else { failed(check) });
    }
    let (told, well) = told(shared, checks, query);
    if !well {
        return Some(text(500, format!("{told}{endpoint} check failed\n")));
    }
    let verbose = query.get("verbose").is_some();
    Some(text(200, if verbose { format!("{told}{endpoint} check passed\n") } else { "ok".to_owned() }))
}

/// A line for each check, and whether all of them pass.
fn told<'a>(shared: &Shared, checks: impl Iterator<Item = &'a str>, query: &Query) -> (String, bool) {
    let (mut told, mut well) = (String::new(), true);
    let mut excluded: Vec<&str> = query.all("exclude").collect();
    for check in checks {
        // Writing to a string cannot fail.
        let _ = if excluded.contains(&check) {
            excluded.retain(|name| *name != check);
            writeln!(told, "[+]{check} excluded: ok")
        } else if passes(shared, check) {
            writeln!(told, "[+]{check} ok")
        } else {
            well = false;
            writeln!(told, "[-]{check} failed: reason withheld")
        };
    }
    if !excluded.is_empty() {
        let names: Vec<String> = excluded.iter().map(|name| format!("{name:?}")).collect();
        let _ =
            writeln!(told, "warn: some health checks cannot be excluded: no matches for {}", names.join(","));
    }
    (told, well)
}

/// The store is well while what it holds can be kept; nothing else here can fail on its own.
fn passes(shared: &Shared, check: &str) -> bool {
    !check.starts_with("etcd") || shared.is_kept()
}

fn failed(check: &str) -> Response<Body> {
    text(500, format!("internal server error: {check}: the state of the cluster cannot be written\n"))
}

fn text(code: u16, text: String) -> Response<Body> {
    body::bytes(code, body::TEXT, text)
}
