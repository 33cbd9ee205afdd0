//! What upstream's Go types say and OpenAPI does not: structs that are no pointers, zero values that are left out, named strings.

/// Fields, by type, that Go writes even when empty, besides `metadata`, `spec` and `status` of kinds and templates.
#[rustfmt::skip]
pub(super) static VALUE_STRUCTS: &[(&str, &[&str])] = &[
    ("io.k8s.api.apps.v1.DaemonSetSpec", &["template", "updateStrategy"]),
    ("io.k8s.api.apps.v1.DeploymentSpec", &["strategy", "template"]),
    ("io.k8s.api.apps.v1.ReplicaSetSpec", &["template"]),
    ("io.k8s.api.apps.v1.StatefulSetSpec", &["template", "updateStrategy"]),
    ("io.k8s.api.authentication.v1.SelfSubjectReviewStatus", &["userInfo"]),
    ("io.k8s.api.authentication.v1.TokenReviewStatus", &["user"]),
    ("io.k8s.api.batch.v1.CronJobSpec", &["jobTemplate"]),
    ("io.k8s.api.batch.v1.JobSpec", &["template"]),
    ("io.k8s.api.core.v1.Container", &["resources"]),
    ("io.k8s.api.core.v1.ContainerStatus", &["lastState", "state"]),
    ("io.k8s.api.core.v1.EphemeralContainer", &["resources"]),
    ("io.k8s.api.core.v1.Event", &["involvedObject", "source"]),
    ("io.k8s.api.core.v1.NodeDaemonEndpoints", &["kubeletEndpoint"]),
    ("io.k8s.api.core.v1.NodeStatus", &["daemonEndpoints", "nodeInfo"]),
    ("io.k8s.api.core.v1.PersistentVolumeClaimSpec", &["resources"]),
    ("io.k8s.api.core.v1.PodTemplate", &["template"]),
    ("io.k8s.api.core.v1.ServiceStatus", &["loadBalancer"]),
    ("io.k8s.api.discovery.v1.Endpoint", &["conditions"]),
    ("io.k8s.api.events.v1.Event", &["deprecatedSource", "regarding"]),
    ("io.k8s.api.networking.v1.IngressServiceBackend", &["port"]),
    ("io.k8s.api.networking.v1.IngressStatus", &["loadBalancer"]),
    ("io.k8s.api.networking.v1.NetworkPolicySpec", &["podSelector"]),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus", &["acceptedNames"]),
];

/// Types whose `metadata` and `spec` are structs although they are no kinds.
pub(super) static TEMPLATES: &[&str] = &[
    "io.k8s.api.batch.v1.JobTemplateSpec",
    "io.k8s.api.core.v1.PersistentVolumeClaimTemplate",
    "io.k8s.api.core.v1.PodTemplateSpec",
];

/// Optional numbers and booleans that are no pointers, by type: Go leaves out `0` and `false`.
#[rustfmt::skip]
pub(super) static OMITTED_ZEROS: &[(&str, &[&str])] = &[
    ("io.k8s.api.apps.v1.DaemonSetSpec", &["minReadySeconds"]),
    ("io.k8s.api.apps.v1.DaemonSetStatus", &["numberAvailable", "numberUnavailable", "observedGeneration", "updatedNumberScheduled"]),
    ("io.k8s.api.apps.v1.DeploymentSpec", &["minReadySeconds", "paused"]),
    ("io.k8s.api.apps.v1.DeploymentStatus", &["availableReplicas", "observedGeneration", "readyReplicas", "replicas", "unavailableReplicas", "updatedReplicas"]),
    ("io.k8s.api.apps.v1.ReplicaSetSpec", &["minReadySeconds"]),
    ("io.k8s.api.apps.v1.ReplicaSetStatus", &["availableReplicas", "fullyLabeledReplicas", "observedGeneration", "readyReplicas"]),
    ("io.k8s.api.apps.v1.StatefulSetSpec", &["minReadySeconds"]),
    ("io.k8s.api.apps.v1.StatefulSetStatus", &["currentReplicas", "observedGeneration", "readyReplicas", "updatedReplicas"]),
    ("io.k8s.api.autoscaling.v1.ScaleSpec", &["replicas"]),
    ("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus", &["currentReplicas"]),
    ("io.k8s.api.batch.v1.JobStatus", &["active", "failed", "succeeded"]),
    ("io.k8s.api.core.v1.Container", &["stdin", "stdinOnce", "tty"]),
    ("io.k8s.api.core.v1.ContainerPort", &["hostPort"]),
    ("io.k8s.api.core.v1.ContainerStateTerminated", &["signal"]),
    ("io.k8s.api.core.v1.EphemeralContainer", &["stdin", "stdinOnce", "tty"]),
    ("io.k8s.api.core.v1.Event", &["count"]),
    ("io.k8s.api.core.v1.EventSeries", &["count"]),
    ("io.k8s.api.core.v1.NodeSpec", &["unschedulable"]),
    ("io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource", &["readOnly"]),
    ("io.k8s.api.core.v1.PodCondition", &["observedGeneration"]),
    ("io.k8s.api.core.v1.PodSpec", &["hostIPC", "hostNetwork", "hostPID"]),
    ("io.k8s.api.core.v1.PodStatus", &["observedGeneration"]),
    ("io.k8s.api.core.v1.Probe", &["failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds"]),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", &["minReadySeconds"]),
    ("io.k8s.api.core.v1.ServicePort", &["nodePort"]),
    ("io.k8s.api.core.v1.ServiceSpec", &["healthCheckNodePort", "publishNotReadyAddresses"]),
    ("io.k8s.api.core.v1.VolumeMount", &["readOnly"]),
    ("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", &["observedGeneration"]),
    ("io.k8s.api.scheduling.v1.PriorityClass", &["globalDefault"]),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", &["observedGeneration"]),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &["generation"]),
];

