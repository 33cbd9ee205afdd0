//! Requests to the API server: JSON in and out, refusals as Status, warnings printed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::AsyncBufRead;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use kube::client::Body;

use crate::base::{Output, Value, sleep, timeout};

use super::answers::{LONGEST_ANSWER, broken, is_text, no_body, object_of, retry_after, whole};
use super::discovery::Resource;
use super::errors::{Failure, Outcome};
use super::refusals::{asked, is_about_api, refusal};
use super::unreachable::Unreachable;
use super::warnings::{Warned, warning_text};

pub(super) use super::url::{Url, decode, encode};

/// What `get` asks for, so that the server prints the columns.
pub(super) const ACCEPT_TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
const JSON: &str = "application/json";

/// Content types of patches.
pub(super) const JSON_PATCH: &str = "application/json-patch+json";
/// RFC 7396.
pub(super) const MERGE_PATCH: &str = "application/merge-patch+json";
/// Kubernetes' own, with merge keys.
pub(super) const STRATEGIC_PATCH: &str = "application/strategic-merge-patch+json";
/// Server-side apply.
pub(super) const APPLY_PATCH: &str = "application/apply-patch+yaml";

/// What is said when a request takes longer than it may.
const NO_ANSWER: &str = "net/http: request canceled (Client.Timeout exceeded while awaiting headers)";

/// How long one question about the API may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(32);

/// The level at which nothing is told, not even what went wrong on the way.
const QUIET: i64 = -1;

/// A connection to one API server.
#[derive(Clone)]
pub(super) struct Api {
    client: kube::Client,
    host: String,
    log: Log,
    identity: HeaderMap,
    limit: Option<Duration>,
    page: i64,
    /// Whether what is asked for may be told from the path.
    tells_asked: bool,
    /// Whether a server was heard of there; one in this process need not prove itself.
    pub(super) proven: Arc<AtomicBool>,
    /// How often the question whether there is one is to be complained of, if it is still to be put.
    pub(super) owed: Arc<AtomicUsize>,
    /// What connections go through.
    pub(super) proxy: Option<String>,
    resources: Arc<Mutex<Option<Arc<Vec<Resource>>>>>,
}

/// Where requests and warnings are told.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// Standard error.
    pub(super) err: Output,
    /// `--v`.
    pub(super) level: i64,
    /// Warnings so far.
    pub(super) warned: Warned,
}

impl Api {
    pub(super) fn new(client: kube::Client, host: String, log: Log) -> Self {
        let resources = Arc::new(Mutex::new(None));
        let proven = Arc::new(AtomicBool::new(true));
        Self {
            client,
            host,
            log,
            identity: HeaderMap::new(),
            limit: None,
            page: 500,
            tells_asked: true,
            proven,
            owed: Arc::default(),
            proxy: None,
            resources,
        }
    }

    /// Adds headers to every request: who is impersonated.
    pub(super) fn acting_as(mut self, identity: HeaderMap) -> Self {
        self.identity = identity;
        self
    }

    /// Gives up on single requests after a while.
    pub(super) fn limited(mut self, limit: Option<Duration>) -> Self {
        self.limit = limit;
        self
    }

    /// The same connection for a path that somebody typed: of it nobody knows which resource is asked for.
    pub(super) fn of_a_path(self) -> Self {
        Self { tells_asked: false, ..self }
    }

    /// What is asked for, as it is told of answers without a Status.
    fn about(&self, request: &Request<Vec<u8>>) -> String {
        if self.tells_asked { asked(request.method(), request.uri().path()) } else { String::new() }
    }

    /// Asks first whether there is a server at all.
    pub(super) fn unproven(self) -> Self {
        Self { proven: Arc::new(AtomicBool::new(false)), ..self }
    }

    /// Says what connections go through.
    pub(super) fn with_proxy(self, proxy: Option<String>) -> Self {
        Self { proxy, ..self }
    }

    /// Whether a server was heard of there.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// The same connection, whose requests are not told.
    pub(super) fn quiet(&self) -> Self {
        Self { log: Log { level: QUIET, ..self.log.clone() }, ..self.clone() }
    }

