//! `describe`: one file per kind, a generic description for all others.

mod addresses;
mod certificate_signing_request;
mod containers;
mod cron_job;
mod daemon_set;
mod endpoints;
mod events;
mod generic;
mod horizontal_pod_autoscaler;
mod ingress;
mod job;
mod network_policy;
mod node;
mod plain;
mod pod;
mod pod_template;
mod policy;
mod quota;
mod rbac;
mod service;
mod stateful_set;
mod storage;
mod text;
mod volume_sources;
mod volumes;
mod workloads;

use super::api::Api;
use crate::base::{Timestamp, Value};

pub(super) use events::age as event_age;
pub(super) use text::{array, scalar, text_of};
pub(super) use workloads::selector_text;

/// Describes an object; `show_events` adds what happened to it.
pub(super) async fn describe(api: &Api, object: &Value, show_events: bool, now: Timestamp) -> String {
    let mut text = text::Text::default();
    let version = text_of(&object["apiVersion"]);
    let mut with_events = show_events;
    match (version, text_of(&object["kind"])) {
        ("v1", "Pod") => pod::describe(&mut text, object, now),
        ("v1", "Service") => service::describe(&mut text, api, object).await,
        ("v1", "Node") => node::describe(&mut text, api, object, now).await,
        ("v1", "ConfigMap") => plain::config_map(&mut text, object),
        ("v1", "Secret") => {
            with_events = false;
            plain::secret(&mut text, object);
        }
        ("v1", "Namespace") => {
            with_events = false;
            plain::namespace(&mut text, object);
            quota::of_namespace(&mut text, api, object).await;
        }
        ("v1", "ResourceQuota") => {
            with_events = false;
            quota::resource_quota(&mut text, object);
        }
        ("v1", "LimitRange") => {
            with_events = false;
            quota::limit_range(&mut text, object);
        }
        ("policy/v1", "PodDisruptionBudget") => policy::disruption_budget(&mut text, object),
        ("scheduling.k8s.io/v1", "PriorityClass") => policy::priority_class(&mut text, object),
        ("v1", "ServiceAccount") => plain::service_account(&mut text, object),
        ("apps/v1", "DaemonSet") => daemon_set::describe(&mut text, api, object).await,
        ("apps/v1", "Deployment") => workloads::deployment(&mut text, api, object).await,
        ("v1", "ReplicationController") | ("apps/v1", "ReplicaSet") => {
            workloads::replica_set(&mut text, api, object).await
        }
        ("apps/v1", "StatefulSet") => stateful_set::describe(&mut text, api, object).await,
        ("certificates.k8s.io/v1", "CertificateSigningRequest") => {
            certificate_signing_request::describe(&mut text, object);
        }
        ("rbac.authorization.k8s.io/v1", _) => {
            with_events = false;
            rbac::describe(&mut text, object);
        }
        ("autoscaling/v2", "HorizontalPodAutoscaler") => {
            horizontal_pod_autoscaler::describe(&mut text, object);
        }
        ("batch/v1", "CronJob") => cron_job::describe(&mut text, object),
        ("batch/v1", "Job") => job::describe(&mut text, object),
        ("v1", "PersistentVolume") => storage::persistent_volume(&mut text, object, now),
        ("v1", "PersistentVolumeClaim") => {
            storage::persistent_volume_claim(&mut text, api, object, now).await;
        }
        ("v1", "Endpoints") => endpoints::endpoints(&mut text, object),
        ("discovery.k8s.io/v1", "EndpointSlice") => endpoints::endpoint_slice(&mut text, object),
        ("networking.k8s.io/v1", "Ingress") => ingress::ingress(&mut text, api, object).await,
        ("networking.k8s.io/v1", "IngressClass") => ingress::ingress_class(&mut text, object),
        ("networking.k8s.io/v1", "NetworkPolicy") => {
            with_events = false;
            network_policy::describe(&mut text, object);
        }
        ("networking.k8s.io/v1", "ServiceCIDR" | "IPAddress") => addresses::describe(&mut text, object),
        ("storage.k8s.io/v1", "StorageClass" | "CSINode" | "VolumeAttributesClass") => {
            storage::class_or_node(&mut text, object);
        }
        _ => generic::describe(&mut text, object),
    }
    if with_events {
        add_events(&mut text, api, object, now).await;
    }
    text.aligned()
}

/// Adds what happened to an object.
async fn add_events(text: &mut text::Text, api: &Api, object: &Value, now: Timestamp) {
    let found = match (text_of(&object["apiVersion"]), text_of(&object["kind"])) {
        ("v1", "Node") => node::node_events(api, object).await,
        _ => events::of(api, object).await,
    };
    events::describe(text, found, now);
}

/// The unaligned description of a Pod template, as `rollout history` prints it.
pub(super) fn template_text(template: &Value) -> String {
    let mut text = text::Text::default();
    pod_template::describe(&mut text, template);
    text.raw().to_owned()
}
