//! `pods/log`.

use std::sync::Arc;

use futures::stream;
use http::Response;
use hyper::body::Bytes;
use jiff::SignedDuration;
use tokio::sync::watch::Receiver;

use crate::apimachinery::{ObjectKey, Status};

use super::super::super::driver::Shared;
use super::super::super::runtime::LogOptions;
use super::super::body::{self, Body};
use super::super::query::Query;
use super::super::request_info::RequestInfo;

/// Answers with a container's log, and goes on with it when so asked.
///
/// # Errors
/// 400 in upstream's words when there is no log; 404 when there is no Pod.
pub(in super::super) fn log(shared: &Arc<Shared>, info: &RequestInfo) -> Result<Response<Body>, Status> {
    let query = &info.query;
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

fn count(query: &Query, name: &str) -> Result<Option<usize>, Status> {
    let number = query.number(name)?;
    number
        .map(|number| {
            usize::try_from(number).map_err(|_| {
                Status::failure(
                    422,
                    "Invalid",
                    format!("PodLogOptions \"\" is invalid: {name}: Invalid value: {number}: must be greater than or equal to 0"),
                )
            })
        })
        .transpose()
}

fn options(query: &Query, shared: &Shared) -> Result<LogOptions, Status> {
    let text = |name| Some(query.text(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let since = match (query.number("sinceSeconds")?, query.text("sinceTime")) {
        (None, "") => None,
        (Some(seconds), "") if seconds > 0 => {
            shared.clock().now().checked_sub(SignedDuration::from_secs(seconds)).ok()
        }
        (None, time) => Some(time.parse().map_err(|_| {
            Status::bad_request(format!(
                "parsing time {time:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse"
            ))
        })?),
        _ => {
            return Err(Status::failure(
                422,
                "Invalid",
                "PodLogOptions \"\" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
            ));
        }
    };
    Ok(LogOptions {
        container: text("container"),
        previous: query.flag("previous"),
        since,
        tail_lines: count(query, "tailLines")?,
        timestamps: query.flag("timestamps"),
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
