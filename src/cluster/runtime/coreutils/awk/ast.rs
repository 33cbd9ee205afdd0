//! Programs of awk, as read.

use std::rc::Rc;

use super::super::super::pattern::Pattern;

/// A whole program.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Patterns and what is done for lines that fit.
    pub rules: Vec<Rule>,
    /// Functions by name.
    pub functions: Vec<Function>,
}

/// A pattern with its action.
#[derive(Debug)]
pub(super) struct Rule {
    /// When.
    pub when: When,
    /// What; the line is printed when there is nothing.
    pub body: Option<Rc<[Statement]>>,
}

/// When a rule applies.
#[derive(Debug)]
pub(super) enum When {
    /// Before the first line.
    Begin,
    /// Behind the last one.
    End,
    /// For every line.
    Always,
    /// For lines for which it is true.
    If(Expression),
    /// From one line to another.
    Range(Expression, Expression),
}

/// A function of the program's own.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name.
    pub name: String,
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// What it does.
    pub body: Rc<[Statement]>,
}

/// A statement.
#[derive(Debug)]
pub(super) enum Statement {
    /// An expression for what it does.
    Expression(Expression),
    /// `print` and `printf`, and whether to standard error.
    Print { format: bool, values: Vec<Expression>, to: Option<Expression> },
    /// `if`.
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// `while`, and `do … while` when it begins with the body.
    While { condition: Expression, body: Vec<Statement>, body_first: bool },
    /// `for (;;)`.
    For {
        first: Option<Expression>,
        condition: Option<Expression>,
        step: Option<Expression>,
        body: Vec<Statement>,
    },
    /// `for (key in array)`.
    ForIn { variable: String, array: String, body: Vec<Statement> },
    /// `delete`.
    Delete(String, Option<Vec<Expression>>),
    /// `next`.
    Next,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `exit`.
    Exit(Option<Expression>),
    /// `return`.
    Return(Option<Expression>),
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expression {
    /// A number.
    Number(f64),
    /// A text.
    Text(Rc<str>),
    /// `/…/`: the line matches.
    Regex(Rc<Pattern>),
    /// Something that can be assigned to.
    Place(Place),
    /// `=`, or with an operator before it.
    Assign(Place, Option<char>, Box<Expression>),
    /// `++` and `--`: by how much, and whether before the value is taken.
    Step(Place, f64, bool),
    /// `!`, `-`, `+`.
    Unary(char, Box<Expression>),
    /// Arithmetic and concatenation (` `).
    Binary(char, Box<Expression>, Box<Expression>),
    /// `<`, `<=`, `==`, `!=`, `>`, `>=`.
    Compare(&'static str, Box<Expression>, Box<Expression>),
    /// `&&`, and `||` when it is not.
    Logic { and: bool, left: Box<Expression>, right: Box<Expression> },
    /// `~`, and `!~` when negated.
    Match { negated: bool, text: Box<Expression>, pattern: Box<Expression> },
    /// `?:`.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `(keys) in array`.
    In(Vec<Expression>, String),
    /// A call of a built-in or own function.
    Call(String, Vec<Expression>),
    /// `(…)`: keeps what is inside apart.
    Group(Box<Expression>),
}

/// What can be assigned to.
#[derive(Debug)]
pub(super) enum Place {
    /// A variable.
    Variable(String),
    /// `$n`.
    Field(Box<Expression>),
    /// `array[keys]`.
    Element(String, Vec<Expression>),
}
