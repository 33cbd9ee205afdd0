//! The grammar of label selectors as people type them: `app=web,tier in (a,b),!old`.
//!
//! Follows `k8s.io/apimachinery/pkg/labels/selector.go`, its errors included.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

use super::{Operator, Requirement};
use crate::apimachinery::names::{validate_label_key, validate_label_value};

const BINARY_OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

/// Parses a selector into its requirements, in the order typed.
pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser { tokens: lex(text), next: 0 };
    parser.parse()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    End,
    /// Anything that is no symbol; `in` and `notin` are keywords only after a key.
    Word(String),
    Symbol(&'static str),
    Error(String),
}

impl Token {
    fn literal(&self) -> &str {
        match self {
            Self::End => "",
            Self::Word(text) | Self::Error(text) => text,
            Self::Symbol(symbol) => symbol,
        }
    }
}

fn is_symbol(c: char) -> bool {
    "=!(),><".contains(c)
}

fn lex(text: &str) -> Vec<Token> {
    let mut characters = text.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(&first) = characters.peek() {
        if [' ', '\t', '\r', '\n'].contains(&first) {
            characters.next();
        } else if is_symbol(first) {
            tokens.push(lex_symbol(&mut characters));
        } else {
            let mut word = String::new();
            while let Some(c) = characters.next_if(|c| !is_symbol(*c) && !" \t\r\n".contains(*c)) {
                word.push(c);
            }
            tokens.push(Token::Word(word));
        }
    }
    tokens
}

/// The longest symbol that starts here.
fn lex_symbol(characters: &mut Peekable<Chars<'_>>) -> Token {
    const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];
    let rest: String = characters.clone().take(2).collect();
    let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) else {
        return Token::Error(format!("error expected: keyword found '{rest}'"));
    };
    characters.nth(symbol.len() - 1);
    Token::Symbol(symbol)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> Token {
        self.tokens.get(self.next).cloned().unwrap_or(Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn parse(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Symbol("!") => {
                    let requirement = self
                        .requirement()
                        .map_err(|error| format!("unable to parse requirement: {error}"))?;
                    requirements.push(requirement);
                }
                Token::End => return Ok(requirements),
                other => {
                    let found = other.literal();
                    return Err(format!("found '{found}', expected: !, identifier, or 'end of string'"));
                }
            }
            match self.take() {
                Token::End => return Ok(requirements),
                Token::Symbol(",") => {
                    let after = self.peek();
                    if !matches!(after, Token::Word(_) | Token::Symbol("!")) {
                        return Err(format!("found '{}', expected: identifier after ','", after.literal()));
                    }
                }
                other => {
                    return Err(format!("found '{}', expected: ',' or 'end of string'", other.literal()));
                }
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.take();
        let negated = token == Token::Symbol("!");
        if negated {
            token = self.take();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.literal()));
        };
        let wrong = validate_label_key(&key);
        if !wrong.is_empty() {
            return Err(format!("<nil>: Invalid value: {key:?}: {}", wrong.join("; ")));
        }
        if negated {
            return Ok(Requirement::new(key, Operator::DoesNotExist, BTreeSet::new()));
        }
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(Requirement::new(key, Operator::Exists, BTreeSet::new()));
        }
        let operator = self.operator()?;
        let values = if matches!(operator, Operator::In | Operator::NotIn) {
            self.values()?
        } else {
            BTreeSet::from([self.exact_value()?])
        };
        validate(&key, operator, &values)?;
        Ok(Requirement::new(key, operator, values))
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let token = self.take();
        Ok(match token.literal() {
            "in" => Operator::In,
            "notin" => Operator::NotIn,
            "=" => Operator::Equals,
            "==" => Operator::DoubleEquals,
            "!=" => Operator::NotEquals,
            ">" => Operator::GreaterThan,
            "<" => Operator::LessThan,
            other => return Err(format!("found '{other}', expected: {BINARY_OPERATORS}")),
        })
    }

    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        let open = self.take();
        if open != Token::Symbol("(") {
            return Err(format!("found '{}' expected: '('", open.literal()));
        }
        let first = self.peek();
        match first {
            Token::Word(_) | Token::Symbol(",") => {
                let values = self.identifiers()?;
                if self.take() != Token::Symbol(")") {
                    return Err(format!("found '{}', expected: ')'", first.literal()));
                }
                Ok(values)
            }
            Token::Symbol(")") => {
                self.take();
                Ok(BTreeSet::new())
            }
            other => Err(format!("found '{}', expected: ',', ')' or identifier", other.literal())),
        }
    }

    fn identifiers(&mut self) -> Result<BTreeSet<String>, String> {
        let mut values = BTreeSet::new();
        loop {
            match self.take() {
                Token::Word(value) => {
                    values.insert(value);
                    match self.peek() {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => return Ok(values),
                        other => return Err(format!("found '{}', expected: ',' or ')'", other.literal())),
                    }
                }
                Token::Symbol(",") => {
                    if values.is_empty() {
                        values.insert(String::new());
                    }
                    let after = self.peek();
                    if after == Token::Symbol(",") {
                        self.take();
                    }
                    if matches!(after, Token::Symbol("," | ")")) {
                        values.insert(String::new());
                    }
                    if after == Token::Symbol(")") {
                        return Ok(values);
                    }
                }
                other => return Err(format!("found '{}', expected: ',', or identifier", other.literal())),
            }
        }
    }

    fn exact_value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(String::new());
        }
        match self.take() {
            Token::Word(value) => Ok(value),
            other => Err(format!("found '{}', expected: identifier", other.literal())),
        }
    }
}

fn validate(key: &str, operator: Operator, values: &BTreeSet<String>) -> Result<(), String> {
    if values.is_empty() {
        return Err(
            "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty".to_owned()
        );
    }
    if matches!(operator, Operator::GreaterThan | Operator::LessThan)
        && let Some(value) = values.iter().find(|value| value.parse::<i64>().is_err())
    {
        return Err(format!(
            "values[0]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
        ));
    }
    for (index, value) in values.iter().enumerate() {
        let wrong = validate_label_value(value);
        if !wrong.is_empty() {
            return Err(format!("values[{index}][{key}]: Invalid value: {value:?}: {}", wrong.join("; ")));
        }
    }
    Ok(())
}
