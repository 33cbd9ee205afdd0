//! Order and identity of list items in strategic merge patches.

use crate::base::{Map, Value};

use super::PATCH_DIRECTIVE;

/// Where the item with the same merge key (the same scalar, without a key) stands.
pub(super) fn position(list: &[Value], item: &Value, merge_key: &str) -> Option<usize> {
    if merge_key.is_empty() {
        return list.iter().position(|other| other == item);
    }
    let key = item.get(merge_key)?;
    list.iter().position(|other| other.get(merge_key) == Some(key))
}

/// The value of an item's merge key.
///
/// # Errors
/// When the item has none.
pub(super) fn merge_key_value<'a>(item: &'a Value, merge_key: &str) -> Result<&'a Value, String> {
    item.get(merge_key).ok_or_else(|| format!("map: {item} does not contain declared merge key: {merge_key}"))
}

/// `{"name": "a", "$patch": "delete"}`.
pub(super) fn delete_directive(merge_key: &str, value: &Value) -> Value {
    let mut item = Map::new();
    item.insert(merge_key.to_owned(), value.clone());
    item.insert(PATCH_DIRECTIVE, "delete".into());
    Value::Object(item)
}

fn deletes(item: &Value) -> bool {
    item.get(PATCH_DIRECTIVE).and_then(Value::as_str) == Some("delete")
}

/// Sorts items as `order` has them; items to delete go last.
pub(super) fn sort_by_order(items: Vec<Value>, order: &[Value], merge_key: &str) -> Vec<Value> {
    let (deleted, mut kept): (Vec<Value>, Vec<Value>) = items.into_iter().partition(deletes);
    kept.sort_by_key(|item| position(order, item, merge_key));
    kept.extend(deleted);
    kept
}

/// Puts the items that the patch names into the patch's order, and the others where the server
/// had them, relative to their neighbours.
pub(super) fn normalize_order(
    merged: Vec<Value>,
    patch_order: &[Value],
    server_order: &[Value],
    merge_key: &str,
) -> Vec<Value> {
    let (named, others): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| position(patch_order, item, merge_key).is_some());
    let named = sort_by_order(named, patch_order, merge_key);
    let others = sort_by_order(others, server_order, merge_key);
    interleave(others, named, server_order, merge_key)
}

fn interleave(others: Vec<Value>, named: Vec<Value>, server_order: &[Value], merge_key: &str) -> Vec<Value> {
    let mut result = Vec::with_capacity(others.len() + named.len());
    let mut others = others.into_iter().peekable();
    let mut named = named.into_iter().peekable();
    loop {
        let other_first = match (others.peek(), named.peek()) {
            (None, None) => return result,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(name)) => {
                let places =
                    (position(server_order, other, merge_key), position(server_order, name, merge_key));
                matches!(places, (Some(other), Some(name)) if other < name)
            }
        };
        result.extend(if other_first { others.next() } else { named.next() });
    }
}
