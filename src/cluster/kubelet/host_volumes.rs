//! Volumes that live on the node: host paths, and claims whose volumes are folders there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::apimachinery::builtin::{CSI_DRIVER, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::registry::Registry;
use super::super::runtime::{Files, Ownership, PathKind};
use super::NodeState;

/// Tells that a provisioner made the folder of a volume, for everybody to write to.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";

/// A folder or file of the node that a Pod has as a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostVolume {
    /// Absolute path on the node.
    pub path: String,
    /// Refuse writes, whatever the mount says.
    pub read_only: bool,
}

/// Why a volume could not be mounted: the event's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MountError(pub String);

impl MountError {
    /// A volume that is known by that name could not be set up.
    pub(super) fn setup(volume: &str, why: &str) -> Self {
        Self(format!("MountVolume.SetUp failed for volume {volume:?} : {why}"))
    }
}

/// Volumes that come from elsewhere, which nothing here serves.
const FOREIGN: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

/// Why nobody mounts a volume of a CSI driver: what the driver's object says (`supportsVolumeLifecycleMode`),
/// or that no node runs one.
fn no_driver(registry: &Registry, volume: &str, driver: &str) -> MountError {
    let unsupported = |why: &str| {
        MountError(format!(
            "MountVolume.NewMounter initialization failed for volume {volume:?} : volume mode \"Ephemeral\" not supported by driver {driver} ({why})"
        ))
    };
    let Ok(object) = registry.get(&CSI_DRIVER, &ObjectKey::new("", driver)) else {
        return unsupported("no CSIDriver object");
    };
    let modes = object.list("/spec/volumeLifecycleModes");
    if modes.iter().all(|mode| mode != "Ephemeral") {
        let modes: Vec<String> = modes.iter().map(Value::to_string).collect();
        return unsupported(&format!("only supports [{}]", modes.join(" ")));
    }
    let why = format!(
        "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name {driver} not found in the list of registered CSI drivers"
    );
    MountError::setup(volume, &why)
}

/// Refuses a volume that no driver of the node serves.
fn refuse_foreign(registry: &Registry, volume: &Value) -> Result<(), MountError> {
    let name = volume["name"].as_str().unwrap_or_default();
    if volume["csi"].is_object() {
        let driver = volume["csi"]["driver"].as_str().unwrap_or_default();
        return Err(no_driver(registry, name, driver));
    }
    match FOREIGN.iter().find(|kind| volume[**kind].is_object()) {
        Some(kind) => {
            let why = format!(
                "not simulated: volumes of kind {kind}; use emptyDir, hostPath or a claim of the StorageClass \"standard\""
            );
            Err(MountError::setup(name, &why))
        }
        None => Ok(()),
    }
}

/// The volumes of a Pod that are folders of its node, by the names that the Pod has for them.
///
/// # Errors
/// When a path is not what it has to be, or a claim leads nowhere.
pub(super) fn host_volumes(
    registry: &Registry,
    files: &mut Files,
    pod: &Object,
) -> Result<BTreeMap<String, HostVolume>, MountError> {
    let mut volumes = BTreeMap::new();
    for volume in pod.list("/spec/volumes") {
        let name = volume["name"].as_str().unwrap_or_default();
        let source = |field: &str| volume.get(field).filter(|source| source.is_object());
        let found = if let Some(source) = source("hostPath") {
            Some(host_path(files, name, source, false)?)
        } else if let Some(source) = source("persistentVolumeClaim") {
            let claim = source["claimName"].as_str().unwrap_or_default();
            Some(claimed(registry, files, pod, name, claim, source["readOnly"] == true)?)
        } else if source("ephemeral").is_some() {
            let claim = format!("{}-{name}", pod.name());
            Some(claimed(registry, files, pod, name, &claim, false)?)
        } else {
            refuse_foreign(registry, volume)?;
            None
        };
        volumes.extend(found.map(|found| (name.to_owned(), found)));
    }
    Ok(volumes)
}

