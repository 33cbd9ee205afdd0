//! What the journal records.

use serde::{Deserialize, Serialize};

use crate::base::{Timestamp, Value};
use crate::lesson::Language;

use super::learner::Place;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, on the wall clock.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// How an attempt was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The step is done.
    Passed,
    /// The right state is on its way.
    Converging,
    /// A known wrong state.
    Mistake,
    /// Nothing relevant done, or wrong.
    NotYet,
    /// A precondition is gone.
    Broken,
}

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// The learner chose a language.
    LanguageChosen {
        /// Which.
        language: Language,
    },
    /// The learner stands at a step.
    StepEntered {
        /// Which step.
        #[serde(flatten)]
        place: Place,
    },
    /// What the step remembers of its beginning was read from the cluster.
    StepRemembered {
        /// Name → value.
        values: std::collections::BTreeMap<String, Value>,
    },
    /// A command ended.
    CommandRun {
        /// As typed.
        line: String,
        /// Its exit code.
        exit_code: i32,
    },
    /// A verdict that the learner saw.
    Judged {
        /// Which.
        outcome: Outcome,
    },
    /// A hint was shown.
    HintShown {
        /// 1 to 3.
        level: usize,
    },
    /// The solution was run.
    SolutionRun,
    /// A question was answered.
    QuestionAnswered {
        /// Which question of the step.
        question: String,
        /// As typed.
        answer: String,
        /// Whether it was right, where that can be said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right: Option<bool>,
    },
    /// A prediction was made.
    Predicted {
        /// As typed.
        prediction: String,
    },
    /// The step passed.
    StepPassed {
        /// Which step.
        #[serde(flatten)]
        place: Place,
        /// Whether the solution was run for it.
        solved: bool,
    },
    /// The step's world was put back to its start.
    StepReset,
    /// The learner confirmed that lessons may run on a cluster of their own choice.
    ContextConfirmed {
        /// The context's name.
        context: String,
        /// What tells its cluster apart.
        fingerprint: String,
    },
    /// The learner said under which name the cluster can pull the sample app.
    SampleImageChosen {
        /// Without a tag.
        image: String,
    },
    /// The session found a real cluster.
    ClusterSeen {
        /// What tells it from one that is made anew under the same context.
        uid: String,
    },
    /// The engine wrote to a real cluster.
    EngineWrote {
        /// `create`, `apply`, `patch`, `update` or `delete`.
        verb: String,
        /// The path of the request.
        path: String,
        /// The object's uid, where the cluster named it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        uid: String,
    },
    /// A command of the learner's made an object on a real cluster.
    ObjectMade {
        /// Kind and name.
        object: String,
        /// Its uid.
        uid: String,
    },
    /// The world was put back to before a command.
    Undone {
        /// The command.
        line: String,
        /// The step at which it was typed.
        #[serde(flatten)]
        place: Place,
        /// What that step remembers of its beginning.
        values: std::collections::BTreeMap<String, Value>,
    },
    /// The learner said why a step's solution works.
    Explained {
        /// The step.
        #[serde(flatten)]
        place: Place,
        /// In the learner's words.
        text: String,
    },
    /// The learner kept a note at the present step.
    Noted {
        /// In the learner's words.
        text: String,
    },
    /// A step that was hard is to be done again.
    ReviewScheduled {
        /// Which step.
        #[serde(flatten)]
        place: Place,
        /// From when on.
        due: Timestamp,
        /// Days since it was done.
        gap: u32,
    },
    /// The learner left a step to do another one again.
    ReviewBegan {
        /// The step to come back to.
        #[serde(flatten)]
        from: Place,
    },
    /// The review is over.
    ReviewEnded,
}
