//! The last touches on a response: indented for people who read it, packed when it is long.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, USER_AGENT, VARY,
};
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Bytes};

use crate::base::indent_json;

use super::body::{self, Body};
use super::query::Query;

/// Bytes from which on a body is packed, as upstream does it.
const PACKED_FROM: u64 = 128 * 1024;
/// Programs behind which a person sits.
const SHOWN_TO_PEOPLE: &[&str] = &["curl", "Wget", "Mozilla/5.0"];

/// What the client wants done to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finish {
    indents: bool,
    packs: bool,
}

impl Finish {
    /// What the headers and the `pretty` parameter say.
    pub(super) fn of(headers: &HeaderMap, query: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let asked = if query.contains("pretty") {
            Query::parse(query).get("pretty").map(str::to_owned)
        } else {
            None
        };
        let indents = match asked.as_deref() {
            // What Go's ParseBool takes for true.
            Some(pretty) if !pretty.is_empty() => ["1", "t", "T", "true", "TRUE", "True"].contains(&pretty),
            _ => SHOWN_TO_PEOPLE.iter().any(|program| text(USER_AGENT).starts_with(program)),
        };
        let packs = text(ACCEPT_ENCODING)
            .split(',')
            .any(|coding| coding.split(';').next().unwrap_or_default().trim() == "gzip");
        Self { indents, packs }
    }

    /// Applies it, where the whole body is known.
    pub(super) async fn apply(self, response: Response<Body>, reads: bool) -> Response<Body> {
        let Some(length) = response.body().size_hint().exact() else { return response };
        let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|value| value == body::JSON);
        let (indents, packs) = (self.indents && is_json, self.packs && reads && length >= PACKED_FROM);
        if !indents && !packs {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let mut bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if indents && let Ok(text) = str::from_utf8(&bytes) {
            bytes = indent_json(text).into();
        }
        if packs && let Some(packed) = gzip(&bytes) {
            bytes = packed;
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(parts, Full::new(bytes).boxed_unsync())
    }
}

fn gzip(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(agent: &'static str, query: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        Finish::of(&headers, query).indents
    }

    #[test]
    fn people_get_indented_answers() {
        assert!(finish("curl/8.5.0", ""));
        assert!(finish("kubectl/v1.33.0", "pretty=true"));
        assert!(!finish("curl/8.5.0", "limit=1&pretty=false"));
        assert!(!finish("kubectl/v1.33.0", ""));
    }
}
