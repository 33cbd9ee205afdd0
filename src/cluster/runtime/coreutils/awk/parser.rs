//! Programs of awk from their words.

use std::rc::Rc;

use super::super::super::pattern::{Pattern, Syntax, complaint};
use super::ast::{Expression, Function, Place, Program, Rule, Statement, When};
use super::lexer::{Token, tokens};

/// Levels that a program may be nested.
const DEPTH_MAX: usize = 100;
/// Operators that a statement may have: as many levels deep its expression can be.
const OPERATORS_MAX: usize = 400;

const KEYWORDS: &[&str] = &[
    "BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next",
    "nextfile", "exit", "return", "delete", "in", "getline", "print", "printf",
];

/// Whether a name is a word of the language.
pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// Reads a program.
///
/// # Errors
/// busybox' words for what is wrong, or what is not simulated.
pub(super) fn read(program: &str) -> Result<Program, String> {
    let mut parser = Parser { tokens: tokens(program)?, at: 0, depth: 0, operators: 0, in_print: false };
    parser.program()
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    pub(super) depth: usize,
    operators: usize,
    /// Whether `>` would be a redirection.
    pub(super) in_print: bool,
}

pub(super) type Parsed<T> = Result<T, String>;

fn unexpected<T>() -> Parsed<T> {
    Err("Unexpected token".to_owned())
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn peek_second(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    pub(super) fn sign(&self) -> Option<&'static str> {
        if let Some(Token::Sign(sign)) = self.peek() { Some(*sign) } else { None }
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.sign() == Some(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { unexpected() }
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name) | Token::Call(name)) if name == word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn name(&mut self) -> Parsed<String> {
        match self.next() {
            Some(Token::Name(name)) if !is_keyword(&name) => Ok(name),
            _ => unexpected(),
        }
    }

    pub(super) fn newlines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
    }

    fn ends(&mut self) {
        while matches!(self.peek(), Some(Token::Newline | Token::Sign(";"))) {
            self.at += 1;
        }
    }

    /// Counts an operator of a statement.
    pub(super) fn one_more(&mut self) -> Parsed<()> {
        self.operators += 1;
        if self.operators > OPERATORS_MAX {
            Err("not simulated: expressions that long".to_owned())
        } else {
            Ok(())
        }
    }

    /// Goes one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("not simulated: programs nested so deep".to_owned());
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn program(&mut self) -> Parsed<Program> {
        let mut program = Program::default();
        loop {
            self.ends();
            if self.peek().is_none() {
                return Ok(program);
            }
            if self.keyword("function") || self.keyword("func") {
                program.functions.push(self.function()?);
                continue;
            }
            let when = if self.keyword("BEGIN") {
                When::Begin
            } else if self.keyword("END") {
                When::End
            } else if self.sign() == Some("{") {
                When::Always
            } else {
                let from = self.expression()?;
                if self.take(",") {
                    self.newlines();
                    When::Range(from, self.expression()?)
                } else {
                    When::If(from)
                }
            };
            let body = if self.sign() == Some("{") { Some(self.block()?.into()) } else { None };
            if body.is_none() && matches!(when, When::Begin | When::End) {
                return unexpected();
            }
            program.rules.push(Rule { when, body });
        }
    }

    fn function(&mut self) -> Parsed<Function> {
        let (Some(Token::Name(name) | Token::Call(name)), true) = (self.next(), self.take("(")) else {
            return unexpected();
        };
        let mut parameters = Vec::new();
        while !self.take(")") {
            if !parameters.is_empty() {
                self.expect(",")?;
                self.newlines();
            }
            parameters.push(self.name()?);
        }
        self.newlines();
        Ok(Function { name, parameters, body: self.block()?.into() })
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.ends();
            if self.take("}") {
                return Ok(statements);
            }
            statements.push(self.deeper(Self::statement)?);
        }
    }

    /// A statement or a block behind `if`, `while`, `for`.
    fn body(&mut self) -> Parsed<Vec<Statement>> {
        self.newlines();
        if self.sign() == Some("{") {
            return self.block();
        }
        if self.take(";") {
            return Ok(Vec::new());
        }
        Ok(vec![self.deeper(Self::statement)?])
    }

    fn statement(&mut self) -> Parsed<Statement> {
        if self.sign() == Some("{") {
            // A block for its own sake is an `if` that always holds.
            return Ok(Statement::If(Expression::Number(1.0), self.block()?, Vec::new()));
        }
        if self.keyword("if") {
            return self.condition();
        }
        if self.keyword("while") {
            let condition = self.in_parentheses()?;
            return Ok(Statement::While { condition, body: self.body()?, body_first: false });
        }
        if self.keyword("do") {
            let body = self.body()?;
            self.ends();
            if !self.keyword("while") {
                return unexpected();
            }
            return Ok(Statement::While { condition: self.in_parentheses()?, body, body_first: true });
        }
        if self.keyword("for") {
            return self.for_loop();
        }
        let statement = self.simple()?;
        match self.peek() {
            None | Some(Token::Newline | Token::Sign(";" | "}")) => Ok(statement),
            Some(Token::Sign("|")) => Err("not simulated: pipes to other programs".to_owned()),
            Some(_) => unexpected(),
        }
    }

    fn condition(&mut self) -> Parsed<Statement> {
        let condition = self.in_parentheses()?;
        let then = self.body()?;
        let before = self.at;
        self.ends();
        if self.keyword("else") {
            return Ok(Statement::If(condition, then, self.body()?));
        }
        self.at = before;
        Ok(Statement::If(condition, then, Vec::new()))
    }

    fn in_parentheses(&mut self) -> Parsed<Expression> {
        self.expect("(")?;
        let expression = self.expression()?;
        self.expect(")")?;
        Ok(expression)
    }

    fn for_loop(&mut self) -> Parsed<Statement> {
        self.expect("(")?;
        if let (Some(Token::Name(variable)), Some(Token::Name(word))) =
            (self.peek().cloned(), self.peek_second())
            && word == "in"
        {
            let before = self.at;
            self.at += 2;
            let array = self.name()?;
            if self.take(")") {
                return Ok(Statement::ForIn { variable, array, body: self.body()? });
            }
            self.at = before;
        }
        let first = if self.sign() == Some(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.newlines();
        let condition = if self.sign() == Some(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.newlines();
        let step = if self.sign() == Some(")") { None } else { Some(self.expression()?) };
        self.expect(")")?;
        Ok(Statement::For { first, condition, step, body: self.body()? })
    }

    fn ends_statement(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Newline | Token::Sign(";" | "}")))
    }

    fn simple(&mut self) -> Parsed<Statement> {
        self.operators = 0;
        if self.keyword("print") {
            return self.print(false);
        }
        if self.keyword("printf") {
            return self.print(true);
        }
        if self.keyword("next") {
            return Ok(Statement::Next);
        }
        if self.keyword("break") {
            return Ok(Statement::Break);
        }
        if self.keyword("continue") {
            return Ok(Statement::Continue);
        }
        if self.keyword("exit") {
            return Ok(Statement::Exit(if self.ends_statement() { None } else { Some(self.expression()?) }));
        }
        if self.keyword("return") {
            return Ok(Statement::Return(if self.ends_statement() {
                None
            } else {
                Some(self.expression()?)
            }));
        }
        if self.keyword("delete") {
            let array = self.name()?;
            let keys = if self.take("[") { Some(self.list("]")?) } else { None };
            return Ok(Statement::Delete(array, keys));
        }
        Ok(Statement::Expression(self.expression()?))
    }

    fn print(&mut self, format: bool) -> Parsed<Statement> {
        let outer = std::mem::replace(&mut self.in_print, true);
        let mut values = Vec::new();
        if !self.ends_statement() && !matches!(self.sign(), Some(">" | ">>" | "|")) {
            values.push(self.expression()?);
            while self.take(",") {
                self.newlines();
                values.push(self.expression()?);
            }
            // `print (a, b)`: what is in parentheses is the list.
            if let [Expression::Call(name, _)] = values.as_slice()
                && name.is_empty()
                && let Some(Expression::Call(_, inner)) = values.pop()
            {
                values = inner;
            }
        }
        let to = match self.sign() {
            Some(">" | ">>") => {
                self.next();
                Some(self.primary()?)
            }
            Some("|") => return Err("not simulated: pipes to other programs".to_owned()),
            _ => None,
        };
        self.in_print = outer;
        if format && values.is_empty() {
            return unexpected();
        }
        Ok(Statement::Print { format, values, to })
    }

    /// Expressions up to a closing sign.
    pub(super) fn list(&mut self, closing: &str) -> Parsed<Vec<Expression>> {
        let outer = std::mem::replace(&mut self.in_print, false);
        let mut list = Vec::new();
        self.newlines();
        while !self.take(closing) {
            if !list.is_empty() {
                self.expect(",")?;
                self.newlines();
            }
            list.push(self.expression()?);
            self.newlines();
        }
        self.in_print = outer;
        Ok(list)
    }

    pub(super) fn place(expression: Expression) -> Parsed<Place> {
        match expression {
            Expression::Place(place) => Ok(place),
            _ => unexpected(),
        }
    }

    pub(super) fn pattern(text: &str) -> Parsed<Rc<Pattern>> {
        Pattern::new(text, Syntax::Awk, false).map(Rc::new).map_err(|why| complaint(text, why))
    }
}
