//! Computes strategic merge patches from two documents.

use crate::base::{Key, Map, Value};

use super::lists::{delete_directive, merge_key_value, position, sort_by_order};
use super::shape::{ListRule, Shape};
use super::{DELETE_FROM_PRIMITIVE_LIST, RETAIN_KEYS, SET_ELEMENT_ORDER};

/// Which differences a patch carries.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changes {
    All,
    /// What is new or different.
    Additions,
    Deletions,
}

impl Changes {
    fn adds(self) -> bool {
        self != Self::Deletions
    }

    fn deletes(self) -> bool {
        self != Self::Additions
    }
}

/// The patch from one map to another; with `retains_keys` it names the keys that stay.
///
/// # Errors
/// When an item of a merged list lacks its key.
pub(super) fn of_maps(
    original: &Map,
    modified: &Map,
    shape: Shape,
    changes: Changes,
    retains_keys: bool,
) -> Result<Map, String> {
    let mut patch = Map::new();
    for (key, value) in modified {
        match original.get(key) {
            None if changes.adds() => {
                patch.insert(key.clone(), value.clone());
            }
            None => {}
            Some(before) => add_difference(&mut patch, key, before, value, shape, changes)?,
        }
    }
    let is_new = |key: &&Key| !modified.contains_key(key);
    if changes.deletes() {
        patch.extend(original.keys().filter(is_new).map(|key| (key.clone(), Value::Null)));
    }
    if retains_keys {
        let retained: Vec<Value> = modified
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, _)| key.as_str().into())
            .collect();
        if !retained.is_empty() && (!patch.is_empty() || original.keys().any(|key| is_new(&key))) {
            patch.insert(RETAIN_KEYS, Value::Array(retained));
        }
    }
    Ok(patch)
}

fn add_difference(
    patch: &mut Map,
    key: &str,
    before: &Value,
    after: &Value,
    shape: Shape,
    changes: Changes,
) -> Result<(), String> {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let field = shape.field(key);
            if field.is_some_and(|field| field.replaces()) {
                if changes.adds() {
                    patch.insert(key.to_owned(), after.clone());
                }
                return Ok(());
            }
            let retains_keys = field.is_some_and(|field| field.retains_keys());
            let part = of_maps(old, new, shape.child(key), changes, retains_keys)?;
            if !part.is_empty() {
                patch.insert(key.to_owned(), Value::Object(part));
            }
        }
        (Value::Array(old), Value::Array(new)) if shape.list(key).merges => {
            add_list_difference(patch, key, old, new, shape.list(key), changes)?;
        }
        _ if before != after && changes.adds() => {
            patch.insert(key.to_owned(), after.clone());
        }
        _ => {}
    }
    Ok(())
}

fn add_list_difference(
    patch: &mut Map,
    key: &str,
    old: &[Value],
    new: &[Value],
    rule: ListRule,
    changes: Changes,
) -> Result<(), String> {
    if old.is_empty() {
        if !new.is_empty() && changes.adds() {
            patch.insert(key.to_owned(), Value::from(new));
        }
        return Ok(());
    }
    if rule.merge_key.is_empty() {
        add_scalar_difference(patch, key, old, new, changes);
        return Ok(());
    }
    let items = item_differences(old, new, rule, changes)?;
    let same_order = old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| old.get(rule.merge_key) == new.get(rule.merge_key));
    let ordered =
        (changes.adds() && (!items.is_empty() || !same_order)) || (changes.deletes() && !items.is_empty());
    if !items.is_empty() {
        patch.insert(key.to_owned(), Value::Array(items));
    }
    if ordered && !new.is_empty() {
        let order = new.iter().map(|item| merge_key_only(item, rule.merge_key)).collect();
        patch.insert(format!("{SET_ELEMENT_ORDER}{key}"), Value::Array(order));
    }
    Ok(())
}

fn merge_key_only(item: &Value, merge_key: &str) -> Value {
    let mut only = Map::new();
    only.insert(merge_key.to_owned(), item.get(merge_key).cloned().unwrap_or_default());
    Value::Object(only)
}

/// Changed and new items in the new order, then what is to be deleted, by merge key.
fn item_differences(
    old: &[Value],
    new: &[Value],
    rule: ListRule,
    changes: Changes,
) -> Result<Vec<Value>, String> {
    let mut items = Vec::new();
    for item in new {
        let key = merge_key_value(item, rule.merge_key)?;
        match position(old, item, rule.merge_key).map(|index| &old[index]) {
            Some(before) => {
                let (Value::Object(before), Value::Object(after)) = (before, item) else { continue };
                let mut part = of_maps(before, after, rule.items, changes, rule.retains_keys)?;
                if !part.is_empty() {
                    part.insert(rule.merge_key.to_owned(), key.clone());
                    items.push(Value::Object(part));
                }
            }
            None if changes.adds() => items.push(item.clone()),
            None => {}
        }
    }
    let mut items = sort_by_order(items, new, rule.merge_key);
    if changes.deletes() {
        let mut deleted = Vec::new();
        // What stands more often than it shall goes out whole: a merge key tells no two of them apart.
        let times = |items: &[Value], key: &Value| {
            items.iter().filter(|item| item.get(rule.merge_key) == Some(key)).count()
        };
        for (place, item) in old.iter().enumerate() {
            let key = merge_key_value(item, rule.merge_key)?;
            if times(&old[..place], key) >= times(new, key) {
                deleted.push(key);
            }
        }
        deleted.sort_by_key(|key| text(key));
        items.extend(deleted.into_iter().map(|key| delete_directive(rule.merge_key, key)));
    }
    Ok(items)
}

fn add_scalar_difference(patch: &mut Map, key: &str, old: &[Value], new: &[Value], changes: Changes) {
    let mut deleted: Vec<Value> = old.iter().filter(|item| !new.contains(item)).cloned().collect();
    deleted.sort_by_key(text);
    deleted.dedup();
    let added: Vec<Value> = new.iter().filter(|item| !old.contains(item)).cloned().collect();
    let ordered = (changes.deletes() && !deleted.is_empty()) || (changes.adds() && old != new);
    if changes.adds() && !added.is_empty() {
        patch.insert(key.to_owned(), Value::Array(added));
    }
    if changes.deletes() && !deleted.is_empty() {
        patch.insert(format!("{DELETE_FROM_PRIMITIVE_LIST}{key}"), Value::Array(deleted));
    }
    if ordered && !new.is_empty() {
        patch.insert(format!("{SET_ELEMENT_ORDER}{key}"), Value::from(new));
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
