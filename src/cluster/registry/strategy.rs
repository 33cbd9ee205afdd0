//! What is particular to a kind: the rules that the generic registry asks for.

use std::sync::{Arc, LazyLock};

use crate::apimachinery::{
    FieldErrors, KINDS, Kind, NODE_METRICS, Object, POD_METRICS, Status, builtin, unstored,
    validate_dns1123_subdomain,
};
use crate::base::{Timestamp, Value};

use super::Registry;
use super::columns::{self, Column};
use super::options::WriteOptions;
use super::scale::ScaleStrategy;
use super::validation::Field;
use super::warnings::pod_spec_warnings;
use super::{
    admissionregistration, apiextensions, apiregistration, apps, autoscaling, batch, certificates,
    coordination, core, discovery, flowcontrol, metrics, networking, node, policy, rbac, resource,
    scheduling, storage,
};

/// The rules of one kind. Every method has the behaviour of a plain kind by default.
pub(crate) trait Strategy: Sync {
    /// The fields on the way to the Pod template that the kind holds; `None` for kinds without one.
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Counts that Go writes out although they are zero.
    fn zero_counts(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether `metadata.generation` counts changes of the desired state.
    fn counts_generations(&self) -> bool {
        self.pod_template().is_some()
    }

    /// Whether a client may give a new object a status.
    fn accepts_status_on_create(&self) -> bool {
        false
    }

    /// Whether a PUT to a name that does not exist creates the object.
    fn creates_on_update(&self) -> bool {
        false
    }

    /// Fills absent fields with the kind's defaults.
    fn set_defaults(&self, _object: &mut Object) {}

    /// Fills absent fields of the status with the kind's defaults.
    fn set_status_defaults(&self, _object: &mut Object) {}

    /// Writes out what Go's encoder writes although it is zero: times as null, structs as `{}`.
    fn write_out_zero_values(&self, object: &mut Object) {
        for pointer in self.zero_counts() {
            if object.get(pointer).is_none() {
                object.set(pointer, 0);
            }
        }
    }

    /// Sets what depends on who asks, or refuses what they may not write although they may write
    /// objects of the kind. `old` is the object before the write; `None` for a creation.
    ///
    /// # Errors
    /// 403 when they may not.
    fn check_user(
        &self,
        _registry: &Registry,
        _options: &WriteOptions,
        _new: &mut Object,
        _old: Option<&Object>,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// Clears or sets what a client cannot choose in a new object.
    fn prepare_for_create(&self, _object: &mut Object) {}

    /// Clears or restores what a client cannot change.
    fn prepare_for_update(&self, _new: &mut Object, _old: &Object) {}

    /// What is wrong with a name; empty when it will do.
    fn name_errors(&self, name: &str) -> Vec<String> {
        validate_dns1123_subdomain(name)
    }

    /// What is wrong with an object, beyond its metadata.
    fn validate(&self, _object: &Object) -> FieldErrors {
        FieldErrors::new()
    }

    /// What is wrong with a change; the new object has been validated by itself already.
    fn validate_update(&self, _new: &Object, _old: &Object) -> FieldErrors {
        FieldErrors::new()
    }

    /// What is wrong with a change through a subresource that writes a part of the desired state.
    fn validate_part(&self, _subresource: &str, _new: &Object, _old: &Object) -> FieldErrors {
        FieldErrors::new()
    }

    /// What rules of the kind say that compare with the object before; `errors` were found already.
    fn add_rule_errors(&self, _new: &Object, _old: Option<&Object>, _errors: &mut FieldErrors) {}

    /// Allocates what the object needs from what the cluster has to give.
    fn allocate(&self, _registry: &mut Registry, _object: &mut Object) -> FieldErrors {
        FieldErrors::new()
    }

    /// What a client is told on every request because the kind is on its way out.
    fn deprecation(&self) -> Option<&'static str> {
        None
    }

    /// What a client should be told about an object although it is accepted.
    fn warnings(&self, object: &Object) -> Vec<String> {
        let Some([first, rest @ ..]) = self.pod_template() else { return Vec::new() };
        let template = rest.iter().fold(Field::of(object, first), |field, name| field.child(name));
        pod_spec_warnings(&template.child("spec"))
    }

    /// Why an object of that name may not be deleted.
    fn refuses_deletion(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// Seconds that a deletion takes; `None` for kinds that go at once.
    fn grace_period(&self, _object: &Object, _requested: Option<i64>) -> Option<i64> {
        None
    }

    /// The desired state changed, so `generation` goes up.
    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        !new.agrees(old, "/spec")
    }

    /// What of the metadata a write of the status writes, too.
    fn metadata_with_status(&self) -> &'static [&'static str] {
        &["annotations", "labels", "finalizers", "ownerReferences"]
    }

