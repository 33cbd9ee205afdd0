//! What a learner sees, as data; rendering belongs to the front ends.

use crate::base::UserError;
use crate::progress::Outcome;

/// Something to show.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// A sentence of the tutor.
    Notice(String),
    /// Something went wrong.
    Error(UserError),
    /// A chapter begins.
    Chapter {
        /// Its number.
        number: u32,
        /// Its title.
        title: String,
        /// What it is about.
        summary: String,
    },
    /// A step and its task.
    Step {
        /// Number within the chapter, from 1.
        number: usize,
        /// Steps in the chapter.
        total: usize,
        /// Its title.
        title: String,
        /// Its prose, Markdown.
        markdown: String,
        /// Files that it put into the workspace.
        files: Vec<String>,
    },
    /// A verdict.
    Verdict {
        /// Which.
        outcome: Outcome,
        /// The headline.
        headline: String,
        /// What is awaited, or expected against found.
        details: Vec<String>,
    },
    /// Why something is as it is.
    Why {
        /// The objects that lead from one to the next.
        trail: Vec<String>,
        /// What there is to say where nothing is wrong, or nothing is there.
        text: String,
        /// What is the matter, each with the command that shows it.
        reasons: Vec<(String, Option<String>)>,
    },
    /// A question to answer, or a prediction to make.
    Question {
        /// The question, Markdown.
        text: String,
        /// Choices, if it has any.
        choices: Vec<String>,
        /// How to answer.
        how: String,
    },
    /// A hint.
    Hint {
        /// Headline.
        headline: String,
        /// The hint, Markdown.
        markdown: String,
    },
    /// A line of a solution about to be run.
    SolutionLine(String),
    /// Chapters and progress.
    List {
        /// Headline.
        headline: String,
        /// A row a chapter.
        chapters: Vec<ChapterRow>,
    },
    /// The tutor's words.
    Help {
        /// Headline.
        headline: String,
        /// Word and what it does.
        rows: Vec<(String, String)>,
        /// A closing sentence.
        closing: String,
    },
}

/// One chapter in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterRow {
    /// Number.
    pub number: u32,
    /// Id, as `goto` takes it.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its steps; empty when only chapters are listed.
    pub steps: Vec<StepRow>,
    /// Steps passed.
    pub passed: usize,
    /// Steps in all.
    pub total: usize,
}

/// One step in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Id, as `goto` takes it after the chapter.
    pub id: String,
    /// Title.
    pub title: String,
    /// How far.
    pub state: StepState,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Passed.
    Passed,
    /// Where the learner stands.
    Present,
    /// Not yet.
    Ahead,
}
