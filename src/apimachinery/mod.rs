//! Kubernetes objects without a server: their shape, kinds, selectors, patches and errors.

mod conditions;
mod field_error;
mod fields;
mod hash;
mod int_or_string;
mod jsonpath;
mod key;
mod kinds;
mod labels;
pub mod managed_fields;
mod mapper;
mod meta;
mod names;
mod object;
pub mod openapi;
pub mod patch;
pub mod protobuf;
mod quantity;
pub mod schema;
mod status;
mod watch;

pub use conditions::{Condition, remove_condition, seconds, set_condition};
pub use field_error::{FieldError, FieldErrorType, FieldErrors};
pub use fields::{FieldSelector, FieldTerm};
pub use hash::pod_template_hash;
pub use int_or_string::resolve_int_or_percent;
pub use jsonpath::{JsonPath, go_text};
pub use key::ObjectKey;
pub use kinds::{KINDS, Kind, Subresource, builtin, kind_by_resource, kind_of};
pub use labels::LabelSelector;
pub use mapper::{kinds_in_category, resolve_kind};
pub use meta::OwnerReference;
pub use names::{
    validate_config_key, validate_dns1035_label, validate_dns1123_label, validate_dns1123_subdomain,
    validate_environment_variable_name, validate_label_key, validate_label_value, validate_path_segment_name,
    validate_port_name,
};
pub use object::Object;
pub use quantity::{QUANTITY_FORMAT_ERROR, Quantity};
pub use status::{Status, StatusCause, StatusDetails};
pub use watch::{WatchEvent, WatchEventType};
