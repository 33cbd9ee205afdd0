//! What a session is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Timestamp, UserError, Value};
use crate::check::{Explanation, Verdict};
use crate::lesson::Course;
use crate::progress::Place;

/// Something happened outside the session.
#[derive(Debug)]
pub enum Event {
    /// The session begins. `world_kept` says whether the cluster still is as the learner left it.
    Started {
        /// Whether the cluster still holds the learner's world.
        world_kept: bool,
    },
    /// The learner typed a line.
    Line(String),
    /// A command ended.
    CommandDone {
        /// As typed.
        line: String,
        /// Its exit code.
        exit_code: i32,
    },
    /// The start state of a step is there (or could not be made).
    Entered {
        /// The step.
        place: Place,
        /// What the step remembers of its beginning, or why its start could not be made.
        result: Result<BTreeMap<String, Value>, UserError>,
    },
    /// The checks of a step were judged.
    Judged {
        /// The step.
        place: Place,
        /// How.
        verdict: Verdict,
        /// Whether the learner asked for it.
        asked: bool,
    },
    /// The step has to remember this from now on.
    Remembered {
        /// All that it remembers.
        values: BTreeMap<String, Value>,
    },
    /// Why something is as it is was found out.
    Explained(Explanation),
    /// The answer to a question was judged.
    Answered {
        /// Which question.
        question: String,
        /// As typed.
        answer: String,
        /// Whether it is right, and what to say about it.
        result: Result<(), String>,
    },
    /// The lines of the solution were run.
    Solved {
        /// Each line that was run, and its exit code.
        ran: Vec<(String, i32)>,
        /// The right answers to the step's questions: question and answer.
        answers: Vec<(String, String)>,
    },
    /// The author saved a chapter: the course as it is now, or what is wrong with it.
    CourseRead(Result<Arc<Course>, UserError>),
    /// The world is as it was before a command.
    Undone {
        /// The command.
        line: String,
        /// The step at which it was typed.
        place: Place,
        /// What that step remembers of its beginning.
        values: BTreeMap<String, Value>,
    },
    /// A step is to be done again from then on.
    Scheduled {
        /// Which step.
        place: Place,
        /// From when on.
        due: Timestamp,
        /// Days from now.
        gap: u32,
    },
    /// The time on the wall.
    Time(Timestamp),
    /// The session has begun, at that time: what is due may be told.
    Reminded(Timestamp),
    /// The learner is to come back to a step; with what it remembers where its world was kept.
    Returned {
        /// The step.
        place: Place,
        /// What it remembers of its beginning; `None` where its world is gone.
        kept: Option<BTreeMap<String, Value>>,
    },
    /// The input has ended.
    EndOfInput,
}
