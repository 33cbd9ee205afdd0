//! What stands between quotes, braces and parentheses.

use super::ast::SyntaxError;
use super::escapes::unescaped;
use super::lexer::{DEPTH_MAX, Lexer, too_deep, unterminated};

impl Lexer {
    /// The text up to the closing sign that belongs to what was just opened.
    pub(super) fn until_closed(&mut self, end: &str) -> Result<String, SyntaxError> {
        let (open, close) = if end == "}" { ('{', '}') } else { ('(', ')') };
        let (start, mut depth) = (self.at, 0_usize);
        while let Some(next) = self.peek() {
            if depth == 0 && self.starts_with(end) {
                let text = self.chars[start..self.at].iter().collect();
                self.at += end.len();
                return Ok(text);
            }
            match next {
                '\\' => self.at += 1,
                '\'' => {
                    self.single_quoted()?;
                    continue;
                }
                '"' => self.skip_double_quoted()?,
                next if next == open => depth += 1,
                next if next == close => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        Err(match end {
            "}" => SyntaxError::Incomplete("syntax error: missing '}'".to_owned()),
            "))" => SyntaxError::Incomplete("syntax error: missing '))'".to_owned()),
            _ => SyntaxError::Incomplete("syntax error: unexpected end of file (expecting \")\")".to_owned()),
        })
    }

    /// Goes to the closing quote of what stands in double quotes.
    pub(super) fn skip_double_quoted(&mut self) -> Result<(), SyntaxError> {
        self.at += 1;
        while let Some(next) = self.peek().filter(|next| *next != '"') {
            self.at += 1;
            match next {
                '\\' => self.at += 1,
                '$' if self.peek() == Some('(') => {
                    self.at += 1;
                    self.quotes += 1;
                    if self.quotes > DEPTH_MAX {
                        return Err(too_deep());
                    }
                    self.until_closed(")")?;
                    self.quotes -= 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The text up to the next backquote, one level of backslashes taken off.
    pub(super) fn backquoted(&mut self) -> Result<String, SyntaxError> {
        let mut text = String::new();
        loop {
            let next = self.peek().ok_or_else(|| {
                SyntaxError::Incomplete("syntax error: EOF in backquote substitution".to_owned())
            })?;
            self.at += 1;
            match (next, self.peek()) {
                ('`', _) => return Ok(text),
                ('\\', Some(escaped @ ('$' | '`' | '\\'))) => {
                    text.push(escaped);
                    self.at += 1;
                }
                _ => text.push(next),
            }
        }
    }

    /// `$'…'`, whose backslashes stand for characters.
    pub(super) fn escaped_quoted(&mut self) -> Result<String, SyntaxError> {
        let mut raw = String::new();
        self.at += 1;
        loop {
            let next = self.peek().ok_or_else(|| unterminated("quoted string"))?;
            self.at += 1;
            match next {
                '\'' => return Ok(unescaped(&raw)),
                '\\' => {
                    raw.push(next);
                    raw.extend(self.peek());
                    self.at += 1;
                }
                next => raw.push(next),
            }
        }
    }

    pub(super) fn single_quoted(&mut self) -> Result<String, SyntaxError> {
        self.at += 1;
        let text: String = self.chars[self.at..].iter().take_while(|character| **character != '\'').collect();
        self.at += text.chars().count() + 1;
        if self.at > self.chars.len() { Err(unterminated("quoted string")) } else { Ok(text) }
    }
}
