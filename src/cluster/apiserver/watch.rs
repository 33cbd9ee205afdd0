//! Watching: a cursor on the change log, told as JSON lines.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use http::{HeaderMap, Response};
use hyper::body::Bytes;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;

use crate::apimachinery::{Kind, Object, Status, WatchEventType};
use crate::base::{Random, Stopwatch, Timestamp, Value, timeout};

use super::super::driver::Shared;
use super::super::registry::Registry;
use super::super::storage::{Change, ChangeType, Store};
use super::body::{self, Body};
use super::encoding::Presentation;
use super::event_cache::EventCache;
use super::list_options::{ListOptions, too_large};
use super::negotiate;
use super::request_info::RequestInfo;
use super::selection::Selection;

/// Bytes of lines made at once: a client that does not read shall not fill the memory.
const LINES_BYTES: usize = 64 * 1024;
/// Changes looked at under one lock.
const BATCH_MAX: usize = 1_000;
/// Wall time between two bookmarks.
const BOOKMARK_PERIOD: Duration = Duration::from_mins(1);
/// Wall time before the end of a watch at which it tells a last bookmark.
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);
/// Shortest time for which a watch without `timeoutSeconds` runs; the longest is twice that.
const TIMEOUT_MIN: Duration = Duration::from_mins(30);

/// Writes an event whose object is JSON already.
fn write_line(lines: &mut Vec<u8>, event_type: WatchEventType, object: &[u8]) {
    lines.extend_from_slice(b"{\"type\":\"");
    lines.extend_from_slice(event_type.name().as_bytes());
    lines.extend_from_slice(b"\",\"object\":");
    lines.extend_from_slice(object.trim_ascii_end());
    lines.extend_from_slice(b"}\n");
}

/// What is told here are JSON values: writing them to memory cannot fail.
fn to_json(value: &impl Serialize) -> Vec<u8> {
    body::encode(value).unwrap_or_default().into_bytes()
}

