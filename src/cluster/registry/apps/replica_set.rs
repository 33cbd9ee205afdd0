//! Rules of ReplicaSets.

use super::super::strategy::Strategy;

/// `pkg/registry/apps/replicaset`.
pub(crate) struct ReplicaSetStrategy;

impl Strategy for ReplicaSetStrategy {
    fn counts_generations(&self) -> bool {
        true
    }
}
