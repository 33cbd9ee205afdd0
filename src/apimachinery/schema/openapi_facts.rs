//! What OpenAPI documents say of fields besides their types: the values of enumerations, and defaults.

use crate::base::{Value, json};

use super::types::{Field, FieldType};

/// `TYPE FIELD=VALUE,VALUE …`, sorted by type.
const ENUMS: &str = include_str!("enums.txt");

/// Defaults that are no zero values, or that optional fields have.
#[rustfmt::skip]
const TEXT_DEFAULTS: &[(&str, &str, &str)] = &[
    ("io.k8s.api.apps.v1.StatefulSetSpec", "serviceName", ""),
    ("io.k8s.api.authentication.v1.TokenRequestStatus", "token", ""),
    ("io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern", "status", ""),
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "cachingMode", "ReadWrite"),
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "fsType", "ext4"),
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "kind", "Shared"),
    ("io.k8s.api.core.v1.ContainerPort", "protocol", "TCP"),
    ("io.k8s.api.core.v1.Event", "reportingComponent", ""),
    ("io.k8s.api.core.v1.Event", "reportingInstance", ""),
    ("io.k8s.api.core.v1.GRPCAction", "service", ""),
    ("io.k8s.api.core.v1.ISCSIPersistentVolumeSource", "iscsiInterface", "default"),
    ("io.k8s.api.core.v1.ISCSIVolumeSource", "iscsiInterface", "default"),
    ("io.k8s.api.core.v1.NodeRuntimeHandler", "name", ""),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "keyring", "/etc/ceph/keyring"),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "pool", "rbd"),
    ("io.k8s.api.core.v1.RBDPersistentVolumeSource", "user", "admin"),
    ("io.k8s.api.core.v1.RBDVolumeSource", "keyring", "/etc/ceph/keyring"),
    ("io.k8s.api.core.v1.RBDVolumeSource", "pool", "rbd"),
    ("io.k8s.api.core.v1.RBDVolumeSource", "user", "admin"),
    ("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "fsType", "xfs"),
    ("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "storageMode", "ThinProvisioned"),
    ("io.k8s.api.core.v1.ScaleIOVolumeSource", "fsType", "xfs"),
    ("io.k8s.api.core.v1.ScaleIOVolumeSource", "storageMode", "ThinProvisioned"),
    ("io.k8s.api.core.v1.ServicePort", "protocol", "TCP"),
    ("io.k8s.api.rbac.v1.RoleRef", "apiGroup", ""),
];

/// The same, for numbers.
#[rustfmt::skip]
const NUMBER_DEFAULTS: &[(&str, &str, i64)] = &[
    ("io.k8s.api.apps.v1.StatefulSetOrdinals", "start", 0),
    ("io.k8s.api.apps.v1.StatefulSetStatus", "availableReplicas", 0),
    ("io.k8s.api.autoscaling.v1.ScaleSpec", "replicas", 0),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", "minReadySeconds", 0),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", "replicas", 1),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "currentHealthy", 0),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "desiredHealthy", 0),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "disruptionsAllowed", 0),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "expectedPods", 0),
    ("io.k8s.api.scheduling.v1.PriorityClass", "value", 0),
];

/// The same, for `false`.
const FALSE_DEFAULTS: &[(&str, &str)] = &[
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "readOnly"),
    ("io.k8s.api.core.v1.FileKeySelector", "optional"),
];

