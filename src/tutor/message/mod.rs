//! The tutor's sentences in both languages.

mod english;
mod korean;
mod remark;

pub use remark::{Remark, remark};

use crate::lesson::Language;

/// A sentence of the tutor.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// Greeting on resuming.
    WelcomeBack,
    /// First line of a session.
    Welcome,
    /// Every step and chapter is done.
    CourseDone,
    /// A chapter is done; `next` leads on.
    ChapterDone(&'a str),
    /// A chapter is done and it was the goal.
    ChapterCompleted(&'a str),
    /// Headline: passed.
    Passed(&'a str),
    /// Headline: converging.
    Converging,
    /// Headline: mistake.
    Mistake,
    /// Headline: not yet.
    NotYet,
    /// Headline: broken.
    Broken,
    /// What to do when broken.
    BrokenRemedy,
    /// Expected against found.
    Difference {
        /// What was asked for.
        that: &'a str,
        /// What should be.
        expected: &'a str,
        /// What is.
        actual: &'a str,
    },
    /// Why something is as it is, and the command that shows it.
    Reason {
        /// Why.
        text: &'a str,
        /// The command.
        command: &'a str,
    },
    /// `why` where nothing is known to be wrong.
    NothingToExplain,
    /// Headline of a hint.
    Hint,
    /// All hints were shown.
    NoMoreHints,
    /// The step has none.
    NoHints,
    /// The command that shows a difference.
    SeeWith(&'a str),
    /// Before a solution runs.
    Solving,
    /// The step has no solution to run.
    NoSolution,
    /// A line of the solution failed.
    SolutionFailed(&'a str),
    /// The solution ran in a world where it does not help.
    SolutionDidNotHelp,
    /// The start state could not be made.
    StartFailed,
    /// While a start state is made.
    Preparing,
    /// The first step has nothing before it.
    AtFirstStep,
    /// `next` on an unfinished step.
    NextUnfinished,
    /// Headline of the list.
    ListHeadline,
    /// Headline of help.
    HelpHeadline,
    /// End of help.
    HelpClosing,
    /// How to answer a question.
    HowToAnswer,
    /// How to choose an answer.
    HowToChoose,
    /// How to predict.
    HowToPredict,
    /// Typed instead of one of so many choices.
    NotAChoice(&'a str, usize),
    /// What was predicted, before what is so.
    Predicted(&'a str),
    /// A right answer.
    AnswerRight,
    /// A wrong answer.
    AnswerWrong,
    /// Nothing to answer here.
    NoQuestion,
    /// A prediction was stored.
    PredictionKept,
    /// Nothing to predict here.
    NoPrediction,
    /// `answer` without text.
    AnswerEmpty,
    /// `:word` that is none.
    UnknownWord(&'a str),
    /// `goto` without a place.
    GotoWhere,
    /// `speed` or `skip` with something that is no number or span.
    NotASpan(&'a str),
    /// Time stands.
    TimePaused,
    /// Time runs again.
    TimeResumed,
    /// Time runs faster.
    TimeSpeed(&'a str),
    /// Time was skipped.
    TimeSkipped(&'a str),
    /// The cluster does not answer; the lesson pauses.
    ClusterLost(&'a str),
    /// The cluster does not accept the credentials any more.
    ClusterUnauthorized(&'a str),
    /// The cluster asks for patience.
    ClusterThrottled,
    /// The cluster is back.
    ClusterBack,
    /// What a fresh start removes.
    Removing(&'a str),
    /// What it leaves, being somebody else's.
    LeavingOthers(&'a str),
    /// Leaving.
    Goodbye,
    /// An unfinished line.
    UnfinishedLine,
}

/// Puts a sentence in a language.
#[must_use]
pub fn say(language: Language, message: Message<'_>) -> String {
    match language {
        Language::En => english::text(message),
        Language::Ko => korean::text(message),
    }
}

fn difference(that: &str, expected: &str, actual: &str, expected_word: &str, found_word: &str) -> String {
    match (expected, actual) {
        ("", "") => that.to_owned(),
        ("", actual) => format!("{that} ({actual})"),
        (expected, "") => format!("{that} ({expected_word} {expected})"),
        (expected, actual) => format!("{that} ({expected_word} {expected}, {found_word} {actual})"),
    }
}
