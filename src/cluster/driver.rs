//! The async shell around the simulation: wakes on a change or at the next due time. The only sleep.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::base::{Clock, Timestamp, UserError, sleep};

use super::apiserver::{ApiServer, answer_inside};
use super::authentication::Authority;
use super::config::ClusterConfig;
use super::listener::Listener;
use super::persistence::{Persistence, Restored, keys};
use super::simulation::Simulation;
use super::transport;

/// Wall time between two distinct moments of eager running: long enough for a client to see the first.
const EAGER_PAUSE: Duration = Duration::from_millis(1);

/// The same before a moment that is far off: whoever waits for something nearer may be done.
const EAGER_PAUSE_FAR: Duration = Duration::from_millis(60);

/// How far off that is.
const FAR: SignedDuration = SignedDuration::from_secs(15);
/// Wall time for which nothing is tried after the simulation panicked.
const PANIC_PAUSE: Duration = Duration::from_secs(1);

/// Once nothing has happened for so long, everything is put on the disk.
const QUIET: Duration = Duration::from_millis(300);

/// How far time goes between two looks at whether anything was written.
const SETTLE_STEP: Duration = Duration::from_secs(1);

/// Kinds that are written over and over while nothing happens.
fn is_sign_of_life(kind: &str) -> bool {
    matches!(kind, "Lease" | "Node" | "Event")
}

/// What the API server, the listener and the driver share.
pub(crate) struct Shared {
    state: Mutex<State>,
    clock: Clock,
    /// Counts up whenever the simulation may have changed.
    changed: watch::Sender<u64>,
    eager: AtomicBool,
    /// Whether the last cluster is gone, so that nothing will happen any more.
    ended: AtomicBool,
    /// Node ports and the local ports on which a listener serves them.
    node_ports: Mutex<BTreeMap<u16, u16>>,
    /// Ports of Services with an address of this machine (`namespace/name:port`), and the local ports.
    balancer_ports: Mutex<BTreeMap<String, u16>>,
}

struct State {
    simulation: Simulation,
    /// Where the simulation is kept, if anywhere.
    persistence: Option<Persistence>,
    /// Why it could not be kept the last time.
    unkept: Option<UserError>,
    /// The moment and the revision at which the last step ended.
    stepped: Option<(Timestamp, u64)>,
    /// Counts how often the whole simulation was replaced, so that no cursor outlives its log.
    epoch: u64,
}

impl State {
    /// Puts what changed on the disk.
    fn keep(&mut self) {
        if let Some(persistence) = &mut self.persistence {
            self.unkept = persistence.append(&self.simulation).err();
        }
    }

    /// Puts everything on the disk for the first time, without waiting for it.
    fn begin(&mut self) {
        if let Some(persistence) = &mut self.persistence {
            self.unkept = persistence.begin(&self.simulation).err();
        }
    }

    /// Puts everything on the disk.
    fn keep_all(&mut self) {
        if let Some(persistence) = &mut self.persistence {
            self.unkept = persistence.save(&self.simulation).err();
        }
    }
}

/// What the driver does next.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Something is due: let it happen.
    Advance,
    /// Jump the clock to the next due moment.
    Jump(Timestamp),
    /// Wait this long, or for a change.
    Sleep(Duration),
    /// Wait for a change.
    Wait,
}

