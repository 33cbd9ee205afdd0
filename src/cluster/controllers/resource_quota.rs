//! Keeps `status` of quotas up to date (`pkg/controller/resourcequota`).

use crate::apimachinery::{Object, ObjectKey, ResourceList, Status, builtin};
use crate::base::Map;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{Registry, quota_hard, quota_used};
use super::super::storage::{Change, ChangeType};
use super::MANAGER;

/// The resource quota controller.
pub(super) struct ResourceQuotaController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::RESOURCE_QUOTA, keys: neighbours_and_itself },
    Watch { kind: &builtin::POD, keys: quotas_of_pods },
    Watch { kind: &builtin::SERVICE, keys: quotas },
    Watch { kind: &builtin::PERSISTENT_VOLUME_CLAIM, keys: quotas },
    Watch { kind: &builtin::CONFIG_MAP, keys: quotas_of_count },
    Watch { kind: &builtin::SECRET, keys: quotas_of_count },
    Watch { kind: &builtin::REPLICATION_CONTROLLER, keys: quotas_of_count },
    Watch { kind: &builtin::SERVICE_ACCOUNT, keys: quotas_of_count },
    Watch { kind: &builtin::ENDPOINTS, keys: quotas_of_count },
    Watch { kind: &builtin::LIMIT_RANGE, keys: quotas_of_count },
    Watch { kind: &builtin::DEPLOYMENT, keys: quotas_of_count },
    Watch { kind: &builtin::REPLICA_SET, keys: quotas_of_count },
    Watch { kind: &builtin::STATEFUL_SET, keys: quotas_of_count },
    Watch { kind: &builtin::DAEMON_SET, keys: quotas_of_count },
    Watch { kind: &builtin::JOB, keys: quotas_of_count },
    Watch { kind: &builtin::CRON_JOB, keys: quotas_of_count },
    Watch { kind: &builtin::HORIZONTAL_POD_AUTOSCALER, keys: quotas_of_count },
    Watch { kind: &builtin::INGRESS, keys: quotas_of_count },
    Watch { kind: &builtin::NETWORK_POLICY, keys: quotas_of_count },
    Watch { kind: &builtin::POD_DISRUPTION_BUDGET, keys: quotas_of_count },
    Watch { kind: &builtin::ROLE, keys: quotas_of_count },
    Watch { kind: &builtin::ROLE_BINDING, keys: quotas_of_count },
    Watch { kind: &builtin::LEASE, keys: quotas_of_count },
];

impl Reconciler for ResourceQuotaController {
    fn name(&self) -> &'static str {
        "resourcequota-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn custom_keys(&self) -> Option<fn(&Change, &Registry) -> Vec<ObjectKey>> {
        Some(quotas_of_count)
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(quota) = registry.get(&builtin::RESOURCE_QUOTA, key) else { return Ok(Action::AwaitChange) };
        let mut next = Object::clone(&quota);
        next.set("/status/hard", amounts(&quota_hard(&quota)));
        next.set("/status/used", amounts(&quota_used(registry, &quota)));
        if next != *quota {
            registry.update_status(&builtin::RESOURCE_QUOTA, next, MANAGER)?;
        }
        Ok(Action::AwaitChange)
    }
}

fn amounts(list: &ResourceList) -> Map {
    list.iter().map(|(name, amount)| (name.clone(), amount.to_string().into())).collect()
}

/// The quotas of the changed object's namespace.
fn quotas(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let namespace = change.object.namespace();
    registry.store().list(&builtin::RESOURCE_QUOTA, Some(namespace)).map(|quota| quota.key()).collect()
}

/// The same when the number of objects changed.
fn quotas_of_count(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    if change.change_type == ChangeType::Modified { Vec::new() } else { quotas(change, registry) }
}

/// The same when a Pod came, went or ended.
fn quotas_of_pods(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let agrees = |previous: &Object| {
        ["/status/phase", "/spec/containers"].iter().all(|part| previous.agrees(&change.object, part))
    };
    let same = change.change_type == ChangeType::Modified && change.previous.as_deref().is_some_and(agrees);
    if same { Vec::new() } else { quotas(change, registry) }
}

/// A quota itself when its wishes changed; all of a namespace when there is one more or less.
fn neighbours_and_itself(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    if change.change_type == ChangeType::Modified {
        return vec![change.object.key()];
    }
    quotas(change, registry)
}
