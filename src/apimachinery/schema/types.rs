//! The shape of a type: fields, their types, and how their lists merge.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::catalogue;

/// Group, version and kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupVersionKind<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    /// Version within the group.
    pub version: &'a str,
    /// Kind in CamelCase.
    pub kind: &'a str,
}

/// A message type of the API, `io.k8s.api.apps.v1.DeploymentSpec`.
#[derive(Debug, Default, PartialEq)]
pub struct TypeSchema {
    /// Full name, as OpenAPI documents write it.
    pub name: &'static str,
    /// Fields by JSON name, in the order in which documents show them.
    pub fields: BTreeMap<&'static str, Field>,
    /// The kind whose objects have this type; `None` for parts of objects.
    pub kind: Option<GroupVersionKind<'static>>,
    /// Whether server-side apply treats a value as one.
    pub atomic: bool,
    /// Names of the fields in the order of the Go struct, once they were asked for.
    pub(in crate::apimachinery) go_order: OnceLock<Vec<&'static str>>,
}

impl TypeSchema {
    /// The Go type's name, `DeploymentSpec`.
    #[must_use]
    pub fn go_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// The Go type with its package, `v1.DeploymentSpec`.
    #[must_use]
    pub fn go_type(&self) -> String {
        let mut parts = self.name.rsplit('.');
        let name = parts.next().unwrap_or_default();
        let package = parts.next().unwrap_or_default();
        format!("{package}.{name}")
    }

    /// The field with that JSON name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// The shortest way down to what has a field of that name, `template.spec`, at most so many steps.
    #[must_use]
    pub fn way_to(&self, name: &str, depth: usize) -> Option<String> {
        if depth == 0 {
            return None;
        }
        let messages = || {
            let fields = self.fields.iter().filter(|(name, _)| **name != "status" && **name != "metadata");
            fields.filter_map(|(name, field)| Some((*name, field.field_type.message()?)))
        };
        if let Some((below, _)) = messages().find(|(_, message)| message.field(name).is_some()) {
            return Some(below.to_owned());
        }
        messages().find_map(|(below, message)| Some(format!("{below}.{}", message.way_to(name, depth - 1)?)))
    }
}

/// A field of a message.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Type of its value.
    pub field_type: FieldType,
    /// Whether upstream's documents list it as required (its Go tag has no `omitempty`).
    pub required: bool,
    /// Whether Go writes it even when nothing was given, because it is a struct and no pointer.
    pub value_struct: bool,
    /// Whether Go leaves out the zero value (`0`, `false`, `""`), because it is no pointer.
    pub omits_zero: bool,
    /// Name of the Go string type (`v1.PullPolicy`) where it is not plain `string`.
    pub go_string_type: Option<&'static str>,
    /// `patchStrategy`: `merge`, `retainKeys`, `replace`, comma separated, or empty.
    pub patch_strategy: &'static str,
    /// `patchMergeKey`; empty for lists of scalars and for lists that are replaced.
    pub patch_merge_key: &'static str,
    /// How server-side apply merges its list.
    pub list_type: ListType,
    /// Whether server-side apply treats its map as one value.
    pub atomic_map: bool,
}

impl Field {
    /// Whether a strategic merge patch merges the list instead of replacing it.
    #[must_use]
    pub fn merges(&self) -> bool {
        self.patch_strategy.split(',').any(|strategy| strategy == "merge")
    }

    /// Whether a strategic merge patch clears what its `$retainKeys` does not name.
    #[must_use]
    pub fn retains_keys(&self) -> bool {
        self.patch_strategy.split(',').any(|strategy| strategy == "retainKeys")
    }

    /// Whether a strategic merge patch replaces the map.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.patch_strategy == "replace"
    }
}

/// How server-side apply merges a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    /// As one value.
    #[default]
    Atomic,
    /// As a set of scalars.
    Set,
    /// Item by item, told apart by these keys.
    Map(&'static [&'static str]),
}

/// Type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// 32-bit integer.
    Integer32,
    /// 64-bit integer.
    Integer64,
    /// Floating point number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Base64 text.
    Bytes,
    /// RFC 3339 text with seconds.
    Time,
    /// RFC 3339 text with microseconds.
    MicroTime,
    /// Resource quantity, text or number.
    Quantity,
    /// Integer or text.
    IntOrString,
    /// Any JSON value.
    Any,
    /// A message.
    Message(TypeReference),
    /// A list.
    Array(Box<FieldType>),
    /// A map from text.
    Map(Box<FieldType>),
}

impl FieldType {
    /// The Go type as decoding errors name it.
    #[must_use]
    pub fn go_type(&self) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Integer32 => "int32".to_owned(),
            Self::Integer64 => "int64".to_owned(),
            Self::Number => "float64".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Bytes => "[]uint8".to_owned(),
            Self::Time => "v1.Time".to_owned(),
            Self::MicroTime => "v1.MicroTime".to_owned(),
            Self::Quantity => "resource.Quantity".to_owned(),
            Self::IntOrString => "intstr.IntOrString".to_owned(),
            Self::Any => "interface {}".to_owned(),
            Self::Message(reference) => reference.schema().go_type(),
            Self::Array(item) => format!("[]{}", item.go_type()),
            Self::Map(value) => format!("map[string]{}", value.go_type()),
        }
    }

    /// The message at the bottom of lists and maps.
    #[must_use]
    pub fn message(&self) -> Option<&'static TypeSchema> {
        match self {
            Self::Message(reference) => Some(reference.schema()),
            Self::Array(inner) | Self::Map(inner) => inner.message(),
            _ => None,
        }
    }
}

/// Names a message type of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeReference(pub(super) usize);

impl TypeReference {
    /// The type.
    #[must_use]
    pub fn schema(self) -> &'static TypeSchema {
        catalogue::at(self)
    }
}
