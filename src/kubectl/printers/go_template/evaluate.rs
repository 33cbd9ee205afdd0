//! Runs a Go template on a value, with `text/template`'s rules and error texts.

use std::borrow::Cow;

use super::functions::{Dynamic, call, check_count, is_true};
use super::lexer::line_of;
use super::node::{Branch, BranchKind, Command, Node, Operand, OperandKind, Pipeline, Tree};
use super::printf::type_name;
use crate::apimachinery::{go_quote, go_value};
use crate::base::Value;

/// How deep templates may call each other.
const DEEPEST: usize = 100;

/// Prints the template for `data`; on failure, what was printed before it comes along.
pub(super) fn execute(
    text: &str,
    tree: &Tree,
    data: &Value,
    missing_is_error: bool,
) -> Result<String, (String, String)> {
    let mut state = State {
        text,
        tree,
        template: "output".to_owned(),
        missing_is_error,
        variables: vec![("$".to_owned(), Some(Cow::Borrowed(data)))],
        out: String::new(),
        depth: 0,
    };
    match state.list(&tree.main, &Some(Cow::Borrowed(data))) {
        Ok(_) => Ok(state.out),
        Err(error) => Err((state.out, error)),
    }
}

struct State<'t, 'd> {
    text: &'t str,
    tree: &'t Tree,
    template: String,
    missing_is_error: bool,
    variables: Vec<(String, Dynamic<'d>)>,
    out: String,
    depth: usize,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl<'d> State<'_, 'd> {
    /// `template: output:1:2: executing "output" at <.x>: why`.
    fn failed(&self, position: usize, shown: &impl ToString, why: impl std::fmt::Display) -> String {
        let before = &self.text[..position];
        let column = before.rfind('\n').map_or(position, |newline| position - newline - 1);
        format!(
            "template: output:{}:{column}: executing {} at <{}>: {why}",
            line_of(self.text, position),
            go_quote(&self.template),
            shown.to_string()
        )
    }

    fn list(&mut self, nodes: &[Node], dot: &Dynamic<'d>) -> Result<Flow, String> {
        for node in nodes {
            let flow = match node {
                Node::Text(text) => {
                    self.out.push_str(text);
                    Flow::On
                }
                Node::Action(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        self.out.push_str(&value.as_deref().map_or("<no value>".to_owned(), go_value));
                    }
                    Flow::On
                }
                Node::Branch(branch) => self.branch(branch, dot)?,
                Node::Template { position, name, argument } => {
                    self.template(*position, name, argument.as_ref(), dot)?;
                    Flow::On
                }
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
            };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn branch(&mut self, branch: &Branch, dot: &Dynamic<'d>) -> Result<Flow, String> {
        let known = self.variables.len();
        let value = self.pipeline(&branch.pipeline, dot)?;
        let flow = match branch.kind {
            BranchKind::Range => self.range(branch, value, dot),
            _ if !is_true(&value) => self.list(&branch.otherwise, dot),
            BranchKind::If => self.list(&branch.then, dot),
            BranchKind::With => self.list(&branch.then, &value),
        };
        self.variables.truncate(known);
        flow
    }

    fn range(&mut self, branch: &Branch, value: Dynamic<'d>, dot: &Dynamic<'d>) -> Result<Flow, String> {
        let pairs: Box<dyn Iterator<Item = (Value, Dynamic<'d>)> + '_> = match value {
            None => Box::new(std::iter::empty()),
            Some(Cow::Borrowed(Value::Array(items))) => Box::new(
                items.iter().enumerate().map(|(index, item)| (index.into(), Some(Cow::Borrowed(item)))),
            ),
            Some(Cow::Borrowed(Value::Object(map))) => {
                Box::new(map.iter().map(|(key, item)| (key.as_str().into(), Some(Cow::Borrowed(item)))))
            }
            Some(other) => match other.into_owned() {
                Value::Null => Box::new(std::iter::empty()),
                Value::Array(items) => Box::new(
                    items.into_iter().enumerate().map(|(index, item)| (index.into(), Some(Cow::Owned(item)))),
                ),
                Value::Object(map) => {
                    Box::new(map.into_iter().map(|(key, item)| (key.into(), Some(Cow::Owned(item)))))
                }
                Value::Number(number) if number.is_i64() => {
                    let end = number.as_i64().unwrap_or_default();
                    Box::new((0..end).map(|index| (index.into(), Some(Cow::Owned(index.into())))))
                }
                other => {
                    let why = format!("range can't iterate over {}", go_value(&other));
                    return Err(self.failed(branch.pipeline.position, &branch.pipeline, why));
                }
            },
        };
        let mut any = false;
        let known = self.variables.len();
        for (key, item) in pairs {
            any = true;
            self.set_range_variables(&branch.pipeline, key, &item);
            let flow = self.list(&branch.then, &item)?;
            self.variables.truncate(known);
            if flow == Flow::Break {
                break;
            }
        }
        if any { Ok(Flow::On) } else { self.list(&branch.otherwise, dot) }
    }

    fn set_range_variables(&mut self, pipeline: &Pipeline, key: Value, item: &Dynamic<'d>) {
        let values = match pipeline.variables.len() {
            1 => vec![item.clone()],
            _ => vec![Some(Cow::Owned(key)), item.clone()],
        };
        for (name, value) in pipeline.variables.iter().zip(values) {
            self.set(name, value);
        }
    }

    /// Changes the innermost variable of that name.
    fn set(&mut self, name: &str, value: Dynamic<'d>) {
        if let Some(place) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            place.1 = value;
        }
    }

    fn template(
        &mut self,
        position: usize,
        name: &str,
        argument: Option<&Pipeline>,
        dot: &Dynamic<'d>,
    ) -> Result<(), String> {
        let tree = self.tree;
        let given = argument.map(|argument| format!(" {argument}")).unwrap_or_default();
        let shown = format!("{{{{template {}{given}}}}}", go_quote(name));
        let Some(nodes) = tree.named.get(name) else {
            return Err(self.failed(position, &shown, format!("template {} not defined", go_quote(name))));
        };
        if self.depth == DEEPEST {
            return Err(self.failed(position, &shown, "exceeded maximum template depth"));
        }
        let dot = match argument {
            Some(pipeline) => self.pipeline(pipeline, dot)?,
            None => None,
        };
        let variables = std::mem::replace(&mut self.variables, vec![("$".to_owned(), dot.clone())]);
        let outer = std::mem::replace(&mut self.template, name.to_owned());
        self.depth += 1;
        self.list(nodes, &dot)?;
        self.depth -= 1;
        self.template = outer;
        self.variables = variables;
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Dynamic<'d>) -> Result<Dynamic<'d>, String> {
        let mut last: Option<Dynamic<'d>> = None;
        for command in &pipeline.commands {
            let value = self.command(command, dot, last)?;
            // A nil inside an interface counts as no value from here on.
            last = Some(value.filter(|value| !value.is_null()));
        }
        let value = last.flatten();
        for name in &pipeline.variables {
            if pipeline.assigns {
                self.set(name, value.clone());
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        command: &Command,
        dot: &Dynamic<'d>,
        last: Option<Dynamic<'d>>,
    ) -> Result<Dynamic<'d>, String> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(None) };
        if let OperandKind::Function(name) = &first.kind {
            return self.function(command, name, rest, dot, last);
        }
        let given = !rest.is_empty() || last.is_some();
        match &first.kind {
            OperandKind::Nil => Err(self.failed(first.position, first, "nil is not a command")),
            OperandKind::Field(names) if given => {
                let name = names.last().map(String::as_str).unwrap_or_default();
                Err(self.failed(first.position, first, format!("{name} is not a method but has arguments")))
            }
            _ if given => Err(self.failed(
                first.position,
                first,
                format!("can't give argument to non-function {first}"),
            )),
            _ => self.operand(first, dot),
        }
    }

    fn operand(&mut self, operand: &Operand, dot: &Dynamic<'d>) -> Result<Dynamic<'d>, String> {
        match &operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Nil => Ok(None),
            OperandKind::Literal(value, _) => Ok(Some(Cow::Owned(value.clone()))),
            OperandKind::Field(names) => self.fields(operand, dot.clone(), names),
            OperandKind::Variable(name, names) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                let Some((_, value)) = found else {
                    return Err(self.failed(
                        operand.position,
                        operand,
                        format!("undefined variable: {name}"),
                    ));
                };
                self.fields(operand, value.clone(), names)
            }
            OperandKind::Function(name) => {
                let command = Command { position: operand.position, operands: vec![operand.clone()] };
                self.function(&command, name, &[], dot, None)
            }
            OperandKind::Pipeline(pipeline) => self.pipeline(pipeline, dot),
            OperandKind::Chain(inner, names) => {
                let value = self.operand(inner, dot)?;
                self.fields(operand, value, names)
            }
        }
    }

    fn fields(&self, operand: &Operand, start: Dynamic<'d>, names: &[String]) -> Result<Dynamic<'d>, String> {
        let mut value = start;
        for name in names {
            let why = match value {
                None if self.missing_is_error => format!("nil data; no entry for key {}", go_quote(name)),
                None => return Ok(None),
                Some(Cow::Borrowed(Value::Object(map)))
                    if map.contains_key(name) || !self.missing_is_error =>
                {
                    value = map.get(name).map(Cow::Borrowed);
                    continue;
                }
                Some(Cow::Owned(Value::Object(mut map)))
                    if map.contains_key(name) || !self.missing_is_error =>
                {
                    value = map.remove(name).map(Cow::Owned);
                    continue;
                }
                Some(held) => match held.as_ref() {
                    Value::Object(_) => format!("map has no entry for key {}", go_quote(name)),
                    Value::Null => format!("nil pointer evaluating interface {{}}.{name}"),
                    _ => format!("can't evaluate field {name} in type interface {{}}"),
                },
            };
            return Err(self.failed(operand.position, operand, why));
        }
        Ok(value)
    }

    fn function(
        &mut self,
        command: &Command,
        name: &str,
        operands: &[Operand],
        dot: &Dynamic<'d>,
        last: Option<Dynamic<'d>>,
    ) -> Result<Dynamic<'d>, String> {
        let count = operands.len() + usize::from(last.is_some());
        check_count(name, count).map_err(|why| self.failed(command.position, &name, why))?;
        if name == "and" || name == "or" {
            let mut value = None;
            for operand in operands {
                value = self.operand(operand, dot)?;
                if is_true(&value) == (name == "or") {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut arguments = Vec::with_capacity(count);
        for operand in operands {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(last);
        if name == "call" {
            let first = arguments[0].as_deref();
            let shown = operands.first().map(ToString::to_string).unwrap_or_default();
            let why = match first.filter(|value| !value.is_null()) {
                Some(value) => {
                    let integer = operands.first().is_some_and(is_integer);
                    format!("non-function {shown} of type {}", if integer { "int" } else { type_name(value) })
                }
                None => "call of nil".to_owned(),
            };
            let why = format!("error calling call: {why}");
            return Err(self.failed(command.position, command, why));
        }
        let integers: Vec<bool> = operands.iter().map(is_integer).collect();
        call(name, arguments, &integers)
            .map_err(|why| self.failed(command.position, command, format!("error calling {name}: {why}")))
    }
}

/// Whether the word is a whole number: Go gives these another type than those of JSON.
fn is_integer(operand: &Operand) -> bool {
    matches!(&operand.kind, OperandKind::Literal(Value::Number(number), _) if !number.is_f64())
}
