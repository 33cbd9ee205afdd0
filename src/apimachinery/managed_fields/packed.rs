//! `fieldsV1` as text: a set of fields takes kilobytes as a tree of maps, and a tenth of it as text.
//!
//! Stored objects hold their sets packed; whoever shows an object to the world shows them unpacked.

use std::borrow::Cow;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Packs the sets of an object's entries.
pub(in crate::apimachinery) fn pack(object: &mut Value) {
    let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        pack_entry(entry);
    }
}

/// Packs the set of one entry.
pub(super) fn pack_entry(entry: &mut Value) {
    if let Some(fields) = entry.get_mut("fieldsV1").filter(|fields| fields.is_object()) {
        *fields = Value::String(fields.to_string());
    }
}

/// A set as a tree, however it is held.
pub(super) fn tree(fields: &Value) -> Cow<'_, Value> {
    match fields {
        Value::String(text) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        tree => Cow::Borrowed(tree),
    }
}

/// Whether a set may have paths that begin with that element: never wrong when it says no.
pub(super) fn may_have(fields: &Value, element: &str) -> bool {
    match fields {
        // A name without a quote stands in the text as it is.
        Value::String(text) => element.contains('"') || text.contains(element),
        tree => tree.get(element).is_some(),
    }
}

fn is_packed(object: &Value) -> bool {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.into_iter().flatten().any(|entry| entry.get("fieldsV1").is_some_and(Value::is_string))
}

/// An object as the world sees it.
pub(in crate::apimachinery) fn unpacked(object: &Value) -> Cow<'_, Value> {
    if !is_packed(object) {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata") {
        unpack_metadata(metadata);
    }
    Cow::Owned(object)
}

/// Unpacks the entries of `metadata`.
pub(in crate::apimachinery) fn unpack_metadata(metadata: &mut Value) {
    let entries = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
    for fields in entries.into_iter().flatten().filter_map(|entry| entry.get_mut("fieldsV1")) {
        if let Cow::Owned(tree) = tree(fields) {
            *fields = tree;
        }
    }
}

/// Writes an object as the world sees it, without making a copy first.
pub(in crate::apimachinery) fn serialize<S: Serializer>(
    object: &Value,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match object {
        Value::Object(map) if is_packed(object) => Part::Top(map).serialize(serializer),
        _ => object.serialize(serializer),
    }
}

/// The maps and lists on the way to the sets.
#[derive(Clone, Copy)]
enum Part<'a> {
    Top(&'a Map<String, Value>),
    Metadata(&'a Map<String, Value>),
    Entries(&'a [Value]),
    Entry(&'a Map<String, Value>),
    Fields(&'a str),
}

impl<'a> Part<'a> {
    /// The next part on the way, if that is what stands under a key.
    fn next(self, key: &str, value: &'a Value) -> Option<Self> {
        match (self, key, value) {
            (Self::Top(_), "metadata", Value::Object(map)) => Some(Self::Metadata(map)),
            (Self::Metadata(_), "managedFields", Value::Array(entries)) => Some(Self::Entries(entries)),
            (Self::Entry(_), "fieldsV1", Value::String(text)) => Some(Self::Fields(text)),
            _ => None,
        }
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Top(map) | Self::Metadata(map) | Self::Entry(map) => {
                let mut writer = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map {
                    match self.next(key, value) {
                        Some(part) => writer.serialize_entry(key, &part)?,
                        None => writer.serialize_entry(key, value)?,
                    }
                }
                writer.end()
            }
            Self::Entries(entries) => {
                let mut writer = serializer.serialize_seq(Some(entries.len()))?;
                for entry in entries {
                    match entry {
                        Value::Object(entry) => writer.serialize_element(&Part::Entry(entry))?,
                        other => writer.serialize_element(other)?,
                    }
                }
                writer.end()
            }
            Self::Fields(text) => match serde_json::from_str::<&RawValue>(text) {
                Ok(fields) => fields.serialize(serializer),
                Err(_) => serializer.serialize_str(text),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn packed_objects_look_to_the_world_as_they_were() {
        let whole = json!({"kind": "Pod", "metadata": {"name": "a", "managedFields": [
            {"manager": "m", "operation": "Update", "fieldsV1": {"f:a": {"k:{\"name\":\"x\"}": {".": {}}}}}]}});
        let mut packed = whole.clone();
        pack(&mut packed);
        assert!(is_packed(&packed) && !is_packed(&whole));
        assert_eq!(*unpacked(&packed), whole);
        let mut written = Vec::new();
        serialize(&packed, &mut serde_json::Serializer::new(&mut written)).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), whole.to_string());
        assert_eq!(serialize(&packed, serde_json::value::Serializer).unwrap(), whole);
        let fields = &packed["metadata"]["managedFields"][0]["fieldsV1"];
        assert!(may_have(fields, "f:a") && !may_have(fields, "f:b"));
    }
}
