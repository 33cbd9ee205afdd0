//! Store, controllers, nodes and the clock as one synchronous, seeded simulation.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::builtin::{NODE, SERVICE};
use crate::apimachinery::{ObjectKey, Status};
use crate::base::{Random, Timestamp};

use super::authentication::Authority;
use super::bootstrap;
use super::config::ClusterConfig;
use super::controllers::{CONTROLLERS, LOAD_BALANCERS};
use super::ingress::IngressNginxWebhook;
use super::kubelet::{KUBELET, NodeState};
use super::manager::{Manager, Reconciler};
use super::registry::{DeleteOptions, Registry, WebhookServer, WriteOptions};
use super::runtime::{AgnhostConverter, AgnhostWebhook};
use super::scheduler::SCHEDULER;

/// The programs that answer webhooks.
static WEBHOOK_SERVERS: &[&dyn WebhookServer] = &[&AgnhostWebhook, &AgnhostConverter, &IngressNginxWebhook];

/// How often the nodes may act without time moving on; more is a fault of theirs, and time moves on.
const NODE_TURNS_PER_MOMENT_MAX: usize = 10_000;

/// How many fresh clusters tests share.
#[cfg(test)]
const FRESH_MAX: usize = 16;

/// The whole simulated cluster. It never reads a clock: whoever drives it says what time it is.
#[derive(Clone, Debug)]
pub(crate) struct Simulation {
    /// All objects.
    pub registry: Registry,
    /// What runs on the nodes.
    pub node: NodeState,
    manager: Manager,
}

/// Controllers and scheduler: the control plane without the nodes.
fn control_plane() -> Vec<&'static dyn Reconciler> {
    let mut reconcilers = CONTROLLERS.to_vec();
    reconcilers.push(&SCHEDULER);
    reconcilers
}

/// Everything that reconciles.
fn all_reconcilers() -> Vec<&'static dyn Reconciler> {
    let mut reconcilers = control_plane();
    reconcilers.push(&KUBELET);
    reconcilers
}

