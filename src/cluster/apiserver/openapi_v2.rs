//! `/openapi/v2`: says only that there is nothing to say, for clients that ask when version 3 knows no kind.
//!
//! kubectl takes a kind that this document does not describe for one that cannot be checked, and goes on.

use http::{HeaderMap, Response};
use serde_json::json;

use super::body::{self, Body};
use super::negotiate;

/// The media type that kubectl accepts alone.
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const TITLE: &str = "Kubernetes";
const VERSION: &str = "v1.36.2";

/// A document without paths, as JSON or as `openapi.v2.Document`.
pub(super) fn answer(headers: &HeaderMap) -> Response<Body> {
    // Both spellings are about; the older one has an `@`.
    if negotiate::accepted(headers)
        .any(|range| range.is_of_type(&[PROTOBUF, &PROTOBUF.replace("v2.v1", "v2@v1")]))
    {
        return body::bytes(200, PROTOBUF, protobuf());
    }
    let info = json!({"title": TITLE, "version": VERSION});
    body::json(200, &json!({"swagger": "2.0", "info": info, "paths": {}}))
}

/// Fields 1 (swagger), 2 (info: title, version) and 8 (paths).
fn protobuf() -> Vec<u8> {
    let mut info = field(1, TITLE.as_bytes());
    info.extend(field(2, VERSION.as_bytes()));
    [field(1, b"2.0"), field(2, &info), field(8, b"")].concat()
}

/// A length-delimited field; numbers and lengths here take one byte.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap_or_default()];
    field.extend(bytes);
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_well_formed() {
        assert_eq!(protobuf(), b"\x0a\x032.0\x12\x15\x0a\x0aKubernetes\x12\x07v1.36.2\x42\x00");
    }
}
