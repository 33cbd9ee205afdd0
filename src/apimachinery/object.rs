//! Object: JSON with typed access to apiVersion, kind, metadata, spec and status.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};

use crate::base::{Map, Value, json, unescape_pointer};

use super::body::Body;
use super::kinds::Kind;
use super::managed_fields::{is_packed, is_to_pack, pack_entry as pack, serialize_unpacked, unpack_metadata};

/// Where an object says who wrote which fields.
const MANAGED_FIELDS: &str = "/metadata/managedFields";

/// Any Kubernetes object; always a JSON object.
///
/// Paths are JSON pointers (`/spec/replicas`), in which `~1` stands for `/` and `~0` for `~`.
///
/// Stored objects hold the sets in `metadata.managedFields` packed, see [`Object::pack`]; they are
/// serialized unpacked.
///
/// Copies share what none of them changes. One that nobody looks at can be held as text, a tenth as large; see
/// [`Object::asleep`].
#[derive(Clone, Debug, PartialEq)]
pub struct Object(Body);

impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tree = self.0.glance();
        serialize_unpacked(tree.fields(), serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(Map::deserialize(deserializer)?))
    }
}

impl From<Map> for Object {
    fn from(map: Map) -> Self {
        Self(Value::Object(map).into())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        object.0.into_tree()
    }
}

