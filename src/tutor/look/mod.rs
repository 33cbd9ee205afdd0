//! The world as a learner may look at it: drawn as a tree, told as a story, compared with an earlier moment.

mod actor;
mod difference;
mod eviction;
mod lines;
mod map;
mod rollout;
mod state;
mod timeline;
mod words;

pub use actor::Actor;
pub use difference::{Fate, FieldDifference, ObjectDifference};
pub(super) use eviction::evictions;
pub use lines::{DifferenceLine, LineFate};
pub use map::MapNode;
pub use rollout::Rollout;
pub use state::Tone;
pub use timeline::TimelineRow;

pub(super) use difference::between;
pub(super) use lines::line_differences;
pub(super) use map::map;
pub(super) use rollout::rollouts;
pub(super) use timeline::timeline;
pub(super) use words::{Phrase, phrase};
