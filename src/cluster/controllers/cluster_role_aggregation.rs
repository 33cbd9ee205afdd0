//! ClusterRoles that gather the rules of others (`pkg/controller/clusterroleaggregation`).

use crate::apimachinery::{Kind, LabelSelector, Object, ObjectKey, Status, builtin};
use crate::base::Value;

use super::super::manager::{Action, ReconcileContext, Reconciler, Sweep, Watch};
use super::super::registry::{Registry, WriteOptions};
use super::super::storage::Change;

/// The role of this controller in managedFields.
const MANAGER: &str = "clusterrole-aggregation-controller";

/// Keeps aggregated roles up to date.
pub(super) struct ClusterRoleAggregationController;

/// Any role may be gathered by any that gathers, or have been.
static SWEEPS: &[Sweep] = &[Sweep { kind: &builtin::CLUSTER_ROLE, after: matters, keys: gathering_roles }];

impl Reconciler for ClusterRoleAggregationController {
    fn name(&self) -> &'static str {
        "clusterrole-aggregation-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        &[]
    }

    fn sweeps(&self) -> &'static [Sweep] {
        SWEEPS
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let kind: &'static Kind = &builtin::CLUSTER_ROLE;
        let Ok(role) = registry.get(kind, key) else { return Ok(Action::AwaitChange) };
        if role.get("/aggregationRule").is_none() {
            return Ok(Action::AwaitChange);
        }
        let rules = gathered(registry, &role);
        if role.list("/rules") != rules.as_slice() {
            let mut next = Object::clone(&role);
            next.set("/rules", if rules.is_empty() { Value::Null } else { rules.into() });
            registry.update(kind, key, next, &WriteOptions::component(MANAGER))?;
        }
        Ok(Action::AwaitChange)
    }
}

/// Roles without labels are gathered by nobody.
fn matters(change: &Change) -> bool {
    let matters = |role: &Object| role.labels().is_some() || role.get("/aggregationRule").is_some();
    matters(&change.object) || change.previous.as_ref().is_some_and(|previous| matters(previous))
}

fn gathering_roles(registry: &Registry) -> Vec<ObjectKey> {
    let roles = registry.store().list(&builtin::CLUSTER_ROLE, None);
    roles.filter(|role| role.get("/aggregationRule").is_some()).map(|role| role.key()).collect()
}

/// The rules of every other role that a selector chooses, each once, by name of the role.
fn gathered(registry: &Registry, role: &Object) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for selector in role.list("/aggregationRule/clusterRoleSelectors") {
        let selector = LabelSelector::from_value(selector);
        for other in registry.store().list(&builtin::CLUSTER_ROLE, None) {
            if other.name() == role.name() || !selector.matches(other.labels()) {
                continue;
            }
            for rule in other.list("/rules") {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    rules
}
