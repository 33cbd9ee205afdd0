//! JSON patch (RFC 6902) with the API server's words for what went wrong.

use json_patch::Patch;
use serde_json::json;

use crate::apimachinery::status::Status;
use crate::base::{Value, unescape_pointer};

/// The most operations that the API server takes in one patch.
const OPERATIONS_LIMIT: usize = 10_000;

impl Unapplied {
    /// What `evanphx/json-patch` says.
    #[must_use]
    pub fn reason(self) -> String {
        match self {
            Self::TestFailed(path) => format!("testing value {path} failed: test failed"),
            Self::Rejected(why) => why,
        }
    }
}

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
    apply_operations(value, operations).map_err(|_| rejected())
}

/// Why operations do not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unapplied {
    /// The test of a path did not hold.
    TestFailed(String),
    /// Something else, in the words of `evanphx/json-patch`.
    Rejected(String),
}

/// The value with the operations applied, one after the other.
///
/// # Errors
/// What is wrong with the first that cannot be applied.
pub fn apply_operations(value: &Value, operations: &[Value]) -> Result<Value, Unapplied> {
    // The library knows its own values alone.
    let of_library = |value: &Value| serde_json::to_value(value).unwrap_or_default();
    let mut patched = of_library(value);
    for operation in operations {
        let mut operation = of_library(operation);
        if sets_what_is_missing(&patched, &operation) {
            operation["op"] = "add".into();
        }
        let patch: Result<Patch, _> = serde_json::from_value(json!([operation]));
        if !patch.is_ok_and(|patch| json_patch::patch(&mut patched, &patch).is_ok()) {
            return Err(unapplied(&patched, &operation));
        }
    }
    Ok(patched.into())
}

/// Whether an operation replaces a key that an object does not have: upstream's library sets it, unlike the RFC.
fn sets_what_is_missing(value: &serde_json::Value, operation: &serde_json::Value) -> bool {
    let path = operation["path"].as_str().unwrap_or_default();
    let parent = path.rsplit_once('/').and_then(|(parent, _)| value.pointer(parent));
    operation["op"] == "replace"
        && parent.is_some_and(serde_json::Value::is_object)
        && value.pointer(path).is_none()
}

fn unapplied(value: &serde_json::Value, operation: &serde_json::Value) -> Unapplied {
    let text = |field: &str| operation[field].as_str().unwrap_or_default();
    let (op, path, from) = (text("op"), text("path"), text("from"));
    let place = |path: &str| {
        let (parent, key) = path.rsplit_once('/')?;
        let parent = value.pointer(parent).filter(|parent| parent.is_object() || parent.is_array())?;
        Some((parent.as_array().map(Vec::len), unescape_pointer(key).into_owned()))
    };
    Unapplied::Rejected(match (op, place(path)) {
        ("add" | "remove", None) => {
            format!("{op} operation does not apply: doc is missing path: {path:?}: missing value")
        }
        ("add" | "remove", Some(place)) => format!("error in {op} for path: '{path}': {}", unfit(&place)),
        ("replace", None) => {
            format!("replace operation does not apply: doc is missing path: {path}: missing value")
        }
        ("replace", Some(_)) => {
            format!("replace operation does not apply: doc is missing key: {path}: missing value")
        }
        ("test", None) => format!("test operation does not apply: is missing path: {path}: missing value"),
        ("test", Some(_)) => return Unapplied::TestFailed(path.to_owned()),
        ("move" | "copy", target) => match (place(from), target) {
            (None, _) => {
                format!("{op} operation does not apply: doc is missing from path: {from}: missing value")
            }
            (Some(_), None) => {
                format!(
                    "{op} operation does not apply: doc is missing destination path: {path}: missing value"
                )
            }
            (Some(source), Some(_)) => format!("error in {op} for path: '{}': {}", source.1, unfit(&source)),
        },
        (other, _) => format!("Unexpected kind: {other}"),
    })
}

/// What is wrong with a key of an object, or an index of a list of so many items.
fn unfit((length, key): &(Option<usize>, String)) -> String {
    match (length, key.parse::<i64>()) {
        (None, _) => format!("Unable to remove nonexistent key: {key}: missing value"),
        (Some(_), Ok(index)) => format!("Unable to access invalid index: {index}: invalid index referenced"),
        (Some(_), Err(_)) => {
            format!(
                "value was not a proper array index: '{key}': strconv.Atoi: parsing {key:?}: invalid syntax"
            )
        }
    }
}

fn rejected() -> Status {
    let message = "the server rejected our request due to an error in our request";
    let mut status = Status::failure(422, "Invalid", message);
    status.details = Some(Box::default());
    status
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::{Unapplied, Value, apply, apply_operations};

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
    fn the_first_operation_that_does_not_apply_is_explained() {
        let why = |operation: Value| match apply_operations(&json!({"a": {"b": 1}, "c": []}), &[operation]) {
            Err(Unapplied::Rejected(why)) => why,
            other => format!("{other:?}"),
        };
        for (operation, wanted) in [
            (json!({"op": "add", "path": "/a/b", "value": 2}), r#"Ok({"a":{"b":2},"c":[]})"#),
            (
                json!({"op": "add", "path": "/x/y", "value": 2}),
                r#"add operation does not apply: doc is missing path: "/x/y": missing value"#,
            ),
            (
                json!({"op": "remove", "path": "/a/x~1y"}),
                "error in remove for path: '/a/x~1y': Unable to remove nonexistent key: x/y: missing value",
            ),
            (
                json!({"op": "remove", "path": "/c/4"}),
                "error in remove for path: '/c/4': Unable to access invalid index: 4: invalid index referenced",
            ),
            (
                json!({"op": "replace", "path": "/c/4", "value": 2}),
                "replace operation does not apply: doc is missing key: /c/4: missing value",
            ),
            (json!({"op": "test", "path": "/a/b", "value": 2}), "Err(TestFailed(\"/a/b\"))"),
            (
                json!({"op": "test", "path": "/x/y", "value": 2}),
                "test operation does not apply: is missing path: /x/y: missing value",
            ),
            (
                json!({"op": "move", "path": "/z", "from": "/x"}),
                "error in move for path: 'x': Unable to remove nonexistent key: x: missing value",
            ),
            (json!({"op": "boo", "path": "/a"}), "Unexpected kind: boo"),
        ] {
            assert_eq!(why(operation), wanted);
        }
    }

    #[test]
    fn what_an_object_lacks_is_set_by_who_replaces_it() {
        let operations = json!([{"op": "replace", "path": "/a/x~1y", "value": 2}]);
        assert_eq!(apply(&json!({"a": {}}), &operations).unwrap(), json!({"a": {"x/y": 2}}));
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
