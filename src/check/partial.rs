//! Compares an object with what an author wrote of it: only the paths that were written count.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Characters of a value that are shown.
const SHOWN_MAX: usize = 60;

/// Values remembered at the beginning of a step.
pub(super) type Snap = BTreeMap<String, Value>;

/// A path at which an object is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// Like `spec.replicas`; empty for the object itself.
    pub path: String,
    /// What should stand there.
    pub expected: String,
    /// What stands there; `None` for nothing.
    pub actual: Option<String>,
}

/// Where an object differs from what is expected of it; a null expects nothing.
pub(super) fn gaps(expected: &Value, actual: Option<&Value>, snap: &Snap) -> Vec<Gap> {
    let mut comparison = Comparison { snap, gaps: Vec::new() };
    if !expected.is_null() {
        comparison.compare(expected, actual, "");
    }
    comparison.gaps
}

struct Comparison<'a> {
    snap: &'a Snap,
    gaps: Vec<Gap>,
}

impl Comparison<'_> {
    fn compare(&mut self, expected: &Value, actual: Option<&Value>, path: &str) {
        match expected {
            Value::Object(map) if is_test(map) => {
                for (test, argument) in map {
                    self.test(test, argument, actual, path);
                }
            }
            Value::Object(map) => self.compare_map(map, actual, path),
            Value::Array(items) => self.compare_list(items, actual, path),
            Value::Null => {}
            _ if actual.is_some_and(|actual| same(expected, actual)) => {}
            _ => self.gap(path, show(expected), actual),
        }
    }

    fn compare_map(&mut self, map: &Map<String, Value>, actual: Option<&Value>, path: &str) {
        if map.is_empty() && !actual.is_some_and(Value::is_object) {
            self.gap(path, "{}".to_owned(), actual);
        }
        for (key, value) in map {
            let step = if key.contains(['.', '/']) { format!("[{key:?}]") } else { key.clone() };
            let separator = if path.is_empty() || step.starts_with('[') { "" } else { "." };
            let below = actual.and_then(|actual| actual.get(key));
            self.compare(value, below, &format!("{path}{separator}{step}"));
        }
    }

    /// Each expected item needs an item of its own that contains it.
    fn compare_list(&mut self, items: &[Value], actual: Option<&Value>, path: &str) {
        let found = actual.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let fits = |expected: &Value, found: &Value| gaps(expected, Some(found), self.snap).is_empty();
        let mut taken = vec![None; found.len()];
        let mut missing = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let mut tried = vec![false; found.len()];
            let candidates = &|item: usize, place: usize| fits(&items[item], &found[place]);
            if !assign(index, candidates, &mut taken, &mut tried) {
                missing.push((index, item));
            }
        }
        let mut told: Vec<&Value> = Vec::new();
        for (index, item) in missing {
            if !told.contains(&item) {
                told.push(item);
                self.explain_missing_item((index, item), found, path);
            }
        }
    }

    /// Says of a list item that was not found how the one that comes nearest differs.
    fn explain_missing_item(&mut self, (index, item): (usize, &Value), found: &[Value], path: &str) {
        let before = self.gaps.len();
        if let Some(nearest) = self.nearest(item, found) {
            self.compare(item, Some(&found[nearest]), &format!("{path}[{nearest}]"));
        }
        // None is there, or the nearest fits but serves another expectation already.
        if self.gaps.len() == before {
            self.gap(&format!("{path}[{index}]"), show(item), None);
        }
    }

    /// The item of that type or name; without one of that name, the one with the fewest gaps.
    fn nearest(&self, item: &Value, found: &[Value]) -> Option<usize> {
        let of_same = |key: &str| {
            let wanted = item.get(key).filter(|value| value.is_string())?;
            Some(found.iter().position(|candidate| candidate.get(key) == Some(wanted)))
        };
        if let Some(of_type) = of_same("type") {
            return of_type;
        }
        let fewest_gaps =
            || (0..found.len()).min_by_key(|index| gaps(item, Some(&found[*index]), self.snap).len());
        of_same("name").flatten().or_else(fewest_gaps)
    }

    fn test(&mut self, test: &str, argument: &Value, actual: Option<&Value>, path: &str) {
        let argument = self.resolve(argument);
        let holds = match test {
            "$exists" => argument.as_bool() == Some(actual.is_some_and(|actual| !actual.is_null())),
            "$equalTo" => actual.is_some_and(|actual| same(&argument, actual)),
            "$notEqualTo" => actual.is_some_and(|actual| !same(&argument, actual)),
            "$oneOf" => argument.as_array().is_some_and(|candidates| {
                actual.is_some_and(|actual| candidates.iter().any(|candidate| same(candidate, actual)))
            }),
            "$atLeast" => number(actual).unwrap_or(0.0) >= number(Some(&argument)).unwrap_or(f64::INFINITY),
            "$atMost" => {
                number(actual).unwrap_or(0.0) <= number(Some(&argument)).unwrap_or(f64::NEG_INFINITY)
            }
            "$contains" => {
                let part = argument.as_str().unwrap_or_default();
                actual.and_then(Value::as_str).is_some_and(|text| text.contains(part))
            }
            "$image" => {
                let wanted = argument.as_str().unwrap_or_default();
                actual.and_then(Value::as_str).is_some_and(|image| full_image(image) == full_image(wanted))
            }
            _ => false,
        };
        if !holds {
            self.gap(path, wording(test, &argument), actual);
        }
    }

    /// `snap.NAME` stands for a remembered value.
    fn resolve(&self, argument: &Value) -> Value {
        let name = argument.as_str().and_then(|text| text.strip_prefix("snap."));
        match name {
            Some(name) => self.snap.get(name).cloned().unwrap_or(Value::Null),
            None => argument.clone(),
        }
    }

    fn gap(&mut self, path: &str, expected: String, actual: Option<&Value>) {
        let actual = actual.filter(|actual| !actual.is_null()).map(|actual| shorten(&show(actual)));
        self.gaps.push(Gap { path: path.to_owned(), expected: shorten(&expected), actual });
    }
}

