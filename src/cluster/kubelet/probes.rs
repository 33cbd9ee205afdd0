//! Probes of a container: when each is due, and what its results mean.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// The probes of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Probes {
    /// Startup.
    pub startup: ProbeState,
    /// Liveness.
    pub liveness: ProbeState,
    /// Readiness.
    pub readiness: ProbeState,
}

/// One probe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProbeState {
    /// When it runs next.
    pub due: Option<Timestamp>,
    /// How often in a row the last result came.
    pub run_length: u32,
    /// The last result.
    pub last: bool,
    /// The result that counts.
    pub passed: bool,
}

impl super::pod_worker::PodWorker<'_> {
    /// Runs the probes that are due; gives back when the next one is.
    pub(super) fn probe(&mut self) -> Option<Timestamp> {
        None
    }
}
