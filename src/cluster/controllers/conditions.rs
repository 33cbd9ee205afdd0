//! Conditions of workloads: kept in order, written only when they say something new.

use crate::apimachinery::Object;
use crate::base::{Timestamp, Value, json};

use super::super::registry::time_text;

/// The condition of that type in a list.
pub(super) fn find<'a>(conditions: &'a [Value], condition_type: &str) -> Option<&'a Value> {
    conditions.iter().find(|condition| text(condition, "type") == condition_type)
}

/// The text of a condition's field.
pub(super) fn text<'a>(condition: &'a Value, field: &str) -> &'a str {
    condition.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Drops the condition of that type.
pub(super) fn remove(conditions: &mut Vec<Value>, condition_type: &str) {
    conditions.retain(|condition| text(condition, "type") != condition_type);
}

/// A condition without `lastUpdateTime`, as ReplicaSets have it.
pub(super) fn condition(
    condition_type: &str,
    status: &str,
    reason: &str,
    message: &str,
    now: Timestamp,
) -> Value {
    json!({
        "type": condition_type,
        "status": status,
        "lastTransitionTime": time_text(now),
        "reason": reason,
        "message": message,
    })
}

/// Puts a condition at the end unless status and reason stay the same; `lastTransitionTime` moves
/// only with the status (`SetDeploymentCondition`, `SetCondition`).
pub(super) fn set(conditions: &mut Vec<Value>, mut new: Value) {
    let condition_type = text(&new, "type").to_owned();
    if let Some(old) = find(conditions, &condition_type) {
        if text(old, "status") == text(&new, "status") {
            if text(old, "reason") == text(&new, "reason") {
                return;
            }
            new["lastTransitionTime"] = old["lastTransitionTime"].clone();
        }
        remove(conditions, &condition_type);
    }
    conditions.push(new);
}

/// Writes the conditions into a status, or drops the field when there are none.
pub(super) fn write(object: &mut Object, conditions: Vec<Value>) {
    if conditions.is_empty() {
        object.remove("/status/conditions");
    } else {
        object.set("/status/conditions", conditions);
    }
}
