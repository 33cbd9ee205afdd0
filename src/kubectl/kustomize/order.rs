//! The order in which a cluster can create objects: namespaces first, webhooks last.

use super::resource::Resource;
use crate::base::Value;
use crate::kubectl::errors::{Failure, Outcome};

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
    sort_as(resources, FIRST, LAST);
}

/// Sorts objects as `sortOptions` say; `None` when these say nothing.
pub(super) fn sort_by_options(resources: &mut [Resource], options: &Value) -> Option<Outcome> {
    let order = options.get("order")?;
    match order.as_str() {
        Some("fifo") => {}
        Some("legacy") => {
            let kinds = |field: &str| -> Option<Vec<&str>> {
                let list = options["legacySortOptions"][field].as_array()?;
                Some(list.iter().filter_map(Value::as_str).collect())
            };
            match (kinds("orderFirst"), kinds("orderLast")) {
                (None, None) => sort(resources),
                (first, last) => {
                    sort_as(resources, &first.unwrap_or_default(), &last.unwrap_or_default());
                }
            }
        }
        _ => {
            return Some(Err(Failure::message(
                "the field 'sortOptions.order' must be one of [fifo, legacy]",
            )));
        }
    }
    Some(Ok(()))
}

fn sort_as(resources: &mut [Resource], first: &[&str], last: &[&str]) {
    let place = |resource: &Resource| {
        let kind = resource.kind();
        match (first.iter().position(|first| *first == kind), last.iter().position(|last| *last == kind)) {
            (Some(index), _) => index,
            (None, Some(index)) => first.len() + 1 + index,
            (None, None) => first.len(),
        }
    };
    resources.sort_by_cached_key(|resource| {
        // What is missing stands behind all letters.
        let or =
            |text: &str, missing: &str| if text.is_empty() { missing.to_owned() } else { text.to_owned() };
        let id = format!(
            "{}_{}_{}|{}|{}",
            or(resource.group(), "~G"),
            or(resource.version(), "~V"),
            resource.kind(),
            or(resource.namespace(), "~X"),
            or(resource.name(), "~N")
        );
        (place(resource), id)
    });
}
