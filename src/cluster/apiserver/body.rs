//! Bodies of requests and responses.

use futures::{Stream, StreamExt};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WARNING};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::Bytes;
use hyper::body::{Frame, Incoming};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;

use crate::apimachinery::Status;
use crate::base::{escape_html, timeout};

/// Bytes that a request body may have, as upstream limits it.
const REQUEST_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Wall time within which a request body must have come, as upstream limits a request.
const REQUEST_MAX: Duration = Duration::from_mins(1);

/// Media type of JSON.
pub(super) const JSON: &str = "application/json";
pub(super) const YAML: &str = "application/yaml";
pub(super) const PLAIN: &str = "text/plain";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// The body of a response.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Reads a whole request body.
pub(super) async fn read(body: Incoming) -> Result<Bytes, Status> {
    let reading = Limited::new(body, REQUEST_BYTES_MAX).collect();
    let Some(read) = timeout(REQUEST_MAX, reading).await else {
        let message = "Timeout: request did not complete within the allotted timeout";
        return Err(Status::failure(504, "Timeout", message));
    };
    match read {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Status::failure(
            413,
            "RequestEntityTooLarge",
            format!("Request entity too large: limit is {REQUEST_BYTES_MAX}"),
        )),
        Err(error) => Err(Status::bad_request(format!("unable to read the request body: {error}"))),
    }
}

/// A response with a body that is known.
pub(super) fn bytes(code: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(body.into()).boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}

/// JSON as Go's encoder writes it, with a final newline.
pub(super) fn encode(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("{}\n", escape_html(serde_json::to_string(value)?)))
}

/// A response with a JSON body.
pub(super) fn json(code: u16, value: &impl Serialize) -> Response<Body> {
    match encode(value) {
        Ok(text) => bytes(code, JSON, text),
        Err(error) => failure(&Status::internal(error)),
    }
}

/// A response with JSON for people to read, as upstream writes its version.
pub(super) fn indented(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => bytes(200, JSON, text),
        Err(error) => failure(&Status::internal(error)),
    }
}

/// Adds a warning for the person behind the client (RFC 7234, code 299).
pub(super) fn warn(response: &mut Response<Body>, warning: &str) {
    let text: String = warning.chars().filter(|c| !c.is_control()).collect();
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{quoted}\"")) {
        response.headers_mut().append(WARNING, value);
    }
}

/// The response that tells a failure.
pub(super) fn failure(status: &Status) -> Response<Body> {
    let mut response = bytes(status.code, JSON, encode(status).unwrap_or_default());
    if let Some(seconds) = status.details.as_ref().and_then(|details| details.retry_after_seconds) {
        response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status.code == 429 && status.details.is_none() {
        // Who is turned away because of too many leaves its place to others.
        response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What an unknown path gets.
pub(super) fn page_not_found() -> Response<Body> {
    bytes(404, TEXT, "404 page not found\n")
}

/// A response whose body comes piece by piece.
pub(super) fn stream(
    content_type: &'static str,
    pieces: impl Stream<Item = Bytes> + Send + 'static,
) -> Response<Body> {
    let body = StreamBody::new(pieces.map(|piece| Ok::<_, Infallible>(Frame::data(piece))));
    let mut response = Response::new(BodyExt::boxed_unsync(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}
