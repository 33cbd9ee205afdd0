//! Rules: CEL expressions over objects of the world.

use crate::apimachinery::{CelProgram, CelValue, Object, cel_from_json};
use crate::base::Value;
use crate::lesson::Rule;

use super::partial::Snap;

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is true.
    True,
    /// It is not.
    False,
    /// It cannot be told, in the words of the evaluator: `no such key: x`.
    Unclear(String),
}

impl Outcome {
    /// Why it cannot be told, where it cannot.
    pub(super) fn why_unclear(&self) -> Option<String> {
        match self {
            Self::Unclear(why) => Some(why.clone()),
            _ => None,
        }
    }
}

/// What a rule calls things.
pub(super) struct Bindings(Vec<(String, CelValue)>);

impl Bindings {
    /// Nothing but what was remembered.
    pub(super) fn new(snap: &Snap) -> Self {
        let entries = snap.iter().filter(|(name, _)| !name.contains('/'));
        let entries = entries.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self(vec![("snap".to_owned(), cel_from_json(&Value::Object(entries)))])
    }

    /// With one object, or null where there is none.
    pub(super) fn with(mut self, name: &str, object: Option<&Object>) -> Self {
        let value = object.map_or(CelValue::Null, |object| cel_from_json(object.value()));
        self.0.push((name.to_owned(), value));
        self
    }

    /// With a list of objects.
    pub(super) fn with_list(mut self, name: &str, objects: &[&Object]) -> Self {
        let objects = Value::Array(objects.iter().map(|object| object.value().clone()).collect());
        self.0.push((name.to_owned(), cel_from_json(&objects)));
        self
    }

    /// What a rule makes of these.
    pub(super) fn evaluate(&self, rule: &Rule) -> Result<CelValue, String> {
        let known: Vec<(&str, CelValue)> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        CelProgram::parse(&rule.0)?.evaluate(&known)
    }

    /// Whether a rule is true of these.
    pub(super) fn judge(&self, rule: &Rule) -> Outcome {
        match self.evaluate(rule) {
            Ok(CelValue::Bool(true)) => Outcome::True,
            Ok(CelValue::Bool(false)) => Outcome::False,
            Ok(other) => Outcome::Unclear(other.type_name().to_owned()),
            Err(error) => Outcome::Unclear(error),
        }
    }
}
