//! `--v=6` and more: requests and answers on standard error, as client-go logs them.

use http::{Request, Response};
use kube::client::Body;

use super::api::Api;
use super::errors::Outcome;
use crate::base::{Clock, Stopwatch};

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
        if self.log().level >= REQUESTS {
            let mut headers: Vec<String> = request
                .headers()
                .iter()
                .map(|(name, value)| {
                    format!("\t{}: {}", canonical(name.as_str()), String::from_utf8_lossy(value.as_bytes()))
                })
                .collect();
            headers.sort();
            self.tell(
                "round_trippers.go:527",
                &format!(
                    "\"Request\" verb={:?} url={:?} headers=<\n{}\n >",
                    sent.method,
                    sent.url,
                    headers.join("\n")
                ),
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
        self.tell(
            "round_trippers.go:632",
            &format!(
                "\"Response\" verb={:?} url={:?} status={status:?} milliseconds={milliseconds}",
                sent.method, sent.url
            ),
        )
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
        self.tell(
            "request.go:1351",
            &format!("{title:?} body=<\n\t{}{cut}\n >", body[..end].replace('\n', "\n\t")),
        )
    }

    fn tell(&self, place: &str, text: &str) -> Outcome {
        Ok(self.log().err.clone().line(klog_line('I', place, text))?)
    }
}

/// One line of klog: severity, date, time, thread, place, text.
pub(super) fn klog_line(severity: char, place: &str, text: &str) -> String {
    let now = Clock::system().now().to_string();
    let digits: String = now.chars().filter(|c| !matches!(c, '-' | 'Z')).collect();
    let (date, time) = digits.split_once('T').unwrap_or(("", ""));
    let time = format!("{time:0<15.15}");
    let day = date.get(4..).unwrap_or_default();
    format!("{severity}{day} {time}       1 {place}] {text}")
}

/// `user-agent` as `User-Agent`.
fn canonical(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<_>>().join("-")
}
