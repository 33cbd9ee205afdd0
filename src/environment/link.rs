//! The engine's own client: it keeps account of what it writes and of how the connection is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::sync::watch;
use tower::service_fn;

use crate::base::{Value, sleep, timeout};

use super::objects::reason;
use super::request::verb_of;

/// How long an answer may take that is not meant to last.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// How often a request is sent again that the cluster had no time for.
const TRIES_MAX: u32 = 5;

/// The longest wait that a cluster may ask for between two tries.
const RETRY_AFTER_MAX: u64 = 10;

/// Most writes that are kept until somebody takes them.
const WRITES_MAX: usize = 1000;

/// Why the engine cannot work with the cluster at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// It does not answer: what the connection says.
    Lost(String),
    /// It does not accept the credentials any more.
    Unauthorized(String),
    /// It asks to be left in peace for a while (429).
    Throttled,
}

/// A write of the engine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// `create`, `apply`, `patch`, `update` or `delete`.
    pub verb: &'static str,
    /// The path of the request, without its query.
    pub path: String,
    /// The uid of the object.
    pub uid: String,
}

/// How the connection is, and what was written over it; clones share it.
#[derive(Clone)]
pub(super) struct Link {
    state: watch::Sender<Option<Interruption>>,
    writes: Arc<Mutex<Vec<Write>>>,
}

impl Link {
    pub(super) fn new() -> Self {
        Self { state: watch::Sender::new(None), writes: Arc::default() }
    }

    /// A client that does as `client` and keeps account here.
    pub(super) fn watch_over(&self, client: kube::Client, namespace: &str) -> kube::Client {
        let link = self.clone();
        let through = service_fn(move |request| {
            let (client, link) = (client.clone(), link.clone());
            async move { send(&client, &link, request).await }
        });
        kube::Client::new(through, namespace)
    }

    pub(super) fn interruption(&self) -> Option<Interruption> {
        self.state.borrow().clone()
    }

    /// Waits until the connection is lost, or back.
    pub(super) async fn changed(&self) {
        let mut state = self.state.subscribe();
        if state.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The writes since they were last taken.
    pub(super) fn take_writes(&self) -> Vec<Write> {
        std::mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, state: Option<Interruption>) {
        self.state.send_if_modified(|present| {
            let differs = *present != state;
            *present = state;
            differs
        });
    }

    fn wrote(&self, write: Write) {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        if writes.len() < WRITES_MAX {
            writes.push(write);
        }
    }
}

async fn send(client: &kube::Client, link: &Link, request: Request<Body>) -> kube::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let lasts =
        parts.uri.query().is_some_and(|query| query.contains("watch=true") || query.contains("follow=true"));
    let is_trial = parts.uri.query().is_some_and(|query| query.contains("dryRun="));
    let is_proxied = parts.uri.path().contains("/proxy");
    let is_elsewhere = is_proxied || parts.uri.path().contains("metrics.k8s.io");
    let mut tries = 0;
    loop {
        tries += 1;
        let mut again = Request::new(Body::from(body.to_vec()));
        *again.method_mut() = parts.method.clone();
        *again.uri_mut() = parts.uri.clone();
        *again.headers_mut() = parts.headers.clone();
        let answer = match timeout(ANSWER_MAX, client.send(again)).await {
            Some(answer) => answer,
            None => {
                let text = format!("no answer within {} seconds", ANSWER_MAX.as_secs());
                let error = std::io::Error::new(std::io::ErrorKind::TimedOut, text);
                Err(kube::Error::Service(Box::new(error)))
            }
        };
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                link.set(Some(match &error {
                    kube::Error::Auth(_) => Interruption::Unauthorized(reason(&error)),
                    _ => Interruption::Lost(reason(&error)),
                }));
                return Err(error);
            }
        };
        match response.status() {
            // What a Service or an aggregated server answers says nothing about the API server.
            _ if is_elsewhere => link.set(None),
            StatusCode::TOO_MANY_REQUESTS if tries < TRIES_MAX => {
                link.set(Some(Interruption::Throttled));
                let asked = response.headers().get(http::header::RETRY_AFTER);
                let asked = asked.and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(1);
                sleep(Duration::from_secs(asked.min(RETRY_AFTER_MAX))).await;
                continue;
            }
            StatusCode::TOO_MANY_REQUESTS => link.set(Some(Interruption::Throttled)),
            StatusCode::UNAUTHORIZED => {
                link.set(Some(Interruption::Unauthorized("401 Unauthorized".to_owned())));
            }
            status if status.is_server_error() && status != StatusCode::INTERNAL_SERVER_ERROR => {
                link.set(Some(Interruption::Lost(status.to_string())));
            }
            _ => link.set(None),
        }
        let verb = verb_of(&parts.method, &parts.headers);
        return match verb.filter(|_| response.status().is_success() && !lasts && !is_proxied && !is_trial) {
            Some(verb) => account(link, verb, parts.uri.path(), response).await,
            None => Ok(response),
        };
    }
}

/// Notes a write down; the answer says which object it was. Questions that are asked by creating are none.
async fn account(
    link: &Link,
    verb: &'static str,
    path: &str,
    response: Response<Body>,
) -> kube::Result<Response<Body>> {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let uid = value["metadata"]["uid"].as_str().or_else(|| value["details"]["uid"].as_str());
    if !path.ends_with("reviews") {
        link.wrote(Write { verb, path: path.to_owned(), uid: uid.unwrap_or_default().to_owned() });
    }
    Ok(Response::from_parts(parts, Body::from(bytes.to_vec())))
}
