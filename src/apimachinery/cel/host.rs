//! Values whose functions somebody outside of the language answers, such as the authorizer of admission.

use std::fmt::Debug;

use super::value::CelValue;

/// What answers for such a value.
pub trait HostValue: Debug + Send + Sync {
    /// The name of its type.
    fn type_name(&self) -> &'static str;

    /// A field of it.
    fn field(&self, name: &str) -> Option<CelValue>;

    /// What one of its functions answers; `None` when there is none for such arguments.
    fn call(&self, name: &str, arguments: &[CelValue]) -> Option<CelValue>;
}

/// The functions of the authorizer, its checks and its decisions (`apiserver/pkg/cel/library/authz.go`).
pub(super) const AUTHORIZER_FUNCTIONS: &[&str] = &[
    "path",
    "group",
    "serviceAccount",
    "resource",
    "subresource",
    "namespace",
    "name",
    "fieldSelector",
    "labelSelector",
    "check",
    "allowed",
    "reason",
    "errored",
    "error",
];
