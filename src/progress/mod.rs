//! What happened in a course, kept in an append-only journal and folded into where the learner is.

mod event;
mod journal;
mod learner;
mod moment;
mod notes;
mod review;

pub use event::{Entry, Event, Outcome};
pub use journal::{Journal, Opened};
pub use learner::{Learner, Place};
pub use moment::StepMoment;
pub use notes::StepNotes;
pub use review::{Review, next_gap};
