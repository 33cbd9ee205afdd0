//! How a step is judged.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::Value;

/// The judgement of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything expected is so.
    Passed,
    /// The desired state is right, the status is on its way.
    Converging {
        /// What is awaited, one sentence each.
        waiting: Vec<String>,
        /// What holds it up, if anything is known to.
        reason: Option<Reason>,
    },
    /// A known wrong state.
    Mistake {
        /// What to say about it.
        feedback: String,
    },
    /// Nothing relevant done, or wrong.
    NotYet {
        /// What is expected and what was found.
        differences: Vec<Difference>,
        /// The first broken link of the causal chain, or what was done instead of what was asked.
        reason: Option<Reason>,
    },
    /// A precondition is gone.
    Broken {
        /// What is gone.
        what: String,
    },
}

/// One thing expected and not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The author's sentence.
    pub that: String,
    /// What should be, e.g. `spec.replicas: 3`.
    pub expected: String,
    /// What is, e.g. `spec.replicas: 1`.
    pub actual: String,
}

/// Why something is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What is the matter, one or two sentences.
    pub text: String,
    /// The command that shows it.
    pub command: Option<String>,
    /// Whether it says no more than the difference does.
    pub repeats: bool,
}

/// Why an object, or a step, is as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The objects that lead from one to the next, each with its state.
    pub trail: Vec<String>,
    /// What there is to say when nothing is wrong, or nothing is there; may be empty.
    pub text: String,
    /// The first broken links.
    pub reasons: Vec<Reason>,
}

/// A verdict, and what the step has to remember from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// All that the step remembers, where that has changed.
    pub remembered: Option<BTreeMap<String, Value>>,
    /// After which time of the cluster it is worth another look, though nothing changes.
    pub again: Option<Duration>,
}

impl Verdict {
    /// Why, where the verdict knows.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Converging { reason, .. } | Self::NotYet { reason, .. } => reason.as_ref(),
            _ => None,
        }
    }
}
