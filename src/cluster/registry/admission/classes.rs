//! RuntimeClass and DefaultIngressClass: what classes mean for the objects that name them, or none.

use std::cmp::Reverse;

use serde_json::Value;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// Marks the class of Ingresses that name none.
const DEFAULT_INGRESS_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
/// Where Ingresses named their class before there was a field.
const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

/// RuntimeClass: a Pod gets the overhead, the node selector and the tolerations of its class.
pub(super) fn runtime(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    pod: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::POD || attributes.old.is_some() {
        return Ok(());
    }
    let name = pod.text("/spec/runtimeClassName").to_owned();
    let refuse = |pod: &Object, why: &str| Err(Status::forbidden(&builtin::POD, pod.name(), why));
    if name.is_empty() {
        if pod.map("/spec/overhead").is_some_and(|overhead| !overhead.is_empty()) {
            return refuse(
                pod,
                "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
            );
        }
        return Ok(());
    }
    let Ok(class) = registry.get(&builtin::RUNTIME_CLASS, &ObjectKey::new("", name.as_str())) else {
        return refuse(pod, &format!("pod rejected: RuntimeClass {name:?} not found"));
    };
    if let Some(overhead) = class.get("/overhead/podFixed") {
        if pod.get("/spec/overhead").is_some_and(|given| given != overhead) {
            return refuse(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        pod.set("/spec/overhead", overhead.clone());
    }
    let selector = class.map("/scheduling/nodeSelector").cloned().unwrap_or_default();
    if !selector.is_empty() {
        let mut merged = pod.map("/spec/nodeSelector").cloned().unwrap_or_default();
        for (key, value) in selector {
            if let Some(given) = merged.get(&key).filter(|given| **given != value) {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let (given, wanted) = (text(given), text(&value));
                let why = format!(
                    "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {wanted}; pod.spec.nodeSelector[{key}] = {given}"
                );
                return refuse(pod, &why);
            }
            merged.insert(key, value);
        }
        pod.set("/spec/nodeSelector", merged);
    }
    let mut tolerations = pod.list("/spec/tolerations").to_vec();
    let added = class
        .list("/scheduling/tolerations")
        .iter()
        .filter(|one| !pod.list("/spec/tolerations").contains(one));
    tolerations.extend(added.cloned());
    if tolerations.len() > pod.list("/spec/tolerations").len() {
        pod.set("/spec/tolerations", tolerations);
    }
    Ok(())
}

/// DefaultIngressClass: a new Ingress that names no class gets the default one, the youngest of several.
pub(super) fn ingress(
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
