//! Tells when something changed that a step's checks look at: watches, never polling.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::TryStreamExt;
use http::Request;
use kube::core::{DynamicObject, ObjectList, WatchEvent};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::apimachinery::{builtin, resolve_kind};
use crate::base::{Stopwatch, sleep, timeout};
use crate::lesson::Step;

use super::judge::watched;
use super::probe::probes;
use super::verdict::Reason;
use super::world::{Place, collection, places};

/// Changes within this time after one that was told are told together.
const BURST: Duration = Duration::from_millis(40);

/// Time between two explanations: reasons may lag behind, that a step is passed may not.
const EXPLANATIONS: Duration = Duration::from_millis(300);

/// Time between two requests while a rollout is watched.
const REQUESTS: Duration = Duration::from_secs(1);

/// An answer over HTTP changes without any object: how soon after a change it is looked at again, and,
/// doubled each time, at most how seldom.
const ECHO: Duration = Duration::from_secs(1);
const ECHO_MAX: Duration = Duration::from_secs(8);

/// Collections that are watched at most, those of reasons among them.
const WATCHES_MAX: usize = 24;

/// How long to wait before a watch that failed is opened again.
const RETRY: Duration = Duration::from_secs(1);

/// Watches what a step's checks look at; stops when dropped.
pub struct Observer {
    changes: watch::Receiver<u64>,
    watches: JoinSet<()>,
    client: kube::Client,
    /// Tells that something was seen.
    sender: watch::Sender<u64>,
    /// What is watched, by its URL.
    watched: BTreeSet<String>,
    /// Since a change was told last.
    told: Option<Stopwatch>,
    /// Since a change was explained last.
    explained: Option<Stopwatch>,
    /// Whether a change was told and not explained.
    owes: bool,
    /// When it is worth a look though nothing changes.
    again: Option<(Stopwatch, Duration)>,
}

impl Observer {
    /// Begins to watch. Call within a tokio runtime.
    #[must_use]
    pub fn start(client: kube::Client, namespace: &str, step: &Step) -> Self {
        let (told, changes) = watch::channel(0);
        let (sender, seen) = watch::channel(0);
        let mut watches = JoinSet::new();
        watches.spawn(tell(seen, told, !probes(step).is_empty()));
        let mut watched_places = BTreeSet::new();
        for place in places(step, namespace) {
            watched_places.insert(collection(&place));
            watches.spawn(follow(client.clone(), place, sender.clone()));
        }
        if watched(step).is_some() {
            watches.spawn(tick(sender.clone()));
        }
        Self {
            changes,
            watches,
            client,
            sender,
            watched: watched_places,
            told: None,
            explained: None,
            owes: false,
            again: None,
        }
    }

    /// Tells after this time as well, once.
    pub fn look_again(&mut self, after: Option<Duration>) {
        self.again = after.map(|after| (Stopwatch::start(), after));
    }

    /// Watches as well what a reason hangs on: the kinds that its command shows. Call within a tokio runtime.
    pub fn follow_reason(&mut self, reason: &Reason, namespace: &str) {
        for place in reason.command.iter().flat_map(|command| shown_by(command, namespace)) {
            if self.watched.len() < WATCHES_MAX && self.watched.insert(collection(&place)) {
                self.watches.spawn(follow(self.client.clone(), place, self.sender.clone()));
            }
        }
    }

    /// Waits for the next change: told at once after a quiet time, and then a burst of them together.
    pub async fn changed(&mut self) {
        let left = |since: &Option<Stopwatch>, span: Duration| {
            since.as_ref().map_or(Duration::ZERO, |since| span.saturating_sub(since.elapsed()))
        };
        let explanation = self.owes.then(|| left(&self.explained, EXPLANATIONS));
        let again = self.again.as_ref().map(|(since, after)| after.saturating_sub(since.elapsed()));
        // On a copy: who gives up waiting has not seen the change.
        let mut probe = self.changes.clone();
        let change = probe.changed();
        let changed = match explanation.into_iter().chain(again).min() {
            Some(at_most) => timeout(at_most, change).await,
            None => Some(change.await),
        };
        if matches!(changed, Some(Err(_))) {
            return std::future::pending().await;
        }
        sleep(left(&self.told, BURST)).await;
        self.changes.mark_unchanged();
        self.again.take_if(|(since, after)| since.elapsed() >= *after);
        self.told = Some(Stopwatch::start());
    }

