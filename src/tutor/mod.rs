//! The engine: a [`Session`] without I/O that decides, and a [`Driver`] that performs.

mod driver;
mod effect;
mod event;
mod flag;
mod job;
mod look;
mod message;
mod proof;
mod recap;
mod session;
mod view;
mod whole_cluster;
mod witness;
mod word;

pub use driver::{Driver, Happening, Screen, Settings, is_unfinished};
pub use effect::{Effect, Look};
pub use event::Event;
pub use look::{
    Actor, DifferenceLine, Fate, FieldDifference, LineFate, MapNode, ObjectDifference, Rollout, TimelineRow,
    Tone,
};
pub use message::{Message, Remark, remark, say};
pub use proof::{MUTANT_CLASSES, Onlooker, ProofSettings, StepProof, prove, survey};
pub use session::{Ending, Session, overview};
pub use view::{ChapterRow, JobRow, StepRow, StepState, View};
pub use word::{Since, WORDS, Word, WordGroup, WordHelp};
