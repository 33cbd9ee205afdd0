//! The async shell around the simulation: wakes on a change or at the next due time. The only sleep.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::{Clock, UserError};

use super::config::ClusterConfig;
use super::listener::Listener;
use super::simulation::Simulation;

/// What the API server, the listener and the driver share.
pub(crate) struct Shared {
    simulation: Mutex<Simulation>,
    clock: Clock,
    /// Counts up whenever the simulation may have changed.
    changed: tokio::sync::watch::Sender<u64>,
}

#[expect(clippy::todo, reason = "skeleton")]
#[expect(unused_variables, reason = "skeleton")]
impl Shared {
    /// Works on the simulation at the present moment: locks, advances to now, runs `work`, wakes the
    /// driver and every watcher. Never awaits.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Simulation) -> R) -> R {
        todo!()
    }

    /// Tells of changes: the receiver wakes whenever the simulation may have changed.
    pub(crate) fn subscribe(&self) -> tokio::sync::watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// A running embedded cluster; ends when the last clone is dropped.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
}

#[expect(clippy::todo, reason = "skeleton")]
#[expect(unused_variables, reason = "skeleton")]
impl Cluster {
    /// Starts a cluster, from its state folder if that holds one. Call within a tokio runtime.
    ///
    /// # Errors
    /// When the state folder cannot be read or written; a damaged state is kept aside and said so.
    pub fn start(config: ClusterConfig) -> Result<Self, UserError> {
        todo!()
    }

    /// A client that talks to the API server in memory.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        todo!()
    }

    /// Serves the API to other programs on 127.0.0.1 over TLS; port 0 picks a free one.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn listen(&self, port: u16) -> Result<Listener, UserError> {
        todo!()
    }

    /// The cluster's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// While on, time jumps from one due moment to the next without waiting (manual time only).
    pub fn run_eagerly(&self, on: bool) {
        todo!()
    }

    /// Advances simulated time until nothing is due, or `at_most` has passed (manual time only).
    pub fn settle(&self, at_most: Duration) {
        todo!()
    }

    /// Throws everything away and starts from a fresh cluster.
    pub fn reset(&self) {
        todo!()
    }

    /// Writes the state to disk now (it is also kept up to date on every change).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<(), UserError> {
        todo!()
    }
}
