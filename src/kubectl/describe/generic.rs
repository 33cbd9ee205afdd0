//! Describes an object of any kind by its fields, their names made readable.

use crate::base::{Map, Value};

use super::text::{Text, scalar, text_of};

/// Fields of metadata that are shown at the top or not at all.
const LEFT_OUT: &[&str] = &["managedFields", "name", "namespace", "labels", "annotations"];

/// So many capitals in a row are an acronym.
const ACRONYM: usize = 3;

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
            metadata.remove(field);
        });
    }
    fields(text, 0, &shown);
}

fn fields(text: &mut Text, level: usize, map: &Map) {
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

/// `creationTimestamp` → `Creation Timestamp`, `apiVersion` → `API Version`; what is not made of letters stays.
fn readable(key: &str) -> String {
    if key.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return key.to_owned();
    }
    let capital = |word: String| match word.to_uppercase().as_str() {
        known @ ("API" | "URL" | "UID" | "OSB" | "GUID") => known.to_owned(),
        _ => {
            let mut characters = word.chars();
            let first = characters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(characters).collect()
        }
    };
    camel_case(key).into_iter().map(capital).collect::<Vec<String>>().join(" ")
}

/// Splits where small and capital letters meet. The last of two capitals begins the next word, but three or more
/// are an acronym that keeps what follows: `podIPs` falls apart at its end, `nonResourceURLs` does not.
fn camel_case(key: &str) -> Vec<String> {
    let class = |c: char| {
        if c.is_lowercase() {
            1
        } else if c.is_uppercase() {
            2
        } else {
            3
        }
    };
    let mut runs: Vec<String> = Vec::new();
    let mut last = 0;
    for character in key.chars() {
        match runs.last_mut() {
            Some(run) if class(character) == last => run.push(character),
            _ => runs.push(character.to_string()),
        }
        last = class(character);
    }
    for index in 1..runs.len() {
        if !runs[index].starts_with(char::is_lowercase) || !runs[index - 1].ends_with(char::is_uppercase) {
            continue;
        }
        if runs[index - 1].chars().count() >= ACRONYM {
            let rest = std::mem::take(&mut runs[index]);
            runs[index - 1].push_str(&rest);
        } else if let Some(capital) = runs[index - 1].pop() {
            runs[index].insert(0, capital);
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_become_words() {
        assert_eq!(readable("creationTimestamp"), "Creation Timestamp");
        assert_eq!(readable("apiVersion"), "API Version");
        assert_eq!(readable("uid"), "UID");
        assert_eq!(readable("nonResourceURLs"), "Non Resource URLs");
        assert_eq!(readable("openAPIV3Schema"), "openAPIV3Schema");
        assert_eq!(readable("podCIDRs"), "Pod CIDRs");
        assert_eq!(readable("insecureSkipTLSVerify"), "Insecure Skip TLSVerify");
        assert_eq!(readable("clusterIPs"), "Cluster I Ps");
        assert_eq!(readable("fooXs"), "Foo Xs");
    }
}
