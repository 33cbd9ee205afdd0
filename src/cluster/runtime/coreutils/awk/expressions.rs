//! Expressions of awk from their words, the loosest operator first.

use super::ast::{Expression, Place};
use super::lexer::Token;
use super::parser::{Parsed, Parser, is_keyword};

const COMPARISONS: &[&str] = &["<", "<=", "==", "!=", ">", ">="];

impl Parser {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Parsed<Expression> {
        let left = self.choice()?;
        let Some(sign) = self.sign() else { return Ok(left) };
        let operator = match sign {
            "=" => None,
            "+=" | "-=" | "*=" | "/=" | "%=" | "^=" => sign.chars().next(),
            _ => return Ok(left),
        };
        let place = match left {
            Expression::Place(place) => place,
            _ => return Err("Unexpected token".to_owned()),
        };
        self.next();
        self.newlines();
        Ok(Expression::Assign(place, operator, Box::new(self.expression()?)))
    }

    fn choice(&mut self) -> Parsed<Expression> {
        let condition = self.or()?;
        if !self.take("?") {
            return Ok(condition);
        }
        self.newlines();
        let yes = self.expression()?;
        self.newlines();
        self.expect(":")?;
        self.newlines();
        Ok(Expression::Choice(Box::new(condition), Box::new(yes), Box::new(self.expression()?)))
    }

    fn or(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while self.take("||") {
            self.one_more()?;
            self.newlines();
            left = Expression::Logic { and: false, left: Box::new(left), right: Box::new(self.and()?) };
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.membership()?;
        while self.take("&&") {
            self.one_more()?;
            self.newlines();
            left = Expression::Logic { and: true, left: Box::new(left), right: Box::new(self.membership()?) };
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expression> {
        let mut left = self.matching()?;
        while matches!(self.peek(), Some(Token::Name(word)) if word == "in") {
            self.one_more()?;
            self.next();
            let keys = match left {
                Expression::Call(name, keys) if name.is_empty() => keys,
                key => vec![key],
            };
            left = Expression::In(keys, self.name()?);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expression> {
        let mut left = self.comparison()?;
        while let Some(sign @ ("~" | "!~")) = self.sign() {
            self.one_more()?;
            self.next();
            let pattern = Box::new(self.comparison()?);
            left = Expression::Match { negated: sign == "!~", text: Box::new(left), pattern };
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed<Expression> {
        let left = self.concatenation()?;
        match self.sign() {
            Some(">") if self.in_print => Ok(left),
            Some(sign) if COMPARISONS.contains(&sign) => {
                self.next();
                Ok(Expression::Compare(sign, Box::new(left), Box::new(self.concatenation()?)))
            }
            _ => Ok(left),
        }
    }

    fn concatenation(&mut self) -> Parsed<Expression> {
        let mut left = self.sum()?;
        while self.begins_value() {
            self.one_more()?;
            left = Expression::Binary(' ', Box::new(left), Box::new(self.sum()?));
        }
        Ok(left)
    }

    /// Whether a value may follow another one to be joined with it.
    fn begins_value(&self) -> bool {
        match self.peek() {
            Some(Token::Number(_) | Token::Text(_) | Token::Regex(_)) => true,
            Some(Token::Call(name)) => !is_keyword(name),
            Some(Token::Name(name)) => !is_keyword(name),
            Some(Token::Sign(sign)) => matches!(*sign, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
            Some(Token::Newline) | None => false,
        }
    }

    fn sum(&mut self) -> Parsed<Expression> {
        let mut left = self.product()?;
        while let Some(sign @ ("+" | "-")) = self.sign() {
            self.one_more()?;
            self.next();
            let operator = if sign == "+" { '+' } else { '-' };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Expression> {
        let mut left = self.unary()?;
        while let Some(sign @ ("*" | "/" | "%")) = self.sign() {
            self.one_more()?;
            self.next();
            let operator = sign.chars().next().unwrap_or('*');
            left = Expression::Binary(operator, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        match self.sign() {
            Some(sign @ ("!" | "-" | "+")) => {
                self.next();
                let operator = sign.chars().next().unwrap_or('!');
                Ok(Expression::Unary(operator, Box::new(self.deeper(Self::unary)?)))
            }
            _ => self.power(),
        }
    }

    fn power(&mut self) -> Parsed<Expression> {
        let base = self.stepped()?;
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::unary)?;
        Ok(Expression::Binary('^', Box::new(base), Box::new(exponent)))
    }

    fn stepped(&mut self) -> Parsed<Expression> {
        if let Some(sign @ ("++" | "--")) = self.sign() {
            self.next();
            let place = Self::place(self.primary()?)?;
            return Ok(Expression::Step(place, if sign == "++" { 1.0 } else { -1.0 }, true));
        }
        let value = self.primary()?;
        match (self.sign(), value) {
            (Some(sign @ ("++" | "--")), Expression::Place(place)) => {
                self.next();
                Ok(Expression::Step(place, if sign == "++" { 1.0 } else { -1.0 }, false))
            }
            (_, value) => Ok(value),
        }
    }

    pub(super) fn primary(&mut self) -> Parsed<Expression> {
        match self.next() {
            Some(Token::Number(number)) => Ok(Expression::Number(number)),
            Some(Token::Text(text)) => Ok(Expression::Text(text.into())),
            Some(Token::Regex(text)) => Ok(Expression::Regex(Self::pattern(&text)?)),
            Some(Token::Sign("$")) => {
                let index = match self.sign() {
                    Some("++" | "--") => self.deeper(Self::stepped)?,
                    Some("-") => self.deeper(Self::unary)?,
                    _ => self.deeper(Self::primary)?,
                };
                Ok(Expression::Place(Place::Field(Box::new(index))))
            }
            Some(Token::Sign("(")) => {
                let mut inside = self.list(")")?;
                match (inside.pop(), inside.is_empty()) {
                    (Some(only), true) => Ok(Expression::Group(Box::new(only))),
                    (Some(last), false) => {
                        inside.push(last);
                        // A list in parentheses: keys of an array, or what is printed.
                        Ok(Expression::Call(String::new(), inside))
                    }
                    (None, _) => Err("Unexpected token".to_owned()),
                }
            }
            Some(Token::Call(name)) if !is_keyword(&name) => {
                self.expect("(")?;
                Ok(Expression::Call(name, self.list(")")?))
            }
            Some(Token::Name(name)) if name == "getline" => Err("not simulated: getline".to_owned()),
            // Functions that may stand without parentheses.
            Some(Token::Name(name)) if name == "length" => Ok(Expression::Call(name, Vec::new())),
            Some(Token::Name(name)) if !is_keyword(&name) => {
                if self.take("[") {
                    return Ok(Expression::Place(Place::Element(name, self.list("]")?)));
                }
                Ok(Expression::Place(Place::Variable(name)))
            }
            Some(_) => Err("Unexpected token".to_owned()),
            None => Err("Unexpected token".to_owned()),
        }
    }
}
