//! Watching: a cursor on the change log, told as JSON lines.

use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use http::{HeaderMap, Response};
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;

use crate::apimachinery::{Object, Status, WatchEventType};
use crate::base::{Random, Stopwatch, Timestamp, timeout};

use super::super::driver::Shared;
use super::super::registry::Registry;
use super::super::storage::{Change, ChangeType};
use super::body::{self, Body};
use super::encoding::Presentation;
use super::negotiate;
use super::read::{list_options_invalid, parse_resource_version, too_large};
use super::request_info::RequestInfo;
use super::selection::Selection;

/// Changes looked at under one lock.
const BATCH_MAX: usize = 1_000;
/// Wall time between two bookmarks.
const BOOKMARK_PERIOD: Duration = Duration::from_mins(1);
/// Shortest time for which a watch without `timeoutSeconds` runs; the longest is twice that.
const TIMEOUT_MIN: Duration = Duration::from_mins(30);

/// An event before it is written: borrowed where the stored object is told as it is.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    event_type: WatchEventType,
    object: &'a T,
}

fn write_line<T: Serialize>(lines: &mut Vec<u8>, event_type: WatchEventType, object: &T) {
    // Objects in the store are JSON values: writing them to memory cannot fail.
    if serde_json::to_writer(&mut *lines, &Line { event_type, object }).is_ok() {
        lines.push(b'\n');
    }
}

/// Opens a watch.
///
/// # Errors
/// 400 and 422 for bad parameters, 410 for a revision that has left the log.
pub(super) fn watch(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    headers: &HeaderMap,
    permit: OwnedSemaphorePermit,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let selection = Selection::parse(info)?;
    let start = Start::of(info)?;
    let receiver = shared.subscribe();
    let (initial, cursor, epoch, now) = shared.look(|simulation, epoch| {
        let registry = &simulation.registry;
        let current = registry.store().revision();
        let cursor = start.cursor(current)?;
        if let Err(compacted) = registry.store().changes_since(cursor) {
            return Err(too_old(cursor, compacted.oldest));
        }
        let initial = match start {
            Start::State { .. } => registry.list(info.kind, info.namespace.as_deref()),
            Start::Now | Start::After(_) => Vec::new(),
        };
        Ok((initial, cursor, epoch, registry.now()))
    })?;
    let mut watcher = Watcher {
        shared: Arc::clone(shared),
        receiver,
        presentation,
        selection,
        kind: info.kind,
        namespace: info.namespace.clone(),
        cursor,
        epoch,
        columns_told: false,
        bookmarks: info.query.flag("allowWatchBookmarks"),
        since_bookmark: Stopwatch::start(),
        running: Stopwatch::start(),
        runs_for: running_time(info)?,
        lines: Vec::new(),
        ended: false,
        _permit: permit,
    };
    for object in &initial {
        if watcher.selection.matches(object) {
            watcher.tell(WatchEventType::Added, object, now);
        }
    }
    if matches!(start, Start::State { marked: true, .. }) && watcher.bookmarks {
        watcher.tell_bookmark(true);
    }
    let lines = stream::unfold(watcher, |mut watcher| async move {
        let lines = watcher.next().await?;
        Some((lines, watcher))
    });
    Ok(body::stream(body::JSON, lines))
}

/// From where a watch tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// The present state as ADDED events, at least as new as a revision; with a bookmark after it.
    State { at_least: u64, marked: bool },
    /// Only what happens from now on.
    Now,
    /// What happened after a revision.
    After(u64),
}

impl Start {
    fn of(info: &RequestInfo) -> Result<Self, Status> {
        let matching = info.query.text("resourceVersionMatch");
        let send_initial = info.query.flag_or_none("sendInitialEvents");
        if send_initial.is_some() && matching != "NotOlderThan" {
            let message =
                "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            return Err(list_options_invalid("resourceVersionMatch", message));
        }
        if send_initial.is_none() && !matching.is_empty() {
            let message =
                "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            return Err(list_options_invalid("resourceVersionMatch", message));
        }
        let revision = match info.query.text("resourceVersion") {
            "" => 0,
            text => parse_resource_version(text)?,
        };
        Ok(match (send_initial, revision) {
            (Some(true), at_least) => Self::State { at_least, marked: true },
            (None, 0) => Self::State { at_least: 0, marked: false },
            (Some(false), 0) => Self::Now,
            (_, revision) => Self::After(revision),
        })
    }

    fn cursor(self, current: u64) -> Result<u64, Status> {
        match self {
            Self::State { at_least, .. } if at_least > current => Err(too_large(at_least, current)),
            Self::State { .. } | Self::Now => Ok(current),
            // A revision of a world that was reset since: its owner has to list again.
            Self::After(revision) if revision > current => Err(too_old(revision, current)),
            Self::After(revision) => Ok(revision),
        }
    }
}

fn too_old(revision: u64, oldest: u64) -> Status {
    Status::expired(format!("too old resource version: {revision} ({oldest})"))
}