impl Simulation {
    /// A fresh cluster with the keys of this process; tests that begin alike share its making.
    #[cfg(test)]
    pub(crate) fn new(config: &ClusterConfig, now: Timestamp) -> Self {
        type Fresh = ((usize, u64, Timestamp), Simulation);
        static MADE: std::sync::Mutex<Vec<Fresh>> = std::sync::Mutex::new(Vec::new());
        let wanted = (config.nodes, config.seed, now);
        let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, known)) = made.iter().find(|(known, _)| *known == wanted) {
            return known.clone();
        }
        let fresh = Self::with_keys(config, now, Authority::of_this_process());
        if made.len() < FRESH_MAX {
            made.push((wanted, fresh.clone()));
        }
        fresh
    }

    /// A fresh cluster with what minikube has in it: everything runs already.
    pub(crate) fn with_keys(
        config: &ClusterConfig,
        now: Timestamp,
        authority: Option<Arc<Authority>>,
    ) -> Self {
        let mut registry = Registry::new(now, Random::seeded(config.seed));
        registry.set_authority(authority);
        let mut simulation = Self::with(registry, NodeState::default(), control_plane());
        let made = simulation.bootstrap(config);
        debug_assert_eq!(made, Ok(()), "a fresh cluster is refused nothing");
        let Self { registry, node, .. } = simulation;
        let mut simulation = Self::restore(registry, node);
        simulation.run_moment();
        simulation
    }

    /// Lets the control plane make its Pods, which then have run for a while when the kubelet comes.
    fn bootstrap(&mut self, config: &ClusterConfig) -> Result<(), Status> {
        bootstrap::bootstrap(&mut self.registry, config)?;
        for number in 0..config.nodes.max(1) {
            self.node.add_machine(number, self.registry.now());
        }
        self.run_moment();
        bootstrap::start_pods(&mut self.registry)?;
        self.run_moment();
        Ok(())
    }

    /// A cluster from what was stored of it; every object is looked at anew.
    pub(crate) fn restore(registry: Registry, node: NodeState) -> Self {
        let mut simulation = Self::with(registry, node, all_reconcilers());
        simulation.node.know_machines(&simulation.registry);
        simulation.manager.resync(&simulation.registry);
        simulation
    }

    fn with(mut registry: Registry, node: NodeState, reconcilers: Vec<&'static dyn Reconciler>) -> Self {
        registry.set_webhook_servers(WEBHOOK_SERVERS);
        Self { registry, node, manager: Manager::new(reconcilers) }
    }

    /// The moment at which something happens next; `registry.now()` when something is due already.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let moments = [self.manager.next_due(&self.registry), self.node.next_due()];
        moments.into_iter().flatten().min().map(|due| due.max(self.registry.now()))
    }

    /// Lets everything happen that is due up to `until`, each thing at its own moment; ends at `until`.
    pub(crate) fn advance_to(&mut self, until: Timestamp) {
        self.advance_while(until, || true);
    }

    /// The same for as long as `goes_on` says so before each moment: much time may have passed.
    pub(crate) fn advance_while(&mut self, until: Timestamp, goes_on: impl Fn() -> bool) {
        self.run_moment();
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            if !goes_on() {
                return;
            }
            self.registry.set_now(due);
            self.run_moment();
        }
        self.registry.set_now(until);
        // In parts: else what many nodes write leaves the log before anybody has read it.
        while self.node.beat(&mut self.registry) {
            self.manager.drain(&self.registry);
        }
    }

    /// Adds a machine with a node; gives back the node's name.
    ///
    /// # Errors
    /// When the node is refused.
    pub(crate) fn add_node(&mut self) -> Result<String, Status> {
        self.node.new_machine(&mut self.registry)
    }

    /// Switches the machine of a node on or off, or takes it away (`None`); `false` when there is nothing
    /// to do.
    ///
    /// # Errors
    /// When a write is refused.
    pub(crate) fn switch_node(&mut self, name: &str, up: Option<bool>) -> Result<bool, Status> {
        let done = match up {
            Some(true) => self.node.start_machine(&mut self.registry, name)?,
            Some(false) => self.node.stop_machine(&mut self.registry, name),
            None => self.node.remove_machine(&mut self.registry, name),
        };
        let key = ObjectKey::new("", name);
        if up.is_none() && self.registry.get(&NODE, &key).is_ok() {
            let (delete, options) = (DeleteOptions::default(), WriteOptions::component("minikube"));
            self.registry.delete(&NODE, &key, &delete, &options)?;
        }
        // A machine's silence changes no object: its watcher has to be told.
        self.manager.enqueue("node-lifecycle-controller", key, self.registry.now());
        Ok(done)
    }

    /// Lets everything happen that is due at the present moment.
    fn run_moment(&mut self) {
        let mut node_turns = 0;
        loop {
            self.manager.drain(&self.registry);
            if self.manager.run_next(&mut self.registry, &mut self.node) {
                continue;
            }
            let now = self.registry.now();
            if self.node.next_due().is_none_or(|due| due > now) {
                return;
            }
            node_turns += 1;
            if node_turns > NODE_TURNS_PER_MOMENT_MAX {
                let later = now.checked_add(SignedDuration::from_millis(1)).unwrap_or(now);
                self.registry.set_now(later);
                node_turns = 0;
            }
            for pod in self.node.run_due(&mut self.registry) {
                self.manager.enqueue(KUBELET.name(), pod, self.registry.now());
            }
        }
    }

    /// A `minikube tunnel` was opened: LoadBalancer Services get addresses.
    pub(crate) fn open_tunnel(&mut self) {
        self.node.count_tunnel(true);
        self.look_at_load_balancers();
    }

    /// A `minikube tunnel` has ended: with the last one the addresses go.
    pub(crate) fn close_tunnel(&mut self) {
        self.node.count_tunnel(false);
        self.look_at_load_balancers();
    }

    fn look_at_load_balancers(&mut self) {
        let now = self.registry.now();
        for service in self.registry.list(&SERVICE, None) {
            self.manager.enqueue(LOAD_BALANCERS, service.key(), now);
        }
        self.run_moment();
    }

    /// Keys that were reconciled over and over without time moving on.
    #[cfg(test)]
    pub(crate) fn livelocks(&self) -> &[String] {
        self.manager.livelocks()
    }
}
