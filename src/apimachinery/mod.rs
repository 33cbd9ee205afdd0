//! Kubernetes objects without a server: their shape, kinds, selectors, patches and errors.

mod field_error;
mod key;
mod kinds;
pub mod managed_fields;
mod meta;
mod object;
pub mod patch;
pub mod schema;
mod status;
mod watch;

pub use field_error::{FieldError, FieldErrorType, FieldErrors};
pub use key::ObjectKey;
pub use kinds::{KINDS, Kind, Subresource, builtin, kind_by_resource, kind_of};
pub use meta::OwnerReference;
pub use object::Object;
pub use status::{Status, StatusCause, StatusDetails};
pub use watch::{WatchEvent, WatchEventType};
