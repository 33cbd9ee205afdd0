//! Alternatives of `either`: none may always hold, and each accepts something that the others do not.

use crate::base::{Map, Value};

use super::super::diagnostic::Report;
use super::super::node::Node;
use super::contradictions::{range, select_the_same};
use super::expectations::{essence, leaves};

/// Looks at the alternatives in a list.
pub(super) fn lint(list: &Node<'_>, items: &[Node<'_>], report: &mut Report) {
    if items.is_empty() {
        return report.broken(
            "cannot-hold",
            list.at(),
            "this cannot hold: there is nothing to choose from",
            None,
        );
    }
    let values: Vec<Value> = items.iter().map(|item| essence(item.value)).collect();
    if values.iter().any(|one| values.iter().any(|other| opposite(one, other))) {
        let message = "this cannot fail: one of the alternatives always holds";
        let hint = "leave out the one that asks for nothing".to_owned();
        return report.broken("cannot-fail", list.at(), message, Some(hint));
    }
    if items.len() == 1 {
        let hint = "write the expectation without `either`, or add the other way".to_owned();
        return report.broken("either-pointless", list.at(), "there is one alternative only", Some(hint));
    }
    for (index, one) in values.iter().enumerate() {
        let covers = |(number, other): &(usize, &Value)| {
            // Of two that say the same, the later one is told.
            *number != index && implies(one, other) && !(implies(other, one) && *number > index)
        };
        if let Some((number, _)) = values.iter().enumerate().find(covers) {
            let message = format!(
                "alternative {} is needless: where it holds, alternative {} does",
                index + 1,
                number + 1
            );
            let hint = "leave it out, or ask for more in the other".to_owned();
            report.broken("either-pointless", items[index].at(), message, Some(hint));
        }
    }
}

/// Whether one of two alternatives holds in any state.
fn opposite(one: &Value, other: &Value) -> bool {
    let same = |key: &str| one.get(key) == other.get(key);
    let only_there = |map: &Map| map.keys().all(|key| matches!(key.as_str(), "object" | "namespace"));
    let there_or_not = one["object"].is_string()
        && one["object"] == other["absent"]
        && one.as_object().is_some_and(only_there)
        && same("namespace");
    let negated = || {
        let (Some(one), Some(other)) = (one["cel"].as_str(), other["cel"].as_str()) else { return false };
        let plain = |text: &str| text.replace([' ', '(', ')'], "");
        plain(other) == format!("!{}", plain(one))
    };
    let counted = || {
        let (Some((0, most)), Some((least, None))) = (range(one), range(other)) else { return false };
        // `every` and `any` ask for more than that there is one.
        !other["count"].is_null() && most.is_none_or(|most| least <= most.saturating_add(1))
    };
    let some_or_none = || !one["none"].is_null() && one["none"] == other["any"];
    there_or_not
        || (select_the_same(one, other) && (counted() || some_or_none()))
        || (same("object") && same("select") && negated())
        || flips(one, other)
}

/// Whether two matches of one object differ in a single test that one of them always meets.
fn flips(one: &Value, other: &Value) -> bool {
    if one["object"] != other["object"] || one["object"].is_null() {
        return false;
    }
    let (a, b) = (leaves(&one["contains"]), leaves(&other["contains"]));
    let [(first, value)] = a.as_slice() else { return false };
    let [(second, opposite)] = b.as_slice() else { return false };
    let exists = first == second && first.ends_with("/$exists");
    let equal = first.strip_suffix("/$equalTo").unwrap_or(first);
    let unequal = second.strip_suffix("/$notEqualTo");
    (exists && value.as_bool().is_some() && value.as_bool() == opposite.as_bool().map(|flag| !flag))
        || (unequal == Some(equal) && value == opposite)
}

/// Whether the second holds wherever the first does, as far as that can be read.
fn implies(one: &Value, other: &Value) -> bool {
    let same = |key: &str| one.get(key) == other.get(key);
    if one == other {
        return true;
    }
    if one["object"].is_string() && same("object") && same("namespace") {
        let contains = other["contains"].is_null() || within(&other["contains"], &one["contains"]);
        return contains && ["settled", "cel"].iter().all(|key| other[*key].is_null() || same(key));
    }
    if !select_the_same(one, other) {
        return false;
    }
    let narrower = |(one, other): ((u64, Option<u64>), (u64, Option<u64>))| {
        one.0 >= other.0 && other.1.is_none_or(|most| one.1.is_some_and(|one| one <= most))
    };
    let nobody = range(one) == Some((0, Some(0)));
    (!other["count"].is_null() && range(one).zip(range(other)).is_some_and(narrower))
        || (nobody && !other["none"].is_null())
        || (!one["every"].is_null() && one["every"] == other["any"])
}

/// Whether everything that the first partial object asks for is asked for by the second.
fn within(small: &Value, big: &Value) -> bool {
    match (small, big) {
        (Value::Object(small), Value::Object(big)) => {
            small.iter().all(|(key, value)| big.get(key).is_some_and(|other| within(value, other)))
        }
        (small, big) => small == big,
    }
}
