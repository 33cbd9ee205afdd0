//! What a session wants done.

use std::collections::BTreeMap;

use crate::base::Value;
use crate::progress::{self, Place};

use super::view::View;
use super::word::Since;

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
    /// Let simulated time pass until nothing happens any more.
    Settle,
    /// Take the last command back; answered by `Undone` if there is one.
    Undo,
    /// Show the world in one of three ways.
    Look(Look),
    /// Explain a field.
    Explain(String),
    /// Show once more what was shown last.
    Again,
    /// List the running commands.
    Jobs,
    /// Bring a running command to the front; the latest when none is named.
    Foreground(Option<usize>),
    /// End a running command; the latest when none is named.
    Stop(Option<usize>),
    /// Let the learner edit a file of the workspace.
    Edit(String),
    /// Write a file into the workspace.
    Write {
        /// Its name.
        name: String,
        /// Its content.
        content: String,
    },
    /// Write a bundle for the author, with what the learner says about it.
    Flag(String),
    /// Have a step done again after so many days; answered by `Scheduled`.
    Schedule {
        /// Which step.
        place: Place,
        /// Days from now.
        days: u32,
    },
    /// Ask for the time; answered by `Time`.
    AskTime,
    /// Keep the world, to come back to it.
    KeepWorld {
        /// What the present step remembers of its beginning.
        values: BTreeMap<String, Value>,
    },
    /// Come back to the world that was kept for that step; answered by `Returned`.
    ReturnWorld(Place),
    /// Leave.
    Quit,
}

/// A way to look at the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The objects as a tree.
    Map,
    /// What happened since the last command.
    Timeline,
    /// What differs from an earlier moment.
    Diff(Since),
}
