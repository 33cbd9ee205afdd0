//! Rules of the kinds of `rbac.authorization.k8s.io`.

mod binding;
mod role;

use crate::apimachinery::validate_path_segment_name;

pub(super) use binding::BindingStrategy;
pub(super) use role::RoleStrategy;

/// The API group.
const GROUP: &str = "rbac.authorization.k8s.io";

/// What is wrong with the name of a role or binding: it need only fit into a URL.
fn name_errors(name: &str) -> Vec<String> {
    validate_path_segment_name(name)
}
