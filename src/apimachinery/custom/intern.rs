//! One `Kind` for every different version of a definition, kept for the life of the process.
//!
//! Kinds are compared by where they stand in memory and held everywhere as `&'static`; so those of
//! definitions are made once and never freed. Equal ones are shared, and there is a bound.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{CustomType, Definition, PrinterColumn, ScalePaths};
use crate::apimachinery::kinds::{Kind, NO_PLACE, Subresource};
use crate::apimachinery::object::Object;
use crate::base::{Value, json};

/// How many different versions of definitions one process can hold.
const KINDS_MAX: usize = 10_000;

/// The verbs of custom resources, in discovery's order.
const VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const SUBRESOURCE_VERBS: &[&str] = &["get", "patch", "update"];

/// The kinds that a CustomResourceDefinition describes; `None` when it has no storage version or the
/// process can hold no more.
#[must_use]
pub fn define(definition: &Object) -> Option<Definition> {
    let versions = definition.list("/spec/versions");
    let stored = versions.iter().find(|version| version["storage"] == true)?;
    let storage = interned(definition, stored, None)?;
    let mut served = Vec::new();
    for version in versions.iter().filter(|version| version["served"] == true) {
        served.push(if version["name"] == stored["name"] {
            storage
        } else {
            interned(definition, version, Some(storage))?
        });
    }
    served.sort_by(|a, b| by_priority(a.version, b.version));
    Some(Definition { storage, served })
}

fn interned(definition: &Object, version: &Value, storage: Option<&'static Kind>) -> Option<&'static Kind> {
    static KINDS: Mutex<BTreeMap<String, &'static Kind>> = Mutex::new(BTreeMap::new());
    let spec = |field: &str| definition.get(&format!("/spec/{field}"));
    let (stored, newest) =
        (storage.map(|storage| storage as *const Kind as usize), newest_version(definition));
    let identity = json!([spec("group"), spec("names"), spec("scope"), version, stored, newest]).to_string();
    let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kind) = kinds.get(&identity) {
        return Some(kind);
    }
    if kinds.len() >= KINDS_MAX {
        return None;
    }
    let kind: &'static Kind = Box::leak(Box::new(kind_of(definition, version, storage)));
    kinds.insert(identity, kind);
    Some(kind)
}

fn kind_of(definition: &Object, version: &Value, storage: Option<&'static Kind>) -> Kind {
    let names = |field: &str| kept(definition.text(&format!("/spec/names/{field}")));
    let list = |field: &str| kept_all(definition.list(&format!("/spec/names/{field}")));
    let kind = names("kind");
    let mut subresources = Vec::new();
    if version["subresources"].get("scale").is_some_and(Value::is_object) {
        let verbs = SUBRESOURCE_VERBS;
        subresources.push(Subresource {
            name: "scale",
            group: "autoscaling",
            version: "v1",
            kind: "Scale",
            verbs,
        });
    }
    if version["subresources"].get("status").is_some_and(Value::is_object) {
        subresources.push(Subresource {
            name: "status",
            group: "",
            version: "",
            kind,
            verbs: SUBRESOURCE_VERBS,
        });
    }
    Kind {
        group: kept(definition.text("/spec/group")),
        version: kept(version["name"].as_str().unwrap_or_default()),
        kind,
        plural: names("plural"),
        singular: names("singular"),
        short_names: list("shortNames"),
        categories: list("categories"),
        namespaced: definition.text("/spec/scope") == "Namespaced",
        verbs: VERBS,
        subresources: subresources.leak(),
        stored_as: storage,
        place: NO_PLACE,
        custom: Some(Box::leak(Box::new(custom_type(definition, version)))),
    }
}