    /// How long one question about the API may take, as client-go says it to the server.
    pub(super) fn patience(&self) -> String {
        go_duration(self.limit.unwrap_or(PATIENCE))
    }

    /// The same connection, which waits for an answer only as long as it says.
    pub(super) fn patient(&self) -> Self {
        Self { limit: self.limit.or(Some(PATIENCE)), ..self.clone() }
    }

    /// Asks for so many objects at a time; zero asks for all at once.
    pub(super) fn in_pages(mut self, page: i64) -> Self {
        self.page = page;
        self
    }

    /// Reads a list page by page, and gives it back whole.
    pub(super) async fn list(&self, url: &Url) -> Outcome<Value> {
        let url = if self.page > 0 { url.clone().with("limit", self.page.to_string()) } else { url.clone() };
        let mut whole = self.get(&url).await?;
        while let Some(next) = whole["metadata"]["continue"].as_str().filter(|next| !next.is_empty()) {
            let mut more = self.get(&url.clone().with("continue", next)).await?;
            if let (Some(known), Some(new)) = (whole["items"].as_array_mut(), more["items"].as_array_mut()) {
                known.append(new);
            }
            whole["metadata"] = more["metadata"].take();
        }
        Ok(whole)
    }

    /// The server's address, as the kubeconfig names it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Where requests are told.
    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// The connection itself, for upgraded requests.
    pub(super) fn client(&self) -> &kube::Client {
        &self.client
    }

