//! Objects as Go's typed clients write them: fields in the order of the structs, empty structs included.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::base::{Map, Value};

use super::managed_fields::serialize_packed;
use super::protobuf::numbered_fields;
use super::schema::{self, FieldType, TypeSchema};

/// Structs whose fields stand in another order than their numbers in protobuf.
const ORDERS: &[(&str, &str)] = &[
    (
        "Container",
        "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy",
    ),
    (
        "EphemeralContainer",
        "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy",
    ),
    (
        "PodSpec",
        "volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace",
    ),
    ("DeploymentCondition", "type status lastUpdateTime lastTransitionTime"),
    ("ServicePort", "name protocol appProtocol port"),
    (
        "ServiceSpec",
        "ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy",
    ),
    ("PodCondition", "type observedGeneration"),
    (
        "PodStatus",
        "observedGeneration phase conditions message reason nominatedNodeName hostIP hostIPs podIP podIPs startTime initContainerStatuses containerStatuses qosClass",
    ),
    (
        "ReplicaSetStatus",
        "replicas fullyLabeledReplicas readyReplicas availableReplicas terminatingReplicas observedGeneration",
    ),
    ("Secret", "metadata immutable data stringData type"),
    ("ConfigMap", "metadata immutable data binaryData"),
    ("OwnerReference", "apiVersion"),
    ("IngressSpec", "ingressClassName"),
    ("IngressBackend", "service"),
    ("HTTPIngressPath", "path pathType"),
    ("TokenRequestSpec", "audiences expirationSeconds"),
    ("CronJobSpec", "schedule timeZone"),
    (
        "JobSpec",
        "parallelism completions activeDeadlineSeconds podFailurePolicy successPolicy backoffLimit backoffLimitPerIndex maxFailedIndexes",
    ),
    (
        "JobStatus",
        "conditions startTime completionTime active succeeded failed terminating completedIndexes failedIndexes",
    ),
    (
        "DeploymentStatus",
        "observedGeneration replicas updatedReplicas readyReplicas availableReplicas unavailableReplicas terminatingReplicas",
    ),
    ("AllocatedDeviceStatus", "driver pool device shareID"),
    ("CertificateSigningRequestCondition", "type status"),
    ("CertificateSigningRequestSpec", "request signerName expirationSeconds usages"),
    ("ClusterTrustBundleProjection", "name signerName labelSelector optional"),
    ("EndpointAddress", "ip hostname nodeName"),
    ("EndpointSlice", "metadata addressType"),
    ("HPAScalingRules", "stabilizationWindowSeconds"),
    (
        "ISCSIPersistentVolumeSource",
        "targetPortal iqn lun iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession",
    ),
    (
        "ISCSIVolumeSource",
        "targetPortal iqn lun iscsiInterface fsType readOnly portals chapAuthDiscovery chapAuthSession",
    ),
    ("MetricSpec", "type object pods resource containerResource"),
    ("MetricStatus", "type object pods resource containerResource"),
    ("MutatingWebhook", "name clientConfig rules failurePolicy matchPolicy namespaceSelector objectSelector"),
    ("NodeSpec", "podCIDR podCIDRs providerID unschedulable taints configSource"),
    ("PersistentVolumeClaimSpec", "accessModes selector"),
    (
        "PodSecurityContext",
        "seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy",
    ),
    ("ReplicaSetSpec", "replicas minReadySeconds"),
    ("ReplicationControllerSpec", "replicas minReadySeconds"),
    ("ReplicationControllerStatus", "replicas fullyLabeledReplicas readyReplicas availableReplicas"),
    ("SecurityContext", "capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup"),
    ("StatusDetails", "name group kind uid"),
    ("SubjectAccessReviewStatus", "allowed denied"),
    ("TokenReviewStatus", "authenticated user audiences"),
    (
        "ValidatingWebhook",
        "name clientConfig rules failurePolicy matchPolicy namespaceSelector objectSelector",
    ),
    (
        "Volume",
        "name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume quobyte azureDisk photonPersistentDisk projected",
    ),
    ("VolumeMount", "name readOnly recursiveReadOnly"),
    ("WebhookClientConfig", "url"),
];

/// An object that serialises in the order of its Go struct; what has no known type stays as it is.
#[derive(Clone, Copy)]
pub struct InGoOrder<'v> {
    value: &'v Value,
    shape: Shape,
}

