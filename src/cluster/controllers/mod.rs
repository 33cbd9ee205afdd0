//! The controllers that are started.

mod api_service;
mod certificate_signer;
mod claim;
mod cluster_ips;
mod cluster_role_aggregation;
mod conditions;
mod cron_job;
mod custom_resources;
mod daemon_set;
mod deployment;
mod disruption;
mod endpoints;
mod event_expiry;
mod flow_schema;
mod garbage_collector;
mod history;
mod horizontal;
mod ingress_nginx;
mod job;
mod load_balancer;
mod namespace;
mod node_lifecycle;
mod persistent_volume;
mod pod_control;
mod pod_garbage_collector;
mod pods;
mod policy_status;
mod replica_set;
mod resource_claims;
mod resource_quota;
mod service_account;
mod service_account_token;
mod service_cidrs;
mod stateful_set;
mod taint_eviction;

use crate::apimachinery::{Kind, Object, ObjectKey, OwnerReference};
use crate::base::{Value, json};

use super::manager::Reconciler;
use super::registry::Registry;
use super::storage::Change;

/// Every controller, in the order in which they are asked.
pub(crate) static CONTROLLERS: &[&dyn Reconciler] = &[
    &service_account::ServiceAccountController,
    &deployment::DeploymentController,
    &replica_set::REPLICA_SETS,
    &daemon_set::DaemonSetController,
    &stateful_set::StatefulSetController,
    &job::JobController,
    &cron_job::CronJobController,
    &horizontal::HorizontalController,
    &api_service::ApiServiceController,
    &endpoints::EndpointSliceController,
    &endpoints::EndpointsController,
    &namespace::NamespaceController,
    &garbage_collector::GarbageCollector,
    &event_expiry::EventExpiry,
    &service_account_token::TokensController,
    &certificate_signer::CertificateController,
    &cluster_role_aggregation::ClusterRoleAggregationController,
    &endpoints::EndpointSliceMirroring,
    &ingress_nginx::IngressNginx,
    &load_balancer::LoadBalancers,
    &custom_resources::CustomResourceController,
    &policy_status::PolicyStatusController,
    &cluster_ips::ClusterIpController,
    &flow_schema::FlowSchemaController,
    &service_cidrs::ServiceCidrController,
    &replica_set::REPLICATION_CONTROLLERS,
    &resource_quota::ResourceQuotaController,
    &disruption::DisruptionController,
    &node_lifecycle::NodeLifecycleController,
    &taint_eviction::TaintEvictionController,
    &pod_garbage_collector::PodGarbageCollector,
    &persistent_volume::PersistentVolumeController,
    &persistent_volume::ClaimProtection,
    &persistent_volume::VolumeProtection,
    &persistent_volume::EphemeralVolumes,
    &persistent_volume::HostPathProvisioner,
    &resource_claims::ResourceClaimController,
];

pub(crate) use load_balancer::{LOAD_BALANCERS, TUNNEL_ADDRESS};

/// Name of the controllers' program in managedFields.
const MANAGER: &str = "kube-controller-manager";

/// The key of the changed object itself.
fn itself(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    vec![change.object.key()]
}

/// The controllers of a kind that manage, or managed before the change, the changed object.
fn controllers_of(change: &Change, kind: &'static Kind) -> Vec<ObjectKey> {
    let mut keys = Vec::new();
    let states = [Some(&change.object), change.previous.as_ref()];
    for object in states.into_iter().flatten() {
        let owner = object.controller_references().next().filter(|owner| owner["kind"] == kind.kind);
        if let Some(name) = owner.and_then(|owner| owner["name"].as_str()) {
            let key = ObjectKey::new(object.namespace(), name);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// A new object made from a Pod template or the like: labels, annotations and finalizers of the
/// template, and a controller that owns it (`controller.GetPodFromTemplate`).
fn owned_object(kind: &Kind, owner: &Object, template: &Object) -> Object {
    let mut object = Object::new(kind, owner.namespace(), "");
    object.remove("/metadata/name");
    for field in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template.get(&format!("/metadata/{field}")) {
            object.set(&format!("/metadata/{field}"), value.clone());
        }
    }
    object.set("/metadata/ownerReferences", owner_references(owner));
    object
}

fn owner_references(owner: &Object) -> Value {
    json!([OwnerReference::controller(owner)])
}

#[cfg(test)]
mod tests;
