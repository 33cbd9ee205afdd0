//! Compound commands → steps: conditions, loops, `case`, functions.

use super::ast::{Op, Program, SyntaxError};
use super::lexer::Token;
use super::parser::{Loop, Parser, is_name};

impl Parser {
    pub(super) fn if_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
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

    pub(super) fn while_clause(&mut self, program: &mut Program, positive: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        let start = program.len();
        self.condition(program)?;
        let leave = program.len();
        program.push(Op::Jump(0));
        self.loop_body(program, start, false)?;
        // What a finished condition leaves behind is not the loop's status.
        let end = program.len();
        program.push(Op::SetStatus(0));
        program[leave] = if positive { Op::JumpIfFailed(end) } else { Op::JumpIfSucceeded(end) };
        Ok(())
    }

    /// `do … done`, jumping back to `start`; `break` lands behind the jump.
    pub(super) fn loop_body(
        &mut self,
        program: &mut Program,
        start: usize,
        is_for: bool,
    ) -> Result<(), SyntaxError> {
        while matches!(self.peek(), Some(Token::Newline)) || self.is_operator(";") {
            self.at += 1;
        }
        self.expect_keyword("do")?;
        let (redirects, cases) = (self.depth, self.cases);
        self.loops.push(Loop { start, breaks: Vec::new(), redirects, cases, is_for });
        self.list(program)?;
        self.expect_keyword("done")?;
        program.push(Op::Jump(start));
        let end = program.len();
        for at in self.loops.pop().map(|finished| finished.breaks).unwrap_or_default() {
            program[at] = Op::Jump(end);
        }
        Ok(())
    }

    pub(super) fn for_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.at += 1;
        if self.manner.bash && self.is_doubled() {
            return self.counting_for(program);
        }
        let name = self.keyword().filter(|name| is_name(name)).map(str::to_owned);
        let bad = || SyntaxError::Wrong("syntax error: bad for loop variable".to_owned());
        let variable = match self.peek() {
            None => return Err(self.wrong("name")),
            Some(_) => name.ok_or_else(bad)?,
        };
        self.at += 1;
        self.skip_newlines();
        let words = if self.take_keyword("in") {
            let mut words = Vec::new();
            while let Some(Token::Word(word)) = self.peek() {
                words.push(word.clone());
                self.at += 1;
            }
            if self.peek().is_none() {
                return Err(self.wrong(""));
            }
            Some(words)
        } else {
            None
        };
        program.push(Op::ForBegin(words));
        let start = program.len();
        program.push(Op::Jump(0));
        self.loop_body(program, start, true)?;
        let end = program.len();
        program[start] = Op::ForNext { variable, end };
        program.push(Op::ForEnd);
        Ok(())
    }

    pub(super) fn case_clause(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
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

    pub(super) fn is_function(&self, name: &str) -> bool {
        let next = |offset: usize, operator: &str| matches!(self.tokens.get(self.at + offset), Some(Token::Operator(found)) if *found == operator);
        name == "function" && !self.manner.dash || next(1, "(") && next(2, ")")
    }

    pub(super) fn function(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.take_keyword("function");
        let name = self.keyword().unwrap_or_default().to_owned();
        self.at += 1;
        if self.take_operator("(") && !self.take_operator(")") {
            return Err(self.wrong(")"));
        }
        self.skip_newlines();
        let mut body = Program::new();
        let (loops, depth) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.depth));
        let compiled = self.command(&mut body);
        (self.loops, self.depth) = (loops, depth);
        compiled?;
        program.push(Op::Define(name, body));
        Ok(())
    }
}
