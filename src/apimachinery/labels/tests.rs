//! What label selectors accept, refuse and select.

use crate::base::{Value, json};

use super::LabelSelector;

fn selects(selector: &LabelSelector, labels: &Value) -> bool {
    selector.matches(labels.as_object())
}

#[test]
fn a_typed_selector_selects_as_kubectl_does() {
    let labels = json!({"app": "web", "tier": "front", "n": "5"});
    let cases = [
        ("", true),
        ("app=web", true),
        ("app==web", true),
        ("app!=web", false),
        ("missing!=web", true),
        ("app in (web, db)", true),
        ("app notin (web,db)", false),
        ("missing notin (web)", true),
        ("app", true),
        ("!app", false),
        ("!missing, tier", true),
        ("in=web", false),
        ("n>4,n<6", true),
        ("n>5", false),
        ("app=", false),
        ("app in (,web)", true),
    ];
    for (text, expected) in cases {
        let selector = LabelSelector::parse(text).unwrap();
        assert_eq!(selects(&selector, &labels), expected, "{text}");
    }
}

#[test]
fn the_canonical_text_is_sorted_by_key() {
    let selector = LabelSelector::parse("tier in (b,a), app=web,!old,x").unwrap();
    assert_eq!(selector.to_string(), "app=web,!old,tier in (a,b),x");
}

#[test]
fn wrong_selectors_are_refused_in_upstreams_words() {
    let cases = [
        ("app=web,", "found '', expected: identifier after ','"),
        ("app web", "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"),
        ("=web", "found '=', expected: !, identifier, or 'end of string'"),
        ("app in web", "unable to parse requirement: found 'web' expected: '('"),
        ("app=web x", "found 'x', expected: ',' or 'end of string'"),
        (
            "app in ()",
            "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(LabelSelector::parse(text).unwrap_err(), expected, "{text}");
    }
    let error = LabelSelector::parse("-a=b").unwrap_err();
    assert!(
        error.starts_with(r#"unable to parse requirement: <nil>: Invalid value: "-a": name part must"#),
        "{error}"
    );
}

#[test]
fn selector_objects_select_as_controllers_expect() {
    let labels = json!({"app": "web"});
    let cases = [
        (json!(null), false),
        (json!({}), true),
        (json!({"matchLabels": {"app": "web"}}), true),
        (json!({"matchLabels": {"app": "db"}}), false),
        (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}), true),
        (json!({"matchExpressions": [{"key": "app", "operator": "Exists"}]}), true),
        (json!({"matchExpressions": [{"key": "app", "operator": "Nope"}]}), false),
    ];
    for (object, expected) in cases {
        assert_eq!(selects(&LabelSelector::from_value(&object), &labels), expected, "{object}");
    }
}

#[test]
fn a_map_demands_every_pair() {
    let map = json!({"b": "2", "a": "1"});
    let selector = LabelSelector::from_map(map.as_object().unwrap());
    assert_eq!(selector.to_string(), "a=1,b=2");
    assert!(!selects(&selector, &json!({"a": "1"})));
    assert!(LabelSelector::everything().is_empty());
    assert!(!LabelSelector::nothing().is_empty());
}