    /// Whether a change that was told should be explained; one that should not is told again later.
    pub fn explains(&mut self) -> bool {
        self.owes = self.explained.as_ref().is_some_and(|since| since.elapsed() < EXPLANATIONS);
        if !self.owes {
            self.explained = Some(Stopwatch::start());
        }
        !self.owes
    }
}

/// The collections that a command shows: `kubectl get storageclasses`, `kubectl describe pod/web -n shop`.
fn shown_by(command: &str, lesson: &str) -> Vec<Place> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let namespace = words.iter().position(|word| *word == "-n").and_then(|at| words.get(at + 1));
    let everywhere = words.iter().any(|word| matches!(*word, "-A" | "--all-namespaces"));
    let ["kubectl", verb, kinds, ..] = words.as_slice() else { return Vec::new() };
    // Logs and rollouts are told of by the Pods and their events.
    let kinds = match *verb {
        "get" | "describe" => kinds.split('/').next().unwrap_or(kinds),
        _ => "pods",
    };
    let shown =
        kinds.split(',').filter_map(resolve_kind).chain((*verb == "describe").then_some(&builtin::EVENT));
    let place = |kind| match everywhere {
        true => Place::everywhere(kind),
        false => Place::new(kind, namespace.copied().unwrap_or(lesson)),
    };
    shown.map(place).collect()
}

/// Tells what was seen at once; with `echoes` also later, ever more seldom, until something is seen again.
async fn tell(mut seen: watch::Receiver<u64>, told: watch::Sender<u64>, echoes: bool) {
    let mut delay = ECHO;
    loop {
        let change = seen.changed();
        let changed = if echoes { timeout(delay, change).await } else { Some(change.await) };
        delay = match changed {
            Some(Ok(())) => ECHO,
            Some(Err(_)) => return,
            None => (delay * 2).min(ECHO_MAX),
        };
        told.send_modify(|count| *count += 1);
    }
}

/// While a rollout is watched, every second is worth a look.
async fn tick(changes: watch::Sender<u64>) {
    loop {
        sleep(REQUESTS).await;
        changes.send_modify(|count| *count += 1);
    }
}

/// Follows one collection for ever: lists it, watches from there, and begins anew when the watch ends.
async fn follow(client: kube::Client, place: Place, changes: watch::Sender<u64>) {
    let mut version = None;
    let mut failed = false;
    loop {
        let from = match version.take() {
            Some(version) => version,
            None => match current_version(&client, &place).await {
                Ok(version) => version,
                // A custom kind among others, which is not defined yet.
                Err(_) => {
                    failed = true;
                    sleep(RETRY).await;
                    continue;
                }
            },
        };
        if std::mem::take(&mut failed) {
            // What came in the meantime is in no watch.
            changes.send_modify(|count| *count += 1);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_a_command_are_found() {
        let shown = |command| shown_by(command, "default").iter().map(collection).collect::<Vec<_>>();
        assert_eq!(shown("kubectl get storageclasses"), ["/apis/storage.k8s.io/v1/storageclasses"]);
        assert_eq!(
            shown("kubectl describe resourcequota few -n shop"),
            ["/api/v1/namespaces/shop/resourcequotas", "/api/v1/namespaces/shop/events"]
        );
        assert_eq!(shown("kubectl get deployment/web"), ["/apis/apps/v1/namespaces/default/deployments"]);
        assert_eq!(shown("kubectl get pods -A -l a=b"), ["/api/v1/pods"]);
        assert_eq!(shown("minikube tunnel"), [""; 0]);
    }
}
