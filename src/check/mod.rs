//! Judges a step by the state of the cluster, through a `kube::Client` alone.

mod verdict;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::UserError;
use crate::lesson::{Language, Question, Step};

pub use verdict::{Difference, Verdict};

/// What a judgement may look at.
#[derive(Clone)]
pub struct Context {
    /// The learner's cluster.
    pub client: kube::Client,
    /// The namespace of the lessons.
    pub namespace: String,
    /// The language of what is said.
    pub language: Language,
    /// Right answers given at this step: question → answer.
    pub answers: BTreeMap<String, String>,
    /// Commands run at this step, oldest first.
    pub commands: Vec<String>,
    /// What the step remembers of its beginning.
    pub snap: BTreeMap<String, Value>,
}

/// Judges a step as the cluster is now.
pub async fn evaluate(_step: &Step, _context: &Context) -> Verdict {
    Verdict::NotYet { differences: Vec::new() }
}

/// Reads what the step remembers of its beginning.
///
/// # Errors
/// When the cluster cannot be read.
pub async fn remember(_step: &Step, _context: &Context) -> Result<BTreeMap<String, Value>, UserError> {
    Ok(BTreeMap::new())
}

/// Judges an answer to a question.
///
/// # Errors
/// What to say about a wrong answer, in the learner's language; perhaps nothing.
pub async fn judge_answer(_question: &Question, _answer: &str, _context: &Context) -> Result<(), String> {
    Err(String::new())
}

/// The answer that is right now, for a learner who asks for the solution.
pub async fn right_answer(_question: &Question, _context: &Context) -> Option<String> {
    None
}
