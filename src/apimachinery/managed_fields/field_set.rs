//! Sets of field paths in the form of `fieldsV1`: a tree of `f:name`, `k:{"key":"value"}` and `v:value`.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A set of paths; a node is a path, which may itself belong to the set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::apimachinery) struct FieldSet {
    /// Whether the path of this node belongs to the set.
    pub(in crate::apimachinery) member: bool,
    /// Longer paths, by encoded path element.
    pub(in crate::apimachinery) children: BTreeMap<String, FieldSet>,
}

impl FieldSet {
    /// A set of one path that ends here.
    pub(super) fn leaf() -> Self {
        Self { member: true, children: BTreeMap::new() }
    }

    /// Reads `fieldsV1`; anything that is no set of fields counts as empty.
    pub(super) fn from_fields_v1(value: &Value) -> Self {
        let mut set = Self::default();
        for (element, child) in value.as_object().into_iter().flatten() {
            if element == "." {
                set.member = true;
            } else {
                let mut child = Self::from_fields_v1(child);
                child.member |= child.children.is_empty();
                set.children.insert(element.clone(), child);
            }
        }
        set
    }

    /// Writes `fieldsV1`.
    pub(super) fn to_fields_v1(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
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
            self.children.insert(element.to_owned(), child);
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
        for (element, child) in &other.children {
            self.children.entry(element.clone()).or_default().extend(child);
        }
    }

    /// The paths that the other set lacks.
    pub(in crate::apimachinery) fn difference(&self, other: &Self) -> Self {
        let mut rest = Self { member: self.member && !other.member, children: BTreeMap::new() };
        for (element, child) in &self.children {
            match other.children.get(element) {
                Some(known) => rest.insert(element, child.difference(known)),
                None => rest.insert(element, child.clone()),
            }
        }
        rest
    }

    /// The paths of both sets.
    pub(in crate::apimachinery) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self { member: self.member && other.member, children: BTreeMap::new() };
        for (element, child) in &self.children {
            if let Some(known) = other.children.get(element) {
                both.insert(element, child.intersection(known));
            }
        }
        both
    }

    /// Whether a path of the set is also in `fieldsV1`.
    pub(super) fn shares_with(&self, fields: &Value) -> bool {
        (self.member && names_itself(fields))
            || self
                .children
                .iter()
                .any(|(element, child)| fields.get(element).is_some_and(|known| child.shares_with(known)))
    }

    /// Whether every path of the set is in `fieldsV1`.
    pub(super) fn is_covered_by(&self, fields: &Value) -> bool {
        (!self.member || names_itself(fields))
            && self
                .children
                .iter()
                .all(|(element, child)| fields.get(element).is_some_and(|known| child.is_covered_by(known)))
    }

    /// Removes a path and all longer ones.
    pub(super) fn remove(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            self.children.remove(*first);
            return;
        }
        if let Some(child) = self.children.get_mut(*first) {
            child.remove(rest);
            if child.is_empty() {
                self.children.remove(*first);
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
        for (element, child) in &self.children {
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
        for (element, child) in &self.children {
            map.serialize_entry(element, child)?;
        }
        map.end()
    }
}

/// Whether a node of `fieldsV1` is a path of the set, not only on the way to longer ones.
fn names_itself(fields: &Value) -> bool {
    fields.as_object().is_some_and(|fields| fields.is_empty() || fields.contains_key("."))
}

fn display(element: &str) -> String {
    match element.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        _ => format!("[{element}]"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(value: &Value) -> FieldSet {
        FieldSet::from_fields_v1(value)
    }

    #[test]
    fn fields_v1_is_read_and_written() {
        let fields = json!({"f:a": {}, "f:b": {".": {}, "k:{\"name\":\"x\"}": {".": {}, "f:c": {}}}});
        assert_eq!(set(&fields).to_fields_v1(), fields);
        assert_eq!(set(&fields).to_text(), fields.to_string());
        assert_eq!(set(&fields).paths(), [".a", ".b", ".b[name=\"x\"]", ".b[name=\"x\"].c"]);
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let left = set(&json!({"f:a": {".": {}, "f:b": {}, "f:c": {}}}));
        let right = set(&json!({"f:a": {"f:b": {}, "f:d": {}}, "f:e": {}}));
        assert_eq!(left.difference(&right), set(&json!({"f:a": {".": {}, "f:c": {}}})));
        assert_eq!(left.intersection(&right), set(&json!({"f:a": {"f:b": {}}})));
        let known = left.to_fields_v1();
        assert!(right.shares_with(&known) && !right.is_covered_by(&known));
        assert!(left.is_covered_by(&known) && !set(&json!({"f:e": {}})).shares_with(&known));
        assert!(!set(&json!({"f:a": {"f:b": {"f:x": {}}}})).shares_with(&known));
        let union = json!({"f:a": {".": {}, "f:b": {}, "f:c": {}, "f:d": {}}, "f:e": {}});
        assert_eq!(left.union(&right), set(&union));
    }
}
