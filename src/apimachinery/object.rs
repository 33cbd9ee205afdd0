//! Object: JSON with typed access to apiVersion, kind, metadata, spec and status.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::body::{Body, Form};
use super::kinds::Kind;
use super::managed_fields::{is_packed, is_to_pack, pack_entry as pack, serialize_unpacked, unpack_metadata};

/// Maps with so many entries are searched one by one: they are one node of their tree.
const FEW: usize = 11;

/// Where an object says who wrote which fields.
const MANAGED_FIELDS: &str = "/metadata/managedFields";

/// Any Kubernetes object; always a JSON object.
///
/// Paths are JSON pointers (`/spec/replicas`), in which `~1` stands for `/` and `~0` for `~`.
///
/// Stored objects hold the sets in `metadata.managedFields` packed, see [`Object::pack`]; they are
/// serialized unpacked.
///
/// Copies of stored objects share the fields at the top (`metadata`, `spec` …) that none of them changes; see
/// [`Object::share`]. One that nobody looks at can be held as text, a tenth as large; see [`Object::asleep`].
#[derive(Clone, Debug, PartialEq)]
pub struct Object(Body);

impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_unpacked(self.0.glance().fields(), serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(Map::deserialize(deserializer)?))
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Self {
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

    /// Turns a typed object (k8s-openapi) into JSON; `None` when it is not a JSON object.
    #[must_use]
    pub fn from_typed<T: Serialize>(typed: &T) -> Option<Self> {
        serde_json::to_value(typed).ok().and_then(Self::from_value)
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
        let unpacked = |(name, value): (&str, &Value)| {
            (name.to_owned(), if name == "metadata" { self.published_metadata() } else { value.clone() })
        };
        Cow::Owned(self.fields().map(unpacked).collect())
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

    /// Lets copies share its fields.
    pub fn share(&mut self) {
        self.0.share();
    }

    /// What there is to look at, for one look: whoever sleeps sleeps on.
    pub(super) fn glance(&self) -> Cow<'_, Form> {
        self.0.glance()
    }

    /// The fields at the top, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value)> + Clone {
        self.0.form().fields()
    }

    /// A field at the top, be it null.
    pub(super) fn entry(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A field at the top; null when absent.
    #[must_use]
    pub fn field(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// A field at the top, to change; one that is absent is made.
    pub fn field_mut(&mut self, name: &str) -> &mut Value {
        self.0.entry(name)
    }

    /// Removes a field at the top.
    pub fn remove_field(&mut self, name: &str) {
        if self.entry(name).is_some() {
            self.0.remove(name);
        }
    }

    /// Whether both share a field at the top.
    #[must_use]
    pub fn shares(&self, other: &Self, name: &str) -> bool {
        let fields = self.entry(name).zip(other.entry(name));
        fields.is_some_and(|(one, two)| std::ptr::eq(one, two))
    }

    /// Makes a field at the top what it is in another object, shared with it where possible.
    pub fn take_over(&mut self, name: &str, other: &Self) {
        self.0.take_over(name, &other.0);
    }

    /// Whether the same stands at a path of both.
    #[must_use]
    pub fn agrees(&self, other: &Self, pointer: &str) -> bool {
        match (self.get(pointer), other.get(pointer)) {
            (Some(one), Some(two)) => std::ptr::eq(one, two) || one == two,
            (one, two) => one.is_none() && two.is_none(),
        }
    }

    /// The value at a path.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.find(pointer).filter(|value| !value.is_null())
    }

    /// The same, null included.
    fn find(&self, pointer: &str) -> Option<&Value> {
        let Some(path) = pointer.strip_prefix('/') else { return Some(self.value()) };
        let (field, rest) = self.0.step(path)?;
        walk(field, rest)
    }

    /// The value at a path of at least one field, to change.
    pub fn get_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        self.find(pointer)?;
        let (name, rest) = split_first(pointer)?;
        self.0.get_mut(&name)?.pointer_mut(rest)
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
    pub fn map(&self, pointer: &str) -> Option<&Map<String, Value>> {
        self.get(pointer).and_then(Value::as_object)
    }

    /// Sets the value at a path, making the maps on the way. List items on the way must exist.
    pub fn set(&mut self, pointer: &str, value: impl Into<Value>) {
        let (Some((name, rest)), value) = (split_first(pointer), value.into()) else { return };
        // What is there already need not be copied from those with whom it is shared.
        if self.0.is_in_parts() && self.find(pointer) == Some(&value) {
            return;
        }
        if rest.is_empty() {
            return self.0.put(&name, value);
        }
        let mut place = self.0.entry(&name);
        for raw in rest.split('/').skip(1) {
            let token = unescape(raw);
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
            place = map.entry(token.into_owned()).or_insert(Value::Null);
        }
        *place = value;
    }

    /// Removes the value at a path; gives back what was there.
    pub fn remove(&mut self, pointer: &str) -> Option<Value> {
        self.find(pointer)?;
        let (parent, last) = pointer.rsplit_once('/')?;
        if parent.is_empty() {
            return self.0.remove(&unescape(last));
        }
        match self.get_mut(parent)? {
            Value::Object(map) => map.remove(unescape(last).as_ref()),
            Value::Array(items) => {
                let index = last.parse::<usize>().ok().filter(|index| *index < items.len())?;
                Some(items.remove(index))
            }
            _ => None,
        }
    }
}

