//! Strategic merge patch: lists merge item by item, by the keys that the types name.
//!
//! Follows the behaviour of `k8s.io/apimachinery/pkg/util/strategicpatch`.

mod conflicts;
mod difference;
mod lists;
mod merging;
mod shape;

use self::difference::Changes;
use self::merging::Purpose;
use self::shape::Shape;
use crate::apimachinery::kinds::Kind;
use crate::apimachinery::schema;
use crate::apimachinery::status::Status;
use crate::base::{Map, Value};

/// In a map: what to do with it (`delete`, `replace`; in list items also `merge`).
const PATCH_DIRECTIVE: &str = "$patch";
/// In a map: the only keys that stay.
const RETAIN_KEYS: &str = "$retainKeys";
/// Before the name of a list: the order of its items.
const SET_ELEMENT_ORDER: &str = "$setElementOrder/";
/// Before the name of a list of scalars: the items to remove.
const DELETE_FROM_PRIMITIVE_LIST: &str = "$deleteFromPrimitiveList/";

/// Whether objects of the kind can be patched this way; custom resources cannot.
#[must_use]
pub fn supports(kind: &Kind) -> bool {
    schema::of(kind).is_some()
}

/// The object with the patch applied.
///
/// # Errors
/// 415 when the kind has no known type, 400 when the patch is malformed.
pub fn apply(kind: &Kind, original: &Value, patch: &Value) -> Result<Value, Status> {
    let shape = shape_of(kind)?;
    let patched = merging::merge_maps(map_of(original)?, map_of(patch)?, shape, Purpose::Apply);
    patched.map(Value::Object).map_err(Status::bad_request)
}

/// The patch that turns `original` into `modified`.
///
/// # Errors
/// As [`apply`]; also when an item of a merged list lacks its key.
pub fn two_way(kind: &Kind, original: &Value, modified: &Value) -> Result<Value, Status> {
    let shape = shape_of(kind)?;
    let patch = difference::of_maps(&map_of(original)?, &map_of(modified)?, shape, Changes::All, false);
    patch.map(Value::Object).map_err(Status::bad_request)
}

/// The patch that `kubectl apply` sends: what `original` (the last applied manifest) had and
/// `modified` lacks is deleted; what differs from `current` is set.
///
/// # Errors
/// As [`two_way`].
pub fn three_way(
    kind: &Kind,
    original: Option<&Value>,
    modified: &Value,
    current: &Value,
) -> Result<Value, Status> {
    let shape = shape_of(kind)?;
    let modified = map_of(modified)?;
    let original = original.map_or_else(|| Ok(Map::new()), map_of)?;
    let additions = difference::of_maps(&map_of(current)?, &modified, shape, Changes::Additions, false);
    let deletions = difference::of_maps(&original, &modified, shape, Changes::Deletions, false);
    let joined = deletions
        .and_then(|deletions| merging::merge_maps(deletions, additions?, shape, Purpose::JoinPatches));
    joined.map(Value::Object).map_err(Status::bad_request)
}

/// What of a patch clashes with what happened to the object since `original`: all of those changes, when
/// any does.
///
/// # Errors
/// As [`two_way`].
pub fn clashing(
    kind: &Kind,
    original: Option<&Value>,
    current: &Value,
    patch: &Value,
) -> Result<Option<Value>, Status> {
    let shape = shape_of(kind)?;
    let original = original.map_or_else(|| Ok(Map::new()), map_of)?;
    let changed = difference::of_maps(&original, &map_of(current)?, shape, Changes::All, false);
    let changed = changed.map_err(Status::bad_request)?;
    Ok(conflicts::of_maps(&map_of(patch)?, &changed, shape).then_some(Value::Object(changed)))
}

fn shape_of(kind: &Kind) -> Result<Shape, Status> {
    schema::of(kind).map(Shape::Message).ok_or_else(|| {
        Status::unsupported_media_type(
            "the body of the request was in an unknown format - accepted media types include: \
             application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        )
    })
}

fn map_of(value: &Value) -> Result<Map, Status> {
    value.as_object().cloned().ok_or_else(|| Status::bad_request("invalid JSON document"))
}

#[cfg(test)]
mod tests;
