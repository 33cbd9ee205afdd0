//! Every type of the API, read once from k8s-openapi's JSON schemas.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::api::{
    admissionregistration, apps, authentication, authorization, autoscaling, batch, certificates,
    coordination, core, discovery, events, networking, node, policy, rbac, scheduling, storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

use super::go_facts;
use super::list_types::{ATOMIC_TYPES, LIST_FACTS};
use super::types::{Field, FieldType, GroupVersionKind, ListType, TypeReference, TypeSchema};
use crate::apimachinery::kinds::Kind;

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.";

struct Catalogue {
    types: Vec<TypeSchema>,
    by_name: BTreeMap<String, usize>,
    by_kind: BTreeMap<GroupVersionKind, usize>,
}

/// The type of a served kind's objects; `None` for kinds that Kubernetes does not bring along.
#[must_use]
pub fn of(kind: &Kind) -> Option<&'static TypeSchema> {
    of_group_version_kind(kind.group, kind.version, kind.kind)
}

/// The type of the objects with that group, version and kind.
#[must_use]
pub fn of_group_version_kind(group: &str, version: &str, kind: &str) -> Option<&'static TypeSchema> {
    let key =
        GroupVersionKind { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() };
    let catalogue = catalogue();
    catalogue.by_kind.get(&key).map(|index| &catalogue.types[*index])
}

/// The type with that full name, `io.k8s.api.core.v1.PodSpec`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static TypeSchema> {
    let catalogue = catalogue();
    catalogue.by_name.get(name).map(|index| &catalogue.types[*index])
}

/// The kinds of a group and version that have a type.
#[must_use]
pub fn kinds_of(group: &str, version: &str) -> Vec<&'static GroupVersionKind> {
    catalogue().by_kind.keys().filter(|kind| kind.group == group && kind.version == version).collect()
}

pub(super) fn at(reference: TypeReference) -> &'static TypeSchema {
    &catalogue().types[reference.0]
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(build)
}

/// Collects the kinds while their schemas are generated.
struct Registration {
    generator: SchemaGenerator,
    kinds: Vec<(GroupVersionKind, String)>,
}

