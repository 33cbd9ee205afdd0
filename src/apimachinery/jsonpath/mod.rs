//! kubectl's JSONPath templates: `{range .items[*]}{.metadata.name}{"\n"}{end}`.
//!
//! Follows `k8s.io/client-go/util/jsonpath`, its errors and its oddities included.

mod evaluate;
mod items;
mod parser;
mod print;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::base::Value;

pub use items::ForItems;
pub use print::go_text;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct JsonPath(Vec<Block>);

/// A piece of a template at its top level.
#[derive(Clone, Debug)]
enum Block {
    /// Text outside braces.
    Text(String),
    /// What stands between braces.
    Action(Vec<Node>),
}

/// One step of an action.
#[derive(Clone, Debug)]
enum Node {
    Literal(Value),
    Field(String),
    Wildcard,
    Recursive,
    Slice { start: Option<i64>, end: End, step: Option<i64> },
    Union(Vec<Vec<Node>>),
    Filter { left: Vec<Node>, operator: String, right: Vec<Node> },
    Range,
    EndRange,
    Unknown(String),
}

/// Where a slice ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// `[3]`: one item.
    OneItem,
    /// `[1:]`: with the list.
    Open,
    /// `[1:3]`: before an index.
    Before(i64),
}

impl JsonPath {
    /// Parses a template.
    ///
    /// # Errors
    /// With upstream's text, such as `unclosed action`.
    pub fn parse(template: &str) -> Result<Self, String> {
        parser::parse(template).map(Self)
    }

    /// Parses the relaxed form that custom columns and `--sort-by` take: `.metadata.name`,
    /// `metadata.name`, `{.metadata.name}`.
    ///
    /// # Errors
    /// With upstream's text.
    pub fn parse_relaxed(expression: &str) -> Result<Self, String> {
        Self::parse(&Self::relaxed(expression)?)
    }

    /// The strict form of a relaxed expression: `{.metadata.name}`.
    ///
    /// # Errors
    /// With upstream's text when it is no path.
    pub fn relaxed(expression: &str) -> Result<String, String> {
        if expression.is_empty() {
            return Ok(String::new());
        }
        let inner =
            expression.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(expression);
        let path = inner.strip_prefix('.').unwrap_or(inner);
        if path.is_empty() || path.contains(['{', '}']) {
            return Err(
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or \
                    '{.name1.name2}'"
                    .to_owned(),
            );
        }
        Ok(format!("{{.{path}}}"))
    }

    /// Prints the template for a value. Missing fields print nothing when `allow_missing`.
    ///
    /// # Errors
    /// With upstream's text, such as `x is not found`.
    pub fn render(&self, value: &Value, allow_missing: bool) -> Result<String, String> {
        let results = evaluate::evaluate(&self.0, value, allow_missing)?;
        Ok(results.iter().map(|results| print::print_results(results)).collect())
    }

    /// All values that the template finds, in order; missing fields find nothing.
    ///
    /// # Errors
    /// With upstream's text.
    pub fn find(&self, value: &Value) -> Result<Vec<Value>, String> {
        Ok(self.find_each(value)?.into_iter().flatten().collect())
    }

    /// What each top-level piece of the template finds, in order.
    ///
    /// # Errors
    /// With upstream's text.
    pub fn find_each(&self, value: &Value) -> Result<Vec<Vec<Value>>, String> {
        let results = evaluate::evaluate(&self.0, value, true)?;
        let owned = |values: Vec<Cow<'_, Value>>| values.into_iter().map(Cow::into_owned).collect();
        Ok(results.into_iter().map(owned).collect())
    }
}
