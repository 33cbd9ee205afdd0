//! `/metrics`: what this server can count honestly, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use http::Response;

use crate::apimachinery::KINDS;

use super::super::driver::Shared;
use super::body::{self, Body};
use super::request_info::{RequestInfo, Verb};

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
/// Series that are counted; what would be a further one is not.
const SERIES_MAX: usize = 10_000;

/// What makes requests of one kind: everything but how many there were.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    verb: &'static str,
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    subresource: &'static str,
    scope: &'static str,
    dry_run: bool,
    code: u16,
}

impl Series {
    /// The series of a request that is about to be answered.
    pub(super) fn of(info: &RequestInfo) -> Self {
        let verb = match info.verb {
            Verb::Get => "GET",
            Verb::List => "LIST",
            Verb::Watch => "WATCH",
            Verb::Create => "POST",
            Verb::Update => "PUT",
            Verb::Patch => "PATCH",
            Verb::Delete => "DELETE",
            Verb::DeleteCollection => "DELETECOLLECTION",
        };
        let scope = match (info.name.is_empty(), &info.namespace) {
            (false, _) => "resource",
            (true, Some(_)) => "namespace",
            (true, None) => "cluster",
        };
        Self {
            verb,
            group: info.kind.group,
            version: info.kind.version,
            resource: info.kind.plural,
            subresource: info.subresource_name(),
            scope,
            dry_run: info.query.text("dryRun") == "All",
            code: 0,
        }
    }

    /// The same, answered with that code.
    pub(super) fn answered(self, code: u16) -> Self {
        Self { code, ..self }
    }
}

/// How many requests were answered.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<BTreeMap<Series, u64>>);

impl Metrics {
    /// Counts an answer.
    pub(super) fn count(&self, series: Series) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() < SERIES_MAX || counts.contains_key(&series) {
            *counts.entry(series).or_default() += 1;
        }
    }

    /// All of it as text.
    pub(super) fn response(&self, shared: &Shared, watches: usize) -> Response<Body> {
        let mut text = self.requests();
        text.push_str("# HELP apiserver_longrunning_requests [STABLE] Gauge of all active long-running apiserver requests.\n");
        text.push_str("# TYPE apiserver_longrunning_requests gauge\n");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "apiserver_longrunning_requests{{component=\"apiserver\",verb=\"WATCH\"}} {watches}"
        );
        text.push_str("# HELP apiserver_resource_objects Number of stored objects, by resource.\n");
        text.push_str("# TYPE apiserver_resource_objects gauge\n");
        shared.look(|simulation, _| {
            for kind in KINDS {
                let count = simulation.registry.store().list(kind, None).count();
                let _ = writeln!(
                    text,
                    "apiserver_resource_objects{{group=\"{}\",resource=\"{}\"}} {count}",
                    kind.group, kind.plural
                );
            }
        });
        body::bytes(200, CONTENT_TYPE, text)
    }

    fn requests(&self) -> String {
        let mut text = "# HELP apiserver_request_total [STABLE] Counter of apiserver requests.\n\
            # TYPE apiserver_request_total counter\n"
            .to_owned();
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (series, count) in counts.iter() {
            let dry_run = if series.dry_run { "All" } else { "" };
            let Series { verb, group, version, resource, subresource, scope, code, .. } = series;
            let _ = writeln!(
                text,
                "apiserver_request_total{{code=\"{code}\",component=\"apiserver\",dry_run=\"{dry_run}\",group=\"{group}\",resource=\"{resource}\",scope=\"{scope}\",subresource=\"{subresource}\",verb=\"{verb}\",version=\"{version}\"}} {count}"
            );
        }
        text
    }
}
