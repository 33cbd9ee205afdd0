//! NodeRestriction: a kubelet writes its own node, and the Pods that are bound to it
//! (`plugin/pkg/admission/noderestriction`).

use crate::apimachinery::builtin::{NODE, PERSISTENT_VOLUME_CLAIM, POD};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::Value;

use super::super::super::authorization::{User, node_of};
use super::super::Registry;
use super::super::options::WriteOptions;
use super::Attributes;

/// What marks the API's image of a static Pod.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// Labels below this name are not for nodes to set.
const RESTRICTED: &str = "node-restriction.kubernetes.io";
/// Labels of Kubernetes that kubelets set (`kubeletapis.kubeletLabels`).
const KUBELET_LABELS: &[&str] = &[
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "node.kubernetes.io/instance-type",
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "node.kubernetes.io/windows-build",
];
/// Domains of Kubernetes whose labels kubelets may set (`kubeletLabelNamespaces`).
const KUBELET_DOMAINS: &[&str] = &["kubelet.kubernetes.io", "node.kubernetes.io"];

/// Refuses what a kubelet must not write.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let Attributes { kind, old, options } = *attributes;
    let Some(node) = node_of(&options.user) else { return Ok(()) };
    let refuse = |why: String| Err(Status::forbidden(kind, object.name(), &why));
    match (kind, options.subresource) {
        (kind, "") if kind == &POD => match old {
            None => created(registry, node, object).or_else(refuse),
            Some(_) => refuse(format!(
                "unexpected operation \"UPDATE\", node {node:?} can only create and delete mirror pods"
            )),
        },
        (kind, "status") if kind == &POD => match old {
            Some(old) if old.text("/spec/nodeName") != node => refuse(format!(
                "node {node:?} can only update pod status for pods with spec.nodeName set to itself"
            )),
            Some(old) if old.map("/metadata/labels") != object.map("/metadata/labels") => {
                refuse(format!("node {node:?} cannot update labels through pod status"))
            }
            _ => Ok(()),
        },
        (kind, _) if kind == &NODE => of_node(node, old, object).or_else(refuse),
        (kind, "status") if kind == &PERSISTENT_VOLUME_CLAIM => {
            let without = |claim: &Object| {
                let mut claim = claim.clone();
                for field in [
                    "/metadata/resourceVersion",
                    "/metadata/managedFields",
                    "/status/capacity",
                    "/status/conditions",
                    "/status/allocatedResources",
                    "/status/allocatedResourceStatuses",
                ] {
                    claim.remove(field);
                }
                claim
            };
            match old {
                Some(old) if without(old) != without(object) => refuse(format!(
                    "node {node:?} is not allowed to update fields other than status.capacity and status.conditions"
                )),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Refuses what a kubelet must not delete.
pub(super) fn admit_deletion(
    kind: &'static Kind,
    old: &Object,
    options: &WriteOptions,
) -> Result<(), Status> {
    let Some(node) = node_of(&options.user) else { return Ok(()) };
    let why = if kind == &POD && old.text("/spec/nodeName") != node {
        format!("node {node:?} can only delete pods with spec.nodeName set to itself")
    } else if kind == &NODE && old.name() != node {
        format!("node {node:?} is not allowed to modify node {:?}", old.name())
    } else {
        return Ok(());
    };
    Err(Status::forbidden(kind, old.name(), &why))
}

/// Refuses an eviction that a kubelet must not ask for.
pub(in super::super) fn admit_eviction(pod: &Object, user: &User) -> Result<(), Status> {
    match node_of(user) {
        Some(node) if pod.text("/spec/nodeName") != node => {
            let why = format!("node {node} can only evict pods with spec.nodeName set to itself");
            Err(Status::forbidden(&POD, pod.name(), &why))
        }
        _ => Ok(()),
    }
}

/// Refuses a token that a kubelet must not ask for.
pub(in super::super) fn admit_token(
    registry: &Registry,
    account: &ObjectKey,
    request: &Object,
    user: &User,
) -> Result<(), Status> {
    let Some(node) = node_of(user) else { return Ok(()) };
    let refuse = |why: &str| {
        Err(Status::forbidden(&crate::apimachinery::builtin::SERVICE_ACCOUNT, &account.name, why))
    };
    let reference = |field: &str| request.text(&format!("/spec/boundObjectRef/{field}")).to_owned();
    if reference("apiVersion") != "v1" || reference("kind") != "Pod" || reference("name").is_empty() {
        return refuse("node requested token not bound to a pod");
    }
    if reference("uid").is_empty() {
        return refuse("node requested token with a pod binding without a uid");
    }
    let pod = registry.get(&POD, &ObjectKey::new(account.namespace.as_str(), reference("name")))?;
    if pod.uid() != reference("uid") {
        return refuse(&format!(
            "the UID in the bound object reference ({}) does not match the UID in record. The object might have been deleted and then recreated",
            reference("uid")
        ));
    }
    if pod.text("/spec/nodeName") != node {
        return refuse("node requested token bound to a pod scheduled on a different node");
    }
    Ok(())
}

fn created(registry: &Registry, node: &str, pod: &Object) -> Result<(), String> {
    if pod.annotation(MIRROR).is_none() {
        return Err(format!(
            "pod does not have {MIRROR:?} annotation, node {node:?} can only create mirror pods"
        ));
    }
    if pod.text("/spec/nodeName") != node {
        return Err(format!("node {node:?} can only create pods with spec.nodeName set to itself"));
    }
    let owner = match pod.list("/metadata/ownerReferences") {
        [] => {
            return Err(format!("node {node:?} can only create pods with an owner reference set to itself"));
        }
        [owner] => owner,
        _ => {
            return Err(format!(
                "node {node:?} can only create pods with a single owner reference set to itself"
            ));
        }
    };
    if owner["apiVersion"] != "v1" || owner["kind"] != "Node" || owner["name"] != node {
        return Err(format!("node {node:?} can only create pods with an owner reference set to itself"));
    }
    if owner["controller"] != true {
        return Err(format!(
            "node {node:?} can only create pods with a controller owner reference set to itself"
        ));
    }
    if owner["blockOwnerDeletion"] == true {
        return Err(format!("node {node:?} must not set blockOwnerDeletion on an owner reference"));
    }
    if let Ok(object) = registry.get(&NODE, &ObjectKey::new("", node))
        && owner["uid"] != object.uid()
    {
        let found = owner["uid"].as_str().unwrap_or_default();
        return Err(format!("node {node} UID mismatch: expected {found} got {}", object.uid()));
    }
    let refers = |what: &str| Err(format!("node {node:?} can not create pods that reference {what}"));
    if !pod.text("/spec/serviceAccountName").is_empty() {
        return refers("a service account");
    }
    let spec = pod.get("/spec").unwrap_or(&Value::Null);
    let image_secrets = !pod.list("/spec/imagePullSecrets").is_empty();
    if image_secrets || names(spec, &["secret", "secretRef", "secretKeyRef"]) {
        return refers("secrets");
    }
    if names(spec, &["configMap", "configMapRef", "configMapKeyRef"]) {
        return refers("configmaps");
    }
    if names(spec, &["persistentVolumeClaim"]) {
        return refers("persistentvolumeclaims");
    }
    Ok(())
}

/// Whether one of those fields is set somewhere.
fn names(value: &Value, fields: &[&str]) -> bool {
    match value {
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| fields.contains(&key.as_str()) && value.is_object() || names(value, fields)),
        Value::Array(list) => list.iter().any(|value| names(value, fields)),
        _ => false,
    }
}

fn of_node(node: &str, old: Option<&Object>, object: &Object) -> Result<(), String> {
    if object.name() != node {
        return Err(format!("node {node:?} is not allowed to modify node {:?}", object.name()));
    }
    let Some(old) = old else {
        let forbidden = forbidden_labels(None, object);
        if forbidden.is_empty() {
            return Ok(());
        }
        return Err(format!(
            "node {node:?} is not allowed to set the following labels: {}",
            forbidden.join(", ")
        ));
    };
    if old.list("/spec/taints") != object.list("/spec/taints") {
        return Err(format!("node {node:?} is not allowed to modify taints"));
    }
    let forbidden = forbidden_labels(Some(old), object);
    if forbidden.is_empty() {
        return Ok(());
    }
    Err(format!("is not allowed to modify labels: {}", forbidden.join(", ")))
}

/// Labels that differ and are not for a node to write.
fn forbidden_labels(old: Option<&Object>, new: &Object) -> Vec<String> {
    let of = |object: Option<&Object>| {
        object.and_then(|object| object.map("/metadata/labels")).cloned().unwrap_or_default()
    };
    let (old, new) = (of(old), of(Some(new)));
    let mut changed: Vec<String> = new
        .iter()
        .filter(|(key, value)| old.get(key) != Some(value))
        .map(|(key, _)| key)
        .chain(old.keys().filter(|key| !new.contains_key(key)))
        .filter(|key| is_forbidden(key))
        .map(ToString::to_string)
        .collect();
    changed.sort();
    changed
}

fn is_forbidden(key: &str) -> bool {
    let domain = key.split_once('/').map(|(domain, _)| domain).unwrap_or_default();
    let below = |suffix: &str| domain == suffix || domain.ends_with(&format!(".{suffix}"));
    let ours = KUBELET_LABELS.contains(&key) || KUBELET_DOMAINS.iter().any(|known| below(known));
    below(RESTRICTED) || (below("kubernetes.io") || below("k8s.io")) && !ours
}
