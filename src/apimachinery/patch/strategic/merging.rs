//! Applies a strategic merge patch to a document, or joins two patches into one.

use crate::base::{Key, Map, Value};

use super::lists::{merge_key_value, normalize_order, position};
use super::shape::{ListRule, Shape};
use super::{DELETE_FROM_PRIMITIVE_LIST, PATCH_DIRECTIVE, RETAIN_KEYS, SET_ELEMENT_ORDER};

/// Why two maps are merged.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Purpose {
    /// A patch changes an object: directives are obeyed.
    Apply,
    /// A patch is added to a patch: directives are kept.
    JoinPatches,
}

/// The map with the patch merged in.
///
/// # Errors
/// When a directive is malformed or an item of a merged list lacks its key.
pub(super) fn merge_maps(
    mut original: Map,
    mut patch: Map,
    shape: Shape,
    purpose: Purpose,
) -> Result<Map, String> {
    if let Some(directive) = patch.remove(PATCH_DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Map::new()),
            _ => Err(format!("unknown patch type: {directive} in map: {}", Value::Object(patch))),
        };
    }
    apply_retain_keys(&mut original, &mut patch, purpose)?;
    apply_element_orders(&mut original, &mut patch, shape, purpose)?;
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix(DELETE_FROM_PRIMITIVE_LIST) {
            delete_scalars(&mut original, &key, list, value, purpose)?;
        } else {
            merge_entry(&mut original, key, value, shape, purpose)?;
        }
    }
    Ok(original)
}

