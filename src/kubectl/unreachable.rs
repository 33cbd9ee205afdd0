//! The first contact with a server: whether there is one that serves an API, told as client-go tells it.

use std::fmt;
use std::sync::atomic::Ordering;

use futures::future::BoxFuture;
use http::response::Parts;
use http::{Method, Request};
use hyper::body::Bytes;
use serde::Deserialize;

use super::answers::{BROKEN, object_of};
use super::api::{Api, PATIENCE, Url};
use super::errors::{Failure, Outcome};
use super::factory::refused;
use super::klog::{self, Severity};
use super::manifest::json_type;
use super::refusals::{below_http, refusal};
use crate::apimachinery::go_json_error;
use crate::base::{Value, timeout, to_value};

/// Looked-up types of a command line that names one type: `get pods`.
pub(super) const BY_TYPE: usize = 5;
/// Of one that names no type by itself: `logs web`, `get pod/web`.
pub(super) const BY_NAME: usize = 4;

/// The level of `-v` from which every request is told.
const TELLS_REQUESTS: i64 = 6;

/// How discovery is asked for when what it says is not read.
const SHORT: &str = "application/json";

/// A request that nobody answered (Go's `url.Error`).
#[derive(Debug)]
pub(super) struct Unreachable {
    /// `Get "https://127.0.0.1:8443/api"`.
    asked: String,
    /// What went wrong below HTTP.
    why: String,
    /// The host and port at which nothing listens.
    refused: Option<String>,
}

impl Unreachable {
    /// A request to a server at `base`.
    pub(super) fn new(method: &Method, base: &str, path: &str, why: impl Into<String>) -> Self {
        let verb: String = method.as_str().chars().take(1).collect();
        let verb = verb + &method.as_str()[1..].to_lowercase();
        Self {
            asked: format!("{verb} {:?}", format!("{}{path}", base.trim_end_matches('/'))),
            why: why.into(),
            refused: None,
        }
    }

    /// What a command ends with when nothing is left to be done.
    pub(super) fn report(&self) -> String {
        match &self.refused {
            Some(host) => refused(host),
            None => format!("Unable to connect to the server: {}", self.why),
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.asked, self.why)
    }
}

impl Api {
    /// Words an error below HTTP as client-go does.
    pub(super) fn unreachable(&self, method: &Method, path: &str, error: &kube::Error) -> Failure {
        if let kube::Error::Api(status) = error {
            let status = to_value(status.as_ref()).unwrap_or_default();
            let code = status["code"].as_u64().and_then(|code| code.try_into().ok()).unwrap_or(500);
            return refusal(code, status.to_string().as_bytes(), "", false);
        }
        let mut cause: &dyn std::error::Error = error;
        loop {
            let refused_here = cause
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
            if refused_here {
                let dialled = match &self.proxy {
                    Some(proxy) => format!("proxyconnect tcp: dial tcp {}", dialled(proxy)),
                    None => format!("dial tcp {}", dialled(self.host())),
                };
                let why = format!("{dialled}: connect: connection refused");
                let refused = Some(authority(self.host()).to_owned());
                return Unreachable { refused, ..Unreachable::new(method, self.host(), path, why) }.into();
            }
            match cause.source() {
                Some(source) => cause = source,
                None => {
                    let why = below_http(&cause.to_string(), self.host());
                    return Unreachable::new(method, self.host(), path, why).into();
                }
            }
        }
    }

