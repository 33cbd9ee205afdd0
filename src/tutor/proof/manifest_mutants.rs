//! Manifests and patches with one value changed.

use crate::base::{Value, parse_yaml, to_yaml};

use super::mutants::{Change, other_values};

/// The manifests of a text, each change in the whole text; none where it is no YAML.
pub(super) fn in_manifest(text: &str) -> Vec<Change> {
    changes(text, usize::MAX, |documents| {
        documents.iter().map(to_yaml).collect::<Vec<_>>().join("---\n").trim_end().to_owned()
    })
}

/// A patch in JSON or YAML; each change as JSON.
pub(super) fn in_json(text: &str) -> Vec<Change> {
    changes(text, 1, |documents| documents.iter().map(Value::to_string).collect())
}

/// Each change of the first documents of a text, `written` as a whole.
fn changes(text: &str, at_most: usize, written: impl Fn(&[Value]) -> String) -> Vec<Change> {
    let Ok(documents) = parse_yaml(text) else { return Vec::new() };
    let documents: Vec<Value> = documents.into_iter().take(at_most).map(|document| document.value).collect();
    let mut changes = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        for place in places(document) {
            for (to, value) in others(&place) {
                let mut changed = documents.clone();
                if let Some(target) = changed[index].pointer_mut(&place.pointer) {
                    *target = value;
                }
                changes.push(Change {
                    class: place.class,
                    from: shown(&place.value),
                    to,
                    text: written(&changed),
                });
            }
        }
    }
    changes
}

/// A value that says what its class is about.
struct Place {
    class: &'static str,
    pointer: String,
    value: Value,
}

fn places(document: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    walk(document, "", &mut places);
    places
}

fn walk(value: &Value, pointer: &str, places: &mut Vec<Place>) {
    match value {
        Value::Object(map) => {
            for (key, below) in map {
                walk(below, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            for (index, below) in items.iter().enumerate() {
                walk(below, &format!("{pointer}/{index}"), places);
            }
        }
        _ => places.extend(class_of(pointer, value).map(|class| Place {
            class,
            pointer: pointer.to_owned(),
            value: value.clone(),
        })),
    }
}

/// What a scalar at a place is about.
fn class_of(pointer: &str, value: &Value) -> Option<&'static str> {
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    let key = *parts.last()?;
    let parent = parts.len().checked_sub(2).map(|index| parts[index]);
    let is_number = value.is_number();
    match (parent, key) {
        (_, "image") if value.is_string() => Some("image"),
        (Some("metadata"), "name") if parts.len() == 2 => Some("name"),
        (Some("metadata"), "namespace") => Some("namespace"),
        (_, "replicas" | "minReplicas" | "maxReplicas" | "completions" | "parallelism") if is_number => {
            Some("replicas")
        }
        (_, "port" | "targetPort" | "containerPort" | "nodePort") if is_number => Some("port"),
        (Some("labels"), _) => Some("label"),
        (Some("matchLabels"), _) => Some("selector"),
        (Some("selector"), _) if value.is_string() => Some("selector"),
        (Some("spec"), "type") => Some("type"),
        (Some("data" | "stringData"), _) | (_, "schedule" | "mountPath" | "serviceName")
            if value.is_string() =>
        {
            Some("value")
        }
        _ => None,
    }
}

/// Other values in this place: as text, and as the value to write.
fn others(place: &Place) -> Vec<(String, Value)> {
    let to_value = |text: String| {
        let value = match (&place.value, text.parse::<i64>()) {
            (Value::Number(_), Ok(number)) => number.into(),
            _ => Value::String(text.clone()),
        };
        (text, value)
    };
    other_values(place.class, &shown(&place.value)).into_iter().map(to_value).collect()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_that_was_asked_for_is_changed_alone() {
        let service = "kind: Service\nmetadata: {name: web, labels: {a: b}}\nspec:\n  type: NodePort\n  selector: {app: web}\n  ports:\n  - {port: 80, targetPort: 8080, name: http}\n";
        let changes: Vec<String> = in_manifest(service)
            .iter()
            .map(|change| format!("{} {}→{}", change.class, change.from, change.to))
            .collect();
        assert_eq!(
            changes,
            [
                "label b→bx",
                "name web→web-x",
                "port 80→81",
                "port 8080→8081",
                "selector web→webx",
                "type NodePort→ClusterIP",
            ]
        );
        let texts: Vec<String> = in_manifest(service).into_iter().map(|change| change.text).collect();
        let other_port = parse_yaml(&texts[3]).unwrap();
        assert_eq!(other_port[0].value["spec"]["ports"][0]["targetPort"], 8081);
    }
}
