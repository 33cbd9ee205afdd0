//! The engine: a [`Session`] without I/O that decides, and a [`Driver`] that performs.

mod driver;
mod effect;
mod event;
mod message;
mod proof;
mod session;
mod view;
mod word;

pub use driver::{Driver, Screen, Settings, is_unfinished};
pub use effect::Effect;
pub use event::Event;
pub use message::{Message, say};
pub use proof::{MUTANT_CLASSES, Onlooker, ProofSettings, StepProof, prove, survey};
pub use session::{Ending, Session, overview};
pub use view::{ChapterRow, StepRow, StepState, View};
pub use word::{WORDS, Word, WordHelp};
