//! `$(( … ))`: whole numbers, variables, the usual operators.

use super::shell_state::ShellState;

/// Levels of parentheses that an expression may have.
const DEPTH_MAX: usize = 60;

/// The value of an expression.
///
/// # Errors
/// The shell's words for what is wrong.
pub(super) fn evaluate(text: &str, shell: &mut ShellState) -> Result<i64, String> {
    let mut evaluator = Evaluator { tokens: tokens(text)?, at: 0, shell, depth: 0 };
    if evaluator.tokens.is_empty() {
        return Ok(0);
    }
    let value = evaluator.assignment()?;
    if evaluator.at < evaluator.tokens.len() { Err(wrong()) } else { Ok(value) }
}

fn wrong() -> String {
    "arithmetic syntax error".to_owned()
}

const OPERATORS: &[&str] = &[
    "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "+", "-", "*",
    "/", "%", "<", ">", "(", ")", "=", "!", "&", "|", "^", "~", "?", ":",
];

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphanumeric() || first == '_' {
            rest.chars().take_while(|next| next.is_ascii_alphanumeric() || *next == '_').count()
        } else {
            let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
            operator.map(|operator| operator.len()).ok_or_else(wrong)?
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// Binary operators from the loosest to the tightest.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<", "<=", ">", ">="],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

struct Evaluator<'a> {
    tokens: Vec<String>,
    at: usize,
    shell: &'a mut ShellState,
    depth: usize,
}

impl Evaluator<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn assignment(&mut self) -> Result<i64, String> {
        let name = self
            .peek()
            .filter(|name| !name.starts_with(|first: char| first.is_ascii_digit()))
            .map(str::to_owned);
        let operator = self.tokens.get(self.at + 1).cloned();
        if let (Some(name), Some(operator)) = (name, operator)
            && let Some(kind) = operator.strip_suffix('=')
            && matches!(kind, "" | "+" | "-" | "*" | "/" | "%")
        {
            self.at += 2;
            let right = self.assignment()?;
            let left = self.variable(&name);
            let value = if kind.is_empty() { right } else { apply(kind, left, right)? };
            self.shell.set(&name, value.to_string());
            return Ok(value);
        }
        let condition = self.binary(0)?;
        if self.take("?") {
            let yes = self.assignment()?;
            if !self.take(":") {
                return Err(wrong());
            }
            let no = self.assignment()?;
            return Ok(if condition != 0 { yes } else { no });
        }
        Ok(condition)
    }

    fn binary(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.peek().filter(|token| operators.contains(token)).map(str::to_owned) {
            self.at += 1;
            let right = self.binary(level + 1)?;
            left = apply(&operator, left, right)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(wrong());
        }
        let token = self.peek().map(str::to_owned).ok_or_else(wrong)?;
        self.at += 1;
        let value = match token.as_str() {
            "-" => self.unary()?.wrapping_neg(),
            "+" => self.unary()?,
            "!" => i64::from(self.unary()? == 0),
            "~" => !self.unary()?,
            "++" | "--" => {
                let name = self.peek().map(str::to_owned).ok_or_else(wrong)?;
                self.at += 1;
                self.step(&name, &token)
            }
            "(" => {
                let value = self.assignment()?;
                if self.take(")") { value } else { return Err(wrong()) }
            }
            number if number.starts_with(|first: char| first.is_ascii_digit()) => parse_number(number)?,
            name if name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') => {
                let value = self.variable(name);
                match self.peek() {
                    Some("++") | Some("--") => {
                        let operator = self.peek().unwrap_or_default().to_owned();
                        self.at += 1;
                        self.step(name, &operator);
                    }
                    _ => {}
                }
                value
            }
            _ => return Err(wrong()),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn step(&mut self, name: &str, operator: &str) -> i64 {
        let value = self.variable(name).wrapping_add(if operator == "++" { 1 } else { -1 });
        self.shell.set(name, value.to_string());
        value
    }

    fn variable(&self, name: &str) -> i64 {
        self.shell.get(name).and_then(|value| parse_number(value.trim()).ok()).unwrap_or_default()
    }
}

fn parse_number(text: &str) -> Result<i64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| wrong())
}

fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let truth = |value: bool| i64::from(value);
    Ok(match operator {
        "||" => truth(left != 0 || right != 0),
        "&&" => truth(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => truth(left == right),
        "!=" => truth(left != right),
        "<" => truth(left < right),
        "<=" => truth(left <= right),
        ">" => truth(left > right),
        ">=" => truth(left >= right),
        "<<" => left.wrapping_shl(u32::try_from(right & 63).unwrap_or_default()),
        ">>" => left.wrapping_shr(u32::try_from(right & 63).unwrap_or_default()),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        _ if right == 0 => return Err("divide by zero".to_owned()),
        "/" => left.wrapping_div(right),
        _ => left.wrapping_rem(right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_values() {
        let mut shell = ShellState::default();
        shell.set("i", "4".to_owned());
        for (text, value) in [
            ("i+1", 5),
            ("2+3*4", 14),
            ("(2+3)*4", 20),
            ("i % 3", 1),
            ("i == 4 && i < 5", 1),
            ("-i", -4),
            ("i > 3 ? 1 : 2", 1),
            ("", 0),
        ] {
            assert_eq!(evaluate(text, &mut shell), Ok(value), "{text}");
        }
        assert_eq!(evaluate("i += 2", &mut shell), Ok(6));
        assert_eq!(evaluate("i++", &mut shell), Ok(6));
        assert_eq!(shell.get("i").as_deref(), Some("7"));
        assert_eq!(evaluate("1/0", &mut shell), Err("divide by zero".to_owned()));
        assert!(evaluate("1 +", &mut shell).is_err());
    }
}
