//! What the spec of a PersistentVolume holds besides where its data is.

const OTHER_FIELDS: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// Whether a field of a PersistentVolume's spec says where its data is.
#[must_use]
pub fn is_volume_source(field: &str) -> bool {
    !OTHER_FIELDS.contains(&field)
}
