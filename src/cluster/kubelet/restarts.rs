//! Back-off: CrashLoopBackOff between restarts, the same schedule between pulls.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// The first pause, in seconds (`pkg/kubelet/kubelet.go`).
const INITIAL: i64 = 10;
/// The longest pause, in seconds.
const MAX: i64 = 300;

/// `k8s.io/client-go/util/flowcontrol.Backoff` for one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BackOff {
    /// The pause in seconds; 0 when nothing has failed yet.
    seconds: i64,
    last_update: Option<Timestamp>,
}

impl BackOff {
    /// Until when to wait after something failed at `failed_at`; `None` when there is nothing to wait for.
    pub(super) fn until(&self, failed_at: Timestamp) -> Option<Timestamp> {
        (self.seconds > 0 && !self.is_stale(failed_at))
            .then(|| failed_at.saturating_add(SignedDuration::from_secs(self.seconds)).ok())
            .flatten()
    }

    /// Until when to wait since the last failure was noted.
    pub(super) fn until_since_update(&self) -> Option<Timestamp> {
        self.until(self.last_update?)
    }

    /// Notes one more attempt: 10 s, then twice as long each time, at most 300 s.
    pub(super) fn next(&mut self, now: Timestamp) {
        self.seconds =
            if self.seconds == 0 || self.is_stale(now) { INITIAL } else { (self.seconds * 2).min(MAX) };
        self.last_update = Some(now);
    }

    /// The present pause in seconds.
    pub(super) fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        self.last_update.is_some_and(|last| now.duration_since(last).as_secs() > 2 * MAX)
    }
}

/// The message of a container that waits in a crash loop.
pub(super) fn crash_loop_message(seconds: i64, container: &str, pod: &str) -> String {
    format!("back-off {} restarting failed container={container} pod={pod}", go_seconds(seconds))
}

/// Whole seconds as Go prints a duration: `40s`, `1m20s`, `5m0s`.
fn go_seconds(seconds: i64) -> String {
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_are_forgotten_after_ten() {
        let mut back_off = BackOff::default();
        let mut now = Timestamp::from_second(1_000).unwrap();
        let mut waits = Vec::new();
        for _ in 0..8 {
            let until = back_off.until(now).unwrap_or(now);
            waits.push(until.duration_since(now).as_secs());
            back_off.next(now);
            now = until;
        }
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
        let later = now.saturating_add(SignedDuration::from_secs(601)).unwrap();
        assert_eq!(back_off.until(later), None);
    }

    #[test]
    fn durations_read_as_in_go() {
        assert_eq!(
            crash_loop_message(10, "web", "p_ns(u)"),
            "back-off 10s restarting failed container=web pod=p_ns(u)"
        );
        assert!(crash_loop_message(80, "web", "p").contains("back-off 1m20s "));
        assert!(crash_loop_message(300, "web", "p").contains("back-off 5m0s "));
    }
}