    /// Whether nothing but finalizers of the kind itself keeps a terminating object.
    fn may_go(&self, _object: &Object) -> bool {
        true
    }

    /// Marks the beginning of a deletion in the object's own fields.
    fn begin_deletion(&self, _object: &mut Object, _now: Timestamp) {}

    /// Columns of the server-side table.
    fn columns(&self) -> &'static [Column] {
        &[columns::NAME, columns::AGE]
    }

    /// One cell a column.
    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), columns::age(object, now)]
    }

    /// Puts the rows of a table into the kind's own order.
    fn sort(&self, _objects: &mut [Arc<Object>]) {}

    /// `Succeeded` or `Failed` for an object that has run to its end.
    fn completed(&self, _object: &Object) -> Option<&'static str> {
        None
    }
}

/// A kind without rules of its own.
struct Plain;

impl Strategy for Plain {}

/// The rules of a kind.
pub(super) fn strategy_of(kind: &'static Kind) -> &'static dyn Strategy {
    /// By place in the table of kinds.
    static BY_PLACE: LazyLock<Vec<&'static dyn Strategy>> =
        LazyLock::new(|| KINDS.iter().map(|kind| listed(kind)).collect());
    if kind.custom.is_some() {
        return kind;
    }
    BY_PLACE.get(kind.place).copied().unwrap_or_else(|| listed(kind))
}

fn listed(kind: &'static Kind) -> &'static dyn Strategy {
    let index = STRATEGIES.iter().position(|(entry, _)| std::ptr::eq(*entry, kind));
    index.map_or(&Plain, |index| STRATEGIES[index].1)
}

/// The kinds with rules of their own.
static STRATEGIES: &[(&Kind, &dyn Strategy)] = &[
    (&unstored::COMPONENT_STATUS, &core::ComponentStatusStrategy),
    (&unstored::SCALE, &ScaleStrategy),
    (&builtin::CONFIG_MAP, &core::ConfigMapStrategy),
    (&builtin::ENDPOINTS, &core::EndpointsStrategy),
    (&builtin::EVENT, &core::EventStrategy { newer: false }),
    (&builtin::EVENTS_EVENT, &core::EventStrategy { newer: true }),
    (&builtin::LIMIT_RANGE, &core::LimitRangeStrategy),
    (&builtin::NAMESPACE, &core::NamespaceStrategy),
    (&builtin::NODE, &core::NodeStrategy),
    (&builtin::PERSISTENT_VOLUME, &core::PersistentVolumeStrategy),
    (&builtin::PERSISTENT_VOLUME_CLAIM, &core::PersistentVolumeClaimStrategy),
    (&builtin::POD, &core::PodStrategy),
    (&builtin::RESOURCE_QUOTA, &core::ResourceQuotaStrategy),
    (&builtin::SECRET, &core::SecretStrategy),
    (&builtin::SERVICE, &core::ServiceStrategy),
    (&builtin::CONTROLLER_REVISION, &apps::ControllerRevisionStrategy),
    (&builtin::DAEMON_SET, &apps::DaemonSetStrategy),
    (&builtin::DEPLOYMENT, &apps::DeploymentStrategy),
    (&builtin::REPLICA_SET, &apps::ReplicaSetStrategy),
    (&builtin::STATEFUL_SET, &apps::StatefulSetStrategy),
    (&builtin::HORIZONTAL_POD_AUTOSCALER, &autoscaling::HorizontalPodAutoscalerStrategy),
    (&builtin::CRON_JOB, &batch::CronJobStrategy),
    (&builtin::JOB, &batch::JobStrategy),
    (&builtin::LEASE, &coordination::LeaseStrategy),
    (&builtin::ENDPOINT_SLICE, &discovery::EndpointSliceStrategy),
    (&builtin::INGRESS, &networking::IngressStrategy),
    (&builtin::INGRESS_CLASS, &networking::IngressClassStrategy),
    (&builtin::NETWORK_POLICY, &networking::NetworkPolicyStrategy),
    (&builtin::STORAGE_CLASS, &storage::StorageClassStrategy),
    (&builtin::POD_DISRUPTION_BUDGET, &policy::PodDisruptionBudgetStrategy),
    (&builtin::PRIORITY_CLASS, &scheduling::PriorityClassStrategy),
    (&builtin::CLUSTER_ROLE, &rbac::RoleStrategy { namespaced: false }),
    (&builtin::ROLE, &rbac::RoleStrategy { namespaced: true }),
    (&builtin::CLUSTER_ROLE_BINDING, &rbac::BindingStrategy { namespaced: false }),
    (&builtin::ROLE_BINDING, &rbac::BindingStrategy { namespaced: true }),
    (&builtin::CUSTOM_RESOURCE_DEFINITION, &apiextensions::CustomResourceDefinitionStrategy),
    (&NODE_METRICS, &metrics::NodeMetricsStrategy),
    (&POD_METRICS, &metrics::PodMetricsStrategy),
    (&builtin::POD_TEMPLATE, &core::PodTemplateStrategy),
    (&builtin::REPLICATION_CONTROLLER, &core::ReplicationControllerStrategy),
    (&builtin::API_SERVICE, &apiregistration::ApiServiceStrategy),
    (&builtin::CERTIFICATE_SIGNING_REQUEST, &certificates::SigningRequestStrategy),
    (&builtin::IP_ADDRESS, &networking::IpAddressStrategy),
    (&builtin::SERVICE_CIDR, &networking::ServiceCidrStrategy),
    (&builtin::CSI_DRIVER, &storage::CsiDriverStrategy),
    (&builtin::CSI_NODE, &storage::CsiNodeStrategy),
    (&builtin::CSI_STORAGE_CAPACITY, &storage::CsiStorageCapacityStrategy),
    (&builtin::VOLUME_ATTACHMENT, &storage::VolumeAttachmentStrategy),
    (&builtin::VOLUME_ATTRIBUTES_CLASS, &storage::VolumeAttributesClassStrategy),
    (&builtin::MUTATING_ADMISSION_POLICY, &admissionregistration::MutatingPolicyStrategy),
    (&builtin::MUTATING_ADMISSION_POLICY_BINDING, &admissionregistration::MutatingPolicyBindingStrategy),
    (&builtin::MUTATING_WEBHOOK_CONFIGURATION, &admissionregistration::MutatingWebhookStrategy),
    (&builtin::VALIDATING_ADMISSION_POLICY, &admissionregistration::ValidatingPolicyStrategy),
    (&builtin::VALIDATING_ADMISSION_POLICY_BINDING, &admissionregistration::ValidatingPolicyBindingStrategy),
    (&builtin::VALIDATING_WEBHOOK_CONFIGURATION, &admissionregistration::ValidatingWebhookStrategy),
    (&builtin::RUNTIME_CLASS, &node::RuntimeClassStrategy),
    (&builtin::DEVICE_CLASS, &resource::DeviceClassStrategy),
    (&builtin::RESOURCE_CLAIM, &resource::ResourceClaimStrategy),
    (&builtin::RESOURCE_CLAIM_TEMPLATE, &resource::ResourceClaimTemplateStrategy),
    (&builtin::RESOURCE_SLICE, &resource::ResourceSliceStrategy),
    (&builtin::FLOW_SCHEMA, &flowcontrol::FlowSchemaStrategy),
    (&builtin::PRIORITY_LEVEL_CONFIGURATION, &flowcontrol::PriorityLevelConfigurationStrategy),
];
