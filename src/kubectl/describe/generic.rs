//! Describes an object of any kind by its fields, their names made readable.

use serde_json::{Map, Value};

use super::text::{Text, scalar, text_of};

/// Fields of metadata that are shown at the top or not at all.
const LEFT_OUT: &[&str] = &["managedFields", "name", "namespace", "labels", "annotations"];

/// Everything but the events (`GenericDescriber`).
pub(crate) fn describe(text: &mut Text, object: &Value) {
    let metadata = &object["metadata"];
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    let Some(map) = object.as_object() else { return };
    let mut shown = map.clone();
    if let Some(metadata) = shown.get_mut("metadata").and_then(Value::as_object_mut) {
        LEFT_OUT.iter().for_each(|field| {
            metadata.remove(*field);
        });
    }
    fields(text, 0, &shown);
}

fn fields(text: &mut Text, level: usize, map: &Map<String, Value>) {
    for (key, value) in map {
        let label = readable(key);
        match value {
            Value::Object(inner) => {
                text.line(level, format!("{label}:"));
                fields(text, level + 1, inner);
            }
            Value::Array(list) => {
                text.line(level, format!("{label}:"));
                items(text, level + 1, list);
            }
            other => text.field(level, &label, go_scalar(other)),
        }
    }
}

fn items(text: &mut Text, level: usize, list: &[Value]) {
    for item in list {
        match item {
            Value::Object(inner) => fields(text, level, inner),
            Value::Array(inner) => items(text, level + 1, inner),
            other => text.line(level, go_scalar(other)),
        }
    }
}

fn go_scalar(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { scalar(value) }
}

/// `creationTimestamp` → `Creation Timestamp`, `apiVersion` → `API Version`.
fn readable(key: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for character in key.chars() {
        if words.is_empty() || (character.is_uppercase() && previous_lower) {
            words.push(String::new());
        }
        previous_lower = character.is_lowercase() || character.is_numeric();
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    let capital = |word: String| match word.as_str() {
        "api" | "Api" => "API".to_owned(),
        "url" | "Url" => "URL".to_owned(),
        "uid" | "Uid" => "UID".to_owned(),
        "osb" => "OSB".to_owned(),
        "gid" => "GID".to_owned(),
        _ => {
            let mut characters = word.chars();
            characters
                .next()
                .map(|first| first.to_uppercase().chain(characters).collect())
                .unwrap_or_default()
        }
    };
    words.into_iter().map(capital).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_become_words() {
        assert_eq!(readable("creationTimestamp"), "Creation Timestamp");
        assert_eq!(readable("apiVersion"), "API Version");
        assert_eq!(readable("uid"), "UID");
    }
}
