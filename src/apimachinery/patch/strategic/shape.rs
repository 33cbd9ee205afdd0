//! What the types say about a place in a document while a patch walks through it.

use crate::apimachinery::schema::{Field, FieldType, TypeSchema};

/// The type of a map in a document.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A message with known fields.
    Message(&'static TypeSchema),
    /// A map whose values have this type.
    Map(&'static FieldType),
    /// Anything: maps merge, lists are replaced.
    Unknown,
}

impl Shape {
    /// The shape of the maps inside a value of that type (of its items, for a list).
    fn within(field_type: &'static FieldType) -> Self {
        match field_type {
            FieldType::Message(reference) => Self::Message(reference.schema()),
            FieldType::Map(values) => Self::Map(values),
            FieldType::Array(items) => Self::within(items),
            _ => Self::Unknown,
        }
    }

    /// The shape below a key.
    pub(super) fn child(self, key: &str) -> Self {
        match self {
            Self::Message(schema) => {
                schema.field(key).map_or(Self::Unknown, |field| Self::within(&field.field_type))
            }
            Self::Map(values) => Self::within(values),
            Self::Unknown => Self::Unknown,
        }
    }

    /// The field of that name.
    pub(super) fn field(self, key: &str) -> Option<&'static Field> {
        match self {
            Self::Message(schema) => schema.field(key),
            Self::Map(_) | Self::Unknown => None,
        }
    }

    /// How the list below a key merges.
    pub(super) fn list(self, key: &str) -> ListRule {
        ListRule {
            items: self.child(key),
            merges: self.field(key).is_some_and(Field::merges),
            merge_key: self.field(key).map_or("", |field| field.patch_merge_key),
            retains_keys: self.field(key).is_some_and(Field::retains_keys),
        }
    }
}

/// How a list merges.
#[derive(Clone, Copy)]
pub(super) struct ListRule {
    /// Shape of its items.
    pub(super) items: Shape,
    /// Whether items are merged instead of replaced.
    pub(super) merges: bool,
    /// Key that tells items apart; empty for scalars.
    pub(super) merge_key: &'static str,
    /// Whether items name the keys they keep.
    pub(super) retains_keys: bool,
}
