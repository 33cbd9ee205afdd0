//! `/openapi/v3` and `/openapi/v2`: where kubectl looks up fields, for validation and `explain`.

use http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION, VARY};
use http::{HeaderMap, Response};

use crate::apimachinery::{
    Kind, OpenApiV2Form, openapi_document, openapi_hash, openapi_index, openapi_v2_document, openapi_v2_hash,
};

use super::body::{self, Body};
use super::negotiate;
use super::query::Query;

/// Answers `/openapi/v3` and the documents below it; `None` when there is no such document.
pub(super) fn answer(path: &str, query: &Query, custom: &[&'static Kind]) -> Option<Response<Body>> {
    match path.strip_prefix("/openapi/v3")?.trim_end_matches('/') {
        "" => Some(body::json(200, &openapi_index(custom))),
        path => document(path.strip_prefix('/')?, query, custom),
    }
}

/// The content type in which kubectl up to 1.28 asks for the old document.
const VERSION_2_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
/// The content type of the answer.
const VERSION_2_CONTENT: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// `/openapi/v2`, as protobuf or as JSON. Clients that bring its tag, and have it already, are told so.
pub(super) fn version_2(headers: &HeaderMap, custom: &[&'static Kind]) -> Response<Body> {
    let wants_protobuf = negotiate::accepted(headers).any(|range| range.is(VERSION_2_PROTOBUF));
    let (form, content) = if wants_protobuf {
        (OpenApiV2Form::Protobuf, VERSION_2_CONTENT)
    } else {
        (OpenApiV2Form::Json, body::JSON)
    };
    let tag = format!("\"{}\"", openapi_v2_hash(custom));
    let known = headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        body::bytes(304, content, "")
    } else {
        body::bytes(200, content, openapi_v2_document(custom, form).to_vec())
    };
    set(response.headers_mut(), ETAG, &tag);
    set(response.headers_mut(), VARY, "Accept");
    response
}

/// The document of `api/v1` or `apis/GROUP/VERSION`. A hash in the query makes it one that never
/// changes; a hash of the past leads to the present one.
fn document(path: &str, query: &Query, custom: &[&'static Kind]) -> Option<Response<Body>> {
    let group_version = path.strip_prefix("api/").or_else(|| path.strip_prefix("apis/"))?;
    let hash = openapi_hash(group_version, custom)?;
    let given = query.text("hash");
    if !given.is_empty() && given != hash {
        let mut response = body::bytes(301, body::PLAIN, "");
        set(response.headers_mut(), LOCATION, &format!("/openapi/v3/{path}?hash={hash}"));
        return Some(response);
    }
    let bytes = openapi_document(group_version, custom)?;
    let mut response = body::bytes(200, body::JSON, bytes.to_vec());
    let headers = response.headers_mut();
    set(headers, ETAG, &format!("\"{hash}\""));
    set(headers, VARY, "Accept");
    if given == hash {
        set(headers, CACHE_CONTROL, "public, immutable, max-age=31536000");
    }
    Some(response)
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_cache(path: &str, query: &str) -> Option<(u16, String)> {
        let response = answer(path, &Query::parse(query), &[])?;
        let cache = response.headers()[CACHE_CONTROL].to_str().unwrap().to_owned();
        Some((response.status().as_u16(), cache))
    }

    #[test]
    fn the_old_document_is_there_in_both_forms() {
        let mut headers = HeaderMap::new();
        assert_eq!(version_2(&headers, &[]).headers()["content-type"], body::JSON);
        headers.insert("accept", HeaderValue::from_static(VERSION_2_PROTOBUF));
        let response = version_2(&headers, &[]);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &HeaderValue::from_static(VERSION_2_CONTENT))
        );
        headers.insert(IF_NONE_MATCH, response.headers()[ETAG].clone());
        assert_eq!(version_2(&headers, &[]).status(), 304);
    }

    #[test]
    fn documents_are_found_by_the_hash_of_the_index() {
        let hash = openapi_hash("apps/v1", &[]).unwrap();
        let path = "/openapi/v3/apis/apps/v1";
        let (code, cache) = code_and_cache(path, &format!("hash={hash}")).unwrap();
        assert_eq!((code, cache.starts_with("public, immutable")), (200, true));
        assert_eq!(code_and_cache(path, "hash=OLD").unwrap().0, 301);
        assert_eq!(code_and_cache(path, "").unwrap(), (200, "no-cache, private".to_owned()));
        assert_eq!(code_and_cache("/openapi/v3", "").unwrap().0, 200);
        assert!(code_and_cache("/openapi/v3/apis/nothing/v1", "").is_none());
    }
}
