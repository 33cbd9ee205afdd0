//! Label selectors: parsed from text, from objects and from maps; matched against labels.

mod parser;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{Map, Value};

use super::object::Object;

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Equals,
    DoubleEquals,
    NotEquals,
    GreaterThan,
    LessThan,
    Exists,
    DoesNotExist,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: BTreeSet<String>,
}

impl Requirement {
    fn new(key: impl Into<String>, operator: Operator, values: BTreeSet<String>) -> Self {
        Self { key: key.into(), operator, values }
    }

    fn matches(&self, labels: Option<&Map>) -> bool {
        let value = labels.and_then(|labels| labels.get(&self.key)).and_then(Value::as_str);
        let is_among = value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => is_among,
            Operator::NotIn | Operator::NotEquals => !is_among,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => self.compares(value, |found, limit| found > limit),
            Operator::LessThan => self.compares(value, |found, limit| found < limit),
        }
    }

    fn compares(&self, value: Option<&str>, holds: fn(i64, i64) -> bool) -> bool {
        let found = value.and_then(|value| value.parse().ok());
        let limit = self.values.first().and_then(|limit| limit.parse().ok());
        found.zip(limit).is_some_and(|(found, limit)| holds(found, limit))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, operator, values } = self;
        let values = values.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        match operator {
            Operator::In => write!(f, "{key} in ({values})"),
            Operator::NotIn => write!(f, "{key} notin ({values})"),
            Operator::Equals => write!(f, "{key}={values}"),
            Operator::DoubleEquals => write!(f, "{key}=={values}"),
            Operator::NotEquals => write!(f, "{key}!={values}"),
            Operator::GreaterThan => write!(f, "{key}>{values}"),
            Operator::LessThan => write!(f, "{key}<{values}"),
            Operator::Exists => f.write_str(key),
            Operator::DoesNotExist => write!(f, "!{key}"),
        }
    }
}

/// Selects objects by their labels. Displays as the canonical text, `app=web,tier in (a,b)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
    matches_nothing: bool,
}

impl LabelSelector {
    /// Selects every object.
    #[must_use]
    pub fn everything() -> Self {
        Self::default()
    }

    /// Selects no object.
    #[must_use]
    pub fn nothing() -> Self {
        Self { requirements: Vec::new(), matches_nothing: true }
    }

    /// Parses what a person types: `app=web,tier!=db,env in (a,b),!old`.
    ///
    /// # Errors
    /// With upstream's text when it is not a selector.
    pub fn parse(text: &str) -> Result<Self, String> {
        parser::parse(text).map(Self::with)
    }

    /// A `LabelSelector` object (`matchLabels`, `matchExpressions`), as
    /// `LabelSelectorAsSelector` reads it: null and malformed ones select nothing, an empty one everything.
    #[must_use]
    pub fn from_value(selector: &Value) -> Self {
        let Some(fields) = selector.as_object() else { return Self::nothing() };
        let mut requirements = Vec::new();
        if let Some(labels) = fields.get("matchLabels").and_then(Value::as_object) {
            requirements.extend(equalities(labels));
        }
        let expressions = fields.get("matchExpressions").and_then(Value::as_array);
        for expression in expressions.into_iter().flatten() {
            let Some(requirement) = from_expression(expression) else { return Self::nothing() };
            requirements.push(requirement);
        }
        Self::with(requirements)
    }

    /// What a workload selects its Pods by: a plain map for ReplicationControllers, else a `LabelSelector`.
    #[must_use]
    pub fn of_workload(workload: &Object) -> Self {
        Self::of_spec(workload.kind(), workload.field("spec"))
    }

    /// The same of a workload of that kind with that spec.
    #[must_use]
    pub fn of_spec(kind: &str, spec: &Value) -> Self {
        match spec["selector"].as_object() {
            Some(labels) if kind == "ReplicationController" => Self::from_map(labels),
            _ => Self::from_value(&spec["selector"]),
        }
    }

    /// A plain map of labels that must all be there, as Services select; empty selects everything.
    #[must_use]
    pub fn from_map(labels: &Map) -> Self {
        Self::with(equalities(labels).collect())
    }

    fn with(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort_by(|one, two| one.key.cmp(&two.key));
        Self { requirements, matches_nothing: false }
    }

    /// Whether an object with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: Option<&Map>) -> bool {
        !self.matches_nothing && self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    /// Labels that every selected object has: key and value.
    pub fn equalities(&self) -> impl Iterator<Item = (&str, &str)> {
        let equal = |requirement: &&Requirement| {
            let operators = [Operator::Equals, Operator::DoubleEquals, Operator::In];
            operators.contains(&requirement.operator) && requirement.values.len() == 1
        };
        let requirements = self.requirements.iter().filter(equal);
        requirements
            .filter_map(|requirement| Some((requirement.key.as_str(), requirement.values.first()?.as_str())))
    }

    /// What is no equality, as Go prints the requirements of a LabelSelector: `{a In [b c]}`.
    #[must_use]
    pub fn expressions(&self) -> Vec<String> {
        let others = self.requirements.iter().filter_map(|requirement| {
            let operator = match requirement.operator {
                Operator::Equals | Operator::DoubleEquals => return None,
                Operator::In => "In",
                Operator::NotIn | Operator::NotEquals => "NotIn",
                Operator::Exists => "Exists",
                Operator::DoesNotExist => "DoesNotExist",
                Operator::GreaterThan => "Gt",
                Operator::LessThan => "Lt",
            };
            let values: Vec<&str> = requirement.values.iter().map(String::as_str).collect();
            Some(format!("{{{} {operator} [{}]}}", requirement.key, values.join(" ")))
        });
        others.collect()
    }

    /// Whether it demands nothing, that is, selects everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.matches_nothing && self.requirements.is_empty()
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{requirement}")?;
        }
        Ok(())
    }
}

fn equalities(labels: &Map) -> impl Iterator<Item = Requirement> {
    labels.iter().map(|(key, value)| {
        let value = value.as_str().unwrap_or_default().to_owned();
        Requirement::new(key.as_str(), Operator::Equals, BTreeSet::from([value]))
    })
}

fn from_expression(expression: &Value) -> Option<Requirement> {
    let key = expression.get("key")?.as_str()?;
    let operator = match expression.get("operator")?.as_str()? {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        _ => return None,
    };
    let values = expression.get("values").and_then(Value::as_array);
    let values: BTreeSet<String> =
        values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    (wants_values != values.is_empty()).then(|| Requirement::new(key, operator, values))
}
