//! Requests to a Service, through the API server's proxy: the same way on every cluster.

use std::collections::BTreeSet;

use http::Request;
use http::header::HOST;
use http_body_util::{BodyExt, Limited};
use kube::client::Body;

use crate::base::Value;
use crate::lesson::{Expectation, Form, HttpProbe, Step};

use super::Context;

/// Bytes of a body that are read.
const BODY_MAX: usize = 1 << 20;

/// Requests to a Service before which several workloads stand.
const INSISTS: usize = 12;

/// What was answered to a probe: the answer that decides, or why there was none.
pub(super) type Reply = Result<Answered, String>;

/// An answer to a probe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
    /// How many different bodies came.
    pub distinct: usize,
    /// Whether the same request was answered rightly before.
    pub by_luck: bool,
}

impl Answered {
    /// Whether a single answer is as asked.
    pub(super) fn is_right(&self, probe: &HttpProbe) -> bool {
        self.status == probe.status && probe.contains.as_ref().is_none_or(|part| self.body.contains(part))
    }
}

/// The probes that a step sends each time it is judged.
pub(super) fn probes(step: &Step) -> Vec<&HttpProbe> {
    let checks = step.checks.iter().chain(step.mistakes.iter().flat_map(|mistake| &mistake.when));
    checks.flat_map(probes_of).collect()
}

fn probes_of(check: &Expectation) -> Vec<&HttpProbe> {
    match &check.form {
        Form::Http(probe) => vec![probe],
        Form::Either(either) => either.iter().flat_map(probes_of).collect(),
        Form::Trial(trial) => trial.then.iter().flat_map(probes_of).collect(),
        _ => Vec::new(),
    }
}

/// Sends a probe as often as it asks for; the first answer that is not right decides.
pub(super) async fn send(probe: &HttpProbe, context: &Context) -> Reply {
    let mut bodies = BTreeSet::new();
    let mut last = Answered::default();
    for _ in 0..probe.times.max(1) {
        last = once(probe, context).await?;
        if !last.is_right(probe) {
            return Ok(last);
        }
        bodies.insert(last.body.clone());
        if bodies.len() >= probe.distinct.max(1) && probe.distinct > 0 {
            break;
        }
    }
    last.distinct = bodies.len();
    Ok(last)
}

/// As `once`, so often that it is no luck to reach the right one of several programs.
pub(super) async fn insist(probe: &HttpProbe, context: &Context) -> Option<Answered> {
    for _ in 0..INSISTS {
        let answered = once(probe, context).await.ok()?;
        if !answered.is_right(probe) {
            return Some(Answered { by_luck: true, ..answered });
        }
    }
    None
}

/// One request.
pub(super) async fn once(probe: &HttpProbe, context: &Context) -> Reply {
    let namespace = probe.namespace.as_deref().unwrap_or(&context.namespace);
    let uri = format!(
        "/api/v1/namespaces/{namespace}/services/{}:{}/proxy{}",
        probe.service, probe.port, probe.path
    );
    let mut request = Request::get(uri);
    if let Some(host) = &probe.host {
        request = request.header(HOST, host);
    }
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let response = context.client.send(request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
    let body = body.map_err(|error| error.to_string())?.to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answered { status, body: message(&body).unwrap_or(body), distinct: 0, by_luck: false })
}

/// The message of a Status: the API server speaks itself when it reaches nobody.
fn message(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    (value["kind"] == "Status").then(|| value["message"].as_str().unwrap_or_default().to_owned())
}
