//! Time: real, scaled, paused or set by hand. The only caller of `now` and of `sleep`.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

/// A moment, with nanosecond precision, in UTC.
pub type Timestamp = jiff::Timestamp;

/// Tells what time it is for whoever holds it; clones share one state.
///
/// Simulated time is `origin_simulated + (wall - origin_wall) × speed`. A manual
/// clock has no wall side: it moves only by [`Clock::advance`] and [`Clock::advance_to`].
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    manual: bool,
    /// Simulated seconds per wall second; 0 while paused.
    speed: f64,
    origin_wall: Timestamp,
    origin_simulated: Timestamp,
    /// Told whenever the clock is moved or its speed changes by hand.
    moved: watch::Sender<()>,
}

impl State {
    fn now(&self) -> Timestamp {
        if self.manual || self.speed == 0.0 {
            return self.origin_simulated;
        }
        let elapsed = wall_now().duration_since(self.origin_wall).as_secs_f64() * self.speed;
        self.origin_simulated
            .checked_add(SignedDuration::try_from_secs_f64(elapsed).unwrap_or_default())
            .unwrap_or(self.origin_simulated)
    }

    fn rebase(&mut self) {
        self.origin_simulated = self.now();
        self.origin_wall = wall_now();
    }
}

impl Clock {
    /// A clock that shows wall time.
    #[must_use]
    pub fn system() -> Self {
        let now = wall_now();
        Self::with(false, 1.0, now)
    }

    /// A clock that runs `speed` times as fast as wall time, from now on.
    #[must_use]
    pub fn scaled(speed: f64) -> Self {
        Self::with(false, speed.max(0.0), wall_now())
    }

    /// A clock that stands at `start` until it is moved by hand.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::with(true, 0.0, start)
    }

    fn with(manual: bool, speed: f64, start: Timestamp) -> Self {
        let moved = watch::Sender::new(());
        let state = State { manual, speed, origin_wall: wall_now(), origin_simulated: start, moved };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present moment on this clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state().now()
    }

    /// Whether the clock moves only by hand.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.state().manual
    }

    /// Simulated seconds per wall second; 0 while paused or manual.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.state().speed
    }

    /// Changes the speed from this moment on; 0 pauses.
    pub fn set_speed(&self, speed: f64) {
        let mut state = self.state();
        state.rebase();
        state.speed = speed.max(0.0);
        state.moved.send_replace(());
    }

    /// Moves the clock forward by `by`.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.rebase();
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        state.origin_simulated = state.origin_simulated.checked_add(by).unwrap_or(Timestamp::MAX);
        state.moved.send_replace(());
    }

    /// Moves the clock to `to`; a moment in the past is ignored.
    pub fn advance_to(&self, to: Timestamp) {
        let mut state = self.state();
        state.rebase();
        state.origin_simulated = state.origin_simulated.max(to);
        state.moved.send_replace(());
    }

    /// Tells when the clock is moved or its speed changes by hand, so that whoever sleeps until a
    /// moment of this clock can reckon anew.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.state().moved.subscribe()
    }

    /// How long to sleep on the wall until this clock shows `when`; `None` when it
    /// will not get there by itself (paused or manual).
    #[must_use]
    pub fn wall_time_until(&self, when: Timestamp) -> Option<Duration> {
        let state = self.state();
        if state.manual || state.speed == 0.0 {
            return None;
        }
        let wait = when.duration_since(state.now()).as_secs_f64() / state.speed;
        Some(Duration::try_from_secs_f64(wait.max(0.0)).unwrap_or(Duration::MAX))
    }
}

/// Measures elapsed wall time.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Wall time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn wall_now() -> Timestamp {
    Timestamp::now()
}

/// Sleeps on the wall clock.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Gives up on `future` after `duration` of wall time.
///
/// # Errors
/// Returns `None` when the time ran out first.
#[expect(clippy::disallowed_methods, reason = "the one place that bounds a wait")]
pub async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(duration, future).await.ok()
}