fn custom_type(definition: &Object, version: &Value) -> CustomType {
    let text = |value: &Value| kept(value.as_str().unwrap_or_default());
    let columns = version["additionalPrinterColumns"].as_array().into_iter().flatten();
    let column = |column: &Value| PrinterColumn {
        name: text(&column["name"]),
        column_type: text(&column["type"]),
        format: text(&column["format"]),
        description: text(&column["description"]),
        priority: column["priority"]
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .unwrap_or_default(),
        json_path: text(&column["jsonPath"]),
    };
    let fields = version["selectableFields"].as_array().into_iter().flatten();
    let scale = version["subresources"].get("scale").filter(|scale| scale.is_object());
    let pointer = |path: &Value| path.as_str().unwrap_or_default().replace('.', "/");
    CustomType {
        definition: kept(definition.name()),
        list_kind: kept(definition.text("/spec/names/listKind")),
        schema: version["schema"]["openAPIV3Schema"].clone(),
        columns: columns.map(column).collect(),
        selectable_fields: fields
            .filter_map(|field| field["jsonPath"].as_str())
            .map(|path| path.trim_start_matches('.').to_owned())
            .collect(),
        scale: scale.map(|scale| ScalePaths {
            spec_replicas: pointer(&scale["specReplicasPath"]),
            status_replicas: pointer(&scale["statusReplicasPath"]),
            label_selector: scale.get("labelSelectorPath").map(pointer).filter(|path| !path.is_empty()),
        }),
        deprecation: (version["deprecated"] == true).then(|| kept(&deprecation(definition, version))),
    }
}

/// What clients of a deprecated version are told.
fn deprecation(definition: &Object, version: &Value) -> String {
    if let Some(warning) = version["deprecationWarning"].as_str() {
        return warning.to_owned();
    }
    let (group, kind) = (definition.text("/spec/group"), definition.text("/spec/names/kind"));
    let name = version["name"].as_str().unwrap_or_default();
    let warning = format!("{group}/{name} {kind} is deprecated");
    match newest_version(definition) {
        Some(newest) if by_priority(newest, name) == Ordering::Less => {
            format!("{warning}; use {group}/{newest} {kind}")
        }
        _ => warning,
    }
}

/// The served version of highest priority that is not deprecated.
fn newest_version(definition: &Object) -> Option<&str> {
    definition
        .list("/spec/versions")
        .iter()
        .filter(|version| version["served"] == true && version["deprecated"] != true)
        .filter_map(|version| version["name"].as_str())
        .min_by(|a, b| by_priority(a, b))
}

fn kept(text: &str) -> &'static str {
    if text.is_empty() { "" } else { text.to_owned().leak() }
}

fn kept_all(texts: &[Value]) -> &'static [&'static str] {
    let kept: Vec<&'static str> = texts.iter().filter_map(Value::as_str).map(kept).collect();
    kept.leak()
}

/// Sorts versions as Kubernetes prefers them: `v2`, `v1`, `v2beta1`, `v1alpha3`, then all others by name.
fn by_priority(a: &str, b: &str) -> Ordering {
    match (parsed(a), parsed(b)) {
        (Some(a), Some(b)) => b.cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// Stability (2 for general availability), major and minor number.
fn parsed(version: &str) -> Option<(u8, u64, u64)> {
    let rest = version.strip_prefix('v')?;
    for (word, stability) in [("alpha", 0), ("beta", 1)] {
        if let Some((major, minor)) = rest.split_once(word) {
            let minor = if minor.is_empty() { 0 } else { minor.parse().ok()? };
            return Some((stability, major.parse().ok()?, minor));
        }
    }
    Some((2, rest.parse().ok()?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_and_newer_versions_come_first() {
        let mut versions = ["foo", "v1alpha1", "v2", "v11beta2", "v1", "v10beta3", "bar", "v11"];
        versions.sort_by(|a, b| by_priority(a, b));
        assert_eq!(versions, ["v11", "v2", "v1", "v11beta2", "v10beta3", "v1alpha1", "bar", "foo"]);
    }

    #[test]
    fn equal_definitions_share_one_kind() {
        let crd = |pattern: &str| {
            Object::from_value(json!({"metadata": {"name": "as.e.com"}, "spec": {
                "group": "e.com", "scope": "Namespaced", "names": {"plural": "as", "kind": "A"},
                "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
                    {"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}}}}],
            }}))
            .unwrap()
        };
        let (first, same, other) = (define(&crd("a")), define(&crd("a")), define(&crd("b")));
        let kinds = [first, same, other].map(|definition| definition.unwrap().storage);
        assert!(std::ptr::eq(kinds[0], kinds[1]));
        assert!(!std::ptr::eq(kinds[0], kinds[2]) && kinds[0] == kinds[2]);
    }
}
