//! Where labels, annotations and names of other objects stand, kind by kind, and walking to those places.

use crate::base::{Value, json};

/// A place in objects of some kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldSpec {
    /// Kinds; none for all.
    pub(super) kinds: &'static [&'static str],
    /// Keys with slashes; a list on the way means each of its items.
    pub(super) path: &'static str,
    /// Whether the place is made when it is missing.
    pub(super) create: bool,
}

const fn spec(kinds: &'static [&'static str], path: &'static str, create: bool) -> FieldSpec {
    FieldSpec { kinds, path, create }
}

const TEMPLATED: &[&str] =
    &["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"];
const AFFINE: &[&str] = &["Deployment", "StatefulSet"];

/// metadata.labels alone.
pub(super) const OWN_LABELS: &[FieldSpec] = &[spec(&[], "metadata/labels", true)];

/// Labels of templates.
pub(super) const TEMPLATE_LABELS: &[FieldSpec] = &[
    spec(TEMPLATED, "spec/template/metadata/labels", true),
    spec(&["CronJob"], "spec/jobTemplate/metadata/labels", true),
    spec(&["CronJob"], "spec/jobTemplate/spec/template/metadata/labels", true),
];

/// Selectors, and what else has to follow labels.
pub(super) const SELECTORS: &[FieldSpec] = &[
    spec(&["Service", "ReplicationController"], "spec/selector", true),
    spec(&["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"], "spec/selector/matchLabels", true),
    spec(&["StatefulSet"], "spec/volumeClaimTemplates/metadata/labels", true),
    spec(
        AFFINE,
        "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    spec(
        AFFINE,
        "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    spec(
        AFFINE,
        "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    spec(
        AFFINE,
        "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    spec(AFFINE, "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false),
    spec(&["Job", "PodDisruptionBudget"], "spec/selector/matchLabels", false),
    spec(&["CronJob"], "spec/jobTemplate/spec/selector/matchLabels", false),
    spec(&["NetworkPolicy"], "spec/podSelector/matchLabels", false),
    spec(&["NetworkPolicy"], "spec/ingress/from/podSelector/matchLabels", false),
    spec(&["NetworkPolicy"], "spec/egress/to/podSelector/matchLabels", false),
];

/// Annotations.
pub(super) const ANNOTATIONS: &[FieldSpec] = &[
    spec(&[], "metadata/annotations", true),
    spec(TEMPLATED, "spec/template/metadata/annotations", true),
    spec(&["CronJob"], "spec/jobTemplate/metadata/annotations", true),
    spec(&["CronJob"], "spec/jobTemplate/spec/template/metadata/annotations", true),
];

/// Replicas.
pub(super) const REPLICAS: &[FieldSpec] =
    &[spec(&["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"], "spec/replicas", true)];

/// Where the Pod's own spec stands.
const POD_SPECS: &[(&[&str], &str)] = &[
    (&["Pod"], "spec"),
    (TEMPLATED, "spec/template/spec"),
    (&["CronJob"], "spec/jobTemplate/spec/template/spec"),
];

/// Kind that is named, and the places below a Pod's spec that name it.
const POD_REFERENCES: &[(&str, &[&str])] = &[
    (
        "ConfigMap",
        &[
            "volumes/configMap/name",
            "volumes/projected/sources/configMap/name",
            "containers/env/valueFrom/configMapKeyRef/name",
            "initContainers/env/valueFrom/configMapKeyRef/name",
            "containers/envFrom/configMapRef/name",
            "initContainers/envFrom/configMapRef/name",
        ],
    ),
    (
        "Secret",
        &[
            "volumes/secret/secretName",
            "volumes/projected/sources/secret/name",
            "containers/env/valueFrom/secretKeyRef/name",
            "initContainers/env/valueFrom/secretKeyRef/name",
            "containers/envFrom/secretRef/name",
            "initContainers/envFrom/secretRef/name",
            "imagePullSecrets/name",
        ],
    ),
    ("ServiceAccount", &["serviceAccountName"]),
    ("PersistentVolumeClaim", &["volumes/persistentVolumeClaim/claimName"]),
    ("PriorityClass", &["priorityClassName"]),
];

/// Kind that is named, kinds that name it, and where.
const OTHER_REFERENCES: &[(&str, &[&str], &str)] = &[
    ("Deployment", &["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name"),
    ("ReplicationController", &["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name"),
    ("ReplicaSet", &["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name"),
    ("StatefulSet", &["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name"),
    ("Secret", &["Ingress"], "spec/tls/secretName"),
    ("Secret", &["ServiceAccount"], "imagePullSecrets/name"),
    ("Secret", &["ServiceAccount"], "secrets/name"),
    ("Service", &["StatefulSet"], "spec/serviceName"),
    ("Service", &["Ingress"], "spec/rules/http/paths/backend/service/name"),
    ("Service", &["Ingress"], "spec/defaultBackend/service/name"),
    ("Service", &["APIService"], "spec/service/name"),
    (
        "Service",
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        "webhooks/clientConfig/service/name",
    ),
    ("Role", &["RoleBinding"], "roleRef/name"),
    ("ClusterRole", &["RoleBinding", "ClusterRoleBinding"], "roleRef/name"),
    ("ServiceAccount", &["RoleBinding", "ClusterRoleBinding"], "subjects/name"),
    ("PersistentVolume", &["PersistentVolumeClaim"], "spec/volumeName"),
    ("StorageClass", &["PersistentVolumeClaim", "PersistentVolume"], "spec/storageClassName"),
    ("StorageClass", &["StatefulSet"], "spec/volumeClaimTemplates/spec/storageClassName"),
    ("PersistentVolumeClaim", &["PersistentVolume"], "spec/claimRef/name"),
    ("IngressClass", &["Ingress"], "spec/ingressClassName"),
];

impl FieldSpec {
    pub(super) fn is_for(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Every place in an object of that kind that names another object: whose kind, and the path.
pub(super) fn references(kind: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (_, root) in POD_SPECS.iter().filter(|(kinds, _)| kinds.contains(&kind)) {
        for (named, paths) in POD_REFERENCES {
            found.extend(paths.iter().map(|path| (*named, format!("{root}/{path}"))));
        }
    }
    let others = OTHER_REFERENCES.iter().filter(|(_, kinds, _)| kinds.contains(&kind));
    found.extend(others.map(|(named, _, path)| (*named, (*path).to_owned())));
    found
}

/// Calls `change` on every value at a path; lists on the way mean each of their items.
pub(super) fn visit(value: &mut Value, path: &str, create: bool, change: &mut dyn FnMut(&mut Value)) {
    if let Value::Array(items) = value {
        return items.iter_mut().for_each(|item| visit(item, path, create, change));
    }
    if path.is_empty() {
        return change(value);
    }
    let (key, rest) = path.split_once('/').unwrap_or((path, ""));
    if value.is_null() && create {
        *value = json!({});
    }
    let Some(map) = value.as_object_mut() else { return };
    if create && !map.contains_key(key) {
        map.insert(key.to_owned(), Value::Null);
    }
    if let Some(inner) = map.get_mut(key) {
        visit(inner, rest, create, change);
    }
}