impl Registration {
    fn kind<T: JsonSchema + k8s_openapi::Resource>(&mut self) {
        let kind = GroupVersionKind {
            group: T::GROUP.to_owned(),
            version: T::VERSION.to_owned(),
            kind: T::KIND.to_owned(),
        };
        self.generator.subschema_for::<T>();
        self.kinds.push((kind, T::schema_name().into_owned()));
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
}

fn build() -> Catalogue {
    let mut registration = Registration { generator: SchemaGenerator::default(), kinds: Vec::new() };
    register_workloads(&mut registration);
    register_others(&mut registration);
    let definitions = registration.generator.take_definitions(true);
    let by_name: BTreeMap<String, usize> =
        definitions.keys().enumerate().map(|(index, name)| (name.clone(), index)).collect();
    let mut types: Vec<TypeSchema> =
        definitions.iter().map(|(name, definition)| type_of(name, definition, &by_name)).collect();
    let mut by_kind = BTreeMap::new();
    for (kind, name) in registration.kinds {
        let Some(index) = by_name.get(&name).copied() else { continue };
        by_kind.insert(kind.clone(), index);
        mark_kind(&mut types[index]);
        types[index].kinds.push(kind);
    }
    Catalogue { types, by_name, by_kind }
}

/// k8s-openapi calls `metadata` required; upstream does not. The parts of a kind are structs, no pointers.
fn mark_kind(schema: &mut TypeSchema) {
    for part in ["metadata", "spec", "status"] {
        if let Some(field) = schema.fields.get_mut(part)
            && matches!(field.field_type, FieldType::Message(_))
        {
            field.value_struct = true;
            if part == "metadata" {
                field.required = false;
            }
        }
    }
}

fn type_of(name: &str, definition: &Value, by_name: &BTreeMap<String, usize>) -> TypeSchema {
    let empty = Map::new();
    let properties = definition.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = definition
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let fields = properties
        .iter()
        .map(|(field, schema)| {
            let is_required = required.contains(&field.as_str());
            (field.clone(), field_of(name, field, schema, is_required, by_name))
        })
        .collect();
    TypeSchema {
        name: name.to_owned(),
        description: text(definition, "description"),
        fields,
        kinds: Vec::new(),
        atomic: ATOMIC_TYPES.contains(&name),
    }
}

fn field_of(
    type_name: &str,
    field: &str,
    schema: &Value,
    required: bool,
    by_name: &BTreeMap<String, usize>,
) -> Field {
    let field_type = field_type(schema, by_name);
    let fact = LIST_FACTS.iter().find(|fact| fact.type_name == type_name && fact.field == field);
    let is_template = go_facts::TEMPLATES.contains(&type_name) && matches!(field, "metadata" | "spec");
    let pointer_string = go_facts::lists(go_facts::POINTER_STRINGS, type_name, field);
    let omits_zero = !required
        && match field_type {
            FieldType::String | FieldType::Bytes => !pointer_string,
            _ => go_facts::lists(go_facts::OMITTED_ZEROS, type_name, field),
        };
    Field {
        description: text(schema, "description"),
        required,
        value_struct: is_template || go_facts::lists(go_facts::VALUE_STRUCTS, type_name, field),
        omits_zero,
        go_string_type: go_facts::NAMED_STRINGS
            .iter()
            .find(|(name, named_field, _)| *name == type_name && *named_field == field)
            .map(|(_, _, go_type)| *go_type),
        patch_strategy: fact.map_or("", |fact| fact.patch_strategy),
        patch_merge_key: fact.map_or("", |fact| fact.patch_merge_key),
        list_type: match fact.map_or("", |fact| fact.list_type) {
            "set" => ListType::Set,
            "map" => fact.map_or(ListType::Atomic, |fact| ListType::Map(fact.map_keys)),
            _ => ListType::Atomic,
        },
        atomic_map: fact.is_some_and(|fact| fact.atomic_map),
        field_type,
    }
}

fn field_type(schema: &Value, by_name: &BTreeMap<String, usize>) -> FieldType {
    if let Some(reference) = reference_of(schema) {
        return referred_type(reference, by_name);
    }
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match schema.get("type").and_then(Value::as_str) {
        Some("string") if format == "byte" => FieldType::Bytes,
        Some("string") if format == "date-time" => FieldType::Time,
        Some("string") => FieldType::String,
        Some("integer") if format == "int32" => FieldType::Integer32,
        Some("integer") => FieldType::Integer64,
        Some("number") => FieldType::Number,
        Some("boolean") => FieldType::Boolean,
        Some("array") => {
            let items = schema.get("items").map_or(FieldType::Any, |items| field_type(items, by_name));
            FieldType::Array(Box::new(items))
        }
        Some("object") => match schema.get("additionalProperties") {
            Some(values) if values.is_object() => FieldType::Map(Box::new(field_type(values, by_name))),
            _ => FieldType::Any,
        },
        _ => FieldType::Any,
    }
}

fn reference_of(schema: &Value) -> Option<&str> {
    let direct = schema.get("$ref").and_then(Value::as_str);
    let reference = direct.or_else(|| schema.pointer("/allOf/0/$ref").and_then(Value::as_str))?;
    reference.rsplit('/').next()
}

fn referred_type(name: &str, by_name: &BTreeMap<String, usize>) -> FieldType {
    match name {
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => FieldType::Quantity,
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => FieldType::IntOrString,
        "io.k8s.apimachinery.pkg.runtime.RawExtension" => FieldType::Any,
        _ if name.starts_with(META) => match &name[META.len()..] {
            "Time" => FieldType::Time,
            "MicroTime" => FieldType::MicroTime,
            "FieldsV1" => FieldType::Any,
            _ => message(name, by_name),
        },
        _ if name.contains(".JSONSchemaPropsOr") || name.ends_with(".v1.JSON") => FieldType::Any,
        _ => message(name, by_name),
    }
}

fn message(name: &str, by_name: &BTreeMap<String, usize>) -> FieldType {
    by_name.get(name).map_or(FieldType::Any, |index| FieldType::Message(TypeReference(*index)))
}

fn text(schema: &Value, key: &str) -> String {
    schema.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::{KINDS, kind_of};

    #[test]
    fn every_served_kind_has_a_type() {
        for kind in KINDS {
            assert!(of(kind).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn every_fact_is_about_a_field_that_exists() {
        for fact in LIST_FACTS {
            let schema = by_name(fact.type_name).unwrap_or_else(|| panic!("{}", fact.type_name));
            assert!(schema.field(fact.field).is_some(), "{} {}", fact.type_name, fact.field);
        }
        let tables = [go_facts::VALUE_STRUCTS, go_facts::OMITTED_ZEROS, go_facts::POINTER_STRINGS];
        for (type_name, fields) in tables.into_iter().flatten() {
            let schema = by_name(type_name).unwrap_or_else(|| panic!("{type_name}"));
            for field in *fields {
                assert!(schema.field(field).is_some(), "{type_name} {field}");
            }
        }
        for (type_name, field, _) in go_facts::NAMED_STRINGS {
            assert!(
                by_name(type_name).is_some_and(|schema| schema.field(field).is_some()),
                "{type_name} {field}"
            );
        }
    }

    #[test]
    fn types_of_fields_are_read_from_the_schemas() {
        let deployment = of(kind_of("apps/v1", "Deployment").unwrap()).unwrap();
        let spec = deployment.field("spec").unwrap().field_type.message().unwrap();
        assert_eq!(spec.go_name(), "DeploymentSpec");
        assert_eq!(spec.field("replicas").unwrap().field_type, FieldType::Integer32);
        assert!(spec.field("selector").unwrap().required);
        assert!(!deployment.field("metadata").unwrap().required);
        let pod_spec = by_name("io.k8s.api.core.v1.PodSpec").unwrap();
        let containers = pod_spec.field("containers").unwrap();
        assert_eq!(containers.field_type.go_type(), "[]v1.Container");
        assert_eq!(containers.patch_merge_key, "name");
        assert_eq!(
            by_name("io.k8s.api.core.v1.Secret").unwrap().field("data").unwrap().field_type.go_type(),
            "map[string][]uint8"
        );
        let limits = by_name("io.k8s.api.core.v1.ResourceRequirements").unwrap().field("limits").unwrap();
        assert_eq!(limits.field_type, FieldType::Map(Box::new(FieldType::Quantity)));
        let started = by_name("io.k8s.api.core.v1.PodStatus").unwrap().field("startTime").unwrap();
        assert_eq!(started.field_type, FieldType::Time);
    }
}
