//! `fieldsV1` as text: a set of fields takes kilobytes as a tree of maps, and a tenth of it as text.
//!
//! Stored objects hold their sets packed; whoever shows an object to the world shows them unpacked.

use std::borrow::Cow;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::base::{Map, Value};

/// Packs the set of one entry.
pub(in crate::apimachinery) fn pack_entry(entry: &mut Value) {
    if let Some(fields) = entry.get_mut("fieldsV1").filter(|fields| fields.is_object()) {
        *fields = Value::String(fields.to_string());
    }
}

/// Whether the set of an entry is not packed yet.
pub(in crate::apimachinery) fn is_to_pack(entry: &Value) -> bool {
    entry.get("fieldsV1").is_some_and(Value::is_object)
}

/// Whether the set of an entry is packed.
pub(in crate::apimachinery) fn is_packed(entry: &Value) -> bool {
    entry.get("fieldsV1").is_some_and(Value::is_string)
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

/// Unpacks the entries of `metadata`.
pub(in crate::apimachinery) fn unpack_metadata(metadata: &mut Value) {
    let entries = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
    for fields in entries.into_iter().flatten().filter_map(|entry| entry.get_mut("fieldsV1")) {
        if let Cow::Owned(tree) = tree(fields) {
            *fields = tree;
        }
    }
}

/// Writes the fields of an object as the world sees them, without making a copy first.
pub(in crate::apimachinery) fn serialize<'a, S: Serializer>(
    fields: impl Iterator<Item = (&'a str, &'a Value)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut writer = serializer.serialize_map(None)?;
    for (name, value) in fields {
        match value {
            Value::Object(metadata) if name == "metadata" => {
                writer.serialize_entry(name, &Part::Metadata(metadata))?;
            }
            _ => writer.serialize_entry(name, value)?,
        }
    }
    writer.end()
}

/// Writes a packed set as the tree that it is.
pub(in crate::apimachinery) fn serialize_packed<S: Serializer>(
    text: &str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(fields) => fields.serialize(serializer),
        Err(_) => serializer.serialize_str(text),
    }
}

/// The maps and lists on the way to the sets.
#[derive(Clone, Copy)]
enum Part<'a> {
    Metadata(&'a Map),
    Entries(&'a [Value]),
    Entry(&'a Map),
    Fields(&'a str),
}

impl<'a> Part<'a> {
    /// The next part on the way, if that is what stands under a key.
    fn next(self, key: &str, value: &'a Value) -> Option<Self> {
        match (self, key, value) {
            (Self::Metadata(_), "managedFields", Value::Array(entries)) => Some(Self::Entries(entries)),
            (Self::Entry(_), "fieldsV1", Value::String(text)) => Some(Self::Fields(text)),
            _ => None,
        }
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Metadata(map) | Self::Entry(map) => {
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
            Self::Fields(text) => serialize_packed(text, serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Key, json};

    use super::*;

    #[test]
    fn packed_objects_look_to_the_world_as_they_were() {
        let whole = json!({"kind": "Pod", "metadata": {"name": "a", "managedFields": [
            {"manager": "m", "operation": "Update", "fieldsV1": {"f:a": {"k:{\"name\":\"x\"}": {".": {}}}}}]}});
        let mut packed = whole.clone();
        pack_entry(&mut packed["metadata"]["managedFields"][0]);
        assert!(
            is_packed(&packed["metadata"]["managedFields"][0])
                && is_to_pack(&whole["metadata"]["managedFields"][0])
        );
        let fields = |object: &Value| {
            let map = object.as_object().unwrap().clone();
            map.into_iter().collect::<Vec<(Key, Value)>>()
        };
        let packed_fields = fields(&packed);
        let each = || packed_fields.iter().map(|(name, value)| (name.as_str(), value));
        let mut written = Vec::new();
        serialize(each(), &mut serde_json::Serializer::new(&mut written)).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), whole.to_string());
        assert_eq!(Value::from(serialize(each(), serde_json::value::Serializer).unwrap()), whole);
        let fields = &packed["metadata"]["managedFields"][0]["fieldsV1"];
        assert!(may_have(fields, "f:a") && !may_have(fields, "f:b"));
    }
}