impl Object {
    /// An object with nothing but its kind, namespace (unless empty) and name.
    #[must_use]
    pub fn new(kind: &Kind, namespace: &str, name: &str) -> Self {
        let value = json!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {"name": name}});
        let mut object = Self(value.into());
        if !namespace.is_empty() {
            object.set("/metadata/namespace", namespace);
        }
        object
    }

    /// `value` as an object; `None` when it is a scalar or a list.
    #[must_use]
    pub fn from_value(value: Value) -> Option<Self> {
        value.is_object().then_some(Self(value.into()))
    }

    /// The typed view of this object (k8s-openapi); unknown fields are dropped.
    ///
    /// # Errors
    /// When a field has the wrong JSON type.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(MapDeserializer::new(self.fields()))
    }

    /// The JSON value.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.0.tree()
    }

    /// The same object held as text until somebody looks at it; `None` when it is nested too deeply for that.
    #[must_use]
    pub fn asleep(&self) -> Option<Self> {
        self.0.asleep().map(Self)
    }

    /// Whether looking at it would make a tree of its text first.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.0.is_asleep()
    }

    /// Whether it was made to sleep, whether or not somebody has looked since.
    #[must_use]
    pub fn was_asleep(&self) -> bool {
        self.0.was_asleep()
    }

    /// The object itself, or for one that sleeps a copy: the look wakes the copy alone, which soon goes.
    #[must_use]
    pub fn to_look_at(object: Arc<Self>) -> Arc<Self> {
        if object.is_asleep() { Arc::new(Self::clone(&object)) } else { object }
    }

    /// Bytes of its text, if that is known.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.0.text_bytes()
    }

    /// The JSON value as the world sees it: with the sets in `metadata.managedFields` unpacked.
    #[must_use]
    pub fn published(&self) -> Cow<'_, Value> {
        if !self.list(MANAGED_FIELDS).iter().any(is_packed) {
            return Cow::Borrowed(self.value());
        }
        let mut published = self.value().clone();
        unpack_metadata(&mut published["metadata"]);
        Cow::Owned(published)
    }

    /// `metadata` as the world sees it.
    #[must_use]
    pub fn published_metadata(&self) -> Value {
        let mut metadata = self.get("/metadata").cloned().unwrap_or_default();
        unpack_metadata(&mut metadata);
        metadata
    }

    /// Keeps the sets in `metadata.managedFields` as text, which is a tenth as large.
    pub fn pack(&mut self) {
        if self.list(MANAGED_FIELDS).iter().any(is_to_pack)
            && let Some(Value::Array(entries)) = self.get_mut(MANAGED_FIELDS)
        {
            entries.iter_mut().for_each(pack);
        }
    }

    /// What there is to look at, for one look: whoever sleeps sleeps on.
    pub(super) fn glance(&self) -> Cow<'_, Value> {
        self.0.glance()
    }

    /// The fields at the top, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> + Clone {
        self.value().fields()
    }

    /// A field at the top, be it null.
    pub(super) fn entry(&self, name: &str) -> Option<&Value> {
        self.value().get(name)
    }

    /// A field at the top; null when absent.
    #[must_use]
    pub fn field(&self, name: &str) -> &Value {
        &self.value()[name]
    }

    /// A field at the top, to change; one that is absent is made.
    pub fn field_mut(&mut self, name: &str) -> &mut Value {
        &mut self.0.tree_mut()[name]
    }

    /// Removes a field at the top.
    pub fn remove_field(&mut self, name: &str) {
        if self.entry(name).is_some()
            && let Value::Object(fields) = self.0.tree_mut()
        {
            fields.remove(name);
        }
    }

    /// Whether both have the same field at the top, as far as that is known without a look at what is in it.
    #[must_use]
    pub fn shares(&self, other: &Self, name: &str) -> bool {
        let fields = self.entry(name).zip(other.entry(name));
        fields.is_some_and(|(one, two)| one.is_shared_with(two))
    }

    /// Makes a field at the top what it is in another object.
    pub fn take_over(&mut self, name: &str, other: &Self) {
        match other.entry(name) {
            Some(field) if self.entry(name).is_some_and(|own| own.is_shared_with(field)) => {}
            Some(field) => *self.field_mut(name) = field.clone(),
            None => self.remove_field(name),
        }
    }

    /// Whether the same stands at a path of both.
    #[must_use]
    pub fn agrees(&self, other: &Self, pointer: &str) -> bool {
        self.get(pointer) == other.get(pointer)
    }

    /// The value at a path.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.find(pointer).filter(|value| !value.is_null())
    }

    /// The same, null included.
    fn find(&self, pointer: &str) -> Option<&Value> {
        self.value().pointer(pointer)
    }

    /// The value at a path of at least one field, to change.
    pub fn get_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        self.find(pointer).filter(|_| !pointer.is_empty())?;
        self.0.tree_mut().pointer_mut(pointer)
    }

    /// The text at a path; empty when there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.get(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The whole number at a path.
    #[must_use]
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.get(pointer).and_then(Value::as_i64)
    }

    /// Whether the value at a path is `true`.
    #[must_use]
    pub fn flag(&self, pointer: &str) -> bool {
        self.get(pointer).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The list at a path; empty when there is none.
    #[must_use]
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.get(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The map at a path.
    #[must_use]
    pub fn map(&self, pointer: &str) -> Option<&Map> {
        self.get(pointer).and_then(Value::as_object)
    }

    /// Sets the value at a path, making the maps on the way. List items on the way must exist.
    pub fn set(&mut self, pointer: &str, value: impl Into<Value>) {
        let (Some(path), value) = (pointer.strip_prefix('/'), value.into()) else { return };
        // What is there already need not be copied from those with whom it is shared.
        if self.find(pointer) == Some(&value) {
            return;
        }
        let mut place = self.0.tree_mut();
        for raw in path.split('/') {
            let token = unescape_pointer(raw);
            if let Value::Array(items) = place {
                let Some(item) = token.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else {
                    return;
                };
                place = item;
                continue;
            }
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(map) = place else { return };
            place = map.entry(token).or_insert(Value::Null);
        }
        *place = value;
    }

    /// Removes the value at a path; gives back what was there.
    pub fn remove(&mut self, pointer: &str) -> Option<Value> {
        self.find(pointer)?;
        let (parent, last) = pointer.rsplit_once('/')?;
        match self.0.tree_mut().pointer_mut(parent)? {
            Value::Object(map) => map.remove(unescape_pointer(last).as_ref()),
            Value::Array(items) => {
                let index = last.parse::<usize>().ok().filter(|index| *index < items.len())?;
                Some(items.remove(index))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_and_removed() {
        let mut object = Object::from_value(json!({})).unwrap();
        object.set("/spec/template/metadata/labels", json!({"a": "b"}));
        object.set_label("app.kubernetes.io/name", "web");
        assert_eq!(object.label("app.kubernetes.io/name"), Some("web"));
        assert_eq!(object.text("/metadata/labels/app.kubernetes.io~1name"), "web");
        object.set("/spec/items", json!([{"a": 1}]));
        assert_eq!(object.number("/spec/items/0/a"), Some(1));
        assert_eq!(object.get("/spec/items/x"), None);
        assert_eq!((object.get(""), object.get("/spec/items/0/a/b")), (Some(object.value()), None));
        assert_eq!((object.get("/"), object.get("/spec/")), (None, None));
        object.set("/odd", json!({"a/b": 1, "a": {"b": 2}, "a~b": 3}));
        let odd = ["/odd/a~1b", "/odd/a/b", "/odd/a~0b"].map(|pointer| object.number(pointer));
        assert_eq!(odd, [Some(1), Some(2), Some(3)]);
        assert_eq!(object.remove("/odd/a"), Some(json!({"b": 2})));
        assert_eq!(object.get("/odd/a/b"), None);
        assert_eq!(object.remove("/spec/template/metadata/labels/a"), Some(json!("b")));
        assert_eq!(object.get("/spec/template/metadata/labels"), Some(&json!({})));
        assert_eq!(object.remove("/spec/nothing/here"), None);
    }
}
