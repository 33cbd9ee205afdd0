//! JSON patch (RFC 6902) with the API server's words for what went wrong.

use json_patch::{Patch, PatchErrorKind, PatchOperation};
use serde_json::Value;

use crate::apimachinery::status::Status;

/// The most operations that the API server takes in one patch.
const OPERATIONS_LIMIT: usize = 10_000;

/// The value with the operations applied.
///
/// # Errors
/// 400 when `patch` is no list of operations, 413 when there are too many, 422 when one cannot
/// be applied (`k8s.io/apiserver/pkg/endpoints/handlers/patch.go`, `evanphx/json-patch`).
pub fn apply(value: &Value, patch: &Value) -> Result<Value, Status> {
    let patch: Patch = serde_json::from_value(patch.clone())
        .map_err(|error| Status::bad_request(format!("error decoding patch: {error}")))?;
    if patch.0.len() > OPERATIONS_LIMIT {
        return Err(Status::failure(
            413,
            "RequestEntityTooLarge",
            format!(
                "Request entity is too large: The allowed maximum operations in a JSON patch is {OPERATIONS_LIMIT}, got {}",
                patch.0.len()
            ),
        ));
    }
    let mut patched = value.clone();
    json_patch::patch(&mut patched, &patch).map_err(|error| {
        let operation = patch.0.get(error.operation);
        let text = operation.map_or_else(|| error.to_string(), |operation| describe(operation, &error.kind));
        Status::failure(
            422,
            "Invalid",
            format!("the server rejected our request due to an error in our request: {text}"),
        )
    })?;
    Ok(patched)
}

fn describe(operation: &PatchOperation, kind: &PatchErrorKind) -> String {
    let path = operation.path();
    let name = match operation {
        PatchOperation::Add(_) => "add",
        PatchOperation::Remove(_) => "remove",
        PatchOperation::Replace(_) => "replace",
        PatchOperation::Move(_) => "move",
        PatchOperation::Copy(_) => "copy",
        PatchOperation::Test(_) => return format!("testing value {path} failed: test failed"),
    };
    let why = match kind {
        PatchErrorKind::InvalidPointer if name == "remove" => {
            format!("Unable to remove nonexistent key: {}: missing value", last(path.as_str()))
        }
        PatchErrorKind::InvalidPointer => format!("doc is missing path: {path}: missing value"),
        PatchErrorKind::InvalidFromPointer => format!("doc is missing from path: {path}: missing value"),
        other => other.to_string(),
    };
    format!("{name} operation does not apply: {why}")
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_applied_in_order() {
        let patch = json!([
            {"op": "test", "path": "/a", "value": 1},
            {"op": "replace", "path": "/a", "value": 2},
            {"op": "add", "path": "/list/-", "value": "x"},
            {"op": "remove", "path": "/b"},
        ]);
        let patched = apply(&json!({"a": 1, "b": 1, "list": []}), &patch).unwrap();
        assert_eq!(patched, json!({"a": 2, "list": ["x"]}));
    }

    #[test]
    fn a_patch_that_does_not_apply_is_refused() {
        for (patch, code, end) in [
            (json!({"a": 1}), 400, ""),
            (json!([{"op": "test", "path": "/a", "value": 2}]), 422, "testing value /a failed: test failed"),
            (
                json!([{"op": "replace", "path": "/spec/replicas", "value": 2}]),
                422,
                "replace operation does not apply: doc is missing path: /spec/replicas: missing value",
            ),
            (
                json!([{"op": "remove", "path": "/b"}]),
                422,
                "remove operation does not apply: Unable to remove nonexistent key: b: missing value",
            ),
        ] {
            let status = apply(&json!({"a": 1}), &patch).unwrap_err();
            assert_eq!(status.code, code);
            assert!(status.message.ends_with(end), "{}", status.message);
        }
    }
}
