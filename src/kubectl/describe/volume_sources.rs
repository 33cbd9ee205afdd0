//! Volumes that are described by a title and their fields alone: a table, in upstream's order.

use super::text::{Text, array, scalar, text_of};
use crate::apimachinery::go_value;
use crate::base::Value;

/// How a field is written.
#[derive(Clone, Copy)]
enum How {
    /// As it is; nothing when it is missing.
    Plain,
    /// `<none>` when it is missing.
    OrNone,
    /// Only of a PersistentVolume; what stands for it when it is missing.
    OfVolume(&'static str),
    /// `0` when it is missing.
    Number,
    /// `false` when it is missing.
    Switch,
    /// `[a b]`.
    List,
    /// `a, b`.
    Joined,
    /// `map[a:b]`.
    Map,
    /// A Secret, as Go writes a pointer to a struct.
    Secret,
}

use How::{Joined, List, Map, Number, OfVolume, OrNone, Plain, Secret, Switch};

type Field = (&'static str, &'static str, How);

const READ_ONLY: Field = ("ReadOnly:", "/readOnly", Switch);
const FS_TYPE: Field = ("FSType:", "/fsType", Plain);

/// The field of a volume, its type in words, and its fields.
const SOURCES: &[(&str, &str, &[Field])] = &[
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        &[("VolumeID:", "/volumeID", Plain), FS_TYPE, ("Partition:", "/partition", Number), READ_ONLY],
    ),
    (
        "azureDisk",
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        &[
            ("DiskName:", "/diskName", Plain),
            ("DiskURI:", "/diskURI", Plain),
            ("Kind:", "/kind", Plain),
            FS_TYPE,
            ("CachingMode:", "/cachingMode", Plain),
            READ_ONLY,
        ],
    ),
    (
        "azureFile",
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        &[
            ("SecretName:", "/secretName", Plain),
            ("SecretNamespace:", "/secretNamespace", OfVolume("")),
            ("ShareName:", "/shareName", Plain),
            READ_ONLY,
        ],
    ),
    (
        "cephfs",
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        &[
            ("Monitors:", "/monitors", List),
            ("Path:", "/path", Plain),
            ("User:", "/user", Plain),
            ("SecretFile:", "/secretFile", Plain),
            ("SecretRef:", "/secretRef", Secret),
            READ_ONLY,
        ],
    ),
    (
        "cinder",
        "Cinder (a Persistent Disk resource in OpenStack)",
        &[("VolumeID:", "/volumeID", Plain), FS_TYPE, READ_ONLY, ("SecretRef:", "/secretRef", Secret)],
    ),
    (
        "fc",
        "FC (a Fibre Channel disk)",
        &[("TargetWWNs:", "/targetWWNs", Joined), ("LUN:", "/lun", OrNone), FS_TYPE, READ_ONLY],
    ),
    (
        "flexVolume",
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
        &[
            ("Driver:", "/driver", Plain),
            FS_TYPE,
            ("SecretRef:", "/secretRef", Secret),
            READ_ONLY,
            ("Options:", "/options", Map),
        ],
    ),
    (
        "flocker",
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        &[("DatasetName:", "/datasetName", Plain), ("DatasetUUID:", "/datasetUUID", Plain)],
    ),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        &[("PDName:", "/pdName", Plain), FS_TYPE, ("Partition:", "/partition", Number), READ_ONLY],
    ),
    (
        "gitRepo",
        "GitRepo (a volume that is pulled from git when the pod is created)",
        &[("Repository:", "/repository", Plain), ("Revision:", "/revision", Plain)],
    ),
    (
        "glusterfs",
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        &[
            ("EndpointsName:", "/endpoints", Plain),
            ("EndpointsNamespace:", "/endpointsNamespace", OfVolume("<unset>")),
            ("Path:", "/path", Plain),
            READ_ONLY,
        ],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[("Reference:", "/reference", Plain), ("PullPolicy:", "/pullPolicy", Plain)],
    ),
    (
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        &[
            ("TargetPortal:", "/targetPortal", Plain),
            ("IQN:", "/iqn", Plain),
            ("Lun:", "/lun", Number),
            // Upstream's title has no colon.
            ("ISCSIInterface", "/iscsiInterface", Plain),
            FS_TYPE,
            READ_ONLY,
            ("Portals:", "/portals", List),
            ("DiscoveryCHAPAuth:", "/chapAuthDiscovery", Switch),
            ("SessionCHAPAuth:", "/chapAuthSession", Switch),
            ("SecretRef:", "/secretRef", Secret),
            ("InitiatorName:", "/initiatorName", OrNone),
        ],
    ),
    (
        "local",
        "LocalVolume (a persistent volume backed by local storage on a node)",
        &[("Path:", "/path", Plain)],
    ),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server:", "/server", Plain), ("Path:", "/path", Plain), READ_ONLY],
    ),
    (
        "photonPersistentDisk",
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        &[("PdID:", "/pdID", Plain), FS_TYPE],
    ),
    ("portworxVolume", "PortworxVolume (a Portworx Volume resource)", &[("VolumeID:", "/volumeID", Plain)]),
    (
        "quobyte",
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        &[("Registry:", "/registry", Plain), ("Volume:", "/volume", Plain), READ_ONLY],
    ),
    (
        "rbd",
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        &[
            ("CephMonitors:", "/monitors", List),
            ("RBDImage:", "/image", Plain),
            FS_TYPE,
            ("RBDPool:", "/pool", Plain),
            ("RadosUser:", "/user", Plain),
            ("Keyring:", "/keyring", Plain),
            ("SecretRef:", "/secretRef", Secret),
            READ_ONLY,
        ],
    ),
    (
        "scaleIO",
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        &[
            ("Gateway:", "/gateway", Plain),
            ("System:", "/system", Plain),
            ("Protection Domain:", "/protectionDomain", Plain),
            ("Storage Pool:", "/storagePool", Plain),
            ("Storage Mode:", "/storageMode", Plain),
            ("VolumeName:", "/volumeName", Plain),
            FS_TYPE,
            READ_ONLY,
        ],
    ),
    (
        "storageos",
        "StorageOS (a StorageOS Persistent Disk resource)",
        &[
            ("VolumeName:", "/volumeName", Plain),
            ("VolumeNamespace:", "/volumeNamespace", Plain),
            FS_TYPE,
            READ_ONLY,
        ],
    ),
    (
        "vsphereVolume",
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        &[
            ("VolumePath:", "/volumePath", Plain),
            FS_TYPE,
            ("StoragePolicyName:", "/storagePolicyName", Plain),
        ],
    ),
];

