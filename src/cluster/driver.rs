//! The async shell around the simulation: wakes on a change or at the next due time. The only sleep.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::base::{Clock, Timestamp, UserError, sleep};

use super::apiserver::answer_inside;
use super::persistence::Persistence;
use super::simulation::Simulation;

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
    /// A simulation at the present moment, put on the disk from now on where there is a place for it.
    pub(super) fn new(mut simulation: Simulation, clock: Clock, persistence: Option<Persistence>) -> Self {
        simulation.node.reach_api_by(answer_inside);
        let mut state = State { simulation, persistence, unkept: None, stepped: None, epoch: 0 };
        state.begin();
        Self {
            state: Mutex::new(state),
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
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.notify();
    }

    /// While on, time jumps from one due moment to the next without waiting (manual time only).
    pub(super) fn run_eagerly(&self, on: bool) {
        self.eager.store(on, Ordering::Relaxed);
        self.notify();
    }

    /// Puts everything on the disk now.
    pub(super) fn save(&self) -> Result<(), UserError> {
        let mut state = self.lock();
        state.keep_all();
        state.unkept.take().map_or(Ok(()), Err)
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

    /// Puts another simulation in the place of this one.
    pub(super) fn replace(&self, mut simulation: Simulation) {
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
    pub(super) fn step(&self, at_most: Duration) -> Option<Duration> {
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

/// Drives a cluster; ends that and every open watch when it is dropped.
pub(super) struct Driver {
    task: tokio::task::JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Driver {
    /// Begins to drive. Call within a tokio runtime.
    pub(super) fn start(shared: &Arc<Shared>) -> Self {
        Self { task: tokio::spawn(drive(Arc::clone(shared))), shared: Arc::clone(shared) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.end();
    }
}