/// Opens a watch.
///
/// # Errors
/// 400 and 422 for bad parameters, 504 for a state that is still to come. A revision that has left the
/// log is told as the only event.
pub(super) fn watch(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    headers: &HeaderMap,
    permit: OwnedSemaphorePermit,
    cache: &Arc<EventCache>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let selection = Selection::parse(info)?;
    let start = Start::of(&ListOptions::of(info)?);
    let receiver = shared.subscribe();
    let opened = shared.look(|simulation, epoch| {
        let registry = &simulation.registry;
        let current = registry.store().revision();
        let cursor = start.cursor(current)?;
        if let Err(compacted) = registry.store().changes_since(cursor) {
            return Err(too_old(cursor, compacted.oldest));
        }
        let initial = match start {
            Start::State { .. } => registry.list_shown(info.kind, info.namespace.as_deref(), None)?,
            Start::Now | Start::After(_) => Vec::new(),
        };
        Ok((initial, cursor, epoch, registry.now()))
    });
    let (initial, cursor, epoch, now) = match opened {
        Ok(opened) => opened,
        Err(status) if status.is("Expired") => {
            let mut line = Vec::new();
            write_line(&mut line, WatchEventType::Error, &to_json(&status));
            return Ok(body::stream(presentation.stream_type(), stream::iter([line.into()])));
        }
        Err(status) => return Err(status),
    };
    let runs_for = running_time(info)?;
    let mut pending: VecDeque<Telling> = initial
        .into_iter()
        .filter(|object| selection.matches(object))
        .map(|object| Telling::Event(WatchEventType::Added, object))
        .collect();
    let bookmarks = info.query.flag("allowWatchBookmarks");
    if bookmarks && matches!(start, Start::State { marked: true, .. }) {
        pending.push_back(Telling::InitialEventsEnd);
    }
    let watcher = Watcher {
        shared: Arc::clone(shared),
        receiver,
        presentation,
        selection,
        kind: info.kind,
        namespace: info.namespace.clone(),
        cursor,
        epoch,
        now,
        cache: Arc::clone(cache),
        pending,
        columns_told: false,
        bookmarks,
        since_bookmark: Stopwatch::start(),
        running: Stopwatch::start(),
        runs_for,
        last_bookmark: runs_for.checked_sub(BOOKMARK_BEFORE_END).filter(|at| !at.is_zero()),
        lines: Vec::new(),
        ended: false,
        _permit: permit,
    };
    let lines = stream::unfold(watcher, |mut watcher| async move {
        let lines = watcher.next().await?;
        Some((lines, watcher))
    });
    Ok(body::stream(presentation.stream_type(), lines))
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
    fn of(options: &ListOptions) -> Self {
        match (options.send_initial_events, options.resource_version.unwrap_or_default()) {
            (Some(true), at_least) => Self::State { at_least, marked: true },
            (None, 0) => Self::State { at_least: 0, marked: false },
            (Some(false), 0) => Self::Now,
            (_, revision) => Self::After(revision),
        }
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

/// What is still to be told.
enum Telling {
    /// What became of an object.
    Event(WatchEventType, Arc<Object>),
    /// That the present state has been told.
    InitialEventsEnd,
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
    /// The moment of the last look.
    now: Timestamp,
    cache: Arc<EventCache>,
    /// What was found and is not told yet.
    pending: VecDeque<Telling>,
    columns_told: bool,
    bookmarks: bool,
    since_bookmark: Stopwatch,
    running: Stopwatch,
    runs_for: Duration,
    /// When the bookmark is told that precedes the end.
    last_bookmark: Option<Duration>,
    /// Lines not sent yet.
    lines: Vec<u8>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Watcher {
    /// The next lines; `None` when the watch is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            self.tell_pending();
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
            let until_bookmark = self.until_bookmark();
            let wait = if self.bookmarks { left.min(until_bookmark) } else { left };
            match timeout(wait, self.receiver.changed()).await {
                Some(Ok(())) => {}
                Some(Err(_)) => return None,
                None if self.bookmarks && until_bookmark <= left => self.tell_bookmark(false),
                None => {}
            }
        }
    }

    fn until_bookmark(&self) -> Duration {
        let period = BOOKMARK_PERIOD.saturating_sub(self.since_bookmark.elapsed());
        let last = self.last_bookmark.map(|at| at.saturating_sub(self.running.elapsed()));
        last.map_or(period, |last| period.min(last))
    }

    /// Looks at the log; tells whether it moved on.
    fn look(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let looked = shared.look(|simulation, epoch| {
            let registry = &simulation.registry;
            let (store, now) = (registry.store(), registry.now());
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
                events.extend(self.event(registry, change)?);
            }
            Ok((last, events, now, last == store.revision() && !self.is_served(store)))
        });
        match looked {
            Ok((last, events, now, ends)) => {
                // With its definition a custom kind's storage goes, and everybody who watched it.
                self.ended |= ends;
                let moved = last != self.cursor || ends;
                self.cursor = last;
                self.now = now;
                self.pending.extend(events.into_iter().map(|(kind, object)| Telling::Event(kind, object)));
                moved
            }
            Err(status) => {
                self.write(WatchEventType::Error, &status);
                self.ended = true;
                true
            }
        }
    }

    /// Whether the kind is still the one that its definition means.
    fn is_served(&self, store: &Store) -> bool {
        let Kind { group, version, plural, .. } = self.kind;
        let served = || store.definitions().kind_by_resource(group, version, plural);
        self.kind.custom.is_none() || served().is_some_and(|kind| std::ptr::eq(kind, self.kind))
    }

    /// What a change means to this watch: objects that enter or leave the selection come and go.
    fn event(
        &self,
        registry: &Registry,
        change: &Change,
    ) -> Result<Option<(WatchEventType, Arc<Object>)>, Status> {
        let elsewhere =
            self.namespace.as_ref().is_some_and(|namespace| change.object.namespace() != namespace);
        let is_meant = change.kind == self.kind.stored() || change.kind.shares_resource(self.kind);
        if !is_meant || elsewhere {
            return Ok(None);
        }
        let shown = |object: &Arc<Object>| registry.in_version(self.kind, object);
        let (object, previous) = (shown(&change.object)?, change.previous.as_ref().map(shown).transpose()?);
        let was = previous.as_ref().is_some_and(|previous| self.selection.matches(previous));
        let is = change.change_type != ChangeType::Deleted && self.selection.matches(&object);
        let event_type = match (was, is) {
            (false, false) => return Ok(None),
            (false, true) => WatchEventType::Added,
            (true, true) => WatchEventType::Modified,
            (true, false) => WatchEventType::Deleted,
        };
        let left = event_type == WatchEventType::Deleted && change.change_type != ChangeType::Deleted;
        let last = previous.filter(|_| left).map(|previous| last_selected(&previous, change.revision));
        Ok(Some((event_type, last.unwrap_or(object))))
    }

    /// Makes lines of what is pending, as many as go at once.
    fn tell_pending(&mut self) {
        while self.lines.len() < LINES_BYTES
            && let Some(telling) = self.pending.pop_front()
        {
            match telling {
                Telling::Event(event_type, object) => self.tell(event_type, &object),
                Telling::InitialEventsEnd => self.tell_bookmark(true),
            }
        }
    }

    fn tell(&mut self, event_type: WatchEventType, object: &Arc<Object>) {
        if self.presentation.is_plain() {
            let json = self.cache.json(object);
            write_line(&mut self.lines, event_type, &json);
            return;
        }
        let shown = self.presentation.shown(object, self.now, !self.columns_told);
        self.columns_told = true;
        self.write(event_type, &shown);
    }

    fn write(&mut self, event_type: WatchEventType, object: &impl Serialize) {
        write_line(&mut self.lines, event_type, &to_json(object));
    }

    fn tell_bookmark(&mut self, ends_initial_events: bool) {
        self.since_bookmark = Stopwatch::start();
        self.last_bookmark = self.last_bookmark.filter(|at| self.running.elapsed() < *at);
        let bookmark: Value = self.presentation.bookmark(self.cursor, ends_initial_events);
        self.write(WatchEventType::Bookmark, &bookmark);
    }
}

/// The last state that was selected, under the revision that ended it.
fn last_selected(previous: &Object, revision: u64) -> Arc<Object> {
    let mut object = previous.clone();
    object.set("/metadata/resourceVersion", revision.to_string());
    Arc::new(object)
}