/// A key as a JSON pointer token.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// The first token of a path, and the rest of the path.
fn split_first(pointer: &str) -> Option<(Cow<'_, str>, &str)> {
    pointer.strip_prefix('/').map(split_token)
}

/// The same for a path without its first slash.
pub(super) fn split_token(path: &str) -> (Cow<'_, str>, &str) {
    let end = path.bytes().position(|byte| byte == b'/').unwrap_or(path.len());
    let (token, rest) = path.split_at(end);
    (unescape(token), rest)
}

/// The value at a path, as `Value::pointer` but without a copy of every key on the way.
fn walk<'a>(mut value: &'a Value, pointer: &str) -> Option<&'a Value> {
    let mut rest = pointer;
    while let Some(path) = rest.strip_prefix('/') {
        (value, rest) = match value {
            Value::Object(map) => step(map, path)?,
            Value::Array(items) => {
                let (token, rest) = split_token(path);
                (items.get(token.parse::<usize>().ok()?)?, rest)
            }
            _ => return None,
        };
    }
    Some(value)
}

/// The entry of a map at which a path (without its first slash) begins, and the rest of the path.
pub(super) fn step<'a, 'p>(map: &'a Map<String, Value>, path: &'p str) -> Option<(&'a Value, &'p str)> {
    if map.len() > FEW {
        let (name, rest) = split_token(path);
        return Some((map.get(&*name)?, rest));
    }
    step_among(map.iter().map(|(name, value)| (name.as_str(), value)), path)
}

/// The same among few entries. Nothing is asked for so often: comparing the path with every name needs no look
/// at its letters, nor at those of most names.
pub(super) fn step_among<'a, 'p>(
    entries: impl Iterator<Item = (&'a str, &'a Value)> + Clone,
    path: &'p str,
) -> Option<(&'a Value, &'p str)> {
    let found = entries.clone().find_map(|(name, value)| Some((name, value, after_first(path, name)?)));
    if let Some((name, value, rest)) = found
        && !name.bytes().any(|byte| matches!(byte, b'/' | b'~'))
    {
        return Some((value, rest));
    }
    let (name, rest) = split_token(path);
    match name {
        Cow::Owned(name) => {
            entries.into_iter().find(|(known, _)| *known == name).map(|(_, value)| (value, rest))
        }
        Cow::Borrowed(_) => None,
    }
}

/// What follows in a path whose first token reads like `name`.
fn after_first<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    match path.as_bytes().get(name.len()) {
        Some(b'/') => path.strip_prefix(name),
        None if path == name => Some(""),
        _ => None,
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
