//! Bodies of answers: read within bounds, and turned into objects.

use std::time::Duration;

use futures::io::{AsyncBufRead, AsyncBufReadExt};
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Bytes;
use kube::client::Body;

use crate::apimachinery::go_json_error;
use crate::base::Value;

use super::errors::{Failure, Outcome};
use super::manifest::json_type;

/// Bytes of one answer; long lists come in pages, far below this.
pub(super) const LONGEST_ANSWER: usize = 512 << 20;
/// Bytes of one event of a watch; no object of a cluster is as large.
const LONGEST_EVENT: usize = 64 << 20;

/// Reads the whole body of an answer.
pub(super) async fn whole(response: Response<Body>, longest: usize) -> Outcome<Bytes> {
    match Limited::new(response.into_body(), longest).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(broken(&format!(
            "it is longer than {} MiB; ask for less, with a selector or --chunk-size",
            longest >> 20
        ))),
        Err(_) => Err(broken("unexpected EOF")),
    }
}

/// How the complaint begins of a body that broke off.
pub(super) const BROKEN: &str = "unexpected error when reading response body. Please retry. Original error: ";

/// What is said of a body that ended before its end.
pub(super) fn broken(why: &str) -> Failure {
    Failure::message(format!("{BROKEN}{why}"))
}

/// Reads a line of a watch into `line`, its end included; whether there was one before the stream ended or broke.
pub(super) async fn read_event(
    lines: &mut (impl AsyncBufRead + Unpin + ?Sized),
    line: &mut Vec<u8>,
) -> Outcome<bool> {
    line.clear();
    loop {
        let Ok(read) = lines.fill_buf().await else { return Ok(false) };
        let end = read.iter().position(|byte| *byte == b'\n').map(|index| index + 1);
        let taken = end.unwrap_or(read.len());
        line.extend_from_slice(&read[..taken]);
        lines.consume_unpin(taken);
        if end.is_some() || taken == 0 {
            return Ok(!line.is_empty());
        }
        if line.len() > LONGEST_EVENT {
            return Err(Failure::message(format!(
                "an event of the watch is longer than {} MiB",
                LONGEST_EVENT >> 20
            )));
        }
    }
}

/// Whether the answer says that it is text.
pub(super) fn is_text(response: &Response<Body>) -> bool {
    let kind = response.headers().get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/"))
}

/// When the server wants the request to be sent again (`Retry-After` of a 429 or 5xx).
pub(super) fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let code = response.status();
    if code != http::StatusCode::TOO_MANY_REQUESTS && !code.is_server_error() {
        return None;
    }
    let seconds = response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What is said of an answer that should hold an object and holds nothing.
pub(super) fn no_body(code: u16, content_type: Option<&HeaderValue>) -> Failure {
    let kind = content_type.and_then(|text| text.to_str().ok()).unwrap_or_default();
    Failure::message(format!("0-length response with status code: {code} and content type: {kind}"))
}

/// The object that an answer holds.
pub(super) fn object_of(bytes: &[u8], content_type: Option<&HeaderValue>) -> Outcome<Value> {
    let content_type = content_type.and_then(|text| text.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    // What says that it is something else is not looked into.
    if !matches!(kind, "" | "application/json") {
        return Err(Failure::message(format!("serializer for {kind} doesn't exist")));
    }
    match serde_json::from_slice(bytes) {
        // Nothing at all is nothing of a kind.
        Ok(Value::Null) => Err(Failure::message("Object 'Kind' is missing in 'null'")),
        Ok(value) if value.is_object() => Ok(value),
        Ok(other) => Err(Failure::message(format!(
            "json: cannot unmarshal {} into Go value of type unstructured.detector",
            json_type(&other)
        ))),
        Err(error) => Err(Failure::message(go_json_error(&error, bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_server_that_says_so_is_asked_again() {
        let wait = |code: u16, after: &str| {
            let answer = Response::builder().status(code).header("Retry-After", after);
            retry_after(&answer.body(Body::empty()).unwrap())
        };
        assert_eq!(wait(429, "3"), Some(Duration::from_secs(3)));
        assert_eq!(wait(503, "0"), Some(Duration::ZERO));
        assert_eq!(wait(404, "3"), None);
        assert_eq!(wait(429, "soon"), None);
    }

    #[test]
    fn an_answer_is_read_as_what_it_says_it_is() {
        let told = |kind: &'static str, body: &str| {
            object_of(body.as_bytes(), Some(&HeaderValue::from_static(kind))).map_err(|why| why.to_string())
        };
        assert!(told("application/json; charset=utf-8", "{}").is_ok());
        let no_html = "serializer for text/html doesn't exist".to_owned();
        assert_eq!(told("text/html", "{}"), Err(no_html.clone()));
        assert_eq!(told("text/html; charset=utf-8", "<html>"), Err(no_html));
        assert_eq!(told("application/json", ""), Err("unexpected end of JSON input".to_owned()));
        let array = "json: cannot unmarshal array into Go value of type unstructured.detector";
        assert_eq!(told("application/json", "[]"), Err(array.to_owned()));
        assert_eq!(told("application/json", "null"), Err("Object 'Kind' is missing in 'null'".to_owned()));
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_not_kept() {
        let answer = |body: &'static str| Response::new(Body::from(body.as_bytes().to_vec()));
        assert_eq!(whole(answer("short"), 5).await.unwrap(), "short");
        let failure = whole(answer("longer"), 5).await.unwrap_err().to_string();
        assert!(failure.contains("it is longer than 0 MiB"), "{failure}");
    }

    #[tokio::test]
    async fn events_are_read_line_by_line_and_only_so_far() {
        let mut line = Vec::new();
        let mut lines = &b"one\ntwo"[..];
        for expected in ["one\n", "two", ""] {
            assert_eq!(read_event(&mut lines, &mut line).await.unwrap(), !expected.is_empty());
            assert_eq!(line, expected.as_bytes());
        }
        let mut endless = futures::io::BufReader::new(futures::io::repeat(b'x'));
        assert!(read_event(&mut endless, &mut line).await.is_err());
    }
}
