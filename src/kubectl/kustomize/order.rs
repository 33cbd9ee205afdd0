//! The order in which a cluster can create objects: namespaces first, webhooks last.

use super::resource::Resource;

const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts objects by kind, then by their ids.
pub(super) fn sort(resources: &mut [Resource]) {
    let place = |resource: &Resource| {
        let kind = resource.kind();
        match (FIRST.iter().position(|first| *first == kind), LAST.iter().position(|last| *last == kind)) {
            (Some(index), _) => index,
            (None, Some(index)) => FIRST.len() + 1 + index,
            (None, None) => FIRST.len(),
        }
    };
    resources.sort_by_cached_key(|resource| {
        let id = format!(
            "{}_{}_{}_{}_{}",
            resource.group(),
            resource.version(),
            resource.kind(),
            resource.namespace(),
            resource.name()
        );
        (place(resource), resource.kind().to_owned(), id)
    });
}
