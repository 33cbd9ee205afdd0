//! `pods/log`.

use std::sync::Arc;

use futures::stream;
use http::Response;
use hyper::body::Bytes;
use jiff::SignedDuration;
use tokio::sync::watch::Receiver;

use crate::apimachinery::{FieldError, ObjectKey, Status};

use super::super::super::driver::Shared;
use super::super::super::runtime::{LogOptions, LogStream};
use super::super::body::{self, Body};
use super::super::query::Query;
use super::super::request_info::RequestInfo;

/// Answers with a container's log, and goes on with it when so asked.
///
/// # Errors
/// 400 in upstream's words when there is no log; 404 when there is no Pod.
pub(in super::super) fn log(shared: &Arc<Shared>, info: &RequestInfo) -> Result<Response<Body>, Status> {
    let query = &info.query;
    check(query, &info.name)?;
    let mut follower = Follower {
        shared: Arc::clone(shared),
        changed: shared.subscribe(),
        pod: info.key(),
        options: options(query, shared)?,
        left: count(query, "limitBytes")?,
        ended: !query.flag("follow"),
    };
    let first = follower.page()?;
    if follower.ended {
        return Ok(body::bytes(200, body::PLAIN, first));
    }
    let pages = stream::unfold((Some(first), follower), |(first, mut follower)| async move {
        let bytes = match first {
            Some(bytes) if !bytes.is_empty() => bytes,
            _ => follower.next().await?,
        };
        Some((bytes, (None, follower)))
    });
    Ok(body::stream(body::PLAIN, pages))
}

/// `ValidatePodLogOptions`.
fn check(query: &Query, pod: &str) -> Result<(), Status> {
    let mut errors = Vec::new();
    let tail = query.number("tailLines")?;
    if let Some(lines) = tail.filter(|lines| *lines < 0) {
        errors.push(FieldError::invalid("tailLines", lines, "must be greater than or equal to 0"));
    }
    if let Some(bytes) = query.number("limitBytes")?.filter(|bytes| *bytes < 1) {
        errors.push(FieldError::invalid("limitBytes", bytes, "must be greater than 0"));
    }
    match query.number("sinceSeconds")? {
        Some(_) if !query.text("sinceTime").is_empty() => {
            let detail = "at most one of `sinceTime` or `sinceSeconds` may be specified";
            errors.push(FieldError::forbidden("", detail));
        }
        Some(seconds) if seconds < 1 => {
            errors.push(FieldError::invalid("sinceSeconds", seconds, "must be greater than 0"));
        }
        _ => {}
    }
    match query.text("stream") {
        "" | "All" => {}
        "Stdout" | "Stderr" if tail.is_none() => {}
        "Stdout" | "Stderr" => {
            let detail = "`tailLines` and specific `stream` are mutually exclusive for now";
            errors.push(FieldError::forbidden("", detail));
        }
        other => errors.push(FieldError::not_supported("stream", other, &["All", "Stderr", "Stdout"])),
    }
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid_in("", "PodLogOptions", pod, &errors)) }
}

fn count(query: &Query, name: &str) -> Result<Option<usize>, Status> {
    Ok(query.number(name)?.and_then(|number| usize::try_from(number).ok()))
}

fn options(query: &Query, shared: &Shared) -> Result<LogOptions, Status> {
    let text = |name| Some(query.text(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let since = match (query.number("sinceSeconds")?, query.text("sinceTime")) {
        (None, "") => None,
        (Some(seconds), _) => shared.clock().now().checked_sub(SignedDuration::from_secs(seconds)).ok(),
        (None, time) => Some(time.parse().map_err(|_| {
            let layout = "2006-01-02T15:04:05Z07:00";
            Status::bad_request(format!(
                "parsing time {time:?} as {layout:?}: cannot parse {time:?} as \"2006\""
            ))
        })?),
    };
    let stream = match query.text("stream") {
        "Stdout" => Some(LogStream::Stdout),
        "Stderr" => Some(LogStream::Stderr),
        _ => None,
    };
    Ok(LogOptions {
        container: text("container"),
        previous: query.flag("previous"),
        since,
        tail_lines: count(query, "tailLines")?,
        timestamps: query.flag("timestamps"),
        stream,
        limit_bytes: None,
        cursor: 0,
    })
}

/// Reads a log page by page.
struct Follower {
    shared: Arc<Shared>,
    changed: Receiver<u64>,
    pod: ObjectKey,
    options: LogOptions,
    /// Bytes that may still be sent, if there is a limit.
    left: Option<usize>,
    ended: bool,
}

impl Follower {
    /// What came since the last page.
    fn page(&mut self) -> Result<Bytes, Status> {
        self.changed.borrow_and_update();
        let mut page = self
            .shared
            .with(|simulation| simulation.node.logs(&simulation.registry, &self.pod, &self.options))?;
        self.options.cursor = page.cursor;
        self.options.tail_lines = None;
        self.ended |= page.ended;
        if let Some(left) = &mut self.left {
            page.bytes.truncate(*left);
            *left -= page.bytes.len();
            self.ended |= *left == 0;
        }
        Ok(page.bytes.into())
    }

    /// The next page with something on it; `None` at the end of the log.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.ended || self.shared.has_ended() {
                return None;
            }
            // A Pod that is gone ends its log.
            let bytes = self.page().ok()?;
            if !bytes.is_empty() {
                return Some(bytes);
            }
            if !self.ended {
                self.changed.changed().await.ok()?;
            }
        }
    }
}
