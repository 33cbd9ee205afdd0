//! Go templates: from words to a tree, with `text/template/parse`'s complaints.

use super::functions::is_function;
use super::lexer::{Kind, Token, line_of, number_of, tokens};
use super::node::{Branch, BranchKind, Command, Node, Operand, OperandKind, Pipeline, Tree};
use super::printf::unquote;
use crate::apimachinery::go_quote;

/// How deep branches and parentheses may be nested.
const DEEPEST: usize = 100;

/// Parses a template; the error reads `template: output:1: …`.
pub(super) fn parse(template: &str) -> Result<Tree, String> {
    let located = |line: usize, message: &str| format!("template: output:{line}: {message}");
    let words = tokens(template);
    let mut parser =
        Parser { words, next: 0, variables: vec!["$".to_owned()], loops: 0, depth: 0, tree: Tree::default() };
    match parser.list(false) {
        Ok((nodes, _)) => {
            parser.tree.main = nodes;
            Ok(parser.tree)
        }
        Err(message) => {
            let place = parser.words.get(parser.next.saturating_sub(1)).map_or(0, |word| word.position);
            Err(located(line_of(template, place), &message))
        }
    }
}

struct Parser {
    words: Vec<Token>,
    next: usize,
    variables: Vec<String>,
    loops: usize,
    depth: usize,
    tree: Tree,
}

/// What ended a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Text,
    End,
    Else,
}

