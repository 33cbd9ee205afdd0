//! TaintNodesByCondition: a new node takes no Pods until it is known to be ready.

use crate::apimachinery::{Object, Status, builtin};
use crate::base::json;

use super::super::Registry;
use super::Attributes;

/// Gives new nodes the taint `not-ready`.
pub(super) fn admit(
    _registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::NODE || attributes.old.is_some() {
        return Ok(());
    }
    let key = "node.kubernetes.io/not-ready";
    let mut taints = object.list("/spec/taints").to_vec();
    if !taints.iter().any(|taint| taint["key"] == key && taint["effect"] == "NoSchedule") {
        taints.push(json!({"key": key, "effect": "NoSchedule"}));
        object.set("/spec/taints", taints);
    }
    Ok(())
}