/// Gives item `item` a place of its own, moving earlier items to other places that fit (Kuhn's algorithm).
fn assign(
    item: usize,
    fits: &dyn Fn(usize, usize) -> bool,
    taken: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for place in 0..taken.len() {
        if tried[place] || !fits(item, place) {
            continue;
        }
        tried[place] = true;
        let free = match taken[place] {
            None => true,
            Some(other) => assign(other, fits, taken, tried),
        };
        if free {
            taken[place] = Some(item);
            return true;
        }
    }
    false
}

fn is_test(map: &Map<String, Value>) -> bool {
    !map.is_empty() && map.keys().all(|key| key.starts_with('$'))
}

fn same(one: &Value, two: &Value) -> bool {
    match (one.as_f64(), two.as_f64()) {
        (Some(one), Some(two)) => one.total_cmp(&two).is_eq(),
        _ => one == two,
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// An image with the registry, folder and tag that are meant where they are left out.
fn full_image(image: &str) -> String {
    let image =
        image.strip_prefix("docker.io/").or_else(|| image.strip_prefix("index.docker.io/")).unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    let name = image.rsplit('/').next().unwrap_or(image);
    if name.contains([':', '@']) { image.to_owned() } else { format!("{image}:latest") }
}

/// How a test reads to a learner.
fn wording(test: &str, argument: &Value) -> String {
    match test {
        "$exists" if argument.as_bool() == Some(false) => "-".to_owned(),
        "$exists" => "…".to_owned(),
        "$notEqualTo" => format!("≠ {}", show(argument)),
        "$atLeast" => format!("≥ {}", show(argument)),
        "$atMost" => format!("≤ {}", show(argument)),
        "$contains" => format!("… {} …", show(argument)),
        "$oneOf" => {
            let items = argument.as_array().into_iter().flatten().map(show);
            items.collect::<Vec<_>>().join(" | ")
        }
        _ => show(argument),
    }
}

/// A text that fits into a line.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value in few words.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| match value {
                Value::Object(test) if is_test(test) => format!("{key}: {}", test_text(test)),
                value => format!("{key}: {}", show(value)),
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

fn test_text(test: &Map<String, Value>) -> String {
    test.iter().map(|(test, argument)| wording(test, argument)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