impl Shared {
    fn new(mut simulation: Simulation, clock: Clock, persistence: Option<Persistence>) -> Self {
        simulation.node.reach_api_by(answer_inside);
        Self {
            state: Mutex::new(State { simulation, persistence, unkept: None, stepped: None, epoch: 0 }),
            clock,
            changed: watch::Sender::new(0),
            eager: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            node_ports: Mutex::default(),
            balancer_ports: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the simulation at the present moment: locks, advances to now, runs `work`, and wakes
    /// the driver and every watcher if anything changed or became due. Never awaits.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Simulation) -> R) -> R {
        let mut state = self.lock();
        let simulation = &mut state.simulation;
        let before = (simulation.registry.store().revision(), simulation.next_due());
        // Whoever ends the cluster does not wait until it has caught up.
        simulation.advance_while(self.clock.now(), || !self.has_ended());
        let result = work(simulation);
        let after = (simulation.registry.store().revision(), simulation.next_due());
        state.keep();
        drop(state);
        if before != after {
            self.notify();
        }
        result
    }

    /// As [`Shared::with`], for work that reaches into the nodes: what it changes there (logs, output
    /// of processes) shows in no revision, so everybody is woken in any case.
    pub(crate) fn reach_in<R>(&self, work: impl FnOnce(&mut Simulation) -> R) -> R {
        let result = self.with(work);
        self.notify();
        result
    }

    /// Looks at the simulation as it is, without advancing it or waking anybody; also tells the epoch.
    pub(crate) fn look<R>(&self, work: impl FnOnce(&Simulation, u64) -> R) -> R {
        let state = self.lock();
        work(&state.simulation, state.epoch)
    }

    /// Wakes the driver and every watcher.
    pub(crate) fn notify(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells of changes: the receiver wakes whenever the simulation may have changed.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Runs the conversation of an upgraded connection beside its answer.
    pub(crate) fn spawn(&self, conversation: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(conversation);
    }

    /// Whether the cluster is gone: whoever waits for changes may go home.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Lets nothing happen any more.
    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.notify();
    }

    /// Whether the last write reached the disk, where the cluster is kept there.
    pub(crate) fn is_kept(&self) -> bool {
        self.lock().unkept.is_none()
    }

    /// The clock of the simulation.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Node ports and the local ports that serve them; empty while no listener is open.
    pub(crate) fn node_ports(&self) -> MutexGuard<'_, BTreeMap<u16, u16>> {
        self.node_ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ports of Services that a tunnel serves (`namespace/name:port`), and the local ports for them.
    pub(crate) fn balancer_ports(&self) -> MutexGuard<'_, BTreeMap<String, u16>> {
        self.balancer_ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, mut simulation: Simulation) {
        simulation.node.reach_api_by(answer_inside);
        let mut state = self.lock();
        state.simulation = simulation;
        state.epoch += 1;
        let State { simulation, persistence, unkept, .. } = &mut *state;
        if let Some(persistence) = persistence {
            *unkept = persistence.replace(simulation).err();
        }
        drop(state);
        self.notify();
    }

    /// Goes to the next moment at which something happens, if that is within `at_most`.
    fn step(&self, at_most: Duration) -> Option<Duration> {
        let mut state = self.lock();
        let now = self.clock.now();
        let mut due = state.simulation.next_due()?.max(now);
        let seen = (now, state.simulation.registry.store().revision());
        if due == now && state.stepped == Some(seen) {
            // What goes on and on at one moment (a loop that never waits) gets no further without time.
            due = now.checked_add(SignedDuration::from_millis(1)).unwrap_or(now);
        }
        let passed = due.duration_since(now).unsigned_abs();
        if passed > at_most {
            return None;
        }
        self.clock.advance_to(due);
        state.simulation.advance_to(due);
        state.stepped = Some((due, state.simulation.registry.store().revision()));
        state.keep();
        drop(state);
        self.notify();
        Some(passed)
    }

    /// Lets happen what is due and wakes everybody; `false` when the simulation panicked, which the
    /// panic hook has told.
    fn advances(&self) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.with(|_| ())));
        self.notify();
        outcome.is_ok()
    }

    /// Whether the disk lacks something that is not in the change log: logs, files, back-offs.
    fn is_stale(&self) -> bool {
        self.lock().persistence.as_ref().is_some_and(Persistence::is_stale)
    }

    fn next_step(&self) -> Step {
        let Some(due) = self.lock().simulation.next_due() else { return Step::Wait };
        if due <= self.clock.now() {
            Step::Advance
        } else if self.clock.is_manual() && self.eager.load(Ordering::Relaxed) {
            Step::Jump(due)
        } else {
            self.clock.wall_time_until(due).map_or(Step::Wait, Step::Sleep)
        }
    }
}

