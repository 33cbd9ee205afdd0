//! Watches: a stream of events that resumes by itself, and waiting until one object is as wanted.

use futures::io::{AsyncBufRead, AsyncBufReadExt};
use serde_json::Value;

use crate::base::sleep;

use super::api::{Api, Url};
use super::discovery::Resource;
use super::errors::{Failure, Outcome};
use crate::apimachinery::Status;

/// Wall time between attempts to reach a server that went away.
const RETRY_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// Attempts to reach a server that went away before giving up.
const RETRIES: usize = 5;

/// One event of a watch.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// `ADDED`, `MODIFIED`, `DELETED` or `BOOKMARK`.
    pub(super) event_type: String,
    /// The object (or one-row Table).
    pub(super) object: Value,
}

/// A watch on a collection.
pub(super) struct Watch {
    api: Api,
    url: Url,
    accept: &'static str,
    resource_version: String,
    lines: Option<Box<dyn AsyncBufRead + Unpin + Send>>,
}

impl Watch {
    /// Watches the collection (selectors included in the URL) from a resourceVersion on.
    pub(super) fn new(api: &Api, url: Url, accept: &'static str, resource_version: &str) -> Self {
        Self { api: api.clone(), url, accept, resource_version: resource_version.to_owned(), lines: None }
    }

    /// The next event. Reconnects when the server ends the watch.
    ///
    /// Fails with the server's Status when it refuses; reason `Expired` means: list again.
    pub(super) async fn next(&mut self) -> Outcome<Event> {
        let mut failures = 0;
        loop {
            let Some(lines) = &mut self.lines else {
                match self.open().await {
                    Ok(()) => {}
                    Err(failure) if failure.status().is_some() || failures >= RETRIES => return Err(failure),
                    Err(_) => {
                        failures += 1;
                        sleep(RETRY_PAUSE).await;
                    }
                }
                continue;
            };
            let mut line = String::new();
            match lines.read_line(&mut line).await {
                Ok(0) | Err(_) => {
                    self.lines = None;
                    failures += 1;
                    if failures > RETRIES {
                        sleep(RETRY_PAUSE).await;
                    }
                }
                Ok(_) => {
                    let Ok(event) = serde_json::from_str::<Value>(&line) else { continue };
                    return self.take(event);
                }
            }
        }
    }

    async fn open(&mut self) -> Outcome {
        let url = self.url.clone().with("resourceVersion", &self.resource_version).with("watch", "true");
        self.lines = Some(Box::new(self.api.stream(&url, self.accept).await?));
        Ok(())
    }

    fn take(&mut self, mut event: Value) -> Outcome<Event> {
        let event_type = event["type"].as_str().unwrap_or_default().to_owned();
        let object = event["object"].take();
        if event_type == "ERROR" {
            self.lines = None;
            let status = serde_json::from_value::<Status>(object)
                .unwrap_or_else(|_| Status::failure(500, "InternalError", "the watch failed"));
            return Err(if status.code == 410 {
                Status::expired(status.message).into()
            } else {
                status.into()
            });
        }
        let row = &object["rows"][0]["object"];
        let versioned = if row.is_object() { row } else { &object };
        if let Some(version) = versioned["metadata"]["resourceVersion"].as_str() {
            version.clone_into(&mut self.resource_version);
        }
        Ok(Event { event_type, object })
    }
}

/// Follows one object until `judge` gives an answer; it sees `None` once the object is gone.
pub(super) async fn until<T>(
    api: &Api,
    resource: &Resource,
    namespace: &str,
    name: &str,
    mut judge: impl FnMut(Option<&Value>) -> Outcome<Option<T>>,
) -> Outcome<T> {
    let url = resource.collection(namespace).with("fieldSelector", format!("metadata.name={name}"));
    loop {
        let list = api.get(&url).await?;
        let items = super::resource_args::items(&list, resource);
        if let Some(answer) = judge(items.first())? {
            return Ok(answer);
        }
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        let mut watch = Watch::new(api, url.clone(), "application/json", version);
        match follow(&mut watch, &mut judge).await {
            Ok(answer) => return Ok(answer),
            Err(Failure::Status(status)) if status.is("Expired") => {}
            Err(failure) => return Err(failure),
        }
    }
}

async fn follow<T>(
    watch: &mut Watch,
    judge: &mut impl FnMut(Option<&Value>) -> Outcome<Option<T>>,
) -> Outcome<T> {
    loop {
        let event = watch.next().await?;
        let seen = match event.event_type.as_str() {
            "DELETED" => None,
            "ADDED" | "MODIFIED" => Some(&event.object),
            _ => continue,
        };
        if let Some(answer) = judge(seen)? {
            return Ok(answer);
        }
    }
}
