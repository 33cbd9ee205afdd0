//! How an embedded cluster is set up.

use std::path::PathBuf;

/// Settings of an embedded cluster.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Number of nodes, at least 1; the first is the control plane.
    pub nodes: usize,
    /// Seed of everything that is drawn: uids, names, addresses.
    pub seed: u64,
    /// Simulated seconds per second.
    pub speed: f64,
    /// Whether simulated time stands still unless it is moved (`advance`, `settle`, eager running).
    pub manual_time: bool,
    /// Where the cluster keeps its state; in memory only when absent.
    pub state_folder: Option<PathBuf>,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self { nodes: 1, seed: 1, speed: 1.0, manual_time: false, state_folder: None }
    }
}
