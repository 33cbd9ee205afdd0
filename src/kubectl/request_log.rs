//! `--v=6` and more: requests and answers on standard error, as client-go logs them.

use http::{HeaderMap, Request, Response};
use kube::client::Body;

use super::api::Api;
use super::errors::Outcome;
use super::klog::{self, Severity};
use crate::base::Stopwatch;

/// From this level on each answer is told.
const ANSWERS: i64 = 6;
/// From this level on each request is told with its headers.
const REQUESTS: i64 = 7;
/// At this level bodies are told, cut short.
const BODIES: i64 = 8;
/// Bytes of a short body.
const SHORT_BODY: usize = 1024;
/// At this level more of them is told; beyond, all.
const LONG_BODIES: i64 = 9;
const LONG_BODY: usize = 10 * 1024;
/// From this level on a request is told as a command line of curl.
const CURL: i64 = 9;

/// A request that was sent and is to be told.
pub(super) struct Sent {
    method: String,
    url: String,
    watch: Stopwatch,
}

impl Api {
    /// Tells of a request that is about to be sent.
    pub(super) fn tell_request(&self, request: &Request<Vec<u8>>) -> Outcome<Option<Sent>> {
        if self.log().level < ANSWERS {
            return Ok(None);
        }
        let sent = Sent {
            method: request.method().to_string(),
            url: format!("{}{}", self.host(), request.uri()),
            watch: Stopwatch::start(),
        };
        let headers: Vec<(String, String)> = shown(request.headers());
        if self.log().level >= CURL {
            let headers: String =
                headers.iter().map(|(name, value)| format!(" -H \"{name}: {value}\"")).collect();
            self.tell(
                "round_trippers.go:527",
                &format!(
                    "\"Request\" curlCommand=<\n\tcurl -v -X{} {headers} '{}'\n >",
                    sent.method, sent.url
                ),
            )?;
        } else if self.log().level >= REQUESTS {
            let headers = block(&headers);
            self.tell(
                "round_trippers.go:527",
                &format!("\"Request\" verb={:?} url={:?} headers={headers}", sent.method, sent.url),
            )?;
        }
        Ok(Some(sent))
    }

    /// Tells of the answer to it.
    pub(super) fn tell_response(&self, sent: Option<Sent>, response: &Response<Body>) -> Outcome {
        let Some(sent) = sent else { return Ok(()) };
        let status = response.status();
        let status = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let milliseconds = sent.watch.elapsed().as_millis();
        let level = self.log().level;
        // What the line of the request told already is not told again.
        let about = match level {
            REQUESTS | BODIES => String::new(),
            _ => format!(" verb={:?} url={:?}", sent.method, sent.url),
        };
        let headers = match level {
            BODIES.. => format!(" headers={}", block(&shown(response.headers()))),
            _ => String::new(),
        };
        self.tell(
            "round_trippers.go:632",
            &format!("\"Response\"{about} status={status:?}{headers} milliseconds={milliseconds}"),
        )
    }

    /// Tells that a connection was upgraded.
    pub(super) fn tell_upgrade(&self, sent: Option<Sent>) -> Outcome {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
        self.tell_response(sent, &response)
    }

    /// Tells of a body, shortened.
    pub(super) fn tell_body(&self, title: &str, body: &str) -> Outcome {
        let level = self.log().level;
        if level < BODIES {
            return Ok(());
        }
        let most = match level {
            BODIES => SHORT_BODY,
            LONG_BODIES => LONG_BODY,
            _ => usize::MAX,
        };
        let mut end = body.len().min(most);
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        let cut = match body.len() - end {
            0 => String::new(),
            left => format!(" [truncated {left} chars]"),
        };
        let body = format!("{}{cut}", &body[..end]);
        self.tell("helper.go:113", &format!("{title:?} body={}", klog::value(&body)))
    }

    fn tell(&self, place: &str, text: &str) -> Outcome {
        Ok(self.log().err.clone().line(klog::line(Severity::Info, place, text))?)
    }
}

/// Names and values, sorted.
fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut shown: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (canonical(name.as_str()), text(value))).collect();
    shown.sort();
    shown
}

/// Headers as lines of a block.
fn block(headers: &[(String, String)]) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("\t{name}: {value}")).collect();
    format!("<\n{}\n >", lines.join("\n"))
}

/// `user-agent` as `User-Agent`.
fn canonical(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<_>>().join("-")
}