fn running_time(info: &RequestInfo) -> Result<Duration, Status> {
    let asked = info.query.number("timeoutSeconds")?.and_then(|seconds| u64::try_from(seconds).ok());
    Ok(match asked {
        Some(seconds) if seconds > 0 => Duration::from_secs(seconds),
        // Spread out, so that the watches of one moment do not all end in one moment.
        _ => TIMEOUT_MIN + Duration::from_secs(Random::fresh_seed() % TIMEOUT_MIN.as_secs()),
    })
}

/// One open watch.
struct Watcher {
    shared: Arc<Shared>,
    receiver: Receiver<u64>,
    presentation: Presentation,
    selection: Selection,
    kind: &'static crate::apimachinery::Kind,
    namespace: Option<String>,
    cursor: u64,
    epoch: u64,
    columns_told: bool,
    bookmarks: bool,
    since_bookmark: Stopwatch,
    running: Stopwatch,
    runs_for: Duration,
    /// Lines not sent yet.
    lines: Vec<u8>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Watcher {
    /// The next lines; `None` when the watch is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.lines.is_empty() {
                return Some(std::mem::take(&mut self.lines).into());
            }
            let left = self.runs_for.saturating_sub(self.running.elapsed());
            if self.ended || left.is_zero() || self.shared.has_ended() {
                return None;
            }
            self.receiver.borrow_and_update();
            if self.look() {
                continue;
            }
            let until_bookmark = BOOKMARK_PERIOD.saturating_sub(self.since_bookmark.elapsed());
            let wait = if self.bookmarks { left.min(until_bookmark) } else { left };
            match timeout(wait, self.receiver.changed()).await {
                Some(Ok(())) => {}
                Some(Err(_)) => return None,
                None if self.bookmarks && until_bookmark <= left => self.tell_bookmark(false),
                None => {}
            }
        }
    }

    /// Looks at the log; tells whether it moved on.
    fn look(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let looked = shared.look(|simulation, epoch| {
            let (store, now) = (simulation.registry.store(), simulation.registry.now());
            if epoch != self.epoch {
                return Err(too_old(self.cursor, store.revision()));
            }
            let changes = store
                .changes_since(self.cursor)
                .map_err(|compacted| too_old(self.cursor, compacted.oldest))?;
            let mut last = self.cursor;
            let mut events = Vec::new();
            for change in changes.take(BATCH_MAX) {
                last = change.revision;
                events.extend(self.event(change));
            }
            Ok((last, events, now))
        });
        match looked {
            Ok((last, events, now)) => {
                let moved = last != self.cursor;
                self.cursor = last;
                for (event_type, object) in events {
                    self.tell(event_type, &object, now);
                }
                moved
            }
            Err(status) => {
                write_line(&mut self.lines, WatchEventType::Error, &status);
                self.ended = true;
                true
            }
        }
    }

    /// What a change means to this watch: objects that enter or leave the selection come and go.
    fn event(&self, change: &Change) -> Option<(WatchEventType, Arc<Object>)> {
        let elsewhere =
            self.namespace.as_ref().is_some_and(|namespace| change.object.namespace() != namespace);
        let is_meant = change.kind == self.kind.stored() || change.kind.shares_resource(self.kind);
        if !is_meant || elsewhere {
            return None;
        }
        let shown = |object: &Arc<Object>| Registry::in_version(self.kind, object);
        let (object, previous) = (shown(&change.object), change.previous.as_ref().map(shown));
        let was = previous.as_ref().is_some_and(|previous| self.selection.matches(previous));
        let is = change.change_type != ChangeType::Deleted && self.selection.matches(&object);
        let event_type = match (was, is) {
            (false, false) => return None,
            (false, true) => WatchEventType::Added,
            (true, true) => WatchEventType::Modified,
            (true, false) => WatchEventType::Deleted,
        };
        let left = event_type == WatchEventType::Deleted && change.change_type != ChangeType::Deleted;
        let last = previous.filter(|_| left).map(|previous| last_selected(&previous, change.revision));
        Some((event_type, last.unwrap_or(object)))
    }

    fn tell(&mut self, event_type: WatchEventType, object: &Arc<Object>, now: Timestamp) {
        if self.presentation.is_plain() {
            write_line(&mut self.lines, event_type, object.as_ref());
            return;
        }
        let shown = self.presentation.shown(object, now, !self.columns_told);
        self.columns_told = true;
        write_line(&mut self.lines, event_type, &shown);
    }

    fn tell_bookmark(&mut self, ends_initial_events: bool) {
        self.since_bookmark = Stopwatch::start();
        let bookmark: Value = self.presentation.bookmark(self.cursor, ends_initial_events);
        write_line(&mut self.lines, WatchEventType::Bookmark, &bookmark);
    }
}

/// The last state that was selected, under the revision that ended it.
fn last_selected(previous: &Object, revision: u64) -> Arc<Object> {
    let mut object = previous.clone();
    object.set("/metadata/resourceVersion", revision.to_string());
    Arc::new(object)
}
