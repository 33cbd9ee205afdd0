//! Statuses of ValidatingAdmissionPolicies: that they have been looked at (`pkg/controller/validatingadmissionpolicystatus`).

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::json;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::expression_warnings;
use super::MANAGER;

/// Checks expressions against the kinds that they are about, and notes the generation that was looked at.
pub(super) struct PolicyStatusController;

static WATCHES: &[Watch] = &[Watch { kind: &builtin::VALIDATING_ADMISSION_POLICY, keys: super::itself }];

impl Reconciler for PolicyStatusController {
    fn name(&self) -> &'static str {
        "validatingadmissionpolicy-status-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let kind = &builtin::VALIDATING_ADMISSION_POLICY;
        let Ok(policy) = registry.get(kind, key) else { return Ok(Action::AwaitChange) };
        if policy.number("/status/observedGeneration") != Some(policy.generation()) {
            let mut next = Object::clone(&policy);
            let warnings = expression_warnings(registry.store(), &policy);
            let told = if warnings.is_empty() { json!({}) } else { json!({"expressionWarnings": warnings}) };
            next.set("/status", json!({"observedGeneration": policy.generation(), "typeChecking": told}));
            registry.update_status(kind, next, MANAGER)?;
        }
        Ok(Action::AwaitChange)
    }
}
