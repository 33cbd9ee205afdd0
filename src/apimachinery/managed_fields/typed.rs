//! Walks objects by their types: which fields they have, and how two of them differ.
//!
//! Follows the behaviour of `sigs.k8s.io/structured-merge-diff/v6/typed`.

use super::field_set::FieldSet;
use crate::apimachinery::custom::StructuralNode;
use crate::apimachinery::kinds::Kind;
use crate::apimachinery::object::Object;
use crate::apimachinery::schema::{self, FieldType, ListType, TypeSchema};
use crate::base::{Map, Value};

/// Type of every object's `metadata`.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// What the types say about a value.
#[derive(Clone, Copy)]
pub(in crate::apimachinery) enum Node {
    /// A message: known fields.
    Message(&'static TypeSchema),
    /// A map whose values have this type.
    Map(&'static FieldType),
    /// A list of items told apart by keys.
    Items(&'static FieldType, &'static [&'static str]),
    /// A set of scalars.
    Set,
    /// A custom object, or one embedded in it: a structural schema, and `metadata`.
    CustomObject(&'static Value),
    /// What a structural schema calls an object.
    CustomFields(&'static Value),
    /// What a structural schema calls a list of items told apart by keys.
    CustomItems(&'static Value),
    /// No type is known: maps merge, lists are one value.
    Untyped,
    /// One value.
    Leaf,
}

impl Node {
    /// The node at the top of an object.
    pub(in crate::apimachinery) fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        schema::of_group_version_kind(group, version, kind).map_or(Self::Untyped, Node::Message)
    }

    /// The node at the top of an object of a kind.
    pub(in crate::apimachinery) fn of_kind(kind: &Kind) -> Self {
        match kind.custom {
            Some(custom) => Self::CustomObject(&custom.schema),
            None => schema::of(kind).map_or(Self::Untyped, Node::Message),
        }
    }

    /// The node of what a structural schema describes.
    fn of_structural(schema: &'static Value) -> Self {
        if schema.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true)) {
            return Self::CustomObject(schema);
        }
        match StructuralNode::of(schema) {
            StructuralNode::Fields => Self::CustomFields(schema),
            StructuralNode::Untyped => Self::Untyped,
            StructuralNode::Items => Self::CustomItems(schema),
            StructuralNode::Set => Self::Set,
            StructuralNode::Leaf => Self::Leaf,
        }
    }

    /// The node of a field of an object that a structural schema describes.
    fn structural_entry(schema: &'static Value, key: &str) -> Self {
        let property = schema.get("properties").and_then(|properties| properties.get(key));
        property.or_else(|| schema.get("additionalProperties")).map_or(Self::Untyped, Self::of_structural)
    }

    /// The node of an object.
    pub(in crate::apimachinery) fn of_object(object: &Object) -> Self {
        Self::of(object.api_version(), object.kind())
    }

    fn of_type(field_type: &'static FieldType, list_type: ListType, atomic_map: bool) -> Self {
        match field_type {
            FieldType::Message(reference) if reference.schema().atomic => Self::Leaf,
            FieldType::Message(reference) => Self::Message(reference.schema()),
            FieldType::Map(values) if !atomic_map => Self::Map(values),
            FieldType::Array(items) => match list_type {
                ListType::Atomic => Self::Leaf,
                ListType::Set => Self::Set,
                ListType::Map(keys) => Self::Items(items, keys),
            },
            _ => Self::Leaf,
        }
    }

    /// The node of a map's entry.
    pub(in crate::apimachinery) fn entry(self, key: &str) -> Self {
        match self {
            Self::Message(schema) => schema.field(key).map_or(Self::Untyped, |field| {
                Self::of_type(&field.field_type, field.list_type, field.atomic_map)
            }),
            Self::Map(values) => Self::of_type(values, ListType::Atomic, false),
            Self::CustomObject(_) if key == "metadata" => {
                schema::by_name(OBJECT_META).map_or(Self::Untyped, Self::Message)
            }
            Self::CustomObject(schema) | Self::CustomFields(schema) => Self::structural_entry(schema, key),
            Self::Untyped => Self::Untyped,
            Self::Items(..) | Self::CustomItems(_) | Self::Set | Self::Leaf => Self::Leaf,
        }
    }

    /// Whether its parts are fields with names of their own, which belong to nobody by themselves.
    fn is_struct(self) -> bool {
        match self {
            Self::Message(_) | Self::CustomObject(_) | Self::Untyped => true,
            Self::CustomFields(schema) => schema.get("properties").is_some(),
            _ => false,
        }
    }

    /// Whether its values are JSON objects.
    pub(in crate::apimachinery) fn has_fields(self) -> bool {
        self.is_struct() || matches!(self, Self::Map(_) | Self::CustomFields(_))
    }

    /// Whether its values are lists that merge item by item.
    pub(in crate::apimachinery) fn has_items(self) -> bool {
        matches!(self, Self::Items(..) | Self::CustomItems(_) | Self::Set)
    }

    /// The node of a list's items.
    pub(in crate::apimachinery) fn item(self) -> Self {
        match self {
            Self::Items(items, _) => Self::of_type(items, ListType::Atomic, false),
            Self::CustomItems(schema) => schema.get("items").map_or(Self::Leaf, Self::of_structural),
            _ => Self::Leaf,
        }
    }
}

/// A value and the node and path element under which it stands.
pub(in crate::apimachinery) type Part<'a> = (String, Node, &'a Value);

/// The parts of a map or a list; `None` for values that are one.
pub(in crate::apimachinery) fn parts(node: Node, value: &Value) -> Option<Vec<Part<'_>>> {
    match (node, value) {
        (Node::Leaf, _) => None,
        (_, Value::Null) => Some(Vec::new()),
        (node, Value::Object(entries)) if node.has_fields() => {
            Some(entries.iter().map(|(key, value)| (field_element(key), node.entry(key), value)).collect())
        }
        (node, Value::Array(items)) if node.has_items() => {
            Some(items.iter().map(|item| (element(node, item), node.item(), item)).collect())
        }
        _ => None,
    }
}

/// The path element of a field.
pub(super) fn field_element(name: &str) -> String {
    ["f:", name].concat()
}

/// The path element of a list's item.
pub(in crate::apimachinery) fn element(node: Node, item: &Value) -> String {
    if let Node::CustomItems(schema) = node {
        return custom_element(schema, item);
    }
    let Node::Items(_, keys) = node else { return format!("v:{item}") };
    let tcp = Value::from("TCP");
    let mut values: Vec<(&str, &Value)> = Vec::with_capacity(keys.len());
    for key in keys {
        let value = item.get(*key).or_else(|| (*key == "protocol").then_some(&tcp));
        values.extend(value.map(|value| (*key, value)));
    }
    values.sort_unstable_by_key(|(key, _)| *key);
    // As a map would be written, without making one.
    let mut text = String::from("k:{");
    for (index, (key, value)) in values.into_iter().enumerate() {
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        text.push_str(key);
        text.push_str("\":");
        text.push_str(&serde_json::to_string(value).unwrap_or_default());
    }
    text.push('}');
    text
}

fn custom_element(schema: &Value, item: &Value) -> String {
    let mut values = Map::new();
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    for key in keys.into_iter().flatten().filter_map(Value::as_str) {
        let default = || schema.pointer(&format!("/items/properties/{key}/default"));
        if let Some(value) = item.get(key).or_else(default) {
            values.insert(key.to_owned(), value.clone());
        }
    }
    format!("k:{}", Value::Object(values))
}

/// The fields that a configuration names: leaves, items of lists, and entries of maps.
pub(in crate::apimachinery) fn fields_of(node: Node, value: &Value) -> FieldSet {
    let mut fields = FieldSet::default();
    match parts(node, value) {
        None => fields.member = true,
        Some(parts) if parts.is_empty() => fields.member = true,
        Some(parts) => {
            for (element, child, value) in parts {
                let mut part = fields_of(child, value);
                part.member |= !node.is_struct();
                fields.insert(&element, part);
            }
        }
    }
    fields
}

/// How two values differ.
#[derive(Debug, Default)]
pub(in crate::apimachinery) struct Comparison {
    /// Fields that only the second has.
    pub(in crate::apimachinery) added: FieldSet,
    /// Fields with another value.
    pub(in crate::apimachinery) modified: FieldSet,
    /// Fields that only the first has.
    pub(in crate::apimachinery) removed: FieldSet,
}

/// Compares two values of a node.
pub(in crate::apimachinery) fn compare(node: Node, old: Option<&Value>, new: Option<&Value>) -> Comparison {
    let mut comparison = Comparison::default();
    match (old, new) {
        (None, Some(new)) => comparison.added = all_of(node, new),
        (Some(old), None) => comparison.removed = all_of(node, old),
        _ => {}
    }
    if old == new || old.is_none() || new.is_none() {
        return comparison;
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (old, new)
        && node.has_fields()
        && !(old.is_empty() && new.is_empty())
    {
        compare_entries(node, old, new, &mut comparison);
        return comparison;
    }
    let old_parts = old.map_or(Some(Vec::new()), |value| parts(node, value));
    let new_parts = new.map_or(Some(Vec::new()), |value| parts(node, value));
    let (Some(old_parts), Some(new_parts)) = (old_parts, new_parts) else {
        return leaf_difference(old, new);
    };
    if old_parts.is_empty() && new_parts.is_empty() {
        return leaf_difference(old, new);
    }
    for (element, child, value) in &new_parts {
        let before = old_parts.iter().find(|(known, ..)| known == element).map(|(.., value)| *value);
        comparison.insert(element, compare(*child, before, Some(value)));
    }
    for (element, child, value) in &old_parts {
        if !new_parts.iter().any(|(known, ..)| known == element) {
            comparison.insert(element, compare(*child, Some(value), None));
        }
    }
    comparison
}

/// All paths to and within a value of which the other side has nothing.
fn all_of(node: Node, value: &Value) -> FieldSet {
    let mut fields = FieldSet::leaf();
    for (element, child, value) in parts(node, value).into_iter().flatten() {
        *fields.children.entry(element) = all_of(child, value);
    }
    fields
}

/// Compares an object before and after a change; what both share is not looked at.
pub(super) fn compare_objects(node: Node, old: &Object, new: &Object) -> Comparison {
    let mut comparison = Comparison::default();
    for (name, value) in new.fields() {
        let before = old.entry(name);
        if before != Some(value) {
            comparison.insert(&field_element(name), compare(node.entry(name), before, Some(value)));
        }
    }
    for (name, value) in old.fields() {
        if new.entry(name).is_none() {
            comparison.insert(&field_element(name), compare(node.entry(name), Some(value), None));
        }
    }
    comparison
}

/// Whether an entry of a map can be owned: nobody owns the entries of managedFields themselves, and they are long.
pub(super) fn is_owned(node: Node, key: &str) -> bool {
    let in_metadata = || matches!(node, Node::Message(schema) if schema.name.ends_with(".ObjectMeta"));
    key != "managedFields" || !in_metadata()
}

/// Compares two maps that differ; most entries are the same, so that nothing is made for them.
fn compare_entries(node: Node, old: &Map, new: &Map, comparison: &mut Comparison) {
    for (key, value) in new {
        let before = old.get(key);
        if is_owned(node, key) && before != Some(value) {
            comparison.insert(&field_element(key), compare(node.entry(key), before, Some(value)));
        }
    }
    for (key, value) in old {
        if is_owned(node, key) && !new.contains_key(key) {
            comparison.insert(&field_element(key), compare(node.entry(key), Some(value), None));
        }
    }
}

impl Comparison {
    fn insert(&mut self, element: &str, part: Self) {
        self.added.insert(element, part.added);
        self.modified.insert(element, part.modified);
        self.removed.insert(element, part.removed);
    }

    /// Fields that are new or have another value, and those that are gone.
    pub(in crate::apimachinery) fn written_and_removed(self) -> (FieldSet, FieldSet) {
        let mut written = self.added;
        written.absorb(self.modified);
        (written, self.removed)
    }
}

fn leaf_difference(old: Option<&Value>, new: Option<&Value>) -> Comparison {
    let mut comparison = Comparison::default();
    match (old, new) {
        (None, _) => comparison.added = FieldSet::leaf(),
        (_, None) => comparison.removed = FieldSet::leaf(),
        _ => comparison.modified = FieldSet::leaf(),
    }
    comparison
}

/// The value of a Go struct in which nothing is set: structs, and nulls where no `omitempty` hides them.
pub(super) fn empty_struct(node: Node) -> Value {
    let mut map = Map::new();
    if let Node::Message(schema) = node {
        for (name, field) in &schema.fields {
            if field.value_struct {
                map.insert((*name).to_owned(), empty_struct(node.entry(name)));
            } else if field.required && matches!(field.field_type, FieldType::Array(_) | FieldType::Map(_)) {
                map.insert((*name).to_owned(), Value::Null);
            }
        }
    }
    Value::Object(map)
}