    /// Asks a server that was not heard of yet whether it serves an API at all, as looking up a type does.
    ///
    /// Upstream looks types up `lookups` times before it gives up, and complains each time. Here most
    /// types are known without asking, so that the question is put once, and only if a socket is between.
    pub(super) fn prove(&self, lookups: usize) -> BoxFuture<'_, Outcome> {
        let lookups = lookups.max(self.owed.swap(0, Ordering::Relaxed));
        Box::pin(async move {
            if self.is_proven() {
                return Ok(());
            }
            match self.quiet().patient().discovery_root().await {
                Err(failure) if !is_locked(&failure) => Err(self.complained_of_types(lookups, failure)?),
                _ => {
                    self.proven.store(true, Ordering::Relaxed);
                    Ok(())
                }
            }
        })
    }

    /// Has the next request show whether there is a server. A question of its own ([`Self::prove`]) is put
    /// only if that request would change something, or fails, or if requests are told, in their order.
    pub(super) async fn expect(&self, lookups: usize) -> Outcome {
        if self.log().level >= TELLS_REQUESTS {
            return self.prove(lookups).await;
        }
        self.owed.store(lookups, Ordering::Relaxed);
        Ok(())
    }

    /// Puts the question that is owed.
    pub(super) async fn settle(&self) -> Outcome {
        match self.owed.load(Ordering::Relaxed) {
            0 => Ok(()),
            lookups => self.prove(lookups).await.map_err(told_alone),
        }
    }

    /// Sends a request and reads the answer, and learns from it whether there is a server.
    pub(super) async fn answer(&self, request: Request<Vec<u8>>) -> Outcome<(Parts, Bytes)> {
        if request.method() != Method::GET {
            self.settle().await?;
        }
        let lookups = self.owed.swap(0, Ordering::Relaxed);
        if lookups == 0 || self.is_proven() {
            return self.read(request).await;
        }
        let quiet = self.quiet();
        let mut reading = std::pin::pin!(quiet.read(request));
        let answer = match timeout(PATIENCE, &mut reading).await {
            Some(answer) => answer,
            None => {
                self.prove(lookups).await.map_err(told_alone)?;
                reading.await
            }
        };
        if answer.as_ref().is_ok_and(|(_, body)| is_typed(body)) {
            self.proven.store(true, Ordering::Relaxed);
            return answer;
        }
        self.prove(lookups).await.map_err(told_alone)?;
        match &answer {
            Ok((parts, body)) => {
                object_of(body, parts.headers.get(http::header::CONTENT_TYPE))?;
                let body = String::from_utf8_lossy(body);
                return Err(Failure::message(format!("Object 'Kind' is missing in '{body}'")));
            }
            Err(failure) if failure.to_string().starts_with(BROKEN) => self.complain_of_body(failure)?,
            Err(_) => {}
        }
        answer
    }

    /// Complains once for each time that upstream looks types up in vain.
    fn complained_of_types(&self, lookups: usize, failure: Failure) -> Outcome<Failure> {
        for _ in 0..lookups {
            if failure.to_string().starts_with(BROKEN) {
                self.complain_of_body(&failure)?;
            }
            let text = format!("couldn't get current server API group list: {failure}");
            self.complain("memcache.go:265", &format!("\"Unhandled Error\" err={}", klog::value(&text)))?;
        }
        Ok(failure)
    }

    async fn discovery_root(&self) -> Outcome {
        let url = Url::new("/api").with("timeout", self.patience());
        // The short form will do: only whether it is an answer at all is looked at.
        let answer = match self.text(Method::GET, &url, SHORT, None).await {
            // A server without the core group may serve others.
            Err(failure) if failure.is_not_found() => {
                let groups = Url::new("/apis").with("timeout", self.patience());
                self.text(Method::GET, &groups, SHORT, None).await?
            }
            answer => answer?,
        };
        match serde_json::from_str::<Value>(&answer) {
            Ok(Value::Object(_) | Value::Null) => Ok(()),
            Ok(other) => Err(Failure::message(format!(
                "json: cannot unmarshal {} into Go value of type v1.APIVersions",
                json_type(&other)
            ))),
            Err(error) => Err(Failure::message(go_json_error(&error, answer.as_bytes()))),
        }
    }

    /// Sees to it that there are schemas to judge a file by, as is done before it is sent.
    pub(super) async fn prove_schemas(&self, source: &str) -> Outcome {
        if self.is_proven() {
            return Ok(());
        }
        let quiet = self.quiet().patient();
        let newer = quiet.get(&Url::new("/openapi/v3").with("timeout", self.patience())).await;
        if newer.is_ok() {
            self.proven.store(true, Ordering::Relaxed);
            return Ok(());
        }
        let older = Url::new("/openapi/v2").with("timeout", self.patience());
        let accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
        let failure = match quiet.text(Method::GET, &older, accept, None).await {
            Ok(text) if text.is_empty() => return Ok(()),
            Ok(_) => Failure::message("proto: cannot parse invalid wire-format data"),
            Err(failure) => failure,
        };
        if failure.to_string().starts_with(BROKEN) {
            self.complain_of_body(&failure)?;
            self.complain_of_body(&failure)?;
        }
        Err(Failure::Plain(format!(
            "error: error validating {source:?}: error validating data: failed to download openapi: {failure}; if you choose to ignore these errors, turn validation off with --validate=false"
        )))
    }

    /// Complains of a body that broke off.
    pub(super) fn complain_of_body(&self, failure: &Failure) -> Outcome {
        let text = failure.to_string();
        let why = text.strip_prefix(BROKEN).unwrap_or(&text);
        self.complain(
            "request.go:1196",
            &format!("\"Unexpected error when reading response body\" err={why:?}"),
        )
    }

    fn complain(&self, place: &str, text: &str) -> Outcome {
        Ok(self.log().err.clone().line(klog::line(Severity::Error, place, text))?)
    }
}

/// Whether there is a server that only does not let everybody look: who knows the types already, as
/// upstream does from its cache, hears of that with the answer to what was asked for.
fn is_locked(failure: &Failure) -> bool {
    failure.status().is_some_and(|status| matches!(status.code, 401 | 403))
}

/// The failure of what upstream does before it asks for anything: it is none of several, says nothing of what
/// was asked for, and is told as it is.
fn told_alone(failure: Failure) -> Failure {
    match failure {
        Failure::Message(_) | Failure::Status(_) => Failure::Plain(failure.report()),
        other => other,
    }
}

