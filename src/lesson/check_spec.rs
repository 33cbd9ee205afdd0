//! What an author may write in a check: the forms of an expectation.

use std::time::Duration;

use crate::apimachinery::Kind;
use crate::base::{Position, Value};

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
        /// Whether its controller must have finished (for a Deployment: every replica updated and available),
        /// and for how long its containers must have run since.
        settled: Option<Duration>,
        /// What else must be true of it, as `object`.
        rule: Option<Rule>,
    },
    /// Objects of a selection.
    Selection {
        /// Which objects.
        selection: Selection,
        /// What must be so of them.
        quantifier: Quantifier,
    },
    /// A rule about several objects, each under the name that the rule calls it.
    Rule {
        /// Name → one object, or a list of them.
        with: Vec<(String, ValueOrigin)>,
        /// What must be true.
        rule: Rule,
    },
    /// A named object does not exist.
    Absent(ObjectRef),
    /// At least one of these holds.
    Either(Vec<Expectation>),
    /// A Service answers over HTTP.
    Http(HttpProbe),
    /// No request fails while the learner's rollout runs.
    Requests {
        /// What is asked again and again.
        probe: HttpProbe,
        /// The object whose rollout it is.
        during: ObjectRef,
    },
    /// Something is done to the cluster once all else holds, and what follows is judged.
    Trial(Box<Trial>),
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
    /// A selector as `kubectl get -l` takes it; empty selects all.
    pub selector: String,
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
    /// This is true of them all together, as `objects`.
    Rule(Rule),
}

/// An expression of the Common Expression Language; it may name what was remembered as `snap.NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule(pub String);

/// Something that is done to the cluster to see what follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// What is done.
    pub action: Action,
    /// What is asked from then on until it has settled; no request may fail.
    pub requests: Option<HttpProbe>,
    /// What must be so in the end; nothing means what the action suggests: what was deleted is replaced,
    /// what was restarted or changed has settled. `snap.deleted` is the uid of what was deleted.
    pub then: Vec<Expectation>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// One object is deleted: the named one, or the first of a selection.
    Delete(ValueOrigin),
    /// The Pods of a workload are made anew, as `kubectl rollout restart` does.
    Restart(ObjectRef),
    /// An object is changed by a merge patch.
    Patch(ObjectRef, Value),
}

/// A request through the API server's Service proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpProbe {
    /// The Service.
    pub service: String,
    /// Its namespace; the lesson's when absent.
    pub namespace: Option<String>,
    /// Its port: number or name.
    pub port: String,
    /// The path, beginning with a slash.
    pub path: String,
    /// Status code that the answer must have.
    pub status: u16,
    /// Text that the body must contain.
    pub contains: Option<String>,
    /// The host that is asked for, where it is not the Service.
    pub host: Option<String>,
    /// How often it is asked; each time must succeed.
    pub times: u32,
    /// How many different bodies must come at least.
    pub distinct: usize,
}

/// A value read from the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSource {
    /// From which objects.
    pub from: ValueOrigin,
    /// What of them.
    pub read: Reading,
}

/// What is read of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What kubectl's JSONPath finds within each.
    Path(String),
    /// What a rule makes of `object`, or of `objects`.
    Rule(Rule),
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
