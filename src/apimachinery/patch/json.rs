//! JSON patch (RFC 6902) with the API server's words for what went wrong.

use json_patch::Patch;
use serde_json::Value;

use crate::apimachinery::status::Status;

/// The most operations that the API server takes in one patch.
const OPERATIONS_LIMIT: usize = 10_000;

/// The value with the operations applied.
///
/// # Errors
/// 400 when `patch` is no list of operations, 413 when there are too many, 422 when one cannot
/// be applied, without saying which (`k8s.io/apiserver/pkg/endpoints/handlers/patch.go`).
pub fn apply(value: &Value, patch: &Value) -> Result<Value, Status> {
    let operations = patch.as_array().map(Vec::as_slice).unwrap_or_default();
    if !patch.is_array() || !operations.iter().all(Value::is_object) {
        return Err(Status::bad_request(
            "error decoding patch: json: cannot unmarshal a value that is no list of operations",
        ));
    }
    if operations.len() > OPERATIONS_LIMIT {
        return Err(Status::failure(
            413,
            "RequestEntityTooLarge",
            format!(
                "Request entity is too large: The allowed maximum operations in a JSON patch is {OPERATIONS_LIMIT}, got {}",
                operations.len()
            ),
        ));
    }
    let patch: Patch = serde_json::from_value(patch.clone()).map_err(|_| rejected())?;
    let mut patched = value.clone();
    json_patch::patch(&mut patched, &patch).map_err(|_| rejected())?;
    Ok(patched)
}

fn rejected() -> Status {
    let message = "the server rejected our request due to an error in our request";
    let mut status = Status::failure(422, "Invalid", message);
    status.details = Some(Box::default());
    status
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
        for (patch, code) in [
            (json!({"a": 1}), 400),
            (json!([1]), 400),
            (json!([{"op": "test", "path": "/a", "value": 2}]), 422),
            (json!([{"op": "replace", "path": "/spec/replicas", "value": 2}]), 422),
            (json!([{"op": "remove", "path": "/b"}]), 422),
            (json!([{"op": "boo", "path": "/a"}]), 422),
        ] {
            assert_eq!(apply(&json!({"a": 1}), &patch).unwrap_err().code, code, "{patch}");
        }
    }
}
