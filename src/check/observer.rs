//! Tells when something changed that a step's checks look at: watches, never polling.

use std::time::Duration;

use futures::TryStreamExt;
use http::Request;
use kube::core::{DynamicObject, ObjectList, WatchEvent};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::base::sleep;
use crate::lesson::Step;

use super::world::{Place, collection, places};

/// A burst of changes within this time is told once.
const BURST: Duration = Duration::from_millis(40);

/// How long to wait before a watch that failed is opened again.
const RETRY: Duration = Duration::from_secs(1);

/// Watches what a step's checks look at; stops when dropped.
#[derive(Debug)]
pub struct Observer {
    changes: watch::Receiver<u64>,
    _watches: JoinSet<()>,
}

impl Observer {
    /// Begins to watch. Call within a tokio runtime.
    #[must_use]
    pub fn start(client: kube::Client, namespace: &str, step: &Step) -> Self {
        let (sender, changes) = watch::channel(0);
        let mut watches = JoinSet::new();
        for place in places(step, namespace) {
            watches.spawn(follow(client.clone(), place, sender.clone()));
        }
        Self { changes, _watches: watches }
    }

    /// Waits for the next change, or for the end of a burst of them.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            return std::future::pending().await;
        }
        sleep(BURST).await;
        self.changes.mark_unchanged();
    }
}

/// Follows one collection for ever: lists it, watches from there, and begins anew when the watch ends.
async fn follow(client: kube::Client, place: Place, changes: watch::Sender<u64>) {
    let mut version = None;
    loop {
        let from = match version.take() {
            Some(version) => version,
            None => match current_version(&client, &place).await {
                Ok(version) => version,
                Err(_) => {
                    sleep(RETRY).await;
                    continue;
                }
            },
        };
        version = follow_from(&client, &place, from, &changes).await;
        if version.is_none() {
            // What happened in between is unknown: look again.
            changes.send_modify(|count| *count += 1);
            sleep(RETRY).await;
        }
    }
}

/// Follows one watch to its end; gives back where to resume, or `None` to list again.
async fn follow_from(
    client: &kube::Client,
    place: &Place,
    mut version: String,
    changes: &watch::Sender<u64>,
) -> Option<String> {
    let uri = format!("{}?watch=true&allowWatchBookmarks=true&resourceVersion={version}", collection(place));
    let request = Request::get(uri).body(Vec::new()).ok()?;
    let events = client.request_events::<DynamicObject>(request).await.ok()?;
    let mut events = std::pin::pin!(events);
    loop {
        match events.try_next().await {
            Ok(Some(
                WatchEvent::Added(object) | WatchEvent::Modified(object) | WatchEvent::Deleted(object),
            )) => {
                version = object.metadata.resource_version.unwrap_or(version);
                changes.send_modify(|count| *count += 1);
            }
            Ok(Some(WatchEvent::Bookmark(bookmark))) => version = bookmark.metadata.resource_version,
            Ok(None) => return Some(version),
            // 410 among them: the version is too old.
            Ok(Some(WatchEvent::Error(_))) | Err(_) => return None,
        }
    }
}

async fn current_version(client: &kube::Client, place: &Place) -> kube::Result<String> {
    let uri = format!("{}?limit=1", collection(place));
    let request = Request::get(uri).body(Vec::new()).map_err(kube::Error::HttpError)?;
    let list = client.request::<ObjectList<DynamicObject>>(request).await?;
    Ok(list.metadata.resource_version.unwrap_or_default())
}
