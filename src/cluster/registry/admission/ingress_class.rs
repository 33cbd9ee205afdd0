//! DefaultIngressClass: a new Ingress that names no class gets the default one.

use crate::apimachinery::{Object, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// Marks the class of Ingresses that name none.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
/// Where the class stood before `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// Of several default classes the youngest is taken.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let new = attributes.kind == &builtin::INGRESS && attributes.old.is_none();
    let named = object.get("/spec/ingressClassName").is_some_and(|class| !class.is_null())
        || object.annotation(CLASS_ANNOTATION).is_some();
    if !new || named {
        return Ok(());
    }
    let classes = registry.store().list(&builtin::INGRESS_CLASS, None);
    let default = classes
        .filter(|class| class.annotation(DEFAULT_CLASS) == Some("true"))
        .min_by_key(|class| (std::cmp::Reverse(class.creation_timestamp()), class.name().to_owned()));
    if let Some(name) = default.map(|class| class.name().to_owned()) {
        object.set("/spec/ingressClassName", name);
    }
    Ok(())
}
