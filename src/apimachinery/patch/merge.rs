//! JSON merge patch (RFC 7396): applied, computed from two values, and three-way for custom resources.

use crate::base::{Map, Value};

/// The value with the patch applied; `null` deletes.
#[must_use]
pub fn apply(value: &Value, patch: &Value) -> Value {
    let mut patched = value.clone();
    merge(&mut patched, patch);
    patched
}

fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else { return };
    for (name, field) in fields {
        if field.is_null() {
            map.remove(name);
        } else {
            merge(map.entry(name.clone()).or_insert(Value::Null), field);
        }
    }
}

/// The patch that turns `original` into `modified`.
#[must_use]
pub fn create(original: &Value, modified: &Value) -> Value {
    match difference(original, modified, Changes::All) {
        Some(patch) => patch,
        None => Value::Object(Map::new()),
    }
}

/// The patch that `kubectl apply` sends for kinds without a known type: what `original` (the last
/// applied manifest) had and `modified` lacks is deleted; what differs from `current` is set.
///
/// Follows `k8s.io/apimachinery/pkg/util/jsonmergepatch`.
#[must_use]
pub fn three_way(original: Option<&Value>, modified: &Value, current: &Value) -> Value {
    let additions = difference(current, modified, Changes::Additions);
    let deletions = original.and_then(|original| difference(original, modified, Changes::Deletions));
    let mut patch = Value::Object(Map::new());
    for part in [additions, deletions].into_iter().flatten() {
        join(&mut patch, part);
    }
    patch
}

#[derive(Clone, Copy, PartialEq)]
enum Changes {
    All,
    /// What is new or different.
    Additions,
    Deletions,
}

/// `None` when nothing differs.
fn difference(original: &Value, modified: &Value, changes: Changes) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (original, modified) else {
        return (original != modified && changes != Changes::Deletions).then(|| modified.clone());
    };
    let mut patch = Map::new();
    for (key, value) in new {
        let part = match old.get(key) {
            Some(before) => difference(before, value, changes),
            None => (changes != Changes::Deletions).then(|| value.clone()),
        };
        if let Some(part) = part {
            patch.insert(key.clone(), part);
        }
    }
    if changes != Changes::Additions {
        for key in old.keys().filter(|key| !new.contains_key(key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}

/// Adds a patch to another one, without reading its nulls as deletions.
fn join(patch: &mut Value, part: Value) {
    match (patch, part) {
        (Value::Object(patch), Value::Object(part)) => {
            for (key, value) in part {
                join(patch.entry(key).or_insert(Value::Object(Map::new())), value);
            }
        }
        (place, part) => *place = part,
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_created_patch_turns_the_original_into_the_modified() {
        for (original, modified, patch) in [
            (
                json!({"a": 1, "b": {"c": 1, "d": 2}}),
                json!({"a": 1, "b": {"c": 3}}),
                json!({"b": {"c": 3, "d": null}}),
            ),
            (json!({"l": [1, 2]}), json!({"l": [2]}), json!({"l": [2]})),
            (json!({}), json!({"a": {}}), json!({"a": {}})),
            (json!({"a": 1}), json!({"a": 1}), json!({})),
        ] {
            assert_eq!(create(&original, &modified), patch);
            assert_eq!(apply(&original, &patch), modified);
        }
    }

    #[test]
    fn a_three_way_patch_deletes_only_what_was_applied_before() {
        let original = json!({"spec": {"a": 1, "gone": 1}});
        let modified = json!({"spec": {"a": 2}});
        let current = json!({"spec": {"a": 1, "gone": 1, "others": 1}, "status": {}});
        assert_eq!(three_way(Some(&original), &modified, &current), json!({"spec": {"a": 2, "gone": null}}));
        assert_eq!(three_way(None, &modified, &current), json!({"spec": {"a": 2}}));
    }
}
