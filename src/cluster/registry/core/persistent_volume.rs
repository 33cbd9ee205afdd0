//! Rules of PersistentVolumes.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Where the class stood before `spec.storageClassName`.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// `pkg/registry/core/persistentvolume`.
pub(crate) struct PersistentVolumeStrategy;

impl Strategy for PersistentVolumeStrategy {
    fn set_defaults(&self, object: &mut Object) {
        for (pointer, value) in
            [("/spec/persistentVolumeReclaimPolicy", "Retain"), ("/spec/volumeMode", "Filesystem")]
        {
            if object.text(pointer).is_empty() {
                object.set(pointer, value);
            }
        }
        if object.get("/spec/hostPath").is_some_and(Value::is_object)
            && object.get("/spec/hostPath/type").is_none()
        {
            object.set("/spec/hostPath/type", "");
        }
        columns::canonical_amounts(object, "/spec/capacity");
    }

    fn prepare_for_create(&self, object: &mut Object) {
        let created = object.text("/metadata/creationTimestamp").to_owned();
        object.set("/status", json!({"phase": "Pending", "lastPhaseTransitionTime": created}));
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::persistent_volume_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::persistent_volume_update_errors(new, old)
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        let mut warnings = Vec::new();
        if object.annotation(CLASS_ANNOTATION).is_some() {
            warnings.push(format!(
                "metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; use \"storageClassName\" attribute instead"
            ));
        }
        if object.text("/spec/persistentVolumeReclaimPolicy") == "Recycle" {
            warnings.push("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.".to_owned());
        }
        warnings
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Capacity"),
                Column::text("Access Modes"),
                Column::text("Reclaim Policy"),
                Column::text("Status"),
                Column::text("Claim"),
                Column::text("StorageClass"),
                Column::text("VolumeAttributesClass"),
                Column::text("Reason"),
                columns::AGE,
                Column::wide("VolumeMode"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let claim = match object.text("/spec/claimRef/name") {
            "" => String::new(),
            name => format!("{}/{name}", object.text("/spec/claimRef/namespace")),
        };
        vec![
            object.name().into(),
            object.text("/spec/capacity/storage").into(),
            access_modes(object.list("/spec/accessModes")).into(),
            object.text("/spec/persistentVolumeReclaimPolicy").into(),
            phase(object).into(),
            claim.into(),
            object.text("/spec/storageClassName").into(),
            or_unset(object.text("/spec/volumeAttributesClassName")),
            object.text("/status/reason").into(),
            columns::age(object, now),
            or_unset(object.text("/spec/volumeMode")),
        ]
    }
}

/// The phase; `Terminating` once the object is on its way out.
pub(super) fn phase(object: &Object) -> &str {
    if object.is_terminating() { "Terminating" } else { object.text("/status/phase") }
}

/// `RWO,RWX`: the short forms, in upstream's order (`GetAccessModesAsString`).
pub(super) fn access_modes(modes: &[Value]) -> String {
    let short = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let shown = short.iter().filter(|(mode, _)| modes.iter().any(|found| found == mode));
    shown.map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

/// The text, or `<unset>`.
pub(super) fn or_unset(text: &str) -> Value {
    if text.is_empty() { "<unset>".into() } else { text.into() }
}
