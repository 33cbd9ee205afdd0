//! What a session wants done.

use crate::progress::{self, Place};

use super::view::View;

/// Something for the driver to do, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write into the journal.
    Record(progress::Event),
    /// Show to the learner.
    Show(View),
    /// Run a line in the environment; answered by `CommandDone`.
    Run(String),
    /// Make the start state of a step; answered by `Entered`. A fresh world is emptied first.
    Enter {
        /// The step.
        place: Place,
        /// Whether everything else goes first.
        fresh: bool,
    },
    /// Watch what the checks of a step look at; every change is judged.
    Watch(Place),
    /// Judge the step now; answered by `Judged`.
    Judge {
        /// Whether the learner asked for it.
        asked: bool,
    },
    /// Judge an answer; answered by `Answered`.
    Answer {
        /// Which question.
        question: String,
        /// As typed.
        answer: String,
    },
    /// Tell why an object is as it is, or the step when none is named; answered by `Explained`.
    Why(String),
    /// Run the lines of a solution; answered by `Solved`.
    Solve(Vec<String>),
    /// Change how fast simulated time runs; 0 pauses.
    Speed(f64),
    /// Let that many seconds of simulated time pass at once.
    Skip(u64),
    /// Leave.
    Quit,
}