/// Whether this is what a server of this API answers: an object that says of which kind it is.
fn is_typed(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Typed {
        kind: String,
    }
    serde_json::from_slice::<Typed>(body).is_ok_and(|typed| !typed.kind.is_empty())
}

/// `127.0.0.1:8443` of an address.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// What is dialled for an address: a name of this machine is its number.
pub(super) fn dialled(address: &str) -> String {
    let authority = authority(address);
    let port = if address.starts_with("https:") { "443" } else { "80" };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, given)) if !given.contains(']') => (host, given),
        _ => (authority, port),
    };
    format!("{}:{port}", if host == "localhost" { "127.0.0.1" } else { host })
}

#[cfg(test)]
mod tests {
    use super::super::scripted::server;
    use super::*;

    #[test]
    fn a_failed_request_reads_as_gos_url_error_inside_other_texts() {
        let failed = Unreachable::new(&Method::POST, "https://a:1/k8s/", "/api/v1/x?y=1", "EOF");
        assert_eq!(failed.to_string(), r#"Post "https://a:1/k8s/api/v1/x?y=1": EOF"#);
        assert_eq!(failed.report(), "Unable to connect to the server: EOF");
        assert_eq!(dialled("https://localhost"), "127.0.0.1:443");
        assert_eq!(dialled("http://[::1]"), "[::1]:80");
        assert_eq!(authority("https://10.0.0.1:6443/k8s"), "10.0.0.1:6443");
    }

    #[tokio::test]
    async fn a_server_that_serves_no_api_is_complained_of_once_for_each_look() {
        let html = "<html>hello</html>";
        let (api, asked, printed) = server(&[(200, html), (502, html), (200, "{}")]);
        let api = api.unproven();
        let why = "invalid character '<' looking for beginning of value";
        assert_eq!(api.prove(2).await.unwrap_err().report(), format!("error: {why}"));
        let said = printed.err();
        let complaint = format!(
            "memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list: {why}\""
        );
        assert_eq!(said.lines().filter(|line| line.ends_with(&complaint)).count(), 2, "{said}");
        assert!(api.prove(1).await.unwrap_err().status().is_some());
        api.prove(1).await.unwrap();
        // Once it has answered, it is asked no more.
        api.prove(1).await.unwrap();
        assert_eq!(*asked.lock().unwrap(), ["GET /api?timeout=32s"; 3]);
    }

    #[tokio::test]
    async fn the_first_answer_shows_whether_there_is_a_server() {
        let get = async |api: &Api| api.get(&Url::new("/api/v1/pods")).await;
        // An answer is one, and so is a refusal by who does not let everybody look.
        let refused = r#"{"kind":"Status","reason":"Unauthorized","message":"Unauthorized","code":401}"#;
        let pods = r#"{"kind":"PodList"}"#;
        for (answers, asked_for) in [(&[(200, pods)][..], 1), (&[(401, refused), (401, refused)][..], 2)] {
            let (api, asked, printed) = server(answers);
            let api = api.unproven();
            api.expect(2).await.unwrap();
            assert_eq!(get(&api).await.is_ok(), asked_for == 1);
            assert!(api.is_proven());
            assert_eq!(asked.lock().unwrap().len(), asked_for);
            assert!(!printed.err().contains("memcache"));
        }
        // What is none is complained of, in the words of what upstream asks first.
        for (code, body) in [(502, "<html>"), (200, "hello"), (200, "[]"), (200, ""), (404, "no page")] {
            let (api, asked, printed) = server(&[(code, body), (code, body), (code, body)]);
            let api = api.unproven();
            api.expect(2).await.unwrap();
            let failure = get(&api).await.unwrap_err();
            assert_eq!(printed.err().matches("memcache.go").count(), 2, "{body}");
            assert_eq!(asked.lock().unwrap()[..2], ["GET /api/v1/pods", "GET /api?timeout=32s"]);
            assert!(!failure.is_not_found() && !api.is_proven());
        }
        let (api, _, _) = server(&[(200, r#"{"ok":1}"#), (200, "{}")]);
        let api = api.unproven();
        api.expect(2).await.unwrap();
        assert_eq!(get(&api).await.unwrap_err().report(), r#"error: Object 'Kind' is missing in '{"ok":1}'"#);
        // Nothing is changed before there is known to be one.
        let (api, asked, _) = server(&[(404, "no page"), (404, "no page")]);
        let api = api.unproven();
        api.expect(2).await.unwrap();
        let failure = api.post(&Url::new("/api/v1/pods"), &Value::Null).await.unwrap_err();
        assert!(!failure.is_not_found());
        assert_eq!(*asked.lock().unwrap(), ["GET /api?timeout=32s", "GET /apis?timeout=32s"]);
    }
}