/// Strings that Go writes even when they are empty.
pub(super) static WRITTEN_EMPTY: &[(&str, &[&str])] =
    &[("io.k8s.api.core.v1.Event", &["reportingComponent", "reportingInstance"])];

/// Optional strings that are pointers, by type: Go keeps `""`.
#[rustfmt::skip]
pub(super) static POINTER_STRINGS: &[(&str, &[&str])] = &[
    ("io.k8s.api.core.v1.EndpointPort", &["appProtocol"]),
    ("io.k8s.api.core.v1.HostPathVolumeSource", &["type"]),
    ("io.k8s.api.core.v1.GRPCAction", &["service"]),
    ("io.k8s.api.core.v1.PersistentVolumeClaimSpec", &["storageClassName", "volumeAttributesClassName"]),
    ("io.k8s.api.core.v1.PodSpec", &["runtimeClassName"]),
    ("io.k8s.api.core.v1.ServicePort", &["appProtocol"]),
    ("io.k8s.api.core.v1.ServiceSpec", &["loadBalancerClass"]),
    ("io.k8s.api.core.v1.TypedLocalObjectReference", &["apiGroup"]),
    ("io.k8s.api.discovery.v1.Endpoint", &["hostname", "nodeName", "zone"]),
    ("io.k8s.api.discovery.v1.EndpointPort", &["appProtocol", "name"]),
    ("io.k8s.api.networking.v1.IngressSpec", &["ingressClassName"]),
];

/// String fields with a Go type of their own.
#[rustfmt::skip]
pub(super) static NAMED_STRINGS: &[(&str, &str, &str)] = &[
    ("io.k8s.api.apps.v1.DeploymentStrategy", "type", "v1.DeploymentStrategyType"),
    ("io.k8s.api.batch.v1.CronJobSpec", "concurrencyPolicy", "v1.ConcurrencyPolicy"),
    ("io.k8s.api.core.v1.Container", "imagePullPolicy", "v1.PullPolicy"),
    ("io.k8s.api.core.v1.Container", "terminationMessagePolicy", "v1.TerminationMessagePolicy"),
    ("io.k8s.api.core.v1.ContainerPort", "protocol", "v1.Protocol"),
    ("io.k8s.api.core.v1.EmptyDirVolumeSource", "medium", "v1.StorageMedium"),
    ("io.k8s.api.core.v1.HTTPGetAction", "scheme", "v1.URIScheme"),
    ("io.k8s.api.core.v1.HostPathVolumeSource", "type", "v1.HostPathType"),
    ("io.k8s.api.core.v1.NodeSelectorRequirement", "operator", "v1.NodeSelectorOperator"),
    ("io.k8s.api.core.v1.PodSpec", "dnsPolicy", "v1.DNSPolicy"),
    ("io.k8s.api.core.v1.PodSpec", "restartPolicy", "v1.RestartPolicy"),
    ("io.k8s.api.core.v1.PodStatus", "phase", "v1.PodPhase"),
    ("io.k8s.api.core.v1.Secret", "type", "v1.SecretType"),
    ("io.k8s.api.core.v1.ServicePort", "protocol", "v1.Protocol"),
    ("io.k8s.api.core.v1.ServiceSpec", "externalTrafficPolicy", "v1.ServiceExternalTrafficPolicy"),
    ("io.k8s.api.core.v1.ServiceSpec", "sessionAffinity", "v1.ServiceAffinity"),
    ("io.k8s.api.core.v1.ServiceSpec", "type", "v1.ServiceType"),
    ("io.k8s.api.core.v1.Taint", "effect", "v1.TaintEffect"),
    ("io.k8s.api.core.v1.Toleration", "effect", "v1.TaintEffect"),
    ("io.k8s.api.core.v1.Toleration", "operator", "v1.TolerationOperator"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", "operator", "v1.LabelSelectorOperator"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "uid", "types.UID"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference", "uid", "types.UID"),
];

/// Whether a table lists the field of the type.
pub(super) fn lists(table: &[(&str, &[&str])], type_name: &str, field: &str) -> bool {
    table.iter().any(|(name, fields)| *name == type_name && fields.contains(&field))
}
