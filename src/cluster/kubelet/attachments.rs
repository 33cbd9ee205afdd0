//! Clients attached to the main process of a container: each gets a copy of what it prints.

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use super::super::runtime::{ProcessId, ProcessOutput};

/// Bytes kept for a client that does not read.
const BUFFER_MAX: usize = 1 << 20;

/// The attached clients, by the number they were given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Attachments(OrdMap<ProcessId, Attachment>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Attachment {
    main: ProcessId,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    exit_code: Option<i32>,
}

impl Attachments {
    /// Attaches a client.
    pub(super) fn add(&mut self, id: ProcessId, main: ProcessId) {
        let attachment = Attachment { main, stdout: Vec::new(), stderr: Vec::new(), exit_code: None };
        self.0.insert(id, attachment);
    }

    /// The process behind a client's number; the number itself when it is a process.
    pub(super) fn main(&self, id: ProcessId) -> ProcessId {
        self.0.get(&id).map_or(id, |attachment| attachment.main)
    }

    /// Copies what a process printed.
    pub(super) fn copy(&mut self, main: ProcessId, stdout: &[u8], stderr: &[u8], exit_code: Option<i32>) {
        if self.0.is_empty() {
            return;
        }
        let listening: Vec<ProcessId> =
            self.0.iter().filter(|(_, attachment)| attachment.main == main).map(|(id, _)| *id).collect();
        for id in listening {
            let Some(attachment) = self.0.get_mut(&id) else { continue };
            for (buffer, bytes) in [(&mut attachment.stdout, stdout), (&mut attachment.stderr, stderr)] {
                let room = BUFFER_MAX.saturating_sub(buffer.len());
                buffer.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            attachment.exit_code = attachment.exit_code.or(exit_code);
        }
    }

    /// Takes what is waiting for a client; `None` when that number is no client's.
    pub(super) fn take(&mut self, id: ProcessId) -> Option<ProcessOutput> {
        let attachment = self.0.get_mut(&id)?;
        let output = ProcessOutput {
            stdout: std::mem::take(&mut attachment.stdout),
            stderr: std::mem::take(&mut attachment.stderr),
            exit_code: attachment.exit_code,
        };
        if output.exit_code.is_some() {
            self.0.remove(&id);
        }
        Some(output)
    }

    /// Detaches a client; false when that number is no client's.
    pub(super) fn remove(&mut self, id: ProcessId) -> bool {
        self.0.remove(&id).is_some()
    }
}
