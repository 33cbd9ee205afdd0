//! Watches: a stream of events that resumes by itself, and waiting until one object is as wanted.

use futures::io::AsyncBufRead;

use crate::base::sleep;

use super::answers::read_event;
use super::api::{Api, Url};
use super::discovery::Resource;
use super::errors::{Failure, Outcome};
use crate::apimachinery::Status;
use crate::base::{Value, from_value};

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
    line: Vec<u8>,
}

impl Watch {
    /// Watches the collection (selectors included in the URL) from a resourceVersion on.
    pub(super) fn new(api: &Api, url: Url, accept: &'static str, resource_version: &str) -> Self {
        let resource_version = resource_version.to_owned();
        Self { api: api.clone(), url, accept, resource_version, lines: None, line: Vec::new() }
    }

    /// The next event. Reconnects when the server ends the watch.
    ///
    /// Fails with the server's Status when it refuses; reason `Expired` means: list again.
    pub(super) async fn next(&mut self) -> Outcome<Event> {
        let mut failures = 0;
        loop {
            match self.next_until_end().await {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => {
                    failures += 1;
                    if failures > RETRIES {
                        sleep(RETRY_PAUSE).await;
                    }
                }
                // What the watch itself says is final; a server that went away may come back.
                Err(failure) if failure.status().is_some() || self.lines.is_some() || failures >= RETRIES => {
                    return Err(failure);
                }
                Err(_) => {
                    failures += 1;
                    sleep(RETRY_PAUSE).await;
                }
            }
        }
    }

    /// The next event; `None` when the server ends the watch. After that it is opened anew.
    pub(super) async fn next_until_end(&mut self) -> Outcome<Option<Event>> {
        if self.lines.is_none() {
            self.open().await?;
        }
        while let Some(lines) = &mut self.lines
            && read_event(lines.as_mut(), &mut self.line).await?
        {
            if let Ok(event) = serde_json::from_slice::<Value>(&self.line) {
                return self.take(event).map(Some);
            }
        }
        self.lines = None;
        Ok(None)
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
            let status = from_value::<Status>(object)
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

#[cfg(test)]
mod tests {
    use super::super::scripted::server;
    use super::*;
    use crate::apimachinery::builtin;

    fn line(event_type: &str, version: u32) -> String {
        format!(r#"{{"type":"{event_type}","object":{{"metadata":{{"resourceVersion":"{version}"}}}}}}"#)
            + "\n"
    }

    const GONE: &str = r#"{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version: 8 (20)","reason":"Expired","code":410}}"#;

    #[tokio::test]
    async fn a_watch_that_ends_goes_on_where_it_was() {
        let first = line("ADDED", 7) + &line("MODIFIED", 8);
        let (api, asked, _) = server(&[(200, &first), (200, &line("DELETED", 9))]);
        let mut watch = Watch::new(&api, Url::new("/pods"), "application/json", "6");
        for expected in ["ADDED", "MODIFIED", "DELETED"] {
            assert_eq!(watch.next().await.unwrap().event_type, expected);
        }
        assert_eq!(
            *asked.lock().unwrap(),
            ["GET /pods?resourceVersion=6&watch=true", "GET /pods?resourceVersion=8&watch=true"]
        );
    }

    #[tokio::test]
    async fn who_follows_a_watch_to_its_end_is_told_of_it() {
        let (api, asked, _) = server(&[(200, &line("ADDED", 7))]);
        let mut watch = Watch::new(&api, Url::new("/pods"), "application/json", "6");
        assert_eq!(watch.next_until_end().await.unwrap().unwrap().event_type, "ADDED");
        assert_eq!(watch.next_until_end().await.unwrap(), None);
        assert_eq!(asked.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_refusal_ends_the_watch_with_the_servers_words() {
        let (api, _, _) = server(&[(200, GONE)]);
        let mut watch = Watch::new(&api, Url::new("/pods"), "application/json", "8");
        let failure = watch.next().await.unwrap_err();
        assert!(failure.status().is_some_and(|status| status.is("Expired")), "{failure}");
        // Nothing more was scripted: 404.
        assert!(watch.next().await.unwrap_err().is_not_found());
    }

    #[tokio::test]
    async fn waiting_lists_again_when_the_past_is_gone() {
        let list = |phase: &str| {
            format!(
                r#"{{"metadata":{{"resourceVersion":"8"}},"items":[{{"status":{{"phase":"{phase}"}}}}]}}"#
            )
        };
        let (api, asked, _) = server(&[(200, &list("Pending")), (200, GONE), (200, &list("Running"))]);
        let pods = Resource::from(&builtin::POD);
        let phase = until(&api, &pods, "default", "web", |pod| {
            let phase = pod.map(|pod| pod["status"]["phase"].clone()).unwrap_or_default();
            Ok((phase == "Running").then_some(phase))
        });
        assert_eq!(phase.await.unwrap(), "Running");
        assert_eq!(asked.lock().unwrap().len(), 3);
    }
}
