//! The cluster inside this program.

use std::sync::Arc;
use std::time::Duration;

use crate::apimachinery::builtin::CUSTOM_RESOURCE_DEFINITION;
use crate::base::{Clock, UserError, Value};
use crate::cluster::{Cluster, Listener, Snapshot};

use super::objects::{Objects, is_later_version};
use super::tools::{ToolSettings, Tools};

/// The context's name in the kubeconfig, as minikube's.
const CONTEXT: &str = "minikube";

/// Simulated time that a start state is given to settle.
const START_SETTLES: Duration = Duration::from_secs(40);

/// Simulated time after which a new kind is served.
const DEFINITION_SERVED: Duration = Duration::from_secs(2);

/// Without a write for so long, nothing is on its way: longer than a Pod is given to end.
const SETTLED: Duration = Duration::from_secs(40);

/// A world of the embedded cluster, to go back to.
#[derive(Clone, Debug)]
pub struct World(Snapshot);

/// The embedded cluster, its listener for other programs, and the tools for it.
pub struct Embedded {
    cluster: Cluster,
    tools: Arc<Tools>,
    /// Closes the sockets when dropped.
    _listener: Listener,
}

impl Embedded {
    /// Puts the parts together. The kubeconfig of `settings` must be the listener's.
    ///
    /// # Errors
    /// When the links to the tools cannot be made.
    pub fn new(cluster: Cluster, listener: Listener, settings: &ToolSettings) -> Result<Self, UserError> {
        let names = ["kubectl", "k", "minikube", "docker"];
        let tools = Tools::new(settings, CONTEXT, cluster.client(), cluster.clock(), &names, None)?;
        Ok(Self { cluster, tools: Arc::new(tools), _listener: listener })
    }

    pub(super) fn tools(&self) -> &Arc<Tools> {
        &self.tools
    }

    pub(super) fn client(&self) -> kube::Client {
        self.cluster.client()
    }

    pub(super) fn clock(&self) -> Clock {
        self.cluster.clock()
    }

    pub(super) fn run_eagerly(&self, on: bool) {
        if self.clock().is_manual() {
            self.cluster.run_eagerly(on);
        }
    }

    pub(super) fn step(&self, at_most: Duration) -> Option<Duration> {
        self.clock().is_manual().then(|| self.cluster.step(at_most)).flatten()
    }

    pub(super) fn pass(&self, by: Duration) {
        self.cluster.pass(by);
    }

    pub(super) fn world(&self) -> World {
        World(self.cluster.snapshot())
    }

    pub(super) fn put_back(&self, world: &World) {
        self.cluster.restore(&world.0);
    }

    pub(super) fn settle(&self, at_most: Duration) -> Duration {
        self.cluster.settle(SETTLED, at_most)
    }

    pub(super) async fn prepare(&self, start: &[Value], fresh: bool) -> Result<(), UserError> {
        if fresh {
            self.cluster.reset();
        }
        let objects = Objects::new(self.client(), "default");
        for (index, object) in start.iter().enumerate() {
            if fresh && is_later_version(start, index) {
                self.cluster.pass(START_SETTLES);
            }
            objects.make(object, fresh).await?;
            if object["kind"] == CUSTOM_RESOURCE_DEFINITION.kind {
                // What comes next may be of this kind.
                self.cluster.pass(DEFINITION_SERVED);
            }
        }
        if fresh && !start.is_empty() {
            self.cluster.pass(START_SETTLES);
        }
        Ok(())
    }

    pub(super) fn leave(&self) -> Result<(), UserError> {
        self.cluster.save()
    }
}
