//! `-o go-template=TEMPLATE`: Go's `text/template` with kubectl's functions, on decoded JSON.

mod evaluate;
mod functions;
mod lexer;
mod node;
mod parser;
mod printf;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::node::{BranchKind, Node, Tree};
use super::super::errors::{Failure, Outcome};
use crate::apimachinery::{go_quote, go_value};
use crate::base::Value;

/// A parsed template.
#[derive(Clone, Debug)]
pub(crate) struct GoTemplate {
    text: String,
    tree: Arc<node::Tree>,
    allow_missing: bool,
}

/// What a template printed, and why it stopped before its end.
pub(crate) struct Printed {
    /// What is printed, the explanation of a failure included.
    pub(crate) text: String,
    /// The failure.
    pub(crate) failure: Option<Failure>,
}

impl GoTemplate {
    /// Reads a template.
    pub(crate) fn parse(text: &str, allow_missing: bool) -> Outcome<Self> {
        let tree = parser::parse(text)
            .map_err(|why| Failure::message(format!("error parsing template {text}, {why}")))?;
        Ok(Self { text: text.to_owned(), tree: Arc::new(tree), allow_missing })
    }

    /// The template taken apart at the items of a List: what stands before, for each item, and after;
    /// `None` when it does more than go through them.
    pub(crate) fn for_items(&self) -> Option<(String, Self, String)> {
        // `$` is the whole list, and a break ends all.
        if self.text.contains('$') || self.text.contains("break") {
            return None;
        }
        let is_range = |node: &Node| match node {
            Node::Branch(branch) => {
                branch.kind == BranchKind::Range
                    && branch.otherwise.is_empty()
                    && branch.pipeline.to_string() == ".items"
            }
            _ => false,
        };
        let index = self.tree.main.iter().position(is_range)?;
        let text_of = |nodes: &[Node]| -> Option<String> {
            let texts = nodes.iter().map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        };
        let (before, rest) = self.tree.main.split_at(index);
        let each = Tree { main: vec![rest[0].clone()], named: self.tree.named.clone() };
        Some((text_of(before)?, Self { tree: Arc::new(each), ..self.clone() }, text_of(&rest[1..])?))
    }

    /// Prints the template for an object; no newline is added.
    pub(crate) fn print(&self, object: &Value) -> Printed {
        match evaluate::execute(&self.text, &self.tree, object, !self.allow_missing) {
            Ok(text) => Printed { text, failure: None },
            Err((printed, why)) => {
                let text = format!(
                    "{printed}Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\traw data was:\n\t\t{object}\n\tobject given to template engine was:\n\t\t{}\n\n",
                    self.text,
                    go_value(object)
                );
                let failure =
                    Failure::message(format!("error executing template {}: {why}", go_quote(&self.text)));
                Printed { text, failure: Some(failure) }
            }
        }
    }
}
