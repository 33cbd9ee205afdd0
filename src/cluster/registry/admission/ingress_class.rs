//! DefaultIngressClass: a new Ingress that names no class gets the default one.

use std::cmp::Reverse;

use crate::apimachinery::{Object, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// Marks the class of Ingresses that name none.
const DEFAULT_INGRESS_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
/// Where Ingresses named their class before there was a field.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

/// Sets the default class, of several the youngest.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    ingress: &mut Object,
) -> Result<(), Status> {
    let new = attributes.kind == &builtin::INGRESS && attributes.old.is_none();
    if !new || ingress.get("/spec/ingressClassName").is_some() || ingress.annotation(INGRESS_CLASS).is_some()
    {
        return Ok(());
    }
    let classes = registry.store().list(&builtin::INGRESS_CLASS, None);
    let default = classes
        .filter(|class| class.annotation(DEFAULT_INGRESS_CLASS) == Some("true"))
        .min_by_key(|class| (Reverse(class.creation_timestamp()), class.name().to_owned()))
        .map(|class| class.name().to_owned());
    if let Some(default) = default {
        ingress.set("/spec/ingressClassName", default);
    }
    Ok(())
}
