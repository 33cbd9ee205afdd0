//! The node authorizer: a kubelet may read what the Pods on its node use, and little else
//! (`plugin/pkg/auth/authorizer/node`).

use crate::apimachinery::builtin::{CLUSTER_ROLE, PERSISTENT_VOLUME_CLAIM};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::storage::Store;
use super::attributes::Attributes;
use super::policy_rule::allows;
use super::user::User;

/// What the user name of a kubelet begins with.
const PREFIX: &str = "system:node:";
/// The group of the kubelets.
const GROUP: &str = "system:nodes";
/// The role with what every kubelet may do.
const ROLE: &str = "system:node";
/// Where kubelets tell that they live.
const LEASES: &str = "kube-node-lease";

/// The node that a user is the kubelet of.
pub(crate) fn node_of(user: &User) -> Option<&str> {
    user.name.strip_prefix(PREFIX).filter(|name| !name.is_empty() && user.is_in(GROUP))
}

/// Why the kubelet of `node` may do it (`Ok`, always empty), or why not (empty: nothing is said).
pub(super) fn authorize(store: &Store, node: &str, attributes: &Attributes) -> Result<String, String> {
    let reads = ["get", "list", "watch"].contains(&attributes.verb.as_str());
    let plain = attributes.subresource.is_empty();
    match (attributes.group.as_str(), attributes.resource.as_str()) {
        ("", "secrets" | "configmaps") if reads && plain => related(store, node, attributes),
        ("", "persistentvolumeclaims" | "persistentvolumes") if attributes.verb == "get" && plain => {
            related(store, node, attributes)
        }
        ("", "serviceaccounts") if attributes.verb == "create" && attributes.subresource == "token" => {
            related(store, node, attributes)
        }
        ("", "serviceaccounts") if attributes.verb == "get" && plain => related(store, node, attributes),
        ("coordination.k8s.io", "leases") => lease(node, attributes),
        ("storage.k8s.io", "csinodes") => own(node, attributes, "CSINode"),
        _ => plain_rules(store, attributes),
    }
}

fn plain_rules(store: &Store, attributes: &Attributes) -> Result<String, String> {
    let role = store.get(&CLUSTER_ROLE, &ObjectKey::new("", ROLE));
    let may = role.is_some_and(|role| role.list("/rules").iter().any(|rule| allows(rule, attributes)));
    if may { Ok(String::new()) } else { Err(String::new()) }
}

fn own(node: &str, attributes: &Attributes, kind: &str) -> Result<String, String> {
    if !["get", "create", "update", "patch", "delete"].contains(&attributes.verb.as_str()) {
        return Err(format!("can only get, create, update, patch, or delete a {kind}"));
    }
    if attributes.verb != "create" && attributes.name != node {
        return Err(format!("can only access {kind} with the same name as the requesting node"));
    }
    Ok(String::new())
}

fn lease(node: &str, attributes: &Attributes) -> Result<String, String> {
    own(node, attributes, "node lease")?;
    if attributes.namespace != LEASES {
        return Err(format!("can only access leases in the {LEASES:?} system namespace"));
    }
    Ok(String::new())
}

/// Whether a Pod on the node uses the object asked for.
fn related(store: &Store, node: &str, attributes: &Attributes) -> Result<String, String> {
    if attributes.name.is_empty() {
        return Err("No Object name found".to_owned());
    }
    let uses = |pod: &Object| match attributes.resource.as_str() {
        "secrets" => mentions(pod, attributes, &["secret", "secretRef", "secretKeyRef", "imagePullSecrets"]),
        "configmaps" => mentions(pod, attributes, &["configMap", "configMapRef", "configMapKeyRef"]),
        "persistentvolumeclaims" => mentions(pod, attributes, &["persistentVolumeClaim"]),
        "persistentvolumes" => claims(pod).any(|claim| {
            let claim = store.get(&PERSISTENT_VOLUME_CLAIM, &ObjectKey::new(pod.namespace(), claim.as_str()));
            claim.is_some_and(|claim| claim.text("/spec/volumeName") == attributes.name)
        }),
        _ => {
            pod.namespace() == attributes.namespace && pod.text("/spec/serviceAccountName") == attributes.name
        }
    };
    if store.pods_on(node).any(|pod| uses(pod)) {
        return Ok(String::new());
    }
    Err(format!("no relationship found between node '{node}' and this object"))
}

fn claims(pod: &Object) -> impl Iterator<Item = String> {
    let volumes = pod.list("/spec/volumes").iter();
    volumes.filter_map(|volume| Some(volume["persistentVolumeClaim"]["claimName"].as_str()?.to_owned()))
}

/// Whether a Pod's specification names the object under one of these fields.
fn mentions(pod: &Object, attributes: &Attributes, fields: &[&str]) -> bool {
    pod.namespace() == attributes.namespace
        && pod.get("/spec").is_some_and(|spec| names(spec, &attributes.name, fields))
}

fn names(value: &Value, name: &str, fields: &[&str]) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(field, inner)| {
            (fields.contains(&field.as_str()) && is_named(inner, name)) || names(inner, name, fields)
        }),
        Value::Array(items) => items.iter().any(|item| names(item, name, fields)),
        _ => false,
    }
}

fn is_named(reference: &Value, name: &str) -> bool {
    match reference {
        Value::Array(items) => items.iter().any(|item| is_named(item, name)),
        _ => ["name", "secretName", "claimName"].iter().any(|field| reference[*field] == name),
    }
}
