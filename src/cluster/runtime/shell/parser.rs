//! Tokens → steps: lists, pipelines, loops, conditions, functions.

use super::ast::{Op, Part, Program, Redirect, RedirectKind, Simple, SyntaxError, Word};
use super::lexer::{Token, tokens};

const CLOSERS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}"];

/// Compiles a script.
pub(super) fn parse(text: &str) -> Result<Program, SyntaxError> {
    parse_nested(text, 0)
}

/// Compiles a script inside a script.
pub(super) fn parse_nested(text: &str, depth: usize) -> Result<Program, SyntaxError> {
    let mut parser =
        Parser { tokens: tokens(text, depth)?, at: 0, loops: Vec::new(), tested: false, depth: 0, cases: 0 };
    let mut program = Program::new();
    parser.list(&mut program)?;
    match parser.peek() {
        None => Ok(program),
        Some(token) => Err(unexpected(token)),
    }
}

/// A loop being compiled: where `continue` goes, and the `break`s that wait for its end.
struct Loop {
    start: usize,
    breaks: Vec<usize>,
    redirects: usize,
    cases: usize,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    loops: Vec<Loop>,
    /// Whether the status of what is being compiled will be looked at.
    tested: bool,
    /// Compound redirections around the present place.
    depth: usize,
    /// `case`s around the present place.
    cases: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&self) -> Option<&str> {
        match self.peek()? {
            Token::Word(word) => word.bare(),
            _ => None,
        }
    }

    fn is_operator(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Token::Operator(found)) if *found == operator)
    }

    fn take_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword() == Some(keyword);
        self.at += usize::from(found);
        found
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.wrong(keyword)) }
    }

    fn wrong(&self, expected: &str) -> SyntaxError {
        match self.peek() {
            Some(token) => unexpected(token),
            None => SyntaxError::Incomplete(format!(
                "syntax error: unexpected end of file (expecting \"{expected}\")"
            )),
        }
    }

    fn skip_newlines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
    }

    /// Commands separated by `;`, `&` and line ends, up to what closes them.
    fn list(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        loop {
            while matches!(self.peek(), Some(Token::Newline)) || self.is_operator(";") {
                self.at += 1;
            }
            let closed = self.keyword().is_some_and(|word| CLOSERS.contains(&word));
            if self.peek().is_none() || closed || self.is_operator(")") || self.is_operator(";;") {
                return Ok(());
            }
            let start = program.len();
            self.and_or(program)?;
            if self.take_operator("&") {
                let mut background = program.split_off(start);
                relocate(&mut background, start);
                program.push(Op::Background(background));
            } else if !self.is_operator(";")
                && !matches!(self.peek(), None | Some(Token::Newline))
                && !self.is_operator(")")
                && !self.is_operator(";;")
            {
                return match self.peek() {
                    Some(token) => Err(unexpected(token)),
                    None => Ok(()),
                };
            }
        }
    }

    fn and_or(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut start = program.len();
        self.pipeline(program)?;
        while self.is_operator("&&") || self.is_operator("||") {
            for op in &mut program[start..] {
                if let Op::Simple(simple) = op {
                    simple.tested = true;
                }
            }
            let and = self.is_operator("&&");
            self.at += 1;
            self.skip_newlines();
            let jump = program.len();
            program.push(Op::Jump(0));
            start = program.len();
            self.pipeline(program)?;
            let end = program.len();
            program[jump] = if and { Op::JumpIfFailed(end) } else { Op::JumpIfSucceeded(end) };
        }
        Ok(())
    }

    fn pipeline(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let negate = self.take_keyword("!");
        let outer = self.tested;
        self.tested |= negate;
        let start = program.len();
        self.command(program)?;
        if self.is_operator("|") {
            let mut first = program.split_off(start);
            relocate(&mut first, start);
            let mut stages = vec![first];
            while self.take_operator("|") {
                self.skip_newlines();
                let mut stage = Program::new();
                // A stage is a program of its own: loops outside cannot be left from inside.
                let loops = std::mem::take(&mut self.loops);
                self.command(&mut stage)?;
                self.loops = loops;
                stages.push(stage);
            }
            program.push(Op::Pipeline(stages));
        }
        if negate {
            program.push(Op::Negate);
        }
        self.tested = outer;
        Ok(())
    }

    fn command(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let start = program.len();
        program.push(Op::RedirectBegin(Vec::new()));
        self.depth += 1;
        let compound = self.compound(program);
        self.depth -= 1;
        if !compound? {
            program.truncate(start);
            return self.simple(program);
        }
        let redirects = self.redirects()?;
        if let Op::RedirectBegin(list) = &mut program[start] {
            *list = redirects;
        }
        program.push(Op::RedirectEnd);
        Ok(())
    }

    /// A compound command; false when there is none here.
    fn compound(&mut self, program: &mut Program) -> Result<bool, SyntaxError> {
        if self.take_operator("(") {
            let mut inner = Program::new();
            let loops = std::mem::take(&mut self.loops);
            self.list(&mut inner)?;
            self.loops = loops;
            if !self.take_operator(")") {
                return Err(self.wrong(")"));
            }
            program.push(Op::Subshell(inner));
            return Ok(true);
        }
        match self.keyword() {
            Some("if") => self.if_clause(program)?,
            Some("while") => self.while_clause(program, true)?,
            Some("until") => self.while_clause(program, false)?,
            Some("for") => self.for_clause(program)?,
            Some("case") => self.case_clause(program)?,
            Some("{") => {
                self.at += 1;
                self.list(program)?;
                self.expect_keyword("}")?;
            }
            Some(name) if self.is_function(name) => self.function(program)?,
            Some(closer) if CLOSERS.contains(&closer) => return Err(self.wrong("command")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn condition(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let outer = std::mem::replace(&mut self.tested, true);
        self.list(program)?;
        self.tested = outer;
        Ok(())
    }

    fn if_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut ends = Vec::new();
        self.at += 1;
        loop {
            self.condition(program)?;
            self.expect_keyword("then")?;
            let skip = program.len();
            program.push(Op::Jump(0));
            self.list(program)?;
            ends.push(program.len());
            program.push(Op::Jump(0));
            program[skip] = Op::JumpIfFailed(program.len());
            if self.take_keyword("elif") {
                continue;
            }
            if self.take_keyword("else") {
                self.list(program)?;
            } else {
                program.push(Op::SetStatus(0));
            }
            self.expect_keyword("fi")?;
            break;
        }
        let end = program.len();
        for at in ends {
            program[at] = Op::Jump(end);
        }
        Ok(())
    }

    fn while_clause(&mut self, program: &mut Program, positive: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        let start = program.len();
        self.condition(program)?;
        let leave = program.len();
        program.push(Op::Jump(0));
        self.loop_body(program, start)?;
        // What a finished condition leaves behind is not the loop's status.
        let end = program.len();
        program.push(Op::SetStatus(0));
        program[leave] = if positive { Op::JumpIfFailed(end) } else { Op::JumpIfSucceeded(end) };
        Ok(())
    }

    /// `do … done`, jumping back to `start`; `break` lands behind the jump.
    fn loop_body(&mut self, program: &mut Program, start: usize) -> Result<(), SyntaxError> {
        while matches!(self.peek(), Some(Token::Newline)) || self.is_operator(";") {
            self.at += 1;
        }
        self.expect_keyword("do")?;
        self.loops.push(Loop { start, breaks: Vec::new(), redirects: self.depth, cases: self.cases });
        self.list(program)?;
        self.expect_keyword("done")?;
        program.push(Op::Jump(start));
        let end = program.len();
        for at in self.loops.pop().map(|finished| finished.breaks).unwrap_or_default() {
            program[at] = Op::Jump(end);
        }
        Ok(())
    }

    fn for_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.at += 1;
        let variable = self.keyword().map(str::to_owned).ok_or_else(|| self.wrong("name"))?;
        self.at += 1;
        self.skip_newlines();
        let words = if self.take_keyword("in") {
            let mut words = Vec::new();
            while let Some(Token::Word(word)) = self.peek() {
                words.push(word.clone());
                self.at += 1;
            }
            Some(words)
        } else {
            None
        };
        program.push(Op::ForBegin(words));
        let start = program.len();
        program.push(Op::Jump(0));
        self.loop_body(program, start)?;
        let end = program.len();
        program[start] = Op::ForNext { variable, end };
        program.push(Op::ForEnd);
        Ok(())
    }

    fn case_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.at += 1;
        let Some(Token::Word(word)) = self.peek().cloned() else { return Err(self.wrong("word")) };
        self.at += 1;
        program.push(Op::CaseBegin(word));
        self.skip_newlines();
        self.expect_keyword("in")?;
        let mut ends = Vec::new();
        self.cases += 1;
        loop {
            self.skip_newlines();
            if self.take_keyword("esac") {
                break;
            }
            self.take_operator("(");
            let mut patterns = Vec::new();
            while let Some(Token::Word(pattern)) = self.peek() {
                patterns.push(pattern.clone());
                self.at += 1;
                if !self.take_operator("|") {
                    break;
                }
            }
            if !self.take_operator(")") {
                return Err(self.wrong(")"));
            }
            let test = program.len();
            program.push(Op::Jump(0));
            self.list(program)?;
            ends.push(program.len());
            program.push(Op::Jump(0));
            program[test] = Op::CaseTest { patterns, otherwise: program.len() };
            self.take_operator(";;");
        }
        let end = program.len();
        for at in ends {
            program[at] = Op::Jump(end);
        }
        self.cases -= 1;
        program.push(Op::CaseEnd);
        Ok(())
    }

    fn is_function(&self, name: &str) -> bool {
        let next = |offset: usize, operator: &str| matches!(self.tokens.get(self.at + offset), Some(Token::Operator(found)) if *found == operator);
        name == "function" || next(1, "(") && next(2, ")")
    }

    fn function(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.take_keyword("function");
        let name = self.keyword().unwrap_or_default().to_owned();
        self.at += 1;
        if self.take_operator("(") && !self.take_operator(")") {
            return Err(self.wrong(")"));
        }
        self.skip_newlines();
        let mut body = Program::new();
        let (loops, depth) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.depth));
        self.command(&mut body)?;
        (self.loops, self.depth) = (loops, depth);
        program.push(Op::Define(name, body));
        Ok(())
    }

    fn redirects(&mut self) -> Result<Vec<Redirect>, SyntaxError> {
        let mut redirects = Vec::new();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
        }
        Ok(redirects)
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, SyntaxError> {
        let number = match self.peek() {
            Some(Token::Descriptor(number)) => Some(*number),
            _ => None,
        };
        let Some(Token::Operator(operator)) = self.tokens.get(self.at + usize::from(number.is_some())) else {
            return Ok(None);
        };
        let (kind, default) = match *operator {
            "<" => (RedirectKind::Read, 0),
            ">" | ">|" => (RedirectKind::Write, 1),
            ">>" => (RedirectKind::Append, 1),
            ">&" => (RedirectKind::Duplicate, 1),
            "<&" => (RedirectKind::Duplicate, 0),
            "<<" | "<<-" | "<<<" => (RedirectKind::Document, 0),
            _ => return Ok(None),
        };
        let here_string = *operator == "<<<";
        self.at += 1 + usize::from(number.is_some());
        let mut target = match self.peek() {
            Some(Token::Word(word) | Token::Document(word)) => word.clone(),
            _ => return Err(self.wrong("word")),
        };
        if here_string {
            target.0.push(Part::Quoted("\n".to_owned()));
        }
        self.at += 1;
        Ok(Some(Redirect { descriptor: number.unwrap_or(default), kind, target }))
    }

    fn simple(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut simple = Simple { tested: self.tested, ..Simple::default() };
        loop {
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
                continue;
            }
            let Some(Token::Word(word)) = self.peek().cloned() else { break };
            self.at += 1;
            match assignment(&word).filter(|_| simple.words.is_empty()) {
                Some(assignment) => simple.assignments.push(assignment),
                None => simple.words.push(word),
            }
        }
        if simple == (Simple { tested: self.tested, ..Simple::default() }) {
            return Err(self.wrong("command"));
        }
        self.push_simple(simple, program);
        Ok(())
    }

    /// `break` and `continue` become jumps; everything else is a step.
    fn push_simple(&mut self, simple: Simple, program: &mut Program) {
        let (depth, cases) = (self.depth, self.cases);
        if let ([word], Some(inner)) = (simple.words.as_slice(), self.loops.last_mut())
            && let Some(keyword @ ("break" | "continue")) = word.bare()
        {
            for _ in inner.redirects..depth {
                program.push(Op::RedirectEnd);
            }
            for _ in inner.cases..cases {
                program.push(Op::CaseEnd);
            }
            if keyword == "break" {
                inner.breaks.push(program.len());
                program.push(Op::Jump(0));
            } else {
                program.push(Op::Jump(inner.start));
            }
            return;
        }
        program.push(Op::Simple(simple));
    }
}

