//! Rules of Deployments.

use crate::apimachinery::Object;

use super::super::strategy::Strategy;

/// `pkg/registry/apps/deployment`.
pub(crate) struct DeploymentStrategy;

impl Strategy for DeploymentStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        new.get("/spec") != old.get("/spec")
            || new.get("/metadata/annotations") != old.get("/metadata/annotations")
    }
}