#[derive(Clone, Copy)]
enum Shape {
    /// An object of a kind: its type comes first.
    Kind(&'static TypeSchema),
    /// A part of one.
    Part(&'static TypeSchema),
    /// A list of whole objects.
    Objects,
    /// A list or map of parts.
    Of(&'static FieldType),
    /// Something whose fields are listed here, and the fields of its parts.
    Listed(&'static [&'static str], &'static [&'static str]),
    /// A set of managed fields, which stored objects hold as text.
    Packed,
    /// Anything else.
    Plain,
}

/// The fields of what discovery tells of the resources of a version, and of each.
const RESOURCES: &[&str] = &["kind", "apiVersion", "groupVersion", "resources"];
const RESOURCE: &[&str] =
    &["name", "singularName", "namespaced", "group", "version", "kind", "verbs", "shortNames", "categories"];

/// The fields of a kubeconfig and of its parts; no two parts order the same names differently.
const KUBECONFIG: &[&str] = &[
    "kind",
    "command",
    "args",
    "env",
    "apiVersion",
    "installHint",
    "provideClusterInfo",
    "interactiveMode",
    "preferences",
    "clusters",
    "users",
    "contexts",
    "current-context",
    "name",
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
    "as",
    "as-uid",
    "as-groups",
    "as-user-extra",
    "username",
    "password",
    "auth-provider",
    "exec",
    "cluster",
    "user",
    "namespace",
    "extensions",
];

/// The fields of a kuberc file and of its parts; no two parts order the same names differently.
const PREFERENCE: &[&str] = &[
    "kind",
    "apiVersion",
    "defaults",
    "aliases",
    "credentialPluginPolicy",
    "credentialPluginAllowlist",
    "name",
    "command",
    "default",
    "prependArgs",
    "appendArgs",
    "options",
];

impl<'v> InGoOrder<'v> {
    /// Looks the object's kind up.
    #[must_use]
    pub fn new(value: &'v Value) -> Self {
        let is_list =
            value["items"].is_array() && value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
        let shape = if is_list {
            Shape::Objects
        } else if value["kind"] == "Config" && value["apiVersion"] == "v1" {
            Shape::Listed(KUBECONFIG, KUBECONFIG)
        } else if value["kind"] == "Preference" {
            Shape::Listed(PREFERENCE, PREFERENCE)
        } else if value["kind"] == "APIResourceList" {
            Shape::Listed(RESOURCES, RESOURCE)
        } else {
            type_of(value).map_or(Shape::Plain, Shape::Kind)
        };
        Self { value, shape }
    }

    fn of_type(value: &'v Value, field_type: Option<&'static FieldType>) -> Self {
        let shape = match field_type {
            Some(FieldType::Message(reference)) => Shape::Part(reference.schema()),
            Some(list @ (FieldType::Array(_) | FieldType::Map(_))) => Shape::Of(list),
            _ => Shape::Plain,
        };
        Self { value, shape }
    }

    fn child(self, key: &str, value: &'v Value) -> Self {
        match self.shape {
            Shape::Part(_) if key == "fieldsV1" => Self { value, shape: Shape::Packed },
            Shape::Kind(schema) | Shape::Part(schema) => {
                Self::of_type(value, schema.field(key).map(|field| &field.field_type))
            }
            Shape::Listed(_, parts) => Self { value, shape: Shape::Listed(parts, parts) },
            Shape::Objects if key == "items" => Self { value, shape: Shape::Objects },
            Shape::Objects if value.is_object() && self.value.is_array() => Self::new(value),
            Shape::Of(FieldType::Array(inner) | FieldType::Map(inner)) => {
                Self::of_type(value, Some(&**inner))
            }
            _ => Self { value, shape: Shape::Plain },
        }
    }
}

impl Serialize for InGoOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(map) => {
                let fields = map.iter().map(|(name, value)| (name.as_str(), value)).collect();
                self.shape.serialize_fields(fields, |key, value| self.child(key, value), serializer)
            }
            Value::Array(items) => {
                let mut written = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    written.serialize_element(&self.child("", item))?;
                }
                written.end()
            }
            Value::String(text) if matches!(self.shape, Shape::Packed) => serialize_packed(text, serializer),
            other => other.serialize(serializer),
        }
    }
}

impl Shape {
    fn serialize_fields<'v, S: Serializer>(
        self,
        mut fields: Vec<(&'v str, &'v Value)>,
        child: impl Fn(&'v str, &'v Value) -> InGoOrder<'v>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kind(schema) | Self::Part(schema) => {
                let order = order_of(schema);
                let place = |key: &str| order.iter().position(|known| *known == key).unwrap_or(order.len());
                fields.sort_by_cached_key(|(key, _)| match (self, *key) {
                    (Self::Kind(_), "kind") => 0,
                    (Self::Kind(_), "apiVersion") => 1,
                    (_, key) => 2 + place(key),
                });
            }
            Self::Objects => {
                let order = ["kind", "apiVersion", "metadata", "items"];
                fields.sort_by_key(|(key, _)| order.iter().position(|known| known == key));
            }
            Self::Listed(order, _) => fields
                .sort_by_key(|(key, _)| order.iter().position(|known| known == key).unwrap_or(order.len())),
            _ => {}
        }
        let mut written = serializer.serialize_map(Some(fields.len()))?;
        for (key, value) in fields {
            written.serialize_entry(key, &child(key, value))?;
        }
        written.end()
    }
}

/// Writes the fields of an object of that type in the order of its struct.
pub(super) fn serialize_object<'v, S: Serializer>(
    fields: Vec<(&'v str, &'v Value)>,
    schema: &'static TypeSchema,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let shape = Shape::Kind(schema);
    shape.serialize_fields(fields, |key, value| InGoOrder { value, shape }.child(key, value), serializer)
}

