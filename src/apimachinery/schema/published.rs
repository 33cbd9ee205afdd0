//! What k8s-openapi publishes about the API's types, as JSON schemas: slow to make, so asked for descriptions only.

use std::collections::BTreeMap;

use k8s_openapi::api::{
    admissionregistration, apps, authentication, authorization, autoscaling, batch, certificates,
    coordination, core, discovery, events, flowcontrol, networking, node, policy, rbac, resource, scheduling,
    storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use schemars::{JsonSchema, SchemaGenerator};

use crate::base::{Map, Value};

/// What the types and their fields are for.
pub(in crate::apimachinery) struct Descriptions {
    definitions: Map,
}

impl Descriptions {
    /// Collects them; takes tens of milliseconds and some megabytes, so that nobody should keep them.
    pub(in crate::apimachinery) fn collect() -> Self {
        Self { definitions: published().0 }
    }

    /// What a type is for, by its full name.
    pub(in crate::apimachinery) fn of_type(&self, name: &str) -> &str {
        self.definitions.get(name).map_or("", text)
    }

    /// What a field of a type is for.
    pub(in crate::apimachinery) fn of_field(&self, type_name: &str, field: &str) -> &str {
        let definition = self.definitions.get(type_name);
        let properties = definition.and_then(|definition| definition.get("properties"));
        properties.and_then(|properties| properties.get(field)).map_or("", text)
    }
}

fn text(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// The schema of every type by name, and the types of kinds: name, then group, version and kind.
fn published() -> (Map, BTreeMap<String, [&'static str; 3]>) {
    let mut registration = Registration { generator: SchemaGenerator::default(), kinds: BTreeMap::new() };
    register_workloads(&mut registration);
    register_others(&mut registration);
    let definitions = registration.generator.take_definitions(true).into_iter();
    (definitions.map(|(name, schema)| (name, schema.into())).collect(), registration.kinds)
}

/// Collects the kinds while their schemas are generated.
struct Registration {
    generator: SchemaGenerator,
    kinds: BTreeMap<String, [&'static str; 3]>,
}

impl Registration {
    fn kind<T: JsonSchema + k8s_openapi::Resource>(&mut self) {
        self.generator.subschema_for::<T>();
        self.kinds.insert(T::schema_name().into_owned(), [T::GROUP, T::VERSION, T::KIND]);
    }
}

macro_rules! register {
    ($registration:ident, $($kind:ty),* $(,)?) => { $($registration.kind::<$kind>();)* };
}

fn register_workloads(registration: &mut Registration) {
    register!(
        registration,
        core::v1::Binding,
        core::v1::ComponentStatus,
        core::v1::ConfigMap,
        core::v1::Endpoints,
        core::v1::Event,
        core::v1::LimitRange,
        core::v1::Namespace,
        core::v1::Node,
        core::v1::PersistentVolume,
        core::v1::PersistentVolumeClaim,
        core::v1::Pod,
        core::v1::PodTemplate,
        core::v1::ReplicationController,
        core::v1::ResourceQuota,
        core::v1::Secret,
        core::v1::Service,
        core::v1::ServiceAccount,
        apps::v1::ControllerRevision,
        apps::v1::DaemonSet,
        apps::v1::Deployment,
        apps::v1::ReplicaSet,
        apps::v1::StatefulSet,
        autoscaling::v1::HorizontalPodAutoscaler,
        autoscaling::v1::Scale,
        autoscaling::v2::HorizontalPodAutoscaler,
        batch::v1::CronJob,
        batch::v1::Job,
        policy::v1::Eviction,
        policy::v1::PodDisruptionBudget,
    );
}

fn register_others(registration: &mut Registration) {
    register!(
        registration,
        admissionregistration::v1::MutatingAdmissionPolicy,
        admissionregistration::v1::MutatingAdmissionPolicyBinding,
        admissionregistration::v1::MutatingWebhookConfiguration,
        admissionregistration::v1::ValidatingAdmissionPolicy,
        admissionregistration::v1::ValidatingAdmissionPolicyBinding,
        admissionregistration::v1::ValidatingWebhookConfiguration,
        apiextensions::v1::CustomResourceDefinition,
        apiregistration::v1::APIService,
        authentication::v1::SelfSubjectReview,
        authentication::v1::TokenRequest,
        authentication::v1::TokenReview,
        authorization::v1::LocalSubjectAccessReview,
        authorization::v1::SelfSubjectAccessReview,
        authorization::v1::SelfSubjectRulesReview,
        authorization::v1::SubjectAccessReview,
        certificates::v1::CertificateSigningRequest,
        coordination::v1::Lease,
        discovery::v1::EndpointSlice,
        events::v1::Event,
        networking::v1::IPAddress,
        networking::v1::Ingress,
        networking::v1::IngressClass,
        networking::v1::NetworkPolicy,
        networking::v1::ServiceCIDR,
        node::v1::RuntimeClass,
        rbac::v1::ClusterRole,
        rbac::v1::ClusterRoleBinding,
        rbac::v1::Role,
        rbac::v1::RoleBinding,
        scheduling::v1::PriorityClass,
        storage::v1::CSIDriver,
        storage::v1::CSINode,
        storage::v1::CSIStorageCapacity,
        storage::v1::StorageClass,
        storage::v1::VolumeAttachment,
        storage::v1::VolumeAttributesClass,
        meta::v1::Status,
    );
    registration.generator.subschema_for::<meta::v1::DeleteOptions>();
    register!(
        registration,
        flowcontrol::v1::FlowSchema,
        flowcontrol::v1::PriorityLevelConfiguration,
        resource::v1::DeviceClass,
        resource::v1::ResourceClaim,
        resource::v1::ResourceClaimTemplate,
        resource::v1::ResourceSlice,
    );
}

#[cfg(test)]
mod tests {
    use crate::base::Key;

    use super::super::catalogue::TABLE;
    use super::*;

    const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /// The word for a type in the table.
    fn word(schema: &Value, known: &Map) -> String {
        let direct = schema.get("$ref").and_then(Value::as_str);
        let reference = direct.or_else(|| schema.pointer("/allOf/0/$ref").and_then(Value::as_str));
        if let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) {
            return referred(name, known).to_owned();
        }
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        match (schema.get("type").and_then(Value::as_str), format) {
            (Some("string"), "byte") => "bytes".to_owned(),
            (Some("string"), "date-time") => "time".to_owned(),
            (Some("string"), _) => "string".to_owned(),
            (Some("integer"), "int32") => "int32".to_owned(),
            (Some("integer"), _) => "int64".to_owned(),
            (Some("number"), _) => "number".to_owned(),
            (Some("boolean"), _) => "bool".to_owned(),
            (Some("array"), _) => {
                format!("[]{}", schema.get("items").map_or("any".to_owned(), |items| word(items, known)))
            }
            (Some("object"), _) => match schema.get("additionalProperties") {
                Some(values) if values.is_object() => format!("{{}}{}", word(values, known)),
                _ => "any".to_owned(),
            },
            _ => "any".to_owned(),
        }
    }

    fn referred<'a>(name: &'a str, known: &Map) -> &'a str {
        match name.strip_prefix(META).unwrap_or(name) {
            "io.k8s.apimachinery.pkg.api.resource.Quantity" => "quantity",
            "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => "int-or-string",
            "io.k8s.apimachinery.pkg.runtime.RawExtension" | "FieldsV1" => "any",
            "Time" => "time",
            "MicroTime" => "microtime",
            _ if name.contains(".JSONSchemaPropsOr") || name.ends_with(".v1.JSON") => "any",
            _ if known.contains_key(name) => name,
            _ => "any",
        }
    }

    fn table() -> String {
        let (definitions, kinds) = published();
        let mut names: Vec<&Key> = definitions.keys().collect();
        names.sort();
        let line = |name: &Key| {
            let definition = &definitions[name];
            let required = definition.get("required").cloned().unwrap_or_default();
            let is_required =
                |field: &str| required.as_array().is_some_and(|names| names.iter().any(|name| name == field));
            let kind =
                kinds.get(name.as_str()).map(|[group, version, kind]| format!(" @{group}/{version}/{kind}"));
            let mut fields: Vec<String> = definition
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(field, schema)| {
                    let mark = if is_required(field) { "!" } else { "" };
                    format!(" {field}{mark}={}", word(schema, &definitions))
                })
                .collect();
            fields.sort();
            format!("{name}{}{}\n", kind.unwrap_or_default(), fields.concat())
        };
        names.into_iter().map(line).collect()
    }

    #[test]
    fn the_table_of_types_says_what_k8s_openapi_says() {
        let expected = table();
        if TABLE != expected {
            let path = std::env::temp_dir().join("types.txt");
            std::fs::write(&path, expected).unwrap();
            panic!("k8s-openapi has other types: copy {} over types.txt", path.display());
        }
    }

    #[test]
    fn types_and_fields_are_described() {
        let descriptions = Descriptions::collect();
        assert!(descriptions.of_type("io.k8s.api.core.v1.Pod").starts_with("Pod is a collection"));
        assert!(!descriptions.of_field("io.k8s.api.core.v1.PodSpec", "nodeName").is_empty());
        assert_eq!(descriptions.of_field("io.k8s.api.core.v1.PodSpec", "nothing"), "");
    }
}
