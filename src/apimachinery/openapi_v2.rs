//! The definitions of `/openapi/v2`: those of all documents of version 3, as the older form writes them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::openapi;

/// What schemas of version 3 may say that version 2 has no words for.
const NEW_WORDS: &[&str] = &["oneOf", "anyOf", "not", "nullable"];

/// The document, without paths; `note` tells its readers so.
#[must_use]
pub fn document(custom: &[&'static Kind], note: &str) -> Arc<[u8]> {
    /// The last one made, with what it was made from.
    static LAST: Mutex<Option<(String, Arc<[u8]>)>> = Mutex::new(None);
    let group_versions: BTreeSet<String> = openapi::served(custom).map(Kind::api_version).collect();
    let hashes = group_versions.iter().filter_map(|group_version| openapi::hash(group_version, custom));
    let identity = hashes.collect::<Vec<_>>().join(" ");
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, made)) = &*last
        && *of == identity
    {
        return Arc::clone(made);
    }
    let mut definitions = Map::new();
    for group_version in &group_versions {
        let Some(document) = openapi::document(group_version, custom) else { continue };
        let text = String::from_utf8_lossy(&document).replace("#/components/schemas/", "#/definitions/");
        let Ok(mut document) = serde_json::from_str::<Value>(&text) else { continue };
        if let Value::Object(schemas) = document["components"]["schemas"].take() {
            definitions.extend(schemas.into_iter().map(|(name, schema)| (name, older(schema))));
        }
    }
    let info = json!({"title": "Kubernetes", "version": "v1.36.2", "description": note});
    let made: Arc<[u8]> = json!({"swagger": "2.0", "info": info, "paths": {}, "definitions": definitions})
        .to_string()
        .into_bytes()
        .into();
    *last = Some((identity, Arc::clone(&made)));
    made
}

/// A schema in the words of version 2.
fn older(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let is_nullable = fields.get("nullable") == Some(&Value::Bool(true));
            let mut fields: Map<String, Value> = fields
                .into_iter()
                .filter(|(name, value)| !NEW_WORDS.contains(&name.as_str()) || !is_a_word(name, value))
                .filter(|(name, value)| !(is_nullable && name == "type" && value.is_string()))
                .map(|(name, value)| (name, older(value)))
                .collect();
            let reference = match fields.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([one]) => one.get("$ref").cloned(),
                _ => None,
            };
            if let Some(reference) = reference {
                fields.remove("allOf");
                fields.remove("default");
                fields.insert("$ref".to_owned(), reference);
            }
            Value::Object(fields)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(older).collect()),
        other => other,
    }
}

/// Whether a key is one of the language, not the name of somebody's property.
fn is_a_word(name: &str, value: &Value) -> bool {
    match name {
        "nullable" => value.is_boolean(),
        "not" => value.get("type").is_none_or(Value::is_string),
        _ => value.is_array(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_kinds_are_defined_in_the_older_words() {
        let document: Value = serde_json::from_slice(&document(&[], "")).unwrap();
        let pod = &document["definitions"]["io.k8s.api.core.v1.Pod"];
        assert_eq!(pod["properties"]["spec"]["$ref"], "#/definitions/io.k8s.api.core.v1.PodSpec");
        assert_eq!(pod["x-kubernetes-group-version-kind"][0]["kind"], "Pod");
        assert!(!document.to_string().contains("#/components/"));
    }
}
