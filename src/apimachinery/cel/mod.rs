//! The Common Expression Language as Kubernetes speaks it: rules of schemas and of admission policies.
//!
//! The grammar is the crate's; what expressions mean is here, with the functions that Kubernetes adds.
//! What cannot be evaluated here is refused when the expression is compiled, never passed over.

mod check;
mod evaluate;
mod functions;
mod host;
mod lists;
mod operators;
mod quantities;
mod rules;
mod strings;
mod times;
mod value;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cel::Env;
use cel::parser::Expression;

use crate::base::Value;

pub use check::Type;
pub use host::HostValue;
pub use rules::{has_rules, rule_errors, validate as validate_by_rules};
pub use times::parse_duration as parse_go_duration;
pub use value::CelValue;

/// Expressions that are kept read.
const EXPRESSIONS_MAX: usize = 2_000;
/// Characters that an expression may have.
const LENGTH_MAX: usize = 10 * 1024;

/// An expression, read and checked.
#[derive(Clone, Debug)]
pub struct Program {
    expression: Arc<Expression>,
}

impl Program {
    /// Reads an expression and checks it against the variables that it may name.
    ///
    /// # Errors
    /// With the text of upstream's compiler.
    pub fn compile(source: &str, variables: &[(&str, Type<'_>)], wanted: &Type<'_>) -> Result<Self, String> {
        let program = Self::parse(source)?;
        check::check(&program.expression, source, variables, wanted)?;
        Ok(program)
    }

    /// Reads an expression that was checked before.
    ///
    /// # Errors
    /// When it is no expression.
    pub fn parse(source: &str) -> Result<Self, String> {
        static KNOWN: Mutex<BTreeMap<String, Arc<Expression>>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(expression) = known.get(source) {
            return Ok(Self { expression: Arc::clone(expression) });
        }
        if source.len() > LENGTH_MAX {
            return Err(format!("compilation failed: the expression is longer than {LENGTH_MAX} characters"));
        }
        let parser = Env::stdlib().with_optional_support(true).parser();
        let parsed = parser.parse(source).map_err(|errors| format!("compilation failed: {errors}"))?;
        let expression = Arc::new(parsed);
        if known.len() >= EXPRESSIONS_MAX {
            known.clear();
        }
        known.insert(source.to_owned(), Arc::clone(&expression));
        Ok(Self { expression })
    }

    /// Whether the expression names a variable.
    #[must_use]
    pub fn names(&self, variable: &str) -> bool {
        self.expression.references().has_variable(variable)
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    /// With upstream's text: `no such key: x`, `division by zero` …
    pub fn evaluate(&self, variables: &[(&str, CelValue)]) -> Result<CelValue, String> {
        evaluate::evaluate(&self.expression, variables)
    }
}

/// A JSON value as expressions see it.
#[must_use]
pub fn from_json(value: &Value) -> CelValue {
    CelValue::from_json(value)
}

#[cfg(test)]
mod tests;
