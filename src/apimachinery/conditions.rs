//! `status.conditions`: setting one keeps its transition time unless its status changes.

use super::object::Object;
use crate::base::{Map, Timestamp, Value};

/// A condition to set.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// `Available`, `Ready` …
    pub condition_type: &'a str,
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    /// One CamelCase word; left out when empty.
    pub reason: &'a str,
    /// For people; left out when empty.
    pub message: &'a str,
}

/// Sets a condition in its place in the list, or at the end.
///
/// `lastTransitionTime` moves only when the status changes. Fields that the condition carries
/// besides (`lastUpdateTime`, `observedGeneration` …) stay. Answers whether anything changed.
pub fn set_condition(object: &mut Object, condition: Condition<'_>, now: Timestamp) -> bool {
    const PATH: &str = "/status/conditions";
    if object.get(PATH).is_none() {
        object.set(PATH, Value::Array(Vec::new()));
    }
    let Some(Value::Array(conditions)) = object.get_mut(PATH) else { return false };
    let is_same = |entry: &Value| entry.get("type").and_then(Value::as_str) == Some(condition.condition_type);
    let index = conditions.iter().position(is_same).unwrap_or_else(|| {
        conditions.push(Value::Object(Map::new()));
        conditions.len() - 1
    });
    let Some(entry) = conditions.get_mut(index).and_then(Value::as_object_mut) else { return false };
    let before = entry.clone();
    if entry.get("status").and_then(Value::as_str) != Some(condition.status) {
        entry.insert("lastTransitionTime", seconds(now).into());
    }
    entry.insert("type", condition.condition_type.into());
    entry.insert("status", condition.status.into());
    for (field, text) in [("reason", condition.reason), ("message", condition.message)] {
        if text.is_empty() {
            entry.remove(field);
        } else {
            entry.insert(field.to_owned(), text.into());
        }
    }
    *entry != before
}

/// Removes a condition. Answers whether it was there.
pub fn remove_condition(object: &mut Object, condition_type: &str) -> bool {
    let Some(Value::Array(conditions)) = object.get_mut("/status/conditions") else { return false };
    let count = conditions.len();
    conditions.retain(|entry| entry.get("type").and_then(Value::as_str) != Some(condition_type));
    conditions.len() != count
}

/// A moment as `metav1.Time` is written: whole seconds, UTC.
#[must_use]
pub fn seconds(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_transition_time_moves_only_with_the_status() {
        let (one, two): (Timestamp, Timestamp) =
            ("2026-11-23T01:00:00.5Z".parse().unwrap(), "2026-11-23T02:00:00Z".parse().unwrap());
        let mut object = Object::from_value(json!({})).unwrap();
        let ready = Condition { condition_type: "Ready", status: "False", reason: "Waiting", message: "" };
        assert!(set_condition(&mut object, ready, one));
        assert!(!set_condition(&mut object, ready, two));
        assert!(set_condition(&mut object, Condition { reason: "Still", ..ready }, two));
        let time = "/status/conditions/0/lastTransitionTime";
        assert_eq!(object.text(time), "2026-11-23T01:00:00Z");
        assert!(set_condition(&mut object, Condition { status: "True", ..ready }, two));
        assert_eq!(object.text(time), "2026-11-23T02:00:00Z");
        assert!(object.condition_is_true("Ready"));
        assert!(remove_condition(&mut object, "Ready"));
        assert!(!remove_condition(&mut object, "Ready"));
    }
}
