//! ServiceAccount: gives every Pod an account and the volume with its credentials.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json};

use super::super::Registry;
use super::super::metadata::generated_name;
use super::super::pod_defaults::{CONTAINER_LISTS, items};
use super::Attributes;

/// Where containers find the credentials.
const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Seconds that a token is valid.
const TOKEN_SECONDS: i64 = 3607;
/// Marks Pods that a kubelet mirrors from files.
const MIRROR_ANNOTATION: &str = "kubernetes.io/config.mirror";

/// Sets the account, its pull secrets, and the volume `kube-api-access-xxxxx`.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let applies = attributes.kind == &builtin::POD && attributes.old.is_none();
    if !applies || object.get("/spec").is_none() || object.annotation(MIRROR_ANNOTATION).is_some() {
        return Ok(());
    }
    if object.text("/spec/serviceAccountName").is_empty() {
        object.set("/spec/serviceAccountName", "default");
        object.set("/spec/serviceAccount", "default");
    }
    let account = account_of(registry, object)?;
    if object.get("/spec/imagePullSecrets").is_none()
        && let Some(secrets) = account.get("/imagePullSecrets")
    {
        object.set("/spec/imagePullSecrets", secrets.clone());
    }
    let automount = object
        .get("/spec/automountServiceAccountToken")
        .or_else(|| account.get("/automountServiceAccountToken"))
        .and_then(Value::as_bool);
    if automount != Some(false) {
        mount_credentials(registry, object);
    }
    Ok(())
}

fn account_of(registry: &Registry, pod: &Object) -> Result<Arc<Object>, Status> {
    let name = pod.text("/spec/serviceAccountName");
    let namespace = pod.namespace();
    registry.get(&builtin::SERVICE_ACCOUNT, &ObjectKey::new(namespace, name)).map_err(|_| {
        let why =
            format!("error looking up service account {namespace}/{name}: serviceaccount {name:?} not found");
        Status::forbidden(&builtin::POD, pod.name(), &why)
    })
}

/// Mounts the credentials into every container that has nothing else at their place.
fn mount_credentials(registry: &mut Registry, pod: &mut Object) {
    let present = pod
        .list("/spec/volumes")
        .iter()
        .filter_map(|volume| volume["name"].as_str())
        .find(|name| name.starts_with("kube-api-access-"))
        .map(str::to_owned);
    let has_volume = present.is_some();
    let volume = present.unwrap_or_else(|| generated_name("kube-api-access-", registry.random()));
    let mount = json!({"name": volume, "readOnly": true, "mountPath": MOUNT_PATH});
    let mut mounted = false;
    let Some(Value::Object(spec)) = pod.get_mut("/spec") else { return };
    for list in CONTAINER_LISTS {
        for container in items(spec, list) {
            let mounts = container.entry("volumeMounts").or_insert_with(|| json!([]));
            if mounts.is_null() {
                *mounts = json!([]);
            }
            let Value::Array(mounts) = mounts else { continue };
            if !mounts.iter().any(|mount| mount["mountPath"] == MOUNT_PATH) {
                mounts.push(mount.clone());
                mounted = true;
            }
        }
    }
    if mounted && !has_volume {
        let mut volumes = pod.list("/spec/volumes").to_vec();
        volumes.push(credentials_volume(&volume));
        pod.set("/spec/volumes", volumes);
    }
}

fn credentials_volume(name: &str) -> Value {
    json!({"name": name, "projected": {"defaultMode": 0o644, "sources": [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [
            {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}},
        ]}},
    ]}})
}
