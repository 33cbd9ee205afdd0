//! A server for tests that answers what it was told to, request by request.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use kube::client::Body;
use tower::service_fn;

use super::api::{Api, Log};
use super::warnings::Warned;
use crate::base::{Capture, Streams};

/// What was asked so far: method and URL.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// Connects to a server that gives these answers (code, body) in turn, then 404s.
pub(super) fn server(answers: &[(u16, &str)]) -> (Api, Asked, Capture) {
    let answers: VecDeque<(u16, String)> =
        answers.iter().map(|(code, body)| (*code, (*body).to_owned())).collect();
    let answers = Arc::new(Mutex::new(answers));
    let asked = Asked::default();
    let heard = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Body>| {
        heard.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
        let (code, body) = answers.lock().unwrap().pop_front().unwrap_or((404, String::new()));
        let answer = Response::builder()
            .status(code)
            .header("Warning", "299 - \"mind \\\"this\\\"\"")
            .body(Body::from(body.into_bytes()))
            .unwrap();
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let (streams, printed) = Streams::captured("");
    let log = Log { err: streams.err, level: 0, warned: Warned::default() };
    let api = Api::new(kube::Client::new(service, "default"), "https://test:1".to_owned(), log);
    (api, asked, printed)
}
