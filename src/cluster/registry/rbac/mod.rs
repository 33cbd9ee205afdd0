//! Rules of the kinds of `rbac.authorization.k8s.io`.

mod binding;
mod role;

use crate::apimachinery::{Kind, Object, Status, validate_path_segment_name};

pub(super) use binding::BindingStrategy;
pub(super) use role::RoleStrategy;

/// The API group.
const GROUP: &str = "rbac.authorization.k8s.io";

/// What is wrong with the name of a role or binding: it need only fit into a URL.
fn name_errors(name: &str) -> Vec<String> {
    validate_path_segment_name(name)
}

/// Whether a write leaves these fields as they are: then nobody's rights matter.
fn keeps(new: &Object, old: Option<&Object>, fields: [&str; 2]) -> bool {
    old.is_some_and(|old| fields.iter().all(|field| old.get(field) == new.get(field)))
}

/// 403 when there is a reason against the write.
fn refuse(kind: &'static Kind, object: &Object, why: Option<String>) -> Result<(), Status> {
    why.map_or(Ok(()), |why| Err(Status::forbidden(kind, object.name(), &why)))
}
