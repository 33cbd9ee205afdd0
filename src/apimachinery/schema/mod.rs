//! What fields each kind has, of which type: strict decoding of requests, merging and `kubectl explain` read it here.

mod catalogue;
mod decode;
mod go_facts;
mod list_types;
mod openapi_facts;
mod places;
mod published;
mod scalars;
mod types;

pub(super) use catalogue::TABLE;
pub use catalogue::{by_name, of, of_group_version_kind};
pub use decode::{Decoded, decode, decode_as, decode_object, strict_error};
pub use openapi_facts::enum_values;
pub(super) use openapi_facts::{default_of, is_required};
pub(super) use published::Descriptions;
pub use types::{Field, FieldType, GroupVersionKind, ListType, TypeReference, TypeSchema};