/// `NAME=word`.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Bare(first)) = word.0.first() else { return None };
    let (name, rest) = first.split_once('=')?;
    let plain = name.strip_suffix('+').unwrap_or(name);
    let plain = plain.split_once('[').filter(|_| plain.ends_with(']')).map_or(plain, |(plain, _)| plain);
    let valid = !plain.is_empty()
        && !plain.starts_with(|first: char| first.is_ascii_digit())
        && plain.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !valid {
        return None;
    }
    let mut parts = word.0.clone();
    parts[0] = Part::Bare(rest.to_owned());
    Some((name.to_owned(), Word(parts)))
}

/// Jumps inside a piece that was cut out at `start` count from its own beginning.
fn relocate(program: &mut Program, start: usize) {
    for op in program {
        match op {
            Op::Jump(to) | Op::JumpIfFailed(to) | Op::JumpIfSucceeded(to) => *to -= start,
            Op::ForNext { end, .. } => *end -= start,
            Op::CaseTest { otherwise, .. } => *otherwise -= start,
            _ => {}
        }
    }
}

fn unexpected(token: &Token) -> SyntaxError {
    let text = match token {
        Token::Word(word) => word.bare().unwrap_or("word").to_owned(),
        Token::Operator(operator) => (*operator).to_owned(),
        Token::Newline => "newline".to_owned(),
        Token::Descriptor(number) => number.to_string(),
        Token::Document(_) => "redirection".to_owned(),
    };
    SyntaxError::Wrong(format!("syntax error: unexpected {text:?}"))
}
