//! Rules that objects must keep, with upstream's words (`pkg/apis/core/validation`).

mod claims;
mod config;
mod container;
mod cron_job;
mod daemon_set;
mod disruption;
mod dns;
mod endpoints;
mod env_files;
mod ephemeral;
mod event;
mod field;
mod horizontal_pod_autoscaler;
mod internal_types;
mod job;
mod job_status;
mod lifecycle;
mod metadata;
mod networking;
mod placement;
mod pod_host;
mod pod_resources;
mod pod_spec;
mod pod_update;
mod probe;
mod quota;
mod resources;
mod security;
mod service;
mod stateful_set;
mod storage;
mod volume;
mod webhook_client;
mod workload;

pub(super) use config::{config_errors, config_update_errors, secret_type_errors};
pub(super) use cron_job::cron_job_errors;
pub(super) use daemon_set::{controller_revision_errors, daemon_set_errors};
pub(super) use disruption::disruption_budget_errors;
pub(super) use endpoints::{endpoint_slice_errors, endpoint_slice_update_errors, endpoints_errors};
pub(super) use ephemeral::ephemeral_update_errors;
pub(super) use event::{event_errors, newer_event_errors, newer_event_update_errors};
pub(super) use field::Field;
pub(super) use horizontal_pod_autoscaler::horizontal_pod_autoscaler_errors;
pub(super) use job::{generated_labels, job_errors, job_update_errors};
pub(super) use job_status::job_status_errors;
pub(super) use metadata::{kube_finalizer_errors, metadata_errors, metadata_update_errors};
pub(super) use networking::{
    ingress_class_errors, ingress_class_update_errors, ingress_errors, network_policy_errors,
};
pub(super) use placement::node_taint_errors;
pub(super) use pod_resources::{container_requests, is_of_whole_pods};
pub(super) use pod_spec::pod_spec_errors;
pub(super) use pod_update::pod_update_errors;
pub(super) use quota::{limit_range_errors, resource_quota_errors, resource_quota_update_errors};
pub(super) use service::{
    balancer_status_errors, is_externally_accessible, needs_health_check, service_errors,
    service_update_errors,
};
pub(super) use stateful_set::{stateful_set_errors, stateful_set_update_errors};
pub(super) use storage::{
    persistent_volume_claim_errors, persistent_volume_claim_update_errors, persistent_volume_errors,
    persistent_volume_update_errors, storage_class_errors, storage_class_update_errors,
};
pub(super) use workload::{
    deployment_errors, immutable, label_selector_errors, pod_template_errors, replica_set_errors,
    replication_controller_errors,
};

pub(super) use webhook_client::webhook_client_errors;

#[cfg(test)]
mod pod_tests;
#[cfg(test)]
mod tests;
