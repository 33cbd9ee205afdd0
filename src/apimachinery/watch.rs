//! What a watch reports.

use serde::{Deserialize, Serialize};

use super::object::Object;

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WatchEventType {
    /// The object came into being (or into the selection).
    Added,
    /// The object changed.
    Modified,
    /// The object is gone (or left the selection); its last state.
    Deleted,
    /// No change; carries a resourceVersion to resume from.
    Bookmark,
    /// The watch failed; carries a Status.
    Error,
}

impl WatchEventType {
    /// As the wire names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Bookmark => "BOOKMARK",
            Self::Error => "ERROR",
        }
    }
}

/// One line of a watch stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WatchEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: WatchEventType,
    /// To what.
    pub object: Object,
}