fn merge_entry(
    original: &mut Map,
    key: Key,
    value: Value,
    shape: Shape,
    purpose: Purpose,
) -> Result<(), String> {
    if value.is_null() {
        original.remove(&key);
        if purpose == Purpose::JoinPatches {
            original.insert(key, value);
        }
        return Ok(());
    }
    let merged = match (original.remove(&key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            if shape.field(&key).is_some_and(|field| field.replaces()) {
                Value::Object(new)
            } else {
                Value::Object(merge_maps(old, new, shape.child(&key), purpose)?)
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            Value::Array(merge_lists(old, new, shape.list(&key), purpose)?)
        }
        (_, value) => new_value(value, purpose),
    };
    original.insert(key, merged);
    Ok(())
}

/// A value that the document did not have: without nulls and directives when it goes into an object.
fn new_value(value: Value, purpose: Purpose) -> Value {
    if purpose == Purpose::JoinPatches {
        return value;
    }
    match value {
        Value::Object(entries) => Value::Object(
            entries
                .into_iter()
                .filter(|(key, value)| !value.is_null() && !is_directive(key))
                .map(|(key, value)| (key, new_value(value, purpose)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .filter(|item| item.get(PATCH_DIRECTIVE).and_then(Value::as_str) != Some("delete"))
                .map(|item| new_value(item, purpose))
                .collect(),
        ),
        scalar => scalar,
    }
}

fn is_directive(key: &str) -> bool {
    key == PATCH_DIRECTIVE
        || key == RETAIN_KEYS
        || key.starts_with(SET_ELEMENT_ORDER)
        || key.starts_with(DELETE_FROM_PRIMITIVE_LIST)
}

fn merge_lists(
    original: Vec<Value>,
    patch: Vec<Value>,
    rule: ListRule,
    purpose: Purpose,
) -> Result<Vec<Value>, String> {
    if !rule.merges {
        return Ok(match new_value(Value::Array(patch), purpose) {
            Value::Array(items) => items,
            _ => Vec::new(),
        });
    }
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    let server_order = original.clone();
    if rule.merge_key.is_empty() {
        let mut merged = original;
        for item in &patch {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return Ok(normalize_order(merged, &patch, &server_order, ""));
    }
    let (mut merged, patch, replaced) = obey_item_directives(original, patch, rule.merge_key, purpose)?;
    if replaced {
        return Ok(patch);
    }
    for item in &patch {
        merge_key_value(item, rule.merge_key)?;
        match position(&merged, item, rule.merge_key) {
            Some(index) => merge_item(&mut merged[index], item, rule, purpose)?,
            None => merged.push(new_value(item.clone(), purpose)),
        }
    }
    Ok(normalize_order(merged, &patch, &server_order, rule.merge_key))
}

fn merge_item(place: &mut Value, item: &Value, rule: ListRule, purpose: Purpose) -> Result<(), String> {
    let (Value::Object(old), Value::Object(new)) = (place.take(), item) else {
        return Err(format!("expected a map, but found {item}"));
    };
    *place = Value::Object(merge_maps(old, new.clone(), rule.items, purpose)?);
    Ok(())
}

/// Obeys `$patch` in list items: gives the list, the patch without those items, and whether the
/// patch replaces the list.
fn obey_item_directives(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    merge_key: &str,
    purpose: Purpose,
) -> Result<(Vec<Value>, Vec<Value>, bool), String> {
    let mut rest = Vec::with_capacity(patch.len());
    let mut replaced = false;
    for mut item in patch {
        match item.get(PATCH_DIRECTIVE).and_then(Value::as_str) {
            None => rest.push(item),
            Some(_) if purpose == Purpose::JoinPatches => rest.push(item),
            Some("delete") => {
                let key = merge_key_value(&item, merge_key)?;
                original.retain(|other| other.get(merge_key) != Some(key));
            }
            Some("replace") => replaced = true,
            Some("merge") => {
                if let Value::Object(entries) = &mut item {
                    entries.remove(PATCH_DIRECTIVE);
                }
                rest.push(item);
            }
            Some(other) => return Err(format!("unknown patch type: {other} in map: {item}")),
        }
    }
    Ok((original, rest, replaced))
}

fn apply_retain_keys(original: &mut Map, patch: &mut Map, purpose: Purpose) -> Result<(), String> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if purpose == Purpose::JoinPatches {
        original.insert(RETAIN_KEYS, retained);
        return Ok(());
    }
    let malformed = "invalid patch format of retainKeys";
    let retained = retained.as_array().ok_or(malformed)?;
    let is_retained = |key: &str| retained.iter().any(|name| name.as_str() == Some(key));
    if patch.iter().any(|(key, value)| !value.is_null() && !is_directive(key) && !is_retained(key)) {
        return Err(malformed.to_owned());
    }
    original.retain(|key, _| is_retained(key));
    Ok(())
}

fn apply_element_orders(
    original: &mut Map,
    patch: &mut Map,
    shape: Shape,
    purpose: Purpose,
) -> Result<(), String> {
    let names: Vec<String> =
        patch.keys().filter_map(|key| key.strip_prefix(SET_ELEMENT_ORDER)).map(str::to_owned).collect();
    for name in names {
        let directive = format!("{SET_ELEMENT_ORDER}{name}");
        let Some(order) = patch.remove(&directive) else { continue };
        if purpose == Purpose::JoinPatches {
            original.insert(directive, order);
            continue;
        }
        let Value::Array(order) = order else {
            return Err("invalid patch format of setElementOrder list".to_owned());
        };
        order_list(original, patch, &name, &order, shape)?;
    }
    Ok(())
}

fn order_list(
    original: &mut Map,
    patch: &mut Map,
    name: &str,
    order: &[Value],
    shape: Shape,
) -> Result<(), String> {
    let rule = shape.list(name);
    let server_order = original.get(name).and_then(Value::as_array).cloned();
    if patch.get(name).is_some_and(|value| !value.is_array()) {
        return Ok(());
    }
    let patch_list = match patch.remove(name) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    };
    if let Some(items) = &patch_list {
        check_order(items, order, rule.merge_key)?;
    }
    let merged = match (server_order.clone(), patch_list) {
        (Some(items), None) => items,
        (None, Some(items)) => merge_lists(Vec::new(), items, rule, Purpose::Apply)?,
        (Some(old), Some(new)) => merge_lists(old, new, rule, Purpose::Apply)?,
        (None, None) => return Ok(()),
    };
    let ordered = normalize_order(merged, order, &server_order.unwrap_or_default(), rule.merge_key);
    original.insert(name.to_owned(), Value::Array(ordered));
    Ok(())
}

/// The items of a patch must stand in the order list, in the same order.
fn check_order(items: &[Value], order: &[Value], merge_key: &str) -> Result<(), String> {
    if items.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut rest = order;
    for item in items.iter().filter(|item| item.get(PATCH_DIRECTIVE).is_none()) {
        let Some(index) = position(rest, item, merge_key) else {
            return Err(format!(
                "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                Value::from(items),
                Value::from(order)
            ));
        };
        rest = &rest[index + 1..];
    }
    Ok(())
}

fn delete_scalars(
    original: &mut Map,
    directive: &str,
    list: &str,
    removed: Value,
    purpose: Purpose,
) -> Result<(), String> {
    if purpose == Purpose::JoinPatches {
        original.insert(directive.to_owned(), removed);
        return Ok(());
    }
    let Value::Array(removed) = removed else {
        return Err("invalid patch format of primitive list".to_owned());
    };
    if let Some(Value::Array(items)) = original.get_mut(list) {
        items.retain(|item| !removed.contains(item));
    }
    Ok(())
}
