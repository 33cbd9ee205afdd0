//! Words of a Go template, as `text/template/parse` cuts them, its complaints included.

use crate::base::Value;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text outside of braces.
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    Field,
    Variable,
    Identifier,
    Keyword,
    Bool,
    Dot,
    Nil,
    Number,
    Character,
    Quoted,
    RawText,
    LeftParen,
    RightParen,
    Pipe,
    Declare,
    Assign,
    /// A single character that means something only to its neighbours, such as a comma.
    Char,
    End,
    /// What is no word; its text is the complaint, made when the parser comes here.
    Wrong,
}

/// A word with its place in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Byte that it begins at.
    pub(super) position: usize,
    pub(super) text: String,
}

const KEYWORDS: &[&str] =
    &["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];
const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// Cuts a template, up to the first thing that is no word.
pub(super) fn tokens(template: &str) -> Vec<Token> {
    let mut lexer = Lexer { template, position: 0, tokens: Vec::new(), open: 0 };
    if let Err(text) = lexer.run() {
        lexer.tokens.push(Token { kind: Kind::Wrong, position: lexer.position, text });
    }
    lexer.tokens
}

/// Line of a byte, counted from one.
pub(super) fn line_of(template: &str, position: usize) -> usize {
    1 + template.as_bytes()[..position.min(template.len())].iter().filter(|byte| **byte == b'\n').count()
}

struct Lexer<'t> {
    template: &'t str,
    position: usize,
    tokens: Vec<Token>,
    /// Parentheses that are still open.
    open: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.template[self.position..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let text = self.rest()[..length].to_owned();
        self.tokens.push(Token { kind, position: self.position, text });
        self.position += length;
    }

    fn run(&mut self) -> Result<(), String> {
        let mut trim = false;
        loop {
            if trim {
                self.position += self.rest().len() - self.rest().trim_start_matches(is_space).len();
            }
            let Some(start) = self.rest().find(LEFT) else {
                if !self.rest().is_empty() {
                    self.push(Kind::Text, self.rest().len());
                }
                self.push(Kind::End, 0);
                return Ok(());
            };
            let text = &self.rest()[..start];
            let inside = &self.rest()[start + LEFT.len()..];
            let trims_before = trims_left(inside);
            let kept = if trims_before { text.trim_end_matches(is_space) } else { text };
            if !kept.is_empty() {
                self.push(Kind::Text, kept.len());
            }
            self.position += start - kept.len();
            let marker = if trims_before { 2 } else { 0 };
            trim = match inside[marker..].starts_with("/*") {
                true => self.comment(LEFT.len() + marker)?,
                false => self.action(marker)?,
            };
        }
    }

    /// Leaves a comment out; tells whether the text after it is trimmed.
    fn comment(&mut self, skip: usize) -> Result<bool, String> {
        self.position += skip;
        let end = self.rest().find("*/").ok_or("unclosed comment")?;
        self.position += end + 2;
        let (closes, trims) = self.right_delimiter();
        if !closes {
            return Err("comment ends before closing delimiter".to_owned());
        }
        self.position += if trims { 2 + RIGHT.len() } else { RIGHT.len() };
        Ok(trims)
    }

    /// Whether the action ends here, and whether the text after it is trimmed.
    fn right_delimiter(&self) -> (bool, bool) {
        let rest = self.rest();
        let mut chars = rest.chars();
        if chars.next().is_some_and(is_space)
            && chars.as_str().starts_with('-')
            && rest[2..].starts_with(RIGHT)
        {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    fn action(&mut self, marker: usize) -> Result<bool, String> {
        self.push(Kind::LeftDelimiter, LEFT.len());
        self.position += marker;
        self.open = 0;
        loop {
            let (closes, trims) = self.right_delimiter();
            if closes {
                if self.open > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                self.position += if trims { 2 } else { 0 };
                self.push(Kind::RightDelimiter, RIGHT.len());
                return Ok(trims);
            }
            self.word()?;
        }
    }

    fn word(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Err("unclosed action".to_owned()) };
        match first {
            c if is_space(c) => {
                let mut length = rest.len() - rest.trim_start_matches(is_space).len();
                // The last space before a trimming end belongs to it.
                if length > 1 && rest[length..].starts_with("-}}") {
                    length -= 1;
                }
                self.push(Kind::Space, length);
            }
            '=' => self.push(Kind::Assign, 1),
            ':' if rest.starts_with(":=") => self.push(Kind::Declare, 2),
            ':' => return Err("expected :=".to_owned()),
            '|' => self.push(Kind::Pipe, 1),
            '"' => self.quoted('"', Kind::Quoted, "unterminated quoted string")?,
            '\'' => self.quoted('\'', Kind::Character, "unterminated character constant")?,
            '`' => {
                let end = rest[1..].find('`').ok_or("unterminated raw quoted string")?;
                self.push(Kind::RawText, end + 2);
            }
            '$' => self.named(Kind::Variable)?,
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.field()?,
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            c if is_alphanumeric(c) => self.identifier()?,
            '(' => {
                self.open += 1;
                self.push(Kind::LeftParen, 1);
            }
            ')' => {
                self.open = self.open.checked_sub(1).ok_or("unexpected right paren")?;
                self.push(Kind::RightParen, 1);
            }
            c if c.is_ascii_graphic() => self.push(Kind::Char, 1),
            c => return Err(format!("unrecognized character in action: {}", code_point(c))),
        }
        Ok(())
    }

    fn quoted(&mut self, end: char, kind: Kind, unterminated: &str) -> Result<(), String> {
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            match c {
                '\\' if chars.next().is_some_and(|(_, c)| c != '\n') => {}
                '\\' | '\n' => break,
                c if c == end => {
                    self.push(kind, index + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(unterminated.to_owned())
    }

    fn field(&mut self) -> Result<(), String> {
        let length = 1 + alphanumeric_length(&self.rest()[1..]);
        if length == 1 {
            self.push(Kind::Dot, 1);
            return Ok(());
        }
        self.named(Kind::Field)
    }

    /// A field or variable: one character, then letters and digits.
    fn named(&mut self, kind: Kind) -> Result<(), String> {
        let length = 1 + alphanumeric_length(&self.rest()[1..]);
        self.terminated(length)?;
        self.push(kind, length);
        Ok(())
    }

    fn identifier(&mut self) -> Result<(), String> {
        let length = alphanumeric_length(self.rest());
        self.terminated(length)?;
        let kind = match &self.rest()[..length] {
            "true" | "false" => Kind::Bool,
            "nil" => Kind::Nil,
            word if KEYWORDS.contains(&word) => Kind::Keyword,
            _ => Kind::Identifier,
        };
        self.push(kind, length);
        Ok(())
    }

    fn terminated(&self, length: usize) -> Result<(), String> {
        let rest = &self.rest()[length..];
        match rest.chars().next() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => Ok(()),
            Some(c) if is_space(c) || rest.starts_with(RIGHT) => Ok(()),
            Some(c) => Err(format!("bad character {}", code_point(c))),
        }
    }

    fn number(&mut self) -> Result<(), String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        let rest = self.rest();
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let text = &rest[..length];
        if number_of(text).is_none() {
            return Err(format!("bad number syntax: {text:?}"));
        }
        self.push(Kind::Number, length);
        Ok(())
    }
}

/// The value of a number as Go writes it: `12`, `0x1F`, `1_000`, `1.5e3`.
pub(super) fn number_of(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = digits.replace('_', "");
    let lower = plain.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((lower.strip_prefix(prefix)?.to_owned(), radix)));
    let (digits, radix) = match radix {
        Some(found) => found,
        None if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|b| b.is_ascii_digit()) => {
            (lower[1..].to_owned(), 8)
        }
        None => (lower.clone(), 10),
    };
    if let Ok(number) = i64::from_str_radix(&digits, radix) {
        return Some((sign * number).into());
    }
    let is_float = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let float: f64 = plain.parse().ok().filter(|_| is_float)?;
    Some(Value::from(if sign < 0 { -float } else { float })).filter(Value::is_number)
}

fn trims_left(inside: &str) -> bool {
    let mut chars = inside.chars();
    chars.next() == Some('-') && chars.next().is_some_and(is_space)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn alphanumeric_length(text: &str) -> usize {
    text.find(|c| !is_alphanumeric(c)).unwrap_or(text.len())
}

fn code_point(c: char) -> String {
    format!("U+{:04X} '{c}'", u32::from(c))
}
