//! The hash that `--append-hash` and kustomizations add to the names of ConfigMaps and Secrets.

use sha2::{Digest, Sha256};

use crate::base::{Map, Value, escape_html};

/// The beginning of the SHA-256 of kind, name and data, in letters that form no words.
pub(super) fn name_hash(object: &Value, name: &str) -> String {
    let mut hashed = Map::new();
    hashed.insert("kind", object["kind"].clone());
    hashed.insert("name", name.into());
    hashed.insert("data", object.get("data").cloned().unwrap_or_else(|| "".into()));
    if object["kind"] == "Secret" {
        hashed.insert("type", object.get("type").cloned().unwrap_or_else(|| "".into()));
    }
    for field in ["binaryData", "stringData"] {
        if let Some(data) = object.get(field) {
            hashed.insert(field.to_owned(), data.clone());
        }
    }
    let text = escape_html(Value::Object(hashed).to_string());
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    digest[..10]
        .chars()
        .map(|c| match c {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn hashes_are_those_of_the_genuine_program() {
        assert_eq!(name_hash(&json!({"kind": "ConfigMap", "data": {"x": "y"}}), "a"), "2f48d8f4f8");
        assert_eq!(name_hash(&json!({"kind": "Secret", "data": {"x": "eQ=="}}), "a"), "mhb52hc7d4");
    }
}
