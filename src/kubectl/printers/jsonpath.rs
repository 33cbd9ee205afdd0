//! `-o jsonpath=TEMPLATE` and `-o jsonpath-as-json=TEMPLATE`.

use crate::apimachinery::{ForItems, JsonPath};
use crate::base::{Value, json};

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

/// A value as Go's `%#v` prints what JSON was read into.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}:{}", json!(key), go_syntax(value))).collect();
            format!("map[string]interface {{}}{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
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
            let found = self.path.find_each(object).map_err(|why| self.failed(&why, object))?;
            return Ok(found.into_iter().map(|found| to_json(&Value::Array(found))).collect());
        }
        self.path.render(object, self.allow_missing).map_err(|why| self.failed(&why, object))
    }

    /// Taken apart at the items of a List, where that is possible.
    pub(crate) fn for_items(&self) -> Option<ForItems> {
        // `$` is the whole list.
        if self.as_json || self.text.contains('$') { None } else { self.path.for_items() }
    }

    /// What one item gives; `None` when it gives nothing.
    pub(crate) fn print_item(&self, parts: &ForItems, item: &Value) -> Outcome<Option<String>> {
        parts.print(item, self.allow_missing).map_err(|why| self.failed(&why, item))
    }

    fn failed(&self, why: &str, object: &Value) -> Failure {
        Failure::message(format!(
            "error executing jsonpath {:?}: Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
            self.text,
            self.text,
            go_syntax(object)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failed_template_was_given_is_shown_in_the_words_of_go() {
        let template = Template::parse("{.a[3]}", true, false).unwrap();
        let failure = template.print(&json!({"b": null, "a": [1, "x", {}]})).unwrap_err().to_string();
        assert!(
            failure.ends_with(
                "\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{\"a\":[]interface {}{1, \"x\", map[string]interface {}{}}, \"b\":interface {}(nil)}\n\n\n"
            ),
            "{failure}"
        );
    }
}