/// Lets things happen when they are due, for as long as the cluster lives.
async fn drive(shared: Arc<Shared>) {
    let mut changed = shared.subscribe();
    let mut moved = shared.clock.subscribe();
    while !shared.has_ended() {
        changed.borrow_and_update();
        moved.borrow_and_update();
        let wait = match shared.next_step() {
            Step::Advance => {
                if shared.advances() {
                    tokio::task::yield_now().await;
                } else {
                    sleep(PANIC_PAUSE).await;
                }
                continue;
            }
            Step::Jump(due) => {
                let far = due.duration_since(shared.clock.now()) > FAR;
                sleep(if far { EAGER_PAUSE_FAR } else { EAGER_PAUSE }).await;
                if shared.next_step() == Step::Jump(due) {
                    shared.clock.advance_to(due);
                    if !shared.advances() {
                        sleep(PANIC_PAUSE).await;
                    }
                }
                continue;
            }
            Step::Sleep(duration) => duration,
            Step::Wait => Duration::MAX,
        };
        let stale = shared.is_stale();
        tokio::select! {
            () = sleep(if stale { wait.min(QUIET) } else { wait }) => {
                if stale && wait > QUIET {
                    shared.lock().keep_all();
                }
            }
            _ = changed.changed() => {}
            _ = moved.changed() => {}
        }
    }
}

/// Ends the driver and every open watch when the last cluster is dropped.
struct Driver {
    task: tokio::task::JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.end();
    }
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
        let shared = Arc::new(Shared::new(simulation, clock, persistence));
        shared.lock().begin();
        let server = Arc::new(ApiServer::new(Arc::clone(&shared)));
        let client = transport::client(&server);
        let task = tokio::spawn(drive(Arc::clone(&shared)));
        let driver = Arc::new(Driver { task, shared: Arc::clone(&shared) });
        let cluster = Self { shared, config: Arc::new(config), server, client, _driver: driver };
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
        self.shared.clock.clone()
    }

    /// While on, time jumps from one due moment to the next without waiting (manual time only).
    pub fn run_eagerly(&self, on: bool) {
        self.shared.eager.store(on, Ordering::Relaxed);
        self.shared.notify();
    }

    /// Goes to the next moment at which something happens, if that is within `at_most` (manual time
    /// only), and tells how far it went. `None` when nothing is going to happen until then.
    #[must_use]
    pub fn step(&self, at_most: Duration) -> Option<Duration> {
        self.shared.step(at_most)
    }

    /// Lets `by` of simulated time pass at once, everything in it at its own moment.
    pub fn pass(&self, by: Duration) {
        self.shared.clock.advance(by);
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
        Snapshot(self.shared.lock().simulation.clone())
    }

    /// Makes the world what it was when the snapshot was taken, time included; open watches are told
    /// to list again.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.shared.clock.set(snapshot.0.registry.now());
        self.shared.replace(snapshot.0.clone());
    }

    /// Ends the cluster before its last clone is dropped, also while it is busy catching up with time.
    pub fn end(&self) {
        self.shared.end();
    }

    /// Throws everything away and starts from a fresh cluster.
    pub fn reset(&self) {
        let authority = self.shared.look(|simulation, _| simulation.registry.authority().ok().cloned());
        self.shared.replace(Simulation::with_keys(&self.config, self.shared.clock.now(), authority));
    }

    /// Writes the state to disk now (it is also kept up to date on every change).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<(), UserError> {
        let mut state = self.shared.lock();
        state.keep_all();
        state.unkept.take().map_or(Ok(()), Err)
    }
}

/// Where manual time begins: the same moment in every run.
fn manual_start() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}
