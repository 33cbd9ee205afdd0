//! How lists and maps merge: `patchStrategy`, `patchMergeKey`, `listType`, `listMapKeys` and `mapType` of upstream's types.

/// One line: type, field, patch strategy, patch merge key, list type, list map keys, map type.
pub(super) struct ListFact {
    /// Full name of the type.
    pub(super) type_name: &'static str,
    /// JSON name of the field; empty for the type itself.
    pub(super) field: &'static str,
    /// `merge`, `retainKeys`, both (comma separated) or empty.
    pub(super) patch_strategy: &'static str,
    /// Key by which a strategic merge patch tells items apart; empty for lists of scalars.
    pub(super) patch_merge_key: &'static str,
    /// `atomic` (when empty), `set` or `map`.
    pub(super) list_type: &'static str,
    /// Keys by which server-side apply tells items apart.
    pub(super) map_keys: &'static [&'static str],
    /// Whether server-side apply treats the map as one value.
    pub(super) atomic_map: bool,
}

const fn fact(
    type_name: &'static str,
    field: &'static str,
    patch: (&'static str, &'static str),
    list_type: &'static str,
    map_keys: &'static [&'static str],
) -> ListFact {
    let (patch_strategy, patch_merge_key) = patch;
    ListFact { type_name, field, patch_strategy, patch_merge_key, list_type, map_keys, atomic_map: false }
}

const fn atomic(type_name: &'static str, field: &'static str) -> ListFact {
    ListFact { atomic_map: true, ..fact(type_name, field, ("", ""), "", &[]) }
}

