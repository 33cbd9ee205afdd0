//! Store, controllers, nodes and the clock as one synchronous, seeded simulation.

use jiff::SignedDuration;

use crate::base::{Random, Timestamp};

use super::config::ClusterConfig;
use super::kubelet::NodeState;
use super::registry::Registry;

/// The whole simulated cluster. It never reads a clock: whoever drives it says what time it is.
#[derive(Clone, Debug)]
pub(crate) struct Simulation {
    /// All objects.
    pub registry: Registry,
    /// What runs on the nodes.
    pub node: NodeState,
}

#[expect(clippy::todo, reason = "skeleton")]
#[expect(unused_variables, reason = "skeleton")]
impl Simulation {
    /// A fresh cluster with what minikube has in it.
    pub(crate) fn new(config: &ClusterConfig, now: Timestamp) -> Self {
        Self { registry: Registry::new(now, Random::seeded(config.seed)), node: NodeState::default() }
    }

    /// The moment at which something happens next; `registry.now()` when something is due already.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        todo!()
    }

    /// Lets everything happen that is due up to `until`, each thing at its own moment; ends at `until`.
    pub(crate) fn advance_to(&mut self, until: Timestamp) {
        todo!()
    }

    /// Advances until nothing is due any more, or `at_most` has passed. Gives back how far it went.
    pub(crate) fn settle(&mut self, at_most: SignedDuration) -> SignedDuration {
        todo!()
    }
}
