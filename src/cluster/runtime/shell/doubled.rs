//! `[[ … ]]`, `(( … ))` and `for (( … ; … ; … ))`.

use super::ast::{Condition, Op, Part, Program, SyntaxError, Word};
use super::lexer::{Token, expanding};
use super::parser::Parser;

impl Parser {
    /// `[[ … ]]`: the words up to the end, operators as words that are not quoted.
    pub(super) fn double_brackets(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut condition =
            Condition { tested: self.tested, line: self.line_number(), ..Condition::default() };
        self.at += 1;
        let mut is_pattern = false;
        loop {
            if std::mem::take(&mut is_pattern) {
                let pattern = self.expression_word();
                condition.words.push(pattern);
            }
            match self.peek().cloned() {
                Some(Token::Word(word)) if word.bare() == Some("]]") => break,
                Some(Token::Word(word)) => {
                    is_pattern = word.bare() == Some("=~");
                    condition.words.push(word);
                }
                Some(Token::Operator(sign @ ("&&" | "||" | "(" | ")" | "<" | ">"))) => {
                    condition.words.push(Word(vec![Part::Bare(sign.to_owned())]));
                }
                Some(Token::Newline) => {}
                _ => return Err(self.wrong("]]")),
            }
            self.at += 1;
        }
        self.at += 1;
        program.push(Op::Condition(condition));
        Ok(())
    }

    /// The word behind `=~`, in which parentheses and bars are no operators.
    fn expression_word(&mut self) -> Word {
        let mut parts = Vec::new();
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Word(word) if word.bare() == Some("]]") => break,
                Token::Word(word) => parts.extend(word.0.clone()),
                Token::Operator("&&" | "||") if depth == 0 => break,
                Token::Operator(sign) => {
                    depth = match *sign {
                        "(" => depth + 1,
                        ")" => depth.saturating_sub(1),
                        _ => depth,
                    };
                    parts.push(Part::Bare((*sign).to_owned()));
                }
                _ => break,
            }
            self.at += 1;
        }
        Word(parts)
    }

    /// Whether two parentheses open here.
    pub(super) fn is_doubled(&self) -> bool {
        let opens = |at: usize| matches!(self.tokens.get(at), Some(Token::Operator("(")));
        opens(self.at) && opens(self.at + 1)
    }

    /// `(( … ))`.
    pub(super) fn arithmetic(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut parts = self.expressions()?;
        if parts.len() != 1 {
            return Err(self.wrong("))"));
        }
        program.push(Op::Arithmetic { text: parts.pop().unwrap_or_default(), tested: self.tested });
        Ok(())
    }

    /// `for (( … ; … ; … ))`.
    pub(super) fn counting_for(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let parts = self.expressions()?;
        let [first, condition, next] = parts.as_slice() else { return Err(self.wrong("))")) };
        let op = |text: &Word| Op::Arithmetic { text: text.clone(), tested: true };
        program.push(op(first));
        // The step comes before the condition, and is jumped over the first time.
        let skip = program.len();
        program.push(Op::Jump(skip + 2));
        let start = program.len();
        program.push(op(next));
        program[skip] = Op::Jump(program.len());
        let endless =
            condition.0.iter().all(|part| matches!(part, Part::Quoted(text) if text.trim().is_empty()));
        program.push(if endless { Op::SetStatus(0) } else { op(condition) });
        let leave = program.len();
        program.push(Op::Jump(0));
        self.loop_body(program, start, false)?;
        let end = program.len();
        program.push(Op::SetStatus(0));
        program[leave] = Op::JumpIfFailed(end);
        Ok(())
    }

    /// What stands between doubled parentheses, cut at semicolons.
    fn expressions(&mut self) -> Result<Vec<Word>, SyntaxError> {
        self.at += 2;
        let (mut texts, mut depth) = (vec![Word::default()], 0_usize);
        loop {
            let Some(token) = self.peek().cloned() else { return Err(self.wrong("))")) };
            self.at += 1;
            let piece = match token {
                Token::Operator(")") if depth == 0 => {
                    return if self.take_operator(")") { Ok(texts) } else { Err(self.wrong("))")) };
                }
                Token::Operator(";") => {
                    texts.push(Word::default());
                    continue;
                }
                Token::Operator(";;") => {
                    texts.extend([Word::default(), Word::default()]);
                    continue;
                }
                Token::Operator(sign) => {
                    depth = match sign {
                        "(" => depth + 1,
                        ")" => depth.saturating_sub(1),
                        _ => depth,
                    };
                    vec![Part::Quoted(sign.to_owned())]
                }
                Token::Descriptor(number) => vec![Part::Quoted(number.to_string())],
                Token::Word(word) => match word.bare() {
                    Some(text) => expanding(text, self.manner)?.0,
                    None => word.0,
                },
                _ => continue,
            };
            if let Some(Word(parts)) = texts.last_mut() {
                parts.extend(piece);
                // `a < b` and `i += 1` were several words, `i ++` stays what it is.
                if !matches!(parts.last(), Some(Part::Quoted(text)) if "<>=&|!+-*/%".contains(text.as_str()))
                {
                    parts.push(Part::Quoted(" ".to_owned()));
                }
            }
        }
    }
}