/// Every list or map whose merging differs from "replace the whole list" (lists) or "merge" (maps).
#[rustfmt::skip]
pub(super) static LIST_FACTS: &[ListFact] = &[
    fact("io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec", "matchConditions", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.MutatingWebhook", "matchConditions", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration", "webhooks", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "validationActions", ("", ""), "set", &[]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec", "matchConditions", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec", "variables", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus", "conditions", ("", ""), "map", &["type"]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingWebhook", "matchConditions", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration", "webhooks", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.apps.v1.DaemonSetStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.apps.v1.DeploymentSpec", "strategy", ("retainKeys", ""), "", &[]),
    fact("io.k8s.api.apps.v1.DeploymentStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.apps.v1.ReplicaSetStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.apps.v1.StatefulSetStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.batch.v1.JobStatus", "conditions", ("merge", "type"), "atomic", &[]),
    fact("io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement", "values", ("", ""), "set", &[]),
    fact("io.k8s.api.batch.v1.UncountedTerminatedPods", "failed", ("", ""), "set", &[]),
    fact("io.k8s.api.batch.v1.UncountedTerminatedPods", "succeeded", ("", ""), "set", &[]),
    fact("io.k8s.api.certificates.v1.CertificateSigningRequestStatus", "conditions", ("", ""), "map", &["type"]),
    fact("io.k8s.api.core.v1.ComponentStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.Container", "env", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.Container", "ports", ("merge", "containerPort"), "map", &["containerPort", "protocol"]),
    fact("io.k8s.api.core.v1.Container", "volumeDevices", ("merge", "devicePath"), "map", &["devicePath"]),
    fact("io.k8s.api.core.v1.Container", "volumeMounts", ("merge", "mountPath"), "map", &["mountPath"]),
    fact("io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes", "values", ("", ""), "set", &[]),
    fact("io.k8s.api.core.v1.ContainerStatus", "allocatedResourcesStatus", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.ContainerStatus", "volumeMounts", ("merge", "mountPath"), "map", &["mountPath"]),
    fact("io.k8s.api.core.v1.EphemeralContainer", "env", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.EphemeralContainer", "ports", ("merge", "containerPort"), "map", &["containerPort", "protocol"]),
    fact("io.k8s.api.core.v1.EphemeralContainer", "volumeDevices", ("merge", "devicePath"), "map", &["devicePath"]),
    fact("io.k8s.api.core.v1.EphemeralContainer", "volumeMounts", ("merge", "mountPath"), "map", &["mountPath"]),
    fact("io.k8s.api.core.v1.NamespaceStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus", "containers", ("", ""), "set", &[]),
    fact("io.k8s.api.core.v1.NodeSpec", "podCIDRs", ("merge", ""), "set", &[]),
    fact("io.k8s.api.core.v1.NodeStatus", "addresses", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.NodeStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.PersistentVolumeClaimStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.PodSpec", "containers", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodSpec", "ephemeralContainers", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodSpec", "hostAliases", ("merge", "ip"), "map", &["ip"]),
    fact("io.k8s.api.core.v1.PodSpec", "imagePullSecrets", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodSpec", "initContainers", ("merge", "name"), "map", &["name"]),
    atomic("io.k8s.api.core.v1.PodSpec", "nodeSelector"),
    fact("io.k8s.api.core.v1.PodSpec", "resourceClaims", ("merge,retainKeys", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodSpec", "schedulingGates", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodSpec", "topologySpreadConstraints", ("merge", "topologyKey"), "map", &["topologyKey", "whenUnsatisfiable"]),
    fact("io.k8s.api.core.v1.PodSpec", "volumes", ("merge,retainKeys", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.PodStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.PodStatus", "hostIPs", ("merge", "ip"), "atomic", &[]),
    fact("io.k8s.api.core.v1.PodStatus", "podIPs", ("merge", "ip"), "map", &["ip"]),
    fact("io.k8s.api.core.v1.PodStatus", "resourceClaimStatuses", ("merge,retainKeys", "name"), "map", &["name"]),
    atomic("io.k8s.api.core.v1.ReplicationControllerSpec", "selector"),
    fact("io.k8s.api.core.v1.ReplicationControllerStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.core.v1.ResourceRequirements", "claims", ("", ""), "map", &["name"]),
    fact("io.k8s.api.core.v1.ResourceStatus", "resources", ("", ""), "map", &["resourceID"]),
    fact("io.k8s.api.core.v1.ServiceAccount", "secrets", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.api.core.v1.ServiceSpec", "ports", ("merge", "port"), "map", &["port", "protocol"]),
    atomic("io.k8s.api.core.v1.ServiceSpec", "selector"),
    fact("io.k8s.api.core.v1.ServiceStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.discovery.v1.Endpoint", "addresses", ("", ""), "set", &[]),
    fact("io.k8s.api.networking.v1.ServiceCIDRStatus", "conditions", ("merge", "type"), "map", &["type"]),
    atomic("io.k8s.api.node.v1.Scheduling", "nodeSelector"),
    fact("io.k8s.api.policy.v1.PodDisruptionBudgetSpec", "selector", ("replace", ""), "", &[]),
    fact("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "conditions", ("merge", "type"), "map", &["type"]),
    fact("io.k8s.api.storage.v1.CSIDriverSpec", "volumeLifecycleModes", ("", ""), "set", &[]),
    fact("io.k8s.api.storage.v1.CSINodeSpec", "drivers", ("merge", "name"), "map", &["name"]),
    fact("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus", "conditions", ("", ""), "map", &["type"]),
    fact("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "x-kubernetes-validations", ("merge", "rule"), "map", &["rule"]),
    fact("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "finalizers", ("merge", ""), "set", &[]),
    fact("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "ownerReferences", ("merge", "uid"), "map", &["uid"]),
];

/// Types of which server-side apply treats a value as one (`x-kubernetes-map-type: atomic`).
#[rustfmt::skip]
pub(super) static ATOMIC_TYPES: &[&str] = &[
    "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
    "io.k8s.api.core.v1.ConfigMapKeySelector",
    "io.k8s.api.core.v1.EndpointAddress",
    "io.k8s.api.core.v1.EndpointPort",
    "io.k8s.api.core.v1.FileKeySelector",
    "io.k8s.api.core.v1.LocalObjectReference",
    "io.k8s.api.core.v1.NodeSelector",
    "io.k8s.api.core.v1.NodeSelectorTerm",
    "io.k8s.api.core.v1.ObjectFieldSelector",
    "io.k8s.api.core.v1.ObjectReference",
    "io.k8s.api.core.v1.ResourceFieldSelector",
    "io.k8s.api.core.v1.ScopeSelector",
    "io.k8s.api.core.v1.SecretKeySelector",
    "io.k8s.api.core.v1.SecretReference",
    "io.k8s.api.core.v1.TopologySelectorTerm",
    "io.k8s.api.core.v1.TypedLocalObjectReference",
    "io.k8s.api.discovery.v1.EndpointPort",
    "io.k8s.api.networking.v1.ServiceBackendPort",
    "io.k8s.api.rbac.v1.RoleRef",
    "io.k8s.api.rbac.v1.Subject",
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
    "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
];
