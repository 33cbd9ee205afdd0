//! Redirections behind and between the words of a command.

use super::ast::{Part, Redirect, RedirectKind, SyntaxError};
use super::lexer::Token;
use super::parser::{Parser, errors_to_output};

impl Parser {
    pub(super) fn redirects(&mut self) -> Result<Vec<Redirect>, SyntaxError> {
        let mut redirects = Vec::new();
        while self.redirect(&mut redirects)? {}
        Ok(redirects)
    }

    /// One redirection; false when there is none here.
    pub(super) fn redirect(&mut self, redirects: &mut Vec<Redirect>) -> Result<bool, SyntaxError> {
        let number = match self.peek() {
            Some(Token::Descriptor(number)) => Some(*number),
            _ => None,
        };
        let Some(Token::Operator(operator)) = self.tokens.get(self.at + usize::from(number.is_some())) else {
            return Ok(false);
        };
        let both = *operator == "&>";
        let (kind, default) = match *operator {
            "<" => (RedirectKind::Read, 0),
            ">" => (RedirectKind::Write, 1),
            ">|" => (RedirectKind::Force, 1),
            "&>" => (RedirectKind::Write, 1),
            ">>" => (RedirectKind::Append, 1),
            ">&" => (RedirectKind::Duplicate, 1),
            "<&" => (RedirectKind::Duplicate, 0),
            "<<" | "<<-" | "<<<" => (RedirectKind::Document, 0),
            _ => return Ok(false),
        };
        let here_string = *operator == "<<<";
        self.at += 1 + usize::from(number.is_some());
        let mut target = match self.peek() {
            Some(Token::Word(word) | Token::Document(word)) => word.clone(),
            Some(Token::Operator("(" | "<" | ">")) if self.manner.bash => {
                let message = "not simulated: process substitution; use a pipeline or a file";
                return Err(SyntaxError::Wrong(message.to_owned()));
            }
            _ => return Err(self.wrong("")),
        };
        if here_string {
            target.0.push(Part::Quoted("\n".to_owned()));
        }
        self.at += 1;
        redirects.push(Redirect { descriptor: number.unwrap_or(default), kind, target });
        if both {
            redirects.push(errors_to_output());
        }
        Ok(true)
    }
}
