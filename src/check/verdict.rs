//! How a step is judged.

/// The judgement of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything expected is so.
    Passed,
    /// The desired state is right, the status is on its way.
    Converging {
        /// What is awaited, one sentence each.
        waiting: Vec<String>,
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
