//! The container runtime: what running a container means here.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// A running process: the main one of a container, or one that `exec` started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ProcessId(pub u64);

/// What a process printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProcessOutput {
    /// Standard output since the last look.
    pub stdout: Vec<u8>,
    /// Standard error since the last look.
    pub stderr: Vec<u8>,
    /// Exit code once the process has ended and all its output was taken.
    pub exit_code: Option<i32>,
}

/// `PodLogOptions`.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogOptions {
    /// Container; the only or default one when absent.
    pub container: Option<String>,
    /// The previous run of the container.
    pub previous: bool,
    /// Only lines at or after this moment.
    pub since: Option<Timestamp>,
    /// Only the last lines.
    pub tail_lines: Option<usize>,
    /// Put the moment before each line.
    pub timestamps: bool,
    /// Stop after this many bytes.
    pub limit_bytes: Option<usize>,
    /// Where the last page ended; 0 to begin.
    pub cursor: u64,
}

/// A piece of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogPage {
    /// Text.
    pub bytes: Vec<u8>,
    /// Where to go on.
    pub cursor: u64,
    /// Whether the container has ended, so that no more will come.
    pub ended: bool,
}