impl Parser {
    fn peek(&self) -> &Token {
        // The last token is End, and nothing reads past it.
        &self.words[self.next.min(self.words.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn take_word(&mut self) -> Token {
        self.skip_space();
        self.take()
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token, String> {
        let token = self.take_word();
        if token.kind == kind { Ok(token) } else { Err(unexpected(&token, context)) }
    }

    /// Nodes up to the end of the text, `{{end}}` or `{{else}}` (whose word is taken).
    fn list(&mut self, inside: bool) -> Result<(Vec<Node>, Ending), String> {
        let mut nodes = Vec::new();
        loop {
            let token = self.take();
            match token.kind {
                Kind::End if inside => return Err("unexpected EOF".to_owned()),
                Kind::End => return Ok((nodes, Ending::Text)),
                Kind::Text => nodes.push(Node::Text(token.text)),
                Kind::LeftDelimiter => {
                    self.skip_space();
                    let word = self.peek().clone();
                    let ending = match (word.kind, word.text.as_str()) {
                        (Kind::Keyword, "end") => Ending::End,
                        (Kind::Keyword, "else") => Ending::Else,
                        _ => {
                            nodes.extend(self.action(&word)?);
                            continue;
                        }
                    };
                    self.next += 1;
                    if !inside {
                        return Err(format!("unexpected {{{{{}}}}}", word.text));
                    }
                    if ending == Ending::End {
                        self.expect(Kind::RightDelimiter, "end")?;
                    }
                    return Ok((nodes, ending));
                }
                _ => return Err(unexpected(&token, "input")),
            }
        }
    }

    fn action(&mut self, word: &Token) -> Result<Option<Node>, String> {
        if word.kind != Kind::Keyword {
            return Ok(Some(Node::Action(self.pipeline("command", Kind::RightDelimiter)?)));
        }
        self.next += 1;
        match word.text.as_str() {
            "if" => self.branch(BranchKind::If).map(Some),
            "with" => self.branch(BranchKind::With).map(Some),
            "range" => self.branch(BranchKind::Range).map(Some),
            "define" => self.define().map(|()| None),
            "block" => self.block(word.position).map(Some),
            "template" => self.template().map(Some),
            word => {
                if self.loops == 0 {
                    return Err(format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                self.expect(Kind::RightDelimiter, &format!("{{{{{word}}}}}"))?;
                Ok(Some(if word == "break" { Node::Break } else { Node::Continue }))
            }
        }
    }

    fn branch(&mut self, kind: BranchKind) -> Result<Node, String> {
        self.deeper()?;
        let known = self.variables.len();
        let context = match kind {
            BranchKind::If => "if",
            BranchKind::With => "with",
            BranchKind::Range => "range",
        };
        let pipeline = self.pipeline(context, Kind::RightDelimiter)?;
        self.loops += usize::from(kind == BranchKind::Range);
        let (then, ending) = self.list(true)?;
        self.loops -= usize::from(kind == BranchKind::Range);
        let mut otherwise = Vec::new();
        if ending == Ending::Else {
            self.skip_space();
            let chained = self.peek().kind == Kind::Keyword && self.peek().text == context;
            if chained && kind != BranchKind::Range {
                self.next += 1;
                otherwise.push(self.branch(kind)?);
            } else {
                self.expect(Kind::RightDelimiter, "else")?;
                let (nodes, ending) = self.list(true)?;
                if ending == Ending::Else {
                    return Err("expected end; found {{else}}".to_owned());
                }
                otherwise = nodes;
            }
        }
        self.variables.truncate(known);
        self.depth -= 1;
        Ok(Node::Branch(Branch { kind, pipeline, then, otherwise }))
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(format!("nested more than {DEEPEST} deep")) } else { Ok(()) }
    }

    fn define(&mut self) -> Result<(), String> {
        if self.depth > 0 {
            return Err("unexpected <define> in command".to_owned());
        }
        let name = self.name("define clause")?;
        self.expect(Kind::RightDelimiter, "define clause")?;
        self.body_of(name, "define clause")
    }

    fn block(&mut self, position: usize) -> Result<Node, String> {
        let name = self.name("block clause")?;
        let argument = self.pipeline("block clause", Kind::RightDelimiter)?;
        self.body_of(name.clone(), "block clause")?;
        Ok(Node::Template { position, name, argument: Some(argument) })
    }

    fn body_of(&mut self, name: String, context: &str) -> Result<(), String> {
        self.deeper()?;
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let (nodes, ending) = self.list(true)?;
        if ending != Ending::End {
            return Err(format!("unexpected {{{{else}}}} in {context}"));
        }
        self.variables = variables;
        self.depth -= 1;
        self.tree.named.insert(name, nodes);
        Ok(())
    }

    fn template(&mut self) -> Result<Node, String> {
        self.skip_space();
        let position = self.peek().position;
        let name = self.name("template clause")?;
        self.skip_space();
        let argument = if self.peek().kind == Kind::RightDelimiter {
            self.next += 1;
            None
        } else {
            Some(self.pipeline("template clause", Kind::RightDelimiter)?)
        };
        Ok(Node::Template { position, name, argument })
    }

    fn name(&mut self, context: &str) -> Result<String, String> {
        let token = self.take_word();
        match token.kind {
            Kind::Quoted | Kind::RawText => unquote(&token.text).ok_or_else(|| "invalid syntax".to_owned()),
            _ => Err(unexpected(&token, context)),
        }
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipeline, String> {
        self.skip_space();
        let mut pipeline = Pipeline { position: self.peek().position, ..Pipeline::default() };
        self.declarations(&mut pipeline, context)?;
        loop {
            let token = self.take_word();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::Character
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawText
                | Kind::Quoted
                | Kind::Variable
                | Kind::LeftParen => {
                    self.next -= 1;
                    let command = self.command()?;
                    pipeline.commands.push(command);
                }
                _ => return Err(unexpected(&token, context)),
            }
        }
        if pipeline.commands.is_empty() {
            return Err(format!("missing value for {context}"));
        }
        for (index, command) in pipeline.commands.iter().enumerate().skip(1) {
            if matches!(
                command.operands[0].kind,
                OperandKind::Dot | OperandKind::Nil | OperandKind::Literal(..)
            ) {
                return Err(format!("non executable command in pipeline stage {}", index + 1));
            }
        }
        Ok(pipeline)
    }

    /// `$i, $e :=` at the beginning of a pipeline.
    fn declarations(&mut self, pipeline: &mut Pipeline, context: &str) -> Result<(), String> {
        loop {
            self.skip_space();
            if self.peek().kind != Kind::Variable {
                return Ok(());
            }
            let before = self.next;
            let variable = self.take();
            self.skip_space();
            let token = self.take();
            match token.kind {
                Kind::Assign | Kind::Declare => {
                    pipeline.assigns = token.kind == Kind::Assign;
                    pipeline.variables.push(variable.text.clone());
                    self.variables.push(variable.text);
                    return Ok(());
                }
                Kind::Char if token.text == "," => {
                    pipeline.variables.push(variable.text.clone());
                    self.variables.push(variable.text);
                    if context != "range" || pipeline.variables.len() > 1 {
                        return Err(format!("too many declarations in {context}"));
                    }
                    self.skip_space();
                    if self.peek().kind != Kind::Variable {
                        return Err("range can only initialize variables".to_owned());
                    }
                }
                _ => {
                    self.next = before;
                    return Ok(());
                }
            }
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        let mut command = Command { position: self.peek().position, operands: Vec::new() };
        loop {
            self.skip_space();
            command.operands.extend(self.operand()?);
            match self.peek().kind {
                Kind::Space => {}
                Kind::RightDelimiter | Kind::RightParen => break,
                Kind::Pipe => {
                    self.next += 1;
                    self.skip_space();
                    if matches!(self.peek().kind, Kind::RightDelimiter | Kind::RightParen) {
                        return Err("missing value for command".to_owned());
                    }
                    break;
                }
                _ => {
                    let token = self.take();
                    return Err(unexpected(&token, "operand"));
                }
            }
        }
        if command.operands.is_empty() { Err("empty command".to_owned()) } else { Ok(command) }
    }

    fn operand(&mut self) -> Result<Option<Operand>, String> {
        let Some(mut operand) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(operand));
        }
        let position = self.peek().position;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.take().text[1..].to_owned());
        }
        match &mut operand.kind {
            OperandKind::Field(names) | OperandKind::Variable(_, names) => {
                names.append(&mut fields);
                operand.position = position;
                Ok(Some(operand))
            }
            OperandKind::Literal(..) | OperandKind::Nil => {
                Err(format!("unexpected . after term {}", go_quote(&operand.to_string())))
            }
            _ => Ok(Some(Operand { position, kind: OperandKind::Chain(Box::new(operand), fields) })),
        }
    }

    fn term(&mut self) -> Result<Option<Operand>, String> {
        self.skip_space();
        let token = self.take();
        let position = token.position;
        let text = token.text.clone();
        let kind = match token.kind {
            Kind::Identifier if is_function(&text) => OperandKind::Function(text),
            Kind::Identifier => return Err(format!("function {} not defined", go_quote(&text))),
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable if self.variables.contains(&text) => OperandKind::Variable(text, Vec::new()),
            Kind::Variable => return Err(format!("undefined variable {}", go_quote(&text))),
            Kind::Field => OperandKind::Field(vec![text[1..].to_owned()]),
            Kind::Bool => OperandKind::Literal((text == "true").into(), text),
            Kind::Number => {
                let number = number_of(&text).ok_or_else(|| format!("illegal number syntax: {text:?}"))?;
                OperandKind::Literal(number, text)
            }
            Kind::Character => {
                let c = unquote(&text).and_then(|text| text.chars().next());
                let c = c.ok_or_else(|| format!("malformed character constant: {text}"))?;
                OperandKind::Literal(u32::from(c).into(), text)
            }
            Kind::Quoted | Kind::RawText => {
                OperandKind::Literal(unquote(&text).ok_or("invalid syntax")?.into(), text)
            }
            Kind::LeftParen => {
                self.deeper()?;
                let pipeline = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.depth -= 1;
                OperandKind::Pipeline(pipeline)
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Operand { position, kind }))
    }
}

fn unexpected(token: &Token, context: &str) -> String {
    let shown = match token.kind {
        Kind::Wrong => return token.text.clone(),
        Kind::End => "EOF".to_owned(),
        Kind::Keyword => format!("<{}>", token.text),
        _ if token.text.len() > 10 => {
            let beginning: String = token.text.chars().take(10).collect();
            format!("{}...", go_quote(&beginning))
        }
        _ => go_quote(&token.text),
    };
    format!("unexpected {shown} in {context}")
}
