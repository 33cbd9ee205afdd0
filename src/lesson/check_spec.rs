//! What an author may write in a check: the forms of an expectation.

use serde_json::Value;

use crate::apimachinery::Kind;
use crate::base::Position;

use super::language::Text;

/// One thing that must be so for a step to pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The sentence that a learner reads.
    pub that: Text,
    /// What is looked at, and how it must be.
    pub form: Form,
    /// Whether the cluster may still be on its way there; `false` when only the learner can bring it about.
    pub wait: bool,
    /// Whether this is a precondition: when it fails, the step is broken.
    pub needs: bool,
    /// Where it stands in the lesson file.
    pub at: Position,
}

/// The forms of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A named object contains a partial object.
    Match {
        /// Which object.
        object: ObjectRef,
        /// What it must contain; null asks only that it exists.
        contains: Value,
        /// Whether its controller must have finished (for a Deployment: every replica updated and available).
        settled: bool,
    },
    /// Objects of a selection.
    Selection {
        /// Which objects.
        selection: Selection,
        /// What must be so of them.
        quantifier: Quantifier,
    },
    /// A named object does not exist.
    Absent(ObjectRef),
    /// A Service answers over HTTP.
    Http(HttpProbe),
    /// A question of the step was answered rightly; its id.
    Answer(String),
    /// A command line of this step contains these words in this order.
    Command(Vec<String>),
}

/// An object by kind and name, written `deployment/first-app`.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its name.
    pub name: String,
    /// Its namespace; the lesson's when absent.
    pub namespace: Option<String>,
}

/// Which objects of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Their kind.
    pub kind: &'static Kind,
    /// Their namespace; the lesson's when absent.
    pub namespace: Option<String>,
    /// Labels that they carry.
    pub labels: Vec<(String, String)>,
    /// The object whose descendants they are, by controller references.
    pub owned_by: Option<ObjectRef>,
    /// What they contain; null selects all.
    pub contains: Value,
}

/// What must be so of a selection.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantifier {
    /// There is one, and each contains this.
    Every(Value),
    /// At least one contains this.
    Any(Value),
    /// None contains this.
    None(Value),
    /// So many are selected, both ends included.
    Count {
        /// At least.
        at_least: u64,
        /// At most.
        at_most: Option<u64>,
    },
}

/// A request through the API server's Service proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpProbe {
    /// The Service.
    pub service: String,
    /// Its port: number or name.
    pub port: String,
    /// The path, beginning with a slash.
    pub path: String,
    /// Status code that the answer must have.
    pub status: u16,
    /// Text that the body must contain.
    pub contains: Option<String>,
}

/// A value read from the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSource {
    /// From which objects.
    pub from: ValueOrigin,
    /// kubectl's JSONPath within each.
    pub path: String,
}

/// Where a value is read.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueOrigin {
    /// In one object.
    Object(ObjectRef),
    /// In every object of a selection.
    Selection(Selection),
}

impl Form {
    /// The question that must be answered, if the form asks for one.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        match self {
            Self::Answer(id) => Some(id),
            _ => None,
        }
    }
}

impl std::fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind.singular, self.name)
    }
}
