//! The document of `/openapi/v2`: what all documents of version 3 say, as the older form writes it.

mod gnostic;
mod paths;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{Map, Value, json};

use super::kinds::Kind;
use super::openapi;
use super::schema::Descriptions;

/// What schemas of version 3 may say that version 2 has no words for, or that is left out of it.
const NEW_WORDS: &[&str] = &["oneOf", "anyOf", "not", "nullable", "default"];

/// How the document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenApiV2Form {
    /// As text.
    Json,
    /// As gnostic's message `openapi.v2.Document`.
    Protobuf,
}

/// A document, and the hash of what it is made from.
type Made = (String, Arc<[u8]>);

/// A text that is another one as soon as the document is; no document need be made to tell it.
#[must_use]
pub fn hash(custom: &[&'static Kind]) -> String {
    let group_versions = group_versions(custom);
    let hashes = group_versions.iter().filter_map(|group_version| openapi::hash(group_version, custom));
    format!("{:016X}", openapi::fnv(openapi::FNV_OFFSET, &hashes.collect::<String>()))
}

/// The document in one of its forms.
#[must_use]
pub fn document(custom: &[&'static Kind], form: OpenApiV2Form) -> Arc<[u8]> {
    /// The last ones, in each form.
    static LAST: Mutex<[Option<Made>; 2]> = Mutex::new([const { None }; 2]);
    let hash = hash(custom);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let slot = &mut last[usize::from(form == OpenApiV2Form::Protobuf)];
    if let Some((_, made)) = slot.as_ref().filter(|(made_from, _)| *made_from == hash) {
        return Arc::clone(made);
    }
    let document = build(custom);
    let bytes: Arc<[u8]> = match form {
        OpenApiV2Form::Json => document.to_string().into_bytes().into(),
        OpenApiV2Form::Protobuf => gnostic::document(&document).into(),
    };
    *slot = Some((hash, Arc::clone(&bytes)));
    bytes
}

fn group_versions(custom: &[&'static Kind]) -> BTreeSet<String> {
    openapi::served(custom).map(Kind::api_version).collect()
}

fn build(custom: &[&'static Kind]) -> Value {
    // Collected once, and no document of version 3 is kept that nobody asked for.
    let descriptions = Descriptions::collect();
    let (mut definitions, mut paths) = (Map::new(), Map::new());
    for group_version in group_versions(custom) {
        let document = openapi::build(&group_version, custom, &descriptions);
        let text = document.to_string().replace("#/components/schemas/", "#/definitions/");
        let Ok(mut document) = serde_json::from_str::<Value>(&text) else { continue };
        if let Value::Object(schemas) = document["components"]["schemas"].take() {
            definitions.extend(schemas.into_iter().map(|(name, schema)| (name, older(schema))));
        }
        if let Value::Object(items) = document["paths"].take() {
            paths.extend(items.into_iter().map(|(path, item)| (path, paths::older(item))));
        }
    }
    for name in [openapi::QUANTITY, openapi::INT_OR_STRING] {
        if let Some(Value::Object(schema)) = definitions.get_mut(name) {
            schema.insert("type", "string".into());
        }
    }
    let token = json!({
        "description": "Bearer Token authentication", "in": "header", "name": "authorization", "type": "apiKey",
    });
    json!({
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": "v1.36.2"},
        "paths": paths,
        "definitions": definitions,
        "securityDefinitions": {"BearerToken": token},
        "security": [{"BearerToken": []}],
    })
}

/// A schema in the words of version 2.
fn older(schema: Value) -> Value {
    let Value::Object(mut fields) = schema else { return schema };
    let is_nullable = fields.get("nullable") == Some(&Value::Bool(true));
    let is_new = |name: &str| NEW_WORDS.contains(&name) || (is_nullable && name == "type");
    fields.retain(|name, _| !is_new(name));
    for (name, part) in &mut fields {
        match (name.as_str(), part) {
            ("properties", Value::Object(parts)) => {
                parts.values_mut().for_each(|part| *part = older(part.take()));
            }
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| *part = older(part.take())),
            ("items" | "additionalProperties", part) => *part = older(part.take()),
            _ => {}
        }
    }
    let reference = match fields.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one]) => one.get("$ref").cloned(),
        _ => None,
    };
    if let Some(reference) = reference {
        fields.remove("allOf");
        fields.insert("$ref", reference);
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENSIONS: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

    #[test]
    fn builtin_kinds_are_defined_in_the_older_words() {
        let document: Value = serde_json::from_slice(&document(&[], OpenApiV2Form::Json)).unwrap();
        let pod = &document["definitions"]["io.k8s.api.core.v1.Pod"];
        assert_eq!(pod["properties"]["spec"]["$ref"], "#/definitions/io.k8s.api.core.v1.PodSpec");
        assert_eq!(pod["x-kubernetes-group-version-kind"][0]["kind"], "Pod");
        assert!(!document.to_string().contains("#/components/"));
        let props = &document["definitions"][format!("{EXTENSIONS}.JSONSchemaProps")]["properties"];
        assert_eq!(props["not"]["$ref"], format!("#/definitions/{EXTENSIONS}.JSONSchemaProps"));
    }
}
