//! Kubernetes objects without a server: their shape, kinds, selectors, patches and errors.

mod field_error;
mod fields;
mod key;
mod kinds;
mod labels;
mod meta;
mod names;
mod object;
pub mod patch;
pub mod schema;
mod status;
mod watch;

pub use field_error::{FieldError, FieldErrorType, FieldErrors};
pub use fields::{FieldSelector, FieldTerm};
pub use key::ObjectKey;
pub use kinds::{KINDS, Kind, Subresource, builtin, kind_by_resource, kind_of};
pub use labels::LabelSelector;
pub use meta::OwnerReference;
pub use names::{
    validate_config_key, validate_dns1035_label, validate_dns1123_label, validate_dns1123_subdomain,
    validate_environment_variable_name, validate_label_key, validate_label_value, validate_path_segment_name,
    validate_port_name,
};
pub use object::Object;
pub use status::{Status, StatusCause, StatusDetails};
pub use watch::{WatchEvent, WatchEventType};
