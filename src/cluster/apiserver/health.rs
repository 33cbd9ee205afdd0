//! `/healthz`, `/livez` and `/readyz`: whether the server is well, check by check.

use std::fmt::Write;

use http::Response;

use super::body::{self, Body};
use super::query::Query;

/// The checks that all have.
const FIRST_CHECKS: &[&str] = &["ping", "log", "etcd"];
/// Further checks of `/readyz`.
const READY_CHECKS: &[&str] = &["etcd-readiness", "informer-sync"];
/// What was started with the server, which is done before it answers at all.
const STARTED: &[&str] = &[
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
];
/// The last check of `/readyz`.
const SHUTDOWN: &[&str] = &["shutdown"];
/// The endpoints.
const ENDPOINTS: &[&str] = &["healthz", "livez", "readyz"];

/// The checks of an endpoint, in upstream's order.
fn checks(endpoint: &str) -> impl Iterator<Item = &'static str> {
    let (ready, shutdown): (&[&str], &[&str]) =
        if endpoint == "readyz" { (READY_CHECKS, SHUTDOWN) } else { (&[], &[]) };
    [FIRST_CHECKS, ready, STARTED, shutdown].into_iter().flatten().copied()
}

/// Every path that is answered here.
pub(super) fn paths() -> impl Iterator<Item = String> {
    ENDPOINTS.iter().flat_map(|endpoint| {
        let inside = checks(endpoint).map(move |check| format!("/{endpoint}/{check}"));
        std::iter::once(format!("/{endpoint}")).chain(inside)
    })
}

/// Answers a health endpoint or one of its checks, where the state of the cluster can be kept or not; `None`
/// when the path is neither.
pub(super) fn answer(kept: bool, path: &str, query: &Query) -> Option<Response<Body>> {
    let path = path.trim_matches('/');
    let (endpoint, check) = path.split_once('/').map_or((path, None), |(name, check)| (name, Some(check)));
    let endpoint = ENDPOINTS.iter().copied().find(|name| *name == endpoint)?;
    let mut checks = checks(endpoint);
    if let Some(check) = check {
        if !checks.any(|name| name == check) {
            return None;
        }
        let passes = passes(kept, check);
        return Some(if passes { text(200, "ok".to_owned()) } else { failed(check) });
    }
    let (told, well) = told(kept, checks, query);
    if !well {
        return Some(text(500, format!("{told}{endpoint} check failed\n")));
    }
    let verbose = query.get("verbose").is_some();
    Some(text(200, if verbose { format!("{told}{endpoint} check passed\n") } else { "ok".to_owned() }))
}

/// A line for each check, and whether all of them pass.
fn told<'a>(kept: bool, checks: impl Iterator<Item = &'a str>, query: &Query) -> (String, bool) {
    let (mut told, mut well) = (String::new(), true);
    let mut excluded: Vec<&str> = query.all("exclude").collect();
    for check in checks {
        // Writing to a string cannot fail.
        let _ = if excluded.contains(&check) {
            excluded.retain(|name| *name != check);
            writeln!(told, "[+]{check} excluded: ok")
        } else if passes(kept, check) {
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
fn passes(kept: bool, check: &str) -> bool {
    !check.starts_with("etcd") || kept
}

fn failed(check: &str) -> Response<Body> {
    text(500, format!("internal server error: {check}: the state of the cluster cannot be written\n"))
}

fn text(code: u16, text: String) -> Response<Body> {
    body::bytes(code, body::TEXT, text)
}
