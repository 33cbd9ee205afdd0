//! A parsed Go template, which can be written out again for messages.

use std::collections::BTreeMap;
use std::fmt;

use crate::base::Value;

/// Everything that one text defines.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// The text outside of `define`.
    pub(super) main: Vec<Node>,
    /// Templates by name.
    pub(super) named: BTreeMap<String, Vec<Node>>,
}

/// One piece of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Text that is printed as it is.
    Text(String),
    /// A pipeline whose value is printed.
    Action(Pipeline),
    /// `if`, `with` or `range`.
    Branch(Branch),
    /// `template`.
    Template {
        position: usize,
        name: String,
        argument: Option<Pipeline>,
    },
    Break,
    Continue,
}

/// Which word begins a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BranchKind {
    If,
    With,
    Range,
}

/// What runs when a pipeline gives something, and what otherwise.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) kind: BranchKind,
    pub(super) pipeline: Pipeline,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// Commands whose values flow from one into the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    pub(super) position: usize,
    /// Variables that are set.
    pub(super) variables: Vec<String>,
    /// Whether they exist already.
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// A function or value with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) position: usize,
    pub(super) operands: Vec<Operand>,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) position: usize,
    pub(super) kind: OperandKind,
}

/// What a word of a command is.
#[derive(Clone, Debug)]
pub(super) enum OperandKind {
    Dot,
    Nil,
    /// A bool, number or text, with how it was written.
    Literal(Value, String),
    Field(Vec<String>),
    Variable(String, Vec<String>),
    Function(String),
    Pipeline(Pipeline),
    /// Fields of something that is neither a field nor a variable.
    Chain(Box<Operand>, Vec<String>),
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.assigns { "=" } else { ":=" };
            write!(f, "{} {sign} ", self.variables.join(", "))?;
        }
        join(f, &self.commands, " | ")
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(f, &self.operands, " ")
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Dot => f.write_str("."),
            OperandKind::Nil => f.write_str("nil"),
            OperandKind::Literal(_, written) => f.write_str(written),
            OperandKind::Field(names) => dotted(f, names),
            OperandKind::Variable(name, fields) => {
                f.write_str(name)?;
                dotted(f, fields)
            }
            OperandKind::Function(name) => f.write_str(name),
            OperandKind::Pipeline(pipeline) => write!(f, "({pipeline})"),
            OperandKind::Chain(operand, fields) => {
                write!(f, "{operand}")?;
                dotted(f, fields)
            }
        }
    }
}

fn dotted(f: &mut fmt::Formatter<'_>, names: &[String]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}

fn join<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
