//! What a learner sees, as data; rendering belongs to the front ends.

use crate::base::UserError;
use crate::progress::Outcome;

use super::look::{DifferenceLine, MapNode, ObjectDifference, TimelineRow};

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
        /// Groups: their title, and each word with what it does.
        groups: Vec<(String, Vec<(String, String)>)>,
        /// A closing sentence.
        closing: String,
    },
    /// Objects as trees.
    Map {
        /// Headline.
        headline: String,
        /// The trees.
        roots: Vec<MapNode>,
        /// A closing sentence, or nothing.
        closing: String,
    },
    /// What happened.
    Timeline {
        /// Headline.
        headline: String,
        /// In order.
        rows: Vec<TimelineRow>,
        /// A closing sentence, or nothing.
        closing: String,
    },
    /// What differs from an earlier moment.
    Difference {
        /// Headline.
        headline: String,
        /// The objects that differ.
        objects: Vec<ObjectDifference>,
        /// A closing sentence, or nothing.
        closing: String,
    },
    /// What an edit changed in a file.
    FileDifference {
        /// Headline.
        headline: String,
        /// Lines around each change.
        lines: Vec<DifferenceLine>,
    },
    /// Running commands.
    Jobs {
        /// Headline.
        headline: String,
        /// The commands.
        rows: Vec<JobRow>,
    },
    /// What a running command printed: its number where that is needed, and lines.
    JobOutput {
        /// The job, where its lines must be told from others.
        number: Option<usize>,
        /// What it printed.
        lines: Vec<String>,
    },
    /// A running command has ended.
    JobEnded {
        /// The job.
        number: usize,
        /// As typed.
        line: String,
        /// Its exit code; `None` when it was ended.
        exit_code: Option<i32>,
    },
    /// A document, Markdown.
    Document(String),
}

/// A running command in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// Its number.
    pub number: usize,
    /// Whether Ctrl-C ends it.
    pub front: bool,
    /// As typed.
    pub line: String,
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
