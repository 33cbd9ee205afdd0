//! RuntimeClass: a Pod's runtime class must be there; its overhead and its nodes become the Pod's.

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::Value;

use super::super::Registry;
use super::Attributes;

/// Fills in what the class says (`plugin/pkg/admission/runtimeclass`).
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::POD || attributes.old.is_some() {
        return Ok(());
    }
    let forbidden = |object: &Object, why: &str| Err(Status::forbidden(&builtin::POD, object.name(), why));
    let name = object.text("/spec/runtimeClassName").to_owned();
    if name.is_empty() {
        if object.get("/spec/overhead").is_some() {
            let why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
            return forbidden(object, why);
        }
        return Ok(());
    }
    let Ok(class) = registry.get(&builtin::RUNTIME_CLASS, &ObjectKey::new("", name.as_str())) else {
        return forbidden(object, &format!("pod rejected: RuntimeClass {name:?} not found"));
    };
    match (object.get("/spec/overhead"), class.get("/overhead/podFixed")) {
        (Some(_), None) => {
            let why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
            return forbidden(object, why);
        }
        (Some(given), Some(fixed)) if given != fixed => {
            let why = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
            return forbidden(object, why);
        }
        (None, Some(fixed)) => object.set("/spec/overhead", fixed.clone()),
        _ => {}
    }
    for (key, value) in class.map("/scheduling/nodeSelector").into_iter().flatten() {
        let selector = object.map("/spec/nodeSelector");
        let pointer = format!("/spec/nodeSelector/{}", key.replace('~', "~0").replace('/', "~1"));
        match selector.and_then(|selector| selector.get(key)) {
            None => object.set(&pointer, value.clone()),
            Some(given) if given == value => {}
            Some(_) => {
                let why = format!(
                    "pod rejected: conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}",
                    text(value),
                    object.text(&pointer)
                );
                return forbidden(object, &why);
            }
        }
    }
    let mut tolerations = object.list("/spec/tolerations").to_vec();
    for toleration in class.list("/scheduling/tolerations") {
        if !tolerations.contains(toleration) {
            tolerations.push(toleration.clone());
        }
    }
    if !tolerations.is_empty() {
        object.set("/spec/tolerations", tolerations);
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
