//! The embedded cluster as others hold it: opened, moved in time, put back, kept.

use std::sync::Arc;
use std::time::Duration;

use crate::base::{Clock, Timestamp, UserError};

use super::apiserver::ApiServer;
use super::authentication::Authority;
use super::config::ClusterConfig;
use super::driver::{Driver, Shared};
use super::listener::Listener;
use super::persistence::{Persistence, Restored, keys};
use super::simulation::Simulation;
use super::transport;

/// How far time goes between two looks at whether anything was written.
const SETTLE_STEP: Duration = Duration::from_secs(1);

/// Kinds that are written over and over while nothing happens.
fn is_sign_of_life(kind: &str) -> bool {
    matches!(kind, "Lease" | "Node" | "Event")
}

/// A cluster that was opened, and what is to be said about its state.
#[derive(Debug)]
pub struct Opened {
    /// The cluster.
    pub cluster: Cluster,
    /// Whether it goes on from its state folder.
    pub resumed: bool,
    /// Sentences about damage that was found and kept aside.
    pub notices: Vec<UserError>,
}

/// A world that was kept, to go back to; cheap, as it shares with the present what did not change.
#[derive(Clone, Debug)]
pub struct Snapshot(Simulation);

/// A running embedded cluster; ends when the last clone is dropped.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
    config: Arc<ClusterConfig>,
    /// What it was at first, kept where time may go back to that.
    first: Option<Arc<Snapshot>>,
    server: Arc<ApiServer>,
    client: kube::Client,
    _driver: Arc<Driver>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Starts a cluster, from its state folder if that holds one. Call within a tokio runtime.
    ///
    /// # Errors
    /// When the state folder cannot be read or written; a damaged state is kept aside and said so.
    pub fn open(config: ClusterConfig) -> Result<Opened, UserError> {
        let clock =
            if config.manual_time { Clock::manual(manual_start()) } else { Clock::scaled(config.speed) };
        let (mut persistence, mut restored, mut notices) = (None, None, Vec::new());
        if let Some(folder) = &config.state_folder {
            let opened = Persistence::open(folder)?;
            persistence = Some(opened.0);
            restored = opened.1;
            notices = opened.2;
        }
        let authority = match &config.state_folder {
            Some(folder) => Some(keys(folder)?),
            None => Authority::of_this_process(),
        };
        let resumed = restored.is_some();
        let simulation = match restored {
            Some(Restored { mut registry, node }) => {
                // Time may have been skipped ahead before: it never goes back.
                clock.advance_to(registry.now());
                // As for a machine that was suspended, nothing happened in between.
                registry.set_now(clock.now());
                registry.set_authority(authority);
                Simulation::restore(registry, node)
            }
            None => Simulation::with_keys(&config, clock.now(), authority),
        };
        let is_first = config.manual_time && !resumed;
        let first = is_first.then(|| Arc::new(Snapshot(simulation.clone())));
        let shared = Arc::new(Shared::new(simulation, clock, persistence));
        let server = Arc::new(ApiServer::new(Arc::clone(&shared)));
        let client = transport::client(&server);
        let driver = Arc::new(Driver::start(&shared));
        let cluster = Self { shared, config: Arc::new(config), first, server, client, _driver: driver };
        Ok(Opened { cluster, resumed, notices })
    }

    /// Starts a cluster; what is to be said about its state folder is not asked for.
    ///
    /// # Errors
    /// As [`Cluster::open`].
    pub fn start(config: ClusterConfig) -> Result<Self, UserError> {
        Self::open(config).map(|opened| opened.cluster)
    }

    /// A client that talks to the API server in memory.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        self.client.clone()
    }

    /// Serves the API to other programs on 127.0.0.1 over TLS; port 0 picks a free one.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn listen(&self, port: u16) -> Result<Listener, UserError> {
        Listener::open(&self.shared, &self.server, port).await
    }

    /// The cluster's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.shared.clock().clone()
    }

    /// While on, time jumps from one due moment to the next without waiting (manual time only).
    pub fn run_eagerly(&self, on: bool) {
        self.shared.run_eagerly(on);
    }

    /// Goes to the next moment at which something happens, if that is within `at_most` (manual time
    /// only), and tells how far it went. `None` when nothing is going to happen until then.
    #[must_use]
    pub fn step(&self, at_most: Duration) -> Option<Duration> {
        self.shared.step(at_most)
    }

    /// Lets `by` of simulated time pass at once, everything in it at its own moment.
    pub fn pass(&self, by: Duration) {
        self.shared.clock().advance(by);
        self.shared.with(|_| ());
        self.shared.notify();
    }

    /// Lets time pass until nothing was written for `quiet` but the nodes' signs of life and events, at
    /// most `at_most`; tells how much passed.
    #[must_use]
    pub fn settle(&self, quiet: Duration, at_most: Duration) -> Duration {
        let revision = || self.shared.look(|simulation, _| simulation.registry.store().revision());
        let (mut passed, mut still, mut seen) = (Duration::ZERO, Duration::ZERO, revision());
        while passed < at_most && still < quiet {
            self.pass(SETTLE_STEP);
            passed += SETTLE_STEP;
            let wrote =
                self.shared.look(|simulation, _| match simulation.registry.store().changes_since(seen) {
                    Ok(mut changes) => changes.any(|change| !is_sign_of_life(change.kind.kind)),
                    Err(_) => true,
                });
            still = if wrote { Duration::ZERO } else { still + SETTLE_STEP };
            seen = revision();
        }
        passed
    }

    /// The whole world as it stands: objects, nodes, containers, logs, and what is due when.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.shared.look(|simulation, _| simulation.clone()))
    }

    /// Makes the world what it was when the snapshot was taken, time included; open watches are told
    /// to list again.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.shared.clock().set(snapshot.0.registry.now());
        self.shared.replace(snapshot.0.clone());
    }

    /// Ends the cluster before its last clone is dropped, also while it is busy catching up with time.
    pub fn end(&self) {
        self.shared.end();
    }

    /// Throws everything away and starts from a fresh cluster; manual time begins anew, too.
    pub fn reset(&self) {
        if let Some(first) = &self.first {
            return self.restore(first);
        }
        let authority = self.shared.look(|simulation, _| simulation.registry.authority().ok().cloned());
        self.shared.replace(Simulation::with_keys(&self.config, self.shared.clock().now(), authority));
    }

    /// Writes the state to disk now (it is also kept up to date on every change).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<(), UserError> {
        self.shared.save()
    }
}

/// Where manual time begins: the same moment in every run.
fn manual_start() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}
