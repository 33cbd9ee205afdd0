//! What whoever creates an object owns: `fieldsV1` written from the object itself, without a set of paths.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::base::{Map, Value};

use super::UNOWNED_METADATA;
use super::typed::{Node, empty_struct, field_element, is_owned, parts};

/// What is owned of a value.
enum Owned<'a> {
    /// The value and all that is in it.
    Whole(Node, &'a Value),
    /// Parts of a value that was there before.
    Parts(Vec<(String, Self)>),
    /// The value alone.
    Leaf,
}

/// The text of `fieldsV1` for a new object; `None` when nothing in it can be owned.
pub(super) fn fields_of_new(node: Node, object: &Value, subresource: &str) -> Option<String> {
    // Go's empty struct is what was there before.
    let before = empty_struct(node);
    let Some(Owned::Parts(mut fields)) = owned(node, Some(&before), object) else { return None };
    let elsewhere = if subresource == "status" { "f:spec" } else { "f:status" };
    fields.retain_mut(|(element, part)| match element.as_str() {
        "f:apiVersion" | "f:kind" => false,
        "f:metadata" => keep_what_is_owned_of_metadata(part),
        element => element != elsewhere,
    });
    if fields.is_empty() { None } else { serde_json::to_string(&Owned::Parts(fields)).ok() }
}

/// Leaves out identity and bookkeeping, and the map itself; whether anything is left.
fn keep_what_is_owned_of_metadata(metadata: &mut Owned<'_>) -> bool {
    if let Owned::Whole(node, value) = *metadata {
        let whole = |(element, node, value)| (element, Owned::Whole(node, value));
        *metadata = Owned::Parts(sorted_parts(node, value).into_iter().map(whole).collect());
    }
    let Owned::Parts(fields) = metadata else { return false };
    fields.retain(|(element, _)| !UNOWNED_METADATA.contains(&element.as_str()));
    !fields.is_empty()
}

/// What is owned of a value in whose place something was, or nothing.
fn owned<'a>(node: Node, before: Option<&Value>, value: &'a Value) -> Option<Owned<'a>> {
    let Some(before) = before else { return Some(Owned::Whole(node, value)) };
    if before == value {
        return None;
    }
    let owned_part = |element: String, node, before: Option<&Value>, value: &'a Value| {
        owned(node, before, value).map(|part| (element, part))
    };
    let found: Vec<(String, Owned<'_>)> = match (before, value) {
        (Value::Object(before), Value::Object(after))
            if node.has_fields() && !(before.is_empty() && after.is_empty()) =>
        {
            let entries = after.iter().filter(|(key, _)| is_owned(node, key));
            entries
                .filter_map(|(key, value)| {
                    owned_part(field_element(key), node.entry(key), before.get(key), value)
                })
                .collect()
        }
        _ => {
            let (Some(before), Some(_)) = (parts(node, before), parts(node, value)) else {
                return Some(Owned::Leaf);
            };
            let after = sorted_parts(node, value);
            if before.is_empty() && after.is_empty() {
                return Some(Owned::Leaf);
            }
            let known = |element: &str| before.iter().find(|(known, ..)| known == element);
            let value_before = |element: &str| known(element).map(|(.., value)| *value);
            let after = after.into_iter();
            after
                .filter_map(|(element, node, value)| {
                    let before = value_before(&element);
                    owned_part(element, node, before, value)
                })
                .collect()
        }
    };
    (!found.is_empty()).then_some(Owned::Parts(found))
}

/// The parts of a value in the order of sets; of parts with the same element the last.
fn sorted_parts(node: Node, value: &Value) -> Vec<(String, Node, &Value)> {
    let mut parts = parts(node, value).unwrap_or_default();
    if value.is_array() {
        parts.reverse();
        parts.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        parts.dedup_by(|(one, ..), (other, ..)| one == other);
    }
    parts
}

impl Serialize for Owned<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Whole(node, value) => {
                for (index, (element, node, value)) in sorted_parts(*node, value).into_iter().enumerate() {
                    if index == 0 {
                        map.serialize_entry(".", &Map::new())?;
                    }
                    map.serialize_entry(&element, &Owned::Whole(node, value))?;
                }
            }
            Self::Parts(parts) => {
                for (element, part) in parts {
                    map.serialize_entry(element, part)?;
                }
            }
            Self::Leaf => {}
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FieldSet, strip};
    use super::*;
    use crate::apimachinery::managed_fields::compare;
    use crate::base::json;

    /// The same by way of sets.
    fn by_sets(node: Node, object: &Value, subresource: &str) -> Option<String> {
        let comparison = compare(node, Some(&empty_struct(node)), Some(object));
        let (mut written, _): (FieldSet, FieldSet) = comparison.written_and_removed();
        strip(&mut written, subresource);
        (!written.is_empty()).then(|| written.to_text())
    }

    #[test]
    fn what_is_written_at_once_is_what_sets_come_to() {
        let metadata = json!({
            "name": "a", "namespace": "n", "uid": "u", "creationTimestamp": null, "labels": {"a/b": "c\"d"},
            "annotations": {}, "finalizers": ["z", "a", "a"],
            "ownerReferences": [{"uid": "2", "name": "x"}, {"uid": "1", "name": "y"}, {"uid": "2", "name": "z"}],
        });
        let pod_spec = json!({
            "containers": [
                {"name": "web", "image": "nginx", "resources": {}, "args": ["a"],
                 "ports": [{"containerPort": 81}, {"containerPort": 80, "protocol": "UDP"}],
                 "env": [{"name": "B", "value": "1"}, {"name": "A", "value": null}]},
                {"name": "ant", "resources": {"limits": {"cpu": "1"}}},
            ],
            "volumes": [{"name": "v", "emptyDir": {}}], "nodeSelector": {}, "tolerations": [],
        });
        let template = json!({"metadata": {"labels": {"a": "b"}, "managedFields": [1]}, "spec": pod_spec});
        for (version, kind, object) in [
            ("v1", "Pod", json!({"metadata": metadata, "spec": pod_spec, "status": {"phase": "Pending"}})),
            ("v1", "Pod", json!({"metadata": {"name": "a"}, "spec": {}, "status": {}})),
            (
                "apps/v1",
                "Deployment",
                json!({"metadata": metadata, "spec": {"replicas": 1, "template": template}}),
            ),
            ("apps/v1", "Deployment", json!({"metadata": null, "spec": {"template": {}, "strategy": null}})),
            ("v1", "ConfigMap", json!({"metadata": {"name": "a"}})),
            ("v1", "ConfigMap", json!({"metadata": {"name": "a"}, "data": {"b": "c", "a": "d"}})),
            (
                "v1",
                "Event",
                json!({"metadata": metadata, "involvedObject": {"kind": "Pod"}, "source": {}, "count": 1}),
            ),
            (
                "x/v1",
                "Custom",
                json!({"metadata": metadata, "spec": {"a": {"b": [1]}, "c": {}}, "status": {"d": 1}}),
            ),
            ("x/v1", "Custom", json!({"metadata": {"name": "a"}})),
        ] {
            let mut object = object;
            object["apiVersion"] = version.into();
            object["kind"] = kind.into();
            let node = Node::of(version, kind);
            for subresource in ["", "status"] {
                let expected = by_sets(node, &object, subresource);
                assert_eq!(fields_of_new(node, &object, subresource), expected, "{object}");
            }
        }
    }
}
