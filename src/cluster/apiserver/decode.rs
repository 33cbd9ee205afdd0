//! Bodies of requests as objects and patches: JSON, YAML and protobuf.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::apimachinery::{FieldError, KINDS, Kind, Object, Status, decode_protobuf};
use crate::base::{Map, Position, Value, parse_yaml};

use super::super::registry::Patch;
use super::duplicates;
use super::json_error;
use super::request_info::RequestInfo;
use crate::apimachinery::go_json_error;

/// Brackets that may be open at once in a YAML body.
const YAML_DEPTH_MAX: usize = 1_000;

/// The media type of the body, without parameters.
fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Reads a body that is an object of a kind.
///
/// # Errors
/// 400 when it is none or of another kind, 415 for unknown media types.
pub(super) fn object(kind: &'static Kind, headers: &HeaderMap, body: &[u8]) -> Result<Object, Status> {
    let object = any(headers, body).map_err(|mut status| {
        if status.code == 400 {
            let (kind, summary) = (kind.kind, json_error::summary(body));
            status.message = format!(
                "the object provided is unrecognized (must be of type {kind}): {} ({summary})",
                status.message
            );
        }
        status
    })?;
    check_kind(kind, &object)?;
    Ok(object)
}

/// Reads a body that is an object of any kind.
///
/// # Errors
/// 400 when it is none, 415 for unknown media types.
pub(super) fn any(headers: &HeaderMap, body: &[u8]) -> Result<Object, Status> {
    let value = match media_type(headers) {
        "" | "application/json" => json_value(body)?,
        "application/yaml" => yaml_value(body)?,
        "application/vnd.kubernetes.protobuf" => decode_protobuf(body).map_err(Status::bad_request)?,
        _ => {
            return Err(Status::unsupported_media_type(
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            ));
        }
    };
    if !value.is_object() {
        let why = json_error::no_object(&value);
        return Err(Status::bad_request(format!("couldn't get version/kind; json parse error: {why}")));
    }
    Ok(Object::from_value(value).unwrap_or_else(|| Object::from(Map::new())))
}

/// The fields of a JSON body that names one of them twice, and whether each has come before.
pub(super) fn duplicate_fields(headers: &HeaderMap, body: &[u8]) -> Vec<(String, bool)> {
    let reads = media_type(headers).ends_with("json") || media_type(headers).is_empty();
    if reads { duplicates::duplicate_fields(body) } else { Vec::new() }
}

/// What a YAML body says twice, as its reader tells it.
pub(super) fn yaml_duplicates(headers: &HeaderMap, body: &[u8]) -> Vec<String> {
    let text = match media_type(headers) {
        "application/yaml" | "application/apply-patch+yaml" => std::str::from_utf8(body).unwrap_or_default(),
        _ => return Vec::new(),
    };
    let documents = parse_yaml(text).unwrap_or_default();
    let twice = documents.first().map(|document| document.duplicate_keys()).unwrap_or_default();
    let line = |(path, position): &(String, Position)| {
        let key = path.rsplit('.').next().unwrap_or_default();
        format!("line {}: key {key:?} already set in map", position.line)
    };
    twice.iter().map(line).collect()
}

fn json_value(body: &[u8]) -> Result<Value, Status> {
    serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!(
            "couldn't get version/kind; json parse error: {}",
            go_json_error(&error, body)
        ))
    })
}

/// Whether more brackets than so many are open at once: known without the parser, which is slow there.
fn nests_deeper_than(text: &str, depth_max: usize) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > depth_max
    })
}

fn yaml_value(body: &[u8]) -> Result<Value, Status> {
    let text = std::str::from_utf8(body).map_err(|error| Status::bad_request(error.to_string()))?;
    if nests_deeper_than(text, YAML_DEPTH_MAX) {
        let error = format!("error converting YAML to JSON: yaml: exceeded max depth of {YAML_DEPTH_MAX}");
        return Err(Status::bad_request(error));
    }
    let mut documents = parse_yaml(text)
        .map_err(|error| Status::bad_request(format!("error converting YAML to JSON: {error}")))?;
    if documents.is_empty() {
        return Ok(Value::Null);
    }
    Ok(documents.swap_remove(0).value)
}

/// Refuses an object of another kind than the URL names; an absent kind is taken from the URL.
///
/// # Errors
/// 400 in upstream's words.
fn check_kind(kind: &'static Kind, object: &Object) -> Result<(), Status> {
    let (version, name) = (object.api_version(), object.kind());
    let expected = kind.api_version();
    if !version.is_empty() && version != expected {
        return Err(Status::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({expected})"
        )));
    }
    if name.is_empty() || name == kind.kind {
        return Ok(());
    }
    let known = KINDS.iter().any(|other| other.kind == name && other.api_version() == expected);
    let why = if known {
        let package = match kind.group.split('.').next() {
            None | Some("") => "core",
            Some(package) => package,
        };
        let version = kind.version;
        format!("converting ({version}.{name}) to ({package}.{}): unknown conversion", kind.kind)
    } else {
        format!(
            "no kind {name:?} is registered for version {expected:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )
    };
    Err(Status::bad_request(format!(
        "{name} in version {:?} cannot be handled as a {}: {why}",
        kind.version, kind.kind
    )))
}

/// Reads a body that is a patch.
///
/// # Errors
/// 400 when it is none, 415 for unknown kinds of patch.
pub(super) fn patch(info: &RequestInfo, headers: &HeaderMap, body: &[u8]) -> Result<Patch, Status> {
    Ok(match media_type(headers) {
        "application/json-patch+json" => Patch::Json(patch_value(body, "error decoding patch: ", true)?),
        "application/merge-patch+json" => Patch::Merge(patch_value(body, "error decoding patch: ", false)?),
        "application/strategic-merge-patch+json" => Patch::Strategic(patch_value(body, "", false)?),
        "application/apply-patch+yaml" => {
            let refused = |status: Status| {
                Status::bad_request(status.message.replacen(
                    "error converting YAML to JSON",
                    "error decoding YAML",
                    1,
                ))
            };
            Patch::Apply {
                configuration: yaml_value(body).map_err(refused)?,
                force: info.query.flag("force"),
            }
        }
        _ => {
            return Err(Status::unsupported_media_type(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
            ));
        }
    })
}

/// What is wrong with the options that only one kind of patch has.
pub(super) fn patch_option_error(info: &RequestInfo, headers: &HeaderMap) -> Option<FieldError> {
    let applies = media_type(headers) == "application/apply-patch+yaml";
    if applies {
        let missing = info.query.text("fieldManager").is_empty();
        return missing.then(|| FieldError::required("fieldManager", "is required for apply patch"));
    }
    let given = info.query.flag_or_none("force").is_some();
    given.then(|| FieldError::forbidden("force", "may not be specified for non-apply patch"))
}

/// A patch in JSON: a list of operations, or an object that says what to change.
fn patch_value(body: &[u8], doing: &str, is_list: bool) -> Result<Value, Status> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Status::bad_request(format!("{doing}{}", go_json_error(&error, body))))?;
    if value.is_array() == is_list && (is_list || value.is_object()) {
        return Ok(value);
    }
    let found = json_error::go_kind(&value);
    let wanted = if is_list { "[]interface {}" } else { "map[string]interface {}" };
    let message = format!("{doing}json: cannot unmarshal {found} into Go value of type {wanted}");
    Err(Status::bad_request(message))
}