/// A claim's volume, which has to be bound and to be a folder.
fn claimed(
    registry: &Registry,
    files: &mut Files,
    pod: &Object,
    name: &str,
    claim: &str,
    read_only: bool,
) -> Result<HostVolume, MountError> {
    let key = ObjectKey::new(pod.namespace(), claim);
    let unprocessed = |why: String| {
        MountError(format!(
            "Unable to attach or mount volumes: unmounted volumes=[{name}], unattached volumes=[], failed to process volumes=[{name}]: error processing PVC {key}: {why}"
        ))
    };
    let found = registry
        .get(&PERSISTENT_VOLUME_CLAIM, &key)
        .map_err(|status| unprocessed(format!("failed to fetch PVC from API server: {}", status.message)))?;
    if found.text("/status/phase") != "Bound" {
        return Err(unprocessed("PVC is not bound".to_owned()));
    }
    let volume = found.text("/spec/volumeName").to_owned();
    let volume =
        registry.get(&PERSISTENT_VOLUME, &ObjectKey::new("", volume.as_str())).map_err(|status| {
            unprocessed(format!("failed to fetch PV {volume} from API server: {}", status.message))
        })?;
    let source = |field: &str| volume.get(&format!("/spec/{field}")).filter(|source| source.is_object());
    if let Some(source) = source("hostPath") {
        let path = clean(source["path"].as_str().unwrap_or_default());
        if files.path_kind(&path) == PathKind::Nothing && volume.annotation(PROVISIONED_BY).is_some() {
            files.make_folder(&path);
            files.set_ownership(&path, Ownership { mode: 0o777, user: 0, group: 0 });
        }
        return host_path(files, volume.name(), source, read_only);
    }
    if let Some(source) = source("local") {
        let path = clean(source["path"].as_str().unwrap_or_default());
        if files.path_kind(&path) != PathKind::Directory {
            return Err(MountError(format!(
                "MountVolume.NewMounter initialization failed for volume {:?} : path {path:?} does not exist",
                volume.name()
            )));
        }
        return Ok(HostVolume { path, read_only });
    }
    let why = "not simulated: volumes other than hostPath and local; use the StorageClass \"standard\"";
    Err(MountError::setup(volume.name(), why))
}

/// A path of the node, checked and made as its type says (`pkg/volume/hostpath`).
fn host_path(
    files: &mut Files,
    volume: &str,
    source: &Value,
    read_only: bool,
) -> Result<HostVolume, MountError> {
    let path = clean(source["path"].as_str().unwrap_or_default());
    let (found, wanted) = (files.path_kind(&path), source["type"].as_str().unwrap_or_default());
    let missing = found == PathKind::Nothing;
    let why = match wanted {
        "" | "DirectoryOrCreate" if missing => {
            files.make_folder(&path);
            None
        }
        "FileOrCreate" if missing => {
            files.insert(&path, Vec::new());
            None
        }
        "" => None,
        "Directory" | "DirectoryOrCreate" => (found != PathKind::Directory).then_some("a directory"),
        "File" | "FileOrCreate" => (found != PathKind::File).then_some("a file"),
        "Socket" => Some("a socket"),
        "CharDevice" => Some("a character device"),
        _ => Some("a block device"),
    };
    match why {
        None => Ok(HostVolume { path, read_only }),
        Some(what) => {
            Err(MountError::setup(volume, &format!("hostPath type check failed: {path} is not {what}")))
        }
    }
}

/// An absolute path without a slash at its end; empty for the root.
fn clean(path: &str) -> String {
    path.trim_end_matches('/').to_owned()
}

impl NodeState {
    /// Removes a folder of every node with all that is in it, as a storage provisioner does.
    pub(crate) fn remove_folder(&mut self, path: &str) {
        for files in self.disks.values_mut() {
            files.remove_folder(&clean(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn paths_must_be_what_their_type_says() {
        let mut files = Files::default();
        files.insert("/etc/os-release", "ID=debian\n");
        let mut mount = |path: &str, kind: &str| {
            host_path(&mut files, "v", &json!({"path": path, "type": kind}), false).map_err(|error| error.0)
        };
        assert_eq!(mount("/data/", ""), Ok(HostVolume { path: "/data".to_owned(), read_only: false }));
        assert!(mount("/data", "Directory").is_ok());
        assert!(mount("/run/made", "FileOrCreate").is_ok());
        assert!(mount("/etc/os-release", "File").is_ok());
        assert_eq!(
            mount("/nowhere", "Directory").unwrap_err(),
            "MountVolume.SetUp failed for volume \"v\" : hostPath type check failed: /nowhere is not a directory"
        );
        assert_eq!(
            mount("/var/run/docker.sock", "Socket").unwrap_err(),
            "MountVolume.SetUp failed for volume \"v\" : hostPath type check failed: /var/run/docker.sock is not a socket"
        );
    }
}
