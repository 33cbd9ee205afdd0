//! Sets of field paths in the form of `fieldsV1`: a tree of `f:name`, `k:{"key":"value"}` and `v:value`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::base::{Map, Value, to_value};

use super::elements::Elements;

/// A set of paths; a node is a path, which may itself belong to the set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::apimachinery) struct FieldSet {
    /// Whether the path of this node belongs to the set.
    pub(in crate::apimachinery) member: bool,
    /// Longer paths, by encoded path element.
    pub(in crate::apimachinery) children: Elements,
}

impl FieldSet {
    /// A set of one path that ends here.
    pub(super) fn leaf() -> Self {
        Self { member: true, children: Elements::default() }
    }

    /// Reads `fieldsV1`, as a tree or as text; anything that is no set of fields counts as empty.
    pub(super) fn from_fields_v1(value: &Value) -> Self {
        match value {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            tree => Self::deserialize(tree).unwrap_or_default(),
        }
    }

    /// Writes `fieldsV1`.
    pub(super) fn to_fields_v1(&self) -> Value {
        to_value(self).unwrap_or_default()
    }

    /// Writes `fieldsV1` as text.
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether no path belongs to the set.
    pub(in crate::apimachinery) fn is_empty(&self) -> bool {
        !self.member && self.children.is_empty()
    }

    /// Adds a subtree unless it is empty.
    pub(super) fn insert(&mut self, element: &str, child: Self) {
        if !child.is_empty() {
            *self.children.entry(element) = child;
        }
    }

    /// The paths of either set.
    pub(in crate::apimachinery) fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        union.extend(other);
        union
    }

    /// Adds the paths of another set.
    pub(in crate::apimachinery) fn extend(&mut self, other: &Self) {
        self.member |= other.member;
        for (element, child) in other.children.iter() {
            self.children.entry(element).extend(child);
        }
    }

    /// The same with a set that nobody else needs.
    pub(super) fn absorb(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.member |= other.member;
        for (element, child) in other.children.into_parts() {
            self.children.entry(element).absorb(child);
        }
    }

    /// The paths that the other set lacks.
    pub(in crate::apimachinery) fn difference(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        rest.subtract(other);
        rest
    }

    /// Takes the paths of the other set out.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.member &= !other.member;
        self.children.retain(|element, child| {
            if let Some(known) = other.children.get(element) {
                child.subtract(known);
            }
            !child.is_empty()
        });
    }

    /// The paths of both sets.
    pub(in crate::apimachinery) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self { member: self.member && other.member, children: Elements::default() };
        for (element, child) in self.children.iter() {
            if let Some(known) = other.children.get(element) {
                both.insert(element, child.intersection(known));
            }
        }
        both
    }

    /// Whether a path of the set is also in another.
    pub(super) fn shares_with(&self, other: &Self) -> bool {
        let shares = |(element, child): (&str, &Self)| {
            other.children.get(element).is_some_and(|known| child.shares_with(known))
        };
        (self.member && other.member) || self.children.iter().any(shares)
    }

    /// Whether every path of the set is in another.
    pub(super) fn is_covered_by(&self, other: &Self) -> bool {
        let covered = |(element, child): (&str, &Self)| {
            other.children.get(element).is_some_and(|known| child.is_covered_by(known))
        };
        (!self.member || other.member) && self.children.iter().all(covered)
    }

    /// Removes a path and all longer ones.
    pub(super) fn remove(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            self.children.remove(first);
            return;
        }
        if let Some(child) = self.children.get_mut(first) {
            child.remove(rest);
            if child.is_empty() {
                self.children.remove(first);
            }
        }
    }

    /// The paths as messages write them: `.spec.containers[name="web"].image`.
    pub(in crate::apimachinery) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect_paths("", &mut paths);
        paths
    }

    fn collect_paths(&self, prefix: &str, paths: &mut Vec<String>) {
        if self.member {
            paths.push(prefix.to_owned());
        }
        for (element, child) in self.children.iter() {
            child.collect_paths(&format!("{prefix}{}", display(element)), paths);
        }
    }
}

impl Serialize for FieldSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let itself = self.member && !self.children.is_empty();
        let mut map = serializer.serialize_map(Some(self.children.len() + usize::from(itself)))?;
        if itself {
            map.serialize_entry(".", &Map::new())?;
        }
        for (element, child) in self.children.iter() {
            map.serialize_entry(element, child)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for FieldSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldSetVisitor)
    }
}

/// Reads a tree of maps; whatever else stands there is an empty one.
struct FieldSetVisitor;

impl<'de> Visitor<'de> for FieldSetVisitor {
    type Value = FieldSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldSet, A::Error> {
        let mut set = FieldSet::default();
        while let Some(element) = map.next_key::<String>()? {
            if element == "." {
                map.next_value::<IgnoredAny>()?;
                set.member = true;
            } else {
                let mut child: FieldSet = map.next_value()?;
                child.member |= child.children.is_empty();
                *set.children.entry(element) = child;
            }
        }
        Ok(set)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FieldSet, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(FieldSet::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }

    fn visit_unit<E>(self) -> Result<FieldSet, E> {
        Ok(FieldSet::default())
    }
}

fn display(element: &str) -> String {
    match element.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: Map = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        _ => format!("[{element}]"),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn set(value: &Value) -> FieldSet {
        FieldSet::from_fields_v1(value)
    }

    #[test]
    fn fields_v1_is_read_and_written() {
        let fields = json!({"f:a": {}, "f:b": {".": {}, "k:{\"name\":\"x\"}": {".": {}, "f:c": {}}}});
        assert_eq!(set(&fields).to_fields_v1(), fields);
        assert_eq!(set(&fields.to_string().into()), set(&fields));
        let odd = json!({"f:b": 1, "f:a": [{"f:x": {}}], "f:c": null, "f:d": "x", "f:e": {".": 2.5}});
        assert_eq!(set(&odd).paths(), [".a", ".b", ".c", ".d", ".e"]);
        assert_eq!(set(&fields).to_text(), fields.to_string());
        assert_eq!(set(&fields).paths(), [".a", ".b", ".b[name=\"x\"]", ".b[name=\"x\"].c"]);
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let left = set(&json!({"f:a": {".": {}, "f:b": {}, "f:c": {}}}));
        let right = set(&json!({"f:a": {"f:b": {}, "f:d": {}}, "f:e": {}}));
        assert_eq!(left.difference(&right), set(&json!({"f:a": {".": {}, "f:c": {}}})));
        assert_eq!(left.intersection(&right), set(&json!({"f:a": {"f:b": {}}})));
        assert!(right.shares_with(&left) && !right.is_covered_by(&left));
        assert!(left.is_covered_by(&left) && !set(&json!({"f:e": {}})).shares_with(&left));
        assert!(!set(&json!({"f:a": {"f:b": {"f:x": {}}}})).shares_with(&left));
        let union = json!({"f:a": {".": {}, "f:b": {}, "f:c": {}, "f:d": {}}, "f:e": {}});
        assert_eq!(left.union(&right), set(&union));
    }
}
