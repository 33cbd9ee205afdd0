//! Partial objects against whole ones.

use super::*;
use crate::base::json;

fn of(expected: Value, actual: &Value) -> Vec<String> {
    let snap = Snap::from([("uid".to_owned(), json!("a-1"))]);
    gaps(&expected, Some(actual), &snap)
        .into_iter()
        .map(|gap| format!("{}: {} / {}", gap.path, gap.expected, gap.actual.unwrap_or_default()))
        .collect()
}

#[test]
fn only_written_paths_count() {
    let actual = json!({"spec": {"replicas": 1, "paused": true}});
    assert_eq!(of(json!({"spec": {"replicas": 3}}), &actual), ["spec.replicas: 3 / 1"]);
    assert!(of(json!({"spec": {"replicas": 1}}), &actual).is_empty());
    assert!(of(json!({"spec": {}}), &actual).is_empty());
    assert_eq!(of(json!({"status": {"x": 1}}), &actual), ["status.x: 1 / "]);
}

#[test]
fn lists_are_compared_by_content_not_by_index() {
    let actual = json!({"c": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y"}]});
    assert!(of(json!({"c": [{"name": "b"}]}), &actual).is_empty());
    assert_eq!(of(json!({"c": [{"name": "a", "image": "x:2"}]}), &actual), ["c[0].image: x:2 / x:1"]);
    assert_eq!(of(json!({"c": [{"name": "z"}]}), &actual).len(), 1);
}

#[test]
fn one_item_does_not_serve_two_expectations_and_order_does_not_matter() {
    let actual = json!({"p": [{"port": 80, "name": "web"}, {"port": 80}]});
    assert!(of(json!({"p": [{"port": 80}, {"name": "web"}]}), &actual).is_empty());
    assert_eq!(of(json!({"p": [{"name": "web"}, {"name": "web"}]}), &actual).len(), 1);
}

#[test]
fn a_difference_is_one_short_line_about_the_item_that_was_meant() {
    let actual = json!({
        "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "False"}],
        "endpoints": [{"conditions": {"ready": true}}],
        "text": "x".repeat(500),
    });
    assert_eq!(
        of(json!({"conditions": [{"type": "Ready", "status": "True"}]}), &actual),
        ["conditions[1].status: True / False"]
    );
    let ready = json!({"conditions": {"ready": true}});
    assert_eq!(
        of(json!({"endpoints": [ready.clone(), ready.clone(), ready]}), &actual),
        ["endpoints[1]: {conditions: {ready: true}} / "]
    );
    assert!(of(json!({"text": "y"}), &actual)[0].chars().count() < 80);
}

#[test]
fn tests_stand_in_place_of_values() {
    let actual = json!({"uid": "b-2", "n": 3, "image": "docker.io/you/app", "t": "not found"});
    assert!(of(json!({"uid": {"$notEqualTo": "snap.uid"}}), &actual).is_empty());
    assert_eq!(of(json!({"uid": {"$equalTo": "snap.uid"}}), &actual), ["uid: a-1 / b-2"]);
    assert!(of(json!({"n": {"$atLeast": 2, "$atMost": 3}}), &actual).is_empty());
    assert_eq!(of(json!({"n": {"$atLeast": 4}}), &actual), ["n: ≥ 4 / 3"]);
    assert!(of(json!({"image": {"$image": "you/app:latest"}}), &actual).is_empty());
    assert_eq!(of(json!({"image": {"$image": "you/app:2"}}), &actual).len(), 1);
    assert!(of(json!({"t": {"$contains": "found"}, "gone": {"$exists": false}}), &actual).is_empty());
    assert!(of(json!({"n": {"$oneOf": [1, 3]}}), &actual).is_empty());
    assert_eq!(of(json!({"n": {"$exists": false}}), &actual).len(), 1);
}
