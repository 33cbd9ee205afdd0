//! Expectations that cannot all hold at once, and tests of one value that no value meets.

use super::super::check_reader::is_remembered;
use super::super::diagnostic::Report;
use super::super::node::Node;
use crate::apimachinery::{Kind, Quantity};
use crate::base::{Map, Value};

/// Looks at the expectations of a block, each beside those before it.
pub(super) fn lint(items: &[Node<'_>], report: &mut Report) {
    for (index, item) in items.iter().enumerate() {
        for earlier in &items[..index] {
            let there_and_not = |one: &Node<'_>, other: &Node<'_>, report: &Report| {
                let named = named(one, "object", report);
                named.is_some() && named == self::named(other, "absent", report)
            };
            if there_and_not(item, earlier, report) || there_and_not(earlier, item, report) {
                let message = "this cannot hold: the object is to be there and to be absent";
                report.broken("cannot-hold", item.at(), message, None);
            }
            let object = named(item, "object", report);
            if object.is_some() && object == named(earlier, "object", report) {
                matches(item, earlier, report);
            }
            selections(item, earlier, report);
        }
    }
}

/// The object that an expectation names.
fn named(item: &Node<'_>, key: &str, report: &Report) -> Option<(&'static Kind, String, Option<String>)> {
    let (kind, name) = item.value[key].as_str()?.split_once('/')?;
    let namespace = item.value["namespace"].as_str().map(str::to_owned);
    Some((report.kind(kind)?, name.to_owned(), namespace))
}

/// Two matches of one object.
fn matches(item: &Node<'_>, earlier: &Node<'_>, report: &mut Report) {
    if let Some((path, here, above)) = conflict(&item.value["contains"], &earlier.value["contains"], "") {
        let message = format!("this cannot hold: {path} is to be {here} here and {above} above");
        report.broken("cannot-hold", item.at(), message, None);
    }
}

/// The first place at which no value meets both.
fn conflict(here: &Value, above: &Value, path: &str) -> Option<(String, String, String)> {
    let both = || Some((path.trim_start_matches('.').to_owned(), here.to_string(), above.to_string()));
    match (tests(here), tests(above)) {
        (Some(one), Some(two)) => {
            let all: Vec<_> = one.into_iter().chain(two).collect();
            is_impossible(&all).then(both).flatten()
        }
        (None, None) => {
            let (Some(one), Some(two)) = (here.as_object(), above.as_object()) else { return None };
            one.iter().find_map(|(key, value)| conflict(value, two.get(key)?, &format!("{path}.{key}")))
        }
        (Some(tests), None) | (None, Some(tests)) => {
            // Fields are to be there, and the whole is not.
            let absent = tests.iter().any(|(test, flag)| *test == "$exists" && **flag == Value::Bool(false));
            let whole = if tests_of(here).is_some() { above } else { here };
            (absent && !whole.is_null()).then(both).flatten()
        }
    }
}

/// What is asked of a single value: its tests, or that it is this one; `None` of what holds fields or items.
fn tests(value: &Value) -> Option<Vec<(&str, &Value)>> {
    match value {
        Value::Object(_) => tests_of(value),
        Value::Array(_) | Value::Null => None,
        value => Some(vec![("$equalTo", value)]),
    }
}

fn tests_of(value: &Value) -> Option<Vec<(&str, &Value)>> {
    let is_tests = |map: &&Map| !map.is_empty() && map.keys().all(|key| key.starts_with('$'));
    let map = value.as_object().filter(is_tests)?;
    Some(map.iter().map(|(test, argument)| (test.as_str(), argument)).collect())
}

/// Whether none of the values that a map of tests names meets all of them; bounds alone are told of elsewhere.
pub(super) fn excludes_itself(node: &Node<'_>) -> bool {
    let names_values = |(test, _): &(&str, &Value)| matches!(*test, "$equalTo" | "$oneOf");
    tests_of(node.value).is_some_and(|tests| tests.iter().any(names_values) && is_impossible(&tests))
}

/// Bounds of an amount: whether the bound is the least there may be, and whether it counts itself.
const BOUNDS: &[(&str, bool, bool)] = &[
    ("$atLeast", true, true),
    ("$moreThan", true, false),
    ("$atMost", false, true),
    ("$lessThan", false, false),
];

/// Whether no value meets all of these tests.
fn is_impossible(tests: &[(&str, &Value)]) -> bool {
    let known: Vec<(&str, &Value)> =
        tests.iter().filter(|(_, argument)| !is_remembered(argument)).copied().collect();
    let choices = known.iter().find_map(|(test, argument)| match *test {
        "$equalTo" if !argument.is_object() => Some(vec![*argument]),
        "$oneOf" => argument.as_array().map(|list| list.iter().collect()),
        _ => None,
    });
    let Some(choices) = choices else { return bounds_exclude(&known) };
    // An empty choice is told of by itself.
    !choices.is_empty()
        && !choices.iter().any(|value| {
            is_remembered(value) || known.iter().all(|(test, argument)| admits(test, argument, value))
        })
}

/// Whether a value meets a test, as far as that can be told.
fn admits(test: &str, argument: &Value, value: &Value) -> bool {
    let among = |list: &Value| list.as_array().is_some_and(|list| list.contains(value));
    match test {
        "$equalTo" => argument.is_object() || argument == value,
        "$notEqualTo" => argument != value,
        "$oneOf" => !argument.is_array() || among(argument),
        "$noneOf" => !among(argument),
        "$exists" => *argument != Value::Bool(false),
        _ => match (BOUNDS.iter().find(|(one, ..)| *one == test), amount(argument), amount(value)) {
            (Some((_, least, closed)), Some(bound), Some(value)) => {
                (*closed && value == bound) || if *least { value > bound } else { value < bound }
            }
            _ => true,
        },
    }
}

/// Whether nothing lies between bounds, or something is to be absent and to have a value.
fn bounds_exclude(tests: &[(&str, &Value)]) -> bool {
    let exists =
        |wanted: bool| tests.iter().any(|(test, flag)| *test == "$exists" && **flag == Value::Bool(wanted));
    let of = |least: bool| {
        BOUNDS.iter().filter(move |(_, one, _)| *one == least).flat_map(move |(name, _, closed)| {
            let bounds = tests.iter().filter(move |(test, _)| test == name);
            bounds.filter_map(move |(_, argument)| Some((amount(argument)?, *closed)))
        })
    };
    let apart = of(true)
        .any(|(low, closed)| of(false).any(|(high, also)| low > high || low == high && !(closed && also)));
    apart || (exists(true) && exists(false))
}

fn amount(value: &Value) -> Option<Quantity> {
    (value.is_number() || value.is_string()).then(|| Quantity::from_value(value)).flatten()
}

/// How many objects an expectation lets a selection have; `None` where it says nothing of that.
pub(super) fn range(item: &Value) -> Option<(u64, Option<u64>)> {
    let count = &item["count"];
    if let Some(exactly) = count.as_u64() {
        return Some((exactly, Some(exactly)));
    }
    if count.is_object() {
        return Some((count["atLeast"].as_u64().unwrap_or(0), count["atMost"].as_u64()));
    }
    let some = ["every", "any"].iter().any(|key| !item[*key].is_null());
    some.then_some((1, None))
}

/// Whether two expectations select the same objects.
pub(super) fn select_the_same(one: &Value, other: &Value) -> bool {
    let same = |key: &str| one.get(key) == other.get(key);
    one["select"].is_string() && ["select", "where", "namespace"].into_iter().all(same)
}

/// Two expectations about the same selection.
fn selections(item: &Node<'_>, earlier: &Node<'_>, report: &mut Report) {
    let (here, above) = (item.value, earlier.value);
    if !select_the_same(here, above) {
        return;
    }
    let apart = |one: (u64, Option<u64>), two: (u64, Option<u64>)| {
        one.1.is_some_and(|most| most < two.0) || two.1.is_some_and(|most| most < one.0)
    };
    let negated = |one: &Value, two: &Value| {
        let none = &one["none"];
        !none.is_null() && ["any", "every"].iter().any(|key| two[*key] == *none)
    };
    if range(here).zip(range(above)).is_some_and(|(one, two)| apart(one, two)) {
        let message = "this cannot hold: a check above asks for another number of these";
        report.broken("cannot-hold", item.at(), message, None);
    } else if negated(here, above) || negated(above, here) {
        let message = "this cannot hold: a check above asks for the opposite of the same objects";
        report.broken("cannot-hold", item.at(), message, None);
    }
}