fn type_of(object: &Value) -> Option<&'static TypeSchema> {
    let (group, version) =
        object["apiVersion"].as_str().map(|text| text.split_once('/').unwrap_or(("", text)))?;
    schema::of_group_version_kind(group, version, object["kind"].as_str()?)
}

/// Names of the fields, as the struct lists them.
fn order_of(schema: &'static TypeSchema) -> &'static [&'static str] {
    schema.go_order.get_or_init(|| {
        let known = ORDERS.iter().find(|(name, _)| *name == schema.go_name());
        let mut order: Vec<&'static str> =
            known.map(|(_, fields)| fields.split(' ').collect()).unwrap_or_default();
        for field in numbered_fields(schema.name) {
            if !order.contains(&field) {
                order.push(field);
            }
        }
        order
    })
}

/// Adds the structs that Go writes although nothing was given for them (`status: {}`, `resources: {}`).
pub fn fill_structs(object: &mut Value) {
    let Some(schema) = type_of(object) else { return };
    if let Value::Object(map) = object {
        fill(map, schema);
    }
}

/// The object without the fields that its Go struct does not have; what has no known type stays as it is.
#[must_use]
pub fn known_fields(mut object: Value) -> Value {
    if let (Some(schema), Value::Object(map)) = (type_of(&object), &mut object) {
        prune(map, schema);
    }
    object
}

fn prune(map: &mut Map, schema: &'static TypeSchema) {
    map.retain(|name, _| schema.field(name).is_some() || matches!(name.as_str(), "apiVersion" | "kind"));
    for (name, value) in map.iter_mut() {
        if let Some(field) = schema.field(name) {
            each_struct(value, &field.field_type, prune);
        }
    }
}

fn fill(map: &mut Map, schema: &'static TypeSchema) {
    for (name, field) in &schema.fields {
        if field.value_struct && !map.contains_key(name) {
            map.insert((*name).to_owned(), Value::Object(Map::new()));
        }
        if let Some(value) = map.get_mut(name) {
            each_struct(value, &field.field_type, fill);
        }
    }
}

/// Changes each struct that a value of a type holds.
fn each_struct(value: &mut Value, field_type: &'static FieldType, change: fn(&mut Map, &'static TypeSchema)) {
    match (value, field_type) {
        (Value::Object(map), FieldType::Message(reference)) => change(map, reference.schema()),
        (Value::Object(map), FieldType::Map(inner)) => {
            map.values_mut().for_each(|value| each_struct(value, inner, change));
        }
        (Value::Array(items), FieldType::Array(inner)) => {
            items.iter_mut().for_each(|item| each_struct(item, inner, change));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn fields_stand_as_in_the_structs() {
        let container =
            json!({"name": "a", "image": "b", "env": [{"value": "1", "name": "X"}], "resources": {}});
        let labels = json!({"z": "1", "a": "2"});
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "status": {},
            "metadata": {"labels": labels, "name": "web"},
            "spec": {"template": {"spec": {"containers": [container]}}, "replicas": 1, "strategy": {}},
        });
        assert_eq!(
            serde_json::to_string(&InGoOrder::new(&object)).unwrap(),
            r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","labels":{"a":"2","z":"1"}},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"b","env":[{"name":"X","value":"1"}],"resources":{}}]}},"strategy":{}},"status":{}}"#
        );
        let unknown = json!({"kind": "Widget", "apiVersion": "e.com/v1", "a": 1});
        assert_eq!(serde_json::to_string(&InGoOrder::new(&unknown)).unwrap(), unknown.to_string());
    }

    #[test]
    fn every_listed_order_names_fields_that_exist() {
        let types = [
            "core.v1",
            "apps.v1",
            "batch.v1",
            "networking.v1",
            "authentication.v1",
            "authorization.v1",
            "autoscaling.v2",
            "admissionregistration.v1",
            "certificates.v1",
            "discovery.v1",
            "resource.v1",
        ];
        for (name, fields) in ORDERS {
            let mut full: Vec<String> =
                types.iter().map(|group| format!("io.k8s.api.{group}.{name}")).collect();
            full.push(format!("io.k8s.apimachinery.pkg.apis.meta.v1.{name}"));
            let schema = full.iter().find_map(|name| schema::by_name(name)).unwrap();
            fields.split(' ').for_each(|field| assert!(schema.field(field).is_some(), "{name} {field}"));
        }
    }

    #[test]
    fn structs_without_content_are_written() {
        let mut object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
            "spec": {"selector": {}, "template": {"metadata": {}, "spec": {"containers": [{"name": "a"}]}}},
        });
        fill_structs(&mut object);
        assert_eq!(object["status"], json!({}));
        assert_eq!(object["spec"]["strategy"], json!({}));
        assert_eq!(object["spec"]["template"]["spec"]["containers"][0]["resources"], json!({}));
        assert_eq!(object["spec"]["template"]["spec"].get("securityContext"), None);
        object["spec"]["x"] = json!(1);
        object["spec"]["template"]["spec"]["containers"][0]["y"] = json!(1);
        let known = known_fields(object);
        assert_eq!(known["spec"].get("x"), None);
        assert_eq!(known["spec"]["template"]["spec"]["containers"], json!([{"name": "a", "resources": {}}]));
    }
}
