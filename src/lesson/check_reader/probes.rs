//! Requests through a Service, and what is done to the cluster to see what follows.

use super::super::check_spec::{Action, Form, HttpProbe, Trial};
use super::super::diagnostic::Report;
use super::super::node::Node;
use super::{names, namespace, nested, object_ref, origin};
use crate::apimachinery::builtin;

const PROBE_KEYS: &[&str] =
    &["service", "namespace", "port", "path", "status", "contains", "host", "times", "distinct"];

/// Most requests of one probe.
const TIMES_MAX: u64 = 100;

/// A probe: `{service, port, path, status, contains, …}`.
pub(super) fn http(node: &Node<'_>, report: &mut Report) -> Option<HttpProbe> {
    node.allow(PROBE_KEYS, report);
    probe(node, report)
}

fn probe(node: &Node<'_>, report: &mut Report) -> Option<HttpProbe> {
    let (service, port) = (node.require("service", report)?, node.require("port", report)?);
    let named = (service.text(report)?, port.text(report)?);
    names::of_object(&builtin::SERVICE, &named.0, &service, report);
    names::of_port(&named.1, &port, report);
    let (service, port) = named;
    let path = node.get("path").map_or(Some("/".to_owned()), |path| path.text(report))?;
    if !path.starts_with('/') {
        report.error(node.get("path")?.at(), "a path begins with a slash", None);
    }
    let status = node.get("status").map_or(Some(200), |status| status.number(report))?;
    let Some(status) = u16::try_from(status).ok().filter(|status| (100..600).contains(status)) else {
        report.error(node.get("status")?.at(), "a status code has three digits", None);
        return None;
    };
    let distinct = node.get("distinct").map_or(Some(0), |distinct| distinct.number(report))?;
    let times =
        node.get("times").map_or(Some(distinct.saturating_mul(8).max(1)), |times| times.number(report))?;
    let Some(times) = u32::try_from(times).ok().filter(|times| (1..=TIMES_MAX).contains(&u64::from(*times)))
    else {
        report.error(node.at(), format!("a probe asks 1 to {TIMES_MAX} times"), None);
        return None;
    };
    if distinct > u64::from(times) {
        report.error(node.at(), format!("{times} requests cannot bring {distinct} different bodies"), None);
    }
    Some(HttpProbe {
        service,
        namespace: namespace(node, report),
        port,
        path,
        status,
        contains: body(node, report),
        host: host(node, report),
        times,
        distinct: usize::try_from(distinct).unwrap_or(usize::MAX),
    })
}

/// The text that an answer must hold.
fn body(node: &Node<'_>, report: &mut Report) -> Option<String> {
    let contains = node.get("contains")?;
    let text = contains.text(report)?;
    if text.is_empty() {
        let message = "this cannot fail: every answer contains an empty text";
        let hint = "name words that only the right answer holds, or leave `contains` out".to_owned();
        report.broken("cannot-fail", contains.at(), message, Some(hint));
    }
    Some(text)
}

fn host(node: &Node<'_>, report: &mut Report) -> Option<String> {
    let host = node.get("host")?;
    let name = host.text(report)?;
    names::of_host(&name, &host, report);
    Some(name)
}

/// `requests: {service, port, during: kind/name}`.
pub(super) fn requests(node: &Node<'_>, report: &mut Report) -> Option<Form> {
    let known: Vec<&str> = PROBE_KEYS.iter().copied().chain(["during"]).collect();
    node.allow(&known, report);
    let during = node.require("during", report)?;
    let during = object_ref(&during, namespace(node, report), report)?;
    Some(Form::Requests { probe: probe(node, report)?, during })
}

/// `trial: {delete | restart | patch, requests, then}`.
pub(super) fn trial(node: &Node<'_>, depth: usize, report: &mut Report) -> Option<Trial> {
    node.allow(&["delete", "restart", "patch", "requests", "then"], report);
    let mut actions = Vec::new();
    if let Some(delete) = node.get("delete") {
        delete.allow(&["object", "select", "where", "namespace"], report);
        actions.push(Action::Delete(origin(&delete, report)?));
    }
    if let Some(restart) = node.get("restart") {
        let object = object_ref(&restart, namespace(node, report), report)?;
        if !matches!(object.kind.kind, "Deployment" | "StatefulSet" | "DaemonSet") {
            report.error(restart.at(), format!("a {} cannot be restarted", object.kind.kind), None);
        }
        actions.push(Action::Restart(object));
    }
    if let Some(patch) = node.get("patch") {
        patch.allow(&["object", "namespace", "with"], report);
        let object = object_ref(&patch.require("object", report)?, namespace(&patch, report), report)?;
        let with = patch.require("with", report)?.value.clone();
        actions.push(Action::Patch(object, with));
    }
    if actions.len() != 1 {
        report.error(node.at(), "a trial does exactly one thing: delete, restart or patch", None);
    }
    let requests = match node.get("requests") {
        Some(requests) => Some(http(&requests, report)?),
        None => None,
    };
    let then = node.get("then").map(|then| nested(&then, false, depth.saturating_sub(1), report));
    Some(Trial { action: actions.pop()?, requests, then: then.unwrap_or_default() })
}