/// Describes a volume of the table; `false` when it is none. Those of PersistentVolumes name Secrets of any
/// namespace.
pub(super) fn describe(text: &mut Text, kind: &str, source: &Value, persistent: bool) -> bool {
    let Some((_, what, fields)) = SOURCES.iter().find(|(known, ..)| *known == kind) else { return false };
    text.field(2, "Type", what);
    for (title, path, how) in *fields {
        let value = source.pointer(path).unwrap_or(&Value::Null);
        if let Some(shown) = shown(value, *how, persistent) {
            text.line(2, format!("{title}\t{shown}"));
        }
        if (kind, *title, persistent) == ("scaleIO", "VolumeName:", true) {
            text.field(2, "SecretName", text_of(&source["secretRef"]["name"]));
            text.field(2, "SecretNamespace", text_of(&source["secretRef"]["namespace"]));
        }
    }
    true
}

fn shown(value: &Value, how: How, persistent: bool) -> Option<String> {
    let texts = |separator: &str| array(value).iter().map(text_of).collect::<Vec<_>>().join(separator);
    Some(match how {
        OfVolume(_) if !persistent => return None,
        OfVolume(missing) if value.is_null() => missing.to_owned(),
        OrNone if value.is_null() => "<none>".to_owned(),
        Number if value.is_null() => "0".to_owned(),
        Switch if value.is_null() => "false".to_owned(),
        List => format!("[{}]", texts(" ")),
        Joined => texts(", "),
        Map if value.is_null() => "map[]".to_owned(),
        Map => go_value(value),
        Secret if value.is_null() => "nil".to_owned(),
        Secret if persistent => {
            let (name, namespace) = (text_of(&value["name"]), text_of(&value["namespace"]));
            format!("&SecretReference{{Name:{name},Namespace:{namespace},}}")
        }
        Secret => format!("&LocalObjectReference{{Name:{},}}", text_of(&value["name"])),
        Plain | OrNone | OfVolume(_) | Number | Switch => scalar(value),
    })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn described(kind: &str, source: &Value, persistent: bool) -> String {
        let mut text = Text::default();
        assert!(describe(&mut text, kind, source, persistent));
        text.raw().replace('\t', " ")
    }

    #[test]
    fn what_is_missing_reads_as_in_a_struct_of_go() {
        let text = described("iscsi", &json!({"targetPortal": "p", "portals": ["a", "b"]}), false);
        for line in ["    Lun: 0\n", "    ISCSIInterface \n", "Portals: [a b]\n", "SecretRef: nil\n"] {
            assert!(text.contains(line), "{line} {text}");
        }
        assert!(text.ends_with("    InitiatorName: <none>\n"), "{text}");
        let secret = json!({"secretRef": {"name": "s", "namespace": "n"}, "options": {"a": "b"}});
        let text = described("flexVolume", &secret, true);
        assert!(text.contains("SecretRef: &SecretReference{Name:s,Namespace:n,}\n"), "{text}");
        assert!(text.ends_with("Options: map[a:b]\n"), "{text}");
        let text = described("glusterfs", &json!({"endpoints": "e"}), true);
        assert!(text.contains("EndpointsName: e\n    EndpointsNamespace: <unset>\n"), "{text}");
        let text = described("azureFile", &json!({"secretName": "s"}), true);
        assert!(text.contains("SecretName: s\n    SecretNamespace: \n"), "{text}");
        let text = described("glusterfs", &json!({"endpoints": "e"}), false);
        assert!(!text.contains("EndpointsNamespace"), "{text}");
    }
}
