//! Whether two patches of the same object want different things.

use crate::base::{Map, Value};

use super::shape::Shape;

/// Whether both say something, and not the same, about some field (`mergingMapFieldsHaveConflicts`).
pub(super) fn of_maps(left: &Map, right: &Map, shape: Shape) -> bool {
    left.iter().any(|(key, one)| right.get(key).is_some_and(|other| of_values(key, one, other, shape)))
}

fn of_values(key: &str, one: &Value, other: &Value, shape: Shape) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => of_maps(one, other, shape.child(key)),
        (Value::Array(one), Value::Array(other)) if shape.list(key).merges => {
            let rule = shape.list(key);
            // Scalars are added to each other; items are the same when their keys are.
            let same = |item: &&Value, of: &Value| {
                !rule.merge_key.is_empty() && item[rule.merge_key] == of[rule.merge_key]
            };
            one.iter().any(|item| {
                let twin = other.iter().find(|twin| same(twin, item));
                match (item.as_object(), twin.and_then(Value::as_object)) {
                    (Some(item), Some(twin)) => of_maps(item, twin, rule.items),
                    _ => false,
                }
            })
        }
        (one, other) => one != other,
    }
}