/// Required fields without a default: pointers, which have no zero value.
const WITHOUT_DEFAULT: &[(&str, &str)] = &[
    ("io.k8s.api.apps.v1.DaemonSetSpec", "selector"),
    ("io.k8s.api.apps.v1.DeploymentSpec", "selector"),
    ("io.k8s.api.apps.v1.ReplicaSetSpec", "selector"),
    ("io.k8s.api.apps.v1.StatefulSetSpec", "selector"),
    ("io.k8s.api.authentication.v1.TokenReviewSpec", "token"),
    ("io.k8s.api.core.v1.ContainerRestartRule", "action"),
    ("io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes", "operator"),
    ("io.k8s.api.core.v1.ImageVolumeStatus", "imageRef"),
    ("io.k8s.api.core.v1.PodCertificateProjection", "keyType"),
    ("io.k8s.api.core.v1.PodCertificateProjection", "signerName"),
    ("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "secretRef"),
    ("io.k8s.api.core.v1.ScaleIOVolumeSource", "secretRef"),
    ("io.k8s.api.networking.v1.HTTPIngressPath", "pathType"),
    ("io.k8s.api.networking.v1.IPAddressSpec", "parentRef"),
    ("io.k8s.api.networking.v1.ParentReference", "name"),
    ("io.k8s.api.networking.v1.ParentReference", "resource"),
];

/// Fields that have to be there for Go's compiler and may be left out by a client.
const NAMES_OF_REFERENCES: &[&str] = &[
    "io.k8s.api.core.v1.ConfigMapEnvSource",
    "io.k8s.api.core.v1.ConfigMapKeySelector",
    "io.k8s.api.core.v1.ConfigMapProjection",
    "io.k8s.api.core.v1.ConfigMapVolumeSource",
    "io.k8s.api.core.v1.LocalObjectReference",
    "io.k8s.api.core.v1.SecretEnvSource",
    "io.k8s.api.core.v1.SecretKeySelector",
    "io.k8s.api.core.v1.SecretProjection",
];

/// The values that a field, the items of its list or the values of its map may have; empty for most.
#[must_use]
pub fn enum_values(type_name: &str, field: &str) -> Vec<&'static str> {
    let line = ENUMS.lines().find_map(|line| line.strip_prefix(type_name)?.strip_prefix(' '));
    let mut fields = line.into_iter().flat_map(|line| line.split(' '));
    let values = fields.find_map(|entry| entry.strip_prefix(field)?.strip_prefix('='));
    values.map(|values| values.split(',').collect()).unwrap_or_default()
}

/// Whether documents list the field as required.
pub(in crate::apimachinery) fn is_required(type_name: &str, name: &str, field: &Field) -> bool {
    match name {
        "name" if NAMES_OF_REFERENCES.contains(&type_name) => false,
        "metadata" => field.required && !field.value_struct,
        "eventTime" => field.required || type_name == "io.k8s.api.events.v1.Event",
        _ => field.required,
    }
}

/// The default that documents name for a field.
pub(in crate::apimachinery) fn default_of(type_name: &str, name: &str, field: &Field) -> Option<Value> {
    if field.value_struct {
        return Some(json!({}));
    }
    let text = TEXT_DEFAULTS.iter().find(|(owner, of, _)| *owner == type_name && *of == name);
    let number = NUMBER_DEFAULTS.iter().find(|(owner, of, _)| *owner == type_name && *of == name);
    if let Some((.., text)) = text {
        return Some((*text).into());
    }
    if let Some((.., number)) = number {
        return Some((*number).into());
    }
    if FALSE_DEFAULTS.contains(&(type_name, name)) {
        return Some(false.into());
    }
    if !field.required || WITHOUT_DEFAULT.contains(&(type_name, name)) {
        return None;
    }
    Some(match field.field_type {
        FieldType::String => "".into(),
        FieldType::Integer32 | FieldType::Integer64 => 0.into(),
        FieldType::Boolean => false.into(),
        FieldType::Message(_) => json!({}),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::*;

    #[test]
    fn every_fact_is_about_a_field() {
        let is_field = |type_name: &str, field: &str| {
            by_name(type_name).is_some_and(|schema| schema.field(field).is_some())
        };
        for line in ENUMS.lines() {
            let (type_name, fields) = line.split_once(' ').unwrap();
            for field in fields.split(' ') {
                let (field, values) = field.split_once('=').unwrap();
                assert!(is_field(type_name, field), "{type_name} {field}");
                assert!(values.split(',').is_sorted(), "{type_name} {field}");
            }
        }
        let texts = TEXT_DEFAULTS.iter().map(|(type_name, field, _)| (type_name, field));
        let numbers = NUMBER_DEFAULTS.iter().map(|(type_name, field, _)| (type_name, field));
        let others =
            WITHOUT_DEFAULT.iter().chain(FALSE_DEFAULTS).map(|(type_name, field)| (type_name, field));
        for (type_name, field) in texts.chain(numbers).chain(others) {
            assert!(is_field(type_name, field), "{type_name} {field}");
        }
    }

    #[test]
    fn enumerations_are_known_by_their_values() {
        assert_eq!(
            enum_values("io.k8s.api.apps.v1.DeploymentStrategy", "type"),
            ["Recreate", "RollingUpdate"]
        );
        assert!(enum_values("io.k8s.api.apps.v1.DeploymentSpec", "replicas").is_empty());
    }
}
