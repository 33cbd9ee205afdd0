//! `-o jsonpath=TEMPLATE` and `-o jsonpath-as-json=TEMPLATE`.

use serde_json::Value;

use crate::apimachinery::JsonPath;

use super::super::errors::{Failure, Outcome};
use super::to_json;

/// A parsed template.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    text: String,
    path: JsonPath,
    allow_missing: bool,
    as_json: bool,
}

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str, allow_missing: bool, as_json: bool) -> Outcome<Self> {
        let path = JsonPath::parse(text)
            .map_err(|why| Failure::message(format!("error parsing jsonpath {text}, {why}")))?;
        Ok(Self { text: text.to_owned(), path, allow_missing, as_json })
    }

    /// Prints what the template finds; no newline is added.
    pub(crate) fn print(&self, object: &Value) -> Outcome<String> {
        if self.as_json {
            let found = self.path.find(object).map_err(|why| self.failed(&why, object))?;
            return Ok(to_json(&Value::Array(found)));
        }
        self.path.render(object, self.allow_missing).map_err(|why| self.failed(&why, object))
    }

    fn failed(&self, why: &str, object: &Value) -> Failure {
        Failure::message(format!(
            "error executing jsonpath {:?}: Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{object}\n\n",
            self.text, self.text
        ))
    }
}
