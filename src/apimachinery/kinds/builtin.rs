//! The kinds that Kubernetes 1.36 brings along, in the order of its discovery.

use super::{Kind, NO_PLACE, Subresource};

const ALL_VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS_VERBS: &[&str] = &["get", "patch", "update"];
const PROXY_VERBS: &[&str] = &["create", "delete", "get", "patch", "update"];

const SCALE: Subresource =
    Subresource { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: STATUS_VERBS };

const fn status_of(kind: &'static str) -> Subresource {
    Subresource { name: "status", group: "", version: "", kind, verbs: STATUS_VERBS }
}

const fn streaming(name: &'static str, kind: &'static str) -> Subresource {
    Subresource { name, group: "", version: "", kind, verbs: &["create", "get"] }
}

pub(super) const PLAIN: Kind = Kind {
    group: "",
    version: "v1",
    kind: "",
    plural: "",
    singular: "",
    short_names: &[],
    categories: &[],
    namespaced: true,
    verbs: ALL_VERBS,
    subresources: &[],
    stored_as: None,
    place: NO_PLACE,
    custom: None,
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "counts the kinds; the names are those of the statics")]
        enum Place { $($name),* }
        $($(#[$doc])* pub static $name: Kind = Kind { place: Place::$name as usize, ..$value };)*
        /// Every kind that Kubernetes brings along, in the order of discovery.
        pub static TABLE: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    /// core/v1 ConfigMap.
    CONFIG_MAP = Kind {
        kind: "ConfigMap", plural: "configmaps", singular: "configmap", short_names: &["cm"], ..PLAIN };
    /// core/v1 Endpoints.
    ENDPOINTS = Kind {
        kind: "Endpoints", plural: "endpoints", singular: "endpoints", short_names: &["ep"], ..PLAIN };
    /// core/v1 Event.
    EVENT = Kind { kind: "Event", plural: "events", singular: "event", short_names: &["ev"], ..PLAIN };
    /// core/v1 LimitRange.
    LIMIT_RANGE = Kind {
        kind: "LimitRange", plural: "limitranges", singular: "limitrange", short_names: &["limits"], ..PLAIN };
    /// core/v1 Namespace.
    NAMESPACE = Kind {
        kind: "Namespace", plural: "namespaces", singular: "namespace", short_names: &["ns"],
        namespaced: false, verbs: &["create", "delete", "get", "list", "patch", "update", "watch"],
        subresources: &[
            Subresource { name: "finalize", group: "", version: "", kind: "Namespace", verbs: &["update"] },
            status_of("Namespace"),
        ],
        ..PLAIN };
    /// core/v1 Node.
    NODE = Kind {
        kind: "Node", plural: "nodes", singular: "node", short_names: &["no"], namespaced: false,
        subresources: &[
            Subresource { name: "proxy", group: "", version: "", kind: "NodeProxyOptions", verbs: PROXY_VERBS },
            status_of("Node"),
        ],
        ..PLAIN };
    /// core/v1 PersistentVolumeClaim.
    PERSISTENT_VOLUME_CLAIM = Kind {
        kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims", singular: "persistentvolumeclaim",
        short_names: &["pvc"], subresources: &[status_of("PersistentVolumeClaim")], ..PLAIN };
    /// core/v1 PersistentVolume.
    PERSISTENT_VOLUME = Kind {
        kind: "PersistentVolume", plural: "persistentvolumes", singular: "persistentvolume",
        short_names: &["pv"], namespaced: false, subresources: &[status_of("PersistentVolume")], ..PLAIN };
    /// core/v1 Pod.
    POD = Kind {
        kind: "Pod", plural: "pods", singular: "pod", short_names: &["po"], categories: &["all"],
        subresources: &[
            streaming("attach", "PodAttachOptions"),
            Subresource { name: "binding", group: "", version: "", kind: "Binding", verbs: &["create"] },
            Subresource { name: "ephemeralcontainers", group: "", version: "", kind: "Pod", verbs: STATUS_VERBS },
            Subresource { name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: &["create"] },
            streaming("exec", "PodExecOptions"),
            Subresource { name: "log", group: "", version: "", kind: "Pod", verbs: &["get"] },
            streaming("portforward", "PodPortForwardOptions"),
            Subresource { name: "proxy", group: "", version: "", kind: "PodProxyOptions", verbs: PROXY_VERBS },
            Subresource { name: "resize", group: "", version: "", kind: "Pod", verbs: STATUS_VERBS },
            status_of("Pod"),
        ],
        ..PLAIN };
    /// core/v1 PodTemplate.
    POD_TEMPLATE = Kind { kind: "PodTemplate", plural: "podtemplates", singular: "podtemplate", ..PLAIN };
    /// core/v1 ReplicationController.
    REPLICATION_CONTROLLER = Kind {
        kind: "ReplicationController", plural: "replicationcontrollers", singular: "replicationcontroller",
        short_names: &["rc"], categories: &["all"],
        subresources: &[SCALE, status_of("ReplicationController")], ..PLAIN };
    /// core/v1 ResourceQuota.
    RESOURCE_QUOTA = Kind {
        kind: "ResourceQuota", plural: "resourcequotas", singular: "resourcequota", short_names: &["quota"],
        subresources: &[status_of("ResourceQuota")], ..PLAIN };
    /// core/v1 Secret.
    SECRET = Kind { kind: "Secret", plural: "secrets", singular: "secret", ..PLAIN };
    /// core/v1 ServiceAccount.
    SERVICE_ACCOUNT = Kind {
        kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount", short_names: &["sa"],
        subresources: &[
            Subresource { name: "token", group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: &["create"] },
        ],
        ..PLAIN };
    /// core/v1 Service.
    SERVICE = Kind {
        kind: "Service", plural: "services", singular: "service", short_names: &["svc"], categories: &["all"],
        subresources: &[
            Subresource { name: "proxy", group: "", version: "", kind: "ServiceProxyOptions", verbs: PROXY_VERBS },
            status_of("Service"),
        ],
        ..PLAIN };
    /// apiregistration.k8s.io/v1 APIService.
    API_SERVICE = Kind {
        group: "apiregistration.k8s.io", kind: "APIService", plural: "apiservices", singular: "apiservice",
        categories: &["api-extensions"], namespaced: false, subresources: &[status_of("APIService")], ..PLAIN };
    /// apps/v1 ControllerRevision.
    CONTROLLER_REVISION = Kind {
        group: "apps", kind: "ControllerRevision", plural: "controllerrevisions",
        singular: "controllerrevision", ..PLAIN };
    /// apps/v1 DaemonSet.
    DAEMON_SET = Kind {
        group: "apps", kind: "DaemonSet", plural: "daemonsets", singular: "daemonset", short_names: &["ds"],
        categories: &["all"], subresources: &[status_of("DaemonSet")], ..PLAIN };
    /// apps/v1 Deployment.
    DEPLOYMENT = Kind {
        group: "apps", kind: "Deployment", plural: "deployments", singular: "deployment",
        short_names: &["deploy"], categories: &["all"], subresources: &[SCALE, status_of("Deployment")], ..PLAIN };
    /// apps/v1 ReplicaSet.
    REPLICA_SET = Kind {
        group: "apps", kind: "ReplicaSet", plural: "replicasets", singular: "replicaset",
        short_names: &["rs"], categories: &["all"], subresources: &[SCALE, status_of("ReplicaSet")], ..PLAIN };
    /// apps/v1 StatefulSet.
    STATEFUL_SET = Kind {
        group: "apps", kind: "StatefulSet", plural: "statefulsets", singular: "statefulset",
        short_names: &["sts"], categories: &["all"], subresources: &[SCALE, status_of("StatefulSet")], ..PLAIN };
    /// events.k8s.io/v1 Event.
    EVENTS_EVENT = Kind {
        group: "events.k8s.io", kind: "Event", plural: "events", singular: "event", short_names: &["ev"],
        stored_as: Some(&EVENT), ..PLAIN };
    /// autoscaling/v2 HorizontalPodAutoscaler.
    HORIZONTAL_POD_AUTOSCALER = Kind {
        group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler",
        plural: "horizontalpodautoscalers", singular: "horizontalpodautoscaler", short_names: &["hpa"],
        categories: &["all"], subresources: &[status_of("HorizontalPodAutoscaler")], ..PLAIN };
    /// autoscaling/v1 HorizontalPodAutoscaler.
    HORIZONTAL_POD_AUTOSCALER_V1 = Kind {
        group: "autoscaling", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers",
        singular: "horizontalpodautoscaler", short_names: &["hpa"], categories: &["all"],
        subresources: &[status_of("HorizontalPodAutoscaler")], stored_as: Some(&HORIZONTAL_POD_AUTOSCALER), ..PLAIN };
    /// batch/v1 CronJob.
    CRON_JOB = Kind {
        group: "batch", kind: "CronJob", plural: "cronjobs", singular: "cronjob", short_names: &["cj"],
        categories: &["all"], subresources: &[status_of("CronJob")], ..PLAIN };
    /// batch/v1 Job.
    JOB = Kind {
        group: "batch", kind: "Job", plural: "jobs", singular: "job", categories: &["all"],
        subresources: &[status_of("Job")], ..PLAIN };
    /// certificates.k8s.io/v1 CertificateSigningRequest.
    CERTIFICATE_SIGNING_REQUEST = Kind {
        group: "certificates.k8s.io", kind: "CertificateSigningRequest", plural: "certificatesigningrequests",
        singular: "certificatesigningrequest", short_names: &["csr"], namespaced: false,
        subresources: &[
            Subresource { name: "approval", group: "", version: "", kind: "CertificateSigningRequest", verbs: STATUS_VERBS },
            status_of("CertificateSigningRequest"),
        ],
        ..PLAIN };
    /// networking.k8s.io/v1 IngressClass.
    INGRESS_CLASS = Kind {
        group: "networking.k8s.io", kind: "IngressClass", plural: "ingressclasses", singular: "ingressclass",
        namespaced: false, ..PLAIN };
    /// networking.k8s.io/v1 Ingress.
    INGRESS = Kind {
        group: "networking.k8s.io", kind: "Ingress", plural: "ingresses", singular: "ingress",
        short_names: &["ing"], subresources: &[status_of("Ingress")], ..PLAIN };
    /// networking.k8s.io/v1 IPAddress.
    IP_ADDRESS = Kind {
        group: "networking.k8s.io", kind: "IPAddress", plural: "ipaddresses", singular: "ipaddress",
        short_names: &["ip"], namespaced: false, ..PLAIN };
    /// networking.k8s.io/v1 NetworkPolicy.
    NETWORK_POLICY = Kind {
        group: "networking.k8s.io", kind: "NetworkPolicy", plural: "networkpolicies",
        singular: "networkpolicy", short_names: &["netpol"], ..PLAIN };
    /// networking.k8s.io/v1 ServiceCIDR.
    SERVICE_CIDR = Kind {
        group: "networking.k8s.io", kind: "ServiceCIDR", plural: "servicecidrs", singular: "servicecidr",
        namespaced: false, subresources: &[status_of("ServiceCIDR")], ..PLAIN };
    /// policy/v1 PodDisruptionBudget.
    POD_DISRUPTION_BUDGET = Kind {
        group: "policy", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets",
        singular: "poddisruptionbudget", short_names: &["pdb"],
        subresources: &[status_of("PodDisruptionBudget")], ..PLAIN };
    /// rbac.authorization.k8s.io/v1 ClusterRoleBinding.
    CLUSTER_ROLE_BINDING = Kind {
        group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", plural: "clusterrolebindings",
        singular: "clusterrolebinding", namespaced: false, ..PLAIN };
    /// rbac.authorization.k8s.io/v1 ClusterRole.
    CLUSTER_ROLE = Kind {
        group: "rbac.authorization.k8s.io", kind: "ClusterRole", plural: "clusterroles",
        singular: "clusterrole", namespaced: false, ..PLAIN };
    /// rbac.authorization.k8s.io/v1 RoleBinding.
    ROLE_BINDING = Kind {
        group: "rbac.authorization.k8s.io", kind: "RoleBinding", plural: "rolebindings",
        singular: "rolebinding", ..PLAIN };
    /// rbac.authorization.k8s.io/v1 Role.
    ROLE = Kind {
        group: "rbac.authorization.k8s.io", kind: "Role", plural: "roles", singular: "role", ..PLAIN };
    /// storage.k8s.io/v1 CSIDriver.
    CSI_DRIVER = Kind {
        group: "storage.k8s.io", kind: "CSIDriver", plural: "csidrivers", singular: "csidriver",
        namespaced: false, ..PLAIN };
    /// storage.k8s.io/v1 CSINode.
    CSI_NODE = Kind {
        group: "storage.k8s.io", kind: "CSINode", plural: "csinodes", singular: "csinode", namespaced: false, ..PLAIN };
    /// storage.k8s.io/v1 CSIStorageCapacity.
    CSI_STORAGE_CAPACITY = Kind {
        group: "storage.k8s.io", kind: "CSIStorageCapacity", plural: "csistoragecapacities",
        singular: "csistoragecapacity", ..PLAIN };
    /// storage.k8s.io/v1 StorageClass.
    STORAGE_CLASS = Kind {
        group: "storage.k8s.io", kind: "StorageClass", plural: "storageclasses", singular: "storageclass",
        short_names: &["sc"], namespaced: false, ..PLAIN };
    /// storage.k8s.io/v1 VolumeAttachment.
    VOLUME_ATTACHMENT = Kind {
        group: "storage.k8s.io", kind: "VolumeAttachment", plural: "volumeattachments",
        singular: "volumeattachment", namespaced: false, subresources: &[status_of("VolumeAttachment")], ..PLAIN };
    /// storage.k8s.io/v1 VolumeAttributesClass.
    VOLUME_ATTRIBUTES_CLASS = Kind {
        group: "storage.k8s.io", kind: "VolumeAttributesClass", plural: "volumeattributesclasses",
        singular: "volumeattributesclass", short_names: &["vac"], namespaced: false, ..PLAIN };
    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicy.
    MUTATING_ADMISSION_POLICY = Kind {
        group: "admissionregistration.k8s.io", kind: "MutatingAdmissionPolicy",
        plural: "mutatingadmissionpolicies", singular: "mutatingadmissionpolicy",
        categories: &["api-extensions"], namespaced: false, ..PLAIN };
    /// admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding.
    MUTATING_ADMISSION_POLICY_BINDING = Kind {
        group: "admissionregistration.k8s.io", kind: "MutatingAdmissionPolicyBinding",
        plural: "mutatingadmissionpolicybindings", singular: "mutatingadmissionpolicybinding",
        categories: &["api-extensions"], namespaced: false, ..PLAIN };
    /// admissionregistration.k8s.io/v1 MutatingWebhookConfiguration.
    MUTATING_WEBHOOK_CONFIGURATION = Kind {
        group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration",
        plural: "mutatingwebhookconfigurations", singular: "mutatingwebhookconfiguration",
        categories: &["api-extensions"], namespaced: false, ..PLAIN };
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy.
    VALIDATING_ADMISSION_POLICY = Kind {
        group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicy",
        plural: "validatingadmissionpolicies", singular: "validatingadmissionpolicy",
        categories: &["api-extensions"], namespaced: false,
        subresources: &[status_of("ValidatingAdmissionPolicy")], ..PLAIN };
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding.
    VALIDATING_ADMISSION_POLICY_BINDING = Kind {
        group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicyBinding",
        plural: "validatingadmissionpolicybindings", singular: "validatingadmissionpolicybinding",
        categories: &["api-extensions"], namespaced: false, ..PLAIN };
    /// admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration.
    VALIDATING_WEBHOOK_CONFIGURATION = Kind {
        group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration",
        plural: "validatingwebhookconfigurations", singular: "validatingwebhookconfiguration",
        categories: &["api-extensions"], namespaced: false, ..PLAIN };
    /// apiextensions.k8s.io/v1 CustomResourceDefinition.
    CUSTOM_RESOURCE_DEFINITION = Kind {
        group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", plural: "customresourcedefinitions",
        singular: "customresourcedefinition", short_names: &["crd", "crds"], categories: &["api-extensions"],
        namespaced: false, subresources: &[status_of("CustomResourceDefinition")], ..PLAIN };
    /// scheduling.k8s.io/v1 PriorityClass.
    PRIORITY_CLASS = Kind {
        group: "scheduling.k8s.io", kind: "PriorityClass", plural: "priorityclasses",
        singular: "priorityclass", short_names: &["pc"], namespaced: false, ..PLAIN };
    /// coordination.k8s.io/v1 Lease.
    LEASE = Kind {
        group: "coordination.k8s.io", kind: "Lease", plural: "leases", singular: "lease", ..PLAIN };
    /// node.k8s.io/v1 RuntimeClass.
    RUNTIME_CLASS = Kind {
        group: "node.k8s.io", kind: "RuntimeClass", plural: "runtimeclasses", singular: "runtimeclass",
        namespaced: false, ..PLAIN };
    /// discovery.k8s.io/v1 EndpointSlice.
    ENDPOINT_SLICE = Kind {
        group: "discovery.k8s.io", kind: "EndpointSlice", plural: "endpointslices", singular: "endpointslice", ..PLAIN };
    /// resource.k8s.io/v1 DeviceClass.
    DEVICE_CLASS = Kind {
        group: "resource.k8s.io", kind: "DeviceClass", plural: "deviceclasses", singular: "deviceclass",
        namespaced: false, ..PLAIN };
    /// resource.k8s.io/v1 ResourceClaim.
    RESOURCE_CLAIM = Kind {
        group: "resource.k8s.io", kind: "ResourceClaim", plural: "resourceclaims", singular: "resourceclaim",
        subresources: &[status_of("ResourceClaim")], ..PLAIN };
    /// resource.k8s.io/v1 ResourceClaimTemplate.
    RESOURCE_CLAIM_TEMPLATE = Kind {
        group: "resource.k8s.io", kind: "ResourceClaimTemplate", plural: "resourceclaimtemplates",
        singular: "resourceclaimtemplate", ..PLAIN };
    /// resource.k8s.io/v1 ResourceSlice.
    RESOURCE_SLICE = Kind {
        group: "resource.k8s.io", kind: "ResourceSlice", plural: "resourceslices", singular: "resourceslice",
        namespaced: false, ..PLAIN };
    /// flowcontrol.apiserver.k8s.io/v1 FlowSchema.
    FLOW_SCHEMA = Kind {
        group: "flowcontrol.apiserver.k8s.io", kind: "FlowSchema", plural: "flowschemas",
        singular: "flowschema", namespaced: false, subresources: &[status_of("FlowSchema")], ..PLAIN };
    /// flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration.
    PRIORITY_LEVEL_CONFIGURATION = Kind {
        group: "flowcontrol.apiserver.k8s.io", kind: "PriorityLevelConfiguration",
        plural: "prioritylevelconfigurations", singular: "prioritylevelconfiguration", namespaced: false,
        subresources: &[status_of("PriorityLevelConfiguration")], ..PLAIN };
}