    /// Resources that were discovered before on this connection.
    pub(super) fn known_resources(&self) -> Option<Arc<Vec<Resource>>> {
        self.resources.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers discovered resources.
    pub(super) fn remember_resources(&self, resources: Arc<Vec<Resource>>) {
        *self.resources.lock().unwrap_or_else(PoisonError::into_inner) = Some(resources);
    }

    /// Builds a request with who asks and what is accepted.
    pub(super) fn request(
        &self,
        method: Method,
        url: &Url,
        accept: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Outcome<Request<Vec<u8>>> {
        // Who waits only so long says so.
        let limited = match self.limit {
            Some(limit) => url.replacing("timeout", &go_duration(limit)),
            None => url.clone(),
        };
        let mut builder = Request::builder()
            .method(method)
            .uri(limited.as_str())
            .header(http::header::ACCEPT, accept)
            .header(http::header::USER_AGENT, "kubectl/v1.36.2 (linux/amd64) kubernetes/podlings");
        if let Some((content_type, _)) = &body {
            builder = builder.header(http::header::CONTENT_TYPE, *content_type);
        }
        let bytes = body.map(|(_, bytes)| bytes).unwrap_or_default();
        let mut request = builder.body(bytes).map_err(|error| Failure::message(error.to_string()))?;
        request.headers_mut().extend(self.identity.clone());
        Ok(request)
    }

    async fn send(&self, request: Request<Vec<u8>>) -> Outcome<Response<Body>> {
        let about = self.about(&request);
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let unanswered = || Unreachable::new(&method, &self.host, &path, NO_ANSWER);
        let mut tries = 0;
        loop {
            let told = self.tell_request(&request)?;
            let sent = self.within_limit(self.client.send(request.clone().map(Body::from))).await;
            let response =
                sent.ok_or_else(unanswered)?.map_err(|error| self.unreachable(&method, &path, &error))?;
            self.tell_response(told, &response)?;
            self.print_warnings(response.headers())?;
            let code = response.status();
            if code.is_success() || code == http::StatusCode::SWITCHING_PROTOCOLS {
                return Ok(response);
            }
            let wait = retry_after(&response).filter(|_| tries < RETRIES);
            let is_text = is_text(&response);
            let bytes = self.collect(response).await?;
            let Some(wait) = wait else {
                // What is asked about the API itself is read as it comes, whatever it says.
                let body = if about.is_empty() && !is_text && is_about_api(&path) { &[] } else { &bytes[..] };
                return Err(refusal(code.as_u16(), body, &about, is_text));
            };
            tries += 1;
            self.within_limit(sleep(wait)).await.ok_or_else(unanswered)?;
        }
    }

    /// `None` when the server takes longer than one request may.
    async fn within_limit<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.limit {
            Some(limit) => timeout(limit, work).await,
            None => Some(work.await),
        }
    }

    async fn collect(&self, response: Response<Body>) -> Outcome<Bytes> {
        let whole = self.within_limit(whole(response, LONGEST_ANSWER)).await.unwrap_or_else(|| {
            Err(broken(
                "net/http: request canceled (Client.Timeout or context cancellation while reading body)",
            ))
        });
        if let (Err(failure), true) = (&whole, self.log.level != QUIET) {
            self.complain_of_body(failure)?;
        }
        whole
    }

    /// Sends a request and reads the whole answer, and tells of both bodies.
    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        accept: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Outcome<(http::response::Parts, Bytes)> {
        let told = body.as_ref().map_or(&[][..], |(_, bytes)| bytes.as_slice());
        self.tell_body("Request Body", &String::from_utf8_lossy(told))?;
        let (parts, bytes) = self.answer(self.request(method, url, accept, body)?).await?;
        self.tell_body("Response Body", &String::from_utf8_lossy(&bytes))?;
        Ok((parts, bytes))
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn read(&self, request: Request<Vec<u8>>) -> Outcome<(http::response::Parts, Bytes)> {
        let (parts, body) = self.send(request).await?.into_parts();
        let bytes = self.collect(Response::from_parts(parts.clone(), body)).await?;
        Ok((parts, bytes))
    }

    /// Sends a request; the body as text.
    pub(super) async fn text(
        &self,
        method: Method,
        url: &Url,
        accept: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Outcome<String> {
        let (_, bytes) = self.exchange(method, url, accept, body).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn json(
        &self,
        method: Method,
        url: &Url,
        accept: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Outcome<Value> {
        let (parts, bytes) = self.exchange(method, url, accept, body).await?;
        let content_type = parts.headers.get(http::header::CONTENT_TYPE);
        if bytes.is_empty() {
            return Err(no_body(parts.status.as_u16(), content_type));
        }
        object_of(&bytes, content_type)
    }

    /// Reads.
    pub(super) async fn get(&self, url: &Url) -> Outcome<Value> {
        self.json(Method::GET, url, JSON, None).await
    }

    /// Reads a Table; a server without Tables answers the objects.
    pub(super) async fn get_table(&self, url: &Url) -> Outcome<Value> {
        self.json(Method::GET, url, ACCEPT_TABLE, None).await
    }

    /// Creates.
    pub(super) async fn post(&self, url: &Url, body: &Value) -> Outcome<Value> {
        self.json(Method::POST, url, JSON, Some((JSON, bytes(body)))).await
    }

    /// Replaces.
    pub(super) async fn put(&self, url: &Url, body: &Value) -> Outcome<Value> {
        self.json(Method::PUT, url, JSON, Some((JSON, bytes(body)))).await
    }

    /// Changes; `content_type` says what kind of patch it is.
    pub(super) async fn patch(&self, url: &Url, content_type: &str, patch: &Value) -> Outcome<Value> {
        self.patch_as_written(url, content_type, bytes(patch)).await
    }

    /// The same with a patch that goes to the server as somebody wrote it.
    pub(super) async fn patch_as_written(
        &self,
        url: &Url,
        content_type: &str,
        patch: Vec<u8>,
    ) -> Outcome<Value> {
        self.json(Method::PATCH, url, JSON, Some((content_type, patch))).await
    }

    /// Deletes.
    pub(super) async fn delete(&self, url: &Url, options: &Value) -> Outcome<Value> {
        self.json(Method::DELETE, url, JSON, Some((JSON, bytes(options)))).await
    }

    /// Reads an answer as it comes.
    pub(super) async fn stream(
        &self,
        url: &Url,
        accept: &str,
    ) -> Outcome<impl AsyncBufRead + Unpin + Send + use<>> {
        self.settle().await?;
        let mut request = self.request(Method::GET, url, accept, None)?;
        request.headers_mut().insert(http::header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let told = self.tell_request(&request)?;
        let about = self.about(&request);
        let sent = self.client.send(request.map(Body::from)).await;
        let response = sent.map_err(|error| self.unreachable(&Method::GET, url.as_str(), &error))?;
        self.tell_response(told, &response)?;
        self.print_warnings(response.headers())?;
        if !response.status().is_success() {
            let (code, is_text) = (response.status(), is_text(&response));
            return Err(refusal(code.as_u16(), &self.collect(response).await?, &about, is_text));
        }
        let body =
            futures::TryStreamExt::map_err(response.into_body().into_data_stream(), std::io::Error::other);
        Ok(futures::TryStreamExt::into_async_read(Box::pin(body)))
    }

    fn print_warnings(&self, headers: &HeaderMap) -> Outcome {
        for warning in headers.get_all(http::header::WARNING) {
            self.warn(warning_text(&String::from_utf8_lossy(warning.as_bytes())))?;
        }
        Ok(())
    }

    /// Tells a warning, once.
    pub(super) fn warn(&self, text: String) -> Outcome {
        if self.log.warned.is_new(&text) {
            self.log.err.clone().line(format!("Warning: {text}"))?;
        }
        Ok(())
    }
}

/// `1m30s`, as Go prints a duration.
fn go_duration(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{}ms", duration.as_millis());
    }
    let (minutes, seconds) = (duration.as_secs() / 60, duration.as_secs_f64() % 60.0);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// How often a request is sent again that the server asks to send later.
const RETRIES: usize = 10;

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use futures::AsyncBufReadExt;

    use super::super::scripted::server;
    use super::*;

    #[tokio::test]
    async fn a_stream_is_read_line_by_line_and_its_warnings_are_printed() {
        let (api, asked, printed) = server(&[(200, "one\ntwo\n")]);
        let mut lines = api.stream(&Url::new("/log").with("follow", "true"), "*/*").await.unwrap();
        let mut text = String::new();
        while lines.read_line(&mut text).await.unwrap() > 0 {
            text.push('|');
        }
        assert_eq!(text, "one\n|two\n|");
        assert_eq!(*asked.lock().unwrap(), ["GET /log?follow=true"]);
        assert_eq!(printed.err(), "Warning: mind \"this\"\n");
    }

    #[tokio::test]
    async fn a_refused_stream_fails_as_a_refused_request_does() {
        let status = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no log","reason":"BadRequest","code":400}"#;
        let (api, _, _) = server(&[(400, status), (400, status), (503, ""), (503, ""), (503, "")]);
        let url = Url::new("/log");
        let report = "Error from server (BadRequest): no log";
        assert_eq!(api.stream(&url, "*/*").await.err().unwrap().report(), report);
        assert_eq!(api.get(&url).await.unwrap_err().report(), report);
        let busy =
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request";
        assert_eq!(api.get(&url).await.unwrap_err().report(), busy);
        let pods = Url::new("/api/v1/pods");
        assert_eq!(api.get(&pods).await.unwrap_err().report(), format!("{busy} (get pods)"));
        assert_eq!(api.of_a_path().get(&pods).await.unwrap_err().report(), busy);
    }

    #[tokio::test]
    async fn what_is_no_object_is_refused_in_the_words_of_go() {
        let deep = "{\"a\":".repeat(100_000);
        let answers =
            [(200, "[1]"), (200, "{\"kind\": x}"), (200, ""), (200, deep.as_str()), (429, "slow down")];
        let (api, asked, _) = server(&answers);
        for expected in [
            "json: cannot unmarshal array into Go value of type unstructured.detector",
            "invalid character 'x' looking for beginning of value",
            "0-length response with status code: 200 and content type: ",
            "exceeded max depth",
            "the server has received too many requests and has asked us to try again later",
        ] {
            let failure = api.delete(&Url::new("/x"), &Value::Null).await.unwrap_err();
            assert_eq!(failure.to_string(), expected);
        }
        // A server that does not say when to come again is not asked again.
        assert_eq!(asked.lock().unwrap().len(), answers.len());
    }
}
